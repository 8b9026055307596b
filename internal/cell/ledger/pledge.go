package ledger

import (
	"slices"

	"celld/internal/op"
)

// Offer is the content of pledge.offer: what the author promises to somebody,
// with an amount or, as a skill or a thing, without.
type Offer struct {
	From   Account `cbor:"1,keyasint"`
	To     Account `cbor:"2,keyasint"`
	What   string  `cbor:"3,keyasint"`
	Unit   Unit    `cbor:"4,keyasint,omitempty"`
	Amount Amount  `cbor:"5,keyasint,omitempty"`
	Every  Every   `cbor:"6,keyasint,omitempty"`
	Until  Day     `cbor:"7,keyasint,omitempty"`
	For    op.Ref  `cbor:"8,keyasint,omitzero"` // the need that it answers
}

// Every says how often a pledge comes back. It is a record: nothing is ever
// paid by itself.
type Every uint8

// How often a pledge comes back.
const (
	Once Every = iota
	EveryWeek
	EveryMonth
)

// Schedule is the content of pledge.schedule.
type Schedule struct {
	Day Day `cbor:"1,keyasint"`
}

// Fulfil is the content of pledge.fulfil. A pledge with an amount is fulfilled
// by a completed transfer, whose amount stands here again.
type Fulfil struct {
	Tx     op.Ref `cbor:"1,keyasint,omitzero"`
	Amount Amount `cbor:"2,keyasint,omitempty"`
	Part   bool   `cbor:"3,keyasint,omitempty"` // something is left to do; without an amount, people say so themselves
}

// PledgeState is where a pledge stands.
type PledgeState uint8

// The states of a pledge.
const (
	PledgeOffered PledgeState = iota + 1
	PledgeAccepted
	PledgeScheduled
	PledgePart
	PledgeFulfilled
	PledgeLapsed
	PledgeWithdrawn
)

func (s PledgeState) String() string {
	return [...]string{"", "offered", "accepted", "scheduled", "part", "fulfilled", "lapsed", "withdrawn"}[min(s, PledgeWithdrawn)]
}

// Pledge is the value of a promise. It enters no balance.
type Pledge struct {
	State  PledgeState `cbor:"1,keyasint"`
	From   Account     `cbor:"2,keyasint"`
	To     Account     `cbor:"3,keyasint"`
	What   string      `cbor:"4,keyasint"`
	Unit   Unit        `cbor:"5,keyasint,omitempty"`
	Amount Amount      `cbor:"6,keyasint,omitempty"`
	Every  Every       `cbor:"7,keyasint,omitempty"`
	Until  Day         `cbor:"8,keyasint,omitempty"`
	Day    Day         `cbor:"9,keyasint,omitempty"`  // the day it is scheduled for
	Given  Amount      `cbor:"10,keyasint,omitempty"` // of this turn
	Txs    []op.Ref    `cbor:"11,keyasint,omitempty"` // that fulfilled it
	Turns  uint64      `cbor:"12,keyasint,omitempty"` // how often a recurring one was kept
	For    op.Ref      `cbor:"13,keyasint,omitzero"`  // the need that it answers
	Since  Day         `cbor:"14,keyasint,omitempty"` // when the turn of a recurring one began
}

// running reports whether p has been accepted and has not ended.
func (p Pledge) running() bool {
	return p.State == PledgeAccepted || p.State == PledgeScheduled || p.State == PledgePart
}

// ended reports whether nothing more can happen to p.
func (p Pledge) ended() bool { return p.State >= PledgeFulfilled }

// MayReceive reports whether m speaks for the side that the pledge is made to.
func (p Pledge) MayReceive(m op.Member) bool {
	if to, ok := p.To.Holder(); ok {
		return m == to
	}
	from, _ := p.From.Holder()
	return m != from
}

// givenBy reports whether what comes from account a can keep p. Members have
// no cash in the books, so theirs comes from outside.
func (p Pledge) givenBy(a Account, u Unit) bool {
	return a == p.From || a.Place() == OfWorld && !u.Mutual()
}

func (p Pledge) party(m op.Member) bool {
	from, _ := p.From.Holder()
	return m == from || p.MayReceive(m)
}

func applyPledge(ref op.Ref, p Pledge, o op.Opened) Pledge {
	if o.Ref == ref {
		c, _ := read[Offer](o)
		return Pledge{State: PledgeOffered, From: c.From, To: c.To, What: c.What,
			Unit: c.Unit, Amount: c.Amount, Every: c.Every, Until: c.Until, For: c.For}
	}
	if p.ended() {
		return p
	}
	switch o.Kind {
	case KindAccept:
		if p.State == PledgeOffered {
			p.State = PledgeAccepted
			return p.since(o)
		}
	case KindSchedule:
		s, _ := read[Schedule](o)
		p.State, p.Day = PledgeScheduled, s.Day
	case KindFulfil:
		f, _ := read[Fulfil](o)
		if turns := p.Turns; p.fulfil(f).Turns > turns {
			return p.fulfil(f).since(o)
		}
		return p.fulfil(f)
	case KindLapse:
		p.State = PledgeLapsed
	case KindWithdraw:
		p.State = PledgeWithdrawn
	}
	return p
}

// fulfil counts one transfer, once, however often people name it.
func (p Pledge) fulfil(f Fulfil) Pledge {
	if !f.Tx.IsZero() {
		if slices.Contains(p.Txs, f.Tx) {
			return p
		}
		p.Txs = append(slices.Clone(p.Txs), f.Tx)
	}
	p.Given += f.Amount
	if p.Unit != "" && p.Given < p.Amount || p.Unit == "" && f.Part {
		p.State = PledgePart
		return p
	}
	if p.Every == Once {
		p.State = PledgeFulfilled
		return p
	}
	// A recurring pledge begins its next turn, and still knows its last
	// transfer, so that the same one is not counted for two turns.
	p.State, p.Given, p.Day, p.Turns = PledgeAccepted, 0, 0, p.Turns+1
	p.Txs = slices.Clone(p.Txs[max(0, len(p.Txs)-8):])
	return p
}

func touchPledge(o op.Opened, _ past) ([]string, error) { return []string{PledgeKey(o.Thing())}, nil }

func judgeOffer(o op.Opened, at past) error {
	c, _ := read[Offer](o)
	if err := must(
		refuseIf(c.From != MemberAccount(o.Member), codeParty),
		refuseIf(c.To.Place() != OfMember && !c.To.shared(), codeAccount, c.To, c.Unit),
		refuseIf(c.From == c.To, codeSame),
		checkWords(c.What),
		refuseIf(c.Every > EveryMonth || !c.For.IsZero() && !o.Saw(c.For), codeContent),
		refuseIf(c.Until != 0 && !c.Until.Valid(), codeDate),
	); err != nil {
		return err
	}
	if c.Unit == "" {
		return must(refuseIf(c.Amount != 0, codeAmount, c.Amount, MaxAmount), at.open(Minutes, c.From, c.To))
	}
	// Cash is promised by members, whose money lies outside until it is in
	// the tin, so only the receiving side has to fit the unit.
	return must(
		at.open(c.Unit, c.From, c.To),
		refuseIf(!c.Unit.Fits(c.To), codeAccount, c.To, c.Unit),
		refuseIf(c.Amount <= 0 || c.Amount > MaxAmount, codeAmount, c.Amount, MaxAmount),
	)
}

// pledge returns the pledge that o speaks of, which must not have ended.
func (p past) pledge(o op.Opened) (Pledge, error) {
	g, ok := value[Pledge](p, PledgeKey(o.Subject))
	if !ok {
		return g, op.Refuse(codeUnknown, o.Subject)
	}
	return g, refuseIf(g.ended(), codePledgeState, g.State)
}

func judgeAccept(o op.Opened, at past) error {
	g, err := at.pledge(o)
	return must(err,
		refuseIf(g.State != PledgeOffered, codePledgeState, g.State),
		refuseIf(!g.MayReceive(o.Member), codeNotAwaited))
}

func judgeSchedule(o op.Opened, at past) error {
	s, _ := read[Schedule](o)
	g, err := at.pledge(o)
	return must(err,
		refuseIf(!g.running(), codePledgeState, g.State),
		refuseIf(!g.party(o.Member), codeParty),
		refuseIf(!s.Day.Valid(), codeDate))
}

func judgeFulfil(o op.Opened, at past) error {
	f, _ := read[Fulfil](o)
	g, err := at.pledge(o)
	if err := must(err,
		refuseIf(!g.running(), codePledgeState, g.State),
		refuseIf(!g.party(o.Member), codeParty),
	); err != nil {
		return err
	}
	if g.Unit == "" {
		return must(
			refuseIf(!g.MayReceive(o.Member), codeNotAwaited),
			refuseIf(!f.Tx.IsZero() || f.Amount != 0, codePledgeTx))
	}
	t, _ := value[Tx](at, TxKey(f.Tx))
	return refuseIf(t.State != TxDone || t.Unit != g.Unit || t.Amount != f.Amount || f.Part != (g.Given+f.Amount < g.Amount) ||
		t.To != g.To || !g.givenBy(t.From, t.Unit) ||
		slices.Contains(g.Txs, f.Tx) || !t.more().Pledge.IsZero() && t.more().Pledge != o.Subject, codePledgeTx)
}

// FulfilOf returns the content by which a completed transfer fulfils the pledge
// at ref, whole or in part.
func FulfilOf(at Reader, ref, tx op.Ref) (Fulfil, error) {
	g, ok := value[Pledge](at, PledgeKey(ref))
	t, done := value[Tx](at, TxKey(tx))
	if !ok || !done {
		return Fulfil{}, op.Refuse(codeUnknown, ref)
	}
	return Fulfil{Tx: tx, Amount: t.Amount, Part: g.Given+t.Amount < g.Amount}, nil
}

// judgeLapse lets a pledge end that nobody kept: by hand, or by a router that
// knows the date, once its day has passed.
func judgeLapse(o op.Opened, at past) error {
	g, err := at.pledge(o)
	if err != nil {
		return err
	}
	if !o.Member.IsZero() {
		return must(refuseIf(!at.active(o.Member), codeMember), refuseIf(!g.party(o.Member), codeParty))
	}
	return must(
		refuseIf(!o.Clock.Trusted(), codeClock),
		refuseIf(g.Until == 0 || DayOf(o.Time) <= g.Until, codeEarly, uint64(0)),
	)
}

func judgeWithdraw(o op.Opened, at past) error {
	g, err := at.pledge(o)
	return must(err, refuseIf(g.From != MemberAccount(o.Member), codeNotMaker))
}

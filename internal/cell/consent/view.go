package consent

import (
	"slices"

	"celld/internal/op"
)

// Seat is a place in the circle of a round, as one member sees it.
type Seat struct {
	Member    op.Member
	Stance    Stance    // 0: not heard yet
	Reason    string    // the member's words with it
	Lenses    Lens      // of an objection
	Relayed   op.Member // who passed it on; zero: their own word
	Time      uint64
	Stale     bool // said of an earlier text
	Objecting bool // an objection of theirs stands, perhaps raised on an earlier text
	Hidden    bool // has spoken; what they said is shown to all at once
	Gone      bool // has left the cell
	Away      bool
}

// Seats returns the circle in the order of the table. While a simultaneous
// round hides its stances, viewer sees no other's.
func (r *Round) Seats(at Reader, viewer op.Member) []Seat {
	people := world{at: at}.people()
	revealed := r.Revealed(at)
	seats := make([]Seat, len(r.Roster))
	for i, m := range r.Roster {
		s := Seat{Member: m, Gone: !people.IsActive(m), Away: people.Away(m)}
		_, s.Objecting = r.openOf(m)
		if v, ok := r.VoiceOf(m); ok {
			s.Hidden = !revealed && m != viewer && !r.Stale(v)
			s.Stale = r.Stale(v)
			if !s.Hidden {
				s.Stance, s.Reason, s.Lenses, s.Relayed, s.Time = v.Stance, v.Reason, v.Lenses, v.Relayed, v.Time
			}
		}
		seats[i] = s
	}
	return seats
}

// Revealed reports whether stances are shown. In a simultaneous round (C10)
// they are hidden while the check is open and somebody is still awaited.
func (r *Round) Revealed(at Reader) bool {
	checking := r.State == Checking || r.State == Awaiting
	return !r.Simultaneous || !checking || len(r.tally(world{at: at}).Missing) == 0
}

// Awaited returns whom the circle has not heard, in the order of the table:
// in the check who has not spoken on the current text; in clarifying and
// reacting who has neither spoken nor passed in that phase.
func (r *Round) Awaited(at Reader) []op.Member {
	w := world{at: at}
	switch r.State {
	case Checking, Testing, Integrating, Awaiting:
		return r.tally(w).Missing
	case Clarifying, Reacting:
		return r.quiet(w.people())
	}
	return nil
}

func (r *Round) quiet(people People) []op.Member {
	var quiet []op.Member
	for _, m := range r.Roster {
		spoke := slices.ContainsFunc(r.Talks, func(t Talk) bool {
			return t.Member == m && t.Phase == r.State && t.Text == r.Current
		})
		if !spoke && people.IsActive(m) {
			quiet = append(quiet, m)
		}
	}
	return quiet
}

// Waits reports whether the round waits for this member: for their voice, for
// their yes or no to a candidate, or for a second look at their objection.
func (r *Round) Waits(at Reader, m op.Member) bool {
	if !r.State.Open() {
		return false
	}
	if slices.Contains(r.Awaited(at), m) {
		return true
	}
	x, ok := r.UnderTest()
	if !ok || r.State != Testing && r.State != Integrating {
		return false
	}
	if x.Candidate.IsZero() {
		return m == x.Owner
	}
	return r.mayConfirm(world{at: at}, x, m) == nil
}

// Step returns where the round stands among the five steps that pages count:
// presented, clarifying, reacting, check, decided. A plain round has but the
// check and the decision.
func (r *Round) Step() (step, of int) {
	switch r.State {
	case Presented, Amending:
		return 1, 5
	case Clarifying:
		return 2, 5
	case Reacting:
		return 3, 5
	case Checking, Testing, Integrating, Awaiting:
		if r.Plain {
			return 1, 2
		}
		return 4, 5
	}
	if r.Plain {
		return 2, 2
	}
	return 5, 5
}

// VersionNumber returns the number of a text among those that were taken,
// from 1, and 0 for one that was not.
func (r *Round) VersionNumber(h Hash) int {
	n := 0
	for _, v := range r.Versions {
		if v.Taken {
			n++
		}
		if v.Hash == h && v.Taken {
			return n
		}
	}
	return 0
}

// Way is a way on that the page proposes when integrating has failed often
// enough (C5), in this order. Nothing forces any of them.
type Way uint8

// The ways.
const (
	MeetInPerson Way = iota + 1
	OutsideFacilitator
	TableIt
)

// Ways returns what to propose for the objection under test.
func (r *Round) Ways() []Way {
	if x, ok := r.UnderTest(); !ok || x.Failed < enough {
		return nil
	}
	return []Way{MeetInPerson, OutsideFacilitator, TableIt}
}

// MeetingAsked reports whether somebody asked to go on face to face.
func (r *Round) MeetingAsked() bool {
	return slices.ContainsFunc(r.Talks, func(t Talk) bool { return t.Kind == KindMeet })
}

// Can returns the kinds of act that m can do now, so that a page draws no
// other; the words of the act may still be refused. The time counts where a
// trusted clock tells it.
func (r *Round) Can(at Reader, m op.Member, now uint64, trusted bool) []op.Kind {
	w := world{at, clock{now, trusted}}
	if !w.people().IsActive(m) {
		return nil
	}
	var can []op.Kind
	for _, p := range r.possible(w, m) {
		if p.err == nil && r.room(p.kind, m) == nil {
			can = append(can, p.kind)
		}
	}
	return can
}

type possibility struct {
	kind op.Kind
	err  error
}

func (r *Round) possible(w world, m op.Member) []possibility {
	stance := Consent
	if r.State == InForce {
		stance = Object
	}
	x, objected := r.UnderTest()
	answers := op.Ref{}
	if r.State == Testing || r.State == Integrating {
		answers = x.Ref
	}
	return []possibility{
		{KindSpeak, r.maySpeak(w, m, stance)},
		{KindAsk, r.mayAsk()},
		{KindAnswer, r.mayAnswer()},
		{KindReact, r.mayReact()},
		{KindPass, r.mayPass()},
		{KindPhases, r.mayCallPhases()},
		{KindMove, first(r.moves(w, m))},
		{KindRevise, r.mayRevise(w, m, answers)},
		{KindTest, orNone(objected, r.open())},
		{KindResolve, orNone(objected && r.State.Open(), r.mayEndSome(w, m))},
		{KindConfirm, orNone(objected && !x.Candidate.IsZero() && r.State == Integrating, r.mayConfirm(w, x, m))},
		{KindMeet, r.open()},
		{KindWithdraw, r.mayWithdraw(m)},
		{KindTable, r.mayTable(w, m)},
		{KindReview, r.mayReview()},
	}
}

// errNone stands in for a refusal that nobody will read.
var errNone = op.Refuse("round.not-open")

func orNone(ok bool, err error) error {
	if !ok {
		return errNone
	}
	return err
}

func first(states []State) error { return orNone(len(states) > 0, nil) }

func (r *Round) mayAnswer() error {
	asked := slices.ContainsFunc(r.Talks, func(t Talk) bool { return t.Kind == KindAsk })
	return orNone(asked, r.open())
}

func (r *Round) mayEndSome(w world, m op.Member) error {
	for _, x := range r.OpenObjections() {
		if x.mayEnd(w, m, FateConcern) == nil {
			return nil
		}
	}
	return errNone
}

// Moves returns the phases that m may lead the round to.
func (r *Round) Moves(at Reader, m op.Member, now uint64, trusted bool) []State {
	return r.moves(world{at, clock{now, trusted}}, m)
}

func (r *Round) moves(w world, m op.Member) []State {
	var to []State
	for _, s := range moves[r.State] {
		if r.mayMove(w, m, s) == nil {
			to = append(to, s)
		}
	}
	return to
}

// CanRelay returns for whom a word can be passed on now. Where consent itself
// cannot be (C9), an objection or a wish for time still can.
func (r *Round) CanRelay(at Reader, m op.Member) []op.Member {
	var absent []op.Member
	stance := Consent
	if !r.Class.plain() || r.State == InForce {
		stance = Object
	}
	for _, x := range r.Roster {
		if x != m && r.mayRelay(world{at: at}, x, stance) == nil {
			absent = append(absent, x)
		}
	}
	return absent
}

// Due returns the act that a router with a trusted clock should write now, nil
// when there is none: first the mark from which the time counts. A round that
// people can still adopt by hand is adopted here too, once its time has come.
func (r *Round) Due(at Reader, now uint64) Act {
	o := op.Opened{Time: now, Clock: op.ClockNTP, Subject: r.Ref}
	for _, a := range []Act{&Mark{}, &Adopt{Text: r.Current}, &Await{}, &Lapse{}, &Expire{}} {
		if a.judge(world{at: at}, r, o) == nil {
			return a
		}
	}
	return nil
}

// Speaking returns who speaks in which order when the table goes round (R6):
// another begins in every step and every round, and the direction alternates.
func (r *Round) Speaking(at Reader) []op.Member {
	people := world{at: at}.people()
	order := slices.DeleteFunc(slices.Clone(r.Roster), func(m op.Member) bool { return !people.IsActive(m) })
	step, _ := r.Step()
	if len(order) == 0 {
		return nil
	}
	start := (int(r.Ref.Seq%1000) + step) % len(order)
	order = append(order[start:], order[:start]...)
	if step%2 == 1 {
		slices.Reverse(order[1:])
	}
	if i := slices.Index(order, r.Affects); i > 0 { // whom it is about speaks first (R5)
		order = op.Insert(slices.Delete(order, i, i+1), 0, r.Affects)
	}
	return order
}

package ledger

import (
	"slices"

	"celld/internal/op"
)

// Shut is the content of acct.close: the account that is settled and closed.
type Shut struct {
	Account Account `cbor:"1,keyasint"`
}

// Closed is the value of a closed account. What arrives from people who had
// not seen the closing stays on it, and is shown.
type Closed struct {
	By    op.Ref    `cbor:"1,keyasint"`
	Maker op.Member `cbor:"2,keyasint"`
}

func (c Closed) apply(o op.Opened) Closed {
	if !c.By.IsZero() {
		return c
	}
	return Closed{By: o.Ref, Maker: o.Member}
}

// Mandate is the value of what a round's mandate was used for. More than one
// use shows that people carried it out without having seen each other.
type Mandate struct {
	Uses []op.Ref `cbor:"1,keyasint"`
}

func (m Mandate) apply(o op.Opened) Mandate {
	if !slices.Contains(m.Uses, o.Ref) {
		m.Uses = append(slices.Clone(m.Uses), o.Ref)
	}
	return m
}

func touchShut(o op.Opened, _ past) ([]string, error) {
	c, ok := read[Shut](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	return []string{ClosedKey(c.Account)}, nil
}

// judgeShut lets a member close the own account, and any member that of
// somebody who left or of the pool, once it is settled in every unit (L8). What
// belongs to all, the cell's cash and the accounts of projects and buckets stay,
// however empty: nothing opens an account again.
func judgeShut(o op.Opened, at past) error {
	c, _ := read[Shut](o)
	holder, personal := c.Account.Holder()
	if err := must(
		refuseIf(!personal && c.Account.Place() != OfPool, codeAccount, c.Account, ""),
		refuseIf(c.Account == Common || c.Account == Tin, codeAccount, c.Account, ""),
		refuseIf(at.closed(c.Account), codeClosed, c.Account),
		refuseIf(personal && holder != o.Member && at.active(holder), codeParty),
	); err != nil {
		return err
	}
	for k, h := range Accounts(at) {
		if k.Account != c.Account {
			continue
		}
		if h.Balance != 0 || len(h.Pending) > 0 {
			return op.Refuse(codeNotEmpty, k.Unit, h.Balance, len(h.Pending))
		}
	}
	return nil
}

func touchWriteOff(o op.Opened, at past) ([]string, error) {
	p, ok := read[Posting](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	return append(at.accounts(p.Unit, p.From, p.To), TxKey(o.Ref), MandateKey(p.Round)), nil
}

// judgeWriteOff carries out the mandate of a round, to the letter and once. It
// may cross a limit, which the round has decided; it never takes from a tin
// what is not in it.
func judgeWriteOff(o op.Opened, at past) error {
	p, _ := read[Posting](o)
	if err := must(checkMove(p.Unit, p.From, p.To, p.Amount), CheckNote(p.Note)); err != nil {
		return err
	}
	var w WriteOff
	err := at.cites(p.Round, EffectWriteOff, &w)
	if err := must(err,
		refuseIf(w != WriteOff{Unit: p.Unit, From: p.From, To: p.To, Amount: p.Amount, Count: p.Count}, codeMandate, p.Round),
		refuseIf(at.At(MandateKey(p.Round)) != nil, codeUsed, p.Round),
		refuseIf(!at.uses(p.Unit), codeUnit, p.Unit),
		at.bars(p.From),
		at.bars(p.To),
	); err != nil {
		return err
	}
	if p.Count.IsZero() {
		return at.forgives(p)
	}
	return at.corrects(p)
}

// bars refuses a closed account of the pool. That of a member is settled by
// decision alone, also when something reached it from people who had not seen
// the closing (L8).
func (p past) bars(a Account) error {
	return refuseIf(p.closed(a) && a.Place() != OfMember, codeClosed, a)
}

// forgives checks a write-off by which the pool bears what a member owes, or
// takes what somebody who left, or closed the account, did not give away.
func (p past) forgives(w Posting) error {
	if holder, left := w.From.Holder(); left && w.To.shared() {
		has := p.holding(w.Unit, w.From).Balance
		return must(refuseIf(p.active(holder) && !p.closed(w.From), codeParty), refuseIf(w.Amount > has, codeBooked, has))
	}
	owed := -p.holding(w.Unit, w.To).Balance
	return must(
		refuseIf(!w.From.shared() || w.To.Place() != OfMember, codeRoute, w.From, w.To),
		refuseIf(w.Amount > owed, codeBooked, -owed))
}

// corrects checks a write-off that posts what the last count found or missed.
func (p past) corrects(w Posting) error {
	tin, found := w.From, Amount(0)
	if w.From == Difference {
		tin = w.To
	}
	h := p.holding(w.Unit, tin)
	if h.Count == nil || h.Count.Ref != w.Count || h.Count.Settled {
		return op.Refuse(codeMismatch)
	}
	if found = w.Amount; tin == w.From {
		found = -w.Amount
	}
	err := must(
		refuseIf(w.From != Difference && w.To != Difference, codeRoute, w.From, w.To),
		refuseIf(h.Count.Counted-h.Count.Booked != found, codeMismatch))
	if err == nil && tin == w.From {
		err = p.canGive(w.Unit, tin, w.Amount)
	}
	return err
}

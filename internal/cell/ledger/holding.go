package ledger

import (
	"slices"

	"celld/internal/op"
)

// Pending is what waits on an account for a second person's yes.
type Pending struct {
	_      struct{} `cbor:",toarray"`
	Ref    op.Ref
	Amount Amount // what the account gains if it completes, with a minus what it loses
	Legs   uint64 // how many lines that is
	Leads  uint64 // in how many postings the account stands first
	Soft   bool   // history from a notebook: not counted against limits
}

// Holding is the value of an account in a unit.
type Holding struct {
	Balance Amount     `cbor:"1,keyasint,omitempty"`
	Pending []Pending  `cbor:"2,keyasint,omitempty"` // in the one order
	Legs    uint64     `cbor:"3,keyasint,omitempty"` // lines posted so far
	Leads   uint64     `cbor:"4,keyasint,omitempty"` // postings in which the account stands first
	Count   *LastCount `cbor:"5,keyasint,omitempty"` // of a tin
	Stock   *Stock     `cbor:"6,keyasint,omitempty"` // of goods that we share
}

// LastCount is the newest count of a tin that two agreed on.
type LastCount struct {
	Ref     op.Ref `cbor:"1,keyasint"`
	Counted Amount `cbor:"2,keyasint,omitempty"`
	Booked  Amount `cbor:"3,keyasint,omitempty"`
	Settled bool   `cbor:"4,keyasint,omitempty"` // the difference has been posted by decision
}

// Out returns what the account loses if everything that waits completes.
func (h Holding) Out() (sum Amount) {
	for _, p := range h.Pending {
		if p.Amount < 0 && !p.Soft {
			sum -= p.Amount
		}
	}
	return sum
}

// In returns what the account gains if everything that waits completes.
func (h Holding) In() (sum Amount) {
	for _, p := range h.Pending {
		if p.Amount > 0 && !p.Soft {
			sum += p.Amount
		}
	}
	return sum
}

func (h Holding) waits(ref op.Ref) (int, bool) {
	i := slices.IndexFunc(h.Pending, func(p Pending) bool { return p.Ref == ref })
	return i, i >= 0
}

// wait returns h with one more thing waiting on it.
func (h Holding) wait(p Pending) Holding {
	if _, known := h.waits(p.Ref); known {
		return h
	}
	h.Pending = append(slices.Clone(h.Pending), p)
	return h
}

// end returns h after what waited at ref came to its end: posted, or let go.
// What no longer waits changes nothing, so of two endings the first counts.
func (h Holding) end(ref op.Ref, post bool) Holding {
	i, ok := h.waits(ref)
	if !ok {
		return h
	}
	p := h.Pending[i]
	h.Pending = slices.Delete(slices.Clone(h.Pending), i, i+1)
	if len(h.Pending) == 0 {
		h.Pending = nil
	}
	if post {
		h.Balance, h.Legs, h.Leads = h.Balance+p.Amount, h.Legs+p.Legs, h.Leads+p.Leads
	}
	return h
}

// post returns h after e, as account a.
func (h Holding) post(a Account, e Entries) Holding {
	sum, legs := e.For(a)
	h.Balance += sum
	h.Legs += uint64(legs)
	if e.leads(a) {
		h.Leads++
	}
	return h
}

// Overdrawn reports whether two people who had not seen each other took more
// than there was. Nothing leaves such an account until people settle it.
func Overdrawn(u Unit, a Account, h Holding) bool { return floored(u, a) && h.Balance < 0 }

// applyHolding folds o into the holding of account a in unit u.
func applyHolding(u Unit, a Account, h Holding, o op.Opened) Holding {
	return h.after(u, a, o).stocked(u, a, h, o)
}

func (h Holding) after(u Unit, a Account, o op.Opened) Holding {
	switch o.Kind {
	case KindPropose, KindContra:
		if e := transferOf(o).entries(); e.Unit() == u {
			return h.wait(pendingFor(a, o.Ref, e))
		}
	case KindSign, KindConfirm:
		return h.end(o.Subject, true)
	case KindErase, KindRefuse, KindExpire, KindDrop:
		return h.end(o.Subject, false)
	case KindImport:
		if p, ok := notebookOf(o).pending(u, a, o.Ref); ok {
			return h.wait(p)
		}
	case KindAgree:
		return h.counted(o)
	}
	for _, e := range postedAtOnce(o) {
		if e.Unit() == u {
			h = h.post(a, e)
		}
	}
	return h.settled(o)
}

func pendingFor(a Account, ref op.Ref, e Entries) Pending {
	sum, legs := e.For(a)
	p := Pending{Ref: ref, Amount: sum, Legs: uint64(legs)}
	if e.leads(a) {
		p.Leads = 1
	}
	return p
}

// counted remembers a count that a second person agreed with.
func (h Holding) counted(o op.Opened) Holding {
	c, _ := read[Counted](o)
	h.Count = &LastCount{Ref: o.Subject, Counted: c.Counted, Booked: c.Booked}
	return h
}

// settled remembers that the difference of the last count was posted.
func (h Holding) settled(o op.Opened) Holding {
	if o.Kind != KindWrite || h.Count == nil {
		return h
	}
	if p, _ := read[Posting](o); !p.Count.IsZero() && p.Count == h.Count.Ref {
		c := *h.Count
		c.Settled = true
		h.Count = &c
	}
	return h
}

// postedAtOnce returns what o posts without waiting for anybody: kinds that
// carry their entries themselves.
func postedAtOnce(o op.Opened) []Entries {
	switch o.Kind {
	case KindPay, KindWrite, KindFund, KindRetract:
		p, ok := read[Posting](o)
		if !ok {
			return nil
		}
		return []Entries{p.entries()}
	case KindCancel:
		r, ok := read[Returns](o)
		if !ok || len(r.Legs) == 0 {
			return nil
		}
		e, err := GiveBack(r.Unit, ProjectAccount(o.Subject), r.legs())
		if err != nil {
			return nil
		}
		return []Entries{e}
	}
	return nil
}

// read decodes o's content; the zero value and false where it does not read.
func read[T any](o op.Opened) (T, bool) {
	var v T
	if err := o.Decode(&v); err != nil {
		var zero T
		return zero, false
	}
	return v, true
}

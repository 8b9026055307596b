package rota

import (
	"math/bits"

	"celld/internal/op"
)

// KindTick ticks things of the list that a hand-over goes by (R7).
const KindTick op.Kind = "rota.tick"

// Tick says of some things of a role that they are handed over, by who gave the
// role or by who took it. What is ticked stays ticked.
type Tick struct {
	Role   Role   `cbor:"1,keyasint"`
	Number uint64 `cbor:"2,keyasint"` // the term that began with it
	Things uint64 `cbor:"3,keyasint"` // bit i is the i-th of the list
}

// Things is how many things the list of a role has. Their words are on the page.
func (r Role) Things() int {
	switch r {
	case TechCustodian:
		return 4 // keys and passphrases are changed, too
	case Facilitator, NoteKeeper, CommsSteward, Liaison, Treasurer:
		return 3
	}
	return 0
}

func (r Role) all() uint64 { return 1<<r.Things() - 1 }

// Handover is what has been ticked since a term began.
type Handover struct {
	Given uint64 `cbor:"1,keyasint,omitempty"` // by who held the term before
	Taken uint64 `cbor:"2,keyasint,omitempty"` // by who holds this one
}

// Giver returns who held the term before this one, zero when nobody did or the
// same member goes on: then there is nothing to hand over.
func (p Post) Giver() op.Member {
	if p.Term.Number < 2 {
		return op.Member{}
	}
	for _, s := range p.Served {
		if s.Last == p.Term.Number-1 {
			return s.Member
		}
	}
	return op.Member{}
}

// HandedOver reports whether nothing is left to hand over, when only those who
// are active can still tick.
func (p Post) HandedOver(people People) bool {
	giver := p.Giver()
	if giver.IsZero() || p.Term.Ended {
		return true
	}
	all := p.Role.all()
	return p.Ticked().Taken == all && (p.Ticked().Given == all || !people.IsActive(giver))
}

// Ticked is what was ticked so far.
func (p Post) Ticked() Handover {
	if p.Handover == nil {
		return Handover{}
	}
	return *p.Handover
}

// judgeTick lets both who hand over tick what is on the list of the role.
func (a act) judgeTick(o op.Opened, p Post) error {
	switch {
	case a.number != p.Term.Number || a.number == 0:
		return op.Refuse("rota.number", p.Term.Number)
	case p.Giver().IsZero() || o.Member != p.Giver() && o.Member != p.Term.Member:
		return op.Refuse("rota.others")
	case a.things == 0 || bits.Len64(a.things) > a.role.Things():
		return op.Refuse("rota.things", a.role.Things())
	}
	return nil
}

// tick changes p, a copy, and reports whether it did.
func (p *Post) tick(a act, m op.Member) bool {
	next, giver := p.Ticked(), p.Giver()
	switch {
	case giver.IsZero() || bits.Len64(a.things) > p.Role.Things():
		return false
	case m == giver:
		next.Given |= a.things
	case m == p.Term.Member:
		next.Taken |= a.things
	}
	if next == p.Ticked() {
		return false
	}
	p.Handover = &next
	return true
}

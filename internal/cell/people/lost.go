package people

import (
	"bytes"
	"slices"

	"celld/internal/op"
)

// Lost holds new keys for a member who has lost the words to the old ones, as
// they were made on this router. It is a claim and no more: neighbours who met
// the person assent to it in public (room trust).
type Lost struct {
	Member   op.Member `cbor:"1,keyasint"`
	Identity []byte    `cbor:"2,keyasint"`
	Opening  []byte    `cbor:"3,keyasint"`
	Slot     []byte    `cbor:"4,keyasint"`
}

// Loss is such a claim with where and when it was made.
type Loss struct {
	_    struct{} `cbor:",toarray"`
	At   op.Ref
	Time uint64 // as told by the router
	Lost Lost
}

// maxLosses is how many claims about one member are kept, the newest ones.
// Anybody can make them, so no number of them may stop the next.
const maxLosses = 16

// judgeLost takes a claim from the router, which speaks for who has no session.
func judgeLost(_ *People, members roster, o op.Opened) error {
	var l Lost
	if err := o.Decode(&l); err != nil {
		return err
	}
	switch {
	case !o.Member.IsZero():
		return op.Refuse("person.other")
	case !members.IsActive(l.Member):
		return op.Refuse("trust.not-a-member")
	case !wellFormed(l.Identity, l.Opening, l.Slot):
		return op.Refuse("trust.key")
	}
	return nil
}

func applyLost(p *People, o op.Opened) {
	l := read[Lost](o)
	p.Lost = append(p.Lost, Loss{At: o.Ref, Time: o.Time, Lost: l})
	of := func(x Loss) bool { return x.Lost.Member == l.Member }
	n := 0
	for _, x := range p.Lost {
		if of(x) {
			n++
		}
	}
	if n > maxLosses {
		i := slices.IndexFunc(p.Lost, of)
		p.Lost = slices.Delete(p.Lost, i, i+1)
	}
}

// LostBy returns the claims about a member that are still to be decided, the
// oldest first. identity is the member's present key: what was claimed up to
// the claim that brought it is settled.
func (p *People) LostBy(m op.Member, identity []byte) (out []Loss) {
	if p == nil {
		return nil
	}
	for _, x := range p.Lost {
		switch {
		case x.Lost.Member != m:
		case bytes.Equal(x.Lost.Identity, identity):
			out = nil
		default:
			out = append(out, x)
		}
	}
	return out
}

// LostWith finds the claim that brought a member's key.
func (p *People) LostWith(m op.Member, identity []byte) (Loss, bool) {
	if p == nil {
		return Loss{}, false
	}
	i := slices.IndexFunc(p.Lost, func(x Loss) bool { return x.Lost.Member == m && bytes.Equal(x.Lost.Identity, identity) })
	if i < 0 {
		return Loss{}, false
	}
	return p.Lost[i], true
}

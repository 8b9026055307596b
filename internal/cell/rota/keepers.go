package rota

import (
	"slices"

	"celld/internal/op"
)

// KindKeep says whether its author keeps circles: a pool that everybody may
// enter and leave, without turns (K2).
const KindKeep op.Kind = "rota.keep"

// Keep is a yes or a no.
type Keep struct {
	Yes bool `cbor:"1,keyasint"`
}

// Keeps lists who said that they keep circles, in the order in which they did.
func (r *Rota) Keeps() []op.Member {
	if r == nil {
		return nil
	}
	return r.Keepers
}

func judgeKeep(o op.Opened, at Reader) error {
	people, ok := at.At("people").(People)
	switch {
	case o.Decode(new(Keep)) != nil || !o.Subject.IsZero():
		return op.Refuse("rota.content")
	case !ok || !people.IsActive(o.Member):
		return op.Refuse("actor.unknown")
	}
	return nil
}

// keep enters the author, or takes them out.
func (r *Rota) keep(o op.Opened) *Rota {
	var k Keep
	_ = o.Decode(&k) // judged
	next := new(Rota)
	if r != nil {
		next.Posts = r.Posts
		next.Keepers = slices.DeleteFunc(slices.Clone(r.Keepers), func(m op.Member) bool { return m == o.Member })
	}
	if k.Yes {
		next.Keepers = append(next.Keepers, o.Member)
	}
	return next
}

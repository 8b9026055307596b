package cell

import (
	"maps"

	"celld/internal/op"
)

// refusals are the operations without effect. There are few, so an edit copies
// them when it adds one.
type refusals struct {
	all    map[op.Ref]refused
	shared bool
}

type refused struct {
	why    error
	public bool // every router could judge it, awake or not
}

func (r refusals) of(ref op.Ref) error { return r.all[ref].why }

func (r refusals) edit() refusals {
	r.shared = true
	return r
}

func (r *refusals) add(ref op.Ref, v refused) {
	if r.shared || r.all == nil {
		r.all, r.shared = maps.Clone(r.all), false
	}
	if r.all == nil {
		r.all = map[op.Ref]refused{}
	}
	r.all[ref] = v
}

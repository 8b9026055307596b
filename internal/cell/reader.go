package cell

import (
	"maps"

	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// reader gives the values of subjects as somebody saw them who had applied
// just the operations of a past. Nearly always that is the present state, and
// costs nothing.
type reader struct {
	state  *State
	past   op.Past
	closed map[op.Device]uint64
	known  map[string]any
}

func (s *State) at(past op.Past) *reader {
	r := &reader{state: s, past: past, closed: s.closed, known: map[string]any{}}
	// What stands of a forked log depends on who covered it, and that differs
	// between this past and the present even where no trust operation does.
	if sub := s.shelf.get(trust.Key); s.forked || !r.covers(sub) {
		r.closed = s.closings(past)
	}
	return r
}

// covers reports whether every operation of a subject lies in the past.
func (r *reader) covers(sub *subject) bool { return sub.within(&r.state.devices, r.past) }

// At returns a subject's value at the frontier. Two keys are views over
// others: who the people are, and which rules are in force.
func (r *reader) At(key string) any {
	if v, ok := r.known[key]; ok {
		return v
	}
	v := r.view(key)
	r.known[key] = v
	return v
}

func (r *reader) view(key string) any {
	switch key {
	case PeopleKey:
		names, _ := r.At(people.Key).(*people.People)
		return People{Trust: r.trust(), names: names}
	case ledger.KeyAccounts:
		return r.accounts()
	case RulesKey:
		agreed, _ := r.At(agreementsKey).(*Agreements)
		return agreed.Rules()
	}
	return r.fold(key)
}

func (r *reader) fold(key string) any {
	sub := r.state.shelf.get(key)
	if sub == nil {
		return nil
	}
	if r.covers(sub) && maps.Equal(r.closed, r.state.closed) {
		return r.state.valueOf(key, sub)
	}
	return r.state.refold(key, sub, func(m mark) footing {
		ref := r.state.devices.ref(m)
		if !r.past.Has(ref) {
			return unseen
		}
		return footingUnder(r.closed, ref)
	})
}

func (r *reader) trust() *trust.Trust {
	t, _ := r.At(trust.Key).(*trust.Trust)
	return t
}

// accounts lists the accounts that had been used.
func (r *reader) accounts() []string {
	var out []string
	for _, key := range r.state.books {
		if r.state.shelf.get(key).any(func(m mark) bool { return r.past.Has(r.state.devices.ref(m)) }) {
			out = append(out, key)
		}
	}
	return out
}

package cell

import "celld/internal/cell/ledger"

// Reader gives the value of a subject.
type Reader interface{ At(key string) any }

// Now reads the present state, with the views that rooms ask for.
func (s *State) Now() Reader { return present{s} }

type present struct{ state *State }

func (p present) At(key string) any {
	switch key {
	case PeopleKey:
		return PeopleOf(p.state)
	case ledger.KeyAccounts:
		return p.state.books
	case RulesKey:
		return RulesOf(p.state)
	}
	return p.state.Value(key)
}

package cell

import (
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// PeopleOf returns who belongs to the cell now, and what they are called.
func PeopleOf(s *State) People {
	t, _ := s.Value(trust.Key).(*trust.Trust)
	names, _ := s.Value(people.Key).(*people.People)
	return People{Trust: t, names: names}
}

// Cell returns what the cell is called.
func (p People) Cell() string {
	if p.names == nil {
		return ""
	}
	return p.names.Cell
}

// Names returns the sealed side of the people; nil while the router is locked.
func (p People) Names() *people.People { return p.names }

// Named finds a member by pseudonym.
func (p People) Named(name string) (m op.Member, ok bool) {
	m, ok = p.names.Named(name)
	return m, ok && p.IsActive(m)
}

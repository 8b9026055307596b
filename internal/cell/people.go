package cell

import (
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// The views that rooms ask for.
const (
	PeopleKey = "people"
	RulesKey  = "rules"
)

// People is the view "people": who belongs to the cell, and what they are
// called.
type People struct {
	Trust *trust.Trust
	names *people.People
}

// Active returns the members in the order they came: the order of the circle.
func (p People) Active() []op.Member { return p.Trust.Active() }

// IsActive reports whether m belongs to the cell.
func (p People) IsActive(m op.Member) bool { return p.Trust.IsActive(m) }

// Away reports whether m is on leave.
func (p People) Away(m op.Member) bool { return p.names.Away(m) }

// Router returns what a router is called; empty where nobody has said.
func (p People) Router(d op.Device) string { return p.names.Router(d) }

// Name returns m's pseudonym.
func (p People) Name(m op.Member) string { return p.names.Name(m) }

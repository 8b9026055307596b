package ledgertest

import (
	"slices"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// People stands for the roster.
type People struct {
	all  []op.Member
	left []op.Member
}

// IsActive reports whether m is in the cell.
func (p People) IsActive(m op.Member) bool {
	return slices.Contains(p.all, m) && !slices.Contains(p.left, m)
}

// Active returns who is in the cell.
func (p People) Active() (active []op.Member) {
	for _, m := range p.all {
		if p.IsActive(m) {
			active = append(active, m)
		}
	}
	return active
}

// Round stands for a round in force.
type Round Effect

// InForce reports true.
func (Round) InForce() bool { return true }

// Mandate returns the round's effect.
func (r Round) Mandate() (string, []byte) { return r.Kind, r.Content }

type rules struct{ of ledger.Rules }

// Ledger returns the ledger's rules.
func (r rules) Ledger() ledger.Rules { return r.of }

// start returns the subjects of other rooms as they stand at the start.
func (w *World) start() State {
	return State{"people": People{all: w.Members}, "rules": rules{}}
}

// foreign folds o into the subjects of other rooms.
func (s State) foreign(o op.Opened) {
	switch o.Kind {
	case KindLeave:
		p := s["people"].(People)
		p.left = append(slices.Clone(p.left), o.Member)
		s["people"] = p
	case KindRound:
		var e Effect
		if o.Decode(&e) != nil {
			return
		}
		s["round/"+o.Ref.String()] = Round(e)
		if next, err := s["rules"].(rules).of.With(e.Kind, e.Content); err == nil {
			s["rules"] = rules{next}
		}
	}
}

// Adopt lets device i bring a round with an effect into force.
func (w *World) Adopt(i int, kind string, effect any) op.Ref {
	ref, err := w.Write(i, Draft{Kind: KindRound, Content: Effect{kind, op.MustMarshal(effect)}})
	if err != nil {
		panic("ledgertest: " + err.Error())
	}
	return ref
}

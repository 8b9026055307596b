package cell

import "celld/internal/op"

// agreementsKey is the subject that folds every round with an effect.
const agreementsKey = "agreements"

// Rules are what the agreements in force add up to.
type Rules struct {
	Unattended bool
}

// Agreements is the value of that subject.
type Agreements struct{}

// Rules returns the rules in force.
func (a *Agreements) Rules() Rules { return Rules{} }

// RulesOf returns the rules in force now.
func RulesOf(s *State) Rules {
	a, _ := s.Value(agreementsKey).(*Agreements)
	return a.Rules()
}

// effects names the further subjects that o changes because of an agreement's
// effect.
func effects(o op.Opened, at *reader) []string { return nil }

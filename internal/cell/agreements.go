package cell

import (
	"fmt"
	"slices"
	"sort"

	"celld/internal/cell/consent"
	"celld/internal/op"
)

// Agreements are the rounds that carry a standing effect.
type Agreements struct {
	Rounds []*consent.Round
}

// MarshalState is the canonical encoding of the value.
func (a *Agreements) MarshalState() []byte { return op.MustMarshal(*a) }

// pack writes a down for a snapshot: each round by itself, since all together
// lie deeper than a decoder goes.
func (a *Agreements) pack() (b []byte) {
	for _, r := range a.Rounds {
		b = op.AppendField(b, r.MarshalState())
	}
	return b
}

// unpackAgreements reads what pack wrote.
func unpackAgreements(_ string, b []byte) (any, error) {
	a, in := new(Agreements), op.NewReader(b)
	for in.Left() > 0 {
		r, err := consent.UnmarshalRound(in.Field())
		if err != nil {
			return nil, err
		}
		if len(r.Versions) == 0 {
			return nil, fmt.Errorf("cell: an agreement without words")
		}
		a.Rounds = append(a.Rounds, r)
	}
	return a, in.End()
}

// Rules takes the effects in force in the order of their adoption.
func (a *Agreements) Rules() Rules {
	var rules Rules
	if a == nil {
		return rules
	}
	var standing []*consent.Round
	for _, r := range a.Rounds {
		if r.Effect() != nil {
			standing = append(standing, r)
		}
	}
	sort.Slice(standing, func(i, j int) bool { return standing[i].Adopted.Place().Before(standing[j].Adopted.Place()) })
	for _, r := range standing {
		rules, _ = rules.with(r.Effect().Kind, r.Effect().Content)
	}
	return rules
}

// effects names the further subject that an operation of a round changes when
// the round has a standing effect, or amends one that has.
func effects(o op.Opened, at *reader) []string {
	if !consent.Owns(o.Kind) {
		return nil
	}
	kind, amends := kindOf(consent.Proposed(o)), opened(o).Amends
	if r, ok := at.At(consent.Key(o.Thing())).(*consent.Round); ok && r != nil {
		kind, amends = kindOf(r.Versions[0].Text.Effect), r.Amends
	}
	agreed, _ := at.At(agreementsKey).(*Agreements)
	if standing(kind) || agreed.find(amends) >= 0 {
		return []string{agreementsKey}
	}
	return nil
}

// standing reports an effect that changes a rule for as long as it is in force.
func standing(kind string) bool { return kind != "" && !mandate(kind) }

// opened reads the opening of a round; the zero one from any other operation.
func opened(o op.Opened) (a consent.Opening) {
	if o.Kind == consent.KindOpen && o.Decode(&a) != nil {
		return consent.Opening{}
	}
	return a
}

func (a *Agreements) find(ref op.Ref) int {
	if a == nil || ref.IsZero() {
		return -1
	}
	return slices.IndexFunc(a.Rounds, func(r *consent.Round) bool { return r.Ref == ref })
}

// amendedBy finds the agreement that the round at ref was brought to amend.
func (a *Agreements) amendedBy(ref op.Ref) int {
	return slices.IndexFunc(a.Rounds, func(r *consent.Round) bool {
		return slices.ContainsFunc(r.Amendments, func(b *consent.Round) bool { return b.Ref == ref })
	})
}

// applyAgreements folds o into the round that it belongs to and, when that is
// there to amend another agreement, into that one.
func applyAgreements(_ string, value any, o op.Opened) any {
	next := &Agreements{}
	if old, ok := value.(*Agreements); ok {
		next.Rounds = slices.Clone(old.Rounds)
	}
	thing := o.Thing()
	amended := next.find(opened(o).Amends)
	if amended < 0 {
		amended = next.amendedBy(thing)
	}
	if amended >= 0 {
		next.apply(amended, o)
	}
	switch i := next.find(thing); {
	case i >= 0:
		next.apply(i, o)
	case standing(kindOf(consent.Proposed(o))):
		if first, ok := consent.Apply(consent.Key(thing), nil, o).(*consent.Round); ok && first != nil {
			next.Rounds = append(next.Rounds, first)
		}
	}
	return next
}

func (a *Agreements) apply(i int, o op.Opened) {
	if r, ok := consent.Apply(consent.Key(a.Rounds[i].Ref), a.Rounds[i], o).(*consent.Round); ok && r != nil {
		a.Rounds[i] = r
	}
}

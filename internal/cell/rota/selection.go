package rota

import (
	"fmt"
	"slices"

	"celld/internal/op"
)

// KeySelections is the subject of how roles are given by reasons (R5).
const KeySelections = "selections"

// The kinds of a selection. What is proposed becomes a round, and the adoption
// of that gives the turn.
const (
	KindSelect   op.Kind = "rota.select"
	KindNominate op.Kind = "rota.nominate"
	KindReveal   op.Kind = "rota.reveal"
	KindPropose  op.Kind = "rota.propose"
	KindClose    op.Kind = "rota.close"
)

// EffectTurn is the effect of a round that gives somebody a turn: a Turn.
const EffectTurn = "rota.turn"

// Turn says whose a coming term is to be.
type Turn struct {
	Role   Role      `cbor:"1,keyasint"`
	Number uint64    `cbor:"2,keyasint"`
	Member op.Member `cbor:"3,keyasint"`
}

// ReadTurn reads the content of such an effect.
func ReadTurn(b []byte) (t Turn, err error) {
	if err = op.Unmarshal(b, &t); err == nil && (!t.Role.turns() || t.Number == 0 || t.Member.IsZero()) {
		err = fmt.Errorf("rota: not a turn")
	}
	return t, err
}

// Select opens a selection for the coming term of a role.
type Select struct {
	Role   Role        `cbor:"1,keyasint"`
	Number uint64      `cbor:"2,keyasint"`
	Words  string      `cbor:"3,keyasint,omitempty"` // what the role is there for now
	Roster []op.Member `cbor:"4,keyasint,omitempty"` // who belongs, in the order of the table (X3)
}

// Nominate names who should have the turn, and why; said again it is a change.
type Nominate struct {
	Role   Role      `cbor:"1,keyasint"`
	Number uint64    `cbor:"2,keyasint"`
	Who    op.Member `cbor:"3,keyasint"`
	Why    string    `cbor:"4,keyasint,omitempty"`
}

// Reveal, as Close, is said of the selection for a term: shows what everybody
// named, though somebody is missing.
type Reveal struct {
	Role   Role   `cbor:"1,keyasint"`
	Number uint64 `cbor:"2,keyasint"`
}

// Close gives a selection up: then it goes by turns.
type Close = Reveal

// Propose says that the round which is its subject is about a nominee.
type Propose struct {
	Role   Role      `cbor:"1,keyasint"`
	Number uint64    `cbor:"2,keyasint"`
	Who    op.Member `cbor:"3,keyasint"`
}

// MaxWhy is how long a reason may be, in characters.
const MaxWhy = 280

// Selections are the last one of each role. It is a value like Rota.
type Selections struct {
	List []Selection `cbor:"1,keyasint,omitempty"` // by role
}

// Selection is how one term of a role is given by reasons.
type Selection struct {
	Role   Role         `cbor:"1,keyasint"`
	Number uint64       `cbor:"2,keyasint"`
	By     op.Member    `cbor:"3,keyasint"`
	Words  string       `cbor:"4,keyasint,omitempty"`
	Roster []op.Member  `cbor:"5,keyasint,omitempty"`
	Named  []Nomination `cbor:"6,keyasint,omitempty"` // one a member, in the order they first spoke
	Shown  bool         `cbor:"7,keyasint,omitempty"` // all at once (C10)
	Round  op.Ref       `cbor:"8,keyasint,omitzero"`
	Who    op.Member    `cbor:"9,keyasint,omitzero"` // whom the round is about
	Closed bool         `cbor:"10,keyasint,omitempty"`
}

// Nomination is whom somebody named.
type Nomination struct {
	By     op.Member `cbor:"1,keyasint"`
	Who    op.Member `cbor:"2,keyasint"`
	Why    string    `cbor:"3,keyasint,omitempty"`
	Before op.Member `cbor:"4,keyasint,omitzero"` // whom before they heard the others' reasons
}

// MarshalState is the one spelling of s, for digests and snapshots.
func (s *Selections) MarshalState() []byte {
	if s == nil {
		s = new(Selections)
	}
	return op.MustMarshal(s)
}

// UnmarshalSelections reads what MarshalState wrote.
func UnmarshalSelections(b []byte) (*Selections, error) {
	s := new(Selections)
	if err := op.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("rota: %w", err)
	}
	for i, x := range s.List {
		if i > 0 && s.List[i-1].Role >= x.Role {
			return nil, fmt.Errorf("rota: roles out of order")
		}
	}
	return s, nil
}

// For returns the selection for a term of a role that is under way; ok is false
// where there is none. It may be asked of a nil value.
func (s *Selections) For(role Role, number uint64) (x Selection, ok bool) {
	if s != nil {
		for _, x := range s.List {
			if x.Role == role && x.Number == number && !x.Closed {
				return x, true
			}
		}
	}
	return x, false
}

// Nominees are all who are named, each once.
func (x Selection) Nominees() (out []op.Member) {
	for _, n := range x.Named {
		if !slices.Contains(out, n.Who) {
			out = append(out, n.Who)
		}
	}
	return out
}

// Leads reports whether m leads the selection on: who facilitates, of those who
// are here and, once the names are known, not among them (I10). Where that is
// nobody, anybody does who belongs to it.
func (x Selection) Leads(at Reader, m op.Member) bool {
	var except []op.Member
	if x.Shown {
		except = x.Nominees()
	}
	r, _ := at.At(Key).(*Rota)
	lead := r.Facilitator(Here(at), except...)
	return lead == m || lead.IsZero() && slices.Contains(x.Roster, m)
}

// round is what this room asks of the subject of a round.
type round interface {
	Finished() bool
	Proposes() (kind string, content []byte)
	Mandate() (kind string, content []byte)
	SaidYes(op.Member) bool
}

func (a act) judgeSelection(o op.Opened, at Reader, r *Rota, people People) error {
	all, _ := at.At(KeySelections).(*Selections)
	coming := r.Post(a.role).Term.Number + 1
	x, under := all.For(a.role, coming)
	switch {
	case a.number != coming:
		return op.Refuse("rota.number", coming)
	case o.Kind == KindSelect && under:
		return op.Refuse("rota.selecting")
	case o.Kind == KindSelect:
		if !slices.Equal(a.roster, people.Active()) {
			return op.Refuse("rota.roster")
		}
		return op.CheckText(a.words, 4*MaxWhy, true)
	case !under:
		return op.Refuse("rota.no-selection")
	case !slices.Contains(x.Roster, o.Member):
		return op.Refuse("rota.outside")
	}
	return a.judgeStep(o, at, r, x)
}

func (a act) judgeStep(o op.Opened, at Reader, r *Rota, x Selection) error {
	people, _ := at.At("people").(People)
	under := x.underWay(at)
	switch {
	case under && o.Kind != KindClose:
		return op.Refuse("rota.proposed")
	case o.Kind == KindClose && !under && (o.Member == x.By || x.Leads(at, o.Member)):
		return nil
	case o.Kind == KindClose:
		return op.Refuse("rota.lead")
	case o.Kind == KindReveal && (x.Shown || len(x.Named) == 0):
		return op.Refuse("rota.shown")
	case o.Kind != KindNominate && !x.Leads(at, o.Member):
		return op.Refuse("rota.lead")
	case o.Kind == KindReveal:
		return nil
	case !slices.Contains(x.Roster, a.who) || !people.IsActive(a.who) || r.barred(a.role, a.who, len(Here(at))):
		return op.Refuse("rota.barred")
	case o.Kind == KindNominate:
		return op.CheckText(a.words, MaxWhy, true)
	case !x.Shown:
		return op.Refuse("rota.hidden")
	}
	return a.judgePropose(o, at, x)
}

func (a act) judgePropose(o op.Opened, at Reader, x Selection) error {
	t, ok := proposed(at, o.Subject)
	if !ok || t != (Turn{a.role, a.number, a.who}) || !slices.Contains(x.Nominees(), a.who) {
		return op.Refuse("rota.round")
	}
	return nil
}

// underWay reports whether the round about the nominee is open still.
func (x Selection) underWay(at Reader) bool {
	if x.Round.IsZero() {
		return false
	}
	r, ok := at.At("round/" + x.Round.String()).(round)
	return ok && !r.Finished()
}

func proposed(at Reader, ref op.Ref) (t Turn, ok bool) {
	r, is := at.At("round/" + ref.String()).(round)
	if !is {
		return t, false
	}
	kind, content := r.Proposes()
	t, err := ReadTurn(content)
	return t, kind == EffectTurn && err == nil
}

// judgeMandate lets anybody write down what a round in force decided, when the
// one whom it is about said yes to it with their own voice.
func (a act) judgeMandate(at Reader, r *Rota, people People) error {
	x, ok := at.At("round/" + a.round.String()).(round)
	if !ok {
		return op.Refuse("rota.round")
	}
	kind, content := x.Mandate()
	t, err := ReadTurn(content)
	switch {
	case kind != EffectTurn || err != nil || t != (Turn{a.role, a.number, a.who}):
		return op.Refuse("rota.round")
	case !people.IsActive(a.who) || !x.SaidYes(a.who):
		return op.Refuse("rota.own-yes")
	case a.number != r.Post(a.role).Term.Number+1:
		return op.Refuse("rota.number", r.Post(a.role).Term.Number+1)
	case r.barred(a.role, a.who, len(Here(at))):
		return op.Refuse("rota.barred")
	}
	return nil
}

// applySelection folds a step. It is total: what comes too late for its term
// changes nothing.
func applySelection(value any, a act, o op.Opened) any {
	s, _ := value.(*Selections)
	x, under := s.For(a.role, a.number)
	if o.Kind == KindSelect {
		if under {
			return value
		}
		return s.with(Selection{Role: a.role, Number: a.number, By: o.Member, Words: a.words, Roster: a.roster})
	}
	if !under || !x.apply(a, o) {
		return value
	}
	return s.with(x)
}

// apply changes x, a copy, and reports whether it did.
func (x *Selection) apply(a act, o op.Opened) bool {
	switch o.Kind {
	case KindNominate:
		x.name(Nomination{By: o.Member, Who: a.who, Why: a.words})
	case KindReveal:
		x.Shown = true
	case KindPropose:
		x.Shown, x.Round, x.Who = true, o.Subject, a.who
	case KindClose:
		x.Closed = true
	}
	return true
}

// name puts a nomination in its place. When everybody has named somebody all
// see it; who changes then is seen to have named another before.
func (x *Selection) name(n Nomination) {
	x.Named = slices.Clone(x.Named)
	i := slices.IndexFunc(x.Named, func(y Nomination) bool { return y.By == n.By })
	if i < 0 {
		x.Named = append(x.Named, n)
	} else {
		if n.Before = x.Named[i].Before; x.Shown && n.Before.IsZero() && n.Who != x.Named[i].Who {
			n.Before = x.Named[i].Who
		}
		x.Named[i] = n
	}
	x.Shown = x.Shown || len(x.Named) >= len(x.Roster)
}

// with returns s with a selection replaced or added.
func (s *Selections) with(x Selection) *Selections {
	next := new(Selections)
	if s != nil {
		next.List = slices.Clone(s.List)
	}
	i, found := slices.BinarySearchFunc(next.List, x.Role, func(y Selection, role Role) int { return int(y.Role) - int(role) })
	if !found {
		next.List = op.Insert(next.List, i, x)
	}
	next.List[i] = x
	return next
}

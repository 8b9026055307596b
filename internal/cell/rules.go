package cell

import (
	"slices"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// agreementsKey is the subject that folds every round with a standing effect,
// with the same code as the round itself: so a contested adoption stops
// working at once, everywhere alike.
const agreementsKey = "agreements"

// The effects that belong to no room.
const (
	EffectSilence    = "consent.silence" // Switch: silence consents to routine rounds (C8)
	EffectUnattended = "mode.unattended" // Switch: the router wakes without anybody (S3)
	EffectFounding   = "cell.founding"   // Founding
	EffectAct        = "trust.act"       // trust.Act: a mandate to seat, remove or re-bind
)

// Switch turns a rule on or off.
type Switch struct {
	On bool `cbor:"1,keyasint,omitempty"`
}

// Founding is what the first round agrees beside who is here.
type Founding struct {
	Limits []ledger.LimitsEffect `cbor:"1,keyasint,omitempty"`
	Units  []ledger.UnitInfo     `cbor:"2,keyasint,omitempty"`
}

// Rules are what the agreements in force add up to: the view "rules".
type Rules struct {
	Unattended bool
	silence    bool
	ledger     ledger.Rules
}

// SilenceConsents reports whether the cell counts silence in routine rounds.
func (r Rules) SilenceConsents() bool { return r.silence }

// Ledger returns the rules of the ledger.
func (r Rules) Ledger() ledger.Rules { return r.ledger }

// RulesOf returns the rules in force now.
func RulesOf(s *State) Rules {
	a, _ := s.Value(agreementsKey).(*Agreements)
	return a.Rules()
}

// Agreements are the rounds that carry a standing effect.
type Agreements struct {
	Rounds []*consent.Round
}

// MarshalState is the canonical encoding of the value.
func (a *Agreements) MarshalState() []byte { return op.MustMarshal(*a) }

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
	slices.SortFunc(standing, func(x, y *consent.Round) int {
		if x.Adopted.Place().Before(y.Adopted.Place()) {
			return -1
		}
		return 1
	})
	for _, r := range standing {
		rules, _ = rules.with(r.Effect().Kind, r.Effect().Content)
	}
	return rules
}

// with returns the rules after an effect. They are unchanged where it errs.
func (r Rules) with(kind string, content []byte) (Rules, error) {
	switch kind {
	case EffectSilence:
		return r.toggle(&r.silence, content)
	case EffectUnattended:
		return r.toggle(&r.Unattended, content)
	case EffectFounding:
		return r.found(content)
	case EffectAct:
		return r, op.Unmarshal(content, new(trust.Act))
	}
	var err error
	r.ledger, err = r.ledger.With(kind, content)
	return r, err
}

func (r *Rules) toggle(what *bool, content []byte) (Rules, error) {
	var s Switch
	if err := op.Unmarshal(content, &s); err != nil {
		return *r, op.Refuse("text.effect")
	}
	*what = s.On
	return *r, nil
}

func (r Rules) found(content []byte) (Rules, error) {
	var f Founding
	if err := op.Unmarshal(content, &f); err != nil {
		return r, op.Refuse("text.effect")
	}
	next := r
	var err error
	for _, u := range f.Units {
		if next.ledger, err = next.ledger.With(ledger.EffectUnit, op.MustMarshal(u)); err != nil {
			return r, err
		}
	}
	for _, l := range f.Limits {
		if next.ledger, err = next.ledger.With(ledger.EffectLimits, op.MustMarshal(l)); err != nil {
			return r, err
		}
	}
	return next, nil
}

// mandate reports effects that change no rule by themselves: somebody cites
// the round when carrying it out.
func mandate(kind string) bool {
	return kind == ledger.EffectWriteOff || kind == ledger.EffectExpense || kind == EffectAct
}

// effectOf returns the effect that an operation of a round gives it.
func effectOf(o op.Opened) *consent.Effect {
	switch o.Kind {
	case consent.KindOpen:
		var a consent.Opening
		if o.Decode(&a) == nil {
			return a.Text.Effect
		}
	case consent.KindRevise:
		var a consent.Revise
		if o.Decode(&a) == nil {
			return a.Text.Effect
		}
	}
	return nil
}

// judgeEffect refuses an effect that would mean nothing, and a new text that
// changes what kind of thing the round does: its subjects are fixed at the
// opening.
func judgeEffect(o op.Opened, at *reader) error {
	e := effectOf(o)
	if o.Kind == consent.KindRevise {
		r, _ := at.At(consent.Key(o.Subject)).(*consent.Round)
		if r == nil || kindOf(e) != kindOf(r.Versions[0].Text.Effect) {
			return op.Refuse("text.effect")
		}
	}
	if e == nil {
		return nil
	}
	_, err := Rules{}.with(e.Kind, e.Content)
	return err
}

// judgeFounding: there is one founding, and it takes everybody's consent, by
// hand; no clock ends it.
func judgeFounding(o op.Opened, at *reader) error {
	e := effectOf(o)
	if o.Kind == consent.KindOpen && kindOf(e) == EffectFounding && at.trust().Closed {
		return op.Refuse("trust.door-closed")
	}
	if o.Kind != consent.KindAdopt {
		return nil
	}
	r, _ := at.At(consent.Key(o.Subject)).(*consent.Round)
	if r == nil || kindOf(r.Text().Effect) != EffectFounding {
		return nil
	}
	if t := r.Tally(at); t.Consents < t.Eligible || len(at.trust().Active()) > t.Eligible {
		return op.Refuse("adopt.quorum", t.Eligible-t.Consents)
	}
	return nil
}

func kindOf(e *consent.Effect) string {
	if e == nil {
		return ""
	}
	return e.Kind
}

// effects names the further subject that an operation of a round changes when
// the round has a standing effect.
func effects(o op.Opened, at *reader) []string {
	if !consent.Owns(o.Kind) {
		return nil
	}
	kind := kindOf(effectOf(o))
	if r, ok := at.At(consent.Key(o.Thing())).(*consent.Round); ok && r != nil {
		kind = kindOf(r.Versions[0].Text.Effect)
	}
	if kind == "" || mandate(kind) {
		return nil
	}
	return []string{agreementsKey}
}

// applyAgreements folds o into the round that it belongs to.
func applyAgreements(_ string, value any, o op.Opened) any {
	old, _ := value.(*Agreements)
	next := &Agreements{}
	if old != nil {
		next.Rounds = slices.Clone(old.Rounds)
	}
	thing := o.Thing()
	i := slices.IndexFunc(next.Rounds, func(r *consent.Round) bool { return r.Ref == thing })
	var before any
	if i >= 0 {
		before = next.Rounds[i]
	}
	after, _ := consent.Apply(consent.Key(thing), before, o).(*consent.Round)
	switch {
	case after == nil:
	case i >= 0:
		next.Rounds[i] = after
	default:
		next.Rounds = append(next.Rounds, after)
	}
	return next
}

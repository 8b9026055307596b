package cell

import (
	"celld/internal/cell/ledger"
	"celld/internal/cell/rota"
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
	case rota.EffectTurn:
		if _, err := rota.ReadTurn(content); err != nil {
			return r, op.Refuse("text.effect")
		}
		return r, nil
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
	return kind == ledger.EffectWriteOff || kind == ledger.EffectExpense || kind == EffectAct || kind == rota.EffectTurn
}

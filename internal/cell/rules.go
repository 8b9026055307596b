package cell

import (
	"celld/internal/cell/board"
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
	EffectNotes      = "keep.notes"      // Days: how long notes stay on the board (S2)
	EffectFounding   = "cell.founding"   // Founding
	EffectAct        = "trust.act"       // trust.Act: a mandate to seat, remove or re-bind
)

// Switch turns a rule on or off.
type Switch struct {
	On bool `cbor:"1,keyasint,omitempty"`
}

// Days is how long a class of things is kept.
type Days struct {
	Days uint64 `cbor:"1,keyasint"`
}

// NoteDays is how long a note stays where nobody has agreed on less.
const NoteDays = board.Usual / (24 * 60 * 60)

// Founding is what the first round agrees beside who is here.
type Founding struct {
	Limits []ledger.LimitsEffect `cbor:"1,keyasint,omitempty"`
	Units  []ledger.UnitInfo     `cbor:"2,keyasint,omitempty"`
}

// Rules are what the agreements in force add up to: the view "rules".
type Rules struct {
	Unattended bool
	notes      uint64
	silence    bool
	ledger     ledger.Rules
}

// SilenceConsents reports whether the cell counts silence in routine rounds.
func (r Rules) SilenceConsents() bool { return r.silence }

// NoteDays is how many days a note stays on the board.
func (r Rules) NoteDays() uint64 {
	if r.notes == 0 {
		return NoteDays
	}
	return r.notes
}

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
	case EffectNotes:
		return r.keepNotes(content)
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

// keepNotes shortens how long notes stay. Longer than usual is nobody's to agree on.
func (r Rules) keepNotes(content []byte) (Rules, error) {
	var d Days
	if err := op.Unmarshal(content, &d); err != nil || d.Days < 1 || d.Days > NoteDays {
		return r, op.Refuse("text.effect")
	}
	r.notes = d.Days
	return r, nil
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

package ledger

import (
	"celld/internal/op"
)

// The kinds of effect that a round can have on the ledger. The first six are
// standing rules; the last two are mandates, cited by what carries them out.
const (
	EffectUnit     = "ledger.unit"     // UnitInfo
	EffectLimits   = "ledger.limits"   // LimitsEffect
	EffectSpending = "ledger.expenses" // SpendingEffect
	EffectGiftMode = "ledger.giftmode" // Switch
	EffectBands    = "ledger.bands"    // Switch
	EffectShown    = "ledger.shown"    // Switch
	EffectWriteOff = "ledger.writeoff" // WriteOff
	EffectExpense  = "ledger.expense"  // Grant
)

// LimitsEffect sets the limits of a unit.
type LimitsEffect struct {
	Unit Unit   `cbor:"1,keyasint"`
	Min  Amount `cbor:"2,keyasint,omitempty"`
	Max  Amount `cbor:"3,keyasint,omitempty"`
	Cap  Amount `cbor:"4,keyasint"`
}

// SpendingEffect sets the thresholds of expenses in a unit.
type SpendingEffect struct {
	Unit    Unit   `cbor:"1,keyasint"`
	Small   Amount `cbor:"2,keyasint"`
	Large   Amount `cbor:"3,keyasint"`
	ByLarge uint8  `cbor:"4,keyasint,omitempty"`
}

// Switch turns a mode on or off.
type Switch struct {
	On bool `cbor:"1,keyasint,omitempty"`
}

// WriteOff is the mandate to let the pool bear what somebody who left owes, or
// to post what a count found: exactly this posting, once.
type WriteOff struct {
	Unit   Unit    `cbor:"1,keyasint"`
	From   Account `cbor:"2,keyasint"`
	To     Account `cbor:"3,keyasint"`
	Amount Amount  `cbor:"4,keyasint"`
	Count  op.Ref  `cbor:"5,keyasint,omitzero"`
}

// Grant is the mandate to pay one expense.
type Grant struct {
	Expense op.Ref `cbor:"1,keyasint"`
	Unit    Unit   `cbor:"2,keyasint"`
	Amount  Amount `cbor:"3,keyasint"`
}

// CheckEffect refuses an effect that could not be folded or cited: so a round
// never adopts what would mean nothing.
func CheckEffect(kind string, content []byte) error {
	_, err := Rules{}.With(kind, content)
	return err
}

// With returns the rules as they stand after an effect came into force. A
// mandate changes no rule. The rules are unchanged where it returns an error.
func (r Rules) With(kind string, content []byte) (Rules, error) {
	apply, ok := map[string]func(*Rules, []byte) bool{
		EffectUnit:     (*Rules).unit,
		EffectLimits:   (*Rules).limit,
		EffectSpending: (*Rules).spend,
		EffectGiftMode: func(r *Rules, b []byte) bool { return toggle(&r.gift, b) },
		EffectBands:    func(r *Rules, b []byte) bool { return toggle(&r.bands, b) },
		EffectShown:    func(r *Rules, b []byte) bool { return toggle(&r.shown, b) },
		EffectWriteOff: func(_ *Rules, b []byte) bool { return checkWriteOff(b) },
		EffectExpense:  func(_ *Rules, b []byte) bool { return checkGrant(b) },
	}[kind]
	next := r
	if !ok || !apply(&next, content) {
		return r, op.Refuse(codeEffect, kind)
	}
	return next, nil
}

func (r *Rules) unit(content []byte) bool {
	var e UnitInfo
	if op.Unmarshal(content, &e) != nil || op.CheckText(e.Label, maxLabel, false) != nil {
		return false
	}
	if c := e.Unit.Class(); c != ClassCash && c != ClassGood {
		return false
	}
	r.units = put(r.units, e, func(i UnitInfo) Unit { return i.Unit })
	return true
}

// limit accepts no limit of zero: with one, the first trade would fail (L9a).
func (r *Rules) limit(content []byte) bool {
	var e LimitsEffect
	if op.Unmarshal(content, &e) != nil || e.Unit.Class() == ClassNone || e.Cap <= 0 || e.Cap > unbounded {
		return false
	}
	if e.Unit.Mutual() && (e.Min >= 0 || e.Max <= 0 || e.Min < -MaxAmount || e.Max > MaxAmount) {
		return false
	}
	if !e.Unit.Mutual() && (e.Min != 0 || e.Max != 0) {
		return false
	}
	l := unitLimits{Unit: e.Unit, Limits: Limits{Min: e.Min, Max: e.Max, Cap: e.Cap}}
	r.limits = put(r.limits, l, func(l unitLimits) Unit { return l.Unit })
	return true
}

func (r *Rules) spend(content []byte) bool {
	var e SpendingEffect
	if op.Unmarshal(content, &e) != nil || e.Unit.Class() == ClassNone {
		return false
	}
	if e.Small < 0 || e.Large < e.Small || e.Large > MaxAmount || e.ByLarge > 12 {
		return false
	}
	s := unitSpending{Unit: e.Unit, Spending: Spending{Small: e.Small, Large: e.Large, ByLarge: e.ByLarge}}
	r.spending = put(r.spending, s, func(s unitSpending) Unit { return s.Unit })
	return true
}

func toggle(flag *bool, content []byte) bool {
	var e Switch
	if op.Unmarshal(content, &e) != nil {
		return false
	}
	*flag = e.On
	return true
}

func checkWriteOff(content []byte) bool {
	var e WriteOff
	return op.Unmarshal(content, &e) == nil && checkMove(e.Unit, e.From, e.To, e.Amount) == nil
}

func checkGrant(content []byte) bool {
	var e Grant
	return op.Unmarshal(content, &e) == nil && !e.Expense.IsZero() &&
		e.Unit.Class() != ClassNone && e.Amount > 0 && e.Amount <= MaxAmount
}

package ledger

import (
	"errors"
	"iter"
	"slices"
	"strconv"
)

// Amount counts the smallest parts of a unit: minutes, credits, cents, pieces.
type Amount int64

// MaxAmount bounds one posting. A balance would need nine thousand million
// postings of that size to overflow.
const MaxAmount Amount = 1e9

// ErrOverflow is returned when a sum does not fit.
var ErrOverflow = errors.New("ledger: the sum does not fit")

// ErrUnbalanced is returned for legs that do not sum to zero.
var ErrUnbalanced = errors.New("ledger: the entries do not sum to zero")

// Add returns a + b, or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	sum := a + b
	if (sum > a) != (b > 0) {
		return 0, ErrOverflow
	}
	return sum, nil
}

// Leg is one line of a posting: what an account gains, or with a minus loses.
type Leg struct {
	_       struct{} `cbor:",toarray"`
	Account Account
	Amount  Amount
}

// Entries is a posting in one unit. It sums to zero, since nothing else can be
// made: its fields are out of reach, and its makers refuse the rest. The zero
// value posts nothing.
type Entries struct {
	unit Unit
	legs []Leg
}

// Move returns the posting that takes amount from one account and gives it to
// another.
func Move(u Unit, from, to Account, amount Amount) Entries {
	return Entries{u, []Leg{{Account: from, Amount: -amount}, {Account: to, Amount: amount}}}
}

// Balanced makes a posting of legs that sum to zero, and refuses all others.
func Balanced(u Unit, legs []Leg) (Entries, error) {
	var sum Amount
	for _, l := range legs {
		var err error
		if sum, err = sum.Add(l.Amount); err != nil {
			return Entries{}, err
		}
	}
	if sum != 0 {
		return Entries{}, ErrUnbalanced
	}
	return Entries{u, slices.Clone(legs)}, nil
}

// GiveBack returns the posting that takes from one account what all others
// receive.
func GiveBack(u Unit, from Account, returns []Leg) (Entries, error) {
	var sum Amount
	for _, l := range returns {
		var err error
		if sum, err = sum.Add(l.Amount); err != nil {
			return Entries{}, err
		}
	}
	legs := append([]Leg{{Account: from, Amount: -sum}}, returns...)
	return Entries{u, legs}, nil
}

// Unit returns the book that e is posted in.
func (e Entries) Unit() Unit { return e.unit }

// Len returns how many legs e has.
func (e Entries) Len() int { return len(e.legs) }

// Legs yields the legs in order; the first is where the posting comes from.
func (e Entries) Legs() iter.Seq[Leg] { return slices.Values(e.legs) }

// For returns what e changes on account a, and in how many legs.
func (e Entries) For(a Account) (sum Amount, legs int) {
	for _, l := range e.legs {
		if l.Account == a {
			sum += l.Amount
			legs++
		}
	}
	return sum, legs
}

// leads reports whether a stands first in e, so that of all the accounts of a
// posting exactly one counts it.
func (e Entries) leads(a Account) bool { return len(e.legs) > 0 && e.legs[0].Account == a }

// Decimal spells a with so many digits behind the point.
func Decimal(a Amount, digits int) string {
	s := strconv.FormatInt(int64(a), 10)
	sign := ""
	if a < 0 {
		sign, s = "-", s[1:]
	}
	if digits == 0 {
		return sign + s
	}
	for len(s) <= digits {
		s = "0" + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

package ledger

import (
	"slices"
	"strings"

	"celld/internal/op"
)

// Limits bounds the balances of a unit. Every unit has some: what nobody set
// is the default, never "unlimited".
type Limits struct {
	Min Amount // of a member
	Max Amount // of a member
	Cap Amount // of a shared account, whose floor is always zero
}

// unbounded is the most that an account can hold where no limit has a sense.
const unbounded Amount = 1e15

// DefaultLimits returns the limits that stand until a round sets others.
func DefaultLimits(u Unit) Limits {
	switch u.Class() {
	case ClassTime:
		return Limits{Min: -600, Max: 1200, Cap: 12000}
	case ClassCredit:
		return Limits{Min: -50, Max: 100, Cap: 1000}
	}
	return Limits{Cap: unbounded}
}

// Spending says from which amount on an expense needs how many approvals: one
// below Small, two below Large, and from there on ByLarge, or a round where
// ByLarge is zero.
type Spending struct {
	Small   Amount
	Large   Amount
	ByLarge uint8
}

// DefaultSpending returns the thresholds that stand until a round sets others:
// 20.00 and 200.00 of a currency with cents.
func DefaultSpending(u Unit) Spending {
	switch u.Class() {
	case ClassTime:
		return Spending{Small: 120, Large: 600}
	case ClassCredit:
		return Spending{Small: 10, Large: 50}
	case ClassCash:
		return Spending{Small: 20 * scale(u), Large: 200 * scale(u)}
	}
	return Spending{Small: 10, Large: 100}
}

func scale(u Unit) Amount {
	n := Amount(1)
	for range u.Decimals() {
		n *= 10
	}
	return n
}

type unitLimits struct {
	Unit
	Limits
}

type unitSpending struct {
	Unit
	Spending
}

// Rules are what the cell agreed for its ledger. The zero value is what stands
// before any agreement. Rules are immutable: With returns new ones.
type Rules struct {
	units    []UnitInfo // beside min and crd, by name
	limits   []unitLimits
	spending []unitSpending
	gift     bool
	bands    bool
	shown    bool
}

// Limits returns the limits of u.
func (r Rules) Limits(u Unit) Limits {
	for _, l := range r.limits {
		if l.Unit == u {
			return l.Limits
		}
	}
	return DefaultLimits(u)
}

// Spending returns the thresholds of expenses in u.
func (r Rules) Spending(u Unit) Spending {
	for _, s := range r.spending {
		if s.Unit == u {
			return s.Spending
		}
	}
	return DefaultSpending(u)
}

// Uses reports whether u is one of the cell's units by its rules. Goods are
// declared in the book as well.
func (r Rules) Uses(u Unit) bool {
	return u.Mutual() || slices.ContainsFunc(r.units, func(i UnitInfo) bool { return i.Unit == u })
}

// Units returns the units by agreement, min and crd first.
func (r Rules) Units() []UnitInfo {
	return append([]UnitInfo{{Unit: Minutes}, {Unit: Credit}}, r.units...)
}

// GiftMode reports whether the cell counts giving instead of amounts.
func (r Rules) GiftMode() bool { return r.gift }

// Bands reports whether members see one another's balances as bands only.
func (r Rules) Bands() bool { return r.bands }

// Shown reports whether guests of the Wi-Fi see how the fund went, without names.
func (r Rules) Shown() bool { return r.shown }

// bounds returns the least and the most that account a may hold in u.
func (r Rules) bounds(u Unit, a Account) (least, most Amount) {
	l := r.Limits(u)
	switch a.Place() {
	case OfMember:
		return l.Min, l.Max
	case OfPool, OfProject:
		return 0, l.Cap
	}
	return -unbounded, unbounded
}

// put returns list with v in the place of what has v's name, or added, sorted.
func put[T any](list []T, v T, name func(T) Unit) []T {
	out := slices.Clone(list)
	i, found := slices.BinarySearchFunc(out, name(v), func(x T, u Unit) int {
		return strings.Compare(string(name(x)), string(u))
	})
	if found {
		out[i] = v
		return out
	}
	return op.Insert(out, i, v)
}

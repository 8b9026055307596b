package ledger_test

import (
	"errors"
	"math"
	"testing"
	"time"
	"unsafe"

	"celld/internal/cell/ledger"
	"celld/internal/op"

	"pgregory.net/rapid"
)

// TestNothingUnbalancedCanBeMade tries every way to make an Entries.
func TestNothingUnbalancedCanBeMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOf(rapid.Int64()).Draw(t, "amounts")
		legs := make([]ledger.Leg, len(amounts))
		for i, a := range amounts {
			legs[i] = ledger.Leg{Account: ledger.Common, Amount: ledger.Amount(a)}
		}
		check := func(e ledger.Entries) {
			var sum ledger.Amount
			for l := range e.Legs() {
				sum += l.Amount
			}
			if sum != 0 {
				t.Fatalf("%v sums to %d", amounts, sum)
			}
		}
		if e, err := ledger.Balanced(ledger.Minutes, legs); err == nil {
			check(e)
			if e.Len() > 0 {
				legs[0].Amount++ // the maker's own slice changes nothing inside
				check(e)
			}
		}
		if e, err := ledger.GiveBack(ledger.Minutes, ledger.Tin, legs); err == nil {
			check(e)
		}
		check(ledger.Move(ledger.Minutes, ledger.Tin, ledger.Common, ledger.Amount(rapid.Int64().Draw(t, "amount"))))
	})
}

func TestSumsThatDoNotFitAreErrors(t *testing.T) {
	for _, c := range []struct{ a, b ledger.Amount }{
		{math.MaxInt64, 1}, {math.MinInt64, -1}, {math.MaxInt64, math.MaxInt64}, {math.MinInt64, math.MinInt64},
	} {
		if got, err := c.a.Add(c.b); !errors.Is(err, ledger.ErrOverflow) {
			t.Errorf("%d + %d = %d, %v", c.a, c.b, got, err)
		}
	}
	for _, c := range []struct{ a, b, sum ledger.Amount }{{0, 0, 0}, {-5, 3, -2}, {math.MaxInt64, math.MinInt64, -1}, {1, -1, 0}} {
		if got, err := c.a.Add(c.b); err != nil || got != c.sum {
			t.Errorf("%d + %d = %d, %v", c.a, c.b, got, err)
		}
	}
	legs := []ledger.Leg{{Amount: math.MaxInt64}, {Amount: math.MaxInt64}, {Amount: 2}}
	if _, err := ledger.Balanced(ledger.Minutes, legs); !errors.Is(err, ledger.ErrOverflow) {
		t.Errorf("legs that wrap round to zero: %v", err)
	}
}

// TestAFinishedTransferIsSmall counts the bytes that a completed transfer
// between members keeps: its value, and the names it points to.
func TestAFinishedTransferIsSmall(t *testing.T) {
	c := sit(t, 2)
	ref := c.give(0, 1, 60)
	tx := c.state().At(ledger.TxKey(ref)).(ledger.Tx)
	names := len(tx.From) + len(tx.To)
	if joined := unsafe.StringData(string(tx.From)); unsafe.Add(unsafe.Pointer(joined), len(tx.From)) != unsafe.Pointer(unsafe.StringData(string(tx.To))) {
		t.Error("the two names do not share their memory")
	}
	if size := int(unsafe.Sizeof(tx)) + names; size >= 150 || tx.More != nil {
		t.Errorf("a finished transfer takes %d bytes and %+v", size, tx.More)
	}
}

func TestDaysAreThoseOfTheCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unix := rapid.Uint64Range(0, 253402300799).Draw(t, "unix")
		want := time.Unix(int64(unix), 0).UTC()
		day := ledger.DayOf(unix)
		if day.String() != want.Format(time.DateOnly) || day.Month().String() != want.Format("2006-01") || !day.Valid() {
			t.Fatalf("%d is %v, the calendar says %v", unix, day, want)
		}
		if next := want.AddDate(0, 0, 1); next.Year() < 10000 && day.Next().String() != next.Format(time.DateOnly) {
			t.Fatalf("after %v comes %v", day, day.Next())
		}
	})
	for _, d := range []ledger.Day{0, 20250229, 20261301, 20260100, 20260132, 18991231, 1000000101} {
		if d.Valid() {
			t.Errorf("%d passes for a date", d)
		}
	}
}

func TestUnitsAndAccountsHaveOneSpelling(t *testing.T) {
	for u, want := range map[ledger.Unit]ledger.Class{
		"min": ledger.ClassTime, "crd": ledger.ClassCredit, "cash:EUR": ledger.ClassCash, "good:rye-flour": ledger.ClassGood,
		"": 0, "MIN": 0, "cash:eur": 0, "cash:EURO": 0, "cash:": 0, "good:": 0, "good:-a": 0, "good:a-": 0, "good:a/b": 0,
		"good:seventeen-letters": 0, "good:é": 0, "hours": 0,
	} {
		if got := u.Class(); got != want {
			t.Errorf("%q is of class %d, want %d", u, got, want)
		}
	}
	m := ledger.MemberAccount(op.Member{7})
	project := ledger.ProjectAccount(op.Ref{Device: op.Device{1}, Seq: 9})
	for a, want := range map[ledger.Account]ledger.Place{
		m: ledger.OfMember, project: ledger.OfProject, ledger.Common: ledger.OfPool, "world:mill": ledger.OfWorld, "peer:b": ledger.OfPeer,
		"": 0, "member:": 0, "member:heron": 0, m + "0": 0, "project:x": 0, "pool:": 0, "pool:a/b": 0, "Pool:a": 0, "pool:a b": 0, "other:a": 0,
	} {
		if got := a.Place(); got != want {
			t.Errorf("%q is of place %d, want %d", a, got, want)
		}
	}
	for _, c := range []struct {
		u    ledger.Unit
		a    ledger.Account
		fits bool
	}{
		{ledger.Minutes, m, true}, {ledger.Minutes, "world:mill", false}, {ledger.Minutes, "peer:b", false},
		{ledger.Cash("EUR"), m, false}, {ledger.Cash("EUR"), "world:mill", true}, {ledger.Good("rye"), project, true}, {"x", ledger.Tin, false},
	} {
		if c.u.Fits(c.a) != c.fits {
			t.Errorf("%s in %s: %v", c.a, c.u, !c.fits)
		}
	}
}

func TestEffectsFoldOrAreRefused(t *testing.T) {
	eur := ledger.Cash("EUR")
	var r ledger.Rules
	for _, e := range []struct {
		kind   string
		effect any
	}{
		{ledger.EffectUnit, ledger.UnitInfo{Unit: eur, Label: "euro"}},
		{ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Good("rye")}},
		{ledger.EffectLimits, ledger.LimitsEffect{Unit: ledger.Minutes, Min: -60, Max: 90, Cap: 500}},
		{ledger.EffectLimits, ledger.LimitsEffect{Unit: eur, Cap: 5000}},
		{ledger.EffectSpending, ledger.SpendingEffect{Unit: eur, Small: 5, Large: 7}},
		{ledger.EffectGiftMode, ledger.Switch{On: true}},
		{ledger.EffectBands, ledger.Switch{On: true}},
		{ledger.EffectBands, ledger.Switch{}},
		{ledger.EffectWriteOff, ledger.WriteOff{Unit: eur, From: ledger.Tin, To: ledger.Difference, Amount: 1}},
		{ledger.EffectExpense, ledger.Grant{Expense: op.Ref{Device: op.Device{1}, Seq: 1}, Unit: eur, Amount: 1}},
	} {
		next, err := r.With(e.kind, op.MustMarshal(e.effect))
		if err != nil {
			t.Fatalf("%s: %v", e.kind, err)
		}
		r = next
	}
	if !r.Uses(eur) || r.Limits(ledger.Minutes) != (ledger.Limits{Min: -60, Max: 90, Cap: 500}) || !r.GiftMode() || r.Bands() || len(r.Units()) != 4 {
		t.Fatalf("%+v", r)
	}
	if r.Limits(ledger.Credit) != ledger.DefaultLimits(ledger.Credit) {
		t.Fatal("an unset limit is not the default")
	}
	for _, e := range []struct {
		kind   string
		effect any
	}{
		{"ledger.mint", ledger.Switch{}}, {ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Minutes}}, {ledger.EffectUnit, ledger.Switch{On: true}},
		{ledger.EffectLimits, ledger.LimitsEffect{Unit: ledger.Minutes, Min: 0, Max: 90, Cap: 1}},
		{ledger.EffectLimits, ledger.LimitsEffect{Unit: ledger.Minutes, Min: -1, Max: 0, Cap: 1}},
		{ledger.EffectLimits, ledger.LimitsEffect{Unit: ledger.Minutes, Min: -1, Max: 1}},
		{ledger.EffectLimits, ledger.LimitsEffect{Unit: eur, Min: -1, Cap: 1}},
		{ledger.EffectSpending, ledger.SpendingEffect{Unit: eur, Small: 9, Large: 7}},
		{ledger.EffectWriteOff, ledger.WriteOff{Unit: ledger.Minutes, From: "world:mint", To: ledger.Common, Amount: 1}},
		{ledger.EffectExpense, ledger.Grant{Unit: eur, Amount: 1}},
	} {
		if err := ledger.CheckEffect(e.kind, op.MustMarshal(e.effect)); !errors.Is(err, op.Refuse("ledger.effect")) {
			t.Errorf("%s %+v: %v", e.kind, e.effect, err)
		}
	}
}

func TestBothSidesAreNudgedPastHalf(t *testing.T) {
	l := ledger.DefaultLimits(ledger.Minutes)
	for balance, want := range map[ledger.Amount]ledger.Side{
		0: ledger.NearZero, 600: ledger.NearZero, 601: ledger.Giving, -300: ledger.NearZero, -301: ledger.Receiving,
	} {
		if got := ledger.Nudge(l, balance); got != want {
			t.Errorf("%d leans %d, want %d", balance, got, want)
		}
	}
	if ledger.Band(l, 120) != ledger.NearZero || ledger.Band(l, 121) != ledger.Giving || ledger.Band(l, -61) != ledger.Receiving {
		t.Error("the bands are not those of a tenth")
	}
	c := sit(t, 2)
	c.give(0, 1, 290)
	tx := ledger.Tx{Unit: ledger.Minutes, From: c.account(0), To: c.account(1), Amount: 320}
	if from, to := ledger.Nudges(c.state(), tx); from != ledger.Receiving || to != ledger.Giving {
		t.Errorf("a transfer past half nudges %d and %d", from, to)
	}
}

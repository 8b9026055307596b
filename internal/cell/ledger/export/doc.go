// Package export owns how the books read elsewhere: as an hledger journal, as
// a beancount file, as a table for spreadsheets.
//
// Each writer streams: it takes the lawful operations of the cell in the one
// order, twice (dates first), and holds no more than the running balances.
package export

import (
	"iter"
	"slices"
	"sort"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// Operations yields the lawful operations of a cell in the one order, from the
// first, every time it is ranged over.
type Operations = iter.Seq[op.Opened]

// Names tells how a member is called.
type Names func(op.Member) string

// item is one thing to write, in order: a posting, or the close of a month.
type item struct {
	day   ledger.Day
	txn   ledger.Txn
	close ledger.Month // 0: a posting
}

// items yields what to write. Days never go back, since both programs check
// assertions by date, while we order by what people had seen.
func items(ops Operations) iter.Seq[item] {
	return func(yield func(item) bool) {
		days := calendar(ops)
		var j ledger.Journal
		i := 0
		for o := range ops {
			day := days[i]
			i++
			for _, t := range j.Read(o) {
				if !yield(item{day: day, txn: t}) {
					return
				}
			}
			if c, ok := closed(o); ok && !yield(item{day: day, close: c}) {
				return
			}
		}
	}
}

func closed(o op.Opened) (ledger.Month, bool) {
	var c ledger.Close
	if o.Kind != ledger.KindClose || o.Decode(&c) != nil {
		return 0, false
	}
	return c.Month, true
}

// calendar gives every operation a day: that which its router told, but never
// before the day of an operation that comes earlier in the order, and, for a
// clock that is not trusted, never after one that a trusted clock dates later
// in the order. So one router in 1970 or in 2090 does not move the others.
func calendar(ops Operations) []ledger.Day {
	var days []ledger.Day
	var trusted []bool
	for o := range ops {
		days = append(days, min(max(ledger.DayOf(o.Time), 19000101), 99991230))
		trusted = append(trusted, o.Clock.Trusted())
	}
	bound := ledger.Day(99991230)
	for i := range slices.Backward(days) {
		days[i] = min(days[i], bound)
		if trusted[i] {
			bound = days[i]
		}
	}
	for i := range days {
		if i > 0 {
			days[i] = max(days[i], days[i-1])
		}
	}
	return days
}

// balances are the running sums.
type balances map[ledger.Known]ledger.Amount

func (b balances) post(e ledger.Entries) {
	for l := range e.Legs() {
		b[ledger.Known{Unit: e.Unit(), Account: l.Account}] += l.Amount
	}
}

// sorted yields the accounts by unit and name, with what they hold.
func (b balances) sorted() iter.Seq2[ledger.Known, ledger.Amount] {
	return func(yield func(ledger.Known, ledger.Amount) bool) {
		var all []ledger.Known
		for k := range b {
			all = append(all, k)
		}
		name := func(i int) string { return string(all[i].Unit) + " " + string(all[i].Account) }
		sort.Slice(all, func(i, j int) bool { return name(i) < name(j) })
		for _, k := range all {
			if !yield(k, b[k]) {
				return
			}
		}
	}
}

// amount spells an amount as a decimal number of the unit.
func amount(u ledger.Unit, a ledger.Amount) string {
	return ledger.Decimal(a, u.Decimals())
}

// code names a posting: its reference, and the row of an import.
func code(t ledger.Txn, between string) string {
	if t.Row == 0 {
		return t.Ref.String()
	}
	return t.Ref.String() + between + ledger.Decimal(ledger.Amount(t.Row), 0)
}

package ledger

import (
	"iter"

	"celld/internal/op"
)

// StatementLine is one line of an account's statement.
type StatementLine struct {
	Txn
	Amount  Amount  // what the account gained, with a minus lost
	Other   Account // the other side; empty where there are several
	Balance Amount  // after this line
	Struck  op.Ref  // the contra entry that corrected it, zero if none
}

// Statement returns the lines of account a in unit u that the operations
// complete, in order. The operations are lawful, in the one order, and may be
// a page of the account's newest; now is the balance after the last of them.
func Statement(u Unit, a Account, ops iter.Seq[op.Opened], now Amount) []StatementLine {
	var lines []StatementLine
	struck := map[op.Ref]op.Ref{}
	for t := range Txns(ops) {
		if t.Entries.Unit() != u {
			continue
		}
		if !t.Of.IsZero() {
			struck[t.Of] = t.Ref
		}
		if sum, legs := t.Entries.For(a); legs > 0 {
			lines = append(lines, StatementLine{Txn: t, Amount: sum, Other: other(t.Entries, a)})
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		lines[i].Balance, lines[i].Struck = now, struck[lines[i].Ref]
		now -= lines[i].Amount
	}
	return lines
}

func other(e Entries, a Account) (one Account) {
	for l := range e.Legs() {
		switch {
		case l.Account == a:
		case one == "":
			one = l.Account
		default:
			return ""
		}
	}
	return one
}

// MonthFlow is what came into an account in a month, went out, and was left.
type MonthFlow struct {
	_     struct{} `cbor:",toarray"`
	Month Month
	In    Amount
	Out   Amount
	Left  Amount
}

// Months returns, month by month, how account a in unit u went, in the order
// of the calendar. Months in which nothing happened are not in it.
func Months(u Unit, a Account, ops iter.Seq[op.Opened]) []MonthFlow {
	at := map[Month]int{}
	var flows []MonthFlow
	for t := range Txns(ops) {
		sum, legs := t.Entries.For(a)
		if t.Entries.Unit() != u || legs == 0 {
			continue
		}
		m := t.On().Month()
		i, known := at[m]
		if !known {
			i = len(flows)
			at[m], flows = i, append(flows, MonthFlow{Month: m})
		}
		flows[i].add(sum)
	}
	sortMonths(flows)
	left := Amount(0)
	for i := range flows {
		left += flows[i].In - flows[i].Out
		flows[i].Left = left
	}
	return flows
}

func (f *MonthFlow) add(sum Amount) {
	if sum > 0 {
		f.In += sum
	} else {
		f.Out -= sum
	}
}

// On returns the day of t: the one that people wrote down, or that of the
// operation as its router told it.
func (t Txn) On() Day {
	if t.Day != 0 {
		return t.Day
	}
	return DayOf(t.Time)
}

package ledger

import (
	"sort"
)

func sortMonths(flows []MonthFlow) {
	sort.Slice(flows, func(i, j int) bool { return flows[i].Month < flows[j].Month })
}

// UnitTotal is one book in a line. Sum is zero: it is shown so that anybody
// can see it.
type UnitTotal struct {
	Unit         Unit
	Sum          Amount
	Accounts     int
	Transactions uint64
}

// Totals returns one line for every unit in which an account exists.
func Totals(at Reader) (all []UnitTotal) {
	for k, h := range Accounts(at) {
		if len(all) == 0 || all[len(all)-1].Unit != k.Unit {
			all = append(all, UnitTotal{Unit: k.Unit})
		}
		t := &all[len(all)-1]
		t.Sum += h.Balance
		t.Accounts++
		t.Transactions += h.Leads
	}
	return all
}

// Side says which way a balance leans.
type Side int8

// The sides of zero. Who has received more than given is on the side of
// Receiving: offers of theirs are shown to others first.
const (
	Receiving Side = -1
	NearZero  Side = 0
	Giving    Side = +1
)

// Nudge reports which side of the soft limit, half of the hard one, a balance
// is past. Past Giving somebody has much to spend, past Receiving much to give
// back.
func Nudge(l Limits, balance Amount) Side {
	switch {
	case balance > 0 && 2*balance > l.Max:
		return Giving
	case balance < 0 && 2*balance < l.Min:
		return Receiving
	}
	return NearZero
}

// Nudges returns which side of a transfer is past the soft limit once it
// completes, so that both ends hear of it.
func Nudges(at Reader, t Tx) (from, to Side) {
	p := past{at}
	limits := p.rules().Limits(t.Unit)
	lean := func(a Account, by Amount) Side {
		if a.Place() != OfMember {
			return NearZero
		}
		return Nudge(limits, p.holding(t.Unit, a).Balance+by)
	}
	return lean(t.From, -t.Amount), lean(t.To, t.Amount)
}

// Band returns which way a balance leans by more than a tenth of its limit:
// what the cell shows of it where members agreed on bands.
func Band(l Limits, balance Amount) Side {
	switch {
	case balance > 0 && 10*balance > l.Max:
		return Giving
	case balance < 0 && 10*balance < l.Min:
		return Receiving
	}
	return NearZero
}

// Past reports whether a balance lies beyond its limits, which only what the
// rules exempt (corrections, decisions, imports, and two who had not seen each
// other) can bring about.
func (r Rules) Past(u Unit, a Account, balance Amount) bool {
	least, most := r.bounds(u, a)
	return balance < least || balance > most
}

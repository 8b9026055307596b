package web

import (
	"iter"
	"net/url"
	"slices"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

func tinURL(u ledger.Unit) string { return "/ledger/tin?unit=" + url.QueryEscape(u.Code()) }

// tin is the tin of one currency as the first page of the ledger has it.
func (b *books) tin(u ledger.Unit) ui.TinView {
	h := b.holding(u, ledger.Tin)
	t := ui.TinView{Sum: b.sum(u, h.Balance), URL: tinURL(u), AskURL: "/ledger/expense/new?unit=" + url.QueryEscape(u.Code()),
		Flows: b.flows(u, ledger.Tin, h.Balance), Counted: b.counted(u, h), Overdrawn: ledger.Overdrawn(u, ledger.Tin, h)}
	if label := b.label(u); label != u.Code() {
		t.Name = label
	}
	return t
}

// monthsShown is a year; the chart draws as many of them as have room.
const monthsShown = 12

// flows are the months of an account, of its newest operations. Months that
// the walk did not reach whole are left out.
func (b *books) flows(u ledger.Unit, a ledger.Account, now ledger.Amount) (out []ui.Flow) {
	refs := b.state.Operations(ledger.AcctKey(u, a))
	skipped := len(refs) > mostWalk
	refs = refs[max(0, len(refs)-mostWalk):]
	months := ledger.Months(u, a, b.begun(refs))
	if skipped && len(months) > 1 {
		months = months[1:]
	}
	months = months[max(0, len(months)-monthsShown):]
	for _, m := range slices.Backward(months) {
		first := dayTime(ledger.Day(m.Month*100 + 1))
		f := ui.Flow{Month: b.lang.Month(first), Short: b.lang.MonthShort(first.Month()), In: int(m.In), Out: int(m.Out), Left: int(now)}
		now -= m.In - m.Out
		out = append(out, f)
	}
	slices.Reverse(out)
	return out
}

// begun yields operations in order, each after the one that began its thing
// where that lies further back.
func (b *books) begun(refs []op.Ref) iter.Seq[op.Opened] {
	return func(yield func(op.Opened) bool) {
		seen := map[op.Ref]bool{}
		for _, r := range refs {
			o := b.read(r)
			if !o.Subject.IsZero() && !seen[o.Subject] {
				seen[o.Subject] = true
				if !yield(b.read(o.Subject)) {
					return
				}
			}
			if seen[r] {
				continue
			}
			seen[r] = true
			if !yield(o) {
				return
			}
		}
	}
}

// counted is the newest count that two agreed on.
func (b *books) counted(u ledger.Unit, h ledger.Holding) *ui.Counted {
	if h.Count == nil {
		return nil
	}
	c, _ := b.state.Value(ledger.CountKey(h.Count.Ref)).(ledger.Count)
	return &ui.Counted{When: b.when(b.read(h.Count.Ref)), By: []string{b.people.Name(c.By), b.people.Name(c.Agreed)},
		Found: b.sum(u, h.Count.Counted), Booked: b.sum(u, h.Count.Booked), Solved: h.Count.Settled}
}

package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"celld/internal/cell/ledger"
)

// Beancount writes the books as a beancount file. Every posting is linked by
// its reference and a correction by that of what it corrects; each close, as
// well as the end, is a balance directive for every account.
func Beancount(w io.Writer, ops Operations, names Names) error {
	b := beancount{
		Writer: bufio.NewWriter(w), labels: newLabels(names, capitalName),
		sums: balances{}, open: map[string]bool{},
	}
	b.print("option \"title\" \"The books of the cell\"\n")
	last := ledger.Day(19000101)
	due := false
	for it := range items(ops) {
		// A balance directive speaks of the morning of its day, so it is
		// written for the day after, once that day is over.
		if due && it.day > last {
			b.assert(last.Next())
			due = false
		}
		last = it.day
		if it.close != 0 {
			due = true
			continue
		}
		b.posting(it.day, it.txn)
	}
	b.assert(last.Next())
	return b.Flush()
}

type beancount struct {
	*bufio.Writer // remembers its first error until Flush
	labels        *labels
	sums          balances
	open          map[string]bool
}

func (b *beancount) print(format string, args ...any) { fmt.Fprintf(b.Writer, format, args...) }

func (b *beancount) posting(day ledger.Day, t ledger.Txn) {
	u := t.Entries.Unit()
	for l := range t.Entries.Legs() {
		if a := b.account(l.Account); !b.open[a] {
			b.open[a] = true
			b.print("\n%s open %s\n", day, a)
		}
	}
	b.print("\n%s * %s ^%s%s\n", day, quote(t.Note), code(t, "/"), b.contra(t))
	if t.Day != 0 {
		b.print("  noted: %s\n", t.Day)
	}
	for l := range t.Entries.Legs() {
		b.print("  %s  %s %s\n", b.account(l.Account), amount(u, l.Amount), symbol(u))
	}
	b.sums.post(t.Entries)
}

func (b *beancount) contra(t ledger.Txn) string {
	if t.Of.IsZero() {
		return ""
	}
	return " ^" + t.Of.String() + " #contra"
}

func (b *beancount) assert(day ledger.Day) {
	b.print("\n")
	for k, sum := range b.sums.sorted() {
		// Without "~ 0", beancount forgives a difference of one cent.
		b.print("%s balance %s  %s ~ 0 %s\n", day, b.account(k.Account), amount(k.Unit, sum), symbol(k.Unit))
	}
}

// roots are beancount's own five; which one changes no sum.
var roots = map[string]string{
	"member": "Equity:Members:", "pool": "Assets:Pool:", "project": "Assets:Projects:",
	"world": "Income:World:", "peer": "Assets:Peers:",
}

func (b *beancount) account(a ledger.Account) string {
	sort, name := cut(a)
	if m, ok := a.Holder(); ok {
		return roots[sort] + b.labels.member(m)
	}
	if sort == "project" {
		return roots[sort] + strings.ToUpper(name)
	}
	// Names of accounts are small ASCII, and a hyphen stays where it is, so
	// that two names never become one.
	return roots[sort] + strings.ToUpper(name[:1]) + name[1:]
}

// symbol is the commodity of a unit: capitals, and never one of ours in the
// place of a currency.
func symbol(u ledger.Unit) string {
	switch u.Class() {
	case ledger.ClassCash:
		return u.Code()
	case ledger.ClassGood:
		return "GOOD." + strings.ToUpper(u.Code())
	}
	return "CELL." + strings.ToUpper(u.Code())
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(s) + `"`
}

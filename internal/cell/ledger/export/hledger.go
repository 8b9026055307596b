package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"celld/internal/cell/ledger"
)

// Hledger writes the books as an hledger journal. Every unit is a commodity,
// every posting carries its reference as its code, a correction the tag
// "contra", and each close, as well as the end, asserts every balance.
// The closes are transactions of zero with the tag "close".
func Hledger(w io.Writer, ops Operations, names Names) error {
	h := hledger{
		Writer: bufio.NewWriter(w), labels: newLabels(names, plainName),
		sums: balances{}, seen: map[string]bool{},
	}
	h.print("; Every unit is a book of its own and sums to zero.\n")
	last := ledger.Day(19000101)
	for it := range items(ops) {
		last = it.day
		if it.close != 0 {
			h.assert(it.day, "month "+it.close.String())
			continue
		}
		h.posting(it.day, it.txn)
	}
	h.assert(last, "end")
	return h.Flush()
}

type hledger struct {
	*bufio.Writer // remembers its first error until Flush
	labels        *labels
	sums          balances
	seen          map[string]bool
}

func (h *hledger) print(format string, args ...any) { fmt.Fprintf(h.Writer, format, args...) }

func (h *hledger) posting(day ledger.Day, t ledger.Txn) {
	u := t.Entries.Unit()
	h.declare("commodity "+commodity(u), "commodity "+formatOf(u))
	for l := range t.Entries.Legs() {
		a := h.account(l.Account)
		h.declare("account "+a, "account "+a)
	}
	h.print("\n%s * (%s) %s\n", day, code(t, "/"), description(t.Note))
	if !t.Of.IsZero() {
		h.print("    ; contra:%s\n", t.Of)
	}
	if t.Day != 0 {
		h.print("    ; noted:%s\n", t.Day)
	}
	for l := range t.Entries.Legs() {
		h.print("    %s  %s %s\n", h.account(l.Account), amount(u, l.Amount), commodity(u))
	}
	h.sums.post(t.Entries)
}

func (h *hledger) declare(what, line string) {
	if !h.seen[what] {
		h.seen[what] = true
		h.print("\n%s\n", line)
	}
}

// assert writes a transaction of zero that asserts every balance.
func (h *hledger) assert(day ledger.Day, what string) {
	if len(h.sums) == 0 {
		return
	}
	h.print("\n%s * close of %s\n    ; close:%s\n", day, what, what)
	for k, sum := range h.sums.sorted() {
		c := commodity(k.Unit)
		h.print("    %s  0 %s = %s %s\n", h.account(k.Account), c, amount(k.Unit, sum), c)
	}
}

func (h *hledger) account(a ledger.Account) string {
	if m, ok := a.Holder(); ok {
		return "member:" + h.labels.member(m)
	}
	return string(a)
}

// commodity is the symbol of a unit; a quoted one may hold hyphens and digits. It
// is the same symbol as without quotes, so a good that is called like hours or
// credit has more of its name.
func commodity(u ledger.Unit) string {
	switch {
	case u.Class() == ledger.ClassGood && ledger.Unit(u.Code()).Mutual():
		return `"` + string(u) + `"`
	case u.Class() == ledger.ClassGood:
		return `"` + u.Code() + `"`
	}
	return u.Code()
}

func formatOf(u ledger.Unit) string {
	return "1000." + strings.Repeat("0", u.Decimals()) + " " + commodity(u)
}

// description keeps a note from beginning a comment or splitting the payee.
func description(s string) string {
	return strings.NewReplacer(";", ",", "|", "/", "\n", " ", "\r", " ", "\t", " ").Replace(s)
}

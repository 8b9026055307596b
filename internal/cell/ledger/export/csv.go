package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"celld/internal/cell/ledger"
)

// Header is the first line of the table.
var Header = []string{"date", "ref", "unit", "account", "amount", "note", "corrects", "noted"}

// CSV writes the books as a table with one line for every leg of every
// posting.
func CSV(w io.Writer, ops Operations, names Names) error {
	out := csv.NewWriter(w)
	if err := out.Write(Header); err != nil {
		return fmt.Errorf("export: csv: %w", err)
	}
	l := newLabels(names, func(s string) string { return s })
	for it := range items(ops) {
		if it.close != 0 {
			continue
		}
		for leg := range it.txn.Entries.Legs() {
			if err := out.Write(record(it, leg, l)); err != nil {
				return fmt.Errorf("export: csv: %w", err)
			}
		}
	}
	out.Flush()
	return out.Error()
}

func record(it item, leg ledger.Leg, l *labels) []string {
	account, corrects, noted := string(leg.Account), "", ""
	if m, ok := leg.Account.Holder(); ok {
		account = "member:" + l.member(m)
	}
	if !it.txn.Of.IsZero() {
		corrects = it.txn.Of.String()
	}
	if it.txn.Day != 0 {
		noted = it.txn.Day.String()
	}
	u := it.txn.Entries.Unit()
	return []string{it.day.String(), code(it.txn, "/"), string(u), Cell(account),
		amount(u, leg.Amount), Cell(it.txn.Note), corrects, noted}
}

// Cell keeps a text from being taken for a formula by the spreadsheet that
// opens it: those begin with one of these, for some programs even after space.
// Where numbers have a comma, spreadsheets part columns by semicolons, and so
// begin another cell behind each.
func Cell(s string) string {
	parts := strings.Split(s, ";")
	for i, p := range parts {
		if begin := strings.TrimLeft(p, " \""); begin != "" && strings.ContainsRune("=+-@\t\r", rune(begin[0])) {
			parts[i] = "'" + p
		}
	}
	return strings.Join(parts, ";")
}

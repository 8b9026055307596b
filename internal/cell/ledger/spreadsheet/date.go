package spreadsheet

import (
	"strings"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// parseDay reads 2026-03-14, and with the day or the month first 14/3/2026,
// 14.3.26 and 14-03-2026. What follows a space or a T is a time and is left out.
func parseDay(text string, monthFirst bool) (ledger.Day, error) {
	s := text
	if i := strings.IndexAny(s, " T"); i > 0 {
		s = s[:i]
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/.", r) })
	if len(parts) != 3 {
		return 0, op.Refuse(codeDate, text)
	}
	var n [3]int64
	for i, p := range parts {
		v, ok := whole(p)
		if !ok || v > 9999 {
			return 0, op.Refuse(codeDate, text)
		}
		n[i] = v
	}
	y, m, d := n[2], n[1], n[0]
	switch {
	case len([]rune(parts[0])) == 4:
		y, m, d = n[0], n[1], n[2]
	case monthFirst:
		m, d = d, m
	}
	if y < 100 && len([]rune(parts[2])) == 2 {
		y += 2000
	}
	if m > 12 || d > 31 {
		return 0, op.Refuse(codeDate, text)
	}
	if day := ledger.MakeDay(int(y), int(m), int(d)); day.Valid() {
		return day, nil
	}
	return 0, op.Refuse(codeDate, text)
}

// MonthFirst guesses whether dates are written month first: when that reads
// more of them than day first.
func (t Table) MonthFirst(c Columns) bool {
	dayFirst, monthFirst := 0, 0
	for _, r := range t.Rows {
		if c.Date < 0 || c.Date >= len(r.Cells) {
			continue
		}
		if _, err := parseDay(r.Cells[c.Date], false); err == nil {
			dayFirst++
		}
		if _, err := parseDay(r.Cells[c.Date], true); err == nil {
			monthFirst++
		}
	}
	return monthFirst > dayFirst
}

package web

import (
	"strconv"
	"strings"

	"celld/internal/cell/ledger"
	"celld/ui"
)

// figure reads a number as people write it, in the smallest parts of its unit:
// "12", "12,50", "١٢٫٥". It takes no more digits behind the point than fit,
// and nothing that could be thousands or a fraction.
func figure(s string, places int) (ledger.Amount, bool) {
	s = strings.Map(latinDigit, strings.TrimSpace(s))
	whole, part, pointed := strings.Cut(s, ".")
	if whole == "" || pointed && part == "" || len(part) > places || len(whole)+places > 12 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+part+strings.Repeat("0", places-len(part)), 10, 40)
	return ledger.Amount(n), err == nil
}

// latinDigit turns the digits of Arabic and Persian keyboards, and both other
// points, into those that Go reads.
func latinDigit(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	case r == ',' || r == '٫':
		return '.'
	}
	return r
}

// minutes reads hours and minutes, either of which may be left out. Hours may
// be "1.5" or "1:30" where no minutes stand beside them, and minutes may be "90"
// where no hours do.
func minutes(hours, mins string) (ledger.Amount, bool) {
	if hours == "" && mins == "" {
		return 0, false
	}
	if h, m, clock := strings.Cut(hours, ":"); clock && mins == "" {
		return minutes(h, m)
	}
	if mins == "" {
		n, ok := figure(hours, 2)
		return n * 60 / 100, ok
	}
	if hours == "" {
		hours = "0"
	}
	h, ok := figure(hours, 0)
	m, fine := figure(mins, 0)
	return h*60 + m, ok && fine && (m < 60 || h == 0)
}

// amount reads how much of a unit a form says: name-h and name-m for hours
// where names are given, or one field.
func (b *books) amount(u ledger.Unit, hours, mins, field string) (ledger.Amount, bool) {
	if u == ledger.Minutes {
		return minutes(b.value(hours), b.value(mins))
	}
	return figure(b.value(field), u.Decimals())
}

// noAmount says what belongs where no amount could be read.
func (b *books) noAmount(u ledger.Unit) string {
	if u == ledger.Minutes {
		return b.lang.T("Only numbers belong here: 1 and 30 are an hour and a half.")
	}
	return b.lang.T("Only a number belongs here, greater than zero.")
}

// amountField is where the amount of a unit is typed.
func amountField(u ledger.Unit) string {
	if u == ledger.Minutes {
		return ui.FieldHours
	}
	return ui.FieldAmount
}

// typed spells an amount as its fields have it, for a form that is filled in.
func typed(u ledger.Unit, a ledger.Amount) map[string]string {
	if u == ledger.Minutes {
		return map[string]string{ui.FieldHours: strconv.Itoa(int(a / 60)), ui.FieldMinutes: strconv.Itoa(int(a % 60))}
	}
	return map[string]string{ui.FieldAmount: ledger.Decimal(a, u.Decimals())}
}

package spreadsheet

import (
	"slices"
	"strings"
	"unicode"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// digit returns the value of a decimal digit, Latin, Arabic or Persian, or -1.
func digit(r rune) int {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0')
	case r >= '٠' && r <= '٩':
		return int(r - '٠')
	case r >= '۰' && r <= '۹':
		return int(r - '۰')
	}
	return -1
}

// measure is a unit as people write it: so many smallest parts, or for money
// as many as its currency has.
type measure struct {
	unit  ledger.Unit
	parts int64
	about bool // a fraction of it is rounded to the nearest part
}

// The measures of time. A third of an hour is 20 minutes, however it is cut.
var (
	hours   = measure{ledger.Minutes, 60, true}
	minutes = measure{ledger.Minutes, 1, false}
	credits = measure{ledger.Credit, 1, false}
)

var measures = map[string]measure{"€": money("EUR"), "$": money("USD"), "£": money("GBP"), "r$": money("BRL")}

// spoken are the words for a measure, in the languages of our pages.
var spoken = []struct {
	measure
	words string
}{
	{hours, "h hr hrs hour hours hora horas ساعة ساعات س"},
	{minutes, "min mins minute minutes minuto minutos m ' دقيقة دقائق د"},
	{credits, "crd credit credits crédito créditos رصيد"},
}

func money(currency string) measure {
	u := ledger.Cash(currency)
	m := measure{unit: u, parts: 1}
	for range u.Decimals() {
		m.parts *= 10
	}
	return m
}

// measureOf reads a unit: a word for time, a symbol, a currency's three letters
// or the spelling of the ledger itself.
func measureOf(s string) (measure, bool) {
	word := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
	if m, ok := measures[word]; ok {
		return m, true
	}
	for _, s := range spoken {
		if slices.Contains(strings.Fields(s.words), word) {
			return s.measure, true
		}
	}
	if u := ledger.Cash(strings.ToUpper(word)); u.Class() == ledger.ClassCash {
		return money(u.Code()), true
	}
	switch u := ledger.Unit(strings.TrimSpace(s)); u.Class() {
	case ledger.ClassNone:
		return measure{}, false
	case ledger.ClassCash:
		return money(u.Code()), true
	default:
		return measure{u, 1, false}, true
	}
}

// parsed is an amount as read.
type parsed struct {
	unit   ledger.Unit
	amount ledger.Amount
	minus  bool
}

// parseAmount reads "1:30", "1,5", "1 h 30 min", "90 min", "12,50 €", "€ 12.50"
// and the same in Arabic digits. A number without a word is counted in bare.
func parseAmount(text string, bare measure) (parsed, error) {
	s, minus := sign(text)
	if h, m, ok := strings.Cut(s, ":"); ok {
		p, err := clock(text, h, m)
		p.minus = minus
		return p, err
	}
	parts, ok := pieces(s)
	if !ok {
		return parsed{}, op.Refuse(codeAmount, text)
	}
	out := parsed{minus: minus}
	for i, p := range parts {
		m := bare
		if p.word != "" {
			if m, ok = measureOf(p.word); !ok {
				return parsed{}, op.Refuse(codeUnit, p.word)
			}
		} else if i > 0 {
			m = minutes // "1h30"
		}
		n, err := count(text, p.number, m)
		if err != nil {
			return parsed{}, err
		}
		if i > 0 && (m.unit != ledger.Minutes || out.unit != ledger.Minutes || n >= 60) {
			return parsed{}, op.Refuse(codeAmount, text)
		}
		out.unit, out.amount = m.unit, out.amount+n
	}
	if out.amount > ledger.MaxAmount {
		return parsed{}, op.Refuse(codeLarge, text)
	}
	return out, nil
}

// sign takes off a minus before or after, one of the typographer's, or the
// brackets of accountants.
func sign(s string) (rest string, minus bool) {
	s = strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(s, "("); ok && strings.HasSuffix(inner, ")") {
		return strings.TrimSpace(inner[:len(inner)-1]), true
	}
	for _, m := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(s, m); ok {
			return strings.TrimSpace(rest), true
		}
		if rest, ok := strings.CutSuffix(s, m); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "+")), false
}

// clock reads hours and minutes with a colon between, as in 1:30.
func clock(text, h, m string) (parsed, error) {
	m = strings.TrimSpace(strings.TrimSuffix(strings.ToLower(m), "h"))
	hh, ok1 := whole(strings.TrimSpace(h))
	mm, ok2 := whole(m)
	if !ok1 || !ok2 || len([]rune(m)) != 2 || mm > 59 {
		return parsed{}, op.Refuse(codeAmount, text)
	}
	if hh > int64(ledger.MaxAmount)/60 {
		return parsed{}, op.Refuse(codeLarge, text)
	}
	return parsed{unit: ledger.Minutes, amount: ledger.Amount(60*hh + mm)}, nil
}

func whole(s string) (n int64, ok bool) {
	for _, r := range s {
		d := digit(r)
		if d < 0 || n > 1e12 {
			return 0, false
		}
		n = 10*n + int64(d)
	}
	return n, s != ""
}

type piece struct{ number, word string }

// pieces takes "1 h 30 min" apart into numbers, each with the word after it; a
// single word may also stand first.
func pieces(s string) (out []piece, ok bool) {
	first := ""
	for s != "" {
		word, rest := span(s, func(r rune) bool { return !numeral(r) })
		if word = strings.TrimSpace(word); word != "" {
			switch {
			case len(out) == 0 && first == "":
				first = word
			case len(out) > 0 && out[len(out)-1].word == "":
				out[len(out)-1].word = word
			default:
				return nil, false
			}
		}
		number, rest := span(rest, func(r rune) bool { return numeral(r) || unicode.IsSpace(r) })
		if number = strings.TrimSpace(number); number != "" {
			out = append(out, piece{number: number})
		}
		s = rest
	}
	if first != "" && len(out) == 1 && out[0].word == "" {
		out[0].word, first = first, ""
	}
	return out, len(out) > 0 && len(out) <= 2 && first == ""
}

func span(s string, in func(rune) bool) (head, rest string) {
	i := strings.IndexFunc(s, func(r rune) bool { return !in(r) })
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

func numeral(r rune) bool { return digit(r) >= 0 || strings.ContainsRune(".,٫٬", r) }

// count turns a number into the smallest parts of m.
func count(text, number string, m measure) (ledger.Amount, error) {
	digits, behind, ok := decimal(number)
	if !ok {
		return 0, op.Refuse(codeAmbiguous, text)
	}
	n, ok := whole(digits)
	if !ok {
		return 0, op.Refuse(codeAmount, text)
	}
	if n > int64(ledger.MaxAmount)*1000 {
		return 0, op.Refuse(codeLarge, text)
	}
	if behind > 6 {
		return 0, op.Refuse(codeFraction, text)
	}
	n *= m.parts
	scale := int64(1)
	for range behind {
		scale *= 10
	}
	if n%scale != 0 {
		if !m.about {
			return 0, op.Refuse(codeFraction, text)
		}
		n += scale / 2
	}
	if n /= scale; n > int64(ledger.MaxAmount) {
		return 0, op.Refuse(codeLarge, text)
	}
	return ledger.Amount(n), nil
}

// decimal drops the marks from a number and tells how many digits stood behind
// the decimal one. "1.234" alone could be either, and is refused.
func decimal(s string) (digits string, behind int, ok bool) {
	s = strings.NewReplacer("٫", "|", "٬", " ", "\u00a0", " ", "\u202f", " ").Replace(s)
	last := strings.LastIndexAny(s, ".,|")
	if last < 0 {
		digits, ok = ungrouped(s, " ")
		return digits, 0, ok
	}
	mark, head, tail := s[last:last+1], s[:last], s[last+1:]
	behind = len([]rune(tail))
	switch {
	case strings.Contains(tail, " ") || behind == 0:
		return "", 0, false
	case mark != "|" && strings.Contains(head, mark):
		// A mark that comes twice parts thousands.
		digits, ok = ungrouped(s, mark)
		return digits, 0, ok
	case mark != "|" && behind == 3 && !strings.ContainsAny(head, ".,") && strings.Trim(head, "0٠۰ ") != "":
		return "", 0, false
	}
	for _, between := range []string{" ", ".", ","} {
		if strings.Contains(head, between) {
			head, ok = ungrouped(head, between)
			return head + tail, behind, ok
		}
	}
	return head + tail, behind, true
}

// ungrouped joins groups of three digits; only the first may be shorter.
func ungrouped(s, between string) (digits string, ok bool) {
	groups := strings.Split(s, between)
	for i, g := range groups {
		n := len([]rune(g))
		if i > 0 && n != 3 || len(groups) > 1 && (n == 0 || n > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

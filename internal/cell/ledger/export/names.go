package export

import (
	"strings"
	"unicode"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// labels gives every member one name that no other has, in the spelling of one
// program. People may share a pseudonym, or differ in letters that a program
// does not know.
type labels struct {
	name  Names
	spell func(string) string
	of    map[op.Member]string
	taken map[string]bool
}

func newLabels(name Names, spell func(string) string) *labels {
	return &labels{name: name, spell: spell, of: map[op.Member]string{}, taken: map[string]bool{}}
}

func (l *labels) member(m op.Member) string {
	if s, ok := l.of[m]; ok {
		return s
	}
	s, id := l.spell(l.name(m)), strings.ToUpper(m.String())
	if s == "" {
		s = l.spell(id)
	}
	if l.taken[strings.ToLower(s)] {
		s += "-" + id
	}
	l.of[m], l.taken[strings.ToLower(s)] = s, true
	return s
}

// plainName spells a name for hledger, which takes every letter; a colon would
// begin a sub-account, two spaces would end the name, a semicolon or a bracket
// would mean something else.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune("-_.'’", r):
			return r
		}
		return ' '
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// latin spells letters that a decomposition to ASCII would need a table for
// anyway: those of the languages our pages speak, and their neighbours.
var latin = spellings()

func spellings() map[rune]string {
	latin := map[rune]string{}
	spell := func(to string, from string) {
		for _, r := range from {
			latin[r] = to
		}
	}
	spell("a", "àáâãäåāăąأإآاىٱ")
	spell("c", "çćč")
	spell("d", "ďđدض")
	spell("e", "èéêëēėęě")
	spell("g", "ğģ")
	spell("i", "ìíîïīįı")
	spell("l", "łļľل")
	spell("n", "ñńņňن")
	spell("o", "òóôõöøōő")
	spell("r", "řŕر")
	spell("s", "śšşسص")
	spell("t", "ťţتط")
	spell("u", "ùúûüūůűų")
	spell("y", "ýÿي")
	spell("z", "źżžزظ")
	for r, to := range map[rune]string{
		'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ð': "dh",
		'ب': "b", 'ث': "th", 'ج': "j", 'ح': "h", 'خ': "kh", 'ذ': "dh", 'ش': "sh", 'ع': "a", 'غ': "gh",
		'ف': "f", 'ق': "q", 'ك': "k", 'م': "m", 'ه': "h", 'ة': "a", 'و': "w", 'ء': "", 'ؤ': "w", 'ئ': "y",
	} {
		latin[r] = to
	}
	return latin
}

// capitalName spells a name as one component of a beancount account: ASCII
// letters, digits and hyphens, beginning with a capital. Letters of a script
// that we have no table for become their code points, so that nothing is lost.
func capitalName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		to, known := latin[r]
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case known:
			b.WriteString(to)
		case unicode.IsLetter(r):
			b.WriteString("u" + hex(r))
		case unicode.IsMark(r):
		default:
			b.WriteByte('-')
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '-' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "-")
}

func hex(r rune) string {
	const digits = "0123456789abcdef"
	var out []byte
	for ; r > 0; r >>= 4 {
		out = append([]byte{digits[r&15]}, out...)
	}
	return string(out)
}

// cut splits an account into its sort and its name.
func cut(a ledger.Account) (sort, name string) {
	sort, name, _ = strings.Cut(string(a), ":")
	return sort, name
}

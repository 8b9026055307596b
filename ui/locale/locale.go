// Package locale owns the words of the pages: four languages, their plurals,
// dates, amounts and the direction in which they are read.
//
// The English sentence is the key. The other languages stand in
// <language>/<area>.po, which any gettext editor opens; `go generate` packs
// them into the books that are linked into the program.
package locale

//go:generate go run ./gen

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lang is one of the languages of the house. The zero value is English.
type Lang uint8

// The languages, in the order in which a page offers them.
const (
	English Lang = iota
	Spanish
	Portuguese
	Arabic
)

// All lists the languages in the order in which a page offers them.
var All = []Lang{English, Spanish, Portuguese, Arabic}

var (
	codes = [...]string{"en", "es", "pt", "ar"}
	names = [...]string{"English", "Español", "Português", "العربية"}
)

// For returns the language of a code such as "es" or "pt-BR", English when the
// code is none of ours.
func For(code string) Lang {
	l, _ := Find(code)
	return l
}

// Find is For, and says whether the code is one of ours.
func Find(code string) (Lang, bool) {
	base, _, _ := strings.Cut(strings.ToLower(code), "-")
	for i, c := range codes {
		if c == base {
			return Lang(i), true
		}
	}
	return English, false
}

// Code is the language's tag for an html lang attribute.
func (l Lang) Code() string { return codes[l] }

// Name is what the language calls itself.
func (l Lang) Name() string { return names[l] }

// Dir is "rtl" for a language read from the right, else "ltr".
func (l Lang) Dir() string {
	if l == Arabic {
		return "rtl"
	}
	return "ltr"
}

// T returns the sentence in this language, with {1}, {2} ... replaced by the
// arguments: strings, or ints that are written as the language writes numbers.
// An argument that reads in the other direction is isolated, so that it cannot
// turn the sentence around it. A sentence that no catalogue knows stays English.
func (l Lang) T(id string, args ...any) string {
	return l.fill(l.form(id, 0), args)
}

// N is T for a sentence that counts. {1} is the number n itself; the arguments
// begin with {2}. The English plural form is one, other; the catalogues of
// other languages have as many as their rules ask for.
func (l Lang) N(one, other string, n int, args ...any) string {
	return l.fill(l.Plural(one, other, n), append([]any{n}, args...))
}

// Plural returns the form of the sentence that n asks for, with its
// placeholders still in it. Pages that put marked-up text into a sentence use
// it together with Pieces.
func (l Lang) Plural(one, other string, n int) string {
	if l != English {
		return l.form(one, plural(l, n))
	}
	if plural(l, n) == 0 {
		return one
	}
	return other
}

// Raw returns the sentence in this language with its placeholders in it.
func (l Lang) Raw(id string) string { return l.form(id, 0) }

// M marks a sentence that stands in a table and is handed to T later, so that
// the catalogues are held to have it.
type M = string

// form finds the n-th form of a sentence.
func (l Lang) form(id string, n int) string {
	if l == English {
		return id
	}
	all, ok := l.sentence(id)
	if !ok {
		return id
	}
	forms := strings.Split(all, parting)
	return forms[min(n, len(forms)-1)]
}

// Piece is a stretch of a sentence: literal text, or the place of argument Arg
// (1 is the first; 0 means literal).
type Piece struct {
	Text string
	Arg  int
}

// Pieces cuts a sentence at its placeholders.
func Pieces(s string) []Piece {
	var out []Piece
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 || open+2 >= len(s) || s[open+2] != '}' || s[open+1] < '1' || s[open+1] > '9' {
			return append(out, Piece{Text: s})
		}
		if open > 0 {
			out = append(out, Piece{Text: s[:open]})
		}
		out = append(out, Piece{Arg: int(s[open+1] - '0')})
		s = s[open+3:]
	}
	return out
}

func (l Lang) fill(s string, args []any) string {
	if len(args) == 0 {
		return s
	}
	var b strings.Builder
	for _, p := range Pieces(s) {
		if p.Arg == 0 {
			b.WriteString(p.Text)
		} else if p.Arg <= len(args) {
			b.WriteString(l.Isolate(l.text(args[p.Arg-1])))
		}
	}
	return b.String()
}

func (l Lang) text(arg any) string {
	switch a := arg.(type) {
	case string:
		return a
	case int:
		return l.Number(a)
	case interface{ String() string }:
		return a.String()
	}
	panic("locale: an argument is neither a string nor a number")
}

// Isolate wraps s in direction isolates when it reads in the other direction
// than the language. Text without letters is left as it is.
func (l Lang) Isolate(s string) string {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		if unicode.In(r, unicode.Arabic, unicode.Hebrew) == (l == Arabic) {
			return s
		}
		return "\u2068" + s + "\u2069"
	}
	return s
}

// Plain returns a sentence of ours without its direction signs: as it may be
// written into the log, which takes no sign that cannot be seen.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f' {
			return -1
		}
		return r
	}, s)
}

// Capital returns s with its first letter in upper case.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// Between returns what stands before element i of a list of n: nothing, a
// comma, or the word for "and" before next.
func (l Lang) Between(i, n int, next string) string {
	switch {
	case i == 0:
		return ""
	case i < n-1 && l == Arabic:
		return "، "
	case i < n-1:
		return ", "
	case l == Spanish && soundsLikeI(next):
		return " e "
	}
	return [...]string{" and ", " y ", " e ", " و"}[l]
}

// soundsLikeI tells where Spanish says "e" in place of "y".
func soundsLikeI(word string) bool {
	w := strings.ToLower(word)
	if strings.HasPrefix(w, "hie") || strings.HasPrefix(w, "hia") {
		return false
	}
	return strings.HasPrefix(w, "i") || strings.HasPrefix(w, "hi") || strings.HasPrefix(w, "í")
}

// List joins names as a sentence does: "Moss, Heron and Kite".
func (l Lang) List(words []string) string {
	var b strings.Builder
	for i, w := range words {
		b.WriteString(l.Between(i, len(words), w))
		b.WriteString(l.Isolate(w))
	}
	return b.String()
}

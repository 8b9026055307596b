package ui

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"celld/ui/locale"
)

// payWords is the button that writes something down.
func (v LedgerView) payWords(l locale.Lang) string {
	if v.Gifts != nil {
		return l.T("Write down a gift")
	}
	return l.T("Write down hours")
}

// giftsLead says how often the viewer gave and received.
func giftsLead(l locale.Lang, g GiftsView) string {
	return l.N("You gave once.", "You gave {1} times.", g.Given) + " " + l.N("You received once.", "You received {1} times.", g.Received)
}

// capitalName is a side as the head of a row has it.
func capitalName(l locale.Lang, s Side) string {
	if s.Kind == OfPerson && !s.You {
		return s.Name
	}
	return locale.Capital(s.Word(l))
}

// bookID names the section of a book.
func bookID(b BookView, first bool) string {
	if first {
		return "all"
	}
	return "all-" + b.Mine.In.Name
}

// digit is the place of a choice in its list, as a form sends it.
func digit(i int) string { return strconv.Itoa(i) }

func capitalWord(s string) string { return locale.Capital(s) }

// lower returns s with its first letter small, for words that begin a line
// elsewhere.
func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

package op

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextRefusals lists every code that CheckText refuses with.
var TextRefusals = map[string]string{
	"text.spelling": "the text is not valid UTF-8",
	"text.long":     "the text has more characters than fit; the argument is how many do",
	"text.space":    "the text begins or ends with white space",
	"text.hidden":   "the text holds a character that cannot be seen or turns its direction; the argument is that character",
}

// CheckText refuses what people may not write into an operation: more than
// max characters, what is not UTF-8, space at the ends, control characters
// (a line feed is allowed where lines is true) and the characters that
// override or isolate direction, with which one text can be made to look
// like another. The empty text passes: whoever needs words says so.
func CheckText(s string, max int, lines bool) error {
	// A text is measured before it is walked: runes are at most four bytes.
	if len(s) > max*utf8.UTFMax || utf8.RuneCountInString(s) > max {
		return Refuse("text.long", max)
	}
	if !utf8.ValidString(s) {
		return Refuse("text.spelling")
	}
	for _, r := range s {
		if hidden(r) && !(lines && r == '\n') {
			return Refuse("text.hidden", r)
		}
	}
	if strings.TrimSpace(s) != s {
		return Refuse("text.space")
	}
	return nil
}

// hidden reports controls, the two Unicode line separators, and the explicit
// directional embeddings, overrides and isolates (UAX #9, 2.1 to 2.4). The
// plain marks U+200E, U+200F and U+061C stay: honest Arabic needs them.
func hidden(r rune) bool {
	return unicode.IsControl(r) ||
		r >= '\u2028' && r <= '\u202e' ||
		r >= '\u2066' && r <= '\u2069'
}

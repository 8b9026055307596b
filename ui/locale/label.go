package locale

import (
	"strings"
	"unicode"
)

// plain writes the letters of our languages that not every keyboard has.
var plain = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ñ", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ß", "ss",
	"ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "æ", "ae", "œ", "oe")

// longLabel is as long as a part of a host name may be (RFC 1035 section 2.3.4).
const longLabel = 63

// Label makes a part of a host name of what somebody called something: "Mill
// Lane" is mill-lane. What has no letter or number that everybody can type is
// called otherwise.
func Label(name, otherwise string) string {
	words := strings.FieldsFunc(plain.Replace(strings.ToLower(name)), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	label := strings.Join(words, "-")
	if len(label) > longLabel {
		label = strings.TrimRight(label[:longLabel], "-")
	}
	if label == "" {
		return otherwise
	}
	return label
}

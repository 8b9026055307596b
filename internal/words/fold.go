package words

import (
	"strings"
	"unicode"
)

// tatweel stretches an Arabic word and says nothing.
const tatweel = '\u0640'

// split cuts what was typed into words of letters and their marks. All else
// stands between words, but for what cannot be seen: phones put direction
// marks and joiners into Arabic text.
func split(typed string) []string {
	typed = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, typed)
	return strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
}

// fold returns the bare letters of a word.
func fold(word string) string { return strings.Map(bare, word) }

// bare gives the letter under an accent, and one letter for those that Arabic
// keyboards and habits mix: the forms of alef, ya and alef maqsura, ta marbuta
// and ha, hamza on its seats, Persian kaf and ya. Loose accents, vowel signs
// and the tatweel go.
func bare(r rune) rune {
	if r < 0x80 {
		return unicode.ToLower(r)
	}
	if r >= '\u0620' && r <= '\u064a' && r != tatweel { // letters all, and neither large nor small
		return oneOf(r)
	}
	if unicode.IsMark(r) || r == tatweel {
		return -1
	}
	switch r = unicode.ToLower(r); r {
	case 'á', 'à', 'â', 'ã', 'ä', 'å':
		return 'a'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'í', 'ì', 'î', 'ï', 'ı':
		return 'i'
	case 'ó', 'ò', 'ô', 'õ', 'ö':
		return 'o'
	case 'ú', 'ù', 'û', 'ü':
		return 'u'
	case 'ñ':
		return 'n'
	case 'ç':
		return 'c'
	}
	return oneOf(r)
}

// oneOf gives one letter for those that Arabic keyboards and habits mix.
func oneOf(r rune) rune {
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		return 'ا'
	case 'ى', 'ئ', 'ی':
		return 'ي'
	case 'ؤ':
		return 'و'
	case 'ة':
		return 'ه'
	case 'ک':
		return 'ك'
	}
	return r
}

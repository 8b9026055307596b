package words

import "strings"

// Two returns two words of a language's list by their numbers: a name that says
// nothing. For a language without a list it takes English words.
func Two(lang string, a, b uint16) string {
	l := lists()[0]
	for _, x := range lists() {
		if x.lang == lang {
			l = x
		}
	}
	all := strings.Fields(l.text)
	return all[a%size] + " " + all[b%size]
}

package words

import (
	_ "embed" // the lists
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math/bits"
	"slices"
	"sort"
	"strings"
)

const (
	// Count is how many words make a passphrase.
	Count = 5
	// size of each list; a power of two, so that no word is likelier.
	size = 2048
	// longest is the most letters that a word of a list has.
	longest = 8
	// maxTyped bounds what Normalize reads, in bytes.
	maxTyped = 400
)

// The lists are our own, in the order of the alphabet, one word a line.
var (
	//go:embed en.txt
	en string
	//go:embed es.txt
	es string
	//go:embed pt.txt
	pt string
	//go:embed ar.txt
	ar string
)

type list struct{ lang, text string }

func lists() []list { return []list{{"en", en}, {"es", es}, {"pt", pt}, {"ar", ar}} }

// words walks over a list where it lies. Nothing is kept in memory for it: a
// passphrase is typed rarely, and the derivation that follows takes far longer.
func (l list) words() iter.Seq[string] { return strings.Lines(l.text) }

// Languages returns the languages that Generate knows.
func Languages() []string {
	var langs []string
	for _, l := range lists() {
		langs = append(langs, l.lang)
	}
	return langs
}

// Generate draws the words of a passphrase, spelled as they are to be shown.
// It reads two bytes a word from rand, which must be crypto/rand.Reader
// outside tests. For a language without a list it draws English words.
func Generate(lang string, rand io.Reader) ([]string, error) {
	l := lists()[0]
	if i := slices.IndexFunc(lists(), func(l list) bool { return l.lang == lang }); i >= 0 {
		l = lists()[i]
	}
	var b [2 * Count]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return nil, fmt.Errorf("words: draw a passphrase: %w", err)
	}
	all := strings.Fields(l.text)
	drawn := make([]string, Count)
	for i := range drawn {
		drawn[i] = all[binary.BigEndian.Uint16(b[2*i:])%size]
	}
	return drawn, nil
}

// Unknown is the error for a typed word that no list has.
type Unknown struct {
	Word    string // as it was typed
	Place   int    // 1 for the first word
	Nearest string // what was probably meant; empty when nothing is near
}

func (u Unknown) Error() string {
	if u.Nearest == "" {
		return fmt.Sprintf("words: word %d, %q, is in no list", u.Place, u.Word)
	}
	return fmt.Sprintf("words: word %d, %q, is in no list; perhaps %q", u.Place, u.Word, u.Nearest)
}

// Miscount is the error for a passphrase of another number of words.
type Miscount struct{ Got int }

func (m Miscount) Error() string {
	return fmt.Sprintf("words: a passphrase has %d words, not %d", Count, m.Got)
}

// Normalize turns a typed passphrase into the one spelling that keys are
// derived from: five folded words with single spaces between them. Case,
// accents, vowel signs, the forms of alef, spaces, hyphens, commas and
// numbers before the words do not matter. It fails with Unknown or Miscount.
//
// The lists are public, so a hint gives nothing of the passphrase away.
func Normalize(typed string) (string, error) {
	if len(typed) > maxTyped {
		return "", Miscount{len(split(typed[:maxTyped]))}
	}
	raw := split(typed)
	folded := make([]string, len(raw))
	for i, w := range raw {
		folded[i] = fold(w)
	}
	known, spoken := lookup(folded)
	for i := range raw {
		if !known[i] {
			return "", Unknown{raw[i], i + 1, nearest(folded[i], spoken)}
		}
	}
	if len(raw) != Count {
		return "", Miscount{len(raw)}
	}
	return strings.Join(folded, " "), nil
}

// lookup tells which folded words are known, and orders the lists by how many
// of them each one has: the first is the language of the passphrase.
func lookup(folded []string) (known []bool, spoken []list) {
	known = make([]bool, len(folded))
	found := map[string]int{}
	for _, l := range lists() {
		for i, word := range folded {
			if !l.has(word) {
				continue
			}
			known[i] = true
			if slices.Index(folded, word) == i { // the same word may come twice
				found[l.lang]++
			}
		}
	}
	spoken = lists()
	sort.SliceStable(spoken, func(i, j int) bool { return found[spoken[i].lang] > found[spoken[j].lang] })
	return known, spoken
}

// has looks for a folded word where the alphabet has it: to read all four lists for
// what somebody typed takes a router's processor milliseconds.
func (l list) has(folded string) bool {
	for text := l.text; text != ""; {
		begins := strings.LastIndexByte(text[:len(text)/2], '\n') + 1
		ends := begins + strings.IndexByte(text[begins:], '\n')
		switch order := strings.Compare(fold(text[begins:ends]), folded); {
		case order == 0:
			return true
		case order < 0:
			text = text[ends+1:]
		default:
			text = text[:begins]
		}
	}
	return false
}

// farthest is the number of slips after which a hint would be a guess.
const farthest = 2

// nearest returns the word that was probably meant: the one with the fewest
// slips, of several the one in the language of the other words.
func nearest(folded string, spoken []list) string {
	if n := len([]rune(folded)); n < 3 || n > longest+farthest {
		return ""
	}
	best, least := "", farthest+1
	typed := []rune(folded)
	for _, l := range spoken {
		for line := range l.words() {
			var room [longest]rune
			word := bareLetters(room[:0], line)
			if strangers(typed, word) >= least {
				continue
			}
			if d := slips(typed, word, least); d < least {
				best, least = strings.TrimSpace(line), d
			}
		}
	}
	return best
}

// bareLetters appends the bare letters of a line.
func bareLetters(to []rune, line string) []rune {
	for _, r := range strings.TrimSpace(line) {
		if r = bare(r); r >= 0 {
			to = append(to, r)
		}
	}
	return to
}

// strangers counts letters that the one has and the other has not. Each takes a
// slip of its own, and to count them takes less than to count slips.
func strangers(a, b []rune) int {
	return bits.OnesCount64(letters(a) &^ letters(b))
}

// letters are those of a word; two that look alike here are not told apart.
func letters(word []rune) (set uint64) {
	for _, r := range word {
		set |= 1 << (r & 63)
	}
	return set
}

// slips counts the letters that must be put in, left out, changed or swapped
// with their neighbour to get from a to b. It gives up at limit.
func slips(a, b []rune, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	var rows [3][longest + farthest + 1]int // two rows back, one back, this one
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+differs(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}

func differs(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

package words

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// drawnNear draws a word of a list, folded, and mends or spoils some of its letters.
func drawnNear(t *rapid.T) string {
	all := strings.Fields(lists()[rapid.IntRange(0, 3).Draw(t, "list")].text)
	word := []rune(fold(rapid.SampledFrom(all).Draw(t, "word")))
	for range rapid.IntRange(0, 4).Draw(t, "slips") {
		at := rapid.IntRange(0, len(word)).Draw(t, "at")
		end := min(len(word), at+rapid.IntRange(0, 2).Draw(t, "out"))
		in := rapid.SliceOfN(rapid.SampledFrom([]rune("aeioprstجحلمن")), 0, 2).Draw(t, "in")
		word = slices.Replace(word, at, end, in...)
	}
	return string(word)
}

// TestSearchingFindsWhatReadingAllFinds: whether a list has a word, and which of
// all words is nearest, as one tells who counts the slips to each.
func TestSearchingFindsWhatReadingAllFinds(t *testing.T) {
	type word struct {
		spelled string
		letters []rune
	}
	all := map[string][]word{}
	for _, l := range lists() {
		for _, w := range strings.Fields(l.text) {
			all[l.lang] = append(all[l.lang], word{w, []rune(fold(w))})
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		typed, spoken := drawnNear(t), lists()
		first := rapid.IntRange(0, 3).Draw(t, "first")
		spoken[0], spoken[first] = spoken[first], spoken[0]
		best, least := "", farthest+1
		for _, l := range spoken {
			has := false
			for _, w := range all[l.lang] {
				d := slips([]rune(typed), w.letters, farthest+1)
				has = has || d == 0
				if d < least {
					best, least = w.spelled, d
				}
			}
			if l.has(typed) != has {
				t.Fatalf("%s has %q: %v", l.lang, typed, !has)
			}
		}
		if n := utf8.RuneCountInString(typed); n < 3 || n > longest+farthest {
			best = ""
		}
		if got := nearest(typed, spoken); got != best {
			t.Fatalf("nearest to %q is %q, not %q", typed, best, got)
		}
	})
}

// TestEachListLiesInTheOrderOfItsLetters: it is searched so.
func TestEachListLiesInTheOrderOfItsLetters(t *testing.T) {
	for _, l := range lists() {
		all := strings.Fields(l.text)
		if !slices.IsSortedFunc(all, func(a, b string) int { return strings.Compare(fold(a), fold(b)) }) {
			t.Errorf("%s does not", l.lang)
		}
		for _, w := range all {
			if !l.has(fold(w)) || l.has(fold(w)+"q") {
				t.Errorf("%s: %s is not found, or what is not there is", l.lang, w)
			}
		}
	}
}

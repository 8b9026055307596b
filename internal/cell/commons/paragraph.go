package commons

import (
	"slices"
	"strings"
)

// Paragraphs cuts a text where lines are empty.
func Paragraphs(text string) (out []string) {
	for _, p := range strings.Split(text, "\n\n") {
		if p = strings.Trim(p, "\n"); strings.TrimSpace(p) != "" {
			out = append(out, p)
		}
	}
	return out
}

// Join makes one text of paragraphs.
func Join(paragraphs []string) string { return strings.Join(paragraphs, "\n\n") }

// Change is a stretch of paragraphs of two texts: alike in both, or what stands
// here in one and there in the other.
type Change struct {
	Was, Is []string
	Same    bool
}

// Compare lays two texts beside each other.
func Compare(was, is string) (out []Change) {
	a, b := Paragraphs(was), Paragraphs(is)
	i, j := 0, 0
	for _, m := range append(match(a, b), pair{len(a), len(b)}) {
		if m.a > i || m.b > j {
			out = append(out, Change{Was: a[i:m.a], Is: b[j:m.b]})
		}
		if m.a == len(a) && m.b == len(b) {
			break
		}
		if n := len(out); n > 0 && out[n-1].Same {
			out[n-1].Was, out[n-1].Is = append(out[n-1].Was, a[m.a]), append(out[n-1].Is, b[m.b])
		} else {
			out = append(out, Change{slices.Clone(a[m.a : m.a+1]), slices.Clone(b[m.b : m.b+1]), true})
		}
		i, j = m.a+1, m.b+1
	}
	return out
}

// pair is a paragraph that stands in two texts.
type pair struct{ a, b int }

// most bounds the work of a comparison: longer texts are compared at their ends.
const most = 1 << 20

// match finds a longest row of paragraphs that stand in both, in order.
func match(a, b []string) (out []pair) {
	lead := 0
	for lead < min(len(a), len(b)) && a[lead] == b[lead] {
		out = append(out, pair{lead, lead})
		lead++
	}
	tail := 0
	for tail < min(len(a), len(b))-lead && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if x, y := a[lead:len(a)-tail], b[lead:len(b)-tail]; len(x)*len(y) <= most {
		for _, p := range longest(x, y) {
			out = append(out, pair{lead + p.a, lead + p.b})
		}
	}
	for i := tail; i > 0; i-- {
		out = append(out, pair{len(a) - i, len(b) - i})
	}
	return out
}

func longest(a, b []string) (out []pair) {
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			out = append(out, pair{i, j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return out
}

// Merge brings together what two people made of one text, paragraph by
// paragraph (W2). Where both changed the same, both are kept, mine first, and
// clashes tells how often that was.
func Merge(base, mine, theirs string) (text string, clashes int) {
	o, a, b := Paragraphs(base), Paragraphs(mine), Paragraphs(theirs)
	toA, toB := partners(len(o), match(o, a)), partners(len(o), match(o, b))
	var out []string
	i, j, k := 0, 0, 0
	for k <= len(o) {
		next := k
		for next < len(o) && (toA[next] < i || toB[next] < j) {
			next++ // the next paragraph that nobody touched
		}
		endA, endB := len(a), len(b)
		if next < len(o) {
			endA, endB = toA[next], toB[next]
		}
		stretch, clash := settle(o[k:next], a[i:endA], b[j:endB])
		if out = append(out, stretch...); clash {
			clashes++
		}
		if next == len(o) {
			break
		}
		out = append(out, o[next])
		i, j, k = endA+1, endB+1, next+1
	}
	return Join(out), clashes
}

// partners are where the paragraphs of a text stand in another, or -1.
func partners(n int, pairs []pair) []int {
	to := make([]int, n)
	for i := range to {
		to[i] = -1
	}
	for _, p := range pairs {
		to[p.a] = p.b
	}
	return to
}

// settle decides a stretch that somebody touched.
func settle(base, mine, theirs []string) (out []string, clash bool) {
	switch {
	case slices.Equal(mine, theirs), slices.Equal(theirs, base):
		return mine, false
	case slices.Equal(mine, base):
		return theirs, false
	}
	return append(slices.Clip(mine), theirs...), len(mine) > 0 && len(theirs) > 0 || len(base) > 0
}

// Offer is a paragraph of another text that ours has not, and what stands in
// its place here; empty where it would be added.
type Offer struct {
	Place  string // ours, that it would take the place of
	Theirs string
}

// Offers are the paragraphs that could be pulled over from theirs (W3).
func Offers(ours, theirs string) (out []Offer) {
	for _, c := range Compare(ours, theirs) {
		for i, p := range c.Is {
			o := Offer{Theirs: p}
			if len(c.Was) == len(c.Is) {
				o.Place = c.Was[i]
			}
			if !c.Same {
				out = append(out, o)
			}
		}
	}
	return out
}

// Pull returns our text with some of the offers in it, by their number.
func Pull(ours, theirs string, picked func(int) bool) string {
	var out []string
	n := 0
	for _, c := range Compare(ours, theirs) {
		if c.Same {
			out = append(out, c.Was...)
			continue
		}
		instead := len(c.Was) == len(c.Is)
		if !instead {
			out = append(out, c.Was...)
		}
		for i, p := range c.Is {
			switch {
			case picked(n):
				out = append(out, p)
			case instead:
				out = append(out, c.Was[i])
			}
			n++
		}
	}
	return Join(out)
}

// Without returns a text with every appearance of some words replaced, however
// they are spaced and whatever their case, and whether there was any. Of a
// number it also finds other ways to group its digits.
func Without(text, words, instead string) (string, bool) {
	want := squeeze(words)
	if len(want) == 0 {
		return text, false
	}
	have := []rune(text)
	var out []rune
	found := false
	for i := 0; i < len(have); {
		if n := appears(have[i:], want); n > 0 {
			out, found, i = append(out, []rune(instead)...), true, i+n
			continue
		}
		out = append(out, have[i])
		i++
	}
	if !found {
		return text, false
	}
	return string(out), true
}

// squeeze leaves what is compared: no spaces, and no marks between digits.
func squeeze(s string) (out []rune) {
	for _, r := range strings.ToLower(s) {
		if !loose(r) {
			out = append(out, r)
		}
	}
	return out
}

func loose(r rune) bool { return strings.ContainsRune(" \n\u00a0-–./()", r) }

// appears tells how much of the front of a text spells what is wanted, if it does.
func appears(have, want []rune) int {
	if loose(have[0]) {
		return 0
	}
	n := 0
	for i, r := range have {
		if loose(r) {
			continue
		}
		if lower(r) != want[n] {
			return 0
		}
		if n++; n == len(want) {
			return i + 1
		}
	}
	return 0
}

func lower(r rune) rune {
	for _, l := range strings.ToLower(string(r)) {
		return l
	}
	return r
}

package commons_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell/commons"
)

func text(paragraphs ...string) string { return commons.Join(paragraphs) }

func TestTwoWhoWroteAtOnceAreBroughtTogether(t *testing.T) {
	base := text("a", "b", "c", "d")
	for _, c := range []struct {
		name, mine, theirs, want string
		clashes                  int
	}{
		{"nothing", base, base, base, 0},
		{"mine alone", text("a", "B", "c", "d"), base, text("a", "B", "c", "d"), 0},
		{"theirs alone", base, text("a", "b", "c"), text("a", "b", "c"), 0},
		{"apart", text("A", "b", "c", "d"), text("a", "b", "c", "D"), text("A", "b", "c", "D"), 0},
		{"the same", text("a", "X", "c", "d"), text("a", "X", "c", "d"), text("a", "X", "c", "d"), 0},
		{"added at two places", text("0", "a", "b", "c", "d"), text("a", "b", "c", "d", "e"), text("0", "a", "b", "c", "d", "e"), 0},
		{"one paragraph, both", text("a", "X", "c", "d"), text("a", "Y", "c", "d"), text("a", "X", "Y", "c", "d"), 1},
		{"taken out and changed", text("a", "c", "d"), text("a", "Y", "c", "d"), text("a", "Y", "c", "d"), 1},
		{"no base", text("x"), text("y"), text("x", "y"), 1},
	} {
		was := base
		if c.name == "no base" {
			was = ""
		}
		got, clashes := commons.Merge(was, c.mine, c.theirs)
		if got != c.want || clashes != c.clashes {
			t.Errorf("%s: %q with %d clashes, want %q with %d", c.name, got, clashes, c.want, c.clashes)
		}
	}
}

var someText = rapid.Custom(func(t *rapid.T) string {
	return commons.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d e", "f\ng"}), 0, 8).Draw(t, "paragraphs"))
})

// TestNothingThatSomebodyWroteIsLostInAMerge: every new paragraph of either is
// there, and where one changed nothing the other's text comes out.
func TestNothingThatSomebodyWroteIsLostInAMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := someText.Draw(t, "base"), someText.Draw(t, "mine"), someText.Draw(t, "theirs")
		merged, _ := commons.Merge(base, mine, theirs)
		has := map[string]bool{}
		for _, p := range commons.Paragraphs(base) {
			has[p] = true // may go
		}
		for _, p := range commons.Paragraphs(merged) {
			has[p] = true
		}
		for _, p := range append(commons.Paragraphs(mine), commons.Paragraphs(theirs)...) {
			if !has[p] {
				t.Fatalf("%q is lost: %q", p, merged)
			}
		}
		if got, n := commons.Merge(base, base, theirs); got != theirs || n != 0 {
			t.Fatalf("%q, want %q", got, theirs)
		}
		if got, n := commons.Merge(base, mine, base); got != mine || n != 0 {
			t.Fatalf("%q, want %q", got, mine)
		}
	})
}

func TestComparedTextsAreThereWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someText.Draw(t, "was"), someText.Draw(t, "is")
		var was, is []string
		for i, c := range commons.Compare(a, b) {
			was, is = append(was, c.Was...), append(is, c.Is...)
			if c.Same != (commons.Join(c.Was) == commons.Join(c.Is)) || len(c.Was)+len(c.Is) == 0 {
				t.Fatalf("stretch %d: %+v", i, c)
			}
		}
		if commons.Join(was) != a || commons.Join(is) != b {
			t.Fatalf("%q and %q", was, is)
		}
		if got := commons.Pull(a, b, func(int) bool { return false }); got != a {
			t.Fatalf("nothing was picked, and %q is %q", a, got)
		}
	})
}

func TestOneParagraphIsPulledOver(t *testing.T) {
	ours, theirs := text("Flour.", "Wait an hour.", "Bake."), text("Flour.", "Wait a night.", "Bake.", "Share it.")
	offers := commons.Offers(ours, theirs)
	if len(offers) != 2 || offers[0] != (commons.Offer{"Wait an hour.", "Wait a night."}) || offers[1] != (commons.Offer{"", "Share it."}) {
		t.Fatalf("%+v", offers)
	}
	if got := commons.Pull(ours, theirs, func(i int) bool { return i == 1 }); got != text("Flour.", "Wait an hour.", "Bake.", "Share it.") {
		t.Errorf("%q", got)
	}
	if got := commons.Pull(ours, theirs, func(i int) bool { return i == 0 }); got != text("Flour.", "Wait a night.", "Bake.") {
		t.Errorf("%q", got)
	}
}

func TestWordsAreFoundHoweverTheyAreSpaced(t *testing.T) {
	for _, c := range []struct {
		text, words, want string
		found             bool
	}{
		{"Call 555-0199 or 5550199.", "555 0199", "Call … or ….", true},
		{"Call (555) 01 99", "5550199", "Call (…", true},
		{"Ask Fern at the Mill", "fern", "Ask … at the Mill", true},
		{"Ask Fern", "Ferns", "Ask Fern", false},
		{"اتصل بالرقم 0555", "0555", "اتصل بالرقم …", true},
		{"İstanbul", "istanbul", "…", true},
		{"Anything", " - ", "Anything", false},
	} {
		got, found := commons.Without(c.text, c.words, "…")
		if got != c.want || found != c.found {
			t.Errorf("%q without %q: %q, %v", c.text, c.words, got, found)
		}
	}
}

func TestALongTextIsComparedInReasonableTime(t *testing.T) {
	a, b := strings.Repeat("a\n\n", 20000), strings.Repeat("b\n\n", 20000)
	if got := commons.Compare(a, b); len(got) != 1 {
		t.Errorf("%d stretches", len(got))
	}
}

package ui_test

import (
	"strconv"
	"strings"
	"testing"

	"celld/ui"
	"celld/ui/internal/sample"
	"celld/ui/locale"
)

func TestTheFirstScreenShowsTheOldestAndFoldsAwayTheRest(t *testing.T) {
	for _, c := range []struct {
		waiting, open int
		says          string
	}{{1, 1, ""}, {5, 5, ""}, {6, 4, "2 more"}, {12, 4, "8 more"}} {
		var v ui.HomeView
		for i := range c.waiting {
			v.Waiting = append(v.Waiting, ui.Waiting{URL: "#", Title: "thing " + strconv.Itoa(i) + ".", Verb: "Look"})
		}
		html := render(t, sample.Page{Name: "home", View: ui.HomePage(ui.Page{Lang: locale.English}, v)})
		shown, folded, _ := strings.Cut(html, "<details")
		folded, _, _ = strings.Cut(folded, "</details>")
		if n := strings.Count(shown, "thing "); c.says != "" && n != c.open {
			t.Errorf("of %d things %d lie open, not %d", c.waiting, n, c.open)
		}
		if n := strings.Count(html, "thing "); n != c.waiting {
			t.Errorf("%d things wait, and %d are there", c.waiting, n)
		}
		if (c.says == "") != (folded == "") || !strings.Contains(folded, c.says) {
			t.Errorf("of %d things the fold says %q, not %q", c.waiting, folded, c.says)
		}
	}
}

func TestPaperLeadsBackAndSaysHowToPrint(t *testing.T) {
	papers := 0
	every(t, func(t *testing.T, l locale.Lang, _, html string) {
		if !strings.Contains(html, `class="paper"`) {
			return
		}
		papers++
		if !strings.Contains(html, `<header class="top">`) || !strings.Contains(html, `<p class="noprint">`+l.T("Print this page from your browser.")) {
			t.Error("nothing leads back, or says how to print")
		}
	})
	if papers < 5*len(locale.All) {
		t.Errorf("only %d papers were looked at", papers)
	}
}

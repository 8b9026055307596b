package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// written puts a page on the shelf and returns its address.
func (b *phone) written(title, text string) string {
	b.Helper()
	a := b.says(b.post("/commons/new", "sort", "guide", "title", title, "language", "en", "scope", "cell", "words", text), http.StatusOK, title)
	return a.url
}

// form are the hidden fields of a page's form.
func (b *phone) form(path string) map[string]string {
	b.Helper()
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(b.get(path).body, -1) {
		out[m[1]] = m[2]
	}
	return out
}

func (b *phone) rewrites(page, base, text string, more ...string) answer {
	b.Helper()
	return b.post(page+"/edit", append([]string{"base", base, "title", "Bread", "language", "en", "scope", "cell", "words", text}, more...)...)
}

func TestAPageIsWrittenReadAndComparedByParagraph(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	moss.says(moss.get("/commons"), http.StatusOK, "Nothing is written down yet", "How we do things", "There is room for about 2048 more sheets")
	page := moss.written("Bread", "# Dough\n\nFlour and **water**.\n\nWait an hour. <script>")
	a := heron.says(heron.get(page), http.StatusOK, "Bread", "Guide · English · for us alone", "Flour and water", "Written by Moss")
	if !strings.Contains(a.body, `<h2 dir="auto">Dough</h2>`) || strings.Contains(a.body, "<script>\n") || !strings.Contains(a.body, "&lt;script&gt;") {
		t.Error(a.body)
	}
	heron.says(heron.rewrites(page, heron.form(page + "/edit")["base"], "# Dough\n\nFlour and **water**.\n\nWait a night.", "note", "Slower"), http.StatusOK, "It is written down.")
	moss.says(moss.get(page+"/versions"), http.StatusOK, "Heron · Slower", "Moss")
	a = moss.says(moss.get(page+"/changes"), http.StatusOK, "2 paragraphs stay as they were", "Slower")
	if !strings.Contains(a.body, "<del>an hour. &lt;script&gt;</del>") || !strings.Contains(a.body, "<ins>a night.</ins>") {
		t.Error(a.body)
	}
	moss.says(moss.post("/commons/new", "sort", "guide", "title", "", "words", "x", "language", "en", "scope", "cell"), http.StatusUnprocessableEntity, "The page has no name yet")
	moss.says(moss.post("/commons/new", "sort", "agreement", "title", "We agree", "words", "x", "language", "en", "scope", "cell"), http.StatusUnprocessableEntity, "changed by a round alone")
	moss.says(moss.post("/commons/new", "sort", "guide", "title", "Long", "words", strings.Repeat("ع", commons.MaxText/2+1), "language", "ar", "scope", "cell"), http.StatusUnprocessableEntity, "One page has room for 64 kB")
	moss.says(moss.get("/commons/p/1111111111111-1"), http.StatusNotFound)
}

func TestTwoWhoWriteAtOnceAreShownBothTexts(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	page := moss.written("Bread", "Flour.\n\nWater.\n\nSalt.")
	base := moss.form(page + "/edit")["base"]
	heron.rewrites(page, base, "Flour.\n\nWater.\n\nSea salt.")
	a := moss.says(moss.rewrites(page, base, "Rye flour.\n\nWater.\n\nSalt."), http.StatusConflict, "Heron wrote on this page while you did.", "Both texts are brought together below.", "Rye flour. Water. Sea salt.")
	if commons.Find(e.log.State().Now(), ref(t, page)).Versions.Len() != 2 {
		t.Error("something was written before anybody confirmed it")
	}
	hidden := func(name string) string {
		return regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.body)[1]
	}
	moss.says(moss.rewrites(page, hidden("base"), "Rye flour.\n\nWater.\n\nSea salt.", "was", hidden("was"), "mine", "Rye flour.\n\nWater.\n\nSalt.", "beside", "1"), http.StatusOK, "kept beside the page", "Sea salt.", "There is a draft beside this page, by Moss.")
	p := commons.Find(e.log.State().Now(), ref(t, page))
	d := p.Drafts()[0]
	if text, err := d.Read(e.log.Read); err != nil || text != "Rye flour.\n\nWater.\n\nSalt." || d.Base.String() != base {
		t.Errorf("the draft is %q, %v", text, err)
	}
	f := heron.form(page + "/edit?with=" + d.Hash.String())
	heron.says(heron.get(page+"/edit?with="+d.Hash.String()), http.StatusOK, "Rye flour. Water. Sea salt.")
	a = heron.says(heron.rewrites(page, f["base"], "Rye flour.\n\nWater.\n\nSea salt.", "other", f["other"]), http.StatusOK, "Rye flour.")
	if strings.Contains(a.text(), "draft") {
		t.Error("the draft is still beside the page")
	}
}

func ref(t *testing.T, page string) op.Ref {
	t.Helper()
	r, err := op.ParseRef(strings.TrimPrefix(page, "/commons/p/"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// carries takes a page from one cell to another as a file.
func (b *phone) carries(page string, to *phone) answer {
	b.Helper()
	file := b.get(page + "/file")
	if file.status != http.StatusOK {
		b.Fatal(file.text())
	}
	return to.upload("/commons/bring", "file", []byte(file.body))
}

// TestAPageGoesToAnotherCellAndAParagraphComesBack: forked, changed and given
// back, with who is owed what written on it, also through a third cell (W3).
func TestAPageGoesToAnotherCellAndAParagraphComesBack(t *testing.T) {
	a, b := sit(t, "Moss", "Heron"), sit(t, "Wren")
	moss, wren := a.all["Moss"], b.all["Wren"]
	page := moss.written("Bread", "Flour.\n\nWait an hour.\n\nBake.")
	file := moss.get(page + "/file")
	if strings.Contains(file.body, "Moss") || strings.Contains(file.body, moss.by.Member.String()) || !strings.Contains(file.header.Get("Content-Disposition"), "bread.en.md") {
		t.Error(file.body)
	}
	theirs := wren.says(moss.carries(page, wren), http.StatusOK, "It is here, as theirs.", "Wait an hour.", "CC BY-SA 4.0").url
	wren.says(moss.carries(page, wren), http.StatusOK, "as theirs")
	if n := commons.Find(b.log.State().Now(), ref(t, theirs)).Versions.Len(); n != 1 {
		t.Errorf("the same file twice makes %d versions", n)
	}
	ours := wren.says(wren.post(theirs+"/fork"), http.StatusOK, "It is ours now.", "Came from", "Bread (CC BY-SA 4.0)").url
	wren.says(wren.rewrites(ours, wren.form(ours + "/edit")["base"], "Flour.\n\nWait a night.\n\nBake."), http.StatusOK, "Wait a night.")

	copied := moss.says(wren.carries(ours, moss), http.StatusOK, "It is here, as theirs.").url
	moss.says(moss.get(page), http.StatusOK, "How others have it", "It went on from ours.")
	pull := page + "/theirs?from=" + ref(t, copied).String()
	moss.says(moss.get(pull), http.StatusOK, "Wait a night.", "in place of: Wait an hour.")
	f := moss.form(pull)
	moss.says(moss.post(page+"/theirs", "from", f["from"], "base", f["base"], "other", f["other"]), http.StatusUnprocessableEntity, "Tick at least one paragraph.")
	moss.says(moss.post(page+"/theirs", "from", f["from"], "base", f["other"], "other", f["other"], "pick", "0"), http.StatusConflict, "changed while you looked")
	moss.says(moss.post(page+"/theirs", "from", f["from"], "base", f["base"], "other", f["other"], "pick", "0"), http.StatusOK, "Flour. Wait a night. Bake.", "With words from", "Bread (CC BY-SA 4.0)")
	if p := commons.Find(a.log.State().Now(), ref(t, page)); len(p.Credits) != 1 {
		t.Errorf("%+v", p.Credits)
	}

	// A's page changed: B is told, looks, and is told no more.
	wren.says(moss.carries(page, wren), http.StatusOK)
	wren.says(wren.get("/commons"), http.StatusOK, "theirs changed")
	pull = ours + "/theirs?from=" + ref(t, theirs).String()
	wren.says(wren.get(pull), http.StatusOK, "All that stands there stands in our page, too.")
	f = wren.form(pull)
	wren.says(wren.post(ours+"/theirs", "from", f["from"], "base", f["base"], "other", f["other"], "all", "seen"), http.StatusOK, "As when we took it over.")

	// A third cell takes B's, and names both.
	c := sit(t, "Finch")
	finch := c.all["Finch"]
	third := wren.carries(ours, finch).url
	third = finch.post(third + "/fork").url
	p := commons.Find(c.log.State().Now(), ref(t, third))
	if p.Origin == nil || len(p.Credits) != 1 || p.Credits[0].Page != commons.IDOf(a.log.Cell(), ref(t, page)) {
		t.Errorf("%+v, %+v", p.Origin, p.Credits)
	}
	moss.says(moss.upload("/commons/bring", "file", []byte("no page")), http.StatusUnprocessableEntity, "no page that a cell wrote out")
	moss.says(moss.upload("/commons/bring", "file", []byte(file.body)), http.StatusOK, "This is our own page.")
}

// TestANumberIsTakenOutOfEveryPage: every version that has it goes at a second
// yes, and what is read from then on is without it (W5).
func TestANumberIsTakenOutOfEveryPage(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	one := moss.written("Doctor", "Call 555-0199.\n\nBring bread.")
	two := moss.written("Friends", "Fern: 555 0199")
	three := moss.written("Bread", "Flour.")
	moss.rewrites(two, moss.form(two + "/edit")["base"], "Fern knows.")
	moss.says(moss.post(one+"/out", "words", "55"), http.StatusUnprocessableEntity, "at least three letters")
	moss.says(moss.post(one+"/out", "words", "555 0198"), http.StatusUnprocessableEntity, "stand in no text")
	moss.says(moss.post(one+"/out", "words", "5550199"), http.StatusOK, "It is asked for.", "Call […]. Bring bread.", "Moss asks to take something out for good.", "without one on Thursday")
	moss.says(moss.post(one+"/out", "words", "5550199"), http.StatusUnprocessableEntity)
	heron.says(heron.get(three), http.StatusOK, "Flour.")
	for _, page := range []string{one, two} {
		p := commons.Find(e.log.State().Now(), ref(t, page))
		if len(p.Open()) != 1 || len(p.Open()[0].Versions) != 1 || p.Open()[0].Versions[0] != p.Versions.At(0).Ref {
			t.Fatalf("%+v", p.Asks)
		}
		answer := page + "/out/" + p.Open()[0].Ref.String()
		moss.says(moss.post(answer+"/yes"), http.StatusConflict, "another person’s")
		heron.says(heron.get(page), http.StatusOK, "Yes, take it out")
		heron.says(heron.post(answer+"/yes"), http.StatusOK, "It is taken out for good.")
		old := page + "?v=" + p.Versions.At(0).Hash.String()
		a := heron.says(heron.get(old), http.StatusOK, "This text was taken out for good.")
		if strings.Contains(a.text(), "0199") || strings.Contains(heron.get(page+"/changes").text(), "0199") {
			t.Error(a.text())
		}
	}
	if len(e.log.State().Erased()) != 2 {
		t.Errorf("%v", e.log.State().Erased())
	}
	moss.post(three+"/out", "all", "1")
	ask := commons.Find(e.log.State().Now(), ref(t, three)).Open()[0].Ref.String()
	heron.says(heron.post(three+"/out/"+ask+"/no"), http.StatusOK, "It stays.", "Flour.")
}

func TestPagesToBeginWithAreThereInEveryLanguage(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	seen := map[commons.ID]bool{}
	for _, l := range []string{"en", "es", "pt", "ar"} {
		for _, s := range starters {
			a := moss.says(moss.get("/commons/starter/"+l+"/"+s.name), http.StatusOK, "CC BY-SA 4.0")
			if !strings.Contains(a.body, `class="prose" lang="`+l+`"`) {
				t.Errorf("%s in %s: %s", s.name, l, a.text())
			}
			own := moss.says(moss.post("/commons/starter/"+l+"/"+s.name), http.StatusOK, "It is ours now.", "Came from", "celld")
			p := commons.Find(e.log.State().Now(), ref(t, own.url))
			if seen[p.Origin.Page] || p.Language != l || len(p.Title) < 4 {
				t.Errorf("%+v", p)
			}
			seen[p.Origin.Page] = true
		}
	}
	if a := moss.get("/commons"); strings.Contains(a.text(), "Ready to begin with") {
		t.Error("what is ours already still lies ready")
	}
	moss.says(moss.get("/commons/starter/xx/round"), http.StatusNotFound)
}

func TestAgreementsAreReadAndNotWritten(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss := e.all["Moss"]
	moss.says(moss.get("/commons/agreements"), http.StatusOK, "There is no agreement here.")
	e.agree("consent.silence", map[uint64]bool{1: true}, "Moss", "Heron")
	a := moss.says(moss.get("/commons/agreements"), http.StatusOK)
	at := regexp.MustCompile(`/commons/agreements/[\w-]+`).FindString(a.body)
	a = moss.says(moss.get(at), http.StatusOK, "Bring a round to change it", "How we came to it")
	if strings.Contains(a.body, "/edit") || !strings.Contains(a.body, "/rounds/new?amends=") {
		t.Error(a.body)
	}
}

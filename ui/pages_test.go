package ui_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"flag"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"celld/ui"
	"celld/ui/internal/sample"
	"celld/ui/locale"
)

func render(t *testing.T, p sample.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.View.Render(context.Background(), &b); err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return b.String()
}

// every visits all pages in all languages.
func every(t *testing.T, visit func(t *testing.T, l locale.Lang, name, html string)) {
	for _, l := range locale.All {
		for _, p := range slices.Concat(sample.Pages(l), sample.Ledger(l)) {
			t.Run(p.Name+"."+l.Code(), func(t *testing.T) { visit(t, l, p.Name, render(t, p)) })
		}
	}
}

// element is a start tag with what stands in it.
type element struct {
	tag  string
	attr map[string]string
	in   []string // the tags around it
}

// elements reads a page as a browser would, and fails on a crossed tag.
func elements(t *testing.T, page string) []element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.Replace(page, "<!doctype html>", "", 1)))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var out []element
	var open []string
	for {
		token, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := token.(type) {
		case xml.StartElement:
			e := element{tok.Name.Local, map[string]string{}, slices.Clone(open)}
			for _, a := range tok.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			out, open = append(out, e), append(open, tok.Name.Local)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != tok.Name.Local {
				t.Fatalf("</%s> closes %v", tok.Name.Local, open)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestNoPageNeedsMoreThanItsContentPolicyAllows(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		for _, e := range elements(t, page) {
			if _, ok := e.attr["style"]; ok {
				t.Errorf("<%s> has a style attribute", e.tag)
			}
			if e.tag == "style" || e.tag == "script" && e.attr["src"] == "" {
				t.Errorf("<%s> stands in the page", e.tag)
			}
			for name, value := range e.attr {
				if strings.HasPrefix(name, "on") || strings.HasPrefix(value, "javascript:") {
					t.Errorf("<%s %s=%q> would run", e.tag, name, value)
				}
			}
		}
	})
}

func TestEveryReferenceInsideAPageLeadsSomewhere(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		ids := map[string]bool{}
		for _, e := range elements(t, page) {
			if id, ok := e.attr["id"]; ok && ids[id] {
				t.Errorf("id %q stands twice", id)
			} else if ok {
				ids[id] = true
			}
		}
		for _, e := range elements(t, page) {
			if to, ok := strings.CutPrefix(e.attr["href"], "#"); ok && to != "" && !ids[to] {
				t.Errorf("a link leads to no #%s", to)
			}
			for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "data-copy", "data-show"} {
				for _, id := range strings.Fields(e.attr[name]) {
					if !ids[id] {
						t.Errorf("<%s %s> leads to no %q", e.tag, name, id)
					}
				}
			}
		}
	})
}

func TestEveryFormProvesThatItIsOurs(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		forms := strings.Count(page, "<form ")
		if posts := strings.Count(page, `method="post"`); posts != forms {
			t.Errorf("%d of %d forms post", posts, forms)
		}
		if tokens := strings.Count(page, `name="token"`); tokens != forms {
			t.Errorf("%d of %d forms carry the token", tokens, forms)
		}
	})
}

func TestEveryFieldHasAQuestion(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		labelled := map[string]bool{}
		all := elements(t, page)
		for _, e := range all {
			if e.tag == "label" {
				labelled[e.attr["for"]] = true
			}
		}
		for _, e := range all {
			field := e.tag == "input" && e.attr["type"] != "hidden" || e.tag == "textarea" || e.tag == "select"
			if field && !labelled[e.attr["id"]] && !slices.Contains(e.in, "label") {
				t.Errorf("<%s name=%q> has no label", e.tag, e.attr["name"])
			}
		}
	})
}

func TestAPageHasOneTitleAndOneThingToDo(t *testing.T) {
	every(t, func(t *testing.T, l locale.Lang, name, page string) {
		// A booklet has one on each of its leaves.
		if n := strings.Count(page, "<h1"); n != 1 && !strings.Contains(page, `class="book"`) {
			t.Errorf("%d first headings", n)
		}
		if !strings.Contains(page, `<html lang="`+l.Code()+`" dir="`+l.Dir()+`"`) {
			t.Error("the page does not say its language")
		}
		// A page about another text asks for a new one, too.
		if n := strings.Count(page, `class="btn"`); n > 1 {
			t.Errorf("%d primary buttons", n)
		}
	})
}

func TestPeoplesWordsAreOnlyEverText(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		if strings.Contains(page, "%!") || strings.Contains(page, "{1}") || strings.Contains(page, "{2}") {
			t.Error("a sentence was not filled in")
		}
	})
}

var hash = regexp.MustCompile(`-[0-9a-f]{10}\.`)

func TestTheFirstPagesReadAsWeLikedThem(t *testing.T) {
	for _, want := range []struct {
		l    locale.Lang
		name string
	}{{locale.English, "round"}, {locale.Arabic, "home"}, {locale.Spanish, "stance-objection"}, {locale.Portuguese, "sheet"}} {
		for _, p := range sample.Pages(want.l) {
			if p.Name == want.name {
				golden(t, p.Name+"."+want.l.Code()+".html", hash.ReplaceAllString(render(t, p), "."))
			}
		}
	}
}

// golden compares with what we looked at and liked; -update is shared with the
// drawings.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = strings.ReplaceAll(got, "><", ">\n<")
	path := filepath.Join("testdata", name)
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s changed; look at it, and run go test ./ui -update", path)
	}
}

func TestOneStyleSheetAndLittleScript(t *testing.T) {
	var sheets, packed int
	static := os.DirFS("static")
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(static, name)
		if is, err := unpacked(name); err != nil || !bytes.Equal(is, body) {
			t.Errorf("%s is linked as it was: go generate ./ui (%v)", name, err)
		}
		switch path.Ext(name) {
		case ".css":
			sheets++
			if len(body) > 24<<10 {
				t.Errorf("%s has %d bytes", name, len(body))
			}
		case ".js":
			packed += len(ui.Packed(name))
		default:
			t.Errorf("%s is neither a style sheet nor a script", name)
		}
		return err
	})
	if err != nil || sheets != 1 {
		t.Errorf("%d style sheets: %v", sheets, err)
	}
	if packed == 0 || packed > 6<<10 {
		t.Errorf("the scripts have %d bytes, packed", packed)
	}
}

// deaf asks its words for a direction and holds them where it does not look
// (HTML, 3.2.6.4): it runs from left to right, whatever they are.
var deaf = regexp.MustCompile(`<[a-z]+[^>]* dir="auto"[^>]*>(?:\s*<[a-z]+[^>]*>)*\s*<bdi`)

func TestWhatAsksItsWordsForADirectionHearsThem(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		if found := deaf.FindString(page); found != "" {
			t.Error(found)
		}
	})
}

// "−61 dBm" is read from the left on an Arabic page, too.
func TestAFigureOfARowRunsAsItIsRead(t *testing.T) {
	for _, p := range sample.Pages(locale.Arabic) {
		if p.Name == "routers" && !strings.Contains(render(t, p), `dir="auto">−61 dBm<`) {
			t.Error("it runs with the page")
		}
	}
}

// Where the page runs from the right, an arrow from one to the other does, too.
func TestAnArrowPointsWhereItsPageGoes(t *testing.T) {
	for _, c := range []struct {
		l    locale.Lang
		want string
	}{{locale.English, "Robin → Moss"}, {locale.Arabic, "\u2068Robin\u2069 ← طحلب"}} {
		for _, p := range sample.Ledger(c.l) {
			if p.Name == "import-rows" && !strings.Contains(render(t, p), c.want) {
				t.Errorf("%s: it does not say %s", c.l.Code(), c.want)
			}
		}
	}
}

func unpacked(name string) ([]byte, error) {
	file, err := ui.Unpacked(name)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}

var gap = regexp.MustCompile(`.{0,40}\s[.,،](?:\s|$)`)

// A stop stands at its word: what makes pages leaves a space where a line ends.
func TestNoSpaceStandsBeforeAStop(t *testing.T) {
	every(t, func(t *testing.T, _ locale.Lang, _, page string) {
		if found := gap.FindString(tags.ReplaceAllString(page, "")); found != "" {
			t.Errorf("%q", found)
		}
	})
}

// Who waits looks whether there is an answer; a review looks at what was agreed.
// English says both alike; in Arabic the second is an inspection.
func TestWhoWaitsIsOfferedNoReview(t *testing.T) {
	for _, p := range sample.Pages(locale.Arabic) {
		if slices.Contains([]string{"join-wait", "starting"}, p.Name) && strings.Contains(render(t, p), ">المراجعة<") {
			t.Errorf("%s offers a review", p.Name)
		}
	}
}

package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/projects"
	"celld/internal/op"
	"celld/ui"
)

// wrote submits what somebody writes without a page.
func (e *evening) wrote(name string, drafts ...op.Draft) []op.Ref {
	e.Helper()
	refs, err := e.log.Submit(e.all[name].by, drafts...)
	if err != nil {
		e.Fatal(err)
	}
	return refs
}

// numbered counts the names "Thing 01" and so on that stand on a page.
func numbered(a answer) (n int) {
	text := a.text()
	for i := range 100 {
		if strings.Contains(text, fmt.Sprintf("Thing %02d", i)) {
			n++
		}
	}
	return n
}

// pagesOf looks at a list of which a page holds so many: with just as many there
// is no other page, with one more there is, and it holds the last.
func (e *evening) pagesOf(url string, each int, one func(name string)) {
	e.Helper()
	moss := e.all["Moss"]
	for i := range each {
		one(fmt.Sprintf("Thing %02d", i))
	}
	if a := moss.says(moss.get(url), http.StatusOK); numbered(a) != each || strings.Contains(a.body, "page=1") {
		e.Errorf("%s has %d of %d, or leads on to nothing", url, numbered(a), each)
	}
	one(fmt.Sprintf("Thing %02d", each))
	first, second := moss.get(url), moss.get(url+"?page=1")
	if numbered(first) != each || !strings.Contains(first.body, url+"?page=1") {
		e.Errorf("the first page of %s has %d of %d, or no way on", url, numbered(first), each)
	}
	if numbered(second) != 1 || strings.Contains(second.body, "page=2") || !strings.Contains(second.body, url+"?page=0") {
		e.Errorf("the second page of %s has %d, or leads nowhere", url, numbered(second))
	}
	for _, far := range []string{"99", "9223372036854775807"} {
		if numbered(moss.says(moss.get(url+"?page="+far), http.StatusOK)) != 1 {
			e.Errorf("page %s of %s is not the last", far, url)
		}
	}
}

// Addresses that somebody makes up lead to a page or are none; nothing breaks.
func TestNoPageOfAListIsTooFar(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	moss.says(moss.post("/directory/new", "sort", "need", "words", "A ladder", "area", "6"), http.StatusOK, "It stands there now.")
	for _, list := range []string{"/directory?sort=need&", "/rounds?", "/meetings?", "/board?", "/commons?", "/commons/agreements?", "/projects?", "/ledger/goods?", "/ledger/pledges?"} {
		for _, far := range []string{"99", "4611686018427387904", "9223372036854775807", "1" + strings.Repeat("0", 30)} {
			moss.says(moss.get(list+"page="+far), http.StatusOK)
		}
		for _, first := range []string{"0", "-1", "-9223372036854775808", "x", ""} {
			moss.says(moss.get(list+"page="+first), http.StatusOK)
		}
	}
}

func TestGoodsComeInPages(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	e.pagesOf("/ledger/goods", goodsAPage, func(name string) {
		e.wrote("Moss", op.Draft{Kind: ledger.KindDeclare, Content: ledger.UnitInfo{Unit: ledger.Good(strings.ToLower(strings.ReplaceAll(name, " ", "-"))), Label: name}})
	})
	moss.says(moss.get("/ledger"), http.StatusOK, "All 31")
	if n := numbered(moss.get("/ledger")); n != goodsAtOnce {
		t.Errorf("%d goods beside the books", n)
	}
	if a := moss.get("/ledger/goods"); !strings.Contains(a.text(), "Those on this page of the list.") || strings.Contains(a.body, `<option value="30"`) {
		t.Error("the first page offers what is not on it, or does not say so")
	}
	second := moss.says(moss.get("/ledger/goods?page=1"), http.StatusOK)
	if !strings.Contains(second.body, `<option value="30"`) || !strings.Contains(second.body, `action="/ledger/goods?page=1"`) {
		t.Error(second.body)
	}
	moss.says(moss.post("/ledger/goods?page=1", ui.FieldGood, "31", ui.FieldAmount, "2"), http.StatusUnprocessableEntity, "Thing 30")
	moss.says(moss.post("/ledger/goods?page=1", ui.FieldGood, "30", ui.FieldWay, "in", ui.FieldAmount, "2"), http.StatusOK, "Thing 30")
}

// The newest lines of the store are those of all goods together, the newest first,
// whatever was proposed and answered between them.
func TestTheNewestLinesOfTheStore(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	for _, name := range []string{"a", "b", "c"} {
		e.wrote("Moss", op.Draft{Kind: ledger.KindDeclare, Content: ledger.UnitInfo{Unit: ledger.Good(name), Label: "Sort " + name}})
	}
	var want []string
	for i, sort := range "abacbcaabbcabc" {
		note := fmt.Sprintf("Line %02d", i)
		ref := e.wrote("Moss", op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Good(string(sort)), From: outside, To: store, Amount: 1, Note: note}})[0]
		if i%5 == 4 {
			continue // it waits
		}
		e.wrote("Tide", op.Draft{Kind: ledger.KindSign, Subject: ref})
		want = append([]string{note}, want...)
	}
	// What still waits stands where it was proposed: behind what came after it.
	want = []string{"Line 13", "Line 12", "Line 11", "Line 10", "Line 09", "Line 08", "Line 07", "Line 06"}
	a := e.all["Tide"].get("/ledger/goods")
	text, from := a.text(), 0
	for _, line := range want {
		at := strings.Index(text[from:], line)
		if at < 0 {
			t.Fatalf("%s does not stand behind the line before it in %s", line, text)
		}
		from += at
	}
	if strings.Contains(text, "Line 05") {
		t.Errorf("more than %d lines", latelyLines)
	}
}

func TestPromisesComeInPages(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	tide := ledger.MemberAccount(e.all["Tide"].by.Member)
	e.pagesOf("/ledger/pledges", pledgesAPage, func(name string) {
		e.wrote("Tide", op.Draft{Kind: ledger.KindOffer, Content: ledger.Offer{From: tide, To: ledger.Common, What: name, Every: ledger.Once}})
	})
}

func TestProjectsComeInPages(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	over := 0
	e.pagesOf("/projects", projectsAPage, func(name string) {
		ref := e.wrote("Tide", op.Draft{Kind: projects.KindOpen, Content: projects.Plan{Title: name, Why: "Somebody has to."}})[0]
		if over++; over%2 == 0 {
			e.wrote("Tide", op.Draft{Kind: projects.KindClose, Subject: ref, Content: projects.Words{Text: "Done."}})
		}
	})
}

// A newcomer's booklet says what was agreed in the words that were adopted, and
// not in those that somebody wrote before.
func TestABookletHasTheWordsInForce(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	url := e.invited("Moss", "Kite")
	opening, err := consent.Open(e.log.State().Now(), e.all["Moss"].by.Member, consent.Opening{Class: consent.Agreement,
		Text: consent.Text{Title: "The door", What: "Shoes stay at the door", Why: "Mud"}})
	if err != nil {
		t.Fatal(err)
	}
	ref := e.wrote("Moss", op.Draft{Kind: consent.KindOpen, Content: &opening})[0]
	e.consent(ref, "Moss", "Fern", "Kite")
	kite := e.all["Kite"]
	a := kite.says(kite.get(url+"/booklet"), http.StatusOK, "The door", "Shoes stay at the door")
	if strings.Contains(a.text(), "Mud") {
		t.Error(a.text())
	}
	kite.says(kite.get(url), http.StatusOK, "The door", "not signed")
}

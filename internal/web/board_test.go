package web

import (
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell/board"
	"celld/internal/cell/consent"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// leads checks that a page has a link to an address.
func (p *phone) leads(from, to string) {
	p.T.Helper()
	if !strings.Contains(p.get(from).body, `href="`+to+`"`) {
		p.T.Errorf("%s does not lead to %s", from, to)
	}
}

func TestANoteIsReadByAllAndTakenDownByItsAuthor(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	moss.says(moss.get("/board"), http.StatusOK, "The board is empty.", "Each goes after 14 days.", "sealed between routers")
	moss.leads("/", "/board")
	moss.says(moss.post("/board", "words", "Bread at six\nBring a bag"), http.StatusOK, "It hangs on the board.", "Bread at six Bring a bag", "Take it down")
	page := heron.says(heron.get("/board"), http.StatusOK, "Bread at six", "Moss")
	if strings.Contains(page.body, "Take it down") || strings.Contains(page.body, "Not yet on another router") {
		t.Error("Heron is offered what is not hers, or told of routers where there is one")
	}
	down := "/board/" + e.log.State().Notes()[0].Ref.String() + "/down"
	heron.says(heron.post(down), http.StatusConflict, "Only who wrote a note takes it down.")
	moss.says(moss.post(down), http.StatusOK, "It is off the board.", "The board is empty.")
	moss.says(moss.post(down), http.StatusNotFound)
	moss.says(moss.get("/board/x/down"), http.StatusNotFound)
}

func TestANoteThatCannotBeWrittenComesBackWithWhatWasTyped(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	before := e.applied()
	moss.says(moss.post("/board", "words", "  "), http.StatusUnprocessableEntity, "The note has no words yet.")
	long := strings.Repeat("x", board.MaxText+1)
	moss.says(moss.post("/board", "words", long), http.StatusUnprocessableEntity, long)
	if e.applied() != before {
		t.Error("a note was written down all the same")
	}
}

func TestANoteNamesARoundAndLeadsThere(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss := e.all["Moss"]
	moss.post("/rounds/new", "what", "A bench by the door", "why", "To rest", "title", "A bench")
	list, _ := e.log.State().Value(consent.KeyRounds).(*consent.Rounds)
	if len(list.Live()) != 1 {
		t.Fatal("no round was opened")
	}
	ref := list.Live()[0].Ref
	about := "/board?about=" + ref.String()
	moss.leads(roundURL(ref), about)
	form := moss.says(moss.get(about), http.StatusOK, "About:")
	if !strings.Contains(form.body, `value="`+ref.String()+`"`) {
		t.Error("the form forgets what it is about")
	}
	moss.says(moss.post("/board", "words", "I have wood", "about", ref.String()), http.StatusOK, "I have wood")
	moss.leads("/board", roundURL(ref))
	for _, nonsense := range []string{"x", op.Ref{Device: op.Device{9}, Seq: 9}.String()} {
		if got := moss.says(moss.get("/board?about="+nonsense), http.StatusOK); strings.Contains(got.body, "About:") {
			t.Errorf("a note may be about %s", nonsense)
		}
		moss.says(moss.post("/board", "words", "About "+nonsense, "about", nonsense), http.StatusOK, "About "+nonsense)
	}
}

func TestANoteThatHasNotTravelledIsMarked(t *testing.T) {
	e := sit(t, "Moss")
	moss, hall := e.all["Moss"], newKeys()
	a := &air{holds: op.Past{}}
	e.server.Mesh = a
	mark := func(want bool) {
		t.Helper()
		if got := moss.get("/board"); strings.Contains(got.body, "Not yet on another router") != want {
			t.Errorf("marked: %v", !want)
		}
	}
	moss.post("/board", "words", "Bread at six")
	mark(false) // there is no other router
	moss.post("/routers/new", "router", hall.Code(), "place", "Hall")
	if r, _ := e.trust().Router(hall.router()); r.Status != trust.Active {
		t.Fatal("there is no second router")
	}
	mark(true)
	n := e.log.State().Notes()[0]
	a.holds[n.Device] = n.Seq - 1
	mark(true)
	a.holds[n.Device] = n.Seq
	mark(false)
}

func TestANoteIsNotShownAfterItsLastDay(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	moss.post("/board", "words", "Bread at six")
	e.now = e.now.AddDate(0, 0, 13)
	moss.says(moss.get("/board"), http.StatusOK, "Bread at six")
	e.now = e.now.AddDate(0, 0, 1)
	moss.says(moss.get("/board"), http.StatusOK, "The board is empty.")
}

func TestALongBoardIsReadByThePage(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	for range notesPerPage + 1 {
		if _, err := e.log.Submit(moss.by, op.Draft{Kind: board.KindWrite, Content: board.Write{Text: "Bread"}, Keep: board.Usual}); err != nil {
			t.Fatal(err)
		}
	}
	first, last := moss.get("/board"), moss.get("/board?page=999")
	if n, m := strings.Count(first.body, `class="posted"`), strings.Count(last.body, `class="posted"`); n != notesPerPage || m != 1 {
		t.Errorf("%d notes, then %d", n, m)
	}
}

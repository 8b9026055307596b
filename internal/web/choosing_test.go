package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

// R5: from private names to a turn, on pages.
func TestATurnIsGivenByReasonsOnPages(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite", "Tide")
	moss, fern, kite, tide := e.all["Moss"], e.all["Fern"], e.all["Kite"], e.all["Tide"]
	id := func(p *phone) string { return p.by.Member.String() }
	const at = "/turns/liaison/choose"
	moss.post("/turns/facilitator/begin")
	moss.says(moss.get("/turns"), http.StatusOK, "What lies there", "Talking with other cells")
	fern.says(fern.get("/turns/liaison"), http.StatusOK, "Choose by reasons instead")
	fern.says(fern.post(at, ui.FieldWords, "The mill people want to meet."), http.StatusOK, "Now each of us names somebody.", "The mill people want to meet.", "Nobody has named anybody yet.")
	kite.says(kite.get("/"), http.StatusOK, "It is chosen by reasons, and you have not named anybody yet.")
	kite.says(kite.post(at, ui.FieldWho, id(tide), ui.FieldWhy, "Knows the mill"), http.StatusOK, "You named Tide.", "One of us has named somebody.")
	if words := tide.get(at).text(); strings.Contains(words, "Knows the mill") {
		t.Errorf("a name is seen before all are: %s", words)
	}
	if words := kite.get("/").text(); strings.Contains(words, "have not named") {
		t.Error("who named somebody is called still")
	}
	tide.says(tide.post(at, ui.FieldWho, "nobody"), http.StatusUnprocessableEntity, "They cannot have this turn")
	tide.says(tide.post(at, ui.FieldWho, id(kite)), http.StatusOK, "You named Kite.")
	fern.says(fern.post(at+"/show"), http.StatusUnprocessableEntity, "Who looks after the rounds leads this on")
	moss.says(moss.post(at+"/propose", ui.FieldThing, id(tide)), http.StatusUnprocessableEntity, "First we show")
	moss.says(moss.post(at+"/show"), http.StatusOK, "Whom each of us named", "Kite names Tide", "Knows the mill", "Tide names Kite")
	tide.says(tide.post(at, ui.FieldWho, id(tide), ui.FieldWhy, "Then I will."), http.StatusOK, "Tide names Tide", "before that Kite")
	tide.says(tide.post(at+"/propose", ui.FieldThing, id(tide)), http.StatusUnprocessableEntity, "Who looks after the rounds leads this on")

	// In a language that reads the other way nothing unseen is written down.
	if a := moss.post(at+"/propose?lang=ar", ui.FieldThing, id(tide)); a.status != http.StatusOK || !strings.HasPrefix(a.url, "/r/") {
		t.Fatalf("%d %s", a.status, a.text())
	} else if withdrawn := moss.post(a.url + "/withdraw"); withdrawn.status != http.StatusOK {
		t.Fatal(withdrawn.text())
	}
	round := moss.says(moss.post(at+"/propose", ui.FieldThing, id(tide)), http.StatusOK, "It lies on the table.", "Talking with other cells: Tide",
		"Around the table, one after another: Tide ,", "When it is agreed, Tide has the turn: Talking with other cells.")
	ref, err := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
	if err != nil {
		t.Fatal(round.url)
	}
	fern.says(fern.get(at), http.StatusOK, "Whom it is about speaks first", "Talking with other cells: Tide")
	fern.says(fern.get("/turns/liaison"), http.StatusOK, "Nobody has the turn now")
	e.consent(ref, "Tide", "Moss", "Fern", "Kite")
	e.stands(ref, consent.InForce)
	fern.says(fern.get("/turns/liaison"), http.StatusOK, "Tide has the turn.", "Choose by reasons instead")
}

func TestASelectionIsLeftToTheTurns(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	fern := e.all["Fern"]
	fern.post("/turns/treasurer/choose")
	fern.says(fern.get("/turns/treasurer"), http.StatusOK, "This time it is chosen by reasons")
	fern.says(fern.post("/turns/treasurer/choose/close"), http.StatusOK, "It goes by turns again.", "Ask who it should be")
}

// Who served how long is drawn and told, by a date that can be trusted; without
// one only how often.
func TestHowEvenItIsIsDrawnAndTold(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	for _, p := range []string{"/turns/facilitator", "/turns/treasurer"} {
		e.all["Moss"].post(p + "/begin")
	}
	for range 3 {
		e.now = e.now.Add(15 * 24 * time.Hour)
		for _, p := range e.all {
			p.post("/turns/facilitator/begin")
		}
	}
	moss := e.all["Moss"]
	page := moss.says(moss.get("/turns"), http.StatusOK, "How even it is", "The last three months.", "Moss 2 turns, 60 days", "Even: at looking after the rounds nobody had more")
	if n := strings.Count(page.body, "<rect"); n != 4 {
		t.Errorf("%d pieces are drawn for four turns", n)
	}
	moss.says(moss.get("/turns?lang=ar"), http.StatusOK, "دوران، 60 يومًا")
	e.now = time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC)
	moss.says(moss.get("/turns?lang=en"), http.StatusOK, "since this router does not know the date", "Moss 3 turns")
}

// Who came since is not asked whom they name, nor named, nor leads it on.
func TestWhoComesLaterDoesNotChoose(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss := e.all["Moss"]
	at := "/turns/treasurer/choose"
	moss.says(moss.post(at, "words", "Who keeps the tin?"), http.StatusOK)
	e.seat(moss.by, "Lark")
	lark := e.all["Lark"]
	if page := lark.says(lark.get(at), http.StatusOK); strings.Contains(page.body, `action="`+at) {
		t.Errorf("Lark is offered what is refused: %s", page.text())
	}
	if page := moss.get(at); strings.Contains(page.body, `value="`+lark.id()) {
		t.Error("Lark can be named")
	}
}

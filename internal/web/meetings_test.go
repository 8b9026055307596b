package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/op"
	"celld/ui"
)

// calls sets a day by the page, and returns the address of the meeting.
func (p *phone) calls(day string, more ...string) string {
	p.Helper()
	a := p.says(p.post("/meetings/new", append([]string{ui.FieldDay, day}, more...)...), http.StatusOK, "The day is set.")
	return a.url
}

// A meeting from its day to its minutes, by those whose turn it is.
func TestAMeetingFromItsDayToItsMinutes(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	moss.says(moss.get("/meetings"), http.StatusOK, "We have not set a day yet.")
	moss.says(moss.post("/meetings/new", ui.FieldDay, "some day", ui.FieldTime, "after supper"), http.StatusUnprocessableEntity, "That is not a date.")
	round := moss.brings("standard")
	at := moss.calls("2026-11-27", ui.FieldTime, "after supper", ui.FieldPlace, "Fern’s kitchen", ui.FieldWhat, "The winter")
	fern.says(fern.get("/meetings"), http.StatusOK, "To come", "The winter", "Friday 27 November · after supper · Fern’s kitchen")
	fern.says(fern.get("/"), http.StatusOK, "When we meet", "The winter")
	if !strings.Contains(fern.get(at).body, ">Fern speaks first.</title>") {
		t.Error("the drawing does not say who begins")
	}
	fern.says(fern.get(at), http.StatusOK, "Friday 27 November 2026", "Looks after it Moss", "Takes the notes you", "The hall on Thursdays",
		"Around the table, one after another: Fern , Moss and Kite .")

	kite.says(kite.post(at+"/item"), http.StatusUnprocessableEntity, "There are no words yet.")
	kite.says(kite.post(at+"/item", ui.FieldWords, "Who has the key"), http.StatusOK, "We talk about it.", "Who has the key")
	if strings.Contains(fern.get(at).body, "/drop") {
		t.Error("Fern may take back what Kite brought")
	}
	if form := moss.get(at + "/move").body; !strings.Contains(form, `value="2026-11-27"`) || !strings.Contains(form, `value="after supper"`) {
		t.Error("who moves it has to type all of it again")
	}
	kite.says(kite.get(at+"/move"), http.StatusOK, "The winter", "Who does what")
	kite.says(kite.post(at+"/move", ui.FieldDay, "2026-11-28"), http.StatusUnprocessableEntity, "Who called the meeting can change that")
	moss.says(moss.post(at+"/move", ui.FieldDay, "2026-11-28", ui.FieldTime, "19:30"), http.StatusOK, "It is moved.", "Saturday 28 November")
	fern.says(fern.post(at+"/duty", ui.FieldDuty, "2"), http.StatusOK, "Then the next one is asked.", "Takes the notes Kite")
	kite.says(kite.post(at+"/duty", ui.FieldDuty, "2", "yes", "1"), http.StatusOK, "You do it.")
	fern.says(fern.get(at+"/sheet"), http.StatusOK, "Print this page", "Takes the notes: Kite", "Who has the key", "The hall on Thursdays")
	fern.says(fern.post(at+"/minutes", ui.FieldWords, "We met."), http.StatusUnprocessableEntity, "Only who takes the notes writes them down.")

	e.now = e.now.Add(6 * 24 * time.Hour)
	kite.says(kite.get("/"), http.StatusOK, "The winter", "You take the notes, and they are not written down yet.")
	if strings.Contains(fern.get("/").text(), "not written down yet") {
		t.Error("Fern is called, and Kite takes the notes")
	}
	kite.says(kite.post(at+"/minutes"), http.StatusUnprocessableEntity, "There are no words yet.")
	kite.says(kite.post(at+"/minutes", ui.FieldWords, "Heron has the key.\n\nThe hall is free.", ui.FieldThere, e.all["Moss"].by.Member.String(), ui.FieldRound, round.String()),
		http.StatusOK, "It is written down.", "The hall is free.", "There: Moss .", "What we decided", "The hall on Thursdays")
	moss.says(moss.get(at), http.StatusOK, "Heron has the key.", "Kite wrote it down.")
	moss.says(moss.post(at+"/off"), http.StatusConflict, "This meeting is over")
	moss.says(moss.get("/meetings"), http.StatusOK, "What was", "written down")
	if a := moss.get("/meetings/" + (op.Ref{Seq: 9}).String()); a.status != http.StatusNotFound {
		t.Errorf("a meeting that is not there: %d", a.status)
	}
}

// X2: without a date that can be trusted, the next one is to come, whatever its
// day; with one, only what is near is on the first screen.
func TestMeetingsWithoutADate(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	moss.brings("standard") // else the first screen is that of the first day
	moss.calls("2026-12-20", ui.FieldWhat, "Later")
	if strings.Contains(moss.get("/").text(), "Later") {
		t.Error("what is in four weeks is told of on the first screen")
	}
	e.now = time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC)
	moss.says(moss.get("/"), http.StatusOK, "Later")
	moss.says(moss.get("/meetings"), http.StatusOK, "To come", "Later")
	at := moss.calls("2026-11-20", ui.FieldWhat, "Before", ui.FieldTime, "six")
	moss.says(moss.post(at+"/off", ui.FieldReason, "Snow"), http.StatusOK, "It was called off.", "Snow")
	moss.says(moss.get("/meetings"), http.StatusOK, "What was", "called off")
}

func TestListsOfMeetingsAreCutIntoPages(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	for range meetingsPerPage + 1 {
		moss.calls("2026-11-02")
	}
	first := moss.says(moss.get("/meetings"), http.StatusOK, "Next")
	if n := strings.Count(first.body, "Monday 2 November"); n != meetingsPerPage {
		t.Errorf("%d on the first page", n)
	}
	second := moss.says(moss.get("/meetings?page=1"), http.StatusOK, "Previous")
	if n := strings.Count(second.body, "Monday 2 November"); n != 1 {
		t.Errorf("%d on the second page", n)
	}
}

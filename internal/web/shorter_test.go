package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
)

// TestNotesAreKeptForLessByARound (S2): brought on its page, agreed by all, and
// each note that is written then goes so much sooner.
func TestNotesAreKeptForLessByARound(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss, fern := e.all["Moss"], e.all["Fern"]
	moss.says(moss.get("/safety/kept"), http.StatusOK, "14 days", "Bring a round to keep notes for 3 days")
	form := moss.says(moss.get(shorterURL+"?days=3"), http.StatusOK, "A note on the board stays for 3 days.")
	if !strings.Contains(form.body, `action="`+shorterURL+`?days=3"`) {
		t.Error("the form forgets how many")
	}
	round := moss.post(shorterURL+"?days=3", "what", "A note on the board stays for 3 days.", "why", "So that no more is kept than we need.")
	moss.says(round, http.StatusOK, "The round is open.")
	ref, err := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
	if err != nil {
		t.Fatal(err)
	}
	moss.says(moss.get("/safety/kept"), http.StatusOK, "14 days", "A round about it is open")
	e.consent(ref, "Moss", "Fern")
	if n := cell.RulesOf(e.log.State()).NoteDays(); n != 3 {
		t.Fatalf("notes stay %d days", n)
	}
	fern.says(fern.get("/safety/kept"), http.StatusOK, "3 days", "Bring a round to keep notes for 14 days")
	fern.says(fern.post("/board", "words", "Soup at seven"), http.StatusOK, "Soup at seven")
	e.now = e.now.Add(3*24*time.Hour + time.Minute)
	if page := fern.get("/board").text(); strings.Contains(page, "Soup at seven") {
		t.Error("it stays longer than was agreed")
	}

	for _, days := range []uint64{0, 15, 1 << 40} {
		text := consent.Text{What: "Longer", Why: "No", Effect: &consent.Effect{Kind: cell.EffectNotes, Content: op.MustMarshal(cell.Days{Days: days})}}
		opening, err := consent.Open(e.log.State().Now(), moss.by.Member, consent.Opening{Class: consent.Agreement, Text: text})
		if err == nil {
			_, err = e.log.Submit(moss.by, op.Draft{Kind: consent.KindOpen, Content: &opening})
		}
		if r := (op.Refusal{}); !errors.As(err, &r) || r.Code != "text.effect" {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

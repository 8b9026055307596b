package web

import (
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

func TestARoundChangesTheModeAndAnotherChangesItBack(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	moss := e.all["Moss"]
	change := func(words string) op.Ref {
		t.Helper()
		moss.says(moss.get("/router/mode/round"), http.StatusOK, words)
		a := moss.says(moss.post("/router/mode/round", ui.FieldWhat, words, ui.FieldWhy, "The power fails often"), http.StatusOK, "The round is open.")
		ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(moss.get("/router/mode").body, roundURL(ref)) {
			t.Error("the page does not lead to the open round")
		}
		e.toCheck(ref)
		e.consent(ref, "Moss", "Fern", "Kite")
		return ref
	}
	first := change("We leave this router unattended")
	if !cell.RulesOf(e.log.State()).Unattended {
		t.Fatal("the agreement changed nothing")
	}
	moss.says(moss.get("/router"), http.StatusOK, "It wakes by itself.")
	change("We seal this router again")
	if cell.RulesOf(e.log.State()).Unattended {
		t.Fatal("the second agreement changed nothing")
	}
	if r, _ := e.log.State().Value(consent.Key(first)).(*consent.Round); r.State != consent.Amended {
		t.Errorf("the first agreement is %v: if the second one ended, it would stand again", r.State)
	}
}

package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var bases = regexp.MustCompile(`name="base" value="([^"]+)"`)

// opened is the text that a page was opened on.
func (b *phone) opened(path string) string {
	b.Helper()
	m := bases.FindStringSubmatch(b.get(path).body)
	if m == nil {
		b.Fatalf("%s names no text", path)
	}
	return m[1]
}

func TestNobodySpeaksOnATextThatTheyDidNotSee(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	round := moss.says(moss.post("/rounds/new", "what", "Two hens", "why", "Eggs", "class", "plain"), http.StatusOK, "Two hens").url
	voices, relays, text := tide.opened(round+"/say"), tide.opened(round+"/relay"), moss.opened(round+"/text")
	kite := e.all["Kite"]
	tide.says(tide.post(round+"/relay", "base", relays, "who", kite.by.Member.String(), "voice", "consent"), http.StatusOK, "Passed on.")
	kite.says(kite.get(round), http.StatusOK, "passed on your word")
	moss.says(moss.post(round+"/text", "base", text, "what", "Twenty hens", "why", "Eggs"), http.StatusOK, "The new text lies on the table.")

	const changed = "The text changed since you opened this page."
	// What is missing beside it does not make the new text one that was seen.
	again := tide.says(tide.post(round+"/say", "base", voices), http.StatusUnprocessableEntity, "You have not said what you think.")
	if !strings.Contains(again.body, voices) {
		t.Error("it goes on with a text that was not seen")
	}
	told := tide.says(tide.post(round+"/say", "base", voices, "voice", "concern", "reason-concern", "The noise"), http.StatusUnprocessableEntity, changed, "See what changed", "The noise", "Twenty hens")
	if !strings.Contains(told.body, "<details open>") || !strings.Contains(told.body, round+"/changes?from=1") {
		t.Errorf("the text that lies there is not to be seen: %s", told.body)
	}
	kite.says(kite.post(round+"/keep"), http.StatusConflict, changed)
	tide.says(tide.post(round+"/relay", "base", relays, "who", kite.by.Member.String(), "voice", "consent"), http.StatusUnprocessableEntity, changed, "See what changed")
	tide.says(tide.post(round+"/say", "base", bases.FindStringSubmatch(told.body)[1], "voice", "consent"), http.StatusOK, "Heard. You consent.")

	// Whoever wrote on the old text does not write over the new one.
	moss.says(moss.post(round+"/text", "base", text, "what", "Two hens and a cock", "why", "Eggs"), http.StatusUnprocessableEntity, "The text changed while you wrote.", "See what changed", "Two hens and a cock")
	moss.says(moss.get(round), http.StatusOK, "Twenty hens")
}

func TestWhatComesTooLateComesBackInWords(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	bring := func(what string) answer {
		return moss.post("/rounds/new", "what", what, "why", "Eggs", "class", "plain")
	}
	first := moss.says(bring("Two hens"), http.StatusOK, "It lies on the table.").url
	bring("A cock")
	moss.says(bring("Six ducks and a pond"), http.StatusConflict, "rounds open already", "What you wrote", "Six ducks and a pond")
	moss.says(moss.post(first+"/withdraw"), http.StatusOK, "You took it back.")
	for path, fields := range map[string][]string{
		"/say":      {"voice", "objection", "reason-objection", "The fox <b>comes"},
		"/question": {"question", "The fox <b>comes"}, "/reaction": {"reaction", "The fox <b>comes"},
	} {
		tide.says(tide.post(first+path, fields...), http.StatusConflict, "What you wrote", "The fox <b>comes")
	}
	if a := tide.post(first + "/pass"); strings.Contains(a.text(), "What you wrote") {
		t.Errorf("who wrote nothing is told what they wrote: %s", a.text())
	}
}

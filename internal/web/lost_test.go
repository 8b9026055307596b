package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
)

var code = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}\b`)

// comeIn lets somebody in at the open door, and returns their browser and the
// five words on their paper.
func (e *evening) comeIn(host, name string) (*stranger, string) {
	e.Helper()
	h := e.all[host]
	at := code.FindString(h.post("/door/open").text())
	s := e.stranger()
	five := wordsOn(e.T, s.post("/join", ui.FieldCode, at, ui.FieldName, name))
	s.says(s.post("/join/words", ui.FieldWritten, "1"), http.StatusOK, "You are at the door, "+name)
	yes := regexp.MustCompile(`/door/[^/"]+/yes`).FindString(h.get("/door").body)
	h.says(h.post(yes), http.StatusOK, name+" sits at the table.")
	s.get("/join/wait")
	e.all[name] = s.phone
	m, ok := cell.PeopleOf(e.log.State()).Named(name)
	if !ok {
		e.Fatalf("nobody is called %s", name)
	}
	s.by.Member = m
	return s, five
}

// closeDoor ends the founding, by everybody's hand.
func (e *evening) closeDoor(names ...string) {
	e.Helper()
	act := trust.Act{Verb: trust.Close}
	for _, n := range names {
		if _, err := e.log.Submit(e.all[n].by, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}}); err != nil {
			e.Fatal(err)
		}
	}
	if _, err := e.log.Submit(e.all[names[0]].by, op.Draft{Kind: trust.KindAct, Content: act}); err != nil {
		e.Fatal(err)
	}
}

// loses asks for new words in somebody's name.
func (e *evening) loses(name string) (s *stranger, five, check string) {
	e.Helper()
	s = e.stranger()
	five = wordsOn(e.T, s.post("/lost", ui.FieldName, name))
	a := s.says(s.post("/lost/words", ui.FieldWritten, "1"), http.StatusOK, "say these words aloud")
	check = regexp.MustCompile(`\w+( · \w+){5}`).FindString(a.text())
	if check == "" {
		e.Fatalf("no check words: %s", a.text())
	}
	return s, five, check
}

func (e *evening) rebindURL(name string) string {
	m, _ := cell.PeopleOf(e.log.State()).Named(name)
	return "/people/" + m.String() + "/rebind"
}

func TestLostWordsAreReplacedByNeighboursAndThreeDays(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	old, oldWords := e.comeIn("Moss", "Tide")
	s, five, check := e.loses("Tide")
	s.says(s.get("/lost/asked"), http.StatusOK, "2 of them have to say yes", "it takes three days")
	for _, name := range []string{"Moss", "Fern"} {
		b := e.all[name]
		b.says(b.get("/"), http.StatusOK, "They ask for new words. Have you met them?")
		b.says(b.get(e.rebindURL("Tide")), http.StatusOK, "Is it Tide", check)
		b.says(b.post(e.rebindURL("Tide")), http.StatusOK, "Written down: you met Tide.", check)
	}
	kite := e.all["Kite"]
	kite.says(kite.get(e.rebindURL("Tide")), http.StatusOK, "The new key works from")
	s.says(s.signIn("Tide", five), http.StatusUnauthorized)
	e.now = e.now.Add(71 * time.Hour)
	kite.post("/me/away")
	s.says(s.signIn("Tide", five), http.StatusUnauthorized)
	old.says(old.get("/me"), http.StatusOK, "Somebody asks for new words in your name.")
	e.now = e.now.Add(2 * time.Hour)
	kite.post("/me/back") // whoever comes by next carries it out
	s.says(s.signIn("Tide", oldWords), http.StatusUnauthorized)
	s.says(s.signIn("Tide", five), http.StatusOK, "The table fills")
	s.says(s.post("/me/away"), http.StatusOK, "Have a good time.")
	if a := old.get("/me"); !strings.HasPrefix(a.url, "/in") {
		t.Errorf("who had the old words still reads %s", a.url)
	}
	if a := kite.get(e.rebindURL("Tide")); a.status != http.StatusNotFound {
		t.Errorf("what is settled is still asked: %s", a.text())
	}
}

func TestNobodysOwnYesHelpsThemToNewKeys(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	withWords(e)
	old, _ := e.comeIn("Moss", "Tide")
	e.loses("Tide")
	old.says(old.post(e.rebindURL("Tide")), http.StatusConflict)
	e.all["Moss"].post(e.rebindURL("Tide"))
	// Not even past the pages.
	x := cell.PeopleOf(e.log.State()).Names().Lost[0]
	by := sessionOf(e, old).author
	assent := trust.Assent{Act: rebinding(x, false).Hash()}
	if _, err := e.log.Submit(by, op.Draft{Kind: trust.KindAssent, Content: assent}); err != nil {
		t.Fatal(err)
	}
	e.now = e.now.Add(100 * time.Hour)
	e.all["Moss"].post(e.rebindURL("Tide"))
	if a := old.get("/me"); a.url != "/me" {
		t.Error("one neighbour and the own voice were enough of three")
	}
}

// sessionOf finds the session behind a browser.
func sessionOf(e *evening, b *stranger) *session {
	for _, x := range e.server.sessions.all {
		if x.form == unstepped(b.token) {
			return x
		}
	}
	e.Fatal("not signed in")
	return nil
}

func TestTheOldWordsCanSayNoAndThenARoundDecides(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	old, oldWords := e.comeIn("Moss", "Tide")
	s, five, check := e.loses("Tide")
	for _, name := range []string{"Moss", "Fern"} {
		e.all[name].post(e.rebindURL("Tide"))
	}
	veto := e.rebindURL("Tide") + "/veto"
	old.says(old.get(e.rebindURL("Tide")), http.StatusOK, "Somebody asks for new words in your name")
	old.says(old.post(veto, ui.FieldSecret, "one two"), http.StatusUnprocessableEntity)
	old.says(old.post(veto, ui.FieldSecret, five), http.StatusUnauthorized, "These are not your words.")
	e.all["Moss"].says(e.all["Moss"].post(veto, ui.FieldSecret, oldWords), http.StatusNotFound)
	old.says(old.post(veto, ui.FieldSecret, oldWords), http.StatusOK, "Your no is written down.")
	e.now = e.now.Add(100 * time.Hour)
	moss := e.all["Moss"]
	moss.post("/me/away")
	moss.post("/me/back")
	s.says(s.signIn("Tide", five), http.StatusUnauthorized)
	moss.says(moss.get(e.rebindURL("Tide")), http.StatusOK, "said no", "A round about it")
	round := e.rebindURL("Tide") + "/round"
	moss.says(moss.get(round), http.StatusOK, check)
	a := moss.says(moss.post(round, ui.FieldWhat, "Tide gets new words", ui.FieldWhy, "We all met Tide"), http.StatusOK, "The round is open.")
	ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
	if err != nil {
		t.Fatal(a.url)
	}
	r, _ := e.log.State().Value(consent.Key(ref)).(*consent.Round)
	if r.Eligible(old.by.Member) {
		t.Error("the key that said no has a voice")
	}
	delete(e.all, "Tide")
	e.consent(ref, "Moss", "Fern", "Kite")
	s.says(s.signIn("Tide", five), http.StatusOK)
	if a := old.get("/me"); !strings.HasPrefix(a.url, "/in") {
		t.Errorf("who had the old words still reads %s", a.url)
	}
}

func TestEachRequestInOneNameHasItsOwnCheckWords(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	e.comeIn("Moss", "Tide")
	_, _, first := e.loses("Tide")
	_, _, second := e.loses("Tide")
	moss := e.all["Moss"]
	a := moss.says(moss.get(e.rebindURL("Tide")), http.StatusOK, first, second, "which words did you hear?")
	other := regexp.MustCompile(`/people/[^"]*/rebind\?of=[^"]+`).FindAllString(a.body, -1)
	if len(other) != 2 {
		t.Fatalf("%q", other)
	}
	b := moss.post(other[1])
	moss.says(b, http.StatusOK, "Written down: you met Tide.", "Moss said yes.")
	e.loses("Tide")
	s := e.stranger()
	s.post("/lost", ui.FieldName, "Tide")
	s.says(s.post("/lost/words", ui.FieldWritten, "1"), http.StatusTooManyRequests, "asked for several times")
}

func TestWhoCannotAskForNewWordsIsToldWhy(t *testing.T) {
	e := sit(t, "Moss")
	k := withWords(e)
	s := e.stranger()
	s.says(s.get("/lost"), http.StatusConflict, "Nobody else sits at this table.")
	e.comeIn("Moss", "Tide")
	before := e.applied()
	s.says(s.post("/lost", ui.FieldName, "Nobody"), http.StatusUnprocessableEntity, "Nobody at this table is called that.")
	s.post("/lost", ui.FieldName, "Tide")
	s.says(s.post("/lost/words"), http.StatusUnprocessableEntity, "not on paper yet")
	if a := s.get("/join/wait"); a.url != "/join" {
		t.Errorf("with another's name at the door: %s", a.url)
	}
	k.asleep = true
	s.says(s.get("/lost"), http.StatusServiceUnavailable, "This router is asleep.")
	s.says(s.get("/join"), http.StatusOK, "This router is asleep.", "Wake this router")
	if e.applied() != before {
		t.Error("something was written down")
	}
}

// busyKeys are keys of a router where somebody else is signing in.
type busyKeys struct{ *keyed }

func (busyKeys) Renew(context.Context, op.Member, string) (Newcomer, error) { return nil, ErrBusy }

// TestAskingABusyRouterForNewWordsUsesNothingUp: nothing was written down, and the page
// says to try again.
func TestAskingABusyRouterForNewWordsUsesNothingUp(t *testing.T) {
	e := sit(t, "Moss")
	k := withWords(e)
	e.comeIn("Moss", "Tide")
	s := e.stranger()
	wordsOn(t, s.post("/lost", ui.FieldName, "Tide"))
	e.server.Keys = busyKeys{k}
	for range asksMost + 1 {
		s.says(s.post("/lost/words", ui.FieldWritten, "1"), http.StatusServiceUnavailable, "Somebody else is signing in.")
	}
	e.server.Keys = k
	s.says(s.post("/lost/words", ui.FieldWritten, "1"), http.StatusOK, "say these words aloud")
}

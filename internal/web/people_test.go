package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

func TestAnInvitationLeadsToASeat(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	e.closeDoor("Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	at := code.FindString(moss.says(moss.post("/invite"), http.StatusOK, "Moss invites you").text())
	s := e.stranger()
	s.says(s.get("/join?code="+at), http.StatusOK, "Moss")
	five := wordsOn(t, s.post("/join", ui.FieldCode, at, ui.FieldName, "Tide"))
	s.says(s.post("/join/words", ui.FieldWritten, "1"), http.StatusOK, "Moss speaks for you")
	again := e.stranger()
	again.says(again.post("/join", ui.FieldCode, at, ui.FieldName, "Other"), http.StatusUnprocessableEntity, "This code was used.")

	home := moss.says(moss.get("/"), http.StatusOK, "They ask for a seat. Open the round.")
	speakFor := regexp.MustCompile(`/invite/[0-9a-z-]+`).FindString(home.body)
	fern := e.all["Fern"]
	fern.says(fern.get("/people"), http.StatusOK, "Moss invited them")
	fern.says(fern.get(speakFor), http.StatusNotFound)
	moss.says(moss.get(speakFor), http.StatusOK, "Tide takes a seat at our table.")
	a := moss.says(moss.post(speakFor, ui.FieldWhat, "Tide takes a seat", ui.FieldWhy, "We need a gardener"), http.StatusOK, "The round is open.")
	if strings.Contains(moss.get("/").text(), "Open the round.") {
		t.Error("a round is open, and is still asked for")
	}
	ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
	if err != nil {
		t.Fatal(err)
	}
	s.says(s.signIn("Tide", five), http.StatusUnauthorized)
	e.consent(ref, "Moss", "Fern", "Kite")
	s.says(s.get("/join/wait"), http.StatusOK, "What waits for your voice")

	elsewhere := e.stranger()
	elsewhere.says(elsewhere.signIn("Tide", five), http.StatusOK, "What waits for your voice")
	elsewhere.says(elsewhere.get(roundURL(ref)), http.StatusOK, "We need a gardener")
	elsewhere.says(elsewhere.post("/me/away"), http.StatusOK, "Have a good time.")
	if strings.Contains(moss.get("/").text(), "ask for a seat") {
		t.Error("who sits is still said to ask for a seat")
	}
}

// A timer has no voice that could seat anybody: the next member's hand does.
func TestWhatATimerWroteDownAsAgreedIsCarriedOutByTheNextWhoComes(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite", "Tide")
	k := withWords(e)
	e.closeDoor("Moss", "Fern", "Kite", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"].by.Member
	leave := "/people/" + tide.String() + "/leave"
	moss.says(moss.get(leave), http.StatusOK, "Tide no longer has a seat at our table.")
	a := moss.post(leave, ui.FieldWhat, "Tide goes", ui.FieldWhy, "A harm that we could not mend")
	ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
	if err != nil {
		t.Fatal(a.text())
	}
	round := func() *consent.Round { r, _ := e.log.State().Value(consent.Key(ref)).(*consent.Round); return r }
	if round().Eligible(tide) {
		t.Error("the person concerned is counted")
	}
	concerned := e.all["Tide"]
	concerned.says(concerned.get(roundURL(ref)), http.StatusOK, "Tide goes")
	delete(e.all, "Tide")
	e.toCheck(ref)
	for _, name := range []string{"Moss", "Fern"} {
		e.all[name].post(roundURL(ref, "say"), "voice", "consent")
	}
	// The last voice comes by a hand that does not know of acts.
	a3 := &consent.Speak{Text: round().Current, Stance: consent.Consent}
	if _, err := e.log.Submit(e.all["Kite"].by, op.Draft{Kind: consent.KindSpeak, Subject: ref, Content: a3}); err != nil {
		t.Fatal(err)
	}
	e.now = e.now.Add(8 * 24 * time.Hour)
	if _, err := e.log.Submit(k.Router(), op.Draft{Kind: consent.KindAdopt, Subject: ref, Content: &consent.Adopt{Text: round().Current}}); err != nil {
		t.Fatal(err)
	}
	if !cell.PeopleOf(e.log.State()).IsActive(tide) {
		t.Fatal("a timer removed somebody")
	}
	moss.post("/me/away")
	if cell.PeopleOf(e.log.State()).IsActive(tide) {
		t.Error("what was agreed is not carried out")
	}
	if a := concerned.get("/"); !strings.HasPrefix(a.url, "/in") {
		t.Errorf("who has no seat reads %s", a.url)
	}
	if len(k.signedOut) == 0 || k.signedOut[len(k.signedOut)-1].Member != tide {
		t.Error("their keys stay in memory")
	}
}

// toCheck leads a round through its phases.
func (e *evening) toCheck(ref op.Ref) {
	e.Helper()
	round := func() *consent.Round { r, _ := e.log.State().Value(consent.Key(ref)).(*consent.Round); return r }
	for range 5 {
		for _, p := range e.all {
			if moves := round().Moves(e.log.State().Now(), p.by.Member, 0, false); round().State != consent.Checking && len(moves) > 0 && p.by.Member == round().Facilitator {
				p.post(roundURL(ref, "phase", moves[len(moves)-1].String()))
			}
		}
	}
	if round().State != consent.Checking {
		e.Fatalf("the round is %v", round().State)
	}
}

func TestWhoLeavesIsOutOnEveryBrowserAtOnce(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	k := withWords(e)
	one, five := e.comeIn("Moss", "Tide")
	two := e.stranger()
	two.says(two.signIn("Tide", five), http.StatusOK)
	leave := "/people/" + one.by.Member.String() + "/leave"
	one.says(one.get(leave), http.StatusOK, "Your seat is given back at once")
	if a := one.post(leave); !strings.HasPrefix(a.url, "/in") {
		t.Fatalf("%s: %s", a.url, a.text())
	}
	if a := two.get("/me"); !strings.HasPrefix(a.url, "/in") {
		t.Errorf("the other browser still shows %s", a.url)
	}
	if len(k.signedOut) != 2 {
		t.Errorf("%d sessions were ended", len(k.signedOut))
	}
	two.says(two.signIn("Tide", five), http.StatusUnauthorized)
}

func TestOneMemberSitsAtTwoBrowsersAndLeavesBoth(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	withWords(e)
	one, five := e.comeIn("Moss", "Tide")
	two := e.stranger()
	two.says(two.signIn("Tide", five), http.StatusOK)
	a := one.says(one.get("/me"), http.StatusOK, "Here, on this browser", "Sign out everywhere")
	if n := strings.Count(a.body, `<div class="row">`); n < 2 {
		t.Errorf("%d sessions are shown", n)
	}
	two.says(two.post("/me/away"), http.StatusOK, "Have a good time.")
	one.says(one.post("/me/back"), http.StatusOK, "Good to have you back.")
	if a := two.post("/out/everywhere"); !strings.HasPrefix(a.url, "/in") {
		t.Errorf("%s", a.url)
	}
	for _, b := range []*stranger{one, two} {
		if a := b.get("/me"); !strings.HasPrefix(a.url, "/in") {
			t.Errorf("still signed in at %s", a.url)
		}
	}
}

func TestASessionEndsWithItsTime(t *testing.T) {
	for name, age := range map[string]func(*session){
		"idle": func(x *session) { x.last = x.last.Add(-idleLimit - time.Minute) },
		"long": func(x *session) { x.since = x.since.Add(-longLimit - time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			e := sit(t, "Moss", "Fern")
			k := withWords(e)
			one, _ := e.comeIn("Moss", "Tide")
			one.says(one.get("/me"), http.StatusOK)
			age(sessionOf(e, one))
			if a := one.get("/me"); !strings.HasPrefix(a.url, "/in") {
				t.Errorf("it goes on at %s", a.url)
			}
			if len(k.signedOut) != 1 {
				t.Error("its key stays in memory")
			}
		})
	}
}

func TestWhoObjectsCanAnswer(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Ember")
	moss, ember := e.all["Moss"], e.all["Ember"]
	round := moss.says(moss.post("/rounds/new", "what", "We use the hall.", "why", "The kitchen is small."), http.StatusOK)
	ember.says(ember.post(round.url+"/say", "voice", "objection", "reason-objection", "Thursday is taken.", "lens", "harm"), http.StatusOK)
	id := between(moss.get(round.url).body, `action="`+round.url+"/o/", "/harm")
	moss.says(moss.post(round.url+"/o/"+id+"/harm", "harm-"+id, "By whom?"), http.StatusOK, "You have asked.", "By whom?")
	page := ember.says(ember.get(round.url), http.StatusOK, "Say more about the harm")
	if strings.Contains(page.text(), "Help me see the harm") {
		t.Error("Ember is invited to ask about Ember's own objection")
	}
	page = ember.says(ember.post(round.url+"/o/"+id+"/harm", "harm-"+id, "By the food bank."), http.StatusOK, "You have answered.")
	if said := between(page.body, `class="said answer"`, "</blockquote>"); !strings.Contains(said, "By the food bank.") {
		t.Errorf("the answer does not stand as one: %s", said)
	}
}

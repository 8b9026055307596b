package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

// brings opens a round by the page, and returns it.
func (p *phone) brings(class string, more ...string) op.Ref {
	p.Helper()
	a := p.post("/rounds/new", append([]string{ui.FieldWhat, "The hall on Thursdays", ui.FieldWhy, "The kitchen is too small", ui.FieldClass, class}, more...)...)
	ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
	if err != nil {
		p.Fatal(a.text())
	}
	return ref
}

func (e *evening) stands(ref op.Ref, want consent.State) *consent.Round {
	e.Helper()
	r, _ := e.log.State().Value(consent.Key(ref)).(*consent.Round)
	if r.State != want {
		e.Fatalf("the round is %v, want %v", r.State, want)
	}
	return r
}

// R1, R2: the turn goes round on a page, with all that decides it.
func TestTheTurnIsDeclinedTakenAndHandedBackOnAPage(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern := e.all["Moss"], e.all["Fern"]
	moss.says(moss.get("/people"), http.StatusOK, "What goes round")
	fern.says(fern.get("/turns/facilitator"), http.StatusOK, "Nobody has the turn now.", "Next is Moss", "no turn so far")
	fern.says(fern.post("/turns/facilitator/begin"), http.StatusUnprocessableEntity, "It is not your turn yet.")
	moss.says(moss.post("/turns/facilitator/decline"), http.StatusOK, "Then the next one is asked.", "not this time")
	fern.says(fern.post("/turns/facilitator/begin"), http.StatusOK, "You have the turn now.", "You have the turn.", "Until Monday 7 December.", "one turn so far")
	moss.says(moss.get("/turns/facilitator"), http.StatusOK, "Fern has the turn")
	moss.says(moss.post("/turns/facilitator/end"), http.StatusUnprocessableEntity, "Only who has the turn")
	e.now = e.now.Add(15 * 24 * time.Hour)
	moss.says(moss.get("/turns/facilitator"), http.StatusOK, "The turn of Fern is over")
	fern.says(fern.post("/turns/facilitator/end"), http.StatusOK, "You handed it back.", "Nobody has the turn now.")
}

// R1 to R3, R7: each thing that goes round has its turns, and is handed over by a
// list that both tick; the first screen calls whom it concerns.
func TestATurnIsHandedOverByAListThatBothTick(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	const tin = "/turns/treasurer"
	moss.says(moss.get("/turns"), http.StatusOK, "Keeping the tin", "nobody at the moment · it is your turn")
	moss.says(moss.get(tin), http.StatusOK, "Nobody has the turn now, and all of us can see that.", "10 weeks each.")
	moss.says(moss.post(tin+"/begin"), http.StatusOK, "You have the turn now.")
	moss.says(moss.post(tin+"/tick", ui.FieldThing, "0"), http.StatusUnprocessableEntity, "Only who gives")
	e.now = e.now.Add(71 * 24 * time.Hour)
	next, other := fern, kite
	if !strings.Contains(fern.get("/").text(), "yours comes next") {
		next, other = kite, fern
	}
	next.says(next.get("/"), http.StatusOK, "Keeping the tin", "The turn of Moss is over, and yours comes next.")
	next.says(next.post(tin+"/begin"), http.StatusOK, "What is handed over", "The tin itself, counted together")
	other.says(other.post(tin+"/tick", ui.FieldThing, "0"), http.StatusUnprocessableEntity, "Only who gives")
	if words := other.get("/").text(); strings.Contains(words, "both tick it") {
		t.Errorf("who has nothing to do with it is called: %s", words)
	}
	for _, p := range []*phone{moss, next} {
		p.says(p.get("/"), http.StatusOK, "Keeping the tin", "Moss shows it to")
		p.says(p.post(tin+"/tick"), http.StatusUnprocessableEntity, "Tick at least one")
		p.says(p.post(tin+"/tick", ui.FieldThing, "0", ui.FieldThing, "2"), http.StatusOK, "What is handed over")
		if a := p.post(tin+"/tick", ui.FieldThing, "3"); a.status != http.StatusNotFound {
			t.Errorf("a thing that is not on the list: %d", a.status)
		}
	}
	other.says(other.get(tin), http.StatusOK, "both say so", "not yet")
	moss.post(tin+"/tick", ui.FieldThing, "1")
	if words := moss.get("/").text(); strings.Contains(words, "both tick it") {
		t.Errorf("who has ticked all is called still: %s", words)
	}
	if words := next.post(tin+"/tick", ui.FieldThing, "1").text(); strings.Contains(words, "What is handed over") {
		t.Errorf("all is ticked, and it is handed over still: %s", words)
	}
	other.says(other.get("/turns"), http.StatusOK, "How even it is")
}

// R4: the page names who looks after a round now, and who may go on for them.
func TestWhoStandsInIsToldOnTheRound(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite", "Tide")
	fern, kite := e.all["Fern"], e.all["Kite"]
	ref := e.all["Moss"].brings("agreement")
	at := roundURL(ref)
	fern.says(fern.get(at), http.StatusOK, "You look after the round.")
	if strings.Contains(kite.get(at).body, at+"/phase/") {
		t.Error("Kite may lead a round that Fern looks after")
	}
	e.now = e.now.Add(25 * time.Hour)
	kite.says(kite.get(at), http.StatusOK, "Fern has not been here for a day, so you may go on in their place.")
	e.all["Tide"].says(e.all["Tide"].get(at), http.StatusOK, "If that does not go on, Kite may do it in their place.")
	kite.says(kite.post(at+"/phase/clarifying"), http.StatusOK, "We go on.", "Around the table, one after another:")
	e.stands(ref, consent.Clarifying)
	fern.post("/me/away")
	kite.says(kite.get(at), http.StatusOK, "You look after the round.")
}

// C6: so many stand aside that nothing is agreed. The page says so, and leads
// back to the text.
func TestTooManyWhoStandAsideLeadBackToTheText(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	ref := moss.brings("agreement")
	at := roundURL(ref)
	e.toCheck(ref)
	moss.post(at+"/say", "voice", "consent")
	for _, name := range []string{"Fern", "Kite"} {
		e.all[name].post(at+"/say", "voice", "aside", "reason-aside", "I will be away")
	}
	e.stands(ref, consent.Checking)
	moss.says(moss.get(at), http.StatusOK, "So many stand aside", "Go back to the text")
	moss.says(moss.post(at+"/phase/amending"), http.StatusOK, "We go on.")
	moss.says(moss.post(at+"/text", ui.FieldWhat, "The hall, and we two carry it", ui.FieldWhy, "The kitchen is too small"), http.StatusOK)
	if r := e.stands(ref, consent.Presented); r.VersionNumber(r.Current) != 2 {
		t.Error("there is no second text")
	}
}

// C9: whose word was passed on sees that first, also when it was agreed meanwhile.
func TestAWordThatWasPassedOnIsSeenFirst(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, kite := e.all["Moss"], e.all["Kite"]
	moss.brings("standard") // waits for Kite, and is older
	ref := moss.brings("standard")
	at := roundURL(ref)
	moss.says(moss.post(at+"/relay", "who", kite.by.Member.String(), "voice", "consent", "reason-consent", "by phone"), http.StatusOK, "Passed on.")
	home := kite.says(kite.get("/"), http.StatusOK, "Moss passed on your word: consent.").body
	if first := strings.Index(home, at); first < 0 || first > strings.Index(home, "Say what you think") && strings.Contains(home, "Say what you think") {
		t.Error("something else comes first")
	}
	kite.says(kite.get(at), http.StatusOK, "Moss passed on your word: consent.", "by phone", "Leave it so")
	e.consent(ref, "Moss", "Fern")
	e.stands(ref, consent.InForce)
	kite.says(kite.get("/"), http.StatusOK, "Moss passed on your word: consent.")
	kite.says(kite.get(at), http.StatusOK, "If that was not your word, you can object to what was agreed.")
	if words := moss.get("/").text(); strings.Contains(words, "passed on your word") {
		t.Errorf("Moss is told of a word that was not theirs: %s", words)
	}
}

// C10: where it is asked for, nobody sees a voice before all have spoken.
func TestVoicesAreShownAllAtOnceWhereThatIsAskedFor(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	ref := moss.brings("standard", ui.FieldTogether, "1")
	at := roundURL(ref)
	moss.post(at+"/say", "voice", "concern", "reason-concern", "The key gets lost")
	for _, words := range []string{fern.says(fern.get(at), http.StatusOK, "has spoken", "What each of us said is shown when everyone has spoken.").text(), fern.get("/").text(), fern.get(at + "/sheet").text()} {
		if strings.Contains(words, "concern") || strings.Contains(words, "The key gets lost") {
			t.Errorf("Fern sees what Moss said: %s", words)
		}
	}
	fern.post(at+"/say", "voice", "consent")
	kite.post(at+"/say", "voice", "consent")
	e.stands(ref, consent.InForce)
	kite.says(kite.get(at), http.StatusOK, "consents, with a concern", "The key gets lost")
}

// C13: an objection that stays as a concern may be the last voice.
func TestAnObjectionThatStaysAsAConcernAgrees(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	ref := e.all["Moss"].brings("standard")
	at := roundURL(ref)
	kite := e.all["Kite"]
	kite.post(at+"/say", "voice", "objection", "reason-objection", "The floor is cold", "lens", "harm")
	for _, name := range []string{"Moss", "Fern"} {
		e.all[name].post(at+"/say", "voice", "consent")
	}
	r := e.stands(ref, consent.Testing)
	kite.says(kite.post(at+"/o/"+r.Objections[0].Ref.String()+"/concern"), http.StatusOK, "With that it is agreed.", "The floor is cold")
	e.stands(ref, consent.InForce)
}

// C11: who tries it first finds the latest day to look again in the form, and
// gets no later one past it.
func TestAFirstTrialIsLookedAtAgainWithinSixWeeks(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	ref := e.all["Moss"].brings("standard")
	at, kite := roundURL(ref), e.all["Kite"]
	kite.post(at+"/say", "voice", "objection", "reason-objection", "The floor is cold", "lens", "harm")
	text := at + "/o/" + e.stands(ref, consent.Testing).Objections[0].Ref.String() + "/text"
	now, _ := e.Now()
	last := now.Add(consent.FirstTrial * time.Second).Format(time.DateOnly)
	kite.says(kite.get(strings.TrimSuffix(text, "text")+"way"), http.StatusOK, "Try it smaller or shorter")
	if p := kite.says(kite.get(text+"?way=trial"), http.StatusOK, "A first trial lasts six weeks at most"); !strings.Contains(p.body, `value="`+last+`"`) {
		t.Errorf("the form does not name %s", last)
	}
	write := func(day string) answer {
		return kite.post(text, ui.FieldWay, ui.WayTrial, ui.FieldWhat, "The hall, once", ui.FieldWhy, "The kitchen is too small", ui.FieldReview, day)
	}
	p := kite.says(write(now.AddDate(0, 0, 50).Format(time.DateOnly)), http.StatusUnprocessableEntity, "Choose a day before that.")
	if !strings.Contains(p.body, `name="way" value="trial"`) {
		t.Error("it is no trial any more")
	}
	kite.says(write(last), http.StatusOK, "The new text lies on the table.")
	if r := e.stands(ref, consent.Integrating); r.Versions[1].Text.ReviewOn == 0 {
		t.Error("nobody looks again")
	}
}

// C14: what was agreed and is objected to stands first on everybody's page.
func TestWhatIsContestedIsToldToEverybody(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	ref := e.all["Moss"].brings("standard")
	e.consent(ref, "Moss", "Fern", "Kite")
	e.all["Kite"].post(roundURL(ref, "say"), "voice", "objection", "reason-objection", "The floor is cold", "lens", "harm")
	if r := e.stands(ref, consent.Testing); !r.Contested {
		t.Fatal("it is not contested")
	}
	for name, p := range e.all {
		if words := p.get("/").text(); !strings.Contains(words, "It was agreed, and is not in force now.") {
			t.Errorf("%s is not told: %s", name, words)
		}
	}
}

// C8: what silence means is a rule that a page brings to the circle.
func TestWhatSilenceMeansIsAgreedOnAPage(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	for _, on := range []bool{true, false} {
		moss.says(moss.get("/ledger/rules/new"), http.StatusOK, "What silence means")
		a := moss.says(moss.post("/ledger/rules/new?rule=silence", ui.FieldWhy, "Small things take too long"), http.StatusOK, "It lies on the table.")
		ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
		if err != nil {
			t.Fatal(a.text())
		}
		e.toCheck(ref)
		e.consent(ref, "Moss", "Fern", "Kite")
		if got := cell.RulesOf(e.log.State()).SilenceConsents(); got != on {
			t.Fatalf("silence consents: %v", got)
		}
		words := map[bool]string{true: "Silence counts as consent in routine rounds.", false: "Silence is never a yes, also in routine rounds."}[on]
		moss.says(moss.get("/ledger/rules"), http.StatusOK, "What silence means", words)
		moss.says(moss.get(a.url), http.StatusOK, words)
	}
}

// L8: what somebody left behind goes to all of us, by a round that a page begins.
func TestWhatSomebodyLeftBehindGoesToAllOfUs(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	moss, kite := e.all["Moss"], e.all["Kite"]
	who := ledger.MemberAccount(kite.by.Member)
	refs, err := e.log.Submit(moss.by, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Minutes, From: ledger.MemberAccount(moss.by.Member), To: who, Amount: 90}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.log.Submit(kite.by, op.Draft{Kind: ledger.KindSign, Subject: refs[0]}, op.Draft{Kind: trust.KindLeave}); err != nil {
		t.Fatal(err)
	}
	page := moss.says(moss.get("/ledger/leaving?who="+kite.by.Member.String()), http.StatusOK, "What was left behind", "Ask that it goes to all of us")
	form := "/ledger/rules/new?" + strings.ReplaceAll(between(page.body, `href="/ledger/rules/new?`, `"`), "&amp;", "&")
	a := moss.says(moss.post(form, ui.FieldWhy, "Kite moved away"), http.StatusOK, "gave and did not receive back goes to all of us.")
	ref, _ := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
	e.toCheck(ref)
	e.consent(ref, "Moss", "Fern")
	moss.says(moss.post("/ledger/carry/"+ref.String()), http.StatusOK, "It stands in the book.")
	if n := e.balance(ledger.Minutes, who); n != 0 {
		t.Errorf("%d minutes are still locked in", n)
	}
}

// A fork is told to everybody, with what to do (the key was used in two places).
func TestAKeyThatWasUsedInTwoPlacesIsTold(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	withWords(e)
	moss, fern := e.all["Moss"], e.all["Fern"]
	if _, err := e.log.Submit(fern.by, op.Draft{Kind: "person.away"}); err != nil {
		t.Fatal(err)
	}
	// Somebody else has seen it: so far it stands.
	if _, err := e.log.Submit(moss.by, op.Draft{Kind: "person.away"}); err != nil {
		t.Fatal(err)
	}
	var two [2]trust.Half
	for i := range two {
		h := op.Header{Version: op.Version, Device: fern.by.Device, Scope: []byte(op.CellScope(e.log.Cell())), Seq: 3,
			Prev: make([]byte, 32), Seen: []op.Seen{}, Time: uint64(i), Level: op.LevelRouter, Epoch: make([]byte, 32)}
		o, err := op.Sign(h, []byte{byte(i)}, op.Key(e.keys.devices[fern.by.Device]))
		if err != nil {
			t.Fatal(err)
		}
		two[i].Header, two[i].Signature = o.Signed()
	}
	if _, err := e.log.Submit(moss.by, op.Draft{Kind: trust.KindFork, Content: trust.Fork{A: two[0], B: two[1]}}); err != nil {
		t.Fatal(err)
	}
	moss.says(moss.get("/"), http.StatusOK, "A key of Fern was used in two places at once.", "Ask Fern what is missing")
	moss.says(moss.get("/router"), http.StatusOK, "A key of Fern was used in two places at once.")
}

// What is said of days goes by the clock of the cell, whatever this machine says.
func TestDaysAreSaidByTheClockOfTheCell(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	e.now = time.Date(2031, 3, 5, 12, 0, 0, 0, time.UTC)
	moss := e.all["Moss"]
	ref := moss.brings("standard")
	e.consent(ref, "Moss", "Fern", "Kite")
	moss.says(moss.get(roundURL(ref)), http.StatusOK, "In force since Wednesday 5 March.", "We look again on Wednesday 4 June.")
	if words := moss.get("/rounds").text(); !strings.Contains(words, "today") {
		t.Errorf("the list does not know what day it is: %s", words)
	}
	e.now = e.now.AddDate(0, 3, 1)
	moss.says(moss.get(roundURL(ref)), http.StatusOK, "It is time to look again")
}

// X2: a router that does not know the date tells none.
func TestNoDateIsSaidOfWhatWasAgreedWithoutAClock(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	e.now = time.Unix(4000, 0)
	moss := e.all["Moss"]
	ref := moss.brings("standard")
	e.consent(ref, "Moss", "Fern", "Kite")
	for _, page := range []string{roundURL(ref), roundURL(ref, "sheet"), roundURL(ref, "review")} {
		if words := moss.get(page).text(); !strings.Contains(words, "The hall on Thursdays") || strings.Contains(words, "January") {
			t.Errorf("%s: %s", page, words)
		}
	}
}

// A router that does not know which month it is names none.
func TestACloseWithoutADateNamesNoMonth(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	e.now = time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC)
	moss := e.all["Moss"]
	page := moss.says(moss.get("/ledger/close"), http.StatusOK, "The month’s close", "does not know which month it is")
	if strings.Contains(page.text(), "The close of") {
		t.Error(page.text())
	}
}

// L9: a close prints every balance and the check words of all that was decided,
// and what comes later does not change the sheet.
func TestAMonthIsClosedOnASheetForTheWall(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern := e.all["Moss"], e.all["Fern"]
	give := func(n ledger.Amount) {
		refs, err := e.log.Submit(moss.by, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Minutes,
			From: ledger.MemberAccount(moss.by.Member), To: ledger.MemberAccount(fern.by.Member), Amount: n}})
		if err == nil {
			_, err = e.log.Submit(fern.by, op.Draft{Kind: ledger.KindSign, Subject: refs[0]})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	give(90)
	digest := e.log.State().Digest()
	check := strings.Join(words.Fingerprint(digest[:]), " · ")
	moss.says(moss.get("/ledger/close"), http.StatusOK, check)
	sheet := moss.says(moss.post("/ledger/close"), http.StatusOK, "November", "1:30", check, "Closed", "by Moss.")
	if !strings.Contains(sheet.text(), "Moss −1:30") {
		t.Errorf("on the wall it does not say whose −1:30 it is: %s", sheet.text())
	}
	give(30)
	if now := e.log.State().Digest(); strings.Join(words.Fingerprint(now[:]), " · ") == check {
		t.Fatal("the check words do not tell two states apart")
	}
	fern.says(fern.get(sheet.url), http.StatusOK, "1:30", check)
	fern.says(fern.post("/ledger/close"), http.StatusUnprocessableEntity)
}

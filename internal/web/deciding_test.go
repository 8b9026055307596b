package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/op"
	"celld/ui"
)

// lacks fails where a page says what it should not.
func (p *phone) lacks(a answer, words ...string) answer {
	p.Helper()
	for _, w := range words {
		if strings.Contains(a.text(), w) || strings.Contains(a.body, w) {
			p.Errorf("%s says %q: %s", a.url, w, a.text())
		}
	}
	return a
}

// objects has somebody object, and returns where that objection lives.
func (p *phone) objects(ref op.Ref, why string) string {
	p.Helper()
	p.says(p.post(roundURL(ref, "say"), ui.FieldVoice, "objection", "reason-objection", why, ui.FieldLens, "harm"), http.StatusOK)
	r, _ := p.log.State().Value(consent.Key(ref)).(*consent.Round)
	return roundURL(ref, "o", r.Objections[len(r.Objections)-1].Ref.String())
}

// Who lets their objection be a concern has said yes, also in public: without it the
// founding was agreed while the door stayed open, and a seat that was given was none.
func TestAnObjectionThatStaysAsAConcernIsAYesThatCounts(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	ref := moss.begins("/rounds/founding")
	objection := kite.objects(ref, "Too soon")
	moss.post(roundURL(ref, "say"), ui.FieldVoice, "consent")
	fern.post(roundURL(ref, "say"), ui.FieldVoice, "consent")
	kite.says(kite.post(objection+"/concern"), http.StatusOK, "With that it is agreed.")
	if !cell.PeopleOf(e.log.State()).Trust.Closed {
		t.Error("the founding is agreed, and the door is open")
	}

	ref = moss.begins("/people/" + kite.id() + "/leave")
	e.toCheck(ref)
	objection = fern.objects(ref, "Have we tried all?")
	moss.post(roundURL(ref, "say"), ui.FieldVoice, "consent")
	fern.says(fern.post(objection+"/concern"), http.StatusOK, "With that it is agreed.")
	if cell.PeopleOf(e.log.State()).IsActive(kite.by.Member) {
		t.Error("what was agreed is not carried out")
	}
}

// The founding takes a yes from everybody: its page counts those, offers no other
// end, and says when others sit at the table by now.
func TestTheFoundingCountsEverybodysYes(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	ref := moss.begins("/rounds/founding")
	at := roundURL(ref)
	moss.says(moss.get(at), http.StatusOK, "when everybody at the table has said yes", "4 more voices are needed")
	for _, name := range []string{"Moss", "Fern", "Kite"} {
		e.all[name].post(at+"/say", ui.FieldVoice, "consent")
	}
	tide.post(at+"/say", ui.FieldVoice, "aside", "reason-aside", "I am new here")
	for range 2 {
		moss.lacks(moss.says(moss.get(at), http.StatusOK, "One more voice is needed"), "Write it down as agreed", "Open until", "Open at least")
		e.now = e.now.Add(100 * time.Hour)
	}
	e.seat(moss.by, "Ember")
	moss.says(moss.get(at), http.StatusOK, "Others sit at the table now", "Take my proposal back")
	moss.lacks(moss.get(at+"/relay"), "They consent")
}

// A text that was only just brought has been heard by nobody yet.
func TestWhatWasOnlyJustBroughtAsksForNoVoice(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	ref := e.all["Moss"].brings("agreement")
	for _, p := range e.all {
		p.lacks(p.says(p.get(roundURL(ref)), http.StatusOK, "Read it first"), "Everyone has been heard.", "Who have we not heard from?", "voices are needed")
	}
	fern := e.all["Fern"]
	fern.says(fern.get(roundURL(ref)), http.StatusOK, "Begin with questions")
}

// Two people who took one name on routers apart are each shown with their own words.
func TestTwoOfOneNameKeepTheirOwnWords(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern := e.all["Moss"], e.all["Fern"]
	ref := moss.brings("standard")
	far := e.apart("Kite")
	for _, p := range []*phone{fern, far.all["Kite"]} {
		if _, err := p.log.Submit(p.by, op.Draft{Kind: people.KindName, Content: people.Name{Member: p.by.Member, Name: "Reed"}}); err != nil {
			t.Fatal(err)
		}
	}
	fern.post(roundURL(ref, "say"), ui.FieldVoice, "concern", "reason-concern", "The noise")
	far.all["Kite"].post(roundURL(ref, "say"), ui.FieldVoice, "aside", "reason-aside", "My back")
	e.meets(far)
	page := moss.says(moss.get(roundURL(ref)), http.StatusOK, "stands aside My back", "consents, with a concern The noise")
	moss.lacks(page, "stands aside The noise", "consents, with a concern My back")
}

// C3: whoever is still here lets the objection of one who has left be a concern.
func TestTheObjectionOfWhoHasLeftIsWrittenDownAsAConcern(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	moss, kite := e.all["Moss"], e.all["Kite"]
	ref := moss.brings("standard")
	objection := kite.objects(ref, "The floor is cold")
	moss.lacks(moss.get(roundURL(ref)), objection+"/concern")
	kite.post("/people/" + kite.id() + "/leave")
	for _, page := range []string{roundURL(ref), objection + "/way"} {
		a := moss.says(moss.get(page), http.StatusOK, "Kite has left, so any of us can let it be a concern", "Let it be a concern")
		moss.lacks(a, objection+"/back", "Only Kite can take it back", "It is your objection")
	}
	moss.says(moss.post(objection+"/concern"), http.StatusOK, "It stands as a concern now")
	e.consent(ref, "Moss", "Fern")
}

// One objection is looked at after another: a text is written for the one that is.
func TestOnlyTheObjectionThatIsLookedAtGetsAText(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	ref := moss.brings("standard")
	first, second := e.all["Fern"].objects(ref, "The noise"), e.all["Kite"].objects(ref, "The floor is cold")
	moss.says(moss.get(first+"/way"), http.StatusOK, "Change the text")
	moss.lacks(moss.says(moss.get(second+"/way"), http.StatusOK, "The floor is cold"), second+"/text")
	moss.lacks(moss.get(roundURL(ref)), roundURL(ref, "text"))
	if a := moss.get(second + "/text"); a.url != second+"/way" {
		t.Errorf("it leads to %s", a.url)
	}
}

// C9: whose objection was passed on may say it in their own words. Nothing is
// decided between, though all others have consented and the time is over.
func TestAnObjectionThatWasPassedOnIsSaidInOnesOwnWords(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, kite := e.all["Moss"], e.all["Kite"]
	ref := moss.brings("standard")
	at := roundURL(ref)
	moss.says(moss.post(at+"/relay", "who", kite.id(), ui.FieldVoice, "objection", "reason-objection", "something about the floor", ui.FieldLens, "harm"), http.StatusOK, "Passed on.")
	moss.post(at+"/say", ui.FieldVoice, "consent")
	e.all["Fern"].post(at+"/say", ui.FieldVoice, "consent")
	e.now = e.now.Add(100 * time.Hour)
	kite.lacks(kite.says(kite.get(at), http.StatusOK, "Moss passed on your word", "Say it yourself"), at+"/keep")
	kite.says(kite.get(at+"/say"), http.StatusOK, "I object")
	kite.says(kite.post(at+"/say", ui.FieldVoice, "objection", "reason-objection", "The floor is cold", ui.FieldLens, "harm"), http.StatusOK, "Nothing is decided while your objection stands.")
	r := e.stands(ref, consent.Testing)
	if open := r.OpenObjections(); len(open) != 1 || !open[0].Relayed.IsZero() || open[0].Argument != "The floor is cold" || r.Adopted != (consent.Adoption{}) {
		t.Errorf("objections that stand: %+v", open)
	}
	kite.lacks(kite.get(at), "passed on your word")
	kite.lacks(kite.get(at+"/say"), `value="objection"`, `value="time"`)
}

// C9: an objection to what is in force is passed on by a page, and nothing else is.
func TestAnObjectionToWhatIsInForceIsPassedOn(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, kite := e.all["Moss"], e.all["Kite"]
	ref := moss.brings("standard")
	e.consent(ref, "Moss", "Fern", "Kite")
	moss.says(moss.get(roundURL(ref)), http.StatusOK, "Pass on the word of somebody who is not here")
	page := moss.says(moss.get(roundURL(ref, "relay")), http.StatusOK, "This is agreed already.", "They object")
	moss.lacks(page, "They consent", "They need time", "On a decision this weighty")
	moss.says(moss.post(roundURL(ref, "relay"), "who", kite.id(), ui.FieldVoice, "objection", "reason-objection", "The floor is cold", ui.FieldLens, "harm"), http.StatusOK, "Passed on.")
	if r := e.stands(ref, consent.Testing); !r.Contested {
		t.Error("it is in force still")
	}
}

// Who needs time to think has said nothing, and is not told otherwise; until when
// the round would wait for a voice is told as it will be.
func TestWhoNeedsTimeIsTakenAtTheirWord(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	ref := moss.brings("agreement")
	at := roundURL(ref)
	fern.post(at + "/phase/clarifying")
	kite.says(kite.post(at+"/pass"), http.StatusOK, "You have nothing to add.", "Kite had nothing to add.")
	fern.post(at + "/phase/reacting")
	kite.says(kite.get(at), http.StatusOK, "I need time to think")
	kite.lacks(kite.says(kite.post(at+"/pass"), http.StatusOK, "you can still say your thought", "Kite needed time to think."), "You have nothing to add.")
	kite.says(kite.get(at), http.StatusOK, "Your thought")

	ref = moss.brings("standard") // on Monday evening, for three days
	kite.says(kite.get(roundURL(ref, "say")), http.StatusOK, "The round waits until Saturday evening")
	kite.says(kite.post(roundURL(ref, "say"), ui.FieldVoice, "time"), http.StatusOK, "Open at least until Saturday evening")
}

// What is contested is told as it is, whenever somebody objected; its steps are those
// of any round, and a text that was not agreed is not said to be.
func TestWhatIsContestedIsToldAsItIs(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern, kite := e.all["Moss"], e.all["Fern"], e.all["Kite"]
	ref := moss.brings("standard")
	at := roundURL(ref)
	e.consent(ref, "Moss", "Fern", "Kite")
	e.now = e.now.Add(30 * 24 * time.Hour)
	objection := kite.objects(ref, "The floor is cold")
	moss.lacks(moss.says(moss.get(at), http.StatusOK, "This was agreed, and is not in force now.", "What we agreed", "Kite said what they think. With that it is not in force any more."), "had objected elsewhere")
	kite.post(objection+"/text", ui.FieldWhat, "The hall, with a heater", ui.FieldWhy, "The kitchen is too small")
	r := e.stands(ref, consent.Integrating)
	moss.says(moss.post(objection+"/confirm", "yes", "1", ui.FieldBase, spell(r.Current)), http.StatusOK)
	e.stands(ref, consent.Checking)
	moss.lacks(moss.says(moss.get(at), http.StatusOK, "This was agreed, and is not in force now.", "What we would agree"), "What we agreed")
	fern.post(at + "/phase/amending")
	moss.says(moss.post(at+"/text", ui.FieldWhat, "The hall, with two heaters", ui.FieldWhy, "The kitchen is too small"), http.StatusOK)
	moss.lacks(moss.says(moss.get(at), http.StatusOK, "Read it first"), "Everyone has been heard.")
	fern.post(at + "/phase/clarifying")
	kite.says(kite.get(at), http.StatusOK, "This was agreed, and is not in force now.", "Is anything unclear?", "It is clear to me")
}

// C11: the first screen says when the day has come, until somebody has written down
// what became of it. Who belongs was decided, and is not looked at again.
func TestTheDayToLookAgainIsToldOnTheFirstScreen(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite", "Tide")
	withWords(e)
	e.closeDoor("Moss", "Fern", "Kite", "Tide")
	moss, kite, tide := e.all["Moss"], e.all["Kite"], e.all["Tide"]
	gone := moss.begins("/people/" + tide.id() + "/leave")
	delete(e.all, "Tide")
	e.toCheck(gone)
	e.consent(gone, "Moss", "Fern", "Kite")
	ref := moss.brings("standard")
	e.consent(ref, "Moss", "Fern", "Kite")
	kite.lacks(kite.get("/"), "The day to look again has come.")
	moss.lacks(moss.says(moss.get(roundURL(gone)), http.StatusOK, "In force since"), "We look again on")
	e.now = e.now.Add(92 * 24 * time.Hour)
	for _, name := range []string{"Moss", "Kite"} {
		e.again(name)
	}
	moss, kite = e.all["Moss"], e.all["Kite"]
	kite.says(kite.get("/"), http.StatusOK, "The hall on Thursdays The day to look again has come.")
	list := kite.get("/rounds")
	if n := strings.Count(list.text(), "Time to look again"); n != 1 {
		t.Errorf("%d rounds are to be looked at again: %s", n, list.text())
	}
	moss.says(moss.post(roundURL(ref, "review"), ui.FieldOutcome, "keep", ui.FieldNext, e.now.AddDate(0, 1, 0).Format(time.DateOnly)), http.StatusOK, "Written down.")
	kite.lacks(kite.get("/"), "The day to look again has come.")
}

// What does not fit is said beside the answer that it is about.
func TestWhatDoesNotFitIsSaidWhereItWasWritten(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	long := strings.Repeat("ñ", 10_000)
	for field, words := range map[string]string{ui.FieldWhat: long, ui.FieldWhy: long, ui.FieldWho: long, ui.FieldEffort: "a\u202eb", ui.FieldCriteria: "short\n" + long[:500]} {
		values := map[string]string{ui.FieldWhat: "The hall", ui.FieldWhy: "The kitchen", field: words}
		var form []string
		for name, value := range values {
			form = append(form, name, value)
		}
		a := moss.says(moss.post("/rounds/new", form...), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `id="`+field+`-err"`) {
			t.Errorf("%s: it is said elsewhere: %s", field, a.text()[:300])
		}
	}
}

// An objection that stays as a concern stands once beside the text.
func TestAConcernIsToldOnce(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	ref := e.all["Moss"].brings("standard")
	kite := e.all["Kite"]
	kite.post(kite.objects(ref, "The floor is cold") + "/concern")
	_, worries, _ := strings.Cut(kite.get(roundURL(ref)).text(), "What to keep an eye on")
	if n := strings.Count(worries, "The floor is cold"); n != 1 {
		t.Errorf("it is told %d times: %s", n, worries)
	}
}

// TestARoundAboutWhoBelongsSaysThatYesesAreMissing (C7): with one yes it was written down
// as agreed, and nobody left.
func TestARoundAboutWhoBelongsSaysThatYesesAreMissing(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite", "Tide")
	withWords(e)
	moss, kite := e.all["Moss"], e.all["Kite"]
	ref := moss.begins("/people/" + kite.id() + "/leave")
	e.toCheck(ref)
	few := "There are not that many yet."
	moss.lacks(moss.get(roundURL(ref)), few)
	moss.post(roundURL(ref, "say"), ui.FieldVoice, "consent")
	for _, name := range []string{"Fern", "Tide"} {
		e.all[name].post(roundURL(ref, "say"), ui.FieldVoice, "recused", "reason-recused", "We are close")
	}
	moss.lacks(moss.says(moss.get(roundURL(ref)), http.StatusOK, "Everyone has been heard.", few), "Write it down as agreed", "Open until")
	fern := e.all["Fern"]
	fern.says(fern.post(roundURL(ref, "say"), ui.FieldVoice, "consent"), http.StatusOK, "With your voice it is agreed.")
	if cell.PeopleOf(e.log.State()).IsActive(kite.by.Member) {
		t.Error("what was agreed is not carried out")
	}
}

// TestTwoChangesOfOneAgreementTellOfEachOther (C11): both are in force, whether they were
// brought apart or not, and their pages said nothing.
func TestTwoChangesOfOneAgreementTellOfEachOther(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	brings := func(what, to string) string {
		a := moss.says(moss.post("/rounds/new"+to, ui.FieldClass, "standard", ui.FieldWhat, what, ui.FieldWhy, "So that we know"), http.StatusOK)
		return a.url
	}
	agree := func(url string) {
		for _, p := range e.all {
			p.says(p.post(url+"/say", ui.FieldVoice, "consent"), http.StatusOK)
		}
	}
	told := "Another round changed the same agreement."
	old := brings("We eat at six", "")
	agree(old)
	to := "?amends=" + strings.TrimPrefix(old, "/r/")
	seven, eight := brings("We eat at seven", to), brings("We eat at eight", to)
	agree(seven)
	moss.lacks(moss.says(moss.get(old), http.StatusOK, "See the round that took its place"), told)
	moss.lacks(moss.get(seven), told)
	moss.says(moss.get(eight), http.StatusOK, told, "We eat at seven") // before it is agreed
	agree(eight)
	moss.says(moss.get(seven), http.StatusOK, "In force", told, "We eat at eight")
	moss.says(moss.get(eight), http.StatusOK, "In force", told, "We eat at seven")
	moss.says(moss.get(old), http.StatusOK, told, "We eat at seven", "We eat at eight")
}

// TestWhoBringsWordsAgainIsToldThatTheyDoNothing: a rule that was changed through the
// form ended, since its new text only says what the old one did.
func TestWhoBringsWordsAgainIsToldThatTheyDoNothing(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	e.agree(cell.EffectSilence, cell.Switch{On: true}, "Moss", "Fern", "Kite")
	rule := roundList(e.log.State()).Settled(0, 1)[0].Ref.String()
	alone, ends := "Only the words come along", "That ends when this takes its place."
	rest := "Silence counts as consent in routine rounds."
	moss.says(moss.get("/rounds/new?amends="+rule), http.StatusOK, "A rule", alone, rest, ends)
	moss.says(moss.post("/rounds/new?amends="+rule, ui.FieldWhat, "", ui.FieldWhy, ""), http.StatusUnprocessableEntity, alone, rest, ends)
	again := moss.get("/rounds/new?again=" + rule)
	moss.lacks(moss.says(again, http.StatusOK, "A rule", alone, rest), ends)
	if !strings.Contains(again.body, `action="/rounds/new?again=`+rule) {
		t.Error("who sends it with a mistake is told no more")
	}
	plain := moss.brings("standard")
	moss.lacks(moss.get("/rounds/new?again="+plain.String()), alone)
	moss.lacks(moss.get("/rounds/new"), alone)
}

// TestAnyoneBringsAgainWhatWasSetAside, as its page says; what somebody took back is theirs.
func TestAnyoneBringsAgainWhatWasSetAside(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	ref, taken := moss.brings("agreement"), moss.brings("standard")
	for _, p := range e.all {
		p.post(roundURL(ref, "aside"), "reason", "Not now") // one of them looks after it
	}
	moss.post(roundURL(taken, "withdraw"), "reason", "No need")
	e.stands(ref, consent.Tabled)
	e.stands(taken, consent.Withdrawn)
	for name, p := range e.all {
		p.says(p.get(roundURL(ref)), http.StatusOK, "Anyone can bring it again", "Bring it again")
		if got := strings.Contains(p.get(roundURL(taken)).text(), "Bring it again"); got != (name == "Moss") {
			t.Errorf("%s is offered what Moss took back: %v", name, got)
		}
	}
}

// An agreement is not offered to be changed with less care, which is refused.
func TestAnAgreementIsOfferedToBeChangedAsOne(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	e.agree(ledger.EffectBands, ledger.Switch{On: true}, "Moss", "Fern")
	at := "/rounds/new?amends=" + strings.TrimPrefix(between(moss.get("/rounds").body, `href="/r/`, `"`), "/r/")
	page := moss.says(moss.get(at), http.StatusOK, "How weighty is it?")
	for class, want := range map[string]int{`value="routine"`: 0, `value="standard"`: 0, `value="agreement"`: 1} {
		if n := strings.Count(page.body, class); n != want {
			t.Errorf("%s stands there %d times", class, n)
		}
	}
	moss.says(moss.post(at, "what", "Anything else", "why", "It is time", "class", "agreement"), http.StatusOK, "It lies on the table.")
}

// Who has two rounds open is told so before they have written a third, on every page
// that would open one.
func TestNoPageOffersAThirdRound(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	for range 2 {
		moss.brings("routine")
	}
	for _, at := range []string{"/rounds/new", "/rounds/founding", "/router/mode/round", "/safety/kept/round", "/ledger/rules/new?rule=silence", "/people/" + e.all["Fern"].id() + "/leave"} {
		path, _, _ := strings.Cut(at, "?")
		if page := moss.says(moss.get(at), http.StatusOK, "You have two rounds open already."); strings.Contains(page.body, `action="`+path) {
			t.Errorf("%s has a form all the same", at)
		}
	}
}

package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/projects"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// taskRef is the name of the first task of a project that is not done.
func taskRef(t *testing.T, e *evening, page string) string {
	t.Helper()
	ref, err := op.ParseRef(strings.TrimPrefix(page, "/projects/"))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := e.log.State().Value(projects.Key(ref)).(*projects.Project)
	for _, x := range p.Tasks {
		if !x.Done {
			return x.Ref.String()
		}
	}
	return ""
}

func TestAProjectIsCarriedOutTogether(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	moss.says(moss.get("/projects"), http.StatusOK, "Nothing is under way yet.")
	moss.says(moss.post("/projects/new", "name", "", "why", "To rest"), http.StatusUnprocessableEntity, "It has no name yet.")
	at := moss.says(moss.post("/projects/new", "name", "A bench", "why", "To rest on the hill", "review", "2027-01-05"), http.StatusOK, "It has begun.", "Nothing is to be done yet.").url
	moss.says(moss.post(at+"/task", "words", ""), http.StatusUnprocessableEntity, "Say in a few words what is to be done.")
	moss.says(moss.post(at+"/task", "words", "Saw the boards"), http.StatusOK, "0 of 1 done. One thing waits for somebody.", "Nobody has taken it on yet.")
	tide.says(tide.post(at+"/task", "words", "Buy a gnome"), http.StatusUnprocessableEntity, "Only those who are with the project do that.")
	saw := taskRef(t, e, at)
	tide.says(tide.post(at+"/take", "task", saw), http.StatusOK, "Taken on by Tide.")
	moss.says(moss.post(at+"/done", "task", saw), http.StatusOK, "1 of 1 done.", "Done by Tide.")
	tide.says(tide.post(at+"/take", "task", saw), http.StatusUnprocessableEntity, "Somebody was faster")
	moss.says(moss.get("/projects"), http.StatusOK, "1 of 1 done. We look again")
	tide.says(tide.post(at+"/in", "unit", "0", "amount", "1:30"), http.StatusOK, "It counts when a second person says yes.")
	tide.says(tide.post(at+"/in", "unit", "0", "amount", "no"), http.StatusUnprocessableEntity, "Only a number belongs here, greater than zero.")
	moss.says(moss.get(at), http.StatusOK, "1 h 30 min more, when a second person says yes")
	moss.says(moss.post(at+"/close", "how", "We sit on it."), http.StatusOK, "It is over.", "We sit on it.")
	tide.says(tide.post(at+"/again"), http.StatusOK, "It goes on.")
	tide.says(tide.post(at+"/nothing"), http.StatusNotFound)
}

func TestANeedIsAnsweredByAPromiseAndBothEndsHearOfIt(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Fern")
	moss, tide := e.all["Moss"], e.all["Tide"]
	moss.says(moss.post("/rounds/new", "what", "A bench", "why", "To rest"), http.StatusOK) // so that the first screen is one for every day
	moss.says(moss.post("/directory/new", "words", "Brakes"), http.StatusUnprocessableEntity, "Say whether you need it")
	need := moss.says(moss.post("/directory/new", "sort", "need", "area", "2", "words", "Brakes for my bicycle"), http.StatusOK, "It stands there now.").url
	tide.says(tide.post("/directory/new", "sort", "skill", "area", "2", "words", "Bicycles and brakes"), http.StatusOK)
	moss.says(moss.get("/"), http.StatusOK, "What may fit you", "Tide may have what you need: Brakes for my bicycle")
	tide.says(tide.get("/"), http.StatusOK, "What may fit you", "Moss needs it, and you wrote: Bicycles and brakes")
	fern := e.all["Fern"]
	if body := fern.get("/").text(); strings.Contains(body, "What may fit you") {
		t.Error("a third person is nudged")
	}
	form := tide.says(tide.get("/ledger/pledge/new?need="+strings.TrimPrefix(need, "/directory/")), http.StatusOK, "It answers a need:", "Brakes for my bicycle")
	if !strings.Contains(form.body, `value="Brakes for my bicycle"`) || !strings.Contains(form.body, `<option value="`+moss.by.Member.String()+`" selected`) {
		t.Error("the form of the promise is not filled in")
	}
	tide.says(tide.post("/ledger/pledge/new", "what", "An old pair", "to", moss.by.Member.String(), "need", strings.TrimPrefix(need, "/directory/"), "unit", "", "every", "once"), http.StatusOK, "It answers a need:")
	moss.says(moss.get(need), http.StatusOK, "What was promised for it", "An old pair")
	if body := tide.get("/").text(); strings.Contains(body, "What may fit you") {
		t.Error("a need for which something is promised still asks")
	}
	tide.says(tide.post(need+"/end"), http.StatusUnprocessableEntity, "Only who wrote it takes it down.")
	moss.says(moss.post(need+"/end"), http.StatusOK, "It is taken down.")
	moss.says(moss.get(need), http.StatusNotFound)
}

func TestWhatRunsLowAsksByItself(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	moss.says(moss.post("/ledger/goods/new", "name", "Swabs"), http.StatusOK, "It has its name.")
	moss.says(moss.post("/ledger/goods/swabs/keep", "use", "1", "least", "many"), http.StatusUnprocessableEntity, "Write a whole number.")
	moss.says(moss.post("/ledger/goods/swabs/keep", "use", "1", "least", "10"), http.StatusOK, "0 of at least 10 are there.", "First aid")
	tide.says(tide.get("/directory"), http.StatusOK, "Swabs", "0 of at least 10 are there.")
	book, _ := e.log.State().Value("book").(ledger.Book)
	kept := book.KeptAs(ledger.Good("swabs")).Ref.String()
	promise := tide.says(tide.post("/ledger/pledge/new", "what", "Swabs", "to", "cell", "need", kept, "unit", "1", "amount-1", "12", "every", "once"), http.StatusOK, "It answers a need:", "Swabs").url
	moss.says(moss.get("/directory"), http.StatusOK, "promised by Tide")
	moss.says(moss.post(promise+"/yes"), http.StatusOK)
	ref := strings.TrimPrefix(promise, "/ledger/pledge/")
	form := tide.says(tide.get("/ledger/goods/swabs?pledge="+ref), http.StatusOK)
	if !strings.Contains(form.body, `value="12"`) {
		t.Error("what was promised is not in the form")
	}
	tide.says(tide.post("/ledger/goods/swabs/in", "amount", "12", "useby", "soon"), http.StatusUnprocessableEntity, "That is not a date.")
	came := tide.says(tide.post("/ledger/goods/swabs/in", "amount", "12", "useby", e.now.AddDate(0, 0, 9).Format(time.DateOnly), "batch", "7F", "need", ref), http.StatusOK, "It counts when a second person says yes.").url
	moss.says(moss.post(came+"/yes"), http.StatusOK)
	moss.says(moss.get(promise), http.StatusOK, "A promise · kept", "What kept it")
	if body := tide.get("/directory").text(); strings.Contains(body, "at least 10 are there") {
		t.Error("what was seen to still asks")
	}
	moss.says(moss.post("/ledger/goods/swabs/out", "taken", "13"), http.StatusUnprocessableEntity)
	moss.says(moss.post("/ledger/goods/swabs/out", "taken", "3", "for", "A knee"), http.StatusOK, "Take those first whose day comes first: 3 of")
	moss.says(moss.get("/ledger/goods/nothing"), http.StatusNotFound)
	moss.says(moss.post("/ledger/goods/swabs/nothing"), http.StatusNotFound)
}

// TestGuestsSeeTheFundOnlyWhereTheCellAgreed and then no names, nor anybody's
// words.
func TestGuestsSeeTheFundOnlyWhereTheCellAgreed(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Tide")
	in := moss.says(moss.post("/ledger/tin/in?unit=EUR", "amount", "20", "for", "From Moss’s grandmother"), http.StatusOK).url
	tide.says(tide.post(in+"/yes"), http.StatusOK)
	moss.says(moss.get("/ledger/fund"), http.StatusOK, "20.00 €", "From Moss’s grandmother", "Only members see this.")
	guest := &phone{evening: e, cookie: "none"}
	guest.says(guest.get("/fund"), http.StatusNotFound)
	if strings.Contains(guest.get("/in").text(), "How our fund goes") {
		t.Error("the door leads to a page that nobody agreed on")
	}
	e.agree(ledger.EffectShown, ledger.Switch{On: true}, "Moss", "Tide")
	if !cell.RulesOf(e.log.State()).Ledger().Shown() {
		t.Fatal("it was not agreed")
	}
	page := guest.says(guest.get("/fund"), http.StatusOK, "20.00 €", "What was put in besides")
	for _, secret := range []string{"Moss", "Tide", "grandmother"} {
		if strings.Contains(page.text(), secret) {
			t.Errorf("a guest reads %q", secret)
		}
	}
	guest.says(guest.get("/in"), http.StatusOK, "How our fund goes")
}

func TestASubscriptionIsRemindedOfWhenItsDayHasCome(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	moss.says(moss.post("/rounds/new", "what", "A bench", "why", "To rest"), http.StatusOK)
	bread := tide.says(tide.post("/ledger/pledge/new", "what", "Bread", "to", moss.by.Member.String(), "unit", "", "every", "week"), http.StatusOK).url
	moss.says(moss.post(bread+"/yes"), http.StatusOK, "Due next")
	const asked = "You meant to give it by"
	if strings.Contains(tide.get("/").text(), asked) {
		t.Error("it is asked for before its day")
	}
	e.now = e.now.AddDate(0, 0, 7)
	before := e.applied()
	tide.says(tide.get("/"), http.StatusOK, asked, "Nothing is paid by itself.")
	tide.says(tide.get("/ledger/pledges"), http.StatusOK, "Due now")
	if strings.Contains(moss.get("/").text(), asked) {
		t.Error("who receives it is asked, too")
	}
	if e.applied() != before {
		t.Error("something was written down by itself")
	}
	moss.says(moss.post(bread+"/done"), http.StatusOK, "Kept so far one time")
	if strings.Contains(tide.get("/").text(), asked) {
		t.Error("what was kept is asked for again")
	}
	e.now = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)
	if strings.Contains(tide.get("/").text(), asked) {
		t.Error("a router that does not know the date says what is due")
	}
}

// What who has left had taken on is free again, and counted so.
func TestWhoHasLeftHasTakenNothingOn(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	page := moss.says(moss.post("/projects/new", "name", "A bench", "why", "We sit there"), http.StatusOK)
	moss.says(moss.post(page.url+"/task", "words", "Find a plank"), http.StatusOK)
	task := between(moss.get(page.url).body, `name="task" value="`, `"`)
	tide.says(tide.post(page.url+"/take", "task", task), http.StatusOK, "Taken on by Tide.")
	e.wrote("Tide", op.Draft{Kind: trust.KindLeave})
	moss.lacks(moss.says(moss.get(page.url), http.StatusOK, "Nobody has taken it on yet."), "Taken on by Tide.")
}

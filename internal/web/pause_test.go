package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"celld/internal/cell/ledger"
)

// TestSomebodyActsAtOnceAndTheOthersAnswer is K7 on its page: all see it at once,
// nothing goes from the account, it is told, confirmed and ended.
func TestSomebodyActsAtOnceAndTheOthersAnswer(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Fern")
	moss, heron, fern := e.all["Moss"], e.all["Heron"], e.all["Fern"]
	herons := string(ledger.MemberAccount(heron.by.Member))
	moss.says(moss.get("/safety"), http.StatusOK, "Let nothing go from an account")
	moss.says(moss.get(pauseURL), http.StatusOK, "call for help: 112", "another key", "Do it now, ask then")
	moss.says(moss.get(pauseURL), http.StatusOK, "shall nothing go? Choose an account Moss")
	moss.says(moss.post(pauseURL, "account", ""), http.StatusUnprocessableEntity, "There is no such account here.")
	moss.says(moss.post(pauseURL, "account", "world:outside"), http.StatusUnprocessableEntity, "There is no such account here.")
	moss.says(moss.post(pauseURL, "account", herons), http.StatusOK, "All of us see it, and that it was you.", "Tell all of us why")
	for _, p := range []*phone{moss, heron, fern} {
		p.says(p.get("/"), http.StatusOK, "Nothing goes from an account now", "Moss did it.")
	}
	fern.says(fern.giveHours(heron, "1", "Bread"), http.StatusUnprocessableEntity, "Nothing goes from this account now", "That ends by itself")

	at := firstOf(t, moss.get(pauseURL).body, pauseURL+"/", "/tell")
	moss.says(moss.post(at+"/tell", "why", ""), http.StatusUnprocessableEntity, "One sentence is enough")
	moss.says(moss.post(at+"/tell", "why", "Somebody has Heron’s phone."), http.StatusOK, "Somebody has Heron’s phone.")
	heron.says(heron.post(at+"/stay"), http.StatusUnprocessableEntity, "for somebody else to say")
	if page := heron.get(pauseURL).body; strings.Contains(page, at+"/end") || strings.Contains(page, at+"/stay") {
		t.Error("whose account it is may end it alone")
	}
	fern.says(fern.post(at+"/stay"), http.StatusOK, "Fern says that it should stay.")
	moss.says(moss.post(at+"/end"), http.StatusOK, "Written down.")
	fern.says(fern.giveHours(heron, "1", "Bread"), http.StatusOK)
	moss.says(moss.post(pauseURL, "account", herons), http.StatusUnprocessableEntity, "not long ago")
	fern.says(fern.post(pauseURL+"/x/end"), http.StatusNotFound)
	fern.says(fern.post(at+"/nothing"), http.StatusNotFound)
}

func TestAPauseThatNobodyToldAboutEndsAfterADay(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Fern")
	moss, heron, fern := e.all["Moss"], e.all["Heron"], e.all["Fern"]
	moss.post(pauseURL, "account", string(ledger.MemberAccount(heron.by.Member)))
	e.now = e.now.Add(24*time.Hour + time.Minute)
	if page := fern.get("/").text(); strings.Contains(page, "Nothing goes from an account") {
		t.Error("it stands on")
	}
	fern.says(fern.giveHours(heron, "1", "Bread"), http.StatusOK)
}

// firstOf cuts an address out of a page.
func firstOf(t *testing.T, page, from, to string) string {
	t.Helper()
	for rest := page; ; {
		i := strings.Index(rest, from)
		if i < 0 {
			t.Fatalf("no %s…%s in %s", from, to, page)
		}
		rest = rest[i:]
		if j := strings.Index(rest, to); j >= 0 && !strings.ContainsAny(rest[:j], `"< `) {
			return rest[:j]
		}
		rest = rest[len(from):]
	}
}

// An account that is paused is not offered to be paused once more.
func TestWhatIsPausedIsNotOfferedAgain(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	account := `<option value="` + string(tide.account()) + `"`
	if !strings.Contains(moss.get(pauseURL).body, account) {
		t.Fatal("the account of Tide is not offered")
	}
	moss.says(moss.post(pauseURL, "account", string(tide.account()), "reason", "Her words were seen"), http.StatusOK)
	if strings.Contains(e.all["Kite"].get(pauseURL).body, account) {
		t.Error("the account of Tide is offered, and is paused")
	}
}

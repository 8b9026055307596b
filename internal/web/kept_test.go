package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ended takes a browser's session away as time does.
func (e *evening) ended() { e.server.sessions.end(func(*session) bool { return true }) }

// late is Tide at the form of a new round, whose session has ended meanwhile.
func late(t *testing.T) (e *evening, tide *stranger, five string) {
	e = sit(t, "Moss")
	withWords(e)
	tide, five = e.comeIn("Moss", "Tide")
	tide.get("/rounds/new")
	e.ended()
	return e, tide, five
}

func TestWhatWasWrittenAfterTheSessionEndedIsStillThere(t *testing.T) {
	_, tide, five := late(t)
	bench := []string{"what", "A bench <b>", "why", "To sit on", "class", "plain"}
	asked := tide.says(tide.post("/rounds/new", bench...), http.StatusOK, "what you wrote is still here")
	if !strings.HasPrefix(asked.url, "/in") {
		t.Fatalf("it leads to %s", asked.url)
	}
	back := tide.says(tide.signIn("Tide", five), http.StatusOK, "What you wrote is still here", "A bench <b>", "To sit on")
	if back.url != "/kept" || !strings.Contains(back.body, `action="/rounds/new"`) || !strings.Contains(back.body, `value="A bench &lt;b&gt;"`) {
		t.Fatalf("%s does not give it back: %s", back.url, back.body)
	}
	tide.says(tide.post("/rounds/new", bench...), http.StatusOK, "A bench <b>")
	if a := tide.get("/kept"); a.url != "/" {
		t.Error("it is kept though it was sent")
	}
}

func TestNobodyElseSeesWhatWasKept(t *testing.T) {
	e, tide, _ := late(t)
	e.again("Moss")
	_, five := e.comeIn("Moss", "Fern")
	tide.post("/rounds/new", "what", "A bench", "why", "To sit on")
	if a := tide.signIn("Fern", five); a.url != "/" || strings.Contains(tide.get("/kept").body, "A bench") {
		t.Fatalf("on the same phone Fern is shown it, on %s", a.url)
	}
}

func TestWhatIsKeptHasItsBounds(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	tide, _ := e.comeIn("Moss", "Tide")
	tide.get("/rounds/new")
	e.ended()
	k := &e.server.kept
	for _, fields := range [][]string{
		{}, {"voice", "consent"}, {"why", strings.Repeat("x", keptBytes)},
	} {
		tide.post("/rounds/new", fields...)
	}
	tide.token = "made-up"
	tide.post("/rounds/new", "why", "To sit on")
	if len(k.all) != 0 {
		t.Errorf("%d are kept of nothing, too much, and nobody's", len(k.all))
	}
	now, first := e.now, ""
	for i := range 3 * keptMost {
		c := k.put(keptForm{to: fmt.Sprint(i)}, now.Add(time.Duration(i)))
		if i == 0 {
			first = c
		}
	}
	holder := func(c string) *http.Request {
		r, _ := http.NewRequest(http.MethodGet, "/kept", nil)
		r.AddCookie(&http.Cookie{Name: keptCookie, Value: c})
		return r
	}
	if _, ok := k.find(holder(first), now); ok || len(k.all) != keptMost {
		t.Errorf("%d are kept", len(k.all))
	}
	last := k.put(keptForm{to: "last"}, now)
	if f, ok := k.find(holder(last), now.Add(keptTime)); !ok || f.to != "last" {
		t.Error("it goes too early")
	}
	if _, ok := k.find(holder(last), now.Add(keptTime+1)); ok {
		t.Error("it stays too long")
	}
}

func TestAWrongTurnLeadsToAPage(t *testing.T) {
	e := sit(t, "Moss")
	for _, path := range []string{"/nowhere", "/r", "/ledger/tin/lid?lang=es"} {
		a := e.stranger().get(path)
		if a.status != http.StatusNotFound || !strings.Contains(a.body, "<h1>") || !strings.Contains(a.body, `href="/"`) {
			t.Errorf("%s answers %d: %s", path, a.status, a.text())
		}
	}
}

func TestALockedRouterKeepsNothingWritten(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	withWords(e)
	e.server.kept.put(keptForm{to: "/rounds/new"}, e.now)
	e.all["Heron"].post("/lock")
	if len(e.server.kept.all) != 0 {
		t.Error("what was kept outlives the lock")
	}
}

func TestWhatLayOpenWhileSomebodySignedInAnewIsStillThere(t *testing.T) {
	e, tide, five := late(t)
	stale := tide.token
	tide.signIn("Tide", five) // in another tab
	back := tide.says(tide.post("/rounds/new", "token", stale, "what", "A bench", "why", "To sit on"), http.StatusOK, "What you wrote is still here", "A bench", "To sit on")
	if back.url != "/kept" || tide.token == stale {
		t.Fatalf("it leads to %s", back.url)
	}
	tide.says(tide.post("/rounds/new", "what", "A bench", "why", "To sit on"), http.StatusOK, "A bench")
	tide.says(tide.post("/rounds/new", "token", stale), http.StatusForbidden, "too old")

	// On a phone that another member took over nobody sees it.
	e.again("Moss")
	_, ferns := e.comeIn("Moss", "Fern")
	e.ended()
	tide.signIn("Fern", ferns)
	if a := tide.post("/rounds/new", "token", stale, "what", "A swing"); a.status != http.StatusForbidden || strings.Contains(a.body+tide.get("/kept").body, "A swing") {
		t.Errorf("Fern is answered %d: %s", a.status, a.text())
	}
}

func TestTheFiveWordsAreNeverKept(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	tide, five := e.comeIn("Moss", "Tide")
	tide.get("/me/words")
	e.ended()
	for _, path := range []string{"/me/words", "/people/" + e.all["Moss"].by.Member.String() + "/rebind/veto"} {
		tide.post(path, "words", five)
	}
	if n := len(e.server.kept.all); n != 0 {
		t.Errorf("%d forms with the five words are kept", n)
	}
	tide.post("/r/x/question", "question", "What do they eat?")
	if len(e.server.kept.all) != 1 {
		t.Error("a question is not kept")
	}
}

package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"celld/ui"
)

// TestNothingIsLeftOnAPhone: no route of the house lets a browser keep what it
// answers, but for the style sheet and the script, and no title tells what a page
// is about.
func TestNothingIsLeftOnAPhone(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss, nobody := e.all["Moss"], e.stranger()
	hole, title := regexp.MustCompile(`\{[^}]*\}`), regexp.MustCompile(`<title>([^<]*)</title>`)
	for _, r := range e.server.Routes() {
		path := strings.ReplaceAll(r.Pattern, "{$}", "")
		path = hole.ReplaceAllString(path, "x")
		if r.Method != http.MethodGet || path == "/live" {
			continue
		}
		for who, do := range map[string]func(*http.Request, string) answer{"Moss": moss.do, "nobody": nobody.do} {
			if who == "nobody" && r.Who == Member && path == "/safety/wipe" {
				continue // the same way to the door as all others
			}
			a := do(httptest.NewRequest(http.MethodGet, path, nil), path)
			if got := a.header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s for %s: Cache-Control %q", r.Pattern, who, got)
			}
			if a.header.Get("Content-Disposition") != "" {
				continue // what somebody takes along on purpose
			}
			if m := title.FindStringSubmatch(a.body); m != nil && m[1] != ui.NoTitle {
				t.Errorf("%s for %s: the title tells %q", r.Pattern, who, m[1])
			}
			if m := title.FindStringSubmatch(a.body); m != nil && path != "/network" && !strings.Contains(a.body, `action="/away"`) {
				t.Errorf("%s for %s: there is no quick way out", r.Pattern, who)
			}
		}
	}
}

func TestTheQuickWayOutSignsOutAndSaysNothing(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss, keys := e.all["Moss"], withWords(e)
	secure := httptest.NewRequest(http.MethodPost, "https://cell.test/away", nil)
	w := httptest.NewRecorder()
	e.server.ServeHTTP(w, secure)
	if got := w.Header().Get("Clear-Site-Data"); !strings.Contains(got, `"cache"`) || !strings.Contains(got, `"cookies"`) {
		t.Errorf("over HTTPS the browser is asked to forget %q", got)
	}
	a := moss.post("/away")
	if a.url != "/network" {
		t.Fatalf("it leads to %s", a.url)
	}
	for _, word := range []string{"Moss", "Mill", "cell", "Safety", "href=\"/\""} {
		if strings.Contains(strings.ReplaceAll(a.body, "/static/", ""), word) {
			t.Errorf("the page says %q: %s", word, a.body)
		}
	}
	if len(keys.signedOut) != 1 || keys.signedOut[0].Member != moss.by.Member {
		t.Errorf("signed out: %v", keys.signedOut)
	}
	if back := moss.get("/"); !strings.HasPrefix(back.url, "/in") {
		t.Errorf("the way back leads to %s", back.url)
	}
	moss.says(e.all["Fern"].get("/"), http.StatusOK, "Fern")
}

func TestEverythingAboutSafetyIsFoundFromOnePage(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	page := moss.get("/safety")
	for _, way := range []string{"/safety/known", "/safety/kept", "/safety/lost", "/safety/sheet", "/router/mode", "/routers", "/me", "/lock", "/people/" + moss.by.Member.String() + "/leave"} {
		if !strings.Contains(page.body, `"`+way+`"`) {
			t.Errorf("no way leads to %s", way)
		}
	}
	if strings.Contains(page.body, "/safety/wipe") {
		t.Error("a router that cannot be wiped offers it")
	}
	moss.says(moss.get("/"), http.StatusOK, "Safety")
	moss.says(moss.get("/safety/lost"), http.StatusOK, "let it go", "Sign out everywhere", "Take five new words", "that at which git reads the pages", "they go on after new words")
	for _, way := range []string{"/calendar", takeURL} {
		if page := moss.get("/safety/lost"); !strings.Contains(page.body, `"`+way+`"`) {
			t.Errorf("no way leads to %s, where an address is ended", way)
		}
	}
	moss.says(moss.get("/safety/sheet"), http.StatusOK, "no second, hidden room", "does not destroy evidence", "can be an offence")
	moss.says(moss.get("/safety/kept"), http.StatusOK, "14 days", "No note hangs there now.", "30 days")
	moss.post("/board", ui.FieldWords, "Soup at seven")
	moss.says(moss.get("/safety/kept"), http.StatusOK, "One note hangs there.", "The next one goes on")
}

// TestSomebodySeesAllThatIsKnownOfThem, and takes it along: what they wrote, and
// what others wrote that names them.
func TestSomebodySeesAllThatIsKnownOfThem(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern := e.all["Moss"], e.all["Fern"]
	ref := moss.brings("standard")
	fern.post("/board", ui.FieldWords, "Nothing about anybody")
	relay := fern.post("/r/"+ref.String()+"/relay", "who", moss.by.Member.String(), "voice", "concern", "reason-concern", "Moss said so on the phone")
	fern.says(relay, http.StatusOK, "Passed on.")
	moss.post("/board", ui.FieldWords, "Soup at seven")
	moss.says(moss.get("/safety/known"), http.StatusOK, moss.by.Member.String(), "In rounds", "Notes on the board", "Fern passed on your word", "The address of your calendar There is none.", "git reads the pages There is none.")
	moss.post("/calendar")
	moss.post(takeURL)
	moss.says(moss.get("/safety/known"), http.StatusOK, "your calendar There is one.", "git reads the pages There is one.")

	var file struct {
		Name, Number string
		Operations   []struct{ By, Kind, When string }
	}
	a := moss.get("/safety/known/file")
	if err := json.Unmarshal([]byte(a.body), &file); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	if file.Name != "Moss" || file.Number != moss.by.Member.String() {
		t.Errorf("it is the file of %s", file.Name)
	}
	got := map[string]bool{}
	for _, o := range file.Operations {
		got[o.By+" "+o.Kind] = true
	}
	for _, want := range []string{"Moss round.open", "Moss note.write", "Fern round.stance"} {
		if !got[want] {
			t.Errorf("%s is missing: %v", want, got)
		}
	}
	if got["Fern note.write"] || strings.Contains(a.body, "Nothing about anybody") {
		t.Error("it holds what is nothing to Moss")
	}
	if !strings.Contains(a.body, "Soup at seven") || !strings.Contains(a.body, "on the phone") {
		t.Error("the words are missing")
	}
}

// TestAWipeIsAskedForOnceMoreAndToldHowItWent (S4).
func TestAWipeIsAskedForOnceMoreAndToldHowItWent(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss, wiped := e.all["Moss"], 0
	did := Wiped{}
	answered := 0
	e.server.Wipe, e.server.Anew = func() Wiped { wiped++; return did }, func() { answered++ }
	moss.says(moss.get("/safety"), http.StatusOK, "Wipe this router")
	moss.says(moss.get("/safety/wipe"), http.StatusOK, "This is our only router.", "What stays", "can be an offence")
	moss.says(moss.post("/safety/wipe"), http.StatusUnprocessableEntity, "Nothing was wiped.")
	if wiped != 0 {
		t.Fatal("it was wiped without a tick")
	}
	moss.says(moss.post("/safety/wipe", ui.FieldSure, "1"), http.StatusOK, "This router is wiped", "Nothing of it can be read here any more.")
	did = Wiped{Beyond: 3 << 20}
	moss.says(moss.post("/safety/wipe", ui.FieldSure, "1"), http.StatusOK, "too much to write over: 3 MB")
	did = Wiped{Left: []string{"log"}, Failed: "no such device"}
	a := moss.says(moss.post("/safety/wipe", ui.FieldSure, "1"), http.StatusOK, "The wipe did not finish", "Still there log", "Some data is still on this router.")
	if wiped != 3 || answered != 3 || strings.Contains(a.text(), "is wiped") {
		t.Errorf("wiped %d times, and says %s", wiped, a.text())
	}
	rec := httptest.NewRecorder()
	Unwiped(e.server.House, did).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://cell.test/anything", nil))
	if rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), "The wipe did not finish") {
		t.Errorf("after a start: %d %s", rec.Code, rec.Body.String())
	}
}

package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"celld/ui"
)

// TestWhoSignsInIsLedToPagesOfThisRouter: a link on the Wi-Fi may name where
// somebody wants to go, and must not lead them to who made it.
func TestWhoSignsInIsLedToPagesOfThisRouter(t *testing.T) {
	for next, to := range map[string]string{
		"/ledger?unit=min": "/ledger?unit=min", "/r/x%0Ay": "/r/x%0Ay",
		"": "/", "ledger": "/", "https://example.org": "/", "//example.org": "/", `/\example.org`: "/", `\\example.org`: "/",
		"/\t/example.org": "/", "/\n/example.org": "/", "/\r\n/example.org": "/", "/a\x00": "/", "/\u0085/example.org": "/",
	} {
		if got := inside(next); got != to {
			t.Errorf("%q leads to %q, want %q", next, got, to)
		}
	}
}

// TestAStrangerEmptiesNoDoor: anybody can say, in a name, that its words are lost, and as
// often as they like. Who waits at the door waits on.
func TestAStrangerEmptiesNoDoor(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	e.comeIn("Moss", "Tide")
	at := code.FindString(e.all["Moss"].post("/door/open").text())
	writing, waiting := e.stranger(), e.stranger()
	wordsOn(t, writing.post("/join", ui.FieldCode, at, ui.FieldName, "Fern"))
	waiting.post("/join", ui.FieldCode, at, ui.FieldName, "Kite")
	waiting.says(waiting.post("/join/words", ui.FieldWritten, "1"), http.StatusOK, "You are at the door, Kite")
	loser, _, _ := e.loses("Tide")
	for range 3 * guestsMost {
		e.stranger().post("/lost", ui.FieldName, "Tide")
	}
	if n := len(e.server.door.guests); n > guestsMost {
		t.Errorf("%d are on the way in", n)
	}
	waiting.says(waiting.get("/join/wait"), http.StatusOK, "You are at the door, Kite")
	e.all["Moss"].says(e.all["Moss"].get("/door"), http.StatusOK, "Kite")
	loser.says(loser.get("/lost/asked"), http.StatusOK, "say these words aloud")
	writing.says(writing.post("/join/words", ui.FieldWritten, "1"), http.StatusOK, "You are at the door, Fern")
	// Of those who knew the code, too, the one who has shown less goes first.
	for range 3 * guestsMost {
		e.stranger().post("/join", ui.FieldCode, at, ui.FieldName, "Ember")
	}
	waiting.says(waiting.get("/join/wait"), http.StatusOK, "You are at the door, Kite")
}

// TestStrangersTakeNoPlaceOfWhatMembersWrote: what is kept for who has to sign in again
// is kept of members alone.
func TestStrangersTakeNoPlaceOfWhatMembersWrote(t *testing.T) {
	e, tide, five := late(t)
	tide.post("/rounds/new", "what", "A bench", "why", "To sit on")
	for _, token := range []string{"a.b", "a." + strings.Repeat("0", 13), "."} {
		for range keptMost + 1 {
			e.stranger().post("/board", "token", token, "words", "Soup")
		}
	}
	tide.says(tide.signIn("Tide", five), http.StatusOK, "What you wrote is still here", "A bench")
}

// TestWhoSignsInAnewLeavesNoSessionBehind: the one before ends, with its keys.
func TestWhoSignsInAnewLeavesNoSessionBehind(t *testing.T) {
	e := sit(t, "Moss")
	k := withWords(e)
	tide, five := e.comeIn("Moss", "Tide")
	before, old := len(e.server.sessions.all), tide.jar[cookieName]
	tide.says(tide.signIn("Tide", five), http.StatusOK)
	if n := len(e.server.sessions.all); n != before || tide.jar[cookieName] == old || len(k.signedOut) != 1 {
		t.Errorf("there are %d sessions, %d before; %d were signed out", n, before, len(k.signedOut))
	}
}

// TestTheLogTellsWhatFailedAndNoAddress: addresses name devices, and some are keys.
func TestTheLogTellsWhatFailedAndNoAddress(t *testing.T) {
	e := sit(t, "Moss")
	var said bytes.Buffer
	e.server.Logger = slog.New(slog.NewTextHandler(&said, nil))
	mux := http.NewServeMux()
	mux.Handle("GET /calendar/{address}", e.server.serve(Route{"GET", "/calendar/{address}", Anyone, func(*visit) error { return errors.New("broken") }}))
	ask := func(ctx context.Context) {
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/calendar/secret.ics", nil))
	}
	ask(t.Context())
	if !strings.Contains(said.String(), "broken") || !strings.Contains(said.String(), "/calendar/{address}") || strings.Contains(said.String(), "secret") {
		t.Errorf("it says %q", said.String())
	}
	said.Reset()
	gone, leave := context.WithCancel(t.Context())
	leave()
	ask(gone)
	if said.Len() > 0 {
		t.Errorf("of who went away it says %q", said.String())
	}
}

// TestTheLogTellsNothingOfWhoLeavesADownload: the error of a connection has its
// addresses in it.
func TestTheLogTellsNothingOfWhoLeavesADownload(t *testing.T) {
	e := sit(t, "Moss")
	var said bytes.Buffer
	e.server.Logger = slog.New(slog.NewTextHandler(&said, nil))
	moss := e.all["Moss"]
	for _, path := range []string{"/ledger/export.csv", takeURL + "/pages.zip", takeURL + "/pages.html", "/safety/known/file"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		gone, leave := context.WithCancel(r.Context())
		r.Host = "cell.test"
		r.AddCookie(&http.Cookie{Name: cookieName, Value: moss.cookie})
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s ended as if it were whole", path)
				}
			}()
			e.server.ServeHTTP(&leaver{httptest.NewRecorder(), leave}, r.WithContext(gone))
		}()
	}
	if said.Len() > 0 {
		t.Errorf("it says %q", said.String())
	}
}

// leaver is a browser that goes away as soon as it gets something.
type leaver struct {
	http.ResponseWriter
	leave func()
}

func (l *leaver) Write([]byte) (int, error) {
	l.leave()
	return 0, errors.New("write tcp 10.1.2.3:80->10.1.2.4:40000: broken pipe")
}

// TestAFormWithoutAFileIsSmall: where files are taken, what is none would be read whole
// into memory, sixty megabytes of it, before its token is looked at.
func TestAFormWithoutAFileIsSmall(t *testing.T) {
	e := sit(t, "Moss")
	for _, r := range e.server.Routes() {
		if r.limit() <= pageForm {
			continue
		}
		at := strings.NewReplacer("{page}", "x").Replace(r.Pattern)
		for _, kind := range []string{"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8", ""} {
			body := &counted{Reader: io.LimitReader(endless('x'), 10<<20)}
			req := httptest.NewRequest(r.Method, at, body)
			req.Header.Set("Content-Type", kind)
			e.all["Moss"].do(req, at)
			if body.n > 2*bodyLimit {
				t.Errorf("%s took %d bytes of a form of type %q", r.Pattern, body.n, kind)
			}
		}
	}
}

type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

type counted struct {
	io.Reader
	n int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += n
	return n, err
}

// TestAPageThatBreaksSaysSo: to who asked, and to the operator. What has begun breaks off,
// so that nobody takes a part for the whole.
func TestAPageThatBreaksSaysSo(t *testing.T) {
	e := sit(t, "Moss")
	var said bytes.Buffer
	e.server.Logger = slog.New(slog.NewTextHandler(&said, nil))
	ask := func(serve func(*visit) error) (w *httptest.ResponseRecorder, broke any) {
		defer func() { broke = recover() }()
		w = httptest.NewRecorder()
		e.server.serve(Route{"GET", "/board", Anyone, serve}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/board", nil))
		return w, nil
	}
	w, broke := ask(func(*visit) error { panic("the disk has failed") })
	if broke != nil || w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "That did not work.") {
		t.Errorf("%v %d %s", broke, w.Code, w.Body)
	}
	if !strings.Contains(said.String(), "the disk has failed") {
		t.Errorf("the log says %q", said.String())
	}
	if _, broke = ask(func(v *visit) error {
		v.download("text/plain", ".txt")
		_, _ = v.w.Write([]byte("half"))
		panic("the disk has failed")
	}); broke == nil {
		t.Error("half a file ends like a whole one")
	}
}

// TestNobodyIsNamedToStrangers: without a code no page tells who belongs to the cell.
func TestNobodyIsNamedToStrangers(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	withWords(e)
	at := code.FindString(e.all["Moss"].post("/door/open").text())
	for _, r := range e.server.Routes() {
		if r.Who == Member || r.Method != http.MethodGet {
			continue
		}
		a := e.stranger().get(strings.NewReplacer("{$}", "", "{address}", "x", "{file}", "x").Replace(r.Pattern))
		if strings.Contains(a.body, "Moss") || strings.Contains(a.body, "Heron") || strings.Contains(a.body, ": .") {
			t.Errorf("%s: %s", r.Pattern, a.body)
		}
	}
	comer := e.stranger()
	comer.post("/join", ui.FieldCode, at, ui.FieldName, "Kite")
	if a := comer.post("/join/words", ui.FieldWritten, "1"); !strings.Contains(a.body, "Heron") {
		t.Errorf("at the door nobody is named: %s", a.body)
	}
}

// TestPagesOverHTTPSHaveCookiesOfTheirOwn: such as plain HTTP can neither set nor stand
// in the way of.
func TestPagesOverHTTPSHaveCookiesOfTheirOwn(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	_, five := e.comeIn("Moss", "Tide")
	signIn := func(scheme string) *http.Cookie {
		form := url.Values{ui.FieldName: {"Tide"}, ui.FieldSecret: {five}}
		r := httptest.NewRequest(http.MethodPost, scheme+"://cell.test/in", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		e.server.ServeHTTP(w, r)
		return w.Result().Cookies()[0]
	}
	asks := func(scheme string, c *http.Cookie, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, scheme+"://cell.test"+path, nil)
		r.AddCookie(c)
		w := httptest.NewRecorder()
		e.server.ServeHTTP(w, r)
		return w
	}
	plain, secure := signIn("http"), signIn("https")
	if secure.Name != "__Host-"+plain.Name || !secure.Secure || secure.Path != "/" || secure.Domain != "" || plain.Secure {
		t.Errorf("they are %v and %v", plain, secure)
	}
	for _, x := range []struct {
		scheme string
		cookie *http.Cookie
		want   int
	}{{"http", plain, 200}, {"https", secure, 200}, {"https", plain, 303}} {
		if w := asks(x.scheme, x.cookie, "/me"); w.Code != x.want {
			t.Errorf("%s with %s is answered with %d", x.scheme, x.cookie.Name, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "https://cell.test/away", nil)
	r.AddCookie(secure)
	w := httptest.NewRecorder()
	e.server.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name != secure.Name || c.MaxAge >= 0 || !c.Secure {
			t.Errorf("who goes away at once keeps it: %v", c)
		}
	}
	if w := asks("https", secure, "/me"); w.Code != http.StatusSeeOther {
		t.Errorf("and is answered with %d", w.Code)
	}
}

// TestALockedRouterKeepsNobodysWordsNorKeys: not those of who stands at the door either,
// nor an old notebook that somebody looks at. Who was let in and had not looked since
// woke it again, without a word.
func TestALockedRouterKeepsNobodysWordsNorKeys(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	k := withWords(e)
	waits, _, _ := e.loses("Heron")
	moss := e.all["Moss"]
	at := code.FindString(moss.post("/door/open").text())
	moss.upload(importURL, ui.FieldFile, []byte(notebook))
	tide, kite := e.stranger(), e.stranger()
	five := wordsOn(t, tide.post("/join", ui.FieldCode, at, ui.FieldName, "Tide"))
	tide.post("/join/words", ui.FieldWritten, "1")
	kite.post("/join", ui.FieldCode, at, ui.FieldName, "Kite")
	moss.post(regexp.MustCompile(`/door/[^/"]+/yes`).FindString(moss.get("/door").body))
	moss.post("/lock")
	if a := tide.get("/join/wait"); a.url != "/join" || len(e.server.sessions.all) > 0 {
		t.Errorf("who was let in comes to %s, and %d are signed in", a.url, len(e.server.sessions.all))
	}
	for _, g := range e.server.door.guests {
		if g.words != nil || g.keys != nil {
			t.Errorf("%s stands there still", g.name)
		}
	}
	if n := len(e.server.desk.tables); n > 0 {
		t.Errorf("%d notebooks lie there", n)
	}
	tide.says(tide.signIn("Tide", five), http.StatusOK)
	k.asleep = false
	waits.says(waits.get("/lost/asked"), http.StatusOK, "say these words aloud")
}

// TestNobodyStandsAtTheDoorForEver: their keys are in memory until then.
func TestNobodyStandsAtTheDoorForEver(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	at := code.FindString(e.all["Moss"].post("/door/open").text())
	tide := e.stranger()
	tide.post("/join", ui.FieldCode, at, ui.FieldName, "Tide")
	tide.says(tide.post("/join/words", ui.FieldWritten, "1"), http.StatusOK, "You are at the door")
	for _, g := range e.server.door.guests {
		g.last = g.last.Add(-guestTime - time.Minute)
	}
	if a := tide.get("/join/wait"); a.url != "/join" || len(e.server.door.guests) > 0 {
		t.Errorf("after two hours they are at %s", a.url)
	}
}

// TestAPageThatLiesOpenIsNoVisit: it looks again by itself whenever somebody writes, and
// kept a laptop that was left somewhere signed in for a month.
func TestAPageThatLiesOpenIsNoVisit(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	var x *session
	for _, x = range e.server.sessions.all {
		x.last = x.last.Add(-idleLimit + time.Hour)
	}
	before := x.last
	look := httptest.NewRequest(http.MethodGet, "/", nil)
	look.Header.Set("X-Live", "1")
	gone, leave := context.WithCancel(t.Context())
	leave()
	for at, r := range map[string]*http.Request{"/": look, "/live": httptest.NewRequestWithContext(gone, http.MethodGet, "/live", nil)} {
		if moss.do(r, at); x.last != before {
			t.Errorf("%s by itself counts as a visit", at)
		}
	}
	moss.says(moss.get("/"), http.StatusOK)
	if x.last == before {
		t.Error("a visit does not count")
	}
}

// TestTwoPagesAtOnceShowTheSameFiveWords: whoever taps twice before the words are there
// writes down those of one answer, and the other's must not be the ones that count.
func TestTwoPagesAtOnceShowTheSameFiveWords(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	withWords(e)
	for range 20 {
		w := httptest.NewRecorder()
		g := e.server.door.greet(w, httptest.NewRequest(http.MethodPost, "/lost", nil), time.Now())
		e.server.door.with(g, func(g *guest) { g.name, g.lost = "Moss", e.all["Moss"].by.Member })
		cookie := w.Result().Cookies()[0]
		var pages [8]string
		var all sync.WaitGroup
		for i := range pages {
			all.Go(func() {
				r := httptest.NewRequest(http.MethodGet, "http://cell.test/lost/words", nil)
				r.AddCookie(cookie)
				page := httptest.NewRecorder()
				e.server.ServeHTTP(page, r)
				pages[i] = page.Body.String()
			})
		}
		all.Wait()
		for i, body := range pages {
			pages[i] = wordsOn(t, answer{url: "/lost/words", body: body})
		}
		if slices.ContainsFunc(pages[:], func(p string) bool { return p != pages[0] }) {
			t.Fatalf("they show %q", pages)
		}
	}
}

package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
)

// bench is where somebody works slowly: a percent every so often.
type bench struct {
	what  Labor
	steps []uint64
	now   atomic.Pointer[[]Doing]
}

func (b *bench) doing() []Doing {
	if now := b.now.Load(); now != nil {
		return *now
	}
	return nil
}

// work takes a second and a bit for every step.
func (b *bench) work() {
	for _, percent := range b.steps {
		b.now.Store(&[]Doing{{Verifying, 1, 3}, {b.what, percent, 100}})
		time.Sleep(1100 * time.Millisecond)
	}
	b.now.Store(nil)
}

// porter takes in slowly what was carried, and does nothing else.
type porter struct {
	Carrier
	*bench
	err any
}

func (p porter) TakeIn(string) (TakenIn, error) {
	p.work()
	if p.err != nil {
		panic(p.err)
	}
	return TakenIn{New: 12}, nil
}

// sawAll fails where a page does not say these, one after the other.
func sawAll(t *testing.T, page string, words ...string) {
	t.Helper()
	rest := page
	for _, w := range words {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Fatalf("after the last, there is no %q in %s", w, page)
		}
		rest = after
	}
}

func TestLongWorkTellsHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sit(t, "Moss")
		b := &bench{what: Carrying, steps: []uint64{10, 10, 60}}
		e.server.Carrier, e.server.Work = porter{bench: b}, b.doing
		moss := e.all["Moss"]
		a := moss.post(carryURL+"/in", "parcel", "x")
		if a.status != http.StatusOK || strings.Count(a.body, "<html") != 1 || strings.Count(a.body, "</html>") != 1 || strings.Count(a.body, "</main>") != 1 || strings.Count(a.body, "10 %") != 1 {
			t.Fatalf("%d: %s", a.status, a.body)
		}
		sawAll(t, a.body, `<main id="main">`, `class="far"`, "It is being taken in", "carried here: 10 %.", `value="60"`, "New here: 12.", "<h1>It is done.</h1>", `href="/routers"`, "Go on", "</main>", "Lock this router", "</html>")

		b.steps = []uint64{50} // it ends before the page begins, as nearly always
		e.server.Work = nil
		moss.says(moss.post(carryURL+"/in", "parcel", "x"), http.StatusOK, "New here: 12.", "Our routers")
	})
}

// TestAProgramWaitsForItsAnswer, however long that takes: it could not read a
// page that grows.
func TestAProgramWaitsForItsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sit(t, "Moss")
		b := &bench{what: Carrying, steps: []uint64{10, 60}}
		e.server.Carrier, e.server.Work = porter{bench: b}, b.doing
		moss := e.all["Moss"]
		r := httptest.NewRequest(http.MethodPost, carryURL+"/in", strings.NewReader("token="+moss.token))
		r.Host = "cell.test"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: cookieName, Value: moss.cookie})
		w := httptest.NewRecorder()
		if e.server.ServeHTTP(w, r); w.Code != http.StatusSeeOther {
			t.Errorf("it is answered with %d: %s", w.Code, w.Body)
		}
	})
}

func TestWhatBreaksInLongWorkEndsTheRequest(t *testing.T) {
	e := sit(t, "Moss")
	e.server.Carrier = porter{bench: &bench{}, err: "broken"}
	var said bytes.Buffer
	e.server.Logger = slog.New(slog.NewTextHandler(&said, nil))
	moss := e.all["Moss"]
	moss.says(moss.post(carryURL+"/in", "parcel", "x"), http.StatusInternalServerError, "That did not work.")
	if !strings.Contains(said.String(), "broken") {
		t.Errorf("it was not heard of where the request is served: %q", said.String())
	}
}

// slow are keys whose router takes long to wake.
type slow struct {
	*keyed
	*bench
}

func (s slow) Login(ctx context.Context, m op.Member, words string, right func()) (op.Author, error) {
	by, err := s.keyed.Login(ctx, m, words, right)
	if err == nil {
		right()
	}
	s.work() // wrong words take their time, too
	return by, err
}

func TestWhoWakesTheRouterSeesHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sit(t, "Moss")
		k := withWords(e)
		_, five := e.comeIn("Moss", "Tide")
		s := slow{k, &bench{what: Reading, steps: []uint64{5, 40, 90}}}
		e.server.Keys, e.server.Work = s, s.doing
		b := e.stranger()
		turned := strings.Fields(five)
		slices.Reverse(turned)
		b.says(b.signIn("Tide", strings.Join(turned, " ")), http.StatusUnauthorized, "do not go together")
		a := b.signIn("Tide", five)
		sawAll(t, a.body, "This router is waking up", "It reads what was written: 5 %.", "90 %", "<h1>This router is awake.</h1>", `href="/"`)
		b.says(b.get("/"), http.StatusOK, "Around the table")
	})
}

func TestARouterThatStartsSaysHowFarItIs(t *testing.T) {
	now := []Doing{{Reading, 300, 1200}}
	h := Starting(House{Name: "kitchen", Hosts: []string{"cell.test"}, Logger: slog.New(slog.DiscardHandler), Work: func() []Doing { return now }})
	ask := func(method, host, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Host = host
		r.Header.Set("Accept-Language", "es")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask(http.MethodGet, "cell.test", "/r/1?x=1")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	sawAll(t, w.Body.String(), "Este router está arrancando", "25 %", `value="25"`, `href="/r/1?x=1"`)
	if now = nil; !strings.Contains(ask(http.MethodPost, "cell.test", "/in").Body.String(), `href="/"`) {
		t.Error("a form that came too early has no way on")
	}
	if c := ask(http.MethodGet, "evil.test", "/").Code; c != http.StatusMisdirectedRequest {
		t.Errorf("somebody else's name is answered by %d", c)
	}
	if c := ask(http.MethodGet, "cell.test", "/static/look-0.css").Code; c != http.StatusNotFound {
		t.Errorf("a style sheet that never was: %d", c)
	}
}

func TestARoutersOwnPageSaysWhatItIsBusyWith(t *testing.T) {
	e := sit(t, "Moss")
	e.server.Work = func() []Doing { return []Doing{{Verifying, 1, 2}, {BackingUp, 0, 0}} }
	moss := e.all["Moss"]
	moss.says(moss.get("/router"), http.StatusOK, "This router is busy.", "It checks every signature: 50 %.", "It writes a backup: 0 %.")
}

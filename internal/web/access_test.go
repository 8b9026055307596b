package web

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
)

// toAll are the addresses that answer whoever asks. Any other asks who comes.
var toAll = []string{
	"GET /static/{file}", "GET /claim", "POST /claim", "GET /found", "POST /found", "GET /taken", "GET /taken/code",
	"POST /taken/yes", "POST /taken/no", "POST /taken/back", "GET /in", "POST /in", "GET /join", "POST /join",
	"GET /join/words", "POST /join/words", "GET /join/wait", "GET /lost", "POST /lost", "GET /lost/words",
	"POST /lost/words", "GET /lost/asked", "GET /{$}", "GET /calendar/{address}", "GET /fund", "POST /away", "GET /network",
	"GET /commons.git/info/refs", "POST /commons.git/git-upload-pack",
	"GET /git/{address}/commons.git/info/refs", "POST /git/{address}/commons.git/git-upload-pack",
}

// outsider is a browser with what is left of a session, and a form of some session.
type outsider struct {
	cookies map[string]string
	token   string
}

func (p *phone) outside() outsider {
	return outsider{map[string]string{cookieName: p.cookie}, p.token}
}

// outsiders are all who may not see a member's page, by how that came about; only
// Ember and Moss, who signed in anew, still sit there.
func (e *evening) outsiders() map[string]outsider {
	e.Helper()
	keys, before := withWords(e), e.all["Moss"].outside()
	e.all["Moss"].post("/lock") // first: it ends all sessions
	keys.asleep = false
	for name := range e.all {
		e.again(name)
	}
	moss, heron, tide, ember := e.all["Moss"], e.all["Heron"], e.all["Tide"], e.all["Ember"]
	comer := e.stranger()
	comer.post("/join", ui.FieldCode, code.FindString(moss.post("/door/open").text()), ui.FieldName, "Newt")
	comer.says(comer.post("/join/words", ui.FieldWritten, "1"), http.StatusOK, "You are at the door")
	all := map[string]outsider{
		"before the lock": before, "signed out": heron.outside(), "signed out everywhere": tide.outside(),
		"left": e.all["Kite"].outside(), "removed": e.all["Fern"].outside(), "device closed": e.all["Lark"].outside(),
	}
	e.removed("Fern", "Moss", "Heron", "Tide", "Kite")
	e.wrote("Kite", op.Draft{Kind: trust.KindLeave})
	e.revoked("Lark")
	heron.post("/out")
	e.again("Tide").post("/out/everywhere")
	ember.says(ember.get("/people"), http.StatusOK, "Moss")
	all["nobody"], all["at the door"] = outsider{nil, moss.token}, outsider{comer.jar, moss.token}
	all["with a cookie of plain HTTP"] = moss.outside()
	return all
}

// removed is what more than half of the others do with somebody.
func (e *evening) removed(name string, by ...string) {
	e.Helper()
	act := trust.Act{Verb: trust.Remove, Member: e.all[name].by.Member}
	for _, n := range by {
		e.wrote(n, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
	}
	e.wrote(by[0], op.Draft{Kind: trust.KindAct, Content: act})
	if cell.PeopleOf(e.log.State()).IsActive(act.Member) {
		e.Fatalf("%s is still one of us", name)
	}
}

// revoked ends the device that somebody signed in with.
func (e *evening) revoked(name string) {
	e.Helper()
	by := e.all[name].by
	pub := e.keys.devices[by.Device].Public().(ed25519.PublicKey)
	word := op.Statement{Verb: op.VerbRevoke, Cell: e.log.Cell(), Member: by.Member, Key: pub}
	e.wrote(name, op.Draft{Kind: trust.KindRevoke, Content: trust.Revoke{Member: by.Member, Key: pub, Sig: ed25519.Sign(e.ids[name], word.Bytes())}})
}

// asked is one way to ask for a page, or to send its form.
type asked struct {
	method, at string
	header     map[string]string
}

// spellings are the ways to ask for a route: what it is for, and what somebody tries.
func (r Route) spellings() (out []asked) {
	at := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(strings.ReplaceAll(r.Pattern, "{$}", ""), "0a5bcrn5cm28g")
	for _, x := range []string{at, "/" + at, at + "/", "/static/.." + at, "/static/%2e%2e" + at, "/." + at, "/%2e" + at, at[:1] + fmt.Sprintf("%%%02x", at[1]) + at[2:],
		strings.ToUpper(at), at + "%00", at + ";a", at + "?lang=en", "/static/..%2f" + at[1:]} {
		out = append(out, asked{r.Method, x, nil})
	}
	for _, m := range []string{http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace, http.MethodGet} {
		out = append(out, asked{m, at, nil})
	}
	for _, h := range []map[string]string{{"Range": "bytes=0-9"}, {"If-None-Match": "*"}, {"X-Live": "1"},
		{"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST"}, {"X-Original-URL": at, "X-Rewrite-URL": at}, {"X-Forwarded-Proto": "https"}} {
		out = append(out, asked{r.Method, at, h})
	}
	return out
}

// tries sends what a member would.
func (o outsider) tries(s *Server, scheme string, a asked) *httptest.ResponseRecorder {
	form := url.Values{"token": {o.token}}
	for _, field := range append(slices.Clone(writtenIn), ui.FieldWritten, ui.FieldSure, ui.FieldCode, "voice", "to", "whom", "amount") {
		form.Set(field, "1")
	}
	r := httptest.NewRequest(a.method, scheme+"://cell.test", strings.NewReader(form.Encode()))
	u, err := url.Parse(scheme + "://cell.test" + a.at)
	if err != nil {
		panic(err)
	}
	r.URL, r.RequestURI = u, a.at
	r.URL.Scheme, r.URL.Host = "", ""
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	for name, value := range o.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// TestWhoIsNoMemberComesToNoMembersPage goes through all addresses of the house as
// each of those who may see none of them: they are led to the door, told nothing, and
// change nothing, however they spell it.
func TestWhoIsNoMemberComesToNoMembersPage(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide", "Kite", "Fern", "Lark", "Ember")
	wiped := false
	e.server.Wipe = func() Wiped { wiped = true; return Wiped{} }
	all, names := e.outsiders(), []string{"Moss", "Heron", "Tide", "Kite", "Fern", "Lark", "Ember"}
	before := e.applied()
	for _, r := range e.server.Routes() {
		if open := slices.Contains(toAll, r.Method+" "+r.Pattern); open != (r.Who != Member) {
			t.Errorf("%s %s is for %d, and in the list of what is for all: %v", r.Method, r.Pattern, r.Who, open)
		}
		if r.Who != Member {
			continue
		}
		for _, who := range slices.Sorted(maps.Keys(all)) {
			scheme := "http"
			if who == "with a cookie of plain HTTP" {
				scheme = "https"
			}
			for i, a := range r.spellings() {
				w := all[who].tries(e.server, scheme, a)
				to, body := w.Header().Get("Location"), w.Body.String()
				named := slices.ContainsFunc(names, func(n string) bool { return strings.Contains(body, n) })
				switch inside := to == "/in" || strings.HasPrefix(to, "/in?next="); {
				case i == 0 && !(w.Code == http.StatusSeeOther && inside):
					t.Errorf("%s %s, %s: %d %s", a.method, a.at, who, w.Code, to)
				case w.Code < 300 || w.Code >= 500 || named:
					t.Errorf("%s %s %v, %s: %d, named %v", a.method, a.at, a.header, who, w.Code, named)
				}
			}
		}
	}
	if n := e.applied(); n != before || wiped || !e.server.Keys.Awake() {
		t.Errorf("%d operations, %d before; wiped %v, awake %v", n, before, wiped, e.server.Keys.Awake())
	}
	if ember := e.all["Ember"]; ember.get("/people").status != http.StatusOK {
		t.Error("who sits there was put out")
	}
}

// locking are keys of a router that somebody locks, in another way than by a page, at
// one moment.
type locking struct {
	*keyed
	lock func()
}

func (k *locking) Login(ctx context.Context, m op.Member, words string, right func()) (op.Author, error) {
	by, err := k.keyed.Login(ctx, m, words, right)
	k.lock()
	return by, err
}

// TestWhoSignsInWhileItIsLockedSignsInAgain: the lock ended all sessions, and the one
// that began just after it would have gone on when somebody else woke the router.
func TestWhoSignsInWhileItIsLockedSignsInAgain(t *testing.T) {
	e := sit(t, "Moss")
	k := withWords(e)
	_, five := e.comeIn("Moss", "Tide")
	e.server.Keys = &locking{k, func() { k.asleep = true; e.server.Locked() }}
	tide := e.stranger()
	tide.signIn("Tide", five)
	k.asleep = false
	if a := tide.get("/people"); !strings.HasPrefix(a.url, "/in") || len(e.server.sessions.all) > 0 {
		t.Errorf("they are at %s, and %d are signed in", a.url, len(e.server.sessions.all))
	}
}

// TestAPageThatALockCutsShortLeadsToTheDoor: what was sealed cannot be read back then,
// and nobody is told that something failed.
func TestAPageThatALockCutsShortLeadsToTheDoor(t *testing.T) {
	e := sit(t, "Moss")
	k := withWords(e)
	var said bytes.Buffer
	e.server.Logger = slog.New(slog.NewTextHandler(&said, nil))
	moss, w := e.all["Moss"], httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/board", nil)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: moss.cookie})
	e.server.serve(Route{"GET", "/board", Member, func(*visit) error {
		k.asleep = true
		panic(errors.New("an operation cannot be read back"))
	}}).ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/in" || said.Len() > 0 {
		t.Errorf("%d to %q; the log says %q", w.Code, w.Header().Get("Location"), said.String())
	}
}

// TestANotebookIsNotLaidOnTheDeskOfALockedRouter, which was locked while it was read.
func TestANotebookIsNotLaidOnTheDeskOfALockedRouter(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	var x *session
	for _, x = range e.server.sessions.all {
	}
	e.server.Locked()
	if e.server.desk.lay(x, &sheet{}, e.server.sessions.has); len(e.server.desk.tables) > 0 {
		t.Error("it lies there")
	}
}

// TestWhoIsInNoCircleComesToNoneOfItsAddresses, whatever is to be done there: the answer
// is that to an address which was never one.
func TestWhoIsInNoCircleComesToNoneOfItsAddresses(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Kite", "Fern")
	moss, _, _ := e.agreed()
	fern, at := e.all["Fern"], strings.TrimPrefix(moss.circle(), circlesURL+"/")
	moss.says(moss.get(moss.circle()), http.StatusOK)
	before, n := e.applied(), 0
	for _, r := range e.server.Routes() {
		if !strings.Contains(r.Pattern, "{circle}") {
			continue
		}
		for _, m := range moves {
			fill := func(id string) string { return strings.NewReplacer("{circle}", id, "{act}", m.path).Replace(r.Pattern) }
			there, nowhere := fern.outside().tries(e.server, "http", asked{r.Method, fill(at), nil}), fern.outside().tries(e.server, "http", asked{r.Method, fill("0000000000000"), nil})
			if there.Code != http.StatusNotFound || unlike(there, nowhere) {
				t.Errorf("%s %s answers %d, and %d where nothing ever was", r.Method, fill(at), there.Code, nowhere.Code)
			}
			n++
		}
	}
	if now := e.applied(); now != before || n < 3*len(moves) {
		t.Errorf("%d operations, %d before, after %d requests", now, before, n)
	}
}

// unlike reports whether two pages differ, but for how many forms led on.
func unlike(a, b *httptest.ResponseRecorder) bool {
	same := func(w *httptest.ResponseRecorder) string {
		return tokens.ReplaceAllString(streams.ReplaceAllString(w.Body.String(), ""), "")
	}
	return a.Code != b.Code || same(a) != same(b)
}

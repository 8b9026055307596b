package web

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"celld/internal/cell/circle"
	"celld/internal/op"
)

// In these tests a member's opening key is the hash of their name in the log.

func privateOf(m op.Member) [32]byte { return sha256.Sum256(m[:]) }

func openingOf(m op.Member) []byte {
	private := privateOf(m)
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		panic(err)
	}
	return key.PublicKey().Bytes()
}

// postbox is the vault as letters need it.
type postbox struct{ *evening }

func (p postbox) Write(to [][]byte, s op.Secret, clear []byte) ([]byte, error) {
	var places [op.Wraps][]byte
	copy(places[:], to)
	var c op.Chance
	rand.Read(c.Private[:])
	for i := range c.Blanks {
		rand.Read(c.Blanks[i][:])
	}
	return op.SealLetter(p.keys.cell, s, places, clear, c)
}

func (p postbox) Read(m op.Member, at op.Ref) (op.Secret, []byte, bool) {
	o, err := p.log.Read(at)
	if err != nil {
		return op.Secret{}, nil, false
	}
	return op.OpenLetter(p.keys.cell, privateOf(m), o.Content)
}

func (p postbox) Drop() error { _, err := p.log.Expire(); return err }

func (d *disk) Erase(ops map[uint32][]byte, chunks []op.Chunk) error {
	for pos, b := range ops {
		d.ops[pos] = b
	}
	return nil
}

func (d *disk) Compact() error { return nil }

// gather seats people on a router that carries letters.
func gather(t *testing.T, names ...string) *evening {
	e := sit(t, names...)
	e.server.Letters = postbox{e}
	for _, p := range e.all { // their devices are known from here on
		p.says(p.post("/board", "words", "I am here"), http.StatusOK)
	}
	return e
}

// agreed is a circle that Moss called Heron to, and that Kite keeps.
func (e *evening) agreed() (moss, heron, kite *phone) {
	e.Helper()
	moss, heron, kite = e.all["Moss"], e.all["Heron"], e.all["Kite"]
	moss.post("/circles/call", "whom", heron.id())
	heron.does("come")
	moss.does("ask", "whom", kite.id())
	kite.does("agree")
	return moss, heron, kite
}

// circle is the one that somebody is in, from which all addresses begin.
func (p *phone) circle() string {
	p.T.Helper()
	all := p.server.circlesOf(p.log.State(), p.by.Member)
	if len(all) != 1 {
		p.T.Fatalf("they are in %d circles", len(all))
	}
	return circleURL(all[0].ID)
}

// does says something in the circle, and finds the page that says so.
func (p *phone) does(act string, values ...string) {
	p.T.Helper()
	p.says(p.post(p.circle()+"/"+act, values...), http.StatusOK)
}

func (p *phone) id() string { return p.by.Member.String() }

func (e *evening) stage(name string, want circle.Stage) {
	e.Helper()
	p := e.all[name]
	all := e.server.circlesOf(e.log.State(), p.by.Member)
	if len(all) != 1 || all[0].Stage != want {
		e.Fatalf("%s is in %d circles; want one that is %v", name, len(all), want)
	}
}

var links = regexp.MustCompile(`(?:href|src|action)="([^"#]*)`)

// seen is every page that somebody reaches by links, as it came, and every
// address of the house that takes no part from elsewhere.
func (p *phone) seen() map[string]string {
	p.T.Helper()
	pages, todo := map[string]string{}, []string{"/", "/circles/yours", "/circles/" + strings.Repeat("0", 13)}
	for _, r := range p.server.Routes() {
		if r.Method == http.MethodGet && !strings.Contains(r.Pattern, "{") && r.Pattern != "/live" {
			todo = append(todo, r.Pattern)
		}
	}
	for len(todo) > 0 {
		at := todo[0]
		if todo = todo[1:]; pages[at] != "" || at == "" || !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "/calendar/") || strings.Contains(at, "lang=") {
			continue
		}
		r := httptest.NewRequest(http.MethodGet, at, nil)
		r.Host = "cell.test"
		r.AddCookie(&http.Cookie{Name: cookieName, Value: p.cookie})
		w := httptest.NewRecorder()
		p.server.ServeHTTP(w, r)
		pages[at] = fmt.Sprint(w.Code, w.Header().Get("Location"), w.Body.String())
		for _, m := range links.FindAllStringSubmatch(w.Body.String(), -1) {
			todo = append(todo, html.UnescapeString(m[1]))
		}
	}
	return pages
}

// volatile is what changes from one look to the next whatever happens: words and
// codes that are drawn, and how long ago somebody was here.
var volatile = regexp.MustCompile(`/(me/words|calendar|invite|me/paper)$`)

var streams = regexp.MustCompile(`data-stream="/live[^"]*"`)

// same fails where somebody's pages tell that something happened.
func (p *phone) same(before map[string]string, when string) {
	p.T.Helper()
	after := p.seen()
	var all []string
	for at := range after {
		all = append(all, at)
	}
	for at := range before {
		if _, there := after[at]; !there {
			all = append(all, at)
		}
	}
	sort.Strings(all)
	for _, at := range all {
		if before[at] != after[at] && !volatile.MatchString(at) {
			i := 0
			for i < min(len(before[at]), len(after[at])) && before[at][i] == after[at][i] {
				i++
			}
			around := func(s string) string { return s[max(0, min(i-60, len(s))):min(len(s), i+60)] }
			p.T.Errorf("%s: %s is another page to somebody who is not part of it:\n%s\n%s", when, at, around(before[at]), around(after[at]))
		}
	}
}

// TestACircleIsInvisibleFromItsCallToItsEnd plays story 7, while somebody who is
// not part of it looks at everything there is after each step (K4).
func TestACircleIsInvisibleFromItsCallToItsEnd(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Tide", "Kite", "Fern")
	moss, heron, tide, kite, fern := e.all["Moss"], e.all["Heron"], e.all["Tide"], e.all["Kite"], e.all["Fern"]
	before, tidesOwn, digest := fern.seen(), tide.seen(), e.log.State().Digest()
	if len(before) < 50 {
		t.Fatalf("%d pages are no look around", len(before))
	}
	step := func(when string) {
		t.Helper()
		fern.same(before, when)
		if e.log.State().Digest() != digest {
			t.Fatal("a circle is part of the cell's state")
		}
	}
	moss.says(moss.post("/circles/call", "whom", heron.id()), http.StatusOK, "The circle is called.")
	url := moss.circle()
	heron.says(heron.get("/"), http.StatusOK, "This one only a few of us see.")
	fern.says(fern.get(url), http.StatusNotFound)
	fern.says(fern.post(url+"/come"), http.StatusNotFound)
	step("called")
	heron.does("come")
	e.stage("Moss", circle.KeeperSought)
	moss.does("ask", "whom", tide.id())
	step("asked")
	tide.says(tide.get(url), http.StatusOK, "Say no if you are part of it yourself")
	tide.post(url + "/recuse")
	tide.says(tide.get(url), http.StatusNotFound)
	home := tide.get("/").body
	hears, stamp := streams.FindString(home), tokens.FindString(home)
	for at, page := range tidesOwn { // where their stream goes on from says that something came, their forms how many they sent, and no more
		tidesOwn[at] = tokens.ReplaceAllString(streams.ReplaceAllString(page, hears), stamp)
	}
	for at, page := range tide.seen() { // what one wrote oneself one may count
		if strings.HasPrefix(at, "/safety/known") {
			tidesOwn[at] = page
		}
	}
	tide.same(tidesOwn, "recused")
	heron.does("ask", "whom", kite.id())
	step("asked another")
	if n := len(e.server.circlesOf(e.log.State(), tide.by.Member)); n != 0 {
		t.Errorf("who recused reads on in %d circles", n)
	}
	moss.says(moss.post(url+"/ask", "whom", tide.id()), http.StatusUnprocessableEntity, "asked once")
	kite.does("agree")
	moss.does("accept")
	e.stage("Kite", circle.KeeperSought)
	heron.does("accept")
	e.stage("Kite", circle.KeeperAccepted)
	kite.does("begin")
	moss.does("ready")
	heron.does("ready")
	kite.does("plan", "day", "2026-11-28")
	e.stage("Heron", circle.CirclePlanned)
	kite.does("held")
	step("held")
	moss.does("will", "whom", moss.id(), "what", "Bring the cart back by noon", "day", "2026-12-01")
	heron.does("will", "whom", heron.id(), "what", "Ask before lending it on")
	kite.does("will", "whom", heron.id(), "what", "Mend the wheel together with Moss")
	kite.does("again", "again", "2026-12-20")
	e.stage("Moss", circle.CircleHeld)
	sign := func(p *phone) {
		t.Helper()
		mark := regexp.MustCompile(`/sign"[^§]*?name="mark" value="([^"]+)"`).FindStringSubmatch(p.get(url).body)
		if mark == nil {
			t.Fatal("nothing is to be signed")
		}
		p.does("sign", "mark", mark[1])
	}
	sign(moss)
	moss.does("will", "whom", moss.id(), "what", "Oil it")
	sign(heron)
	e.stage("Kite", circle.CircleHeld) // Moss signed another plan
	sign(moss)
	e.stage("Kite", circle.PlanAgreed)
	step("agreed")
	kite.does("met")
	kite.does("close")
	e.stage("Moss", circle.Closed)
	step("closed")
	moss.says(moss.get(url), http.StatusOK, "After Wednesday 23 December nothing of it is left")
	moss.does("forget")
	heron.does("forget")
	e.stage("Moss", circle.Closed)
	kite.says(kite.post(url+"/forget"), http.StatusOK, "When something stands between us")
	for _, p := range []*phone{moss, heron, tide, kite} {
		p.says(p.get(url), http.StatusNotFound)
		p.says(p.get("/circles/yours"), http.StatusOK, "You are part of no circle.")
	}
	step("expunged")
}

// TestACircleIsWrittenAnewWhileItGoesOnAndNoLonger: its letters go after a
// month; the circle stays until its own day (K5).
func TestACircleIsWrittenAnewWhileItGoesOnAndNoLonger(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Kite")
	moss, heron, kite := e.agreed()
	days := func(n int) {
		t.Helper()
		e.now = e.now.Add(time.Duration(n) * 24 * time.Hour)
		if err := e.server.Tend(); err != nil {
			t.Fatal(err)
		}
		if _, err := e.log.Expire(); err != nil {
			t.Fatal(err)
		}
	}
	letters := func() int { return len(slices.Collect(e.log.State().Letters())) }
	start := letters()
	days(14)
	if letters() != start {
		t.Error("letters are written anew that are fresh")
	}
	days(2)
	if letters() <= start {
		t.Error("old letters are not written anew")
	}
	days(16)
	e.stage("Moss", circle.KeeperSought) // the first letters are gone
	days(16)
	e.stage("Kite", circle.KeeperSought)
	moss.does("decline")
	held := letters()
	days(16)
	if letters() > held {
		t.Error("what is over is carried on")
	}
	e.stage("Heron", circle.Declined)
	days(14)
	if n := letters(); n > 1 { // what burned it
		t.Errorf("%d letters are left on the day", n)
	}
	for _, p := range []*phone{moss, heron, kite} {
		if n := len(e.server.circlesOf(e.log.State(), p.by.Member)); n != 0 {
			t.Errorf("somebody is still in %d circles", n)
		}
	}
	days(31)
	if letters() != 0 {
		t.Error("something is left")
	}
}

// TestThoseAreAskedFirstWhoSaidThatTheyKeepCircles is K2: the pool, and all
// others where nobody of it is left.
func TestThoseAreAskedFirstWhoSaidThatTheyKeepCircles(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Tide", "Kite")
	moss, heron, tide, kite := e.all["Moss"], e.all["Heron"], e.all["Tide"], e.all["Kite"]
	tide.says(tide.get("/circles"), http.StatusOK, "Nobody has said so yet.")
	tide.says(tide.post("/circles/keep", "yes", "1"), http.StatusOK, "These can be asked: Tide")
	moss.post("/circles/keep", "yes", "1")
	moss.post("/circles/call", "whom", heron.id())
	heron.does("come")
	asks := func(want ...*phone) {
		t.Helper()
		page := moss.get(moss.circle()).body
		for _, p := range []*phone{moss, heron, tide, kite} {
			offered := strings.Contains(page, `<option value="`+p.id()+`"`)
			wanted := false
			for _, w := range want {
				wanted = wanted || w == p
			}
			if offered != wanted {
				t.Errorf("%s is offered: %v", p.id(), offered)
			}
		}
	}
	asks(tide) // Moss is part of it
	moss.does("ask", "whom", tide.id())
	tide.post(moss.circle() + "/recuse")
	asks(kite) // nobody of the pool is left
	tide.says(tide.post("/circles/keep"), http.StatusOK, "These can be asked: Moss")
}

// An action that takes something opens the form of a need with its words in it,
// and nothing else of the circle goes along (K8).
func TestWhatAnActionTakesIsAskedForWithoutTheCircle(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Kite", "Fern")
	moss, heron, kite := e.agreed()
	fern := e.all["Fern"]
	moss.does("accept")
	heron.does("accept")
	kite.does("begin")
	moss.does("ready")
	heron.does("ready")
	kite.does("plan", "day", "2026-11-28")
	kite.does("held")
	moss.does("will", "whom", heron.id(), "what", "Mend the wheel of the cart", "day", "2026-12-01")
	url := moss.circle()
	all := e.server.circlesOf(e.log.State(), moss.by.Member)
	mark := op.Member(all[0].Actions[0].Mark).String()
	moss.says(moss.get(url), http.StatusOK, "Ask for what it takes", "without a word of the circle")
	fern.says(fern.post(url+"/need", "mark", mark), http.StatusNotFound)
	before := e.applied()
	form := moss.says(moss.post(url+"/need", "mark", mark), http.StatusOK, "Say what you need or offer", "All members read it")
	if e.applied() != before {
		t.Error("to open a form is to write something down")
	}
	if !strings.Contains(form.body, `value="Mend the wheel of the cart"`) || !strings.Contains(form.body, `action="/directory/new"`) || !regexp.MustCompile(`value="need"[^>]* checked`).MatchString(form.body) {
		t.Errorf("the form is not filled in:\n%s", form.body)
	}
	name := circleName(all[0].Name)
	for _, telling := range []string{name, url, mark, heron.id(), "2026-12-01", "/circles"} {
		if strings.Contains(form.body, telling) {
			t.Errorf("the form tells %q", telling)
		}
	}
	moss.says(moss.post(url+"/need", "mark", "0000000000000"), http.StatusNotFound)
	need := moss.says(moss.post("/directory/new", "sort", "need", "words", "A wheel for a cart", "area", "6"), http.StatusOK, "It stands there now.")
	for _, p := range []*phone{moss, fern} {
		if a := p.says(p.get(need.url), http.StatusOK, "A wheel for a cart"); strings.Contains(a.body, name) || strings.Contains(a.body, url) {
			t.Error("the need tells of the circle")
		}
	}
}

// Questions stand on the page for people to read to each other, and there is nothing
// to write an answer into (K1).
func TestInACircleQuestionsAreReadAloudAndNobodyTypesAnAnswer(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Kite")
	moss, heron, kite := e.agreed()
	moss.does("accept")
	heron.does("accept")
	kite.does("begin")
	for _, p := range []*phone{moss, heron, kite} {
		page := p.says(p.get(p.circle()), http.StatusOK, "What happened, as you saw it?", "Who is at your side?")
		if strings.Contains(page.body, "<textarea") || strings.Contains(page.body, `type="text"`) {
			t.Error("an answer can be written down")
		}
	}
	moss.does("ready")
	heron.does("ready")
	kite.does("plan", "day", "2026-11-28")
	heron.says(heron.get(heron.circle()), http.StatusOK, "What did you hear them say?")
}

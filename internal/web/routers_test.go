package web

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// air is the edge of the world: what other routers there are.
type air struct {
	peers []Peer
	asked int // how often somebody wanted to know them
	seen  []Seen
	keys  map[op.Device]Greeted
	mu    sync.Mutex // guards what follows
	holds op.Past    // what another router has
}

func (a *air) Peers() []Peer { a.asked++; return a.peers }
func (a *air) Seen() []Seen  { return a.seen }

func (a *air) Carried() func(op.Ref) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.holds.Clone().Has
}

// arrives tells that another router holds a log so far.
func (a *air) arrives(r op.Ref) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.holds[r.Device] = r.Seq
}

func (a *air) Greet(_ context.Context, d op.Device) (Greeted, error) {
	if g, ok := a.keys[d]; ok {
		return g, nil
	}
	return Greeted{}, errors.New("nobody there")
}

func newKeys() Greeted {
	key, private, _ := ed25519.GenerateKey(rand.Reader)
	opening := make([]byte, 32)
	rand.Read(opening)
	return Greeted{key, opening, ed25519.Sign(private, op.RouterWord(opening))}
}

func TestARouterIsTakenInByItsSixWords(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	hall := newKeys()
	a := &air{keys: map[op.Device]Greeted{hall.router(): hall}, seen: []Seen{{Router: hall.router(), At: "10.0.0.2", Looking: true, Since: e.now}}}
	e.server.Mesh = a
	moss := e.all["Moss"]
	moss.says(moss.get("/routers/add"), http.StatusOK, "A router that looks for its cell", "10.0.0.2")
	check := moss.says(moss.post("/greet/"+hall.router().String()), http.StatusOK, strings.Join(keyWords(hall.Key), " "))
	if !strings.Contains(check.body, hall.Code()) {
		t.Fatal("the keys are not carried along")
	}
	moss.says(moss.post("/routers/new", "router", hall.Code(), "place", ""), http.StatusUnprocessableEntity)
	if _, known := e.trust().Router(hall.router()); known {
		t.Fatal("it was taken in without a name")
	}
	moss.says(moss.post("/routers/new", "router", hall.Code(), "place", "Hall"), http.StatusOK, "Hall is one of ours")
	if r, known := e.trust().Router(hall.router()); !known || r.Status != trust.Active {
		t.Fatal("it was not taken in")
	}
	a.peers = []Peer{{Router: hall.router(), Here: true, Met: e.now, Lacks: 3}}
	moss.says(moss.get("/routers"), http.StatusOK, "Hall", "3 things are on their way there", "2 of 2 within reach")
}

// TestHowWellARouterIsHeardIsToldWhereAnythingTells: a radio's own figure first.
func TestHowWellARouterIsHeardIsToldWhereAnythingTells(t *testing.T) {
	e := sit(t, "Moss")
	hall := newKeys()
	a := &air{}
	e.server.Mesh = a
	moss := e.all["Moss"]
	moss.post("/routers/new", "router", hall.Code(), "place", "Hall")
	for _, c := range []struct {
		peer         Peer
		row          string
		facts, quiet []string
	}{
		{Peer{Signal: -59, Arrives: 69, Trip: 12}, "−59 dBm", []string{"well (−59 dBm)", "69 of 100", "12 ms"}, []string{"fairly", "hardly"}},
		{Peer{Signal: -66, Trip: 12}, "−66 dBm", []string{"fairly well (−66 dBm)", "12 ms"}, []string{"of 100"}},
		{Peer{Signal: -81}, "−81 dBm", []string{"hardly (−81 dBm)"}, []string{"of 100", " ms"}},
		{Peer{Arrives: 69, Trip: 12}, "69 of 100", []string{"69 of 100", "12 ms"}, []string{"dBm"}},
		{Peer{Trip: 12}, "12 ms", []string{"12 ms"}, []string{"dBm", "of 100"}},
		{Peer{}, "Hall", nil, []string{"dBm", "of 100", " ms"}},
	} {
		c.peer.Router, c.peer.Here, c.peer.Met = hall.router(), true, e.now
		a.peers = []Peer{c.peer}
		moss.says(moss.get("/routers"), http.StatusOK, c.row)
		page := moss.get("/routers/" + hall.router().String())
		moss.says(page, http.StatusOK, c.facts...)
		for _, word := range c.quiet {
			if strings.Contains(page.body, word) {
				t.Errorf("%+v: says %q", c.peer, word)
			}
		}
	}
}

// TestARouterThatNobodyHasMetSaysWhyThatMayBe: one that was put back has a new
// key, which its neighbours refuse until they have heard of it.
func TestARouterThatNobodyHasMetSaysWhyThatMayBe(t *testing.T) {
	e := sit(t, "Moss")
	hall, told := newKeys(), "Was this router put back from a backup?"
	a := &air{}
	e.server.Mesh, e.server.Carrier = a, &stick{}
	moss := e.all["Moss"]
	if strings.Contains(moss.get("/routers").body, told) {
		t.Error("it is alone, and told so")
	}
	moss.says(moss.post("/routers/new", "router", hall.Code(), "place", "Hall"), http.StatusOK, "Hall is one of ours")
	moss.says(moss.get("/routers"), http.StatusOK, told)
	a.peers = []Peer{{Router: hall.router(), Met: e.now}}
	if strings.Contains(moss.get("/routers").body, told) {
		t.Error("it has been met")
	}
}

func TestARouterThatDoesNotAnswerIsTold(t *testing.T) {
	e := sit(t, "Moss")
	other, liar := newKeys(), newKeys()
	e.server.Mesh = &air{keys: map[op.Device]Greeted{liar.router(): other}}
	moss := e.all["Moss"]
	for _, d := range []op.Device{other.router(), liar.router()} {
		moss.says(moss.post("/greet/"+d.String()), http.StatusServiceUnavailable, "did not answer")
	}
	swapped := other
	swapped.Opening = liar.Opening
	for _, code := range []string{"", "celld-router-", swapped.Code(), other.Code()[:60], other.Code() + "A", strings.ToUpper(other.Code())} {
		moss.says(moss.post("/routers/add", "router", code), http.StatusUnprocessableEntity, "not the code of a router")
	}
	moss.says(moss.post("/routers/add", "router", other.Code()[:20]+" \n"+other.Code()[20:]), http.StatusOK, strings.Join(keyWords(other.Key), " "))
}

func TestARouterIsLetGoAndTakenBack(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	hall := newKeys()
	moss.post("/routers/new", "router", hall.Code(), "place", "Hall")
	at := "/routers/" + hall.router().String()
	moss.says(moss.get(at+"/go"), http.StatusOK, "Let Hall go?")
	moss.post(at + "/go")
	if r, _ := e.trust().Router(hall.router()); r.Status == trust.Active {
		t.Fatal("it is still one of ours")
	}
	heron.says(heron.get(at), http.StatusOK, "Take it in again")
	heron.post(at + "/keep")
	if r, _ := e.trust().Router(hall.router()); r.Status != trust.Active {
		t.Fatal("it was not taken back")
	}
}

// TestALoneRouterSaysSo: with others it should meet, and none within reach.
func TestALoneRouterSaysSo(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, hall := e.all["Moss"], newKeys()
	lone := func() bool { return strings.Contains(moss.get("/").text(), "This router is alone") }
	if lone() {
		t.Fatal("the only router is not lonely")
	}
	moss.post("/routers/new", "router", hall.Code(), "place", "Hall")
	a := &air{peers: []Peer{{Router: hall.router(), Met: time.Now().Add(-time.Hour)}}}
	e.server.Mesh = a
	moss.says(moss.get("/"), http.StatusOK, "This router is alone: it last met another at")
	if a.peers[0].Here = true; lone() {
		t.Fatal("it says so beside another")
	}
	moss.says(moss.get("/"), http.StatusOK, "It meets its neighbour now.")
	moss.post("/routers/new", "router", newKeys().Code(), "place", "Mill")
	moss.says(moss.get("/"), http.StatusOK, "Of its 2 neighbours it meets 1 now.")
}

// TestAPageAsksForTheRoutersOnce, however many of its parts speak of them.
func TestAPageAsksForTheRoutersOnce(t *testing.T) {
	e := sit(t, "Moss")
	a := &air{}
	e.server.Mesh = a
	e.all["Moss"].get("/routers")
	if a.asked != 1 {
		t.Errorf("asked %d times", a.asked)
	}
}

// TestAVisitorIsNotToldHowManyRoutersThereAre, nor whom this one meets.
func TestAVisitorIsNotToldHowManyRoutersThereAre(t *testing.T) {
	e := sit(t, "Moss")
	moss, hall := e.all["Moss"], newKeys()
	moss.post("/routers/new", "router", hall.Code(), "place", "Hall")
	e.server.Mesh = &air{peers: []Peer{{Router: hall.router(), Here: true}}}
	door := e.stranger().get("/in")
	moss.says(door, http.StatusOK, "What you write is kept here.")
	for _, tells := range []string{"neighbours", "no other", "Hall"} {
		if strings.Contains(door.text(), tells) {
			t.Errorf("a visitor reads %q", tells)
		}
	}
}

func (e *evening) trust() *trust.Trust { return cell.PeopleOf(e.log.State()).Trust }

// TestAPageThatLooksAgainLeavesWhatIsSaidOnce to the person who comes next.
func TestAPageThatLooksAgainLeavesWhatIsSaidOnce(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	s := e.server.sessions.find(withCookie(moss.cookie), time.Now())
	e.server.sessions.say(s, flash{Title: "It is written down."})
	again := httptest.NewRequest(http.MethodGet, "/routers", nil)
	again.Header.Set("X-Live", "1")
	if a := moss.do(again, "/routers"); strings.Contains(a.text(), "It is written down.") {
		t.Error("a page that looked by itself was told")
	}
	moss.says(moss.get("/routers"), http.StatusOK, "It is written down.")
}

func withCookie(value string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: value})
	return r
}

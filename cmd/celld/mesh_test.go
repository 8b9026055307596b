package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/vault"
)

// freePort names a port of the loopback that is free now, of UDP and of TCP, and
// below those that the kernel gives to whoever names none: it stays free.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		at := fmt.Sprintf("127.0.0.1:%d", 15_000+rand.IntN(15_000))
		c, err := net.ListenPacket("udp", at)
		if err != nil {
			continue
		}
		l, err := net.Listen("tcp", at)
		c.Close()
		if err == nil {
			l.Close()
			return at
		}
	}
	t.Fatal("a thousand ports are taken")
	return ""
}

// asked is what cellctl status tells of the celld in dir.
func asked(t *testing.T, dir string) (s status) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := control([]string{"-dir", dir, "status", "-json"}, nil, &out, &errs); code != 0 {
		t.Fatalf("status: %s", errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// until tries again until ok, ever more seldom, since to ask is work for those who
// are asked; it gives up when a program on a busy machine would long be done.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	wait := 10 * time.Millisecond
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); wait = min(wait*5/4, time.Second/2) {
		if ok() {
			return
		}
		time.Sleep(wait) // other processes: there is no clock to fake
	}
	t.Fatalf("never: %s", what)
}

var (
	claimCode  = regexp.MustCompile(`claim=([0-9A-Z]{4}-[0-9A-Z]{4})`)
	routerCode = regexp.MustCompile(`celld-router-[0-9A-Za-z_-]+`)
	sixWords   = regexp.MustCompile(`(?s)<ol class="words" dir="ltr" lang="en">(.*?)</ol>`)
)

// comer is a browser that keeps the cookie of who has no session yet.
type comer struct {
	*visitor
	cookies []*http.Cookie
}

func (c *comer) form(t *testing.T, method, path string, values ...string) reply {
	t.Helper()
	form := make([]string, 0, len(values)/2)
	for i := 0; i < len(values); i += 2 {
		form = append(form, values[i]+"="+values[i+1])
	}
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(strings.Join(form, "&")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, k := range c.cookies {
		r.AddCookie(k)
	}
	a, err := c.do(r)
	if err != nil {
		t.Fatal(err)
	}
	c.cookies = append(c.cookies, (&http.Response{Header: a.header}).Cookies()...)
	return a
}

// pair is a cell on one router and a second one that belongs to nobody yet.
type pair struct {
	kitchen, hall         string // the folders
	first, second         *program
	firstArgs, secondArgs []string
	there                 *comer   // at the page of the second
	moss                  *visitor // a member at the first
	taken                 string   // the page that shows the second's words
}

func newPair(t *testing.T) *pair {
	t.Helper()
	kitchen := t.TempDir()
	demoIn(t, kitchen, "")
	return newPairOn(t, kitchen)
}

// newPairOn is one whose cell lives in kitchen.
func newPairOn(t *testing.T, kitchen string) *pair {
	t.Helper()
	p := &pair{kitchen: kitchen, hall: t.TempDir()}
	atKitchen, atHall := freePort(t), freePort(t)
	// What is due would be written down a minute after a start, whatever is being counted then.
	p.firstArgs = []string{"-clock", "none", "-mesh", atKitchen, "-announce", "off", "-peers", atHall}
	p.secondArgs = []string{"-name", "Hall", "-clock", "none", "-mesh", atHall, "-announce", "off", "-peers", atKitchen}
	p.first = startProgram(t, p.kitchen, p.firstArgs...)
	p.second = startProgram(t, p.hall, p.secondArgs...)
	p.moss = signIn(t, p.first, 0)
	return p
}

// enrol takes the second router in at the first one.
func (p *pair) enrol(t *testing.T) {
	t.Helper()
	p.there = &comer{visitor: newVisitor(p.second)}
	code := claimCode.FindStringSubmatch(p.second.words())
	if code == nil {
		t.Fatalf("no code to claim it: %s", p.second.words())
	}
	p.there.form(t, http.MethodPost, "/claim", "code", code[1])
	page := p.there.form(t, http.MethodGet, "/taken")
	long := routerCode.FindString(page.body)
	if p.taken = page.body; long == "" {
		t.Fatalf("no long code: %d %s", page.status, page.body)
	}
	check, err := p.moss.post("/routers/add", "router", long)
	if words := sixWords.FindStringSubmatch(page.body); err != nil || words == nil || !strings.Contains(check.body, words[1]) {
		t.Fatalf("the six words are not the same: %d, %v", check.status, err)
	}
	if r, err := p.moss.post("/routers/new", "router", long, "place", "Hall"); err != nil || r.leadsTo() != "/routers" {
		t.Fatalf("it is not taken in: %d, %v: %s", r.status, err, r.body)
	}
}

// knock waits until the first router asks at the second one's page.
func (p *pair) knock(t *testing.T) (page string) {
	t.Helper()
	until(t, "the first router knocks", func() bool {
		page = p.there.form(t, http.MethodGet, "/taken").body
		return strings.Contains(page, "Is that your cell?")
	})
	return page
}

// same reports whether both hold the same.
func (p *pair) same(t *testing.T) bool {
	t.Helper()
	a, b := asked(t, p.kitchen), asked(t, p.hall)
	return b.Cell != nil && *a.Cell == *b.Cell && a.Operations == b.Operations
}

// agree reports whether both, awake, add up to the same.
func (p *pair) agree(t *testing.T) bool {
	t.Helper()
	a, b := asked(t, p.kitchen), asked(t, p.hall)
	return a.Digest != nil && b.Digest != nil && *a.Digest == *b.Digest
}

// join takes the second router in, and waits until it has all.
func (p *pair) join(t *testing.T) {
	t.Helper()
	p.enrol(t)
	p.knock(t)
	p.there.form(t, http.MethodPost, "/taken/yes")
	until(t, "both hold the same", func() bool { return p.same(t) })
}

// TestASecondRouterIsTakenInAndHoldsAll: a cell lives on one router; another,
// that belongs to nobody, shows six words, is taken in by a member and says yes
// to the router that asks. Then both hold the same, also what is written later
// on either of them, and after one was killed.
func TestASecondRouterIsTakenInAndHoldsAll(t *testing.T) {
	p := newPair(t)
	p.enrol(t)
	knock := p.knock(t)
	own := sixWords.FindStringSubmatch(knock)
	self, err := p.moss.get("/routers/" + asked(t, p.kitchen).Router)
	if err != nil || own == nil || !strings.Contains(self.body, own[1]) {
		t.Fatalf("another router than ours knocks: %v", own)
	}
	p.there.form(t, http.MethodPost, "/taken/yes")
	moss, same := p.moss, func() bool { return p.same(t) }
	until(t, "both hold the same", same)
	if at := asked(t, p.hall); at.Awake || at.Digest != nil {
		t.Fatal("a router that nobody has signed in to reads what is sealed")
	}
	heron := signIn(t, p.second, 1)
	until(t, "both add up to the same", func() bool { return p.agree(t) })

	here, _, err := moss.promise("bread on Friday")
	if err != nil || here == "" {
		t.Fatalf("nothing was written at the first: %v", err)
	}
	yonder, _, err := heron.promise("soup on Sunday")
	if err != nil || yonder == "" {
		t.Fatalf("nothing was written at the second: %v", err)
	}
	p.second.kill()
	alone, _, err := moss.promise("tea meanwhile")
	if err != nil || alone == "" {
		t.Fatalf("nothing was written while it was alone: %v", err)
	}
	p.second = startProgram(t, p.hall, p.secondArgs...)
	heron = signIn(t, p.second, 1)
	until(t, "they are the same again", same)
	heron.finds(t, map[string]string{here: "bread on Friday", yonder: "soup on Sunday", alone: "tea meanwhile"})
	moss.finds(t, map[string]string{yonder: "soup on Sunday"})
	tellsOfPeers(t, p)
	isCarried(t, p)
}

// isCarried: what the second router lacks, and cannot hear, comes on a stick.
func isCarried(t *testing.T, p *pair) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stick.celld")
	ctl := func(dir string, args ...string) string {
		var out, errs bytes.Buffer
		if code := control(append([]string{"-dir", dir, "bundle"}, args...), nil, &out, &errs); code != 0 {
			t.Fatalf("%v: %s", args, errs.String())
		}
		return out.String()
	}
	p.second = startProgram(t, p.hall, "-clock", "none")
	mine := filepath.Join(t.TempDir(), "mine.celld")
	ctl(p.hall, "export", mine)
	lacks := asked(t, p.kitchen).Peers.Routers[0].Lacks
	if said := ctl(p.kitchen, "export", "-has", mine, file); !strings.HasPrefix(said, fmt.Sprintf("%d operations", lacks)) {
		t.Errorf("it lacks %d; carried are %s", lacks, said)
	}
	if said := ctl(p.hall, "import", file); !strings.Contains(said, fmt.Sprintf("\n%d new, 0 known, 0 refused\n", lacks)) {
		t.Errorf("it lacks %d; taken in are %s", lacks, said)
	}
	if said := ctl(p.hall, "import", file); !strings.Contains(said, fmt.Sprintf("\n0 new, %d known, 0 refused\n", lacks)) {
		t.Errorf("the second time: %s", said)
	}
	if !p.same(t) {
		t.Error("they are not the same")
	}
}

// tellsOfPeers: the first router's operator sees the second one, within reach
// and then gone, with what it lacks.
func tellsOfPeers(t *testing.T, p *pair) {
	t.Helper()
	there := asked(t, p.hall).Router
	row := func() (cells []string) {
		var out, errs bytes.Buffer
		if code := control([]string{"-dir", p.kitchen, "peers"}, nil, &out, &errs); code != 0 {
			t.Fatal(errs.String())
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if cells = regexp.MustCompile(` {2,}`).Split(line, -1); len(cells) == 9 && cells[1] == there {
				return cells
			}
		}
		t.Fatalf("the hall is not in the table: %s", out.String())
		return nil
	}
	until(t, "the hall is within reach and has all", func() bool {
		c := row()
		return c[0] == "Hall" && strings.HasSuffix(c[2], " ago") && c[3] == "yes" && c[4] == "0" && c[5] == "0" && strings.HasSuffix(c[6], " ms") && c[7] == "-" && c[8] == "-"
	})
	p.second.kill()
	if _, _, err := p.moss.promise("while it is off"); err != nil {
		t.Fatal(err)
	}
	until(t, "the hall is off and lacks something", func() bool { c := row(); return c[3] == "no" && c[4] != "0" && c[6] == "-" })
	if o := asked(t, p.kitchen).Peers; len(o.Routers) != 1 || o.Routers[0].Here || o.Routers[0].Lacks == 0 || o.Routers[0].Met == nil {
		t.Errorf("status -json tells otherwise: %+v", o.Routers)
	}
}

// TestAYesOutlivesAPowerCut: the router that asked is off when somebody says
// yes; then the power fails here, and nobody is asked again.
func TestAYesOutlivesAPowerCut(t *testing.T) {
	p := newPair(t)
	p.enrol(t)
	p.knock(t)
	p.first.kill()
	if r := p.there.form(t, http.MethodPost, "/taken/yes"); r.leadsTo() != "/taken" {
		t.Fatalf("the yes is not taken: %d", r.status)
	}
	onItsWay := func(page string) {
		t.Helper()
		if r := p.there.form(t, http.MethodGet, page); !strings.Contains(r.body, "Your cell is on its way here") || strings.Contains(r.body, "Is that your cell?") {
			t.Errorf("%s does not say what is awaited: %s", page, r.body)
		}
	}
	onItsWay("/taken")
	p.second.kill()
	if asked := joiningFile(t, p.hall); len(asked.Key) == 0 {
		t.Fatal("the yes is not on flash")
	}
	p.second = startProgram(t, p.hall, p.secondArgs...)
	p.there = &comer{visitor: newVisitor(p.second)}
	onItsWay("/claim")
	p.first = startProgram(t, p.kitchen, p.firstArgs...)
	until(t, "both hold the same", func() bool { return p.same(t) })
	until(t, "the yes is forgotten", func() bool { return len(joiningFile(t, p.hall).Key) == 0 })
}

func joiningFile(t *testing.T, dir string) joining {
	t.Helper()
	j, err := loadJoining(dir)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestARouterThatWasToldItsCellStillExpectsIt: the power fails when the cell is
// known and nothing of its log is here yet.
func TestARouterThatWasToldItsCellStillExpectsIt(t *testing.T) {
	p := newPair(t)
	p.enrol(t)
	p.knock(t)
	p.second.kill()
	var cell op.ID
	if n, err := hex.Decode(cell[:], []byte(*asked(t, p.kitchen).Cell)); err != nil || n != len(cell) {
		t.Fatal(err)
	}
	keys, err := vault.Open(p.kitchen) // reads, and writes nothing
	if err != nil {
		t.Fatal(err)
	}
	if err := (joining{Key: keys.RouterKey(), Cell: cell}).store(p.hall); err != nil {
		t.Fatal(err)
	}
	p.second = startProgram(t, p.hall, p.secondArgs...)
	until(t, "both hold the same", func() bool { return p.same(t) })
}

// TestARouterThatWasToldItsCellTakesInNoOther: it says so to the log as well,
// which holds nothing yet that could tell.
func TestARouterThatWasToldItsCellTakesInNoOther(t *testing.T) {
	other, _ := settled(t)
	o, ok, err := other.log.Lacking(nil)()
	if !ok || err != nil {
		t.Fatal(err)
	}
	h := open(t, t.TempDir(), storeFile)
	if err := (joining{Key: other.vault.RouterKey(), Cell: op.ID{7}}).store(h.config.dir); err != nil {
		t.Fatal(err)
	}
	h.config.mesh = "127.0.0.1:0"
	m, err := openMesh(h)
	if err != nil {
		t.Fatal(err)
	}
	defer m.socket.Close()
	if got, err := h.log.AcceptAll([]op.Operation{o}); err != nil || len(got.New) > 0 || !errors.Is(got.Refused[0].Err, oplog.ErrOtherCell) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestADiskThatWasPutBackWritesUnderANewKey: the second router's folder is that
// of an earlier day, and the first one holds what it wrote since.
func TestADiskThatWasPutBackWritesUnderANewKey(t *testing.T) {
	p := newPair(t)
	p.join(t)
	heron := signIn(t, p.second, 1)
	before, _, err := heron.promise("before the copy")
	if err != nil || before == "" {
		t.Fatalf("nothing was written: %v", err)
	}
	p.second.kill()
	earlier := t.TempDir()
	if err := os.Remove(filepath.Join(p.hall, socketName)); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(earlier, os.DirFS(p.hall)); err != nil {
		t.Fatal(err)
	}
	p.second = startProgram(t, p.hall, p.secondArgs...)
	heron = signIn(t, p.second, 1)
	since, _, err := heron.promise("after the copy")
	if err != nil || since == "" {
		t.Fatalf("nothing was written: %v", err)
	}
	until(t, "both hold the same", func() bool { return p.same(t) })
	p.second.kill()

	logs := len(asked(t, p.kitchen).Logs)
	p.hall = earlier
	p.second = startProgram(t, p.hall, p.secondArgs...)
	until(t, "the key is retired", func() bool { return strings.Contains(p.second.words(), "an earlier state was put back") })
	heron = signIn(t, p.second, 1)
	later, _, err := heron.promise("under the new key")
	if err != nil || later == "" {
		t.Fatalf("nothing was written: %v", err)
	}
	until(t, "both add up to the same", func() bool { return p.agree(t) })
	p.moss.finds(t, map[string]string{before: "before the copy", since: "after the copy", later: "under the new key"})
	if now := len(asked(t, p.kitchen).Logs); now != logs+1 {
		t.Errorf("there are %d logs and were %d: it went on under the old key", now, logs)
	}
}

// TestARouterThatIsLetGoHearsNothingMore, from the moment in which that is
// written. Taken back, it learns all of it.
func TestARouterThatIsLetGoHearsNothingMore(t *testing.T) {
	p := newPair(t)
	p.join(t)
	signIn(t, p.second, 1)
	until(t, "both add up to the same", func() bool { return p.agree(t) })
	before := asked(t, p.kitchen)
	hall := "/routers/" + asked(t, p.hall).Router
	if r, err := p.moss.post(hall + "/go"); err != nil || r.leadsTo() != "/routers" {
		t.Fatalf("it is not let go: %d, %v", r.status, err)
	}
	until(t, "the conversation has ended", func() bool {
		o := asked(t, p.kitchen).Peers.Routers
		return len(o) == 1 && o[0].LetGo && !o[0].Here
	})
	page, _, err := p.moss.promise("not for the hall")
	if err != nil || page == "" {
		t.Fatalf("nothing was written: %v", err)
	}
	after := asked(t, p.kitchen)
	if there := asked(t, p.hall); there.Operations >= after.Operations || there.Operations > before.Operations+2 {
		t.Errorf("it holds %d operations; there were %d, and are %d", there.Operations, before.Operations, after.Operations)
	}
	if r, err := p.moss.post(hall + "/keep"); err != nil || r.leadsTo() != "/routers" {
		t.Fatalf("it is not taken back: %d, %v", r.status, err)
	}
	until(t, "both add up to the same", func() bool { return p.agree(t) })
}

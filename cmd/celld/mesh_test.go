package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// freePort names a UDP port of the loopback that is free now.
func freePort(t *testing.T) string {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().String()
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

// until tries again until ok, and gives up when a program on a busy machine
// would long be done.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

var (
	claimCode  = regexp.MustCompile(`claim=([0-9A-Z]{4}-[0-9A-Z]{4})`)
	routerCode = regexp.MustCompile(`celld-router-[0-9A-Za-z_-]+`)
	sixWords   = regexp.MustCompile(`<p class="sum" dir="ltr">([^<]+)</p>`)
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

// TestASecondRouterIsTakenInAndHoldsAll: a cell lives on one router; another,
// that belongs to nobody, shows six words, is taken in by a member and says yes
// to the router that asks. Then both hold the same, also what is written later
// on either of them, and after one was killed.
func TestASecondRouterIsTakenInAndHoldsAll(t *testing.T) {
	kitchen, hall := t.TempDir(), t.TempDir()
	atKitchen, atHall := freePort(t), freePort(t)
	first := startProgram(t, kitchen, "-demo", "-clock", "ntp", "-mesh", atKitchen, "-announce", "off", "-peers", atHall)
	args := []string{"-name", "Hall", "-clock", "ntp", "-mesh", atHall, "-announce", "off", "-peers", atKitchen}
	second := startProgram(t, hall, args...)

	there := &comer{visitor: newVisitor(second)}
	code := claimCode.FindStringSubmatch(second.words())
	if code == nil {
		t.Fatalf("no code to claim it: %s", second.words())
	}
	there.form(t, http.MethodPost, "/claim", "code", code[1])
	page := there.form(t, http.MethodGet, "/taken")
	long := routerCode.FindString(page.body)
	if long == "" {
		t.Fatalf("no long code: %d %s", page.status, page.body)
	}

	moss := signIn(t, first, 0)
	check, err := moss.post("/routers/add", "router", long)
	if words := sixWords.FindStringSubmatch(page.body); err != nil || words == nil || !strings.Contains(check.body, words[1]) {
		t.Fatalf("the six words are not the same: %d, %v", check.status, err)
	}
	if r, err := moss.post("/routers/new", "router", long, "place", "Hall"); err != nil || r.leadsTo() != "/routers" {
		t.Fatalf("it is not taken in: %d, %v: %s", r.status, err, r.body)
	}
	var knock string
	until(t, "the first router knocks", func() bool {
		knock = there.form(t, http.MethodGet, "/taken").body
		return strings.Contains(knock, "Is that your cell?")
	})
	own := sixWords.FindStringSubmatch(knock)
	self, err := moss.get("/routers/" + asked(t, kitchen).Router)
	if err != nil || own == nil || !strings.Contains(self.body, own[1]) {
		t.Fatalf("another router than ours knocks: %v", own)
	}
	there.form(t, http.MethodPost, "/taken/yes")

	same := func() bool {
		a, b := asked(t, kitchen), asked(t, hall)
		return b.Cell != nil && *a.Cell == *b.Cell && a.Operations == b.Operations
	}
	until(t, "both hold the same", same)
	if at := asked(t, hall); at.Awake || at.Digest != nil {
		t.Fatal("a router that nobody has signed in to reads what is sealed")
	}
	heron := signIn(t, second, 1)
	until(t, "both add up to the same", func() bool {
		a, b := asked(t, kitchen), asked(t, hall)
		return a.Digest != nil && b.Digest != nil && *a.Digest == *b.Digest
	})

	here, _, err := moss.promise("bread on Friday")
	if err != nil || here == "" {
		t.Fatalf("nothing was written at the first: %v", err)
	}
	yonder, _, err := heron.promise("soup on Sunday")
	if err != nil || yonder == "" {
		t.Fatalf("nothing was written at the second: %v", err)
	}
	second.kill()
	alone, _, err := moss.promise("tea meanwhile")
	if err != nil || alone == "" {
		t.Fatalf("nothing was written while it was alone: %v", err)
	}
	second = startProgram(t, hall, args...)
	heron = signIn(t, second, 1)
	until(t, "they are the same again", same)
	heron.finds(t, map[string]string{here: "bread on Friday", yonder: "soup on Sunday", alone: "tea meanwhile"})
	moss.finds(t, map[string]string{yonder: "soup on Sunday"})
}

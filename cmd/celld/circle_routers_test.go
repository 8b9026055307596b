package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// fern is a seat of the demo cell that has no part in circleStory.
const fern = 4

// elsewhere is what changes from one run to the next whatever anybody writes: the
// time of day, the machine's memory and disk, how well a router is heard.
var elsewhere = regexp.MustCompile(`\b\d{1,2}:\d{2}(:\d{2})?\b| ?<span class="n nums">[^<]* ms</span>|DTSTAMP:\w+|"written":"[^"]*"|\d+ (s|min) ago|[\d.]+ ms|` +
	`(?s:<dt>Room for more</dt><dd.*?</dd>)|name="token" value="[^"]*"|"machine":\{[^}]*\{[^}]*\}[^}]*\}|127\.0\.0\.1:\d+|` +
	`(?s:<dt>(?:Memory left|How long a word takes there and back)</dt><dd.*?</dd>)`)

// plainCounts are those numbers of a status that count operations, and what any
// router's day changes.
var plainCounts = regexp.MustCompile(`"(operations|seq|size|free|time|met|since|round_trip_ms|refused)":("[^"]*"|[\d.]+),?`)

// look is all that a router tells somebody who is signed in there, and its
// operator: each page that links lead to, each file, and what cellctl prints.
type look map[string]string

var (
	hrefs = regexp.MustCompile(`(?:href|src|action)="(/[^"#]*)`)
	// Words and codes that are drawn anew for each visit; and what is carried to
	// another router, which is the raw log itself.
	apart = regexp.MustCompile(`^/(me/words|invite|me/paper|static/.*|door|routers/carry/file)$`)
)

// alikes is how many pages are looked at that differ by what they are about alone:
// as many as the cell has seats, or two where all that is done is slow.
func alikes() int {
	if testing.Short() {
		return 2
	}
	return 8
}

// about is what a page is about: an identity, a number, a name in an address.
var about = regexp.MustCompile(`/[^/?]*\d[^/?]*|=[^&]*`)

// look goes round as v at the router in dir.
func (v *visitor) look(t *testing.T, dir string, feed string) look {
	t.Helper()
	all, seen := look{}, map[string]int{}
	todo := []string{"/", "/circles/yours", "/circles/call", "/safety/known/file", "/ledger/export.journal", "/ledger/export.beancount", "/ledger/export.csv",
		"/commons/take/pages.zip", "/commons/take/pages.html", "/commons/take/booklet", "/commons.git/info/refs?service=git-upload-pack",
		feed}
	for len(todo) > 0 {
		at := todo[0]
		if todo = todo[1:]; all[at] != "" || apart.MatchString(at) || strings.Contains(at, "lang=") {
			continue
		}
		kind := about.ReplaceAllString(at, "*")
		if seen[kind]++; seen[kind] > alikes() {
			continue
		}
		r, err := v.get(at)
		if err != nil {
			t.Fatal(at, err)
		}
		body := r.body
		if strings.HasSuffix(at, ".zip") {
			body = unpacked(t, body)
		}
		all[at] = http.StatusText(r.status) + r.header.Get("Location") + elsewhere.ReplaceAllString(body, "")
		for _, m := range hrefs.FindAllStringSubmatch(r.body, -1) {
			todo = append(todo, html.UnescapeString(m[1]))
		}
	}
	for _, args := range [][]string{{"status", "-json"}, {"peers"}, {"verify"}, {"export", "hledger"}, {"export", "beancount"}, {"export", "csv"}} {
		var out, errs bytes.Buffer
		if code := control(append([]string{"-dir", dir}, args...), nil, &out, &errs); code != 0 {
			t.Fatalf("%v: %s", args, errs.String())
		}
		all["cellctl "+strings.Join(args, " ")] = out.String()
	}
	all.leaveCountsOut(t)
	return all
}

// leaveCountsOut takes away what the page about safety says that anybody can
// see: that something was written, and how much.
func (l look) leaveCountsOut(t *testing.T) {
	t.Helper()
	var plain bytes.Buffer
	if err := json.Compact(&plain, []byte(l["cellctl status -json"])); err != nil {
		t.Fatal(err)
	}
	l["cellctl status -json"] = plainCounts.ReplaceAllString(elsewhere.ReplaceAllString(plain.String(), ""), `"$1":0,`)
	l["cellctl verify"] = regexp.MustCompile(`\d+`).ReplaceAllString(l["cellctl verify"], "0")
	l["cellctl peers"] = strings.Join(strings.Fields(elsewhere.ReplaceAllString(l["cellctl peers"], "")), " ")
}

// unpacked is what an archive holds, without when it was packed.
func unpacked(t *testing.T, packed string) (all string) {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all += f.Name + "\n" + string(b)
	}
	return all
}

// differs tells what is not the same in two looks.
func (l look) differs(from look) (what []string) {
	for at := range l {
		if _, there := from[at]; !there {
			what = append(what, at+" is new")
		}
	}
	for _, at := range slices.Sorted(maps.Keys(from)) {
		a, b := from[at], l[at]
		if a == b {
			continue
		}
		i := 0
		for i < min(len(a), len(b)) && a[i] == b[i] {
			i++
		}
		around := func(s string) string { return s[max(0, min(i-80, len(s))):min(len(s), i+80)] }
		what = append(what, at+":\n"+around(a)+"\n"+around(b))
	}
	return what
}

// evenings is a cell on two routers, at which the same evening begins twice.
type evenings struct {
	*pair
	kept [2]string // the folders as they were before
	feed string    // the address of Fern's calendar
}

// newEvenings joins two routers, lets everybody sign in where they will, and
// keeps the folders.
func newEvenings(t *testing.T) *evenings {
	e := &evenings{pair: newPair(t)}
	e.join(t)
	e.secondArgs = append(e.secondArgs, "-http", freePort(t)) // the address is on some of the pages
	for _, seat := range []int{0, 1, 3} {
		if page, _, err := signIn(t, e.first, seat).promise("bread on Friday"); err != nil || page == "" {
			t.Fatalf("nothing was written: %v", err)
		}
	}
	at := signIn(t, e.second, fern)
	if page, _, err := at.promise("soup on Sunday"); err != nil || page == "" {
		t.Fatalf("nothing was written: %v", err)
	}
	r, err := at.post("/calendar")
	if err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`/calendar/[0-9a-zA-Z_-]{8,}[.a-z]*`).FindString(r.body)
	if address == "" {
		t.Fatalf("no address of a calendar: %d %s", r.status, r.body)
	}
	e.feed = address
	e.settle(t)
	e.stop(t)
	for i, dir := range []string{e.kitchen, e.hall} {
		e.kept[i] = t.TempDir()
		if err := os.CopyFS(e.kept[i], os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// stop cuts the power of both.
func (e *evenings) stop(t *testing.T) {
	t.Helper()
	e.first.kill()
	e.second.kill()
	for _, dir := range []string{e.kitchen, e.hall} {
		if err := os.Remove(filepath.Join(dir, socketName)); err != nil {
			t.Fatal(err)
		}
	}
}

// begin starts both from what was kept.
func (e *evenings) begin(t *testing.T) (there *visitor) {
	t.Helper()
	e.kitchen, e.hall = t.TempDir(), t.TempDir()
	for i, dir := range []string{e.kitchen, e.hall} {
		if err := os.CopyFS(dir, os.DirFS(e.kept[i])); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, "keys"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	e.first, e.second = startProgram(t, e.kitchen, e.firstArgs...), startProgram(t, e.hall, e.secondArgs...)
	for _, seat := range []int{0, 1, 3} {
		signIn(t, e.first, seat)
	}
	return signIn(t, e.second, fern)
}

// settle waits until each router has all, and knows that the other has, and how
// long a word takes there.
func (e *evenings) settle(t *testing.T) {
	t.Helper()
	until(t, "both hold the same", func() bool { return e.settled(t) })
}

func (e *evenings) settled(t *testing.T) bool {
	t.Helper()
	all := func(s status) bool {
		return s.Peers != nil && len(s.Peers.Routers) == 1 && s.Peers.Routers[0].Here && s.Peers.Routers[0].Trip != 0 &&
			s.Peers.Routers[0].Lacks == 0 && s.Peers.Routers[0].Ahead == 0
	}
	return all(asked(t, e.kitchen)) && all(asked(t, e.hall)) && e.same(t) && e.agree(t)
}

// looks lets an evening pass, with or without a circle at the first router, and
// looks round at the second one before, meanwhile and afterwards.
func (e *evenings) looks(t *testing.T, circle bool) (seen []look) {
	t.Helper()
	v := e.begin(t)
	defer e.stop(t)
	around := func() {
		t.Helper()
		for seen = append(seen, nil); ; { // once more where a busy machine has parted them meanwhile
			e.settle(t)
			if seen[len(seen)-1] = v.look(t, e.hall, e.feed); e.settled(t) && !seen[len(seen)-1].parted() {
				return
			}
		}
	}
	if !circle {
		around()
		around()
		around()
		return seen
	}
	around()
	before := asked(t, e.hall).Operations
	url, people := circleStory(t, e.first)
	around()
	if n := asked(t, e.hall).Operations; n < before+10 {
		t.Fatalf("%d operations came of a circle", n-before)
	}
	expunge(t, url, people)
	tries := 0
	until(t, "the other router burns what it holds", func() bool {
		if tries++; tries%50 != 0 {
			return false // it reads its whole log to tell
		}
		var out, errs bytes.Buffer
		return control([]string{"-dir", e.hall, "verify"}, nil, &out, &errs) == 0 && without(out.String()) > 10
	})
	around()
	return seen
}

// parted reports whether some page was made while no other router was heard: they can
// have found each other again before the last one.
func (l look) parted() bool {
	for _, page := range l {
		if strings.Contains(page, "It is alone just now") {
			return true
		}
	}
	return false
}

// without is how many operations have lost their payload.
func without(verified string) (n int) {
	if m := regexp.MustCompile(`(\d+) without their payload`).FindStringSubmatch(verified); m != nil {
		for _, d := range m[1] {
			n = 10*n + int(d-'0')
		}
	}
	return n
}

// TestACircleAtOneRouterIsInvisibleAtAnother is the invisible part of I11 with
// two routers: the evening on which a circle is called, lived and expunged at
// one of them is, at the other, the same as the evening without it, for a member
// who has no part in it and for the operator, but for how much was written.
func TestACircleAtOneRouterIsInvisibleAtAnother(t *testing.T) {
	e := newEvenings(t)
	today := func() string { return time.Now().UTC().Format(time.DateOnly) }
	for day := ""; day != today(); { // once more where midnight passes
		day = today()
		quiet, circle := e.looks(t, false), e.looks(t, true)
		if len(quiet[0]) < 80 {
			t.Fatalf("%d pages are no look around", len(quiet[0]))
		}
		if day != today() {
			continue
		}
		for i, when := range []string{"before", "while it goes on", "when it is expunged"} {
			for _, what := range circle[i].differs(quiet[i]) {
				t.Errorf("%s: %s", when, what)
			}
		}
		t.Logf("%d pages, files and tables, three times", len(quiet[0]))
	}
}

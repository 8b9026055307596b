package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"celld/internal/vault"
)

// TestAWipedRouterIsWholeAgainFromItsNeighbour (story 11): the hall's router is
// wiped, begins anew by itself in its own place, and is taken in again; then it
// holds all that the kitchen's does, also what was written on it before.
func TestAWipedRouterIsWholeAgainFromItsNeighbour(t *testing.T) {
	p := newPair(t)
	p.join(t)
	first := p.second.url
	var out, errs bytes.Buffer
	if code := control([]string{"-dir", p.hall, "wipe", "-yes"}, nil, &out, &errs); code != 0 || !strings.Contains(out.String(), "Wiped.") {
		t.Fatalf("the wipe: %d %s %s", code, out.String(), errs.String())
	}
	until(t, "the router begins anew", func() bool { return lastServed(p.second) != first })
	again := &comer{visitor: newVisitor(p.second)}
	again.url = lastServed(p.second)
	page := again.form(t, http.MethodGet, "/claim")
	if page.status != http.StatusOK || !strings.Contains(page.body, "This router is wiped") {
		t.Errorf("its first page: %d %s", page.status, page.body)
	}
	if s := asked(t, p.hall); s.Cell != nil || vault.At(p.hall).Wiping() {
		t.Errorf("it still holds a cell, or wipes still: %+v", s)
	}
	p.second.kill()
	if _, err := p.moss.post("/ledger/pledge/new", "what", "Soup for everybody"); err != nil {
		t.Fatal(err)
	}
	p.second = startProgram(t, p.hall, p.secondArgs...)
	p.join(t)
	if fern := signIn(t, p.second, 1); fern == nil {
		t.Error("nobody can sign in there")
	}
	until(t, "both agree", func() bool { return p.agree(t) })
}

var anyServed = regexp.MustCompile(`msg=serving url=(http://\S+)\n`)

// lastServed is where a program serves that began anew in its own place.
func lastServed(p *program) string {
	all := anyServed.FindAllStringSubmatch(p.words(), -1)
	return all[len(all)-1][1]
}

// TestNobodyWipesByASlipOfTheFinger.
func TestNobodyWipesByASlipOfTheFinger(t *testing.T) {
	h, _ := settled(t)
	dir := h.config.dir
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := control([]string{"-dir", dir, "wipe"}, strings.NewReader("yes\n"), &out, &errs); code == 0 || !strings.Contains(errs.String(), "nothing was wiped") {
		t.Fatalf("%d %s", code, errs.String())
	}
	if next := open(t, dir, ""); next.log.Cell() != h.log.Cell() {
		t.Fatal("the cell is gone")
	} else if err := next.close(); err != nil {
		t.Fatal(err)
	}
	if code := control([]string{"-dir", dir, "wipe"}, strings.NewReader(wipeWord+"\n"), &out, &errs); code != 0 {
		t.Fatalf("where celld does not run: %s", errs.String())
	}
	if left := filesIn(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if code := control([]string{"-dir", dir, "wipe", "-yes"}, nil, &out, &errs); code == 0 {
		t.Error("an empty folder was wiped once more, as if it held a cell")
	}
}

// TestAWipeReachesWhatLinksLeadTo: a cell lives where there is room, and its folder,
// or its log and its receipts, are links to another disk.
func TestAWipeReachesWhatLinksLeadTo(t *testing.T) {
	for _, engine := range []string{storeFile, storeSQLite} {
		for linked, link := range map[string]func(t *testing.T, dir, disk string) string{
			"the folder": func(t *testing.T, dir, disk string) string {
				moved := filepath.Join(disk, "cell")
				if err := os.Rename(dir, moved); err != nil {
					t.Fatal(err)
				}
				return relink(t, moved, dir)
			},
			"the log": func(t *testing.T, dir, disk string) string {
				for _, suffix := range storeSuffixes {
					_ = os.Rename(filepath.Join(dir, storeFileOf(engine)+suffix), filepath.Join(disk, "log"+suffix))
				}
				relink(t, filepath.Join(disk, "log"), filepath.Join(dir, storeFileOf(engine)))
				return dir
			},
			"the receipts": func(t *testing.T, dir, disk string) string {
				if err := os.Rename(filepath.Join(dir, "receipts"), filepath.Join(disk, "pictures")); err != nil {
					t.Fatal(err)
				}
				relink(t, filepath.Join(disk, "pictures"), filepath.Join(dir, "receipts"))
				return dir
			},
		} {
			t.Run(engine+", "+linked, func(t *testing.T) {
				dir, disk := filepath.Join(t.TempDir(), "celld"), t.TempDir()
				h := open(t, dir, engine)
				if _, err := settle(h); err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(h.close(), os.MkdirAll(filepath.Join(dir, "receipts"), 0o700), os.WriteFile(filepath.Join(dir, "receipts", "1"), []byte("sealed"), 0o600)); err != nil {
					t.Fatal(err)
				}
				h = open(t, link(t, dir, disk), engine)
				if did := h.wipe(); did.Failed != "" {
					t.Fatal(did.Failed)
				}
				for _, at := range []string{disk, dir} {
					if left := filesIn(t, at); len(left) > 1 || len(left) == 1 && left[0] != dir {
						t.Errorf("left in %s: %v", at, left)
					}
				}
			})
		}
	}
}

func relink(t *testing.T, to, from string) string {
	t.Helper()
	if err := os.Symlink(to, from); err != nil {
		t.Fatal(err)
	}
	return from
}

// TestAWipeWaitsForACelldThatBegins: it hears nobody until it has read its log, which
// takes a small router a while after a power cut. The keys go at once.
func TestAWipeWaitsForACelldThatBegins(t *testing.T) {
	h, _ := settled(t)
	var out strings.Builder
	waited := 0
	c := &client{dir: h.config.dir, out: &out}
	c.pause = func(time.Duration) {
		if left := keysIn(c.dir); len(left) > 0 {
			t.Errorf("meanwhile %v are there", left)
		}
		if waited++; waited == 3 {
			answerAll(t, h)
		}
	}
	if err := c.wipe([]string{"-yes"}); err != nil || waited != 3 || !strings.Contains(out.String(), "Wiped.") || vault.At(c.dir).Wiping() {
		t.Errorf("after %d s: %v %s", waited, err, out.String())
	}
}

// TestOfACelldThatHangsTheKeysAreWiped, and all else when it starts again.
func TestOfACelldThatHangsTheKeysAreWiped(t *testing.T) {
	for what, sees := range map[string]func(*testing.T, *client){
		"it takes the call": func(t *testing.T, c *client) {
			l, err := net.Listen("unix", filepath.Join(c.dir, socketName))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
		},
		"it never gets so far": func(*testing.T, *client) {},
	} {
		h, _ := settled(t)
		c := &client{dir: h.config.dir, patience: time.Millisecond, pause: func(time.Duration) {}}
		sees(t, c)
		if err := c.wipe([]string{"-yes"}); err == nil || !strings.Contains(err.Error(), "all else goes when celld starts again") {
			t.Errorf("%s: it says %v", what, err)
		}
		if left := keysIn(c.dir); len(left) > 0 {
			t.Errorf("%s: %v are there", what, left)
		}
		if err := h.close(); err != nil {
			t.Fatal(err)
		}
		if err := wipeFirst(c.dir, false, h.logger); err != nil || vault.At(c.dir).Wiping() {
			t.Errorf("%s: the next start does not wipe: %v", what, err)
		}
	}
}

// keysIn are the key files in a cell's folder.
func keysIn(dir string) (names []string) {
	all, _ := filepath.Glob(filepath.Join(dir, "keys", "*"))
	return slices.DeleteFunc(all, func(name string) bool { return filepath.Base(name) == "wiping" })
}

// answerAll has a house hear cellctl until the test ends.
func answerAll(t *testing.T, h *house) {
	t.Helper()
	s, err := openSocket(h)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

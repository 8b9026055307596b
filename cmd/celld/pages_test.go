package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// holds reports whether any file below a folder has some bytes in it.
func holds(t testing.TB, dir string, what []byte) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, what)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What the cell has taken out no file holds any more, whichever engine keeps the
// log: neither the sealed text, nor a piece of it, nor what lies beside the log.
func TestWhatWasTakenOutIsInNoFile(t *testing.T) {
	for _, store := range []string{storeFile, storeSQLite} {
		t.Run(store, func(t *testing.T) {
			h := open(t, t.TempDir(), store)
			at(h, func(now time.Time) time.Time { return now })
			moss, err := settle(h)
			if err != nil {
				t.Fatal(err)
			}
			pages := map[string]*commons.Page{"short": written(t, h, moss, "Call 555 0199."), "long": written(t, h, moss, strings.Repeat("Ask for Fern. ", 300)+"Call 555 0199.")}
			var lost [][]byte
			for _, p := range pages {
				text := p.Current().Text()
				o, err := h.log.Stored(text)
				if err != nil {
					t.Fatal(err)
				}
				lost = append(lost, o.Payload)
				for _, name := range h.log.ChunksOf(text) {
					b, err := h.log.Chunk(name)
					if err != nil {
						t.Fatal(err)
					}
					lost = append(lost, b)
				}
			}
			if len(lost) < 6 {
				t.Fatalf("only %d pieces", len(lost))
			}
			for i, b := range lost {
				if !holds(t, h.config.dir, b) {
					t.Fatalf("piece %d of %d bytes is in no file before", i, len(b))
				}
			}
			for _, p := range pages {
				takenOut(t, h, moss, p)
			}
			expiryTask{house: h}.look()
			for i, b := range lost {
				if holds(t, h.config.dir, b[:min(len(b), 40)]) || holds(t, h.config.dir, b[len(b)/2:]) {
					t.Errorf("piece %d of %d bytes is still in a file", i, len(b))
				}
			}
			if _, err := pages["long"].Current().Read(h.log.Read); err == nil {
				t.Error("the text can still be read")
			}
		})
	}
}

func written(t *testing.T, h *house, by op.Author, text string) *commons.Page {
	t.Helper()
	s := commons.Save{Kind: commons.Guide, Slug: "doctor", Language: "en", Title: "Doctor", Scope: commons.OfCell}
	refs, err := h.log.Submit(by, commons.Drafts(op.Ref{}, s, commons.Text{Salt: commons.Salt{1}, Text: text})...)
	if err != nil {
		t.Fatal(err)
	}
	return commons.Find(h.log.State().Now(), refs[0])
}

// takenOut lets somebody ask; three days later the router says that nobody minded.
func takenOut(t *testing.T, h *house, by op.Author, p *commons.Page) {
	t.Helper()
	ask := op.Draft{Kind: commons.KindAsk, Subject: p.Ref, Content: commons.Wanted{Versions: []op.Ref{p.Current().Ref}}}
	if _, err := h.log.Submit(by, ask); err != nil {
		t.Fatal(err)
	}
	at(h, func(now time.Time) time.Time { return now.Add(commons.Wait * time.Second) })
	timerTask{house: h, logger: quiet()}.look()
	if !commons.Find(h.log.State().Now(), p.Ref).Empty() {
		t.Fatal("three days pass, and nothing is taken out")
	}
}

// at sets the clock of a house, as a daemon would that knows the time.
func at(h *house, change func(time.Time) time.Time) {
	now, _ := h.clock.Now()
	later := change(now)
	h.clock.edge.wall = func() time.Time { return later }
	h.clock.edge.synced = func() bool { return true }
	h.clock.ahead = h.clock.offset()
}

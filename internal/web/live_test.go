package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/circle"
	"celld/internal/op"
	"celld/ui"
)

// ear is where a stream speaks to.
type ear struct {
	*httptest.ResponseRecorder
	heard int
	last  string // the name of the last event
}

var eventName = regexp.MustCompile(`id: ([0-9a-f]{16})\nevent: changed\n`)

func (e *ear) Write(b []byte) (int, error) {
	for _, x := range eventName.FindAllStringSubmatch(string(b), -1) {
		e.heard, e.last = e.heard+1, x[1]
	}
	return len(b), nil
}

func (e *ear) SetWriteDeadline(time.Time) error { return nil }

// listens opens a stream of somebody's, until the test ends: that of the page they
// have just opened, which they may have heard before up to some event.
func (p *phone) listens(ctx context.Context) *ear { return p.listensAt(ctx, p.stream(), "") }

func (p *phone) stream() string {
	return strings.Split(streams.FindString(p.get("/people").body), `"`)[1]
}

func (p *phone) listensAt(ctx context.Context, stream, last string) *ear {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, stream, nil)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	r.Host = "cell.test"
	r.AddCookie(&http.Cookie{Name: cookieName, Value: p.cookie})
	x := &ear{ResponseRecorder: httptest.NewRecorder()}
	go p.server.ServeHTTP(x, r)
	synctest.Wait()
	return x
}

// TestAStreamSpeaksToThoseWhoSeeWhatCame (K4): somebody who is no part of a
// circle hears of what all see, and of nothing that is written or burned there.
func TestAStreamSpeaksToThoseWhoSeeWhatCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := gather(t, "Moss", "Heron", "Tide", "Fern")
		moss, heron, tide, fern := e.all["Moss"], e.all["Heron"], e.all["Tide"], e.all["Fern"]
		ctx, end := context.WithCancel(t.Context())
		ferns, herons, tides := fern.listens(ctx), heron.listens(ctx), tide.listens(ctx)
		hears := func(when string, inside *ear) {
			t.Helper()
			synctest.Wait()
			if ferns.heard != 0 {
				t.Errorf("%s: Fern hears of it", when)
			}
			if inside != nil && inside.heard == 0 {
				t.Errorf("%s: who is part of it does not hear of it", when)
			}
			ferns.heard, herons.heard, tides.heard = 0, 0, 0
		}
		moss.says(moss.post("/circles/call", "whom", heron.id()), http.StatusOK)
		hears("called", herons)
		heron.does("come")
		hears("come", nil)
		moss.does("ask", "whom", tide.id())
		hears("asked", tides)
		e.now = e.now.Add(renewAfter*time.Second + time.Hour)
		if _, err := e.log.Expire(); err != nil { // the notes of the first day
			t.Fatal(err)
		}
		synctest.Wait()
		ferns.heard, herons.heard = 0, 0
		if err := e.server.Tend(); err != nil {
			t.Fatal(err)
		}
		hears("written anew", herons)
		moss.does("refer")
		hears("ended", herons)
		e.stage("Heron", circle.ReferredOut)
		for _, p := range []*phone{moss, heron, tide} {
			p.does("forget")
		}
		hears("burned", herons)
		if n := len(e.server.circlesOf(e.log.State(), heron.by.Member)); n != 0 {
			t.Fatalf("%d circles are left", n)
		}
		// what all see is told to all
		moss.says(moss.post("/board", "words", "Soup at seven"), http.StatusOK)
		synctest.Wait()
		if ferns.heard == 0 || herons.heard == 0 {
			t.Error("a note comes, and nobody hears of it")
		}
		ferns.heard = 0
		moss.says(moss.giveHours(fern, "1", "Bread"), http.StatusOK)
		synctest.Wait()
		if ferns.heard == 0 {
			t.Error("an hour is given, and nobody hears of it")
		}
		ferns.heard = 0
		e.now = e.now.Add(31 * 24 * time.Hour)
		if n, err := e.log.Expire(); err != nil || n == 0 {
			t.Fatalf("%d went: %v", n, err)
		}
		synctest.Wait()
		if ferns.heard == 0 {
			t.Error("a note goes, and nobody hears of it")
		}
		end()
		synctest.Wait()
	})
}

// TestAStreamGoesOnFromItsPage: what came after a page was made, and before its
// stream was opened or while it was broken off, is told once it is open.
func TestAStreamGoesOnFromItsPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := gather(t, "Moss", "Fern")
		moss, fern := e.all["Moss"], e.all["Fern"]
		ctx, end := context.WithCancel(t.Context())
		page := fern.stream()
		open := fern.listensAt(ctx, page, "")
		if open.heard != 0 {
			t.Error("news are told to who has just looked")
		}
		moss.says(moss.post("/board", "words", "Soup at seven"), http.StatusOK)
		synctest.Wait()
		late := fern.listensAt(ctx, page, "")
		if open.heard != 1 || late.heard != 1 {
			t.Errorf("a note came: who listens hears of it %d times, who begins to, %d times", open.heard, late.heard)
		}
		if again := fern.listensAt(ctx, page, open.last); again.heard != 0 {
			t.Error("what was heard before the stream broke off is told again")
		}
		if bare := fern.listensAt(ctx, "/live", ""); bare.heard != 0 {
			t.Error("who tells not what they have seen hears news at once")
		}
		moss.says(moss.post("/board", "words", "Or at eight"), http.StatusOK)
		synctest.Wait()
		if open.heard != 2 || late.heard != 2 || late.last != open.last {
			t.Errorf("the next: %d and %d times", open.heard, late.heard)
		}
		end()
		synctest.Wait()
	})
}

// TestAnOpenPageHearsThatANoteHasTravelled: nothing is written here when it
// does, and of what travels beside it a page hears nothing (K4).
func TestAnOpenPageHearsThatANoteHasTravelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := gather(t, "Moss", "Heron", "Fern")
		moss, heron, fern := e.all["Moss"], e.all["Heron"], e.all["Fern"]
		a := &air{holds: op.Past{}}
		arrive := func() {
			for _, h := range e.log.Have() {
				a.arrives(h.Ref)
			}
		}
		arrive()
		e.server.Mesh = a
		moss.says(moss.post("/routers/new", "router", newKeys().Code(), "place", "Hall"), http.StatusOK)
		moss.says(moss.post("/board", "words", "Soup at seven"), http.StatusOK)
		moss.says(moss.post("/circles/call", "whom", heron.id()), http.StatusOK)
		fern.says(fern.get("/board"), http.StatusOK, "Not yet on another router")
		ctx, end := context.WithCancel(t.Context())
		ferns := fern.listens(ctx)
		hears := func(when string, want int) {
			t.Helper()
			time.Sleep(3 * heartbeat)
			synctest.Wait()
			if ferns.heard != want {
				t.Errorf("%s: Fern has heard %d times, want %d", when, ferns.heard, want)
			}
		}
		hears("nothing has travelled", 0)
		a.arrives(e.log.State().Notes()[0].Ref)
		hears("the note has travelled", 1)
		if p := fern.says(fern.get("/board"), http.StatusOK, "Soup at seven"); strings.Contains(p.body, "Not yet on another router") {
			t.Error("what the page fetches says no other")
		}
		arrive()
		hears("the letter has travelled", 1)
		end()
		synctest.Wait()
	})
}

// TestAStreamEndsWithItsSession: a browser that was signed out, or whose member has
// left, hears nothing more, not even that something comes.
func TestAStreamEndsWithItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := gather(t, "Moss", "Heron", "Fern")
		withWords(e)
		moss, heron, fern := e.all["Moss"], e.all["Heron"], e.all["Fern"]
		ctx, end := context.WithCancel(t.Context())
		herons, ferns := heron.listens(ctx), fern.listens(ctx)
		heron.post("/out/everywhere")
		moss.says(moss.post("/board", "words", "Soup at seven"), http.StatusOK)
		synctest.Wait()
		if herons.heard != 0 || ferns.heard != 1 {
			t.Errorf("who signed out heard %d times, who is here %d times, want 0 and 1", herons.heard, ferns.heard)
		}
		time.Sleep(idleLimit + heartbeat) // nobody visits: a session ends, and its stream
		moss = e.again("Moss")
		moss.says(moss.post("/board", "words", "Or at eight"), http.StatusOK)
		synctest.Wait()
		if ferns.heard != 1 {
			t.Error("who has not been here for a day still hears of it")
		}
		end()
		synctest.Wait()
	})
}

// itself looks at a page as the script does when somebody else has written something.
func (b *phone) itself(path string) answer {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("X-Live", "1")
	return b.do(r, path)
}

// TestWordsThatSomebodyWritesDownAreTheOnesThatCount: while they do others write
// something, their phone sleeps and wakes, and they open the page once more.
func TestWordsThatSomebodyWritesDownAreTheOnesThatCount(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	at := func(a answer) string { return wordsOn(t, a) }
	five := at(moss.get("/me/words"))
	for _, a := range []answer{moss.itself("/me/words"), moss.get("/me/words"), moss.get("/me/words?tongue=en")} {
		if got := at(a); got != five {
			t.Errorf("%q were shown, and then %q", five, got)
		}
	}
	spanish := at(moss.get("/me/words?tongue=es"))
	if got := at(moss.itself("/me/words")); spanish == five || got != spanish {
		t.Errorf("in another language %q were shown, and then %q", spanish, got)
	}
}

// TestANotebookStaysOnTheDeskWhileOthersWrite: its steps are at the address where it begins.
func TestANotebookStaysOnTheDeskWhileOthersWrite(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	moss.upload(importURL, "file", []byte(notebook))
	moss.itself(importURL)
	moss.says(moss.post(importURL, columns...), http.StatusOK, "2 rows can stand.")
	moss.get(importURL)
	moss.says(moss.post(importURL, columns...), http.StatusUnprocessableEntity, "Choose the file once more.")
}

var fives = regexp.MustCompile(`name="mark" value="([^"]+)"`)

// TestAPageThatABrowserBringsBackSealsNoOtherWords: who had words in another language and
// went back writes down those that they see.
func TestAPageThatABrowserBringsBackSealsNoOtherWords(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	e.comeIn("Moss", "Tide")
	at := code.FindString(e.all["Moss"].post("/door/open").text())
	comer := e.stranger()
	comer.post("/join", ui.FieldCode, at, ui.FieldName, "Fern")
	loser := e.stranger()
	loser.post("/lost", ui.FieldName, "Tide")
	for path, b := range map[string]interface {
		get(string) answer
		post(string, ...string) answer
	}{"/join/words": comer, "/lost/words": loser, "/me/words": e.all["Moss"]} {
		mark := func(a answer) string { return fives.FindStringSubmatch(a.body)[1] }
		seen := b.get(path)
		five := wordsOn(t, seen)
		spanish := wordsOn(t, b.get(path+"?tongue=es"))
		a := b.post(path, ui.FieldWritten, "1", ui.FieldMark, mark(seen), ui.FieldSecret, five)
		if a.status != http.StatusUnprocessableEntity || wordsOn(t, a) != spanish || strings.Contains(a.body, `value="1" checked`) {
			t.Fatalf("%s: it is answered %d: %s", path, a.status, a.text())
		}
		if again := b.post(path, ui.FieldWritten, "1", ui.FieldMark, mark(a), ui.FieldSecret, "none"); strings.Contains(again.text(), "not on paper yet") {
			t.Errorf("%s: words on paper are refused: %s", path, again.text())
		}
	}
}

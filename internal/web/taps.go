package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"celld/internal/op"
)

// Bounds of what is remembered of forms that were answered: of each member's, and of
// those of all who have no seat, so that none of these crowds out a member's.
const (
	tapTime  = 30 * time.Second
	tapsMost = 64
)

// tap is a form under way, or one that led on. Its fields but done are written
// before done is closed.
type tap struct {
	by      op.Member // zero for who is not signed in
	done    chan struct{}
	to      string   // where it led; empty: nowhere, so that it may come again
	cookies []string // what the browser was given along
	until   time.Time
}

// taps keep a form that is sent twice from counting twice. People tap twice
// where a router takes its time; their browser then drops the first answer and
// waits for the second, which has to be the same.
type taps struct {
	mu  sync.Mutex
	all map[[32]byte]*tap
}

// begin returns the tap of a form, and whether this is the first. Where too
// many of theirs are under way it is the first, and nothing is remembered.
func (ts *taps) begin(key [32]byte, by op.Member, now time.Time) (*tap, bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	theirs := 0
	for k, t := range ts.all {
		if !t.until.IsZero() && now.After(t.until) {
			delete(ts.all, k)
		} else if t.by == by {
			theirs++
		}
	}
	if t := ts.all[key]; t != nil {
		return t, false
	}
	t := &tap{by: by, done: make(chan struct{})}
	if ts.all == nil {
		ts.all = map[[32]byte]*tap{}
	}
	if theirs < tapsMost {
		ts.all[key] = t
	}
	return t, true
}

// end lets those go on who wait for a tap. What led nowhere is forgotten, and
// so is what nobody can tell from the same form sent on purpose.
func (ts *taps) end(key [32]byte, t *tap, now time.Time, remember bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t.until = now.Add(tapTime); t.to == "" || !remember {
		delete(ts.all, key)
	}
	close(t.done)
}

// clear forgets those that were answered: the router is locked.
func (ts *taps) clear() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for k, t := range ts.all {
		if !t.until.IsZero() {
			delete(ts.all, k)
		}
	}
}

// once serves a form, unless it was served already: then it leads where that led.
func (v *visit) once(r Route) error {
	if len(v.r.PostForm) == 0 || v.parts != nil {
		return r.serve(v)
	}
	key := v.tapKey()
	for {
		t, first := v.taps.begin(key, v.me(), v.now)
		if first {
			return v.first(r, key, t)
		}
		select {
		case <-t.done:
		case <-v.r.Context().Done():
			return context.Cause(v.r.Context())
		}
		if t.to != "" {
			for _, c := range t.cookies {
				v.w.Header().Add("Set-Cookie", c)
			}
			return away(t.to)
		}
		v.state = v.Log.State()
	}
}

func (v *visit) first(r Route, key [32]byte, t *tap) (err error) {
	defer func() {
		var to redirect
		if errors.As(err, &to) {
			t.to, t.cookies = string(to), slices.Clone(v.w.Header()["Set-Cookie"])
		}
		if v.session != nil && t.to != "" {
			v.session.step.Add(1)
		}
		v.taps.end(key, t, time.Now(), v.tellsApart(r))
	}()
	return r.serve(v)
}

// tellsApart reports whether a second form like this one would differ if it
// were meant: a member's says after how many others it was opened, and a code
// that founds works once. Of who signs in, nobody knows.
func (v *visit) tellsApart(r Route) bool {
	_, err := cookie(v.r, guestCookie)
	return stepped(v.r.PostForm.Get("token")) || r.Who != Member && err == nil || r.Pattern == "/claim"
}

// tapKey is what two taps on one button have in common: the browser, and all
// that the form says.
func (v *visit) tapKey() [32]byte {
	h := sha256.New()
	host, _, _ := net.SplitHostPort(v.r.RemoteAddr)
	fmt.Fprintf(h, "%s\n%s\n%s\n", host, v.r.URL.RequestURI(), v.r.PostForm.Encode())
	for _, name := range []string{cookieName, guestCookie} {
		if c, err := cookie(v.r, name); err == nil {
			fmt.Fprintf(h, "%s=%s\n", name, c.Value)
		}
	}
	if v.r.MultipartForm != nil {
		for field, files := range v.r.MultipartForm.File {
			for _, f := range files {
				fmt.Fprintf(h, "%q %q %d\n", field, f.Filename, f.Size)
			}
		}
	}
	return [32]byte(h.Sum(nil))
}

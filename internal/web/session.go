package web

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// Sessions live in memory: after a power cut everybody signs in again, which
// is what wakes a sealed router anyway.
const (
	cookieName = "celld"
	idleLimit  = 12 * time.Hour
	longLimit  = 30 * 24 * time.Hour // then even who comes every day signs in anew
	perMember  = 8
)

// session is one browser of one member. Its fields are guarded by sessions.mu
// except those set once.
type session struct {
	id     [32]byte // hash of the token; the token itself is only in the browser
	form   string   // what every form of this session carries
	author op.Author
	agent  string       // what the browser calls itself, in two words
	step   atomic.Int64 // how many of its forms led on
	since  time.Time
	last   time.Time
	flash  *flash
	words  []string // five new words that were shown and not yet taken
	tongue string   // their language

	identity []byte // the member's identity key when they signed in
}

type sessions struct {
	mu  sync.Mutex
	all map[[32]byte]*session
}

func (s *sessions) init() { s.all = map[[32]byte]*session{} }

// token returns 256 bits of chance, as a cookie spells them.
func token() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// begin opens the session whose cookie holds a token, and returns those that a
// member has too many of.
func (s *sessions) begin(token string, by op.Author, agent string, now time.Time) (*session, []*session) {
	n := &session{id: sha256.Sum256([]byte(token)), form: formToken(by.Member), author: by, agent: agent, since: now, last: now}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[n.id] = n
	return n, s.crowded(by.Member)
}

// crowded takes out a member's oldest sessions beyond the limit. s.mu is held.
func (s *sessions) crowded(m op.Member) []*session {
	mine := s.of(m)
	var out []*session
	for len(mine) > perMember {
		delete(s.all, mine[0].id)
		out, mine = append(out, mine[0]), mine[1:]
	}
	return out
}

// of lists a member's sessions, the oldest first. s.mu is held.
func (s *sessions) of(m op.Member) []*session {
	var mine []*session
	for _, x := range s.all {
		if x.author.Member == m {
			mine = append(mine, x)
		}
	}
	sort.Slice(mine, func(i, j int) bool { return mine[i].last.Before(mine[j].last) })
	return mine
}

// find returns the session that a request's cookie names.
func (s *sessions) find(r *http.Request, now time.Time) *session {
	c, err := cookie(r, cookieName)
	if err != nil {
		return nil
	}
	id := sha256.Sum256([]byte(c.Value))
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.all[id]
	if x != nil && !byItself(r) {
		x.last = now
	}
	return x
}

// byItself reports whether a page that lies open asks, and nobody who sits before it.
func byItself(r *http.Request) bool { return r.Header.Get("X-Live") != "" || r.URL.Path == "/live" }

// has reports whether a session has not ended.
func (s *sessions) has(x *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[x.id] == x
}

// bind notes the identity key that a session rests on.
func (s *sessions) bind(x *session, state *cell.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, _ := cell.PeopleOf(state).Trust.Member(x.author.Member)
	x.identity = m.Identity
}

// dismiss ends every session that has lasted too long, or whose member's seat
// or keys are no longer what they were when it began.
func (s *Server) dismiss(state *cell.State, now time.Time) {
	facts := cell.PeopleOf(state).Trust
	for _, x := range s.sessions.end(func(x *session) bool { return x.stale(now) || !x.stands(state, facts) }) {
		s.Keys.SignOut(x.author)
	}
}

func (x *session) stale(now time.Time) bool {
	return now.Sub(x.last) > idleLimit || now.Sub(x.since) > longLimit
}

func (x *session) stands(state *cell.State, facts *trust.Trust) bool {
	m, _ := facts.Member(x.author.Member)
	_, closed := state.Closed(x.author.Device)
	return m.Status == trust.Active && !closed && (x.identity == nil || bytes.Equal(x.identity, m.Identity))
}

// end takes out the sessions that gone chooses, and returns them.
func (s *sessions) end(gone func(*session) bool) []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*session
	for id, x := range s.all {
		if gone(x) {
			delete(s.all, id)
			out = append(out, x)
		}
	}
	return out
}

// say leaves a word for the next page; hear takes it.
func (s *sessions) say(x *session, f flash) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.flash = &f
}

func (s *sessions) hear(x *session) *flash {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := x.flash
	x.flash = nil
	return f
}

// deal keeps words that are shown, and returns those that count: whoever looks again,
// and a page that does so by itself, sees the same until they are taken, or others are
// wanted in another language.
func (s *sessions) deal(x *session, tongue string, five []string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x.words == nil || x.tongue != tongue {
		x.words, x.tongue = five, tongue
	}
	return x.words
}

// dealt are the words that count, and their language.
func (s *sessions) dealt(x *session) (five []string, tongue string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return x.words, x.tongue
}

// took forgets words that are on paper.
func (s *sessions) took(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x.words, x.tongue = nil, ""
}

// formToken is what every form of a member's session carries. It names the
// member, so that what comes after the session's end is shown to nobody else.
func formToken(m op.Member) string { return token() + "." + m.String() }

// stamp is the token of a page's forms: the session's own, and how many of its
// forms were answered before. So one form sent twice is told from two alike.
func (x *session) stamp() string { return fmt.Sprintf("%s.%d", x.form, x.step.Load()) }

// unstepped is a form's token as its session knows it.
func unstepped(token string) string {
	if stepped(token) {
		return token[:strings.LastIndexByte(token, '.')]
	}
	return token
}

func stepped(token string) bool { return strings.Count(token, ".") == 2 }

// writer is who a form's token names.
func writer(token string) string {
	_, m, _ := strings.Cut(unstepped(token), ".")
	return m
}

func (x *session) formIs(got string) bool {
	return subtle.ConstantTimeCompare([]byte(unstepped(got)), []byte(x.form)) == 1
}

// called is a cookie's name. Over HTTPS it is one that only HTTPS may set (RFC 6265bis,
// 4.1.3.2): who shares the Wi-Fi can put no cookie there by a page over plain HTTP. And
// a browser that has a secure cookie takes no other of its name from such a page (5.7):
// under one name, who had signed in by HTTPS could not sign in by HTTP.
func called(r *http.Request, name string) string {
	if r.TLS != nil {
		return "__Host-" + name
	}
	return name
}

func cookie(r *http.Request, name string) (*http.Cookie, error) { return r.Cookie(called(r, name)) }

// setCookie gives or, with an empty token, takes back a session's cookie.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	putCookie(w, r, called(r, name), value)
}

func putCookie(w http.ResponseWriter, r *http.Request, name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

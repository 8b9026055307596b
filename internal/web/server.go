package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"celld/internal/cell"
	"celld/internal/gitserve"
	"celld/internal/op"
)

// Log is what the pages ask of the one door.
type Log interface {
	State() *cell.State
	Submit(by op.Author, drafts ...op.Draft) ([]op.Ref, error)
	Read(op.Ref) (op.Opened, error)
	Changed() <-chan struct{}
	Cell() op.ID
}

// Keys is what the pages ask of the router's keys.
type Keys interface {
	// Found makes the first member and the cell.
	Found(ctx context.Context, cellName, name, words string) (op.Author, error)
	// Newcomer makes the keys of somebody who asks for a seat.
	Newcomer(ctx context.Context, words string) (Newcomer, error)
	// Login opens a member's keys, calls right once it knows that the words are,
	// and wakes the router if it was locked.
	Login(ctx context.Context, m op.Member, words string, right func()) (op.Author, error)
	// Renew makes new keys for a member who has lost the words to the old ones.
	Renew(ctx context.Context, m op.Member, words string) (Newcomer, error)
	// Veto signs, with the key that a member's words open, that they lost nothing.
	Veto(ctx context.Context, m op.Member, words string) (sig []byte, err error)
	// Change seals a member's keys under new words.
	Change(ctx context.Context, by op.Author, old, words string) error
	// SignOut ends one session of a member.
	SignOut(op.Author)
	// Lock drops every key from memory.
	Lock() error
	// Awake reports whether sealed things can be read here.
	Awake() bool
	// Router is the author for what the router itself says.
	Router() op.Author
}

// Newcomer holds the keys of somebody without a seat.
type Newcomer interface {
	Member() op.Member
	Identity() []byte
	Opening() []byte
	Slot() []byte
	// Seat brings the keys into memory, once the member has a seat.
	Seat() (op.Author, error)
	// Forget drops them.
	Forget()
}

// Clock is what the pages know of the time.
type Clock interface {
	Now() (time.Time, op.Clock)
	// Tell takes a date that a member says it is. Two members who agree
	// within five minutes set the clock.
	Tell(by op.Member, now time.Time) (set bool)
}

// Claim is the single-use code of a router without a cell.
type Claim interface {
	Try(code string) error
}

// Receipts is where the pictures of receipts lie.
type Receipts interface {
	Keep(request op.Ref, picture []byte) error
	// Picture returns op.ErrNoKey while what opens it is locked.
	Picture(request op.Ref) ([]byte, error)
	Has(request op.Ref) bool
	Drop(request op.Ref) error
}

// House is everything a Server stands on.
type House struct {
	Log     Log
	Keys    Keys
	Clock   Clock
	Claim   Claim
	Name    string                 // what this router is called on its pages
	Hosts   []string               // names that requests may use, besides addresses
	Known   func(host string) bool // more of them, which may change; nil: no more
	Logger  *slog.Logger
	Room    func() (free uint64, little bool, err error) // on the disk; nil: nobody can tell
	Work    func() []Doing                               // what takes long just now; nil: nobody can tell
	Mesh    Mesh                                         // nil: this router neither looks nor shows itself
	Carrier Carrier                                      // nil: nothing is carried
	Seeking Seeking                                      // nil: it cannot be taken in

	Receipts Receipts
	Letters  Letters      // nil: there are no circles
	TakeOut  func() error // what the cell decided to take out of its pages; nil: it goes by itself

	Wipe  func() Wiped // destroys all that this router holds; nil: it cannot
	Anew  func()       // ends the program that was wiped, and begins another
	Wiped bool         // it was wiped, and has begun anew since

	Machine func() Machine      // what it is; nil: nobody knows
	WiFi    func() (WiFi, bool) // the network that members join; nil: nobody knows
	HTTPS   string              // the port of the encrypted pages; empty: there are none
}

// Server serves the pages.
type Server struct {
	House
	sessions sessions
	door     door
	said     saidTime
	kept     kept
	taps     taps
	asks     asks
	desk     desk
	packs    gitserve.Desk
	large    atomic.Int32 // forms with files that are here just now, at most largeMost
	drawing  sync.Mutex   // held by who opens a picture
	handler  http.Handler
}

// New returns a Server, which is an http.Handler.
func New(h House) *Server {
	s := &Server{House: h}
	s.sessions.init()
	s.handler = s.guard(s.mux())
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.Routes() {
		mux.Handle(r.Method+" "+r.Pattern, s.serve(r))
	}
	// Whatever else is asked for gets a page, too, with a way on.
	mux.Handle("GET /", s.serve(Route{"GET", "/", Anyone, func(*visit) error { return errNotFound }}))
	return mux
}

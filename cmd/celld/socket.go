package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"celld/internal/op"
	"celld/internal/words"
)

const (
	socketName = "celld.sock"
	askTime    = 10 * time.Second // for a request to arrive

	acceptPause = 100 * time.Millisecond // until it is tried again to take a connection

	bodyPatience = 10 * time.Minute // and for what follows it
	requestSize  = 64 << 10
)

// request is one line that a client sends.
type request struct {
	Do     string `json:"do"`
	Member string `json:"member,omitempty"`
	Words  string `json:"words,omitempty"`
	Format string `json:"format,omitempty"`

	Has  map[string]uint64 `json:"has,omitempty"`  // how long the other side's logs are
	Size int64             `json:"size,omitempty"` // of what follows the request
	body io.Reader         // that
}

// event is one line of the answer. The first has Heard, the last one Done or Error.
type event struct {
	Heard    bool      `json:"heard,omitempty"`
	Done     bool      `json:"done,omitempty"`
	Error    string    `json:"error,omitempty"`
	Text     string    `json:"text,omitempty"`
	Data     []byte    `json:"data,omitempty"`
	Status   *status   `json:"status,omitempty"`
	Progress *progress `json:"progress,omitempty"`
}

// progress tells how far long work has come.
type progress struct {
	Doing string `json:"doing"`
	Done  uint64 `json:"done"`
	Of    uint64 `json:"of"`
}

// command is one thing that a client may ask of a running celld.
type command struct {
	name string
	do   func(*house, context.Context, request, func(event) error) error
}

// commands are all of them, as verbs are.
var commands = []command{
	{"status", (*house).tellStatus},
	{"claim", (*house).tellClaim},
	{"welcome", (*house).tellWelcome},
	{"lock", (*house).lockNow},
	{"unlock", (*house).unlock},
	{"wipe", (*house).wipeNow},
	{"verify", (*house).verify},
	{"backup", (*house).backup},
	{"export", (*house).export},
	{"bundle-export", (*house).exportBundle},
	{"bundle-import", (*house).importBundle},
}

// socket is the task that answers cellctl. Whoever may open the file may give
// orders: it is the operator's alone.
type socket struct {
	house    *house
	listener net.Listener
	open     sync.WaitGroup
}

// openSocket takes DIR/celld.sock. One that lies there is a dead program's,
// since the log's lock is ours.
func openSocket(h *house) (*socket, error) {
	path := filepath.Join(h.config.dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	// DIR is the owner's alone already; this is for one that was not.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("control socket: %w", err), l.Close())
	}
	return &socket{house: h, listener: l}, nil
}

// Run answers until ctx ends, and then waits for what is under way.
func (s *socket) Run(ctx context.Context) error {
	defer s.open.Wait()
	defer context.AfterFunc(ctx, func() { s.listener.Close() })()
	deaf := false
	for {
		c, err := s.listener.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("control socket: %w", err)
		case err == nil:
			s.open.Go(func() { s.serve(ctx, c) })
		case !deaf: // once: no file is free, perhaps, and that may last
			s.house.logger.Error("cellctl is not heard just now", "err", err)
		}
		if deaf = err != nil; deaf {
			time.Sleep(acceptPause)
		}
	}
}

// serve answers one request.
func (s *socket) serve(ctx context.Context, c net.Conn) {
	defer c.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// A client that went away, and a program that ends, stop the work.
	defer context.AfterFunc(ctx, func() { c.SetDeadline(time.Now()) })()
	out := json.NewEncoder(c)
	send := func(e event) error { return out.Encode(e) }
	req, err := readRequest(c)
	if err == nil {
		_ = send(event{Heard: true}) // also for who is gone, it is done
		err = s.do(ctx, req, send)
	}
	last := event{Done: true}
	if err != nil {
		last = event{Error: err.Error()}
	}
	if err := send(last); err != nil {
		s.house.logger.Debug("a client went away", "command", req.Do, "err", err)
	}
	s.house.wiping.told() // who asked for one has its answer now, to the end
}

func readRequest(c net.Conn) (r request, err error) {
	if err := c.SetReadDeadline(time.Now().Add(askTime)); err != nil {
		return r, err
	}
	in := bufio.NewReaderSize(c, requestSize)
	line, err := in.ReadSlice('\n')
	if err != nil {
		return r, fmt.Errorf("read the request: %w", err)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("read the request: %w", err)
	}
	r.body = in
	return r, c.SetReadDeadline(time.Now().Add(bodyPatience))
}

func (s *socket) do(ctx context.Context, r request, send func(event) error) error {
	for _, c := range commands {
		if c.name == r.Do {
			return unlessLocked(func() error { return c.do(s.house, ctx, r, send) })
		}
	}
	return fmt.Errorf("this celld (%s) knows no command %q", version, r.Do)
}

// tellClaim makes a new claim code.
func (h *house) tellClaim(_ context.Context, _ request, send func(event) error) error {
	if h.claims.founded() {
		return errors.New("a cell lives here already; whoever wants to join is invited by its members")
	}
	return send(event{Text: h.claims.renew()})
}

func (h *house) lockNow(context.Context, request, func(event) error) error {
	err := h.desk.Lock()
	if pages := h.porch.inside.Load(); pages != nil {
		pages.Locked()
	}
	return err
}

// unlock signs somebody in just to wake the router: their device key does not
// stay. Without a name it is whoever's words these are.
func (h *house) unlock(ctx context.Context, r request, _ func(event) error) error {
	phrase, err := words.Normalize(r.Words)
	if err != nil {
		return err
	}
	var m op.Member
	if r.Member != "" {
		if m, err = h.member(r.Member); err != nil {
			return err
		}
	}
	by, err := h.desk.Login(ctx, m, phrase, nil)
	if err != nil {
		return err
	}
	h.desk.SignOut(by)
	return nil
}

package vault

import (
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"celld/internal/words"
)

var (
	// ErrCode is returned for a well-formed code that is not the ticket's.
	ErrCode = errors.New("vault: not the code")
	// ErrClosed is returned when a ticket was used up, ran out of time or saw
	// too many wrong codes: somebody must make another one.
	ErrClosed = errors.New("vault: this code is no longer good")
)

// Unlimited is the number of uses of a code that only time ends.
const Unlimited = -1

// attempts is how many wrong codes close a ticket. A guess hits with 2^-40.
const attempts = 20

// Ticket is a short code that lets people in for a while: the claim code, an
// invitation, the door. It lives in memory and counts by the monotonic clock.
// Its methods may be called at once.
type Ticket struct {
	code  words.Code
	until time.Time

	mu    sync.Mutex // guards what follows
	uses  int
	wrong int
}

// NewTicket makes a code that is good for a while and a number of uses. A
// claim is NewTicket(30*time.Minute, 1), a door NewTicket(time.Hour, Unlimited).
func NewTicket(good time.Duration, uses int) *Ticket {
	code, err := words.NewCode(rand.Reader)
	if err != nil {
		panic("vault: " + err.Error()) // crypto/rand never fails
	}
	return &Ticket{code: code, until: time.Now().Add(good), uses: uses}
}

// Code returns the code, to be shown or printed.
func (t *Ticket) Code() words.Code { return t.code }

// Left returns for how long the ticket may still be used, 0 when it may not.
func (t *Ticket) Left() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed() {
		return 0
	}
	return time.Until(t.until)
}

func (t *Ticket) closed() bool {
	return t.uses == 0 || t.wrong >= attempts || !time.Now().Before(t.until)
}

// Check tries a typed code and uses nothing up but an attempt.
func (t *Ticket) Check(typed string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.check(typed)
}

// Use is Check, and takes one use when the code is right.
func (t *Ticket) Use(typed string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := t.check(typed)
	if err == nil && t.uses > 0 {
		t.uses--
	}
	return err
}

func (t *Ticket) check(typed string) error {
	code, err := words.ParseCode(typed)
	switch {
	case t.closed():
		return ErrClosed
	case err != nil:
		return err // a slip of the pen is no guess
	case !t.code.Equal(code):
		t.wrong++
		return ErrCode
	}
	return nil
}

// Close ends the ticket.
func (t *Ticket) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.uses = 0
}

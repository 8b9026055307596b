package netstate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/mdlayher/netlink"
)

// Watcher follows the kernel. Its methods may be called from any goroutine.
type Watcher struct {
	log  *slog.Logger
	open func() (source, error)

	mu      sync.Mutex // guards what follows
	now     Snapshot
	changed chan struct{}
}

// source is the kernel, as a Watcher asks it.
type source interface {
	// dump reads all there is of one kind: getLink, getAddr or getNeigh.
	dump(kind netlink.HeaderType) ([]netlink.Message, error)
	// receive waits for news. What cannot be delivered is ENOBUFS.
	receive() ([]netlink.Message, error)
	// wake makes receive return, now and later.
	wake()
	close() error
}

// New returns a Watcher that knows nothing until it runs.
func New(log *slog.Logger) *Watcher {
	return &Watcher{log: log, open: open, changed: make(chan struct{})}
}

// Now returns what there is, and a channel that is closed when that is no
// longer so.
func (w *Watcher) Now() (Snapshot, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now, w.changed
}

// Run follows the kernel until ctx ends, and then returns nil. When the kernel
// refuses, it says so in the log and the snapshot, and tries again.
func (w *Watcher) Run(ctx context.Context) error {
	const first, last = time.Second, time.Minute
	wait := first
	for {
		begun := time.Now()
		err := w.session(ctx)
		if time.Since(begun) > last {
			wait = first // what held for so long is opened again at once
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, syscall.ENOBUFS):
			// News were lost: everything is read again, on a new socket, since
			// what waits in the old one is older than what was lost.
			w.log.Debug("the kernel dropped news of links; reading all again")
			if time.Since(begun) > first/10 {
				continue
			}
			wait = first / 10
		default:
			w.log.Warn("cannot follow the kernel's links", "err", err, "again", wait)
			w.publish(Snapshot{Blind: []string{"links: " + err.Error()}})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*max(wait, first), last)
	}
}

// session follows the kernel on one socket, until that fails or ctx ends.
func (w *Watcher) session(ctx context.Context) error {
	s, err := w.open()
	if err != nil {
		return err
	}
	defer s.close()
	defer context.AfterFunc(ctx, s.wake)()

	t := newTable()
	blind, err := t.readAll(s)
	if err != nil {
		return err
	}
	for _, b := range blind {
		w.log.Info("the kernel does not show everything", "blind", b)
	}
	return w.follow(s, t, blind)
}

// calm is between two snapshots. Anybody on a link can make the kernel tell of a
// thousand neighbours a second, and each snapshot has them all, sorted.
const calm = 100 * time.Millisecond

// follow brings the table up to date and publishes it, until s fails.
func (w *Watcher) follow(s source, t *table, blind []string) error {
	news, failed := make(chan []netlink.Message), make(chan error, 1)
	go func() { failed <- pass(s, news) }() // its error ends this, too
	w.publish(t.snapshot(blind))
	published, due := time.Now(), (<-chan time.Time)(nil)
	for {
		select {
		case list := <-news:
			for _, m := range list {
				t.apply(m)
			}
			if due == nil {
				due = time.After(time.Until(published.Add(calm)))
			}
		case <-due:
			w.publish(t.snapshot(blind))
			published, due = time.Now(), nil
		case err := <-failed:
			return fmt.Errorf("receive: %w", err)
		}
	}
}

// pass passes news on until s fails.
func pass(s source, to chan<- []netlink.Message) error {
	for {
		list, err := s.receive()
		if err != nil {
			return err
		}
		to <- list
	}
}

// readAll fills the table. Without links there is nothing to work with; what
// else may not be seen is told.
func (t *table) readAll(s source) (blind []string, err error) {
	for _, k := range []struct {
		kind netlink.HeaderType
		name string
	}{{getLink, "links"}, {getAddr, "addresses"}, {getNeigh, "neighbours"}} {
		all, err := s.dump(k.kind)
		if err != nil && k.kind != getLink && denied(err) {
			blind = append(blind, k.name+": "+err.Error())
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", k.name, err)
		}
		for _, m := range all {
			t.apply(m)
		}
	}
	return blind, nil
}

func denied(err error) bool {
	return errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EOPNOTSUPP)
}

func (w *Watcher) publish(s Snapshot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now.equal(s) {
		return
	}
	w.now = s
	close(w.changed)
	w.changed = make(chan struct{})
}

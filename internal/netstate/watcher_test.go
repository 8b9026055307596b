package netstate

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mdlayher/netlink"
	"github.com/mdlayher/netlink/nltest"
)

// world is a kernel whose links a test changes.
type world struct {
	mu     sync.Mutex
	all    map[netlink.HeaderType][]netlink.Message
	refuse map[netlink.HeaderType]error
	tries  []time.Time // to open it
	opened int
	closed int
	fail   error // of open
	events chan any
}

func newWorld() *world {
	return &world{all: map[netlink.HeaderType][]netlink.Message{}, refuse: map[netlink.HeaderType]error{}, events: make(chan any)}
}

// session is one opening of a world.
type session struct {
	*world
	woken chan struct{}
	once  sync.Once
}

func (w *world) open() (source, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tries = append(w.tries, time.Now())
	if w.fail != nil {
		return nil, w.fail
	}
	w.opened++
	return &session{world: w, woken: make(chan struct{})}, nil
}

func (s *session) dump(kind netlink.HeaderType) ([]netlink.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[kind], s.refuse[kind]
}

func (s *session) receive() ([]netlink.Message, error) {
	select {
	case e := <-s.events:
		if err, ok := e.(error); ok {
			return nil, err
		}
		return []netlink.Message{e.(netlink.Message)}, nil
	case <-s.woken:
		return nil, os.ErrDeadlineExceeded
	}
}

func (s *session) wake() { s.once.Do(func() { close(s.woken) }) }

func (s *session) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	return nil
}

// watch runs a Watcher over w until the test ends.
func watch(t *testing.T, w *world) *Watcher {
	t.Helper()
	x := New(slog.New(slog.DiscardHandler))
	x.open = w.open
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- x.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if w.opened != w.closed {
			t.Errorf("opened %d times, closed %d times", w.opened, w.closed)
		}
	})
	return x
}

func TestNewsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.all[getLink] = []netlink.Message{link(t, newLink, 2, "eth0", up)}
		w.all[getAddr] = []netlink.Message{addr(t, newAddr, 2, "10.0.0.2/24", 0)}
		x := watch(t, w)
		synctest.Wait() // it may have read all before anybody asks
		s, changed := x.Now()
		if len(s.Links) != 1 || len(s.Links[0].Addrs) != 1 {
			t.Fatalf("%+v", s)
		}
		w.events <- link(t, newLink, 3, "wlan0", up)
		<-changed
		s, changed = x.Now()
		if len(s.Links) != 2 {
			t.Errorf("%+v", s)
		}
		for name, news := range map[string]netlink.Message{
			"an address": addr(t, newAddr, 2, "10.0.0.3/24", 0), "a neighbour": neigh(t, newNeigh, 2, "10.0.0.9", 0x02),
		} {
			w.events <- news
			time.Sleep(calm)
			synctest.Wait()
			select {
			case <-changed:
			default:
				t.Errorf("nobody is told of %s", name)
			}
			_, changed = x.Now()
		}
		w.events <- link(t, newLink, 3, "wlan0", up) // nothing new
		time.Sleep(calm)
		synctest.Wait()
		select {
		case <-changed:
			t.Error("told of a change that is none")
		default:
		}
	})
}

func TestLostNewsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.all[getLink] = []netlink.Message{link(t, newLink, 2, "eth0", up)}
		x := watch(t, w)
		time.Sleep(time.Second)
		w.mu.Lock()
		w.all[getLink] = []netlink.Message{link(t, newLink, 3, "wlan0", up)}
		w.mu.Unlock()
		begun := time.Now()
		w.events <- &netlink.OpError{Op: "receive", Err: syscall.ENOBUFS}
		synctest.Wait()
		s, _ := x.Now()
		if len(s.Links) != 1 || s.Links[0].Name != "wlan0" || w.opened != 2 || time.Since(begun) != 0 {
			t.Errorf("%+v, opened %d times, after %v", s, w.opened, time.Since(begun))
		}
		// It does not spin where that goes on, nor does it wait for long.
		for range 5 {
			w.events <- &netlink.OpError{Op: "receive", Err: syscall.ENOBUFS}
		}
		synctest.Wait()
		if d := time.Since(begun); d < 100*time.Millisecond || d > time.Second {
			t.Errorf("reads all five times within %v", d)
		}
	})
}

// TestAKernelThatRefusesIsAskedSeldom: after a second, then twice as long each time,
// up to a minute; what held for a minute is opened again after a second.
func TestAKernelThatRefusesIsAskedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.fail = syscall.EPERM
		watch(t, w)
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		w.mu.Lock()
		for i, want := range []int{1, 2, 4, 8, 16, 32, 60, 60, 60} {
			if got := w.tries[i+1].Sub(w.tries[i]); got != time.Duration(want)*time.Second {
				t.Errorf("try %d came after %v, want %d s", i+2, got, want)
			}
		}
		w.fail = nil
		w.mu.Unlock()
		time.Sleep(10 * time.Minute)
		broken := time.Now()
		w.events <- errors.New("the socket broke")
		time.Sleep(time.Minute)
		w.mu.Lock()
		defer w.mu.Unlock()
		if got := w.tries[len(w.tries)-1].Sub(broken); w.opened != 2 || got != time.Second {
			t.Errorf("opened %d times, the last time after %v", w.opened, got)
		}
	})
}

func TestWhatTheKernelHidesIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.all[getLink] = []netlink.Message{link(t, newLink, 2, "eth0", up)}
		w.refuse[getNeigh] = &netlink.OpError{Op: "receive", Err: syscall.EACCES}
		w.refuse[getAddr] = &netlink.OpError{Op: "receive", Err: syscall.EOPNOTSUPP}
		x := watch(t, w)
		synctest.Wait()
		s, _ := x.Now()
		if len(s.Links) != 1 || len(s.Blind) != 2 || !strings.HasPrefix(s.Blind[0], "addresses:") || !strings.HasPrefix(s.Blind[1], "neighbours:") {
			t.Errorf("%+v", s)
		}
	})
}

// TestAListThatChangedIsReadAgain, five times at most.
func TestAListThatChangedIsReadAgain(t *testing.T) {
	for changes, want := range map[int]error{0: nil, 4: nil, 5: errInterrupted} {
		asked := 0
		k := &kernel{ask: nltest.Dial(func(req []netlink.Message) ([]netlink.Message, error) {
			m := link(t, newLink, 2, "eth0", up)
			if asked++; asked <= changes {
				m.Header.Flags = netlink.DumpInterrupted
			}
			m.Header.Sequence, m.Header.PID = req[0].Header.Sequence, req[0].Header.PID
			return []netlink.Message{m}, nil
		})}
		all, err := k.dump(getLink)
		if !errors.Is(err, want) || (len(all) == 1) != (want == nil) || asked != min(changes+1, 5) {
			t.Errorf("changed %d times: asked %d times, %v, %v", changes, asked, all, err)
		}
	}
	k := &kernel{ask: nltest.Dial(func([]netlink.Message) ([]netlink.Message, error) { return nil, syscall.EPERM })}
	if _, err := k.dump(getLink); !errors.Is(err, syscall.EPERM) {
		t.Error(err)
	}
}

func TestAKernelThatRefusesIsAskedAgain(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"open": func(w *world) { w.fail = syscall.EPERM },
		"dump": func(w *world) { w.refuse[getLink] = syscall.EPERM },
		"more": func(w *world) { w.refuse[getAddr] = syscall.EIO }, // not that it may not be seen
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.all[getLink] = []netlink.Message{link(t, newLink, 2, "eth0", up)}
				spoil(w)
				x := watch(t, w)
				synctest.Wait()
				if s, _ := x.Now(); len(s.Links) != 0 || len(s.Blind) != 1 {
					t.Errorf("%+v", s)
				}
				w.mu.Lock()
				w.fail, w.refuse = nil, nil
				w.mu.Unlock()
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if s, _ := x.Now(); len(s.Links) != 1 || len(s.Blind) != 0 {
					t.Errorf("%+v", s)
				}
				w.events <- errors.New("the socket broke")
				synctest.Wait()
				if s, _ := x.Now(); len(s.Links) != 0 || len(s.Blind) != 1 {
					t.Errorf("links that nobody watches: %+v", s)
				}
			})
		})
	}
}

// TestAThousandNewsAreNotAThousandSnapshots: what comes alone is told at once, and of
// many the last is told soon.
func TestAThousandNewsAreNotAThousandSnapshots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.all[getLink] = []netlink.Message{link(t, newLink, 2, "eth0", up)}
		x := watch(t, w)
		time.Sleep(time.Minute)
		told := func() (n int) {
			for s, changed := x.Now(); ; n++ {
				select {
				case <-changed:
					s, changed = x.Now()
				case <-time.After(150 * time.Millisecond):
					if len(s.Neighbours) != 1000 {
						t.Errorf("%d neighbours are told of", len(s.Neighbours))
					}
					return n
				}
			}
		}
		go func() {
			for i := range 1000 {
				w.events <- neigh(t, newNeigh, 2, fmt.Sprintf("10.0.%d.%d", i/250, i%250), 0x04)
				time.Sleep(time.Millisecond)
			}
		}()
		if n := told(); n < 8 || n > 12 {
			t.Errorf("in a second there were %d snapshots", n)
		}
		_, changed := x.Now()
		begun := time.Now()
		w.events <- neigh(t, delNeigh, 2, "10.0.0.0", 0x04)
		if <-changed; time.Since(begun) != 0 {
			t.Errorf("what came alone was told after %v", time.Since(begun))
		}
	})
}

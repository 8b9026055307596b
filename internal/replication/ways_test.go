package replication_test

import (
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// mute lets nothing through any more.
func (a *air) mute() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.loss = 1
}

// twoInOrder is a cell of two routers, the one that should dial first.
func twoInOrder(t *testing.T) (x, y *router) {
	c := newCell(t, 2, 2)
	x, y = c.routers[0], c.routers[1]
	if !replication.Dials(x.name(), y.name()) {
		x, y = y, x
	}
	return x, y
}

// TestASilentWayIsLeftForAnother: the way over which two routers talk ends
// without a word. Another one serves before that conversation has ended, also
// when the one finds it who should not dial.
func TestASilentWayIsLeftForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := twoInOrder(t)
		lost := newAir(1, 10*time.Millisecond, 0)
		m := meet(lost, x, y)
		until(t, time.Minute, func() error { return alike(x, y) })
		again := meet(newAir(2, 10*time.Millisecond, 0), y, x)
		synctest.Wait()
		if !errors.Is(again.errs[0], replication.ErrDuplicate) || !x.room.Talks(y.name()) {
			t.Fatalf("a second way was taken while the first one serves: %v", again.errs)
		}
		again.end()
		for range 120 { // with nothing to say but what keeps it alive
			time.Sleep(time.Second)
			if !x.room.Talks(y.name()) || !y.room.Talks(x.name()) || !x.room.Status().Neighbours[0].Here() {
				t.Fatal("a way that serves is doubted")
			}
		}
		lost.mute()
		began := time.Now()
		until(t, 35*time.Second, func() error {
			if x.room.Talks(y.name()) || y.room.Talks(x.name()) {
				return errors.New("nobody doubts a way that is gone")
			}
			return nil
		})
		doubted := time.Since(began)
		if n := x.room.Status().Neighbours; doubted < 8*time.Second || len(n) != 1 || !n[0].Open || n[0].Here() {
			t.Errorf("after %v it is doubted, and told as %+v", doubted, n)
		}
		other := meet(newAir(3, 10*time.Millisecond, 0), y, x)
		x.rename(x.cell.members[0], "Fern")
		until(t, time.Second, func() error { return alike(x, y) })
		if !x.room.Talks(y.name()) || !y.room.Talks(x.name()) {
			t.Error("the new way is doubted, too")
		}
		other.end()
		m.end()
	})
}

// TestOneAddressOfARouterIsDialledAtATime: of many addresses the first that
// answers serves, and the others have their turn when it does not.
func TestOneAddressOfARouterIsDialledAtATime(t *testing.T) {
	x, y := twoInOrder(t)
	e, err := replication.NewEndpoint(nil, x.key, x.room)
	if err != nil {
		t.Fatal(err)
	}
	addr := func(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
	three := []netip.AddrPort{addr("10.0.0.1:7431"), addr("10.0.0.2:7431"), addr("[fd0d::1]:7431")}
	for _, at := range three {
		e.Know(at, y.name())
	}
	e.Know(addr("10.0.0.9:7431"), op.Device{}) // nobody said who is there
	now, turns := time.Now().Add(time.Second), map[netip.AddrPort]bool{}
	if first := e.Due(now); len(first) != 2 {
		t.Fatalf("dialled are %v", first)
	}
	if more := e.Due(now.Add(999 * time.Millisecond)); len(more) > 0 {
		t.Errorf("within a second %v is dialled, too", more)
	}
	for i := range 2 {
		for _, at := range e.Due(now.Add(time.Duration(i+1) * time.Second)) {
			turns[at] = true
		}
	}
	if len(turns) != 2 {
		t.Errorf("in turn come %v", turns)
	}
	if more := e.Due(now.Add(time.Minute)); len(more) > 0 {
		t.Errorf("%v is dialled while that goes on", more)
	}
}

package replication_test

import (
	"errors"
	"net/netip"
	"slices"
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

// TestAddressesOfOneRouterComeInTurn: that which was dialled longest ago is next.
func TestAddressesOfOneRouterComeInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := twoInOrder(t)
		e, err := replication.NewEndpoint(nil, x.key, x.room)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			e.Know(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}), 1), y.name())
		}
		var turns []netip.AddrPort
		for range 20 {
			due := e.Due(time.Now())
			if len(due) != 1 {
				t.Fatalf("dialled are %v", due)
			}
			e.Dialled(due[0], 0)
			turns = append(turns, due[0])
			time.Sleep(31 * time.Second)
		}
		for i := range turns[4:] {
			if turns[i] != turns[i+4] || i > 0 && turns[i] == turns[i-1] {
				t.Fatalf("in turn come %v", turns)
			}
		}
	})
}

// TestWhoShouldBeDialledWaitsFirst, and what is told again, or taken back, changes
// what is dialled as far as it says.
func TestWhoShouldBeDialledWaitsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := twoInOrder(t)
		e, err := replication.NewEndpoint(nil, y.key, y.room) // x should dial it
		if err != nil {
			t.Fatal(err)
		}
		due := func(in time.Duration) int { return len(e.Due(time.Now().Add(in))) }
		here, there := netip.MustParseAddrPort("10.0.0.1:1"), netip.MustParseAddrPort("10.0.0.2:1")
		e.Know(here, x.name())
		if due(14999*time.Millisecond) != 0 || due(15*time.Second) != 1 {
			t.Error("who should be dialled dials before 15 s have passed, or not even then")
		}
		for range 3 {
			e.Dialled(here, 0)
			time.Sleep(time.Minute)
			due(0)
		}
		e.Dialled(here, 0)
		if e.Know(here, x.name()); due(2*time.Second) != 0 {
			t.Error("a pause ends when somebody says again what is known")
		}
		time.Sleep(time.Minute)
		due(0)
		if e.Dialled(here, 21*time.Second); due(1999*time.Millisecond) != 0 || due(2*time.Second) != 1 {
			t.Error("after a link that held one waits as at first")
		}
		e.Dialled(here, 0)
		time.Sleep(time.Minute)
		if e.Know(there, op.Device{}); due(0) != 2 {
			t.Error("of another one nobody said who it is")
		}
		e.Dialled(here, 0)
		e.Dialled(there, 0)
		time.Sleep(time.Minute)
		if e.Know(there, x.name()); due(0) != 1 {
			t.Error("two addresses of one router are dialled at once")
		}
		e.Dialled(here, 0)
		e.Dialled(there, 0)
		time.Sleep(time.Minute)
		if e.Know(there, op.Device{9}); due(0) != 2 {
			t.Error("one router waits for another")
		}
		e.Forget(here)
		e.Forget(there)
		e.Dialled(here, 0)
		if due(time.Hour) != 0 {
			t.Error("what was taken back is dialled")
		}
	})
}

// TestInventedAddressesTakeNobodysTurn: a stranger on the link announces a router of
// the cell at ever new addresses. The true one is dialled as often as its pauses let it.
func TestInventedAddressesTakeNobodysTurn(t *testing.T) {
	for name, served := range map[string]bool{"met": true, "not met yet": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, y := twoInOrder(t)
				e, err := replication.NewEndpoint(nil, x.key, x.room)
				if err != nil {
					t.Fatal(err)
				}
				at := func(i int) netip.AddrPort {
					return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i / 256), byte(255 - i%256)}), 1)
				}
				e.Know(at(0), y.name())
				e.Due(time.Now())
				if e.Dialled(at(0), 0); served {
					e.Dialled(at(0), time.Minute)
				}
				begun, pauses := time.Now(), []time.Duration(nil)
				for i := 1; i <= 600; i++ {
					time.Sleep(time.Second)
					for j := range 3 {
						e.Know(at(3*i+j), y.name())
					}
					if i > 20 {
						for j := range 3 {
							e.Forget(at(3*(i-20) + j))
						}
					}
					for _, d := range e.Due(time.Now()) {
						if e.Dialled(d, 0); d == at(0) {
							pauses, begun = append(pauses, time.Since(begun)), time.Now()
						}
					}
				}
				if len(pauses) < 15 || slices.Max(pauses) > 31*time.Second {
					t.Errorf("the true address was dialled after %v", pauses)
				}
			})
		})
	}
}

// TestAnAddressThatServedComesFirst, however many others have waited for longer.
func TestAnAddressThatServedComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y := twoInOrder(t)
		e, err := replication.NewEndpoint(nil, x.key, x.room)
		if err != nil {
			t.Fatal(err)
		}
		good := netip.MustParseAddrPort("10.0.0.9:1")
		e.Know(good, y.name())
		e.Due(time.Now())
		for i := range 100 {
			e.Know(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 1, byte(i)}), 1), y.name())
		}
		time.Sleep(time.Minute)
		for held, want := range map[time.Duration]bool{20 * time.Second: false, 21 * time.Second: true} {
			e.Dialled(good, held)
			time.Sleep(time.Minute)
			if due := e.Due(time.Now()); len(due) != 1 || (due[0] == good) != want {
				t.Errorf("held for %v: %v is dialled", held, due)
			}
			e.Forget(good)
			e.Know(good, y.name())
			time.Sleep(time.Minute)
		}
	})
}

// TestManyAddressesAreLookedThroughOnce: eight times as many, as anybody on a link may
// announce, take some eight times as long to look through, not sixty.
func TestManyAddressesAreLookedThroughOnce(t *testing.T) {
	x, y := twoInOrder(t)
	took := func(n int) time.Duration {
		e, err := replication.NewEndpoint(nil, x.key, x.room)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			e.Know(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i / 256), byte(i)}), 1), y.name())
		}
		least, now := time.Hour, time.Now()
		for range 20 {
			now = now.Add(10 * time.Millisecond)
			began := time.Now()
			e.Due(now)
			least = min(least, time.Since(began))
		}
		return least
	}
	if few, many := took(256), took(2048); many > 25*few {
		t.Errorf("256 addresses take %v, 2048 take %v", few, many)
	}
}

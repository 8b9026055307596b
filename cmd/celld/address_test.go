package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/netstate"
	"celld/internal/op"
)

// kernel is the edge of the world: links as a test has them.
type kernel struct {
	mu      sync.Mutex
	now     netstate.Snapshot
	changed chan struct{}
}

func (k *kernel) Now() (netstate.Snapshot, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now, k.changed
}

// has gives the one link br-lan these addresses.
func (k *kernel) has(prefixes ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.now = netstate.Snapshot{Links: []netstate.Link{link("lo", "127.0.0.1/8"), link("br-lan", prefixes...)}}
	if k.changed != nil {
		close(k.changed)
	}
	k.changed = make(chan struct{})
}

func link(name string, prefixes ...string) netstate.Link {
	l := netstate.Link{Name: name}
	for _, p := range prefixes {
		l.Addrs = append(l.Addrs, netip.MustParsePrefix(p))
	}
	return l
}

// notebook is the log, as far as addresses go.
type notebook struct {
	mu      sync.Mutex
	said    []trust.Address
	at      []time.Time
	alone   bool
	fails   error
	changed chan struct{}
}

func (n *notebook) Changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

func (n *notebook) Said() (last trust.Address, heard bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.said) > 0 {
		last = n.said[len(n.said)-1]
	}
	return last, !n.alone
}

func (n *notebook) Say(a trust.Address) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at = append(n.at, time.Now())
	if n.fails != nil {
		return n.fails
	}
	n.said = append(n.said, a)
	return nil
}

// grows says that something was written by somebody.
func (n *notebook) grows() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// handOver puts what a test has set and read before whatever the task does next.
func (n *notebook) handOver() {
	n.mu.Lock()
	defer n.mu.Unlock()
}

// located lets a task run in a bubble with these links and that book, and then
// whatever a test does; each step of it waits until all is quiet.
func located(t *testing.T, k *kernel, n *notebook, then func(wait func(time.Duration))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k.changed, n.changed = make(chan struct{}), make(chan struct{})
		task := &addressTask{links: k, book: n, skip: []string{"anygw"}, port: 7431, moved: func() {}, logger: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- task.Run(ctx) }()
		then(func(d time.Duration) {
			n.handOver()
			time.Sleep(d)
			synctest.Wait()
		})
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestARouterSaysWhereItIsOnceItHasSettled(t *testing.T) {
	k, n := &kernel{}, &notebook{}
	located(t, k, n, func(wait func(time.Duration)) {
		wait(time.Hour)
		k.has("10.13.0.11/16", "fd0d::11/64", "fe80::1/64")
		wait(addressSettles - time.Second)
		k.has("10.13.0.12/16", "fd0d::11/64", "fe80::1/64")
		wait(addressSettles - time.Second)
		if len(n.said) > 0 {
			t.Errorf("said before it has settled: %v", n.said)
		}
		wait(time.Second)
		want := trust.Address{Addrs: [][]byte{netip.MustParseAddr("10.13.0.12").AsSlice(), netip.MustParseAddr("fd0d::11").AsSlice()}, Port: 7431}
		if len(n.said) != 1 || !n.said[0].Equal(want) {
			t.Fatalf("said %v", n.said)
		}
		n.grows()
		wait(24 * time.Hour)
		if len(n.said) != 1 {
			t.Errorf("said %d times", len(n.said))
		}
	})
}

// A link that comes and goes must not fill a flash.
func TestARouterThatMovesWithoutEndSaysItSeldom(t *testing.T) {
	k, n := &kernel{}, &notebook{}
	located(t, k, n, func(wait func(time.Duration)) {
		for i := range 240 {
			k.has(netip.AddrFrom4([4]byte{10, 13, byte(i), 1}).String() + "/16")
			wait(addressSettles)
		}
		if len(n.said) != 6 {
			t.Errorf("in an hour it said %d times where it is", len(n.said))
		}
		for i := 1; i < len(n.at); i++ {
			if apart := n.at[i].Sub(n.at[i-1]); apart < addressAgain {
				t.Errorf("said twice within %v", apart)
			}
		}
		wait(addressAgain)
		if got := n.said[len(n.said)-1]; got.Addrs[0][2] != 239 {
			t.Errorf("in the end it is said to be at %v", got.Addrs)
		}
	})
}

func TestARouterThatIsAloneOrNowhereSaysNothing(t *testing.T) {
	k, n := &kernel{}, &notebook{alone: true}
	located(t, k, n, func(wait func(time.Duration)) {
		k.has("10.13.0.11/16")
		wait(time.Hour)
		if len(n.at) > 0 {
			t.Error("it told nobody where it is")
		}
		n.alone = false // a second one was taken in
		n.grows()
		wait(0)
		if len(n.said) != 1 {
			t.Fatalf("then it said %d times where it is", len(n.said))
		}
		k.has("fe80::1/64")
		wait(time.Hour)
		if len(n.said) != 1 {
			t.Error("it said that it is nowhere")
		}
	})
}

func TestWhatCouldNotBeWrittenIsTriedAgain(t *testing.T) {
	k, n := &kernel{}, &notebook{fails: errors.New("the disk is full")}
	located(t, k, n, func(wait func(time.Duration)) {
		k.has("10.13.0.11/16")
		wait(2 * addressAgain)
		if tries := len(n.at); tries != 2 {
			t.Errorf("tried %d times", tries)
		}
		n.fails = nil
		wait(addressAgain)
		if len(n.said) != 1 {
			t.Error("it was given up")
		}
	})
}

func TestWhatEveryRouterHasIsNotSaid(t *testing.T) {
	many := link("wan")
	for i := range 9 {
		many.Addrs = append(many.Addrs, netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, byte(9 - i)}), 24))
	}
	got := addressOf(netstate.Snapshot{Links: []netstate.Link{
		many, link("anygw", "10.13.0.1/16"), link("lan1", "10.13.0.11/16"), link("br-lan", "10.13.0.11/16", "fd0d::11/64"),
	}}, []string{"anygw"}, 1)
	if len(got.Addrs) != trust.MaxAddresses || got.Addrs[0][0] != 10 || got.Addrs[1][3] != 1 || got.Addrs[7][3] != 7 {
		t.Errorf("said is %v", got.Addrs)
	}
}

func TestOnlyRoutersOfTheCellAreLookedForWhereTheySaid(t *testing.T) {
	kitchen, hall, gone := op.Device{1}, op.Device{2}, op.Device{3}
	of := func(d op.Device, port uint16, list ...string) trust.Located {
		l := trust.Located{Router: d, Port: port}
		for _, s := range list {
			l.Addrs = append(l.Addrs, netip.MustParseAddr(s).AsSlice())
		}
		return l
	}
	said := &trust.Addresses{Routers: []trust.Located{
		of(kitchen, 1, "10.13.0.1", "10.13.0.11", "fd0d::11"), of(gone, 2, "10.13.0.12"), of(hall, 1, "10.13.0.11", "10.13.0.13"),
	}}
	own := ownAddresses(netstate.Snapshot{Links: []netstate.Link{link("anygw", "10.13.0.1/16")}})
	got := placesOf(said, func(d op.Device) bool { return d != gone }, own)
	shared := netip.MustParseAddrPort("10.13.0.11:1")
	want := map[netip.AddrPort]op.Device{
		netip.MustParseAddrPort("[fd0d::11]:1"): kitchen, netip.MustParseAddrPort("10.13.0.13:1"): hall,
		shared: hall, // which said so later
	}
	for name, c := range map[string]struct{ talks, want op.Device }{
		"nobody": {op.Device{}, hall}, "who said so later": {hall, kitchen}, "who said so first": {kitchen, hall},
	} {
		want[shared] = c.want // or nobody would ever dial who is not talked to
		one, disputed := got.decide(func(d op.Device) bool { return d == c.talks })
		if !maps.Equal(one, want) || !disputed {
			t.Errorf("%s is talked to: looked for are %v", name, one)
		}
	}
	want[shared] = hall
	if one, _ := got.decide(func(op.Device) bool { return true }); !maps.Equal(one, want) {
		t.Errorf("all are talked to: looked for are %v", one)
	}
	delete(got, shared)
	if _, disputed := got.decide(func(op.Device) bool { return false }); disputed {
		t.Error("there is nothing to decide")
	}
	if nothing := placesOf(nil, nil, nil); nothing == nil || len(nothing) > 0 {
		t.Errorf("where nobody said anything, %v", nothing)
	}
}

// TestAShortWayIsNotAnUnknownOne: what takes less than a millisecond there and back
// is told as one; nothing is, before anything was timed.
func TestAShortWayIsNotAnUnknownOne(t *testing.T) {
	for took, want := range map[time.Duration]int{0: 0, time.Microsecond: 1, time.Millisecond: 1, time.Millisecond + 1: 2} {
		if got := milliseconds(took); got != want {
			t.Errorf("%v is told as %d ms", took, got)
		}
	}
}

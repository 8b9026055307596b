package cell_test

import (
	"net/netip"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// isAt lets a router say where it can be reached, lawful or not.
func (x *replica) isAt(addrs ...string) op.Opened {
	x.world.t.Helper()
	own := deviceOf(x.key)
	if n, _ := x.graph.Head(own); n == 0 {
		x.sign(x.key, op.Draft{Kind: trust.KindOpen, Content: trust.Open{Key: public(x.key), Router: own, Grant: []byte{}}}, op.ClockNTP)
	}
	a := trust.Address{Port: 7431}
	for _, s := range addrs {
		a.Addrs = append(a.Addrs, netip.MustParseAddr(s).AsSlice())
	}
	return x.sign(x.key, op.Draft{Kind: trust.KindAddress, Content: a}, op.ClockNone)
}

// at is where a router is said to be, by its first address.
func at(s *cell.State, d op.Device) string {
	a, _ := s.Value(trust.AddressKey).(*trust.Addresses)
	said, ok := a.Of(d)
	if !ok {
		return ""
	}
	first, _ := netip.AddrFromSlice(said.Addrs[0])
	return first.String()
}

// tellMoved lets a router move twice, the second time while somebody lets it go
// who has heard of the first alone.
func tellMoved(t *testing.T) *world {
	w := newWorld(t, 2, 2)
	here, there := w.replica[0], w.replica[1]
	here.isAt("10.13.0.11", "fd0d::11")
	there.isAt("10.13.0.12")
	there.isAt("10.13.0.13", "fd0d::13")
	w.settle()
	there.isAt("10.13.0.99")
	here.must(w.members[0].id, op.Draft{Kind: trust.KindDismiss, Content: trust.Router{Router: deviceOf(there.key)}})
	here.isAt("169.254.0.1") // nobody beyond the link can go there
	return w
}

func TestARouterIsWhereItsNewestLawfulWordSays(t *testing.T) {
	w := tellMoved(t)
	here, there := w.replica[0], w.replica[1]
	if got := at(there.state, deviceOf(there.key)); got != "10.13.0.99" {
		t.Errorf("before it heard that it was let go, it is at %q", got)
	}
	w.settle()
	for i, x := range w.replica {
		if got := at(x.state, deviceOf(there.key)); got != "10.13.0.13" {
			t.Errorf("router %d has the one that was let go at %q", i, got)
		}
		if got := at(x.state, deviceOf(here.key)); got != "10.13.0.11" {
			t.Errorf("router %d has the other one at %q", i, got)
		}
	}
	if here.state.Digest() != there.state.Digest() {
		t.Error("they do not agree")
	}
}

// A router that has lost power must find the others before anybody signs in.
func TestALockedRouterKnowsWhereTheOthersAre(t *testing.T) {
	w := newWorld(t, 2, 2)
	here, there := w.replica[0], w.replica[1]
	there.isAt("10.13.0.12")
	w.settle()
	if got := at(here.state.Public(), deviceOf(there.key)); got != "10.13.0.12" {
		t.Errorf("locked, it has the other at %q", got)
	}
}

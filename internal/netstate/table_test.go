package netstate

import (
	"encoding"
	"errors"
	"flag"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
)

func message(t testing.TB, kind netlink.HeaderType, m encoding.BinaryMarshaler) netlink.Message {
	t.Helper()
	data, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return netlink.Message{Header: netlink.Header{Type: kind}, Data: data}
}

const up = flagUp | flagRunning | flagMulticast

func link(t testing.TB, kind netlink.HeaderType, index uint32, name string, flags uint32) netlink.Message {
	return message(t, kind, &rtnetlink.LinkMessage{Index: index, Flags: flags, Attributes: &rtnetlink.LinkAttributes{
		Name: name, MTU: 1500, Address: net.HardwareAddr{2, 0, 0, 0, 0, byte(index)},
	}})
}

func addr(t testing.TB, kind netlink.HeaderType, index uint32, prefix string, flags uint8) netlink.Message {
	p := netip.MustParsePrefix(prefix)
	family := uint8(familyIPv6)
	if p.Addr().Is4() {
		family = familyIPv4
	}
	return message(t, kind, &rtnetlink.AddressMessage{
		Family: family, PrefixLength: uint8(p.Bits()), Flags: flags, Index: index,
		Attributes: &rtnetlink.AddressAttributes{Address: p.Addr().AsSlice(), Local: p.Addr().AsSlice()},
	})
}

func neigh(t testing.TB, kind netlink.HeaderType, index uint32, ip string, state uint16) netlink.Message {
	a := netip.MustParseAddr(ip)
	m := message(t, kind, &rtnetlink.NeighMessage{Index: index, State: state, Attributes: &rtnetlink.NeighAttributes{
		Address: a.AsSlice(), LLAddress: net.HardwareAddr{2, 0, 0, 0, 0, 9},
	}})
	m.Data[0] = familyIPv4
	if a.Is6() {
		m.Data[0] = familyIPv6
	}
	return m
}

func told(messages ...netlink.Message) *table {
	t := newTable()
	for _, m := range messages {
		t.apply(m)
	}
	return t
}

func TestLinksAddressesAndNeighboursAreTold(t *testing.T) {
	router := neigh(t, newNeigh, 3, "fe80::7", 0x04)
	router.Data[10] = neighRouter
	s := told(
		link(t, newLink, 3, "wlan0", flagUp),
		link(t, newLink, 2, "eth0", up),
		addr(t, newAddr, 2, "fe80::2/64", 0), addr(t, newAddr, 2, "10.0.0.2/24", 0),
		neigh(t, newNeigh, 2, "10.0.0.9", 0x02), neigh(t, newNeigh, 2, "fe80::9", 0x20), router,
	).snapshot(nil)
	if len(s.Links) != 2 || s.Links[0].Name != "eth0" || !s.Links[0].Up || !s.Links[0].Multicast || s.Links[1].Up {
		t.Fatalf("links %+v", s.Links)
	}
	eth := s.Links[0]
	if eth.MTU != 1500 || eth.Hardware != "02:00:00:00:00:02" ||
		!slices.Equal(eth.Addrs, []netip.Prefix{netip.MustParsePrefix("10.0.0.2/24"), netip.MustParsePrefix("fe80::2/64")}) {
		t.Errorf("eth0 %+v", eth)
	}
	want := []Neighbour{
		{Link: 2, Addr: netip.MustParseAddr("10.0.0.9"), Hardware: "02:00:00:00:00:09", State: Reachable},
		{Link: 2, Addr: netip.MustParseAddr("fe80::9"), Hardware: "02:00:00:00:00:09", State: Failed},
		{Link: 3, Addr: netip.MustParseAddr("fe80::7"), Hardware: "02:00:00:00:00:09", State: Stale, Router: true},
	}
	if !slices.Equal(s.Neighbours, want) {
		t.Errorf("neighbours %+v", s.Neighbours)
	}
}

func TestALinkThatGoesTakesWhatWasOnIt(t *testing.T) {
	s := told(
		link(t, newLink, 2, "eth0", up), addr(t, newAddr, 2, "10.0.0.2/24", 0), neigh(t, newNeigh, 2, "10.0.0.9", 0x02),
		link(t, delLink, 2, "eth0", 0), link(t, newLink, 2, "eth0", up),
	).snapshot(nil)
	if len(s.Links) != 1 || len(s.Links[0].Addrs) != 0 || len(s.Neighbours) != 0 {
		t.Errorf("%+v", s)
	}
	s = told(
		link(t, newLink, 2, "eth0", up), link(t, newLink, 3, "wlan0", up),
		neigh(t, newNeigh, 2, "10.0.0.9", 0x02), neigh(t, newNeigh, 3, "10.0.0.9", 0x02), link(t, delLink, 2, "eth0", 0),
	).snapshot(nil)
	if len(s.Links) != 1 || s.Links[0].Name != "wlan0" || len(s.Neighbours) != 1 || s.Neighbours[0].Link != 3 {
		t.Errorf("%+v", s)
	}
}

func TestALinkIsWhatItsFlagsSay(t *testing.T) {
	for flags, want := range map[uint32]Link{
		0: {}, flagUp: {}, flagRunning: {}, flagUp | flagRunning: {Up: true}, flagLoopback: {Loopback: true}, flagMulticast: {Multicast: true},
	} {
		l := told(link(t, newLink, 2, "eth0", flags)).snapshot(nil).Links[0]
		if l.Up != want.Up || l.Loopback != want.Loopback || l.Multicast != want.Multicast {
			t.Errorf("%x: %+v", flags, l)
		}
	}
}

func TestALinkMayBePartOfAnother(t *testing.T) {
	master := uint32(7)
	port := message(t, newLink, &rtnetlink.LinkMessage{Index: 2, Attributes: &rtnetlink.LinkAttributes{
		Name: "lan1", MTU: 1500, Type: 9, Master: &master, Info: &rtnetlink.LinkInfo{Kind: "vlan"}, Address: net.HardwareAddr{2, 0, 0, 0, 0, 2},
	}})
	if l := told(port).snapshot(nil).Links[0]; l.Master != 7 || l.Parent != 9 || l.Kind != "vlan" || l.Hardware != "02:00:00:00:00:02" {
		t.Errorf("%+v", l)
	}
	alone := message(t, newLink, &rtnetlink.LinkMessage{Index: 2, Attributes: &rtnetlink.LinkAttributes{Name: "lan1", MTU: 1500}})
	if l := told(port, alone).snapshot(nil).Links[0]; l.Master != 0 || l.Parent != 0 || l.Kind != "" || l.Hardware != "" {
		t.Errorf("%+v", l)
	}
}

// TestTheOtherEndIsNotOurs: on a point-to-point link an address comes with that of
// the other end.
func TestTheOtherEndIsNotOurs(t *testing.T) {
	own, other := net.IP{10, 0, 0, 1}, net.IP{10, 0, 0, 2}
	for name, a := range map[string]*rtnetlink.AddressAttributes{"both": {Address: other, Local: own}, "one": {Address: own}} {
		m := message(t, newAddr, &rtnetlink.AddressMessage{Family: familyIPv4, PrefixLength: 32, Index: 2, Attributes: a})
		s := told(link(t, newLink, 2, "ppp0", up), m).snapshot(nil)
		if !slices.Equal(s.Links[0].Addrs, []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}) {
			t.Errorf("%s: %v", name, s.Links[0].Addrs)
		}
	}
}

func TestWhatCannotBeReadIsCounted(t *testing.T) {
	of := func(family, bits uint8, ip ...byte) netlink.Message {
		return message(t, newAddr, &rtnetlink.AddressMessage{Family: family, PrefixLength: bits, Index: 2, Attributes: &rtnetlink.AddressAttributes{Address: ip}})
	}
	from := neigh(t, newNeigh, 2, "10.0.0.9", 0x02)
	for name, m := range map[string]netlink.Message{
		"half a link":      {Header: netlink.Header{Type: newLink}, Data: []byte{1, 2}},
		"half an address":  {Header: netlink.Header{Type: newAddr}, Data: []byte{1, 2}},
		"half a neighbour": {Header: netlink.Header{Type: newNeigh}, Data: []byte{1, 2}},
		"no address":       {Header: netlink.Header{Type: newAddr}, Data: of(familyIPv4, 24, 10, 0, 0, 1).Data[:8]},
		"no neighbour":     {Header: netlink.Header{Type: newNeigh}, Data: from.Data[:12]},
		"another family":   of(familyIPv6, 24, 10, 0, 0, 1),
		"a long prefix":    of(familyIPv4, 33, 10, 0, 0, 1),
	} {
		if x := told(link(t, newLink, 2, "eth0", up), m); x.bad != 1 || len(x.addrs)+len(x.neighbours) > 0 || len(x.links) != 1 {
			t.Errorf("%s: %+v", name, x)
		}
	}
	if x := told(netlink.Message{Header: netlink.Header{Type: 99}}); x.bad != 0 {
		t.Error("what concerns others is taken for bad")
	}
}

func TestASnapshotIsSorted(t *testing.T) {
	x := newTable()
	for i := range 20 {
		x.apply(link(t, newLink, uint32(40-i), "x", up))
		x.apply(addr(t, newAddr, 30, netip.AddrFrom4([4]byte{10, 0, 0, byte(40 - i)}).String()+"/24", 0))
		x.apply(addr(t, newAddr, 30, netip.AddrFrom4([4]byte{10, 0, 0, byte(40 - i)}).String()+"/16", 0))
		for _, at := range []uint32{31, 30} {
			x.apply(neigh(t, newNeigh, at, netip.AddrFrom4([4]byte{10, 0, 1, byte(40 - i)}).String(), 0x02))
		}
	}
	s := x.snapshot(nil)
	if !slices.IsSortedFunc(s.Links, func(a, b Link) int { return a.Index - b.Index }) || !slices.IsSortedFunc(s.Neighbours, compareNeighbours) ||
		len(s.Neighbours) != 40 || s.Neighbours[20].Link != 31 {
		t.Errorf("%+v", s)
	}
	at := s.Links[slices.IndexFunc(s.Links, func(l Link) bool { return l.Index == 30 })].Addrs
	if len(at) != 40 || at[0].String() != "10.0.0.21/16" || at[1].String() != "10.0.0.21/24" || !slices.IsSortedFunc(at, comparePrefixes) {
		t.Errorf("%v", at)
	}
}

func TestAPortThatLeavesItsBridgeLivesOn(t *testing.T) {
	gone := link(t, delLink, 2, "eth0", up)
	gone.Data[0] = familyBridge
	if s := told(link(t, newLink, 2, "eth0", up), gone).snapshot(nil); len(s.Links) != 1 {
		t.Errorf("%+v", s.Links)
	}
}

func TestShortNewsOfALinkChangeWhatTheyTell(t *testing.T) {
	named := message(t, newLink, &rtnetlink.LinkMessage{Index: 2, Flags: up, Attributes: &rtnetlink.LinkAttributes{Name: "wan"}})
	if l := told(link(t, newLink, 2, "eth0", up), named).snapshot(nil).Links[0]; l.Name != "wan" || l.MTU != 1500 || l.Hardware == "" {
		t.Errorf("%+v", l)
	}
	short := message(t, newLink, &rtnetlink.LinkMessage{Index: 2, Flags: flagUp})
	s := told(link(t, newLink, 2, "eth0", up), short).snapshot(nil)
	if l := s.Links[0]; l.Name != "eth0" || l.MTU != 1500 || l.Hardware == "" || l.Up {
		t.Errorf("%+v", l)
	}
}

func TestAddressesThatMayNotBeUsedAreLeftOut(t *testing.T) {
	tried := addr(t, newAddr, 2, "fe80::2/64", addrTentative)
	good := addr(t, newAddr, 2, "fe80::2/64", 0)
	failed := addr(t, newAddr, 2, "fe80::2/64", addrDADFailed)
	for _, c := range []struct {
		messages []netlink.Message
		want     int
	}{
		{[]netlink.Message{tried}, 0},
		{[]netlink.Message{tried, good}, 1},
		{[]netlink.Message{tried, good, good}, 1},
		{[]netlink.Message{tried, failed}, 0},
		{[]netlink.Message{good, failed}, 0},
		{[]netlink.Message{good, addr(t, delAddr, 2, "fe80::2/64", 0)}, 0},
	} {
		s := told(append([]netlink.Message{link(t, newLink, 2, "eth0", up)}, c.messages...)...).snapshot(nil)
		if got := len(s.Links[0].Addrs); got != c.want {
			t.Errorf("%d messages: %d addresses, want %d", len(c.messages), got, c.want)
		}
	}
}

func TestNeighboursThatAreNoneAreLeftOut(t *testing.T) {
	bridged := neigh(t, newNeigh, 2, "10.0.0.8", 0x02)
	bridged.Data[0] = familyBridge
	s := told(
		neigh(t, newNeigh, 2, "224.0.0.251", 0x40), neigh(t, newNeigh, 2, "ff02::fb", 0x80), bridged,
		neigh(t, newNeigh, 2, "10.0.0.9", 0x04), neigh(t, delNeigh, 2, "10.0.0.9", 0x04),
		neigh(t, newNeigh, 2, "10.0.0.7", 0x02), neigh(t, newNeigh, 2, "10.0.0.7", 0x00),
	).snapshot(nil)
	if len(s.Neighbours) != 0 {
		t.Errorf("%+v", s.Neighbours)
	}
}

func TestTheTableDoesNotGrowWithoutEnd(t *testing.T) {
	x := newTable()
	for i := range maxNeighbours + 100 {
		x.apply(neigh(t, newNeigh, 2, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String(), 0x02))
	}
	for i := range maxAddrs + 100 {
		x.apply(addr(t, newAddr, 2, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()+"/24", 0))
	}
	for i := range maxLinks + 100 {
		x.apply(link(t, newLink, uint32(i+1), "x", up))
	}
	if len(x.neighbours) != maxNeighbours || len(x.addrs[2]) != maxAddrs || len(x.links) != maxLinks || x.bad != 300 {
		t.Errorf("%d neighbours, %d addresses, %d links, %d bad", len(x.neighbours), len(x.addrs[2]), len(x.links), x.bad)
	}
	// What is known already is still followed.
	x.apply(link(t, newLink, 1, "y", up))
	x.apply(neigh(t, newNeigh, 2, "10.0.0.0", 0x20))
	x.apply(addr(t, newAddr, 2, "10.0.0.0/24", 0))
	if x.links[1].Name != "y" || x.neighbours[place{2, netip.MustParseAddr("10.0.0.0")}].State != Failed || x.bad != 300 {
		t.Errorf("%+v, %d bad", x.links[1], x.bad)
	}
	for i := range maxLinks + 100 {
		x.apply(addr(t, newAddr, uint32(i+3), "10.0.0.1/24", 0))
	}
	x.apply(addr(t, newAddr, 3, "10.0.0.2/24", 0)) // has some
	if len(x.addrs) != maxLinks || len(x.addrs[3]) != 2 {
		t.Errorf("%d links have addresses, one of them %v", len(x.addrs), x.addrs[3])
	}
	x.apply(addr(t, delAddr, 3, "10.0.0.2/24", 0))
	x.apply(addr(t, delAddr, 3, "10.0.0.1/24", 0))
	if len(x.addrs) != maxLinks-1 {
		t.Error("a place is kept for a link that has no address any more")
	}
}

// FuzzMessages cannot be reached by a stranger, but a kernel of the future can
// say what this package does not know.
func FuzzMessages(f *testing.F) {
	f.Fuzz(func(t *testing.T, kind uint16, data []byte) {
		x := told(link(t, newLink, 2, "eth0", up), netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(kind)}, Data: data})
		for _, l := range x.snapshot(nil).Links {
			for _, a := range l.Addrs {
				if !a.IsValid() {
					t.Fatalf("address %v", a)
				}
			}
		}
	})
}

var update = flag.Bool("update", false, "write the fuzz seeds anew")

// TestFuzzSeedsAreThoseOfToday keeps the committed seeds from ageing into
// messages that are refused at their first byte. The kernel's bytes are those
// of the processor: the seeds are little-endian.
func TestFuzzSeedsAreThoseOfToday(t *testing.T) {
	dir := "testdata/fuzz/FuzzMessages"
	for name, m := range map[string]netlink.Message{
		"link": link(t, newLink, 2, "eth0", up), "address": addr(t, newAddr, 2, "10.0.0.2/24", 0),
		"neighbour": neigh(t, newNeigh, 2, "fe80::9", 2), "gone": link(t, delLink, 2, "eth0", 0),
	} {
		want, file := "go test fuzz v1\nuint16("+strconv.Itoa(int(m.Header.Type))+")\n[]byte("+strconv.Quote(string(m.Data))+")\n", filepath.Join(dir, name)
		if *update {
			if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(file, []byte(want), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what go test -update would write (%v)", file, err)
		}
	}
}

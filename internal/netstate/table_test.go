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
	s := told(
		link(t, newLink, 3, "wlan0", flagUp),
		link(t, newLink, 2, "eth0", up),
		addr(t, newAddr, 2, "fe80::2/64", 0), addr(t, newAddr, 2, "10.0.0.2/24", 0),
		neigh(t, newNeigh, 2, "10.0.0.9", 0x02), neigh(t, newNeigh, 2, "fe80::9", 0x20),
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
}

func TestAPortThatLeavesItsBridgeLivesOn(t *testing.T) {
	gone := link(t, delLink, 2, "eth0", up)
	gone.Data[0] = familyBridge
	if s := told(link(t, newLink, 2, "eth0", up), gone).snapshot(nil); len(s.Links) != 1 {
		t.Errorf("%+v", s.Links)
	}
}

func TestShortNewsOfALinkChangeWhatTheyTell(t *testing.T) {
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

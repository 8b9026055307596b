package netstate

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
)

// Snapshot is what there is at one moment, sorted. It is not changed after it
// was given out.
type Snapshot struct {
	Links      []Link
	Neighbours []Neighbour
	// Blind says what the kernel does not let us see, and why.
	Blind []string
}

// Link is a network interface.
type Link struct {
	Index     int
	Name      string
	Kind      string // "bridge", "vlan", "veth", ...; empty where it is hardware
	Hardware  string // address, like "02:13:00:00:00:01"
	MTU       int
	Master    int  // index of the bridge it is a port of, or 0
	Parent    int  // index of the link it is a part of, or 0
	Up        bool // it carries packets now
	Multicast bool
	Loopback  bool
	// Addrs are the addresses that may be used: not those that are still
	// being tried for duplicates.
	Addrs []netip.Prefix
}

// Neighbour is what the kernel knows of another machine on a link.
type Neighbour struct {
	Link     int
	Addr     netip.Addr
	Hardware string // empty where not known
	State    State
	Router   bool // it told so (IPv6)
}

// Hardware returns the hardware address of the neighbour at an address, which may
// name its link as its zone; empty where none is known.
func (s Snapshot) Hardware(at netip.Addr) string {
	for _, n := range s.Neighbours {
		if n.Addr == at.WithZone("").Unmap() && n.Hardware != "" && (at.Zone() == "" || s.called(n.Link) == at.Zone()) {
			return n.Hardware
		}
	}
	return madeOf(at)
}

// madeOf is the hardware address that a link-local one was made of (RFC 4291,
// appendix A), if it was: the kernel knows a neighbour by it before anything was
// sent there.
func madeOf(at netip.Addr) string {
	b := at.As16()
	if !at.Is6() || !at.IsLinkLocalUnicast() || b[11] != 0xff || b[12] != 0xfe {
		return ""
	}
	return net.HardwareAddr{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]}.String()
}

// called is the name of a link.
func (s Snapshot) called(index int) string {
	for _, l := range s.Links {
		if l.Index == index {
			return l.Name
		}
	}
	return ""
}

// State is how sure the kernel is of a neighbour.
type State string

// The states of a neighbour, as the kernel names them.
const (
	Incomplete State = "incomplete" // asked for, no answer yet
	Reachable  State = "reachable"
	Stale      State = "stale" // was reachable, not checked since
	Delay      State = "delay" // about to be checked
	Probe      State = "probe" // being checked
	Failed     State = "failed"
	Permanent  State = "permanent"
)

func (l Link) equal(o Link) bool {
	return slices.Equal(l.Addrs, o.Addrs) && l.flat() == o.flat()
}

// flat is all of a link that can be compared: all but its addresses.
func (l Link) flat() any {
	return [...]any{l.Index, l.Name, l.Kind, l.Hardware, l.MTU, l.Master, l.Parent, l.Up, l.Multicast, l.Loopback}
}

func (s Snapshot) equal(o Snapshot) bool {
	return slices.EqualFunc(s.Links, o.Links, Link.equal) && slices.Equal(s.Neighbours, o.Neighbours) &&
		slices.Equal(s.Blind, o.Blind)
}

func compareNeighbours(a, b Neighbour) int {
	return cmp.Or(cmp.Compare(a.Link, b.Link), a.Addr.Compare(b.Addr))
}

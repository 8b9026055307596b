package netstate

import (
	"cmp"
	"net/netip"
	"slices"
	"sort"

	"github.com/jsimonetti/rtnetlink/v2"
	"github.com/mdlayher/netlink"
)

// Numbers of rtnetlink(7), <linux/rtnetlink.h>, <linux/if.h>, <linux/neighbour.h>
// and <linux/if_addr.h>. They stand here so that the package builds elsewhere.
const (
	newLink, delLink, getLink = 16, 17, 18
	newAddr, delAddr, getAddr = 20, 21, 22
	newNeigh, delNeigh        = 28, 29
	getNeigh                  = 30

	familyIPv4, familyBridge, familyIPv6 = 2, 7, 10

	flagUp, flagLoopback, flagRunning, flagMulticast = 1, 1 << 3, 1 << 6, 1 << 12

	addrDADFailed, addrTentative = 0x08, 0x40

	neighRouter = 0x80
)

// What the table holds at most. A kernel's own neighbour table ends at 1024 for
// each family, as it comes.
const (
	maxLinks      = 1024
	maxAddrs      = 64 // of one link
	maxNeighbours = 2048
)

var states = map[uint16]State{
	0x01: Incomplete, 0x02: Reachable, 0x04: Stale, 0x08: Delay, 0x10: Probe, 0x20: Failed, 0x80: Permanent,
}

// table is what the kernel has told. It is pure: messages go in, a snapshot
// comes out.
type table struct {
	links      map[int]Link // without addresses
	addrs      map[int][]netip.Prefix
	neighbours map[place]Neighbour
	bad        int // messages that could not be read, or had no room
}

type place struct {
	link int
	addr netip.Addr
}

func newTable() *table {
	return &table{links: map[int]Link{}, addrs: map[int][]netip.Prefix{}, neighbours: map[place]Neighbour{}}
}

// apply takes one message. What it cannot read it counts.
func (t *table) apply(m netlink.Message) {
	var ok bool
	switch m.Header.Type {
	case newLink, delLink:
		ok = t.link(m.Header.Type == newLink, m.Data)
	case newAddr, delAddr:
		ok = t.addr(m.Header.Type == newAddr, m.Data)
	case newNeigh, delNeigh:
		ok = t.neighbour(m.Header.Type == newNeigh, m.Data)
	default:
		ok = true
	}
	if !ok {
		t.bad++
	}
}

func (t *table) link(here bool, data []byte) bool {
	var m rtnetlink.LinkMessage
	if err := m.UnmarshalBinary(data); err != nil {
		return false
	}
	// A bridge tells of its ports in a family of its own: a port that leaves
	// it is "deleted" there, and goes on living.
	if data[0] == familyBridge {
		return true
	}
	i := int(m.Index)
	if !here {
		delete(t.links, i)
		delete(t.addrs, i)
		for p := range t.neighbours {
			if p.link == i {
				delete(t.neighbours, p)
			}
		}
		return true
	}
	l, known := t.links[i]
	if !known && len(t.links) == maxLinks {
		return false
	}
	l.Index = i
	l.Up = m.Flags&flagUp != 0 && m.Flags&flagRunning != 0
	l.Multicast = m.Flags&flagMulticast != 0
	l.Loopback = m.Flags&flagLoopback != 0
	// Wireless drivers send news that hold little more than the name: what
	// such a message does not tell has not changed.
	if a := m.Attributes; a != nil && a.MTU != 0 {
		l.describe(a)
	} else if a != nil && a.Name != "" {
		l.Name = a.Name
	}
	t.links[i] = l
	return true
}

func (l *Link) describe(a *rtnetlink.LinkAttributes) {
	l.Name, l.MTU, l.Parent = a.Name, int(a.MTU), int(a.Type) // Type is IFLA_LINK there
	l.Hardware, l.Master, l.Kind = "", 0, ""
	if len(a.Address) > 0 {
		l.Hardware = a.Address.String()
	}
	if a.Master != nil {
		l.Master = int(*a.Master)
	}
	if a.Info != nil {
		l.Kind = a.Info.Kind
	}
}

func (t *table) addr(here bool, data []byte) bool {
	var m rtnetlink.AddressMessage
	if err := m.UnmarshalBinary(data); err != nil || m.Attributes == nil {
		return false
	}
	ip := m.Attributes.Local // on a point-to-point link Address is the other end
	if ip == nil {
		ip = m.Attributes.Address
	}
	a, ok := netip.AddrFromSlice(ip)
	a = a.Unmap()
	p := netip.PrefixFrom(a, int(m.PrefixLength))
	if !ok || !p.IsValid() || a.Is4() != (m.Family == familyIPv4) {
		return false
	}
	i := int(m.Index)
	rest := slices.DeleteFunc(slices.Clone(t.addrs[i]), func(o netip.Prefix) bool { return o == p })
	flags := uint32(m.Flags) | m.Attributes.Flags
	usable := flags&(addrTentative|addrDADFailed) == 0
	if here && usable {
		if len(rest) == maxAddrs || len(t.addrs) == maxLinks && len(rest) == 0 {
			return false
		}
		rest = append(rest, p)
	}
	t.addrs[i] = rest
	if len(rest) == 0 {
		delete(t.addrs, i)
	}
	return true
}

func (t *table) neighbour(here bool, data []byte) bool {
	var m rtnetlink.NeighMessage
	if err := m.UnmarshalBinary(data); err != nil {
		return false
	}
	if data[0] != familyIPv4 && data[0] != familyIPv6 {
		return true // the forwarding table of a bridge
	}
	if m.Attributes == nil {
		return false
	}
	a, ok := netip.AddrFromSlice(m.Attributes.Address)
	a = a.Unmap()
	if !ok {
		return false
	}
	p := place{int(m.Index), a}
	state, real := states[m.State]
	if !here || !real || a.IsMulticast() {
		delete(t.neighbours, p) // others need no asking for: broadcast, loopback
		return true
	}
	if _, known := t.neighbours[p]; !known && len(t.neighbours) == maxNeighbours {
		return false
	}
	n := Neighbour{Link: p.link, Addr: a, State: state, Router: m.Flags&neighRouter != 0}
	if len(m.Attributes.LLAddress) > 0 {
		n.Hardware = m.Attributes.LLAddress.String()
	}
	t.neighbours[p] = n
	return true
}

// snapshot returns what there is, sorted.
func (t *table) snapshot(blind []string) Snapshot {
	s := Snapshot{Blind: blind}
	for i, l := range t.links {
		at := slices.Clone(t.addrs[i])
		sort.Slice(at, func(i, j int) bool { return comparePrefixes(at[i], at[j]) < 0 })
		l.Addrs = at
		s.Links = append(s.Links, l)
	}
	for _, n := range t.neighbours {
		s.Neighbours = append(s.Neighbours, n)
	}
	sort.Slice(s.Links, func(i, j int) bool { return s.Links[i].Index < s.Links[j].Index })
	sort.Slice(s.Neighbours, func(i, j int) bool { return compareNeighbours(s.Neighbours[i], s.Neighbours[j]) < 0 })
	return s
}

func comparePrefixes(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

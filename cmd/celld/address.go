package main

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sort"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/dnssd"
	"celld/internal/netstate"
	"celld/internal/op"
)

// How a router says where it is. What it says once stays in the log for good,
// so it waits until its addresses have settled, and says it seldom.
const (
	addressSettles = 15 * time.Second
	addressAgain   = 10 * time.Minute
)

// addressTask has this router say in its log where it can be reached, for those
// of the cell's routers that share no link with it. It knows what it is at the
// moment, and since when; its goroutine owns that.
type addressTask struct {
	links interface {
		Now() (netstate.Snapshot, <-chan struct{})
	}
	book   addressBook
	skip   []string // links that are not spoken of
	port   uint16
	moved  func() // told when the addresses here are others
	logger *slog.Logger

	is    trust.Address
	since time.Time
	last  time.Time // when it was written down last
}

// addressBook is where it is written down.
type addressBook interface {
	Changed() <-chan struct{}
	// Said returns what this router said last, and whether anybody is to hear more.
	Said() (trust.Address, bool)
	Say(trust.Address) error
}

// Run implements task.
func (t *addressTask) Run(ctx context.Context) error {
	timer := time.NewTimer(addressAgain)
	defer timer.Stop()
	for {
		grown := t.book.Changed()
		now, moved := t.links.Now()
		timer.Reset(t.look(now, time.Now()))
		select {
		case <-ctx.Done():
			return nil
		case <-grown:
		case <-moved:
		case <-timer.C:
		}
	}
}

// look says it if it is due, and returns when to look again at the latest.
func (t *addressTask) look(links netstate.Snapshot, now time.Time) time.Duration {
	if is := addressOf(links, t.skip, t.port); !is.Equal(t.is) {
		t.is, t.since = is, now
		t.moved()
	}
	said, heard := t.book.Said()
	if !heard || len(t.is.Addrs) == 0 || said.Equal(t.is) {
		return addressAgain
	}
	due := t.since.Add(addressSettles)
	if next := t.last.Add(addressAgain); due.Before(next) {
		due = next
	}
	if now.Before(due) {
		return due.Sub(now)
	}
	t.last = now
	if err := t.book.Say(t.is); err != nil {
		t.logger.Warn("where this router can be reached could not be written down", "err", err)
	}
	return addressAgain
}

// addressOf picks what others may have a route to. A link that carries nothing
// counts, too: its address is this router's by whatever link one comes.
func addressOf(now netstate.Snapshot, skip []string, port uint16) trust.Address {
	a := trust.Address{Port: port}
	for _, l := range now.Links {
		for _, p := range l.Addrs {
			if b := p.Addr().AsSlice(); trust.Routable(b) && !slices.Contains(skip, l.Name) {
				a.Addrs = append(a.Addrs, b)
			}
		}
	}
	sort.Slice(a.Addrs, func(i, j int) bool { return trust.CompareAddrs(a.Addrs[i], a.Addrs[j]) < 0 })
	a.Addrs = slices.CompactFunc(a.Addrs, func(x, y []byte) bool { return trust.CompareAddrs(x, y) == 0 })
	a.Addrs = a.Addrs[:min(len(a.Addrs), trust.MaxAddresses)]
	return a
}

// addressTask is the one of a mesh.
func (m *mesh) addressTask() *addressTask {
	return &addressTask{links: m.links, book: logBook{m}, skip: m.house.config.skip, port: m.port(), moved: m.stir, logger: m.house.logger}
}

// logBook is the cell's log, where routers say where they are.
type logBook struct{ *mesh }

func (b logBook) Changed() <-chan struct{} { return b.house.log.Changed() }

// Said implements addressBook. A router that shows itself nowhere is not to be
// found in the log either, and one that is alone has nobody to tell.
func (b logBook) Said() (trust.Address, bool) {
	t, own := b.house.desk.trust(), b.house.vault.Router()
	if r, known := t.Router(own); !known || r.Status != trust.Active || b.house.config.reach == dnssd.Off {
		return trust.Address{}, false
	}
	said, _ := b.addresses().Of(own)
	return said, slices.ContainsFunc(t.Routers, func(r trust.RouterKeys) bool { return r.Name != own && r.Status == trust.Active })
}

// Say implements addressBook: in the router's own name, locked or not.
func (b logBook) Say(a trust.Address) error {
	_, err := b.house.log.Submit(b.house.desk.Router(), op.Draft{Kind: trust.KindAddress, Content: a})
	return err
}

func (m *mesh) addresses() *trust.Addresses {
	a, _ := m.house.log.State().Value(trust.AddressKey).(*trust.Addresses)
	return a
}

// said lists who is said to be at each address.
type said map[netip.AddrPort][]op.Device

func (s said) add(at netip.AddrPort, d op.Device) {
	if !slices.Contains(s[at], d) {
		s[at] = append(s[at], d)
	}
}

// decide names one router for each address: of several the last, but rather one that
// is not talked to. Nobody is dialled who is, so that whoever says that they are where
// another is would keep us from that one. It tells whether anything was to decide.
func (s said) decide(talks func(op.Device) bool) (one map[netip.AddrPort]op.Device, disputed bool) {
	one = map[netip.AddrPort]op.Device{}
	for at, all := range s {
		one[at] = all[len(all)-1]
		disputed = disputed || len(all) > 1
		for _, d := range all {
			if len(all) > 1 && !talks(d) {
				one[at] = d
			}
		}
	}
	return one, disputed
}

// recorded lists where the routers of the cell said that they can be reached.
func (m *mesh) recorded() said {
	links, _ := m.links.Now()
	return placesOf(m.addresses(), m.ours, ownAddresses(links))
}

// placesOf lists the addresses of some routers, but not what is this router's
// own address as well: at an address that all share answers oneself.
func placesOf(a *trust.Addresses, ours func(op.Device) bool, own map[netip.Addr]bool) said {
	out := said{}
	if a == nil {
		return out
	}
	for _, r := range a.Routers {
		for _, b := range r.Addrs {
			if at, ok := netip.AddrFromSlice(b); ok && !own[at] && ours(r.Router) {
				out.add(netip.AddrPortFrom(at, r.Port), r.Router)
			}
		}
	}
	return out
}

func ownAddresses(now netstate.Snapshot) map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	for _, l := range now.Links {
		for _, p := range l.Addrs {
			own[p.Addr()] = true
		}
	}
	return own
}

// spelled writes where a router said that it can be reached.
func spelled(a *trust.Addresses, d op.Device) []string {
	said, _ := a.Of(d)
	out := []string{}
	for _, b := range said.Addrs {
		if at, ok := netip.AddrFromSlice(b); ok {
			out = append(out, netip.AddrPortFrom(at, said.Port).String())
		}
	}
	return out
}

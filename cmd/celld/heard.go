package main

import (
	"cmp"
	"net/netip"
	"sync"
	"time"

	"celld/internal/dnssd"
	"celld/internal/netstate"
	"celld/internal/op"
)

// fresh is how long what the radios told is believed.
const fresh = 10 * time.Second

// ears remember how well neighbours are heard, so that not every page asks the
// kernel.
type ears struct {
	mu    sync.Mutex
	asked time.Time
	heard map[string]netstate.Hearing
}

// hears tells how well a router is heard: at the address where it is talked with, or
// else where it is in sight. Through the mesh it may be talked with at an address that
// no radio knows. Nothing, where the kernel knows of no such neighbour.
func (m *mesh) hears(router op.Device, address string) (best netstate.Hearing) {
	now, _ := m.links.Now()
	heard := m.listen(now.Links)
	found, _ := m.station.Found()
	for _, at := range addressesOf(router, address, found) {
		h := heard[now.Hardware(at)]
		best.Signal, best.Arrives = cmp.Or(best.Signal, h.Signal), cmp.Or(best.Arrives, h.Arrives)
	}
	return best
}

// addressesOf are those of a router, that where it is talked with first.
func addressesOf(router op.Device, address string, found []dnssd.Instance) (out []netip.Addr) {
	if at, err := netip.ParseAddrPort(address); err == nil {
		out = append(out, at.Addr())
	}
	for _, i := range found {
		if c, err := dnssd.ParseCellText(i.Text); err == nil && i.Type == dnssd.CellType && op.Device(c.ID) == router {
			out = append(out, i.Addrs...)
		}
	}
	return out
}

// listen asks the kernel who is heard, unless it was asked just now.
func (m *mesh) listen(links []netstate.Link) map[string]netstate.Hearing {
	m.ears.mu.Lock()
	defer m.ears.mu.Unlock()
	if time.Since(m.ears.asked) > fresh {
		var err error
		if m.ears.heard, err = netstate.Heard(links); err != nil {
			m.house.logger.Debug("the kernel does not tell how well others are heard", "err", err)
		}
		m.ears.asked = time.Now()
	}
	return m.ears.heard
}

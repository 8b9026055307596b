package main

import (
	"net/netip"
	"sync"
	"time"

	"celld/internal/netstate"
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

// hears tells how well the neighbour at an address is heard: nothing, where the
// kernel knows of no such neighbour, or of no radio.
func (m *mesh) hears(address string) netstate.Hearing {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return netstate.Hearing{}
	}
	now, _ := m.links.Now()
	hardware := now.Hardware(at.Addr())
	if hardware == "" {
		return netstate.Hearing{}
	}
	m.ears.mu.Lock()
	defer m.ears.mu.Unlock()
	if time.Since(m.ears.asked) > fresh {
		if m.ears.heard, err = netstate.Heard(now.Links); err != nil {
			m.house.logger.Debug("the kernel does not tell how well others are heard", "err", err)
		}
		m.ears.asked = time.Now()
	}
	return m.ears.heard[hardware]
}

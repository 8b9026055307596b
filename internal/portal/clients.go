package portal

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// mostClients is how many who have read the page are remembered.
	mostClients = 512
	// unleased is how long somebody without a lease here is remembered.
	unleased = time.Hour
)

// Lease is what the router that gave a client its address knows of it.
type Lease struct {
	Client string // whatever tells this client from others
	Until  time.Time
}

// clients are those who have read the page. It is a courtesy and no right: who
// is in it is asked less, and may do nothing more.
type clients struct {
	lease func(netip.Addr) (Lease, bool)

	mu   sync.Mutex
	read map[string]time.Time // until when; guarded by mu
}

// find returns who has that address now, and until when.
func (c *clients) find(at netip.Addr, now time.Time) Lease {
	if l, ok := c.lease(at); ok && l.Until.After(now) {
		return l
	}
	return Lease{Client: at.String(), Until: now.Add(unleased)}
}

// seen reports whether who has that address has read the page. A lease that was
// renewed meanwhile is the same lease.
func (c *clients) seen(at netip.Addr, now time.Time) bool {
	l := c.find(at, now)
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.read[l.Client]
	if !ok {
		return false
	}
	if !until.After(now) {
		delete(c.read, l.Client)
		return false
	}
	if l.Client != at.String() {
		c.read[l.Client] = l.Until
	}
	return true
}

// remember writes down that who has that address has read the page.
func (c *clients) remember(at netip.Addr, now time.Time) {
	l := c.find(at, now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.read[l.Client]; !ok && len(c.read) >= mostClients {
		c.forget(now)
	}
	c.read[l.Client] = l.Until
}

// forget makes room: whoever's time is over goes, or else the one whose time is
// over first.
func (c *clients) forget(now time.Time) {
	var first string
	for client, until := range c.read {
		if !until.After(now) {
			delete(c.read, client)
		} else if first == "" || until.Before(c.read[first]) {
			first = client
		}
	}
	if len(c.read) >= mostClients {
		delete(c.read, first)
	}
}

package replication

import "net/netip"

// Near says which addresses a test's neighbours have, instead of those of the
// link.
func (e *Endpoint) Near(is func(netip.Addr) bool) { e.near = is }

// Pending counts handshakes under way that others began.
func (e *Endpoint) Pending() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.pending)
}

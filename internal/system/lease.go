package system

import (
	"bufio"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// Lease is what dnsmasq knows of a client: its hardware address or, for IPv6, its
// number, and until when it has its address.
type Lease struct {
	Client string
	Until  time.Time
}

// FindLease reads dnsmasq's file of whom it gave which address. It lies in memory
// and has a line a client: when the lease ends, or how long it lasts where the
// router has no clock of its own; the hardware address; the address.
func FindLease(file string, at netip.Addr, now time.Time) (Lease, bool) {
	f, err := os.Open(file)
	if err != nil {
		return Lease{}, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		field := strings.Fields(lines.Text())
		if len(field) < 3 || field[2] != at.String() {
			continue
		}
		n, err := strconv.ParseInt(field[0], 10, 64)
		if err != nil {
			continue
		}
		return Lease{Client: field[1], Until: leaseEnd(n, now)}, true
	}
	return Lease{}, false
}

const longestLease = 24 * time.Hour

// leaseEnd bounds what a wrong clock can make of it. 0 is a lease without end.
func leaseEnd(n int64, now time.Time) time.Time {
	until := now.Add(longestLease)
	if n > 0 && n < 1e9 {
		until = now.Add(time.Duration(n) * time.Second)
	} else if n > 0 {
		until = time.Unix(n, 0)
	}
	if last := now.Add(longestLease); until.After(last) {
		return last
	}
	return until
}

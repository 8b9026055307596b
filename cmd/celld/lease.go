package main

import (
	"bufio"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"celld/internal/portal"
)

// alone reports whether no way leads from here to the internet, as far as the
// kernel's routes tell. A line that is up and leads nowhere is a way for us: to
// know better we would have to ask somebody out there all the time.
func alone() bool {
	return !routed("/proc/net/route", wayOut4) && !routed("/proc/net/ipv6_route", wayOut6)
}

func wayOut4(f []string) bool {
	return len(f) > 7 && f[1] == "00000000" && f[7] == "00000000" && f[0] != "lo"
}

func wayOut6(f []string) bool {
	return len(f) > 9 && strings.Trim(f[0], "0") == "" && f[1] == "00" && f[9] != "lo"
}

func routed(table string, is func(fields []string) bool) bool {
	f, err := os.Open(table)
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if is(strings.Fields(lines.Text())) {
			return true
		}
	}
	return false
}

// leases is dnsmasq's file of whom it gave which address.
type leases struct{ file string }

// find reads the file, which lies in memory and has a line a client: when the
// lease ends, or how long it lasts where the router has no clock of its own; the
// hardware address; the address.
func (l leases) find(at netip.Addr) (portal.Lease, bool) {
	f, err := os.Open(l.file)
	if err != nil {
		return portal.Lease{}, false
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
		return portal.Lease{Client: field[1], Until: leaseEnd(n, time.Now())}, true
	}
	return portal.Lease{}, false
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

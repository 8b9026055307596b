package system

import (
	"bufio"
	"strings"
)

// WayOut reports whether a way leads from here to the internet, as far as the
// kernel's routes tell. A line that is up and leads nowhere is a way for us: to
// know better we would have to ask somebody out there all the time.
func (r Root) WayOut() bool {
	return r.routed("proc/net/route", wayOut4) || r.routed("proc/net/ipv6_route", wayOut6)
}

// wayOut4 leaves out what leads to no link: an unreachable route, or a black hole, is
// set so that nothing strays when the last way out is gone.
func wayOut4(f []string) bool {
	return len(f) > 7 && f[1] == "00000000" && f[7] == "00000000" && f[0] != "lo" && f[0] != "*"
}

func wayOut6(f []string) bool {
	return len(f) > 9 && strings.Trim(f[0], "0") == "" && f[1] == "00" && f[9] != "lo"
}

// routed reads a table line by line: that of a mesh can be longer than what text
// reads.
func (r Root) routed(table string, is func(fields []string) bool) bool {
	f, err := r.FS.Open(table)
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

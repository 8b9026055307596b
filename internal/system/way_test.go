package system

import (
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestALeaseIsReadAsDnsmasqWritesIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dhcp.leases")
	far := time.Now().Add(2 * time.Hour).Unix()
	text := "torn\n" + "x 02:00:00:00:00:07 10.13.0.7 * *\n" +
		strings.Join([]string{
			strconv.FormatInt(far, 10) + " 02:00:00:00:00:09 10.13.0.9 phone 01:02",
			"3600 02:00:00:00:00:0a 10.13.0.10 * *",
			"0 02:00:00:00:00:0b 10.13.0.11 * *",
			"duid 00:01", "7 99 fd00::9 phone 00:01:00"}, "\n") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]struct {
		client string
		about  time.Duration
	}{
		"10.13.0.9":  {"02:00:00:00:00:09", 2 * time.Hour},
		"10.13.0.10": {"02:00:00:00:00:0a", time.Hour}, // a router without a clock writes how long
		"10.13.0.11": {"02:00:00:00:00:0b", longestLease},
		"fd00::9":    {"99", 7 * time.Second},
	} {
		got, ok := FindLease(file, netip.MustParseAddr(at), time.Now())
		left := time.Until(got.Until)
		if !ok || got.Client != want.client || left > want.about || left < want.about-time.Minute {
			t.Errorf("%s: %v %v, %v left", at, got.Client, ok, left)
		}
	}
	for _, at := range []string{"10.13.0.7", "10.13.0.1", "10.13.0.99"} {
		if got, ok := FindLease(file, netip.MustParseAddr(at), time.Now()); ok {
			t.Errorf("%s: %v", at, got)
		}
	}
	if _, ok := FindLease(file+"not", netip.MustParseAddr("10.13.0.9"), time.Now()); ok {
		t.Error("a lease out of no file")
	}
}

func TestARouteOutIsFoundInTheKernelsTables(t *testing.T) {
	const head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
	for _, c := range []struct {
		line string
		want bool
	}{
		{"", false},
		{"br-lan\t00000D0A\t00000000\t0001\t0\t0\t0\t0000FFFF\n", false},
		{"eth1\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\n", true},
		{"*\t00000000\t00000000\t0201\t0\t0\t65535\t00000000\n", false}, // unreachable
		{"*\t00000000\t00000000\t0001\t0\t0\t0\t00000000\n", false},     // a black hole
	} {
		r := Root{FS: fstest.MapFS{"proc/net/route": {Data: []byte(head + c.line)}}}
		if got := r.WayOut(); got != c.want {
			t.Errorf("%q: %v", c.line, got)
		}
	}
	for line, want := range map[string]bool{
		strings.Repeat("0", 32) + " 00 " + strings.Repeat("0", 32) + " 00 fe800000000000000000000000000001 00000400 1 0 00000003 eth1": true,
		strings.Repeat("0", 32) + " 00 " + strings.Repeat("0", 32) + " 00 " + strings.Repeat("0", 32) + " ffffffff 1 0 00200200 lo":    false,
		"fd00" + strings.Repeat("0", 28) + " 40 " + strings.Repeat("0", 32) + " 00 " + strings.Repeat("0", 32) + " 100 1 0 1 br-lan":   false,
	} {
		r := Root{FS: fstest.MapFS{"proc/net/ipv6_route": {Data: []byte(line + "\n")}}}
		if got := r.WayOut(); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

package netstate

import (
	"net/netip"
	"testing"
)

func TestANeighboursHardwareIsFoundByItsAddressAndLink(t *testing.T) {
	local := netip.MustParseAddr("fe80::1")
	s := Snapshot{Links: []Link{{Index: 2, Name: "br-lan"}, {Index: 3, Name: "wlan0-mesh"}}, Neighbours: []Neighbour{
		{Link: 2, Addr: local, Hardware: "02:00:00:00:00:01"}, {Link: 3, Addr: local, Hardware: "02:00:00:00:00:02"},
		{Link: 3, Addr: netip.MustParseAddr("10.0.0.3"), Hardware: "02:00:00:00:00:03"}, {Link: 2, Addr: netip.MustParseAddr("10.0.0.4")}, {Link: 2, Addr: netip.MustParseAddr("fe80::ff:fe00:300")},
	}}
	for at, want := range map[string]string{
		"fe80::1%br-lan": "02:00:00:00:00:01", "fe80::1%wlan0-mesh": "02:00:00:00:00:02", "fe80::1%eth0": "",
		"10.0.0.3": "02:00:00:00:00:03", "::ffff:10.0.0.3": "02:00:00:00:00:03", "10.0.0.4": "", "10.0.0.5": "",
		"fe80::ff:fe00:200%eth0": "02:00:00:00:02:00", "fe80::5aac:22ff:fefb:31c": "58:ac:22:fb:03:1c", "fd00::ff:fe00:200": "", "fe80::fe:fe00:200": "", "fe80::ff:fd00:200": "",
		"fe80::ff:fe00:300%br-lan": "02:00:00:00:03:00", // asked for, and not answered yet
	} {
		if got := s.Hardware(netip.MustParseAddr(at)); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}

package main

import (
	"net/netip"
	"reflect"
	"testing"

	"celld/internal/dnssd"
	"celld/internal/op"
)

// TestARouterIsHeardWhereItIsInSight, also when it is talked with at an address
// that belongs to no neighbour: routes of the mesh lead there.
func TestARouterIsHeardWhereItIsInSight(t *testing.T) {
	seen := func(d op.Device, kind, at string) dnssd.Instance {
		return dnssd.Instance{Type: kind, Text: dnssd.CellText{Protocol: meshProtocol, ID: d}.Text(), Addrs: []netip.Addr{netip.MustParseAddr(at)}}
	}
	hall, barn := op.Device{1}, op.Device{2}
	found := []dnssd.Instance{seen(hall, dnssd.CellType, "fe80::ff:fe00:200%wlan0-mesh"), seen(barn, dnssd.CellType, "fe80::1"),
		seen(hall, pagesType, "10.0.0.9"), {Type: dnssd.CellType, Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.8")}}}
	for talked, want := range map[string][]string{
		"10.13.0.13:7431": {"10.13.0.13", "fe80::ff:fe00:200%wlan0-mesh"},
		"":                {"fe80::ff:fe00:200%wlan0-mesh"},
	} {
		var got []string
		for _, at := range addressesOf(hall, talked, found) {
			got = append(got, at.String())
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("talked with at %q: %v, want %v", talked, got, want)
		}
	}
}

package trust_test

import (
	"bytes"
	"net/netip"
	"os"
	"slices"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// addrs spells addresses as a record has them, in the order given.
func addrs(list ...string) (out [][]byte) {
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s).AsSlice())
	}
	return out
}

// says is a router's word on where it is.
func (x table) says(router byte, a trust.Address) op.Opened {
	d := op.DeviceOf(public(key(router)))
	return op.Opened{Kind: trust.KindAddress, Router: d, Content: op.MustMarshal(a), Place: op.Place{Rank: 5, Ref: op.Ref{Device: d, Seq: 2}}}
}

func TestARouterSaysWhereItself(t *testing.T) {
	x := laid(t)
	good := trust.Address{Addrs: addrs("10.13.0.11", "192.168.1.1", "2001:db8::1", "fd0d::11"), Port: 7431}
	if err := x.judge(x.says(3, good)); err != nil {
		t.Fatal(err)
	}
	byMoss := x.says(3, good)
	byMoss.Member = x.moss
	ofAnother := x.says(3, good)
	ofAnother.Router = op.DeviceOf(public(key(7)))
	for name, o := range map[string]op.Opened{"a member": byMoss, "another router": ofAnother} {
		if err := x.judge(o); err == nil || err.(op.Refusal).Code != "trust.other-device" {
			t.Errorf("%s says where a router is: %v", name, err)
		}
	}
	if keys, err := trust.Touches(x.says(3, good), nil); err != nil || !slices.Equal(keys, []string{trust.AddressKey}) {
		t.Errorf("it changes %q, %v", keys, err)
	}
}

func TestOnlyAddressesThatCanBeRoutedAreTaken(t *testing.T) {
	x := laid(t)
	nine := make([]string, 9)
	for i := range nine {
		nine[i] = netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}).String()
	}
	for name, a := range map[string]trust.Address{
		"none":                 {Port: 1},
		"no port":              {Addrs: addrs("10.0.0.1")},
		"nine":                 {Addrs: addrs(nine...), Port: 1},
		"twice":                {Addrs: addrs("10.0.0.1", "10.0.0.1"), Port: 1},
		"another order":        {Addrs: addrs("10.0.0.2", "10.0.0.1"), Port: 1},
		"the long ones first":  {Addrs: addrs("fd0d::1", "10.0.0.1"), Port: 1},
		"five bytes":           {Addrs: [][]byte{{10, 0, 0, 1, 1}}, Port: 1},
		"no bytes":             {Addrs: [][]byte{{}}, Port: 1},
		"this machine":         {Addrs: addrs("127.0.0.1"), Port: 1},
		"this network":         {Addrs: addrs("0.0.0.1"), Port: 1},
		"everybody":            {Addrs: addrs("255.255.255.255"), Port: 1},
		"a group":              {Addrs: addrs("224.0.0.251"), Port: 1},
		"the link":             {Addrs: addrs("169.254.1.1"), Port: 1},
		"this machine, v6":     {Addrs: addrs("::1"), Port: 1},
		"nobody, v6":           {Addrs: addrs("::"), Port: 1},
		"a group, v6":          {Addrs: addrs("ff02::fb"), Port: 1},
		"the link, v6":         {Addrs: addrs("fe80::1"), Port: 1},
		"the link's end, v6":   {Addrs: addrs("febf::1"), Port: 1},
		"version 4 in version": {Addrs: addrs("::ffff:10.0.0.1"), Port: 1},
	} {
		if err := x.judge(x.says(3, a)); err == nil || err.(op.Refusal).Code != "trust.content" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, ok := range []string{"10.0.0.1", "100.64.0.1", "169.253.1.1", "223.1.1.1", "2001:db8::1", "fec0::1", "fd00::1", "::2"} {
		if err := x.judge(x.says(3, trust.Address{Addrs: addrs(ok), Port: 1})); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
}

func TestTheNewestWordOfARouterStands(t *testing.T) {
	x := laid(t)
	first, second, other := trust.Address{Addrs: addrs("10.0.0.1"), Port: 1}, trust.Address{Addrs: addrs("10.0.0.2"), Port: 2}, trust.Address{Addrs: addrs("10.0.0.3"), Port: 3}
	var value any
	for _, o := range []op.Opened{x.says(3, first), x.says(4, other), x.says(3, second)} {
		value = trust.Apply(trust.AddressKey, value, o)
	}
	a := value.(*trust.Addresses)
	d, e := op.DeviceOf(public(key(3))), op.DeviceOf(public(key(4)))
	if got, ok := a.Of(d); !ok || !got.Equal(second) || len(a.Routers) != 2 || a.Routers[1].Router != d {
		t.Errorf("%+v", a)
	}
	if got, ok := a.Of(e); !ok || !got.Equal(other) {
		t.Errorf("%+v", a)
	}
	if _, ok := a.Of(op.Device{1}); ok {
		t.Error("a router that said nothing is somewhere")
	}
	again, err := trust.UnmarshalAddresses(a.MarshalState())
	if err != nil || !bytes.Equal(again.MarshalState(), a.MarshalState()) {
		t.Errorf("it is not read back: %v", err)
	}
	a.Routers[0].Port = 0
	if _, err := trust.UnmarshalAddresses(a.MarshalState()); err == nil {
		t.Error("a value without a port was read")
	}
}

// FuzzAddress takes foreign contents. What is lawful can be folded, and names
// only what can be dialled.
func FuzzAddress(f *testing.F) {
	f.Add([]byte{})
	x := table{trust: &trust.Trust{}}
	f.Fuzz(func(t *testing.T, content []byte) {
		o := x.says(3, trust.Address{})
		o.Content = content
		if x.judge(o) != nil {
			return
		}
		a := trust.Apply(trust.AddressKey, nil, o).(*trust.Addresses)
		again, err := trust.UnmarshalAddresses(a.MarshalState())
		if err != nil {
			t.Fatalf("what was lawful is not read back: %v", err)
		}
		said, _ := again.Of(o.Device)
		if !bytes.Equal(op.MustMarshal(said), content) {
			t.Fatalf("%x has another spelling", content)
		}
		for _, b := range said.Addrs {
			if at, ok := netip.AddrFromSlice(b); !ok || !at.IsGlobalUnicast() || at.Is4In6() {
				t.Fatalf("%x would be dialled", b)
			}
		}
	})
}

// FuzzUnmarshalAddresses reads foreign values; what reads writes the same bytes.
func FuzzUnmarshalAddresses(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := trust.UnmarshalAddresses(b)
		if err == nil && !bytes.Equal(a.MarshalState(), b) {
			t.Fatalf("%x has another spelling", b)
		}
	})
}

func TestTheSeedsOfAddressesAreThere(t *testing.T) {
	for _, name := range []string{"FuzzAddress", "FuzzUnmarshalAddresses"} {
		if seeds, err := os.ReadDir("testdata/fuzz/" + name); err != nil || len(seeds) < 3 {
			t.Errorf("%s: %d seeds: %v", name, len(seeds), err)
		}
	}
}

package dnssd

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// told is an engine that has heard these records on its link.
func told(now time.Time, prefix string, lines ...string) *engine {
	e := loneEngine(now, prefix)
	e.remember(now, e.links[1], hear(rrs(lines...)))
	return e
}

// speaks are the records of an instance at a host.
func speaks(label, host string, addrs ...string) []string {
	out := []string{
		"_celld._udp.local. 4500 IN PTR " + label + "._celld._udp.local.",
		"!" + label + "._celld._udp.local. 120 IN SRV 0 0 7000 " + host + ".local.",
		"!" + label + "._celld._udp.local. 4500 IN TXT \"txtvers=1\"",
	}
	for _, a := range addrs {
		kind := "A"
		if strings.Contains(a, ":") {
			kind = "AAAA"
		}
		out = append(out, host+".local. 120 IN "+kind+" "+a)
	}
	return out
}

func TestWithAnInstanceAllOfItGoes(t *testing.T) {
	now := time.Now()
	e := told(now, "10.0.0.1/24", slices.Concat(speaks("one", "h", "10.0.0.8", "fe80::8"), speaks("two", "h"), speaks("three", "g", "10.0.0.9"))...)
	l := e.links[1]
	if n := l.cache.size(); n != 12 {
		t.Fatalf("%d records", n)
	}
	gone := func(label string, left int) {
		t.Helper()
		e.remember(now, l, hear(rrs("_celld._udp.local. 0 IN PTR "+label+"._celld._udp.local.")))
		now = now.Add(time.Second)
		if e.tick(now); l.cache.size() != left {
			t.Errorf("without %s %d records are left", label, l.cache.size())
		}
	}
	gone("three", 8)
	gone("one", 5) // the host is that of another, too
	if found := e.found(); len(found) != 1 || found[0].Name != "two" || len(found[0].Addrs) != 2 {
		t.Errorf("found %v", found)
	}
	gone("two", 0)
	e.remember(now, l, hear(rrs(speaks("four", "h", "10.0.0.8")...)))
	if e.setBrowse(now, []string{"_ipp._tcp"}); l.cache.size() != 0 {
		t.Errorf("of what is looked for no more, %d records are left", l.cache.size())
	}
}

func TestOnlyWhatBelongsToAnInstanceIsKept(t *testing.T) {
	now := time.Now()
	e := told(now, "10.0.0.1/24", speaks("one", "h", "10.0.0.8")...)
	e.remember(now, e.links[1], hear(rrs("printer.local. 120 IN A 10.0.0.7", "printer.local. 120 IN AAAA fe80::7",
		"!printer._celld._udp.local. 120 IN SRV 0 0 7000 printer.local.", "!printer._celld._udp.local. 120 IN TXT \"a=b\"", "_ipp._tcp.local. 120 IN PTR printer._ipp._tcp.local.",
		"one._celld._udp.local. 120 IN A 10.0.0.7", "h.local. 120 IN HINFO a b")))
	if n := e.links[1].cache.size(); n != 4 {
		t.Errorf("%d records are kept", n)
	}
}

func TestWhatCannotBeDialledOrIsTooLongIsRefused(t *testing.T) {
	now := time.Now()
	for text, taken := range map[string]bool{
		"!one._celld._udp.local. 120 IN SRV 0 0 0 h.local.":                                                            false,
		"!one._celld._udp.local. 120 IN SRV 0 0 1 h.local.":                                                            true,
		"!one._celld._udp.local. 120 IN TXT \"" + strings.Repeat("a", 199) + "\" \"" + strings.Repeat("a", 199) + "\"": true,
		"!one._celld._udp.local. 120 IN TXT \"" + strings.Repeat("a", 199) + "\" \"" + strings.Repeat("a", 200) + "\"": false,
	} {
		e := told(now, "10.0.0.1/24", "_celld._udp.local. 4500 IN PTR one._celld._udp.local.", text)
		if n := e.links[1].cache.size(); (n == 2) != taken || (e.stats.Refused == 0) != taken {
			t.Errorf("%.60s: %d records, %+v", text, n, e.stats)
		}
	}
}

func TestEightAddressesOfAHostAreRemembered(t *testing.T) {
	var addrs []string
	for i := range 9 {
		addrs = append(addrs, fmt.Sprintf("10.0.0.%d", i+10), fmt.Sprintf("fe80::%d", i+10))
	}
	e := told(time.Now(), "10.0.0.1/24", speaks("one", "h", addrs...)...)
	if found := e.found(); len(found) != 1 || len(found[0].Addrs) != 16 || e.stats.Refused != 2 {
		t.Errorf("%v, %+v", found, e.stats)
	}
}

func TestOnlyAddressesOfTheLinkHaveAZone(t *testing.T) {
	for prefix, addr := range map[string]string{"10.0.0.1/24": "fe80::8%eth0", "2001:db8::1/64": "2001:db8::8", "169.254.0.1/16": "169.254.0.8"} {
		said, _, _ := strings.Cut(addr, "%")
		e := told(time.Now(), prefix, speaks("one", "h", said)...)
		if found := e.found(); len(found) != 1 || !slices.Equal(found[0].Addrs, []netip.Addr{netip.MustParseAddr(addr)}) {
			t.Errorf("%s: %v", addr, found)
		}
	}
}

func TestWhatIsFoundIsSorted(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	e.setBrowse(now, []string{"_http._tcp", CellType})
	e.setLinks(now, []Link{{Index: 2, Name: "eth1", Addrs: []netip.Prefix{netip.MustParsePrefix("10.0.0.2/24")}}, e.links[1].Link})
	for _, i := range []int{2, 1} {
		for n := range 9 {
			lines := speaks(fmt.Sprintf("x%d", 9-n), "h", "10.0.0.9")
			e.remember(now, e.links[i], hear(rrs(lines...)))
			for k := range lines {
				lines[k] = strings.ReplaceAll(lines[k], CellType, "_http._tcp")
			}
			e.remember(now, e.links[i], hear(rrs(lines...)))
		}
	}
	var all []string
	for _, f := range e.found() {
		all = append(all, fmt.Sprint(f.Link, f.Type, f.Name))
	}
	if len(all) != 36 || !slices.IsSorted(all) {
		t.Errorf("found %v", all)
	}
}

// TestAFarewellThatIsRepeatedIsStillOne: it ends what it was said of no later.
func TestAFarewellThatIsRepeatedIsStillOne(t *testing.T) {
	now := time.Now()
	e := told(now, "10.0.0.1/24", speaks("one", "h", "10.0.0.8")...)
	for range 2 {
		e.remember(now, e.links[1], hear(rrs("_celld._udp.local. 0 IN PTR one._celld._udp.local.")))
		now = now.Add(600 * time.Millisecond)
		if asks := e.links[1].stale(now); len(asks) > 0 {
			t.Errorf("asks for what takes leave: %v", asks)
		}
	}
	if e.tick(now); len(e.found()) != 0 {
		t.Error("it goes on as long as somebody takes leave")
	}
}

// TestWhatIsOtherIsTold: whatever of an instance changes.
func TestWhatIsOtherIsTold(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		x.announce()
		for _, said := range []string{
			"!cell-0d0e0f._celld._udp.local. 120 IN SRV 0 0 7001 cell-0d0e0f.local.", "!cell-0d0e0f._celld._udp.local. 120 IN TXT \"txtvers=1\"",
			"!cell-0d0e0f.local. 120 IN A 10.0.0.8", "cell-0d0e0f.local. 120 IN AAAA fe80::8",
		} {
			time.Sleep(5 * time.Second)
			synctest.Wait()
			before, changed := a.Found()
			x.say(tell(said))
			time.Sleep(2 * time.Second)
			synctest.Wait()
			select {
			case <-changed:
			default:
				t.Errorf("nobody is told of %s", said)
			}
			if now, _ := a.Found(); len(now) != 1 || before[0].equal(now[0]) {
				t.Errorf("%s: %v, then %v", said, before, now)
			}
		}
	})
	one := Instance{Name: "a", Type: "b", Host: "c", Link: 1, Port: 2, Text: []string{"d"}}
	for i, other := range []Instance{{Name: "x", Type: "b", Host: "c", Link: 1, Port: 2, Text: one.Text}, {Name: "a", Type: "x", Host: "c", Link: 1, Port: 2, Text: one.Text},
		{Name: "a", Type: "b", Host: "x", Link: 1, Port: 2, Text: one.Text}, {Name: "a", Type: "b", Host: "c", Link: 2, Port: 2, Text: one.Text}} {
		if one.equal(other) {
			t.Errorf("%d is alike", i)
		}
	}
}

// TestWhoMattersStays, as the caller of a Station says.
func TestWhoMattersStays(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		friend := CellText{Protocol: 1, ID: [8]byte{7}}
		a := startAs(t, "cell-0a0b0c", Mesh, func(_ *wires, c *Config) {
			c.Prefer = func(text []string) bool { c, err := ParseCellText(text); return err == nil && c == friend }
		}, plug{to: seg, addr: "10.0.0.1/24"})
		synctest.Wait()
		for i := range 80 {
			m := neighbour(fmt.Sprintf("cell-%06d", i), "10.0.0.9")
			if i == 0 {
				m.Answer[2].(*dns.TXT).Txt = friend.Text()
			}
			x.say(m)
			time.Sleep(time.Second)
		}
		if got := a.names(); len(got) != 64 || got[0] != "cell-000000" {
			t.Errorf("%d are found, first %v", len(got), got)
		}
	})
}

// TestOnlyWhatIsOfOurClassAndLinkIsHeard, and nothing for longer than 75 minutes.
func TestOnlyWhatIsOfOurClassAndLinkIsHeard(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	say := func(class uint16, link int) {
		m := neighbour("cell-0d0e0f", "10.0.0.9")
		for _, rr := range m.Answer {
			rr.Header().Class, rr.Header().Ttl = class|rr.Header().Class&flush, 1<<31-1
		}
		data, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		e.receive(now, Packet{Data: data, Link: link, From: netip.MustParseAddrPort("10.0.0.9:5353"), Multicast: true, Hops: 255})
	}
	say(dns.ClassCHAOS, 1)
	if say(in, 9); len(e.found()) != 0 || e.stats.Ignored != 1 {
		t.Errorf("found %v, %+v", e.found(), e.stats)
	}
	if say(in, 1); len(e.found()) != 1 {
		t.Fatal("nothing is found")
	}
	for i, after := range []time.Duration{75*time.Minute - time.Millisecond, 75 * time.Minute} {
		if e.expire(now.Add(after), e.links[1]); len(e.found()) != 1-i {
			t.Errorf("after %v found is %v", after, e.found())
		}
	}
}

// TestHintsOfWideLinksFollow what is said, and stay in both families meanwhile.
func TestHintsOfWideLinksFollow(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	wide := e.links[1].Link
	wide.Wide = true
	e.setLinks(now, []Link{wide})
	l := e.links[1]
	e.remember(now, l, hear(rrs(speaks("one", "h", "10.0.0.8", "fe80::8")...)))
	addrs := func(after time.Duration) (n int) {
		now = now.Add(after)
		e.expire(now, l)
		for _, f := range e.found() {
			n += len(f.Addrs)
		}
		return n
	}
	if n := addrs(time.Hour); n != 2 {
		t.Errorf("after an hour %d of 2 addresses are left", n)
	}
	e.remember(now, l, hear(rrs("!h.local. 120 IN A 10.0.0.9")))
	if n := addrs(time.Second); n != 2 || !slices.Contains(e.found()[0].Addrs, netip.MustParseAddr("10.0.0.9")) {
		t.Errorf("found %v", e.found())
	}
	e.remember(now, l, hear(rrs("!h.local. 0 IN A 10.0.0.9")))
	if n := addrs(time.Second); n != 1 {
		t.Errorf("%d addresses, and one took leave", n)
	}
}

// TestWhoWasHeardOfLongestAgoGoes where there is no room. If all matter nobody does:
// whoever says so could push out those who are here.
func TestWhoWasHeardOfLongestAgoGoes(t *testing.T) {
	for _, prefer := range []func([]string) bool{nil, func([]string) bool { return false }, func([]string) bool { return true }} {
		all := prefer != nil && prefer(nil)
		now := time.Now()
		e := loneEngine(now, "10.0.0.1/24")
		e.prefer = prefer
		say := func(i int) {
			now = now.Add(time.Millisecond)
			e.remember(now, e.links[1], hear(rrs(speaks(fmt.Sprintf("x%d", i), "h", fmt.Sprintf("10.0.0.%d", 2+i%8))...)))
		}
		for i := range 64 {
			say(i)
		}
		say(0)
		say(64)
		var names []string
		for _, f := range e.found() {
			names = append(names, f.Name)
		}
		if len(names) != 64 || !slices.Contains(names, "x0") || slices.Contains(names, "x1") != all || slices.Contains(names, "x64") == all {
			t.Errorf("all matter: %v, left are %v", all, names)
		}
		// So it is with the addresses of a host: that of x1 and x9 was said before that of x0.
		for i := range 8 {
			say(8 + i)
		}
		say(0)
		e.remember(now, e.links[1], hear(rrs("h.local. 120 IN A 10.0.0.99")))
		if at := e.found()[0].Addrs; len(at) != 8 || slices.Contains(at, netip.MustParseAddr("10.0.0.3")) || !slices.Contains(at, netip.MustParseAddr("10.0.0.2")) {
			t.Errorf("addresses are %v", at)
		}
	}
}

package dnssd

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

func TestTwoInterfacesOnOneLinkAreNoConflict(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"}, plug{to: seg, addr: "10.0.0.2/24"})
		// A reflector, or a bridge that came late, says it once more.
		repeat := func(fit func(sighting) bool) (n int) {
			for _, s := range x.take(fit) {
				s.msg.Compress = true
				data, _ := s.msg.Pack()
				seg.send(data, netip.MustParseAddrPort("10.0.0.77:5353"), netip.AddrPort{}, hops)
				n++
			}
			return n
		}
		time.Sleep(2*probeGap + probeGap/2)
		if repeat(probes) < 2 {
			t.Error("no probes to repeat")
		}
		time.Sleep(2 * settled)
		if repeat(responses) < 2 {
			t.Error("no announcements to repeat")
		}
		time.Sleep(settled)
		if s := a.Stats(); a.HostName() != "cell-0a0b0c.local." || s.Conflicts != 0 || s.Own == 0 {
			t.Errorf("%s, %+v", a.HostName(), s)
		}
		a.finds(t)
	})
}

func TestTwoCellsOnOneMachineFindEachOther(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		b := start(t, "cell-0d0e0f", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(2 * settled)
		if a.Stats().Conflicts+b.Stats().Conflicts != 0 {
			t.Errorf("conflicts: %+v %+v", a.Stats(), b.Stats())
		}
		// They share an address, so that neither can be told where the other
		// is: but each has heard of the other.
		if a.Stats().Refused == 0 || b.Stats().Refused == 0 {
			t.Errorf("they do not hear each other: %+v %+v", a.Stats(), b.Stats())
		}
	})
}

// TestTheSameWordsOfAnotherProgramAreHeard: what we said comes back once on each
// path, and soon. The very same once more is somebody else's.
func TestTheSameWordsOfAnotherProgramAreHeard(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	e.setLinks(now, append([]Link{e.links[1].Link}, Link{Index: 2, Addrs: []netip.Prefix{netip.MustParsePrefix("10.1.0.1/24"), netip.MustParsePrefix("fe80::7/64")}}))
	data := pack(question4("_celld._udp.local.", dns.TypePTR, in))
	e.put(e.links[1], data)
	for _, c := range []struct {
		from  string
		link  int
		after time.Duration
		own   bool
	}{
		{"10.0.0.1:5353", 1, 0, true},
		{"10.0.0.1:5353", 1, 0, false}, // another program here
		{"10.0.0.9:5353", 2, 0, false}, // somebody on another link
		{"10.1.0.1:5353", 2, 0, true},  // our other interface
		{"[fe80::1]:5353", 1, time.Second, true},
		{"[fe80::1]:5353", 1, 0, false},
		{"[fe80::7%eth1]:5353", 2, 0, true},
	} {
		now = now.Add(c.after)
		before := e.stats.Own
		e.receive(now, Packet{Data: data, Link: c.link, From: netip.MustParseAddrPort(c.from), Multicast: true, Hops: 255})
		if own := e.stats.Own > before; own != c.own {
			t.Errorf("from %s on %d: ours: %v", c.from, c.link, own)
		}
	}
	late := append(data, 1)
	e.put(e.links[1], late)
	for _, from := range []string{"10.0.0.1:5353", "[fe80::1]:5353"} {
		before := e.stats.Own
		e.receive(now, Packet{Data: late, Link: 1, From: netip.MustParseAddrPort(from), Multicast: true, Hops: 255})
		if own := e.stats.Own > before; own != (from[0] == '1') {
			t.Errorf("from %s, the second a second later: ours: %v", from, own)
		}
		now = now.Add(time.Second + time.Millisecond)
	}
	for i := range maxEcho + 1 {
		e.put(e.links[1], append(data, byte(i))) // none of these was heard
	}
	if n := len(e.echoes.list); n != 64 {
		t.Errorf("%d packets are waited for", n)
	}
}

func TestNewAddressesAreAnnounced(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		l := a.links.list[0]
		l.Addrs = []netip.Prefix{netip.MustParsePrefix("10.0.0.3/24"), netip.MustParsePrefix("fe80::3/64")}
		a.links.set(l)
		seen := x.after(settled, responses)
		if len(seen) != 3 || !seen[0].has("0\tCLASS32769\tA\t10.0.0.1") {
			t.Fatalf("%d packets, first %v", len(seen), seen)
		}
		for _, s := range seen[1:] {
			if !s.has("A\t10.0.0.3") || !s.has("AAAA\tfe80::3") || s.has("10.0.0.1") {
				t.Errorf("announces %v", s.msg)
			}
		}
		if a.HostName() != "cell-0a0b0c.local." {
			t.Error(a.HostName())
		}
	})
}

// TestAnAddressThatComesAndGoesIsAnnouncedOnceASecond: what stays is not said with
// every change, and what changed last is heard in the end.
func TestAnAddressThatComesAndGoesIsAnnouncedOnceASecond(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		l := a.links.list[0]
		one, two := l.Addrs, append(l.Addrs[:1:1], netip.MustParsePrefix("10.0.0.3/24"))
		for range 50 {
			l.Addrs = two
			a.links.set(l)
			time.Sleep(100 * time.Millisecond)
			l.Addrs = one
			a.links.set(l)
			time.Sleep(100 * time.Millisecond)
		}
		l.Addrs = two
		a.links.set(l)
		farewells := 0
		seen := x.after(settled, func(s sighting) bool {
			if s.has("0\tCLASS32769\tA\t10.0.0.3") && !s.has("120\tCLASS32769\tA\t10.0.0.3") {
				farewells++
			}
			return s.has("120\tCLASS32769\tA\t10.0.0.1")
		})
		for i, s := range seen {
			if i > 0 && s.after-seen[i-1].after < time.Second {
				t.Fatalf("%d announcements, one after %v", len(seen), s.after-seen[i-1].after)
			}
		}
		if last := seen[len(seen)-1]; len(seen) < 10 || !last.has("A\t10.0.0.3") || farewells == 0 || farewells > len(seen) {
			t.Errorf("%d announcements, %d farewells, the last %v", len(seen), farewells, last.msg)
		}
	})
}

func TestLinkThatAppearsIsAnnouncedOnWithinASecond(t *testing.T) {
	world(t, func(t *testing.T) {
		near, far := &segment{}, &segment{}
		a := start(t, "cell-0a0b0c", plug{to: near, addr: "10.0.0.1/24"}, plug{to: far, addr: "10.1.0.1/24"})
		one, both := a.links.list[:1:1], a.links.list
		a.links.set(one...)
		time.Sleep(settled)
		x := far.stranger(t, "10.1.0.9")
		y := near.stranger(t, "10.0.0.9")
		a.links.set(both...)
		if seen := x.after(time.Second, responses); len(seen) != 1 {
			t.Errorf("%d announcements within a second", len(seen))
		}
		x.announce()
		a.finds(t, "cell-0d0e0f")
		a.links.set(one...)
		a.finds(t)
		x.forget()
		a.links.set(both...)
		if seen := x.after(time.Second, responses); len(seen) != 1 {
			t.Errorf("%d announcements within a second on a link that came back", len(seen))
		}
		a.links.set(one...)
		synctest.Wait()
		a.wires.mu.Lock()
		if n := len(a.wires.ears); n != 1 {
			t.Errorf("still in the group on %d links", n)
		}
		a.wires.mu.Unlock()
		time.Sleep(settled)
		y.forget()
		time.Sleep(2 * time.Hour)
		for _, s := range y.take(responses) {
			t.Errorf("the other link was announced on again: %v", s.msg)
		}
	})
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		reach      Reach
		near, wide bool
	}{{Off, false, false}, {Neighbours, true, false}, {Mesh, true, true}} {
		world(t, func(t *testing.T) {
			mesh, lan := &segment{}, &segment{}
			x, y := mesh.stranger(t, "10.0.0.9"), lan.stranger(t, "10.1.0.9")
			a := startAs(t, "cell-0a0b0c", c.reach, nil, plug{to: mesh, addr: "10.0.0.1/24"}, plug{to: lan, addr: "10.1.0.1/24", wide: true})
			synctest.Wait()
			y.announce()
			time.Sleep(settled)
			y.browse()
			y.askOnce("_celld._udp.local.", dns.TypePTR)
			if spoke := len(x.after(settled, anything)) > 0; spoke != c.near {
				t.Errorf("reach %d: spoke to neighbours: %v", c.reach, spoke)
			}
			if spoke := len(y.take(anything)) > 0; spoke != c.wide {
				t.Errorf("reach %d: spoke to the mesh: %v", c.reach, spoke)
			}
			a.finds(t, "cell-0d0e0f")
			if err := a.Announce(Off, celldService("cell-0a0b0c")); err != nil {
				t.Fatal(err)
			}
			if left := len(x.take(responses)) > 0; left != c.near {
				t.Errorf("reach %d: took leave: %v", c.reach, left)
			}
			y.forget()
			if n := len(x.after(2*time.Hour, anything)) + len(y.take(anything)); n != 0 {
				t.Errorf("reach %d: %d packets after it was set to off", c.reach, n)
			}
		})
	}
}

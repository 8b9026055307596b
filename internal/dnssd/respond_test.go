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

const (
	in   = dns.ClassINET
	inQU = dns.ClassINET | flush
)

func TestProbesThriceThenAnnouncesTwice(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		seen := x.take(func(s sighting) bool { return probes(s) || responses(s) })
		if len(seen) != 5 {
			t.Fatalf("%d packets, want 3 probes and 2 announcements", len(seen))
		}
		if !near(seen[0].after, 0, probeGap) {
			t.Errorf("first probe after %v", seen[0].after)
		}
		for i, gap := range []time.Duration{probeGap, probeGap, probeGap, announceGap} {
			if got := seen[i+1].after - seen[i].after; got != gap {
				t.Errorf("packet %d came %v after the one before, want %v", i+1, got, gap)
			}
		}
		for _, s := range seen[:3] {
			for _, q := range s.msg.Question {
				if !probes(s) || q.Qtype != dns.TypeANY || q.Qclass != inQU {
					t.Errorf("not a probe that wants unicast: %v", s.msg)
				}
			}
			for _, rr := range s.msg.Ns {
				if rr.Header().Class != in {
					t.Errorf("cache-flush bit in a probe: %v", rr)
				}
			}
			if !s.has("cell-0a0b0c.local.\t") || !s.has("SRV") || !s.has("10.0.0.1") {
				t.Errorf("a probe does not tell what it would say: %v", s.msg)
			}
		}
		for _, s := range seen[3:] {
			for _, rr := range s.msg.Answer {
				if unique := rr.Header().Rrtype != dns.TypePTR; unique != (rr.Header().Class&flush != 0) {
					t.Errorf("cache-flush bit: %v", rr)
				}
			}
		}
	})
}

func TestRoutersThatStartTogetherDoNotProbeTogether(t *testing.T) {
	world(t, func(t *testing.T) {
		first := map[time.Duration]bool{}
		var all []*stranger
		for range 8 {
			seg := &segment{}
			all = append(all, seg.stranger(t, "10.0.0.9"))
			start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		}
		time.Sleep(settled)
		for _, x := range all {
			first[x.take(probes)[0].after] = true
		}
		if len(first) < 6 {
			t.Errorf("eight routers begin at %v", first)
		}
	})
}

func TestNoUnicastIsAskedForWhereThePortIsShared(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		startAs(t, "cell-0a0b0c", Mesh, func(w *wires, _ *Config) { w.shared = true }, plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		asked := x.take(func(s sighting) bool { return !s.msg.Response })
		for _, s := range asked {
			for _, q := range s.msg.Question {
				if q.Qclass != in {
					t.Errorf("wants unicast: %v", q)
				}
			}
		}
		if len(asked) < 5 {
			t.Errorf("only %d questions", len(asked))
		}
	})
}

func TestLaterDataWinsASimultaneousProbe(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		b := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.2/24"})
		time.Sleep(2 * settled)
		if a.HostName() != "cell-0a0b0c-2.local." || b.HostName() != "cell-0a0b0c.local." {
			t.Errorf("%s and %s: the later address should have kept the name", a.HostName(), b.HostName())
		}
		if got := b.names(); !slices.Contains(got, "cell-0a0b0c-2") && !slices.Contains(got, "cell-0a0b0c") {
			t.Errorf("b does not find a: %v", got)
		}
	})
}

func TestProbesAreComparedAsTheRFCSays(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b []dns.RR
		want int
	}{
		{"the example of 8.2", rrs("x.local. A 169.254.99.200"), rrs("x.local. A 169.254.200.50"), -1},
		{"equal", rrs("x.local. A 10.0.0.1"), rrs("!x.local. 7 A 10.0.0.1"), 0},
		{"in any order", rrs("x.local. A 10.0.0.2", "x.local. A 10.0.0.1"), rrs("x.local. A 10.0.0.1", "x.local. A 10.0.0.2"), 0},
		{"type first", rrs("x.local. A 200.0.0.2"), rrs("x.local. AAAA ::1"), -1},
		{"the longer list", rrs("x.local. A 10.0.0.1"), rrs("x.local. A 10.0.0.1", "x.local. A 10.0.0.2"), -1},
		{"bytes are not signed", rrs("x.local. A 127.0.0.1"), rrs("x.local. A 128.0.0.1"), -1},
	} {
		if got := compareProbes(c.a, c.b); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
		if got := compareProbes(c.b, c.a); got != -c.want {
			t.Errorf("%s, the other way: %d, want %d", c.name, got, -c.want)
		}
	}
}

func TestNameInUseEndsInARename(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.2/24"})
		time.Sleep(settled)
		b := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		synctest.Wait()
		_, changed := b.Found()
		time.Sleep(probeGap)
		select {
		case <-changed:
		default:
			t.Error("nobody is told that the name has changed")
		}
		c := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.3/24"})
		time.Sleep(2 * settled)
		if a.HostName() != "cell-0a0b0c.local." {
			t.Errorf("who was there first became %s", a.HostName())
		}
		got := []string{b.HostName(), c.HostName()}
		slices.Sort(got)
		if !slices.Equal(got, []string{"cell-0a0b0c-2.local.", "cell-0a0b0c-3.local."}) {
			t.Errorf("who came later became %v", got)
		}
		found, _ := a.Found()
		if len(found) != 2 || found[0].Host+"." == a.HostName() || found[0].Name == "cell-0a0b0c" {
			t.Errorf("a finds %+v", found)
		}
	})
}

func TestLateConflictProbesAgainAndYields(t *testing.T) {
	for _, defended := range []bool{true, false} {
		t.Run(fmt.Sprintf("defended=%v", defended), func(t *testing.T) {
			world(t, func(t *testing.T) {
				seg := &segment{}
				x := seg.stranger(t, "10.0.0.9")
				a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
				time.Sleep(settled)
				x.forget()
				theirs := tell("!cell-0a0b0c.local. 120 IN A 10.0.0.9")
				x.say(theirs)
				time.Sleep(2*probeGap - 10*time.Millisecond)
				if len(x.take(probes)) == 0 {
					t.Fatal("no probe after a conflict")
				}
				if defended {
					x.say(theirs)
				}
				time.Sleep(settled)
				want := "cell-0a0b0c.local."
				if defended {
					want = "cell-0a0b0c-2.local."
				}
				if a.HostName() != want || a.Stats().Conflicts == 0 {
					t.Errorf("%s, want %s; %+v", a.HostName(), want, a.Stats())
				}
				last := x.take(responses)
				if n := len(last); n == 0 || !last[n-1].has(want) {
					t.Error("the name was not announced again")
				}
				for _, s := range last {
					for _, rr := range s.msg.Answer {
						if rr.Header().Ttl == 0 {
							t.Errorf("takes leave of a name that is somebody's: %v", rr)
						}
					}
				}
			})
		})
	}
}

func TestConflictsWithoutEndSlowDown(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		// Whatever name is probed for is taken.
		for range 600 {
			time.Sleep(50 * time.Millisecond)
			for _, s := range x.take(probes) {
				for _, q := range s.msg.Question {
					if !strings.Contains(q.Name, "_udp") {
						x.say(tell("!" + q.Name + " 120 IN A 10.0.0.9"))
					}
				}
			}
		}
		if n := a.Stats().Conflicts; n < tooMany || n > tooMany+6 {
			t.Errorf("%d conflicts in 30 s: after %d there should be one in 5 s", n, tooMany)
		}
	})
}

func TestStoppingTakesLeave(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		b := start(t, "cell-0d0e0f", plug{to: seg, addr: "10.0.0.2/24"})
		time.Sleep(settled)
		if got := b.names(); !slices.Equal(got, []string{"cell-0a0b0c"}) {
			t.Fatalf("b finds %v", got)
		}
		x.forget()
		a.stop()
		seen := x.take(responses)
		if len(seen) != 1 || !seen[0].has("cell-0a0b0c._celld._udp") {
			t.Fatalf("%d packets of farewell", len(seen))
		}
		for _, rr := range seen[0].msg.Answer {
			if rr.Header().Ttl != 0 || rr.Header().Name == enumeration {
				t.Errorf("not a farewell: %v", rr)
			}
		}
		time.Sleep(farewell)
		synctest.Wait()
		if got := b.names(); len(got) != 0 {
			t.Errorf("a second later b finds %v", got)
		}
	})
}

func TestWhatIsNoLongerAnnouncedIsTakenLeaveOf(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		b := start(t, "cell-0d0e0f", plug{to: seg, addr: "10.0.0.2/24"})
		time.Sleep(settled)
		x.forget()
		if err := a.Announce(Mesh, celldService("cell-ffffff")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(settled)
		if got := b.names(); !slices.Equal(got, []string{"cell-ffffff"}) {
			t.Errorf("b finds %v", got)
		}
		first := x.take(responses)[0]
		if !first.has("cell-0a0b0c._celld") || first.msg.Answer[0].Header().Ttl != 0 || first.has("A\t10.0.0.1") {
			t.Errorf("not a farewell to the service alone: %v", first.msg)
		}
	})
}

func TestKnownAnswersAreNotRepeated(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		for _, c := range []struct {
			known string
			want  int
		}{
			{"_celld._udp.local. 4500 IN PTR cell-0a0b0c._celld._udp.local.", 0},
			{"_celld._udp.local. 2250 IN PTR CELL-0a0b0c._celld._udp.local.", 0},
			{"_celld._udp.local. 2249 IN PTR cell-0a0b0c._celld._udp.local.", 1},
			{"_celld._udp.local. 4500 IN PTR cell-other._celld._udp.local.", 1},
		} {
			x.forget()
			x.say(ask4("_celld._udp.local.", dns.TypePTR, in, c.known))
			time.Sleep(2 * time.Second)
			if got := len(x.take(responses)); got != c.want {
				t.Errorf("%s: %d answers, want %d", c.known, got, c.want)
			}
		}
	})
}

func TestLongListsOfKnownAnswersAreAwaited(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		ours := "_celld._udp.local. 4500 IN PTR cell-0a0b0c._celld._udp.local."
		for _, knows := range []bool{true, false} {
			x.forget()
			first := ask4("_celld._udp.local.", dns.TypePTR, in, "_celld._udp.local. 4500 IN PTR other._celld._udp.local.")
			first.Truncated = true
			begun := time.Now()
			x.say(first)
			time.Sleep(300 * time.Millisecond)
			more := new(dns.Msg)
			more.Answer = rrs("_celld._udp.local. 4500 IN PTR third._celld._udp.local.")
			if knows {
				more.Answer = rrs(ours)
			}
			x.say(more)
			time.Sleep(time.Second)
			seen := x.take(responses)
			switch {
			case knows && len(seen) != 0:
				t.Error("repeats what the second packet says is known")
			case !knows && len(seen) != 1:
				t.Errorf("%d answers", len(seen))
			case !knows && !near(x.since.Add(seen[0].after).Sub(begun), heldMin, heldMax+time.Millisecond):
				t.Errorf("answered %v after the first packet", x.since.Add(seen[0].after).Sub(begun))
			}
			time.Sleep(2 * time.Second)
		}
	})
}

func TestUnicastQuestionsAreAnsweredAlone(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.forget()
		x.say(ask4("cell-0a0b0c.local.", dns.TypeA, inQU))
		time.Sleep(time.Second)
		if seen := x.take(responses); len(seen) != 1 || !seen[0].alone || seen[0].msg.Answer[0].Header().Class&flush == 0 {
			t.Errorf("recently announced: %v", seen)
		}
		time.Sleep(hostTTL/4 + time.Second)
		x.say(ask4("cell-0a0b0c.local.", dns.TypeA, inQU))
		time.Sleep(time.Second)
		if seen := x.take(responses); len(seen) != 1 || seen[0].alone {
			t.Errorf("not multicast for a quarter of its life: %v", seen)
		}
		// Who is not on the link gets no packet of ours.
		y := seg.stranger(t, "192.0.2.1")
		y.say(ask4("cell-0a0b0c.local.", dns.TypeA, inQU))
		y.sayFrom(4444, 64, ask4("cell-0a0b0c.local.", dns.TypeA, in))
		time.Sleep(2 * time.Second)
		for _, s := range y.take(responses) {
			if s.alone {
				t.Errorf("writes to somebody beyond the link: %v", s.msg)
			}
		}
	})
}

func TestOneShotQueriesAreAnsweredLikeDNS(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.forget()
		q := ask4("_celld._udp.local.", dns.TypePTR, in)
		q.Id = 4711
		x.sayFrom(40000, 64, q)
		seen := x.take(responses)
		if len(seen) != 1 || !seen[0].alone {
			t.Fatalf("%d answers", len(seen))
		}
		m := seen[0].msg
		if m.Id != 4711 || len(m.Question) != 1 || m.Question[0] != q.Question[0] || !m.Authoritative {
			t.Errorf("not what a resolver expects: %v", m)
		}
		if len(m.Answer) != 1 || len(m.Extra) < 3 {
			t.Errorf("not the whole service: %v", m)
		}
		for _, rr := range append(m.Answer, m.Extra...) {
			if rr.Header().Ttl > 10 || rr.Header().Class != in {
				t.Errorf("not for an ordinary resolver: %v", rr)
			}
		}
	})
}

func TestOnlySharedAnswersWait(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		waits := map[time.Duration]bool{}
		for range 20 {
			x.forget()
			begun := time.Since(x.since)
			x.say(ask4("_celld._udp.local.", dns.TypePTR, in))
			time.Sleep(2 * time.Second)
			seen := x.take(responses)
			if len(seen) != 1 || !near(seen[0].after-begun, sharedMin, sharedMax+time.Millisecond) {
				t.Fatalf("shared: %d answers, %v", len(seen), seen)
			}
			waits[seen[0].after-begun] = true
			begun = time.Since(x.since)
			x.say(ask4("cell-0a0b0c.local.", dns.TypeA, in))
			time.Sleep(2 * time.Second)
			if seen := x.take(responses); len(seen) != 1 || seen[0].after != begun {
				t.Fatalf("unique: %d answers", len(seen))
			}
		}
		if len(waits) < 10 {
			t.Errorf("the wait is not random: %v", waits)
		}
	})
}

func TestRecordsAreNotRepeatedWithinASecond(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.forget()
		for range 40 {
			x.say(ask4("cell-0a0b0c.local.", dns.TypeA, in))
			time.Sleep(100 * time.Millisecond)
		}
		if n := len(x.take(responses)); n < 4 || n > 5 {
			t.Errorf("%d answers in 4 s", n)
		}
		time.Sleep(2 * time.Second)
		x.forget()
		// Who probes for our name hears of it sooner.
		probe := ask4("cell-0a0b0c.local.", dns.TypeANY, in)
		probe.Ns = rrs("cell-0a0b0c.local. 120 IN A 10.0.0.9")
		for range 3 {
			x.say(probe)
			time.Sleep(probeGap)
		}
		if n := len(x.take(responses)); n != 3 {
			t.Errorf("%d answers to 3 probes", n)
		}
	})
}

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
		if got := a.names(); len(got) != 0 {
			t.Errorf("finds itself: %v", got)
		}
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

func TestTypesAndSubtypesAreAnswered(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		web := Service{Label: "cell-0a0b0c", Type: "_http._tcp", Port: 8080, Text: []string{"path=/"}}
		if err := a.Announce(Mesh, celldService("cell-0a0b0c"), web); err != nil {
			t.Fatal(err)
		}
		time.Sleep(settled)
		for name, want := range map[string][]string{
			"_ce11da01._sub._celld._udp.local.":    {"cell-0a0b0c._celld._udp.local."},
			"_CE11DA01._sub._celld._udp.local.":    {"cell-0a0b0c._celld._udp.local."},
			"_00000000._sub._celld._udp.local.":    nil,
			"_http._tcp.local.":                    {"cell-0a0b0c._http._tcp.local."},
			"_services._dns-sd._udp.local.":        {"_celld._udp.local.", "_http._tcp.local."},
			"_celld._udp.local.":                   {"cell-0a0b0c._celld._udp.local."},
			"nobody.local.":                        nil,
			"cell-0a0b0c._other._udp.local.":       nil,
			"lb._dns-sd._udp.local.":               nil,
			"cell-0a0b0c._celld._udp.example.com.": nil,
		} {
			x.forget()
			x.say(ask4(name, dns.TypePTR, in))
			time.Sleep(2 * time.Second)
			var got []string
			for _, s := range x.take(responses) {
				for _, rr := range s.msg.Answer {
					got = append(got, rr.(*dns.PTR).Ptr)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	})
}

func TestAbsentTypesAreDenied(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.forget()
		for name, want := range map[string][]uint16{
			"cell-0a0b0c.local.":             {dns.TypeA},
			"cell-0a0b0c._celld._udp.local.": {dns.TypeTXT, dns.TypeSRV},
		} {
			x.say(ask4(name, dns.TypeAAAA, in))
			seen := x.take(responses)
			if len(seen) != 1 {
				t.Fatalf("%s: %d answers", name, len(seen))
			}
			n, ok := seen[0].msg.Answer[0].(*dns.NSEC)
			if !ok || n.NextDomain != name || !slices.Equal(n.TypeBitMap, want) || n.Hdr.Class != inQU || n.Hdr.Ttl != 120 {
				t.Errorf("%s: %v", name, seen[0].msg)
			}
			time.Sleep(2 * time.Second)
		}
		// With an address comes that there is no other kind.
		x.say(ask4("cell-0a0b0c.local.", dns.TypeA, in))
		if seen := x.take(responses); len(seen) != 1 || len(seen[0].msg.Extra) != 1 || seen[0].msg.Extra[0].Header().Rrtype != dns.TypeNSEC {
			t.Errorf("%v", seen)
		}
	})
}

func TestHostRecordsLiveTwoMinutesAndOthersLonger(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		for _, rr := range x.take(responses)[0].msg.Answer {
			want := uint32(4500)
			switch rr.(type) {
			case *dns.A, *dns.SRV: // what holds a host's name, section 10
				want = 120
			}
			if rr.Header().Ttl != want {
				t.Errorf("%v, want %d", rr, want)
			}
		}
	})
}

func TestOthersSayingTheSameIsEnough(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.say(tell("!cell-0a0b0c.local. 0 IN A 10.0.0.9")) // takes leave of our name: no claim to it
		synctest.Wait()
		if n := a.Stats().Conflicts; n != 0 {
			t.Errorf("%d conflicts with one who leaves", n)
		}
		x.forget()
		x.say(ask4(enumeration, dns.TypePTR, in))
		x.say(tell(enumeration + " 4500 IN PTR _celld._udp.local."))
		time.Sleep(2 * time.Second)
		if n := len(x.take(responses)); n != 0 {
			t.Errorf("%d answers to what was just answered", n)
		}
		// Who takes leave of what we have, too, is corrected.
		for _, ttl := range []string{"0", "2249"} {
			x.say(tell(enumeration + " " + ttl + " IN PTR _celld._udp.local."))
			time.Sleep(2 * time.Second)
			if n := len(x.take(responses)); n != 1 {
				t.Errorf("TTL %s: %d answers", ttl, n)
			}
		}
	})
}

func TestNewAddressesAreAnnounced(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.forget()
		l := a.links.list[0]
		l.Addrs = []netip.Prefix{netip.MustParsePrefix("10.0.0.3/24"), netip.MustParsePrefix("fe80::3/64")}
		a.links.set(l)
		time.Sleep(settled)
		seen := x.take(responses)
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
		time.Sleep(time.Second)
		if seen := x.take(responses); len(seen) != 1 {
			t.Errorf("%d announcements within a second", len(seen))
		}
		x.say(neighbour("cell-0d0e0f", "10.1.0.9"))
		synctest.Wait()
		if got := a.names(); len(got) != 1 {
			t.Errorf("finds %v", got)
		}
		a.links.set(one...)
		synctest.Wait()
		if got := a.names(); len(got) != 0 {
			t.Errorf("finds %v on a link that went", got)
		}
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
			y.say(neighbour("cell-0d0e0f", "10.1.0.9"))
			time.Sleep(settled)
			y.say(ask4("_celld._udp.local.", dns.TypePTR, in))
			y.sayFrom(4444, 64, ask4("_celld._udp.local.", dns.TypePTR, in))
			time.Sleep(settled)
			if spoke := len(x.take(anything)) > 0; spoke != c.near {
				t.Errorf("reach %d: spoke to neighbours: %v", c.reach, spoke)
			}
			if spoke := len(y.take(anything)) > 0; spoke != c.wide {
				t.Errorf("reach %d: spoke to the mesh: %v", c.reach, spoke)
			}
			if got := a.names(); len(got) != 1 {
				t.Errorf("reach %d: hears %v", c.reach, got)
			}
			if err := a.Announce(Off, celldService("cell-0a0b0c")); err != nil {
				t.Fatal(err)
			}
			if left := len(x.take(responses)) > 0; left != c.near {
				t.Errorf("reach %d: took leave: %v", c.reach, left)
			}
			y.forget()
			time.Sleep(2 * time.Hour)
			if n := len(x.take(anything)) + len(y.take(anything)); n != 0 {
				t.Errorf("reach %d: %d packets after it was set to off", c.reach, n)
			}
		})
	}
}

func TestLongAnswersAreSplit(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		var many []Service
		for i := range 20 {
			s := celldService(fmt.Sprintf("cell-%06x", i))
			s.Text = append(s.Text, "x="+strings.Repeat("y", 200))
			many = append(many, s)
		}
		if err := a.Announce(Mesh, many...); err != nil {
			t.Fatal(err)
		}
		time.Sleep(settled)
		x.sayFrom(40000, 64, ask4("_celld._udp.local.", dns.TypePTR, in))
		names := map[string]bool{}
		for _, s := range x.take(anything) {
			room := maxSend
			if s.alone {
				room = legacyRoom
			}
			if s.size > room {
				t.Errorf("%d bytes in a packet", s.size)
			}
			if s.alone && !s.msg.Truncated {
				t.Error("the short answer does not say that there is more")
			}
			for _, rr := range s.msg.Answer {
				if _, ok := rr.(*dns.TXT); ok {
					names[rr.Header().Name] = true
				}
			}
		}
		if len(names) != len(many) {
			t.Errorf("%d of %d announced", len(names), len(many))
		}
	})
}

func TestAFloodOfQueriesIsNotAnsweredInFull(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		x.forget()
		for range 500 {
			x.sayFrom(40000, 64, ask4("_celld._udp.local.", dns.TypePTR, in))
			synctest.Wait()
		}
		if n := len(x.take(responses)); n != perSecond || a.Stats().Dropped != 500-perSecond {
			t.Errorf("%d replies at once, %+v", n, a.Stats())
		}
		time.Sleep(time.Second)
		x.sayFrom(40000, 64, ask4("_celld._udp.local.", dns.TypePTR, in))
		if n := len(x.take(responses)); n != 1 {
			t.Errorf("%d replies a second later", n)
		}
	})
}

func TestWhatCannotBeSaidIsRefused(t *testing.T) {
	good := celldService("cell-0a0b0c")
	for name, spoil := range map[string]func(*Service){
		"label with a dot": func(s *Service) { s.Label = "a.b" },
		"empty label":      func(s *Service) { s.Label = "" },
		"long label":       func(s *Service) { s.Label = strings.Repeat("a", 51) },
		"type":             func(s *Service) { s.Type = "celld._udp" },
		"protocol":         func(s *Service) { s.Type = "_celld._sctp" },
		"subtype as type":  func(s *Service) { s.Type = "_a._sub._celld._udp" },
		"port":             func(s *Service) { s.Port = 0 },
		"quote":            func(s *Service) { s.Text = []string{`a="b"`} },
		"backslash":        func(s *Service) { s.Text = []string{`a=\b`} },
		"long text":        func(s *Service) { s.Text = []string{strings.Repeat("a", 250), strings.Repeat("b", 250)} },
		"subtype":          func(s *Service) { s.Subtypes = []string{"x"} },
	} {
		s := good
		spoil(&s)
		if s.check() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	if err := good.check(); err != nil {
		t.Error(err)
	}
	if _, err := New(Config{Host: "a.b"}); err == nil {
		t.Error("a host name with a dot is not refused")
	}
}

package dnssd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

func TestProbesThriceThenAnnouncesTwice(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, _ *router) {
		seen := x.after(settled, func(s sighting) bool { return probes(s) || responses(s) })
		if len(seen) != 5 {
			t.Fatalf("%d packets, want 3 probes and 2 announcements", len(seen))
		}
		if !near(seen[0].after, 0, 250*time.Millisecond) {
			t.Errorf("first probe after %v", seen[0].after)
		}
		for i, gap := range []time.Duration{250 * time.Millisecond, 250 * time.Millisecond, 250 * time.Millisecond, time.Second} {
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
		const many = 40
		first := map[time.Duration]bool{}
		var all []*stranger
		for range many {
			seg := &segment{}
			all = append(all, seg.stranger(t, "10.0.0.9"))
			start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"})
		}
		time.Sleep(settled)
		for _, x := range all {
			first[x.take(probes)[0].after] = true
		}
		begin := slices.Sorted(maps.Keys(first))
		if len(begin) < many*3/4 || begin[0] > 100*time.Millisecond || !near(begin[len(begin)-1], 150*time.Millisecond, 250*time.Millisecond) {
			t.Errorf("%d routers begin at %v", many, begin)
		}
	})
}

func TestNoUnicastIsAskedForWhereThePortIsShared(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		startAs(t, "cell-0a0b0c", Mesh, func(w *wires, _ *Config) { w.shared = true }, plug{to: seg, addr: "10.0.0.1/24"})
		asked := x.after(settled, func(s sighting) bool { return !s.msg.Response })
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

func TestWhoLosesASimultaneousProbeWaitsASecond(t *testing.T) {
	for addr, gap := range map[string]time.Duration{"10.0.0.9": time.Second, "9.0.0.9": 250 * time.Millisecond} {
		facing(t, func(t *testing.T, x *stranger, a *router) {
			rival := question4("cell-0a0b0c.local.", dns.TypeANY, in)
			rival.Ns = rrs("cell-0a0b0c.local. 120 IN A " + addr)
			time.Sleep(260 * time.Millisecond) // it has begun, and has not won
			x.say(rival)
			synctest.Wait()
			said := time.Since(x.since)
			time.Sleep(settled)
			var at []time.Duration
			for _, s := range x.take(probes) {
				if s.asks("cell-0a0b0c.local.", dns.TypeANY) {
					at = append(at, s.after)
				}
			}
			before := slices.IndexFunc(at, func(d time.Duration) bool { return d > said })
			if before < 1 || before > 2 {
				t.Fatalf("said after %v, probes at %v", said, at)
			}
			from := at[before-1]
			if gap == time.Second {
				from = said
				if len(at) != before+3 {
					t.Errorf("who lost probes at %v", at)
				}
			} else if len(at) != 3 {
				t.Errorf("who won probes at %v", at)
			}
			if at[before] != from+gap || a.HostName() != "cell-0a0b0c.local." {
				t.Errorf("%s says so after %v, probes at %v, %s", addr, said, at, a.HostName())
			}
		})
	}
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

// TestOneAnswerToAProbeIsEnough: whoever has the name says so once, and late.
func TestOneAnswerToAProbeIsEnough(t *testing.T) {
	for said, want := range map[string]string{
		"!cell-0a0b0c.local. 120 IN A 10.0.0.9":                     "cell-0a0b0c._celld._udp.local.\t120\tCLASS32769\tSRV\t0 0 5683 cell-0a0b0c-2.local.",
		"!cell-0a0b0c._celld._udp.local. 120 IN SRV 0 0 7 x.local.": "cell-0a0b0c-2._celld._udp.local.\t120\tCLASS32769\tSRV\t0 0 5683 cell-0a0b0c.local.",
	} {
		for _, after := range []time.Duration{260 * time.Millisecond, 740 * time.Millisecond} {
			facing(t, func(t *testing.T, x *stranger, a *router) {
				time.Sleep(after) // the first probe was sent, and the last one has not been waited for
				x.say(tell(said))
				time.Sleep(settled)
				seen, tries := x.take(anything), 0
				label, _, _ := strings.Cut(want, "\t")
				if label == "cell-0a0b0c._celld._udp.local." {
					label = "cell-0a0b0c-2.local."
				}
				for _, s := range seen {
					if probes(s) && s.asks(label, dns.TypeANY) {
						tries++
					}
				}
				if tries != 3 {
					t.Errorf("%d probes for %s", tries, label)
				}
				seen = slices.DeleteFunc(seen, func(s sighting) bool { return !responses(s) })
				if len(seen) == 0 || !seen[len(seen)-1].has(want) {
					t.Errorf("%s, %v", a.HostName(), seen)
				}
			})
		}
	}
}

func TestLateConflictProbesAgainAndYields(t *testing.T) {
	for _, defended := range []bool{true, false} {
		t.Run(fmt.Sprintf("defended=%v", defended), func(t *testing.T) {
			facingSettled(t, func(t *testing.T, x *stranger, a *router) {
				_, changed := a.Found()
				theirs := tell("!cell-0a0b0c.local. 120 IN A 10.0.0.9")
				x.say(theirs)
				if len(x.after(2*probeGap-10*time.Millisecond, probes)) == 0 {
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
				select {
				case <-changed:
				default:
					if defended {
						t.Error("nobody is told that the name has changed")
					}
				}
				last := x.take(responses)
				if n := len(last); n == 0 || !last[n-1].has(want) || defended && !last[n-1].has("SRV\t0 0 5683 "+want) {
					t.Error("the name, or what is there, was not announced again")
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
	facing(t, func(t *testing.T, x *stranger, a *router) {
		// Whatever name is probed for is taken.
		for range 600 {
			for _, s := range x.after(50*time.Millisecond, probes) {
				for _, q := range s.msg.Question {
					if !strings.Contains(q.Name, "_udp") {
						x.say(tell("!" + q.Name + " 120 IN A 10.0.0.9"))
					}
				}
			}
		}
		if n := a.Stats().Conflicts; n < 15+3 || n > 15+6 {
			t.Errorf("%d conflicts in 30 s: after 15 there should be one in 5 s", n)
		}
	})
}

// TestWhatContradictsUs is a record of a name and type of ours with other data.
func TestWhatContradictsUs(t *testing.T) {
	for said, conflict := range map[string]bool{
		"!cell-0a0b0c.local. 120 IN A 10.0.0.9":                                        true,
		"!CELL-0A0B0C.local. 120 IN AAAA fe80::9":                                      true,
		"!cell-0a0b0c._celld._udp.local. 120 IN SRV 0 0 7 cell-0a0b0c.local.":          true,
		"!cell-0a0b0c._celld._udp.local. 120 IN TXT \"x\"":                             true,
		"!cell-0a0b0c._celld._udp.local. 120 IN SRV 0 0 5683 CELL-0a0b0c.local.":       false, // as we say
		"!cell-0a0b0c.local. 120 IN A 10.0.0.1":                                        false,
		"!cell-0a0b0c.local. 120 IN HINFO a b":                                         false,
		"!cell-0a0b0c.local. 120 IN SRV 0 0 7 x.local.":                                false,
		"!cell-0a0b0c._celld._udp.local. 120 IN A 10.0.0.9":                            false,
		"!cell-0a0b0c.local. 0 IN A 10.0.0.9":                                          false, // somebody leaves
		"_celld._udp.local. 120 IN PTR x._celld._udp.local.":                           false,
		"!cell-0a0b0c._celld._udp.local. 120 IN NSEC cell-0a0b0c._celld._udp.local. A": false,
	} {
		facingSettled(t, func(t *testing.T, x *stranger, a *router) {
			x.browse() // what waits to be said is not, while it is not sure whose it is
			x.say(tell(said))
			synctest.Wait()
			if n := a.Stats().Conflicts; (n > 0) != conflict {
				t.Errorf("%s: %d conflicts", said, n)
			}
			time.Sleep(150 * time.Millisecond)
			if n := len(x.take(responses)); (n == 0) != conflict {
				t.Errorf("%s: %d answers", said, n)
			}
		})
	}
	// While we probe, that somebody has nothing more is no claim to the name.
	facing(t, func(t *testing.T, x *stranger, a *router) {
		time.Sleep(600 * time.Millisecond)
		x.say(tell("!cell-0a0b0c.local. 120 IN NSEC cell-0a0b0c.local. A"))
		if synctest.Wait(); a.Stats().Conflicts != 0 {
			t.Error("gives a name up to who denies it")
		}
	})
	if a, b := rrs("x.local. A 10.0.0.65", "x.local. A 10.0.0.97"), rrs("x.local. TXT a", "x.local. TXT A"); equal(a[0], a[1]) || equal(b[0], b[1]) {
		t.Error("data that is no name has no case")
	}
}

// TestSlowConflictsDoNotSlowUsDown: only what goes on within ten seconds does, and
// that only until a name is won.
func TestSlowConflictsDoNotSlowUsDown(t *testing.T) {
	for gap, calm := range map[time.Duration]bool{700 * time.Millisecond: true, 730 * time.Millisecond: false} {
		now := time.Now()
		e := loneEngine(now, "10.0.0.1/24")
		for range 15 {
			e.rename(now, e.host)
			now = now.Add(gap)
		}
		due := e.links[1].standing[e.host].due.Sub(now.Add(-gap))
		if e.calm != calm || (due >= 5*time.Second) != calm || due > 5250*time.Millisecond {
			t.Errorf("15 conflicts %v apart: the next try in %v", gap, due)
		}
		for now = now.Add(6 * time.Second); e.calm; now = e.next() { // it is its own now
			e.tick(now)
		}
		e.rename(now, e.host)
		if due := e.links[1].standing[e.host].due.Sub(now); due > 250*time.Millisecond {
			t.Errorf("the first conflict after all was well: the next try in %v", due)
		}
	}
}

func TestOthersSayingTheSameIsEnough(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		time.Sleep(settled)
		x.say(tell("!cell-0a0b0c.local. 0 IN A 10.0.0.9")) // takes leave of our name: no claim to it
		synctest.Wait()
		if n := a.Stats().Conflicts; n != 0 {
			t.Errorf("%d conflicts with one who leaves", n)
		}
		x.forget()
		x.ask(enumeration, dns.TypePTR, in)
		x.say(tell(enumeration + " 4500 IN PTR _celld._udp.local."))
		if n := len(x.after(2*time.Second, responses)); n != 0 {
			t.Errorf("%d answers to what was just answered", n)
		}
		x.browse() // and who will forget it sooner has not said as much
		x.say(tell("_celld._udp.local. 3000 IN PTR cell-0a0b0c._celld._udp.local."))
		if n := len(x.after(2*time.Second, responses)); n != 1 {
			t.Errorf("%d answers to what was answered for a shorter time", n)
		}
		// Who takes leave of what we have, too, is corrected.
		for _, ttl := range []string{"0", "2249"} {
			x.say(tell(enumeration + " " + ttl + " IN PTR _celld._udp.local."))
			if n := len(x.after(2*time.Second, responses)); n != 1 {
				t.Errorf("TTL %s: %d answers", ttl, n)
			}
		}
	})
}

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

var webService = Service{Label: "cell-0a0b0c", Type: "_http._tcp", Port: 8080}

// takesLeave are the names of records with TTL 0 in what was seen.
func takesLeave(seen []sighting) (names []string) {
	for _, s := range seen {
		for _, rr := range s.msg.Answer {
			if rr.Header().Ttl == 0 {
				names = append(names, rr.Header().Name)
			}
		}
	}
	return names
}

// TestWhatStaysIsNotDisturbed when another service comes or goes.
func TestWhatStaysIsNotDisturbed(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		for _, list := range [][]Service{{celldService("cell-0a0b0c"), webService}, {celldService("cell-0a0b0c")}} {
			if err := a.Announce(Mesh, list...); err != nil {
				t.Fatal(err)
			}
			for _, s := range x.after(settled, anything) {
				if probes(s) && (s.asks("cell-0a0b0c._celld._udp.local.", dns.TypeANY) || s.asks("cell-0a0b0c.local.", dns.TypeANY)) ||
					responses(s) && slices.ContainsFunc(s.msg.Answer, func(rr dns.RR) bool { return strings.Contains(rr.Header().Name, "_celld") }) {
					t.Errorf("with %d services: %v", len(list), s.msg)
				}
			}
		}
	})
}

// TestWhatIsOtherIsAnnounced, whatever of it that is.
func TestWhatIsOtherIsAnnounced(t *testing.T) {
	for want, change := range map[string]func(*Service){
		"SRV\t0 0 7777":  func(s *Service) { s.Port = 7777 },
		"p=9":            func(s *Service) { s.Text = []string{"p=9"} },
		"TXT\t\"\"":      func(s *Service) { s.Text = nil }, // RFC 6763 section 6.1
		"_00000001._sub": func(s *Service) { s.Subtypes = []string{"_00000001"} },
		"_other._udp":    func(s *Service) { s.Type = "_other._udp" },
	} {
		facingSettled(t, func(t *testing.T, x *stranger, a *router) {
			s := celldService("cell-0a0b0c")
			change(&s)
			if err := a.Announce(Mesh, s); err != nil {
				t.Fatal(err)
			}
			if seen := x.after(settled, responses); len(seen) == 0 || !seen[len(seen)-1].has(want) {
				t.Errorf("%s is not announced: %v", want, seen)
			}
		})
	}
}

// TestWhoHasNothingYetTakesNoLeave: a name that is not won may be somebody's.
func TestWhoHasNothingYetTakesNoLeave(t *testing.T) {
	for name, act := range map[string]func(a *router){
		"stops": func(a *router) { a.stop() },
		"has another address": func(a *router) {
			l := a.links.list[0]
			l.Addrs = []netip.Prefix{netip.MustParsePrefix("10.0.0.3/24")}
			a.links.set(l)
		},
		"announces nothing": func(a *router) {
			if err := a.Announce(Mesh); err != nil {
				t.Error(err)
			}
		},
	} {
		facing(t, func(t *testing.T, x *stranger, a *router) {
			time.Sleep(600 * time.Millisecond) // two probes at least
			act(a)
			if left := takesLeave(x.after(settled, responses)); len(left) > 0 {
				t.Errorf("who %s takes leave of %v", name, left)
			}
		})
	}
}

// TestALinkThatChangesIsSpokenOnAsItMay.
func TestALinkThatChangesIsSpokenOnAsItMay(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := startAs(t, "cell-0a0b0c", Neighbours, nil, plug{to: seg, addr: "10.0.0.1/24"})
		narrow := a.links.list[0]
		wide, bare, more := narrow, narrow, narrow
		wide.Wide, bare.Addrs = true, nil
		more.Addrs = []netip.Prefix{narrow.Addrs[0], netip.MustParsePrefix("10.0.0.3/24")}
		time.Sleep(settled)
		x.forget()
		for name, silent := range map[string]Link{"wide": wide, "without addresses": bare} {
			a.links.set(silent)
			if left := takesLeave(x.after(settled, responses)); (len(left) > 0) != (name == "wide") {
				t.Errorf("%s: takes leave of %v", name, left)
			}
			x.browse()
			if seen := x.after(time.Hour, anything); len(seen) > 0 {
				t.Errorf("%s: says %v", name, seen)
			}
			a.links.set(narrow)
			if n := len(x.after(settled, probes)); n != 3 {
				t.Errorf("%s no more: %d probes", name, n)
			}
		}
		a.links.set(more)
		if left := takesLeave(x.after(settled, responses)); len(left) > 0 {
			t.Errorf("takes leave of %v, which stays", left)
		}
		x.say(neighbour("cell-0d0e0f", "10.0.0.9"))
		x.say(tell("cell-0d0e0f.local. 120 IN AAAA fe80::9"))
		synctest.Wait()
		more.Name = "lan9"
		a.links.set(more)
		synctest.Wait()
		if found, _ := a.Found(); len(found) != 1 || !slices.Contains(found[0].Addrs, netip.MustParseAddr("fe80::9%lan9")) {
			t.Errorf("the link has another name, and found is %v", found)
		}
	})
}

// TestWhoSpeaksAgainProbesAgain: meanwhile somebody may have taken the name.
func TestWhoSpeaksAgainProbesAgain(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		for _, c := range []struct {
			reach Reach
			want  int
		}{{Off, 0}, {Mesh, 3}} {
			if err := a.Announce(c.reach, celldService("cell-0a0b0c")); err != nil {
				t.Fatal(err)
			}
			if n := len(x.after(settled, probes)); n != c.want {
				t.Errorf("reach %d: %d probes", c.reach, n)
			}
		}
	})
}

// TestWhatWasTakenLeaveOfIsNotSaidOnceMore: an answer that waited is not given when
// what it tells of is gone.
func TestWhatWasTakenLeaveOfIsNotSaidOnceMore(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		ask := func(list bool) {
			time.Sleep(2 * time.Second)
			x.forget()
			for _, rrtype := range []uint16{dns.TypeA, dns.TypePTR} {
				m := question4("_celld._udp.local.", rrtype, in)
				if rrtype == dns.TypeA {
					m = question4("cell-0a0b0c.local.", rrtype, in)
					x.say(m)
					time.Sleep(sameMoment + time.Millisecond)
				}
				m.Truncated = list
				x.say(m)
				x.ask(m.Question[0].Name, rrtype, inQU)
			}
			time.Sleep(time.Millisecond)
		}
		gone := func(what string) {
			t.Helper()
			left := false
			for _, s := range x.after(settled, responses) {
				if left && s.has(what) {
					t.Errorf("after its farewell: %v", s.msg)
				}
				left = left || s.has(what) && s.msg.Answer[0].Header().Ttl == 0
			}
			if !left {
				t.Errorf("no farewell to %s", what)
			}
		}
		l := a.links.list[0]
		for i, list := range []bool{false, true} {
			ask(list)
			l.Addrs = []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.0.0.%d/24", 2+i))}
			a.links.set(l)
			gone(fmt.Sprintf("A\t10.0.0.%d", 1+i))
			ask(list)
			if err := a.Announce(Mesh, celldService(fmt.Sprintf("cell-ffff%02d", i))); err != nil {
				t.Fatal(err)
			}
			gone([]string{"cell-0a0b0c._celld", "cell-ffff00._celld"}[i])
		}
	})
}

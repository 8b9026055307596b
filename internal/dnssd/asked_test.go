package dnssd

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// sayAlone says something to the router alone, at 10.0.0.1.
func (x *stranger) sayAlone(p uint16, m *dns.Msg) {
	x.t.Helper()
	data, err := m.Pack()
	if err != nil {
		x.t.Fatal(err)
	}
	x.seg.send(data, netip.AddrPortFrom(x.addr, p), netip.MustParseAddrPort("10.0.0.1:5353"), hops)
}

func TestWhoAsksUsAloneIsAnsweredAlone(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		time.Sleep(time.Hour) // nothing was multicast for long
		x.forget()
		for _, class := range []uint16{in, inQU} {
			x.sayAlone(port, question4("_celld._udp.local.", dns.TypePTR, class))
			if seen := x.after(2*time.Second, responses); len(seen) != 1 || !seen[0].alone {
				t.Errorf("class %d: %v", class, seen)
			}
		}
		y := x.seg.stranger(t, "192.0.2.1")
		y.sayAlone(port, question4("_celld._udp.local.", dns.TypePTR, in))
		y.sayAlone(40000, question4("_celld._udp.local.", dns.TypePTR, in))
		if n := len(y.after(2*time.Second, responses)); n != 0 {
			t.Errorf("%d packets to who is beyond the link", n)
		}
	})
}

// TestWhoIsBeyondTheLinkHearsWithAll: a question that wants its answer alone and
// may not have it is not left without one.
func TestWhoIsBeyondTheLinkHearsWithAll(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		y := x.seg.stranger(t, "192.0.2.1")
		y.ask("cell-0a0b0c.local.", dns.TypeA, inQU)
		if seen := y.after(2*time.Second, responses); len(seen) != 1 || seen[0].alone {
			t.Errorf("%v", seen)
		}
	})
}

func TestALongListOfWhoWantsItAloneIsAnsweredAlone(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for addr, alone := range map[string]bool{"10.0.0.8": true, "192.0.2.1": false} {
			y := x.seg.stranger(t, addr)
			m := question4("cell-0a0b0c.local.", dns.TypeA, inQU)
			m.Truncated = true
			y.say(m)
			if seen := y.after(2*time.Second, responses); len(seen) != 1 || seen[0].alone != alone {
				t.Errorf("%s: %v", addr, seen)
			}
		}
	})
}

func TestOnlyOurClassIsAnswered(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for class, want := range map[uint16]int{in: 1, dns.ClassANY: 1, dns.ClassCHAOS: 0, dns.ClassNONE: 0} {
			x.ask("cell-0a0b0c.local.", dns.TypeA, class)
			if n := len(x.after(2*time.Second, responses)); n != want {
				t.Errorf("class %d: %d answers", class, n)
			}
		}
	})
}

func TestWhatNobodyHasIsNotAnswered(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		x.askOnce("nobody.local.", dns.TypeA)
		x.ask("nobody.local.", dns.TypeA, inQU)
		more := question4("nobody.local.", dns.TypeA, in)
		more.Truncated = true
		for range 2 * maxHeld { // nor do they take anybody's place
			x.say(more)
		}
		if n := len(x.after(2*time.Second, responses)); n != 0 {
			t.Errorf("%d answers", n)
		}
		first := question4("cell-0a0b0c.local.", dns.TypeA, in)
		first.Truncated = true
		begun := time.Since(x.since)
		x.say(more)
		x.say(first)
		if seen := x.after(2*time.Second, responses); len(seen) != 1 || seen[0].after == begun {
			t.Errorf("%v", seen)
		}
	})
}

func TestAnAnswerIsGivenOnce(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		twice := question4("_celld._udp.local.", dns.TypePTR, in)
		twice.Question = append(twice.Question, twice.Question[0])
		for range 5 {
			x.say(twice)
			x.browse()
			time.Sleep(10 * time.Millisecond)
			x.browse()
			seen := x.after(3*time.Second, responses)
			if len(seen) != 1 || len(seen[0].msg.Answer) != 1 {
				t.Errorf("%v", seen)
			}
			x.sayAlone(port, twice)
			if seen := x.after(3*time.Second, responses); len(seen) != 1 || len(seen[0].msg.Answer) != 1 {
				t.Errorf("alone: %v", seen)
			}
		}
	})
}

// TestAProbeHastensWhatIsToBeSaid: an answer that waits for its second to pass is
// given to who probes.
func TestAProbeHastensWhatIsToBeSaid(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		begun := time.Since(x.since)
		for range 2 {
			x.ask("cell-0a0b0c.local.", dns.TypeA, in)
			time.Sleep(50 * time.Millisecond)
		}
		probe := question4("cell-0a0b0c.local.", dns.TypeANY, in)
		probe.Ns = rrs("cell-0a0b0c.local. 120 IN A 10.0.0.9")
		x.say(probe)
		seen := x.after(850*time.Millisecond, responses)
		if len(seen) != 2 || seen[0].after != begun || seen[1].after != begun+250*time.Millisecond {
			t.Errorf("%v", seen)
		}
	})
}

func TestOnlySoMuchIsAskedInOnePacket(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for before, want := range map[int]int{63: 1, 64: 0} {
			m := new(dns.Msg)
			for i := range before {
				m.Question = append(m.Question, dns.Question{Name: fmt.Sprintf("x%d.local.", i), Qtype: dns.TypeA, Qclass: in})
			}
			m.Question = append(m.Question, dns.Question{Name: "cell-0a0b0c.local.", Qtype: dns.TypeA, Qclass: in})
			x.say(m)
			if n := len(x.after(2*time.Second, responses)); n != want {
				t.Errorf("behind %d questions: %d answers", before, n)
			}
		}
	})
}

// TestOnlySoManyListsAreAwaited: who begins more is answered at once.
func TestOnlySoManyListsAreAwaited(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		m := question4("cell-0a0b0c.local.", dns.TypeA, in)
		m.Truncated = true
		for i := range 17 {
			x.say(m)
			synctest.Wait()
			if n := len(x.take(responses)); (n > 0) != (i == 16) {
				t.Errorf("after %d lists there are %d answers", i+1, n)
			}
		}
	})
}

func TestALinkOwesOnlySoManyRepliesAtOnce(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		for range 40 { // these wait, since others may have an answer, too
			x.ask("_celld._udp.local.", dns.TypePTR, inQU)
		}
		seen := x.after(2*time.Second, responses)
		if len(seen) != 32 || a.Stats().Dropped != 8 || slices.ContainsFunc(seen, func(s sighting) bool { return !s.alone }) {
			t.Errorf("%d replies, %+v", len(seen), a.Stats())
		}
	})
}

// TestNothingIsMulticastTwiceWithinASecond, whatever is asked, be it an answer or
// what goes with one.
func TestNothingIsMulticastTwiceWithinASecond(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		chance := rand.New(rand.NewPCG(6, 6))
		names := []string{"cell-0a0b0c.local.", "cell-0a0b0c._celld._udp.local.", "_celld._udp.local.", enumeration}
		types := []uint16{dns.TypePTR, dns.TypeSRV, dns.TypeTXT, dns.TypeA, dns.TypeAAAA, dns.TypeANY}
		for range 500 {
			x.ask(names[chance.IntN(len(names))], types[chance.IntN(len(types))], in)
			time.Sleep(time.Duration(chance.IntN(200)) * time.Millisecond)
		}
		last := map[string]time.Duration{}
		for _, s := range x.after(2*time.Second, responses) {
			for _, rr := range slices.Concat(s.msg.Answer, s.msg.Extra) {
				if at, said := last[key(rr)]; said && s.after-at < time.Second {
					t.Fatalf("%v again after %v", rr, s.after-at)
				}
				last[key(rr)] = s.after
			}
		}
		if len(last) < 7 {
			t.Errorf("only %d records were asked for", len(last))
		}
	})
}

package dnssd

import (
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// TestWhatIsSaidToUsAloneIsHeardWhenWeAskedForItSo: whoever whispers that somebody
// is gone, or somewhere else, says it where they cannot object (RFC 6762 section 6).
func TestWhatIsSaidToUsAloneIsHeardWhenWeAskedForItSo(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		time.Sleep(time.Second / 2) // asked, and the probes go on
		x.sayAlone(port, neighbour("cell-0d0e0f", "10.0.0.9"))
		a.finds(t, "cell-0d0e0f")
		time.Sleep(settled)
		before := a.Stats()
		x.sayAlone(port, tell("_celld._udp.local. 0 IN PTR cell-0d0e0f._celld._udp.local."))
		x.sayAlone(port, tell("!cell-0d0e0f.local. 120 IN A 10.0.0.66"))
		x.sayAlone(port, neighbour("cell-0a0b0c", "10.0.0.9")) // our own names
		time.Sleep(2 * time.Second)
		a.finds(t, "cell-0d0e0f")
		found, _ := a.Found()
		if len(found) != 1 || len(found[0].Addrs) != 1 || found[0].Addrs[0].String() != "10.0.0.9" {
			t.Errorf("found %v", found)
		}
		if s := a.Stats(); s.Ignored != before.Ignored+3 || s.Conflicts != 0 {
			t.Errorf("%+v", s)
		}
		x.say(tell("_celld._udp.local. 0 IN PTR cell-0d0e0f._celld._udp.local."))
		time.Sleep(2 * time.Second)
		a.finds(t)
	})
}

// TestWhereThePortIsSharedNothingIsSaidToUsAlone: there no question wants it.
func TestWhereThePortIsSharedNothingIsSaidToUsAlone(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, _ *Config) { w.shared = true }, plug{to: seg, addr: "10.0.0.1/24"})
		for range 40 {
			time.Sleep(settled / 40)
			x.sayAlone(port, neighbour("cell-0d0e0f", "10.0.0.9"))
		}
		a.finds(t)
		if n := len(x.take(func(s sighting) bool { return s.asks("_celld._udp.local.", dns.TypePTR) })); n == 0 {
			t.Error("nothing was asked")
		}
	})
}

// long is a name that somebody chose for its length.
func long(i int) string {
	label := strings.Repeat(string(rune('a'+i)), 60)
	return label + "." + label + "." + label + "." + label + "."
}

// TestLongNamesOfOthersMakeNoLongPackets: what is asked about instances, and told of
// them, is as long as others make it.
func TestLongNamesOfOthersMakeNoLongPackets(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		m := newResponse()
		for i := range 24 {
			m.Answer = append(m.Answer, rrs("_celld._udp.local. 4500 IN PTR "+long(i))...)
		}
		x.say(m)
		asked := map[string]bool{}
		told := 0
		for _, s := range x.after(2*time.Hour, questions) {
			if s.size > 1200 {
				t.Errorf("%d bytes: %d questions, %d answers", s.size, len(s.msg.Question), len(s.msg.Answer))
			}
			for _, q := range s.msg.Question {
				asked[q.Name+dns.TypeToString[q.Qtype]] = true
			}
			told = max(told, len(s.msg.Answer))
		}
		for i := range 24 {
			if !asked[long(i)+"SRV"] || !asked[long(i)+"TXT"] {
				t.Errorf("nobody asked about instance %d", i)
			}
		}
		if told == 0 {
			t.Error("nothing that is known was told")
		}
	})
}

// TestOneShotQueriesMakeNoLongPackets: their questions are said again in the reply.
func TestOneShotQueriesMakeNoLongPackets(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		for n, want := range map[int]int{1: 1, 20: 0} {
			m := question4("cell-0a0b0c.local.", dns.TypeA, in)
			for i := range n {
				m.Question = append(m.Question, dns.Question{Name: long(i), Qtype: dns.TypeA, Qclass: in})
			}
			x.sayFrom(40000, 64, m)
			seen := x.after(2*time.Second, responses)
			if len(seen) != want || want > 0 && seen[0].size > 512 {
				t.Errorf("%d long questions: %v", n, seen)
			}
		}
		if n := a.Stats().Ignored; n != 1 {
			t.Errorf("%d are ignored", n)
		}
	})
}

// TestWhatIsKnownWaitsWhereTheQuestionsFillAPacket: it comes in the next one.
func TestWhatIsKnownWaitsWhereTheQuestionsFillAPacket(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	m := newResponse()
	m.Answer = rrs("_celld._udp.local. 4500 IN PTR " + long(9))
	e.receive(now, Packet{Data: pack(m), Link: 1, From: netip.MustParseAddrPort("10.0.0.9:5353"), Multicast: true, Hops: 255})
	ask := []question{{"_celld._udp.local.", dns.TypePTR}}
	for i := range 4 {
		ask = append(ask, question{long(i), dns.TypeSRV})
	}
	if n := fitting(ask); n != len(ask) {
		t.Fatalf("%d questions fit", n)
	}
	e.sendQuery(now, e.links[1], ask)
	out := e.take()
	if len(out) != 2 || len(out[0].Data) > maxSend {
		t.Fatalf("%d packets, the first of %d bytes", len(out), len(out[0].Data))
	}
	for i, want := range []struct {
		questions, answers int
		more               bool
	}{{5, 0, true}, {0, 1, false}} {
		p, err := parse(out[i].Data)
		if err != nil || len(p.Question) != want.questions || len(p.Answer) != want.answers || p.Truncated != want.more {
			t.Errorf("%v, %v", p, err)
		}
	}
}

// TestShortLivesDoNotMakeUsAsk: what is said to live a second would be asked for four
// times in it, by every router that hears it.
func TestShortLivesDoNotMakeUsAsk(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		x.forget()
		for range 60 {
			m := newResponse()
			for i := range 40 {
				n := fmt.Sprintf("x%d", i)
				m.Answer = append(m.Answer, rrs("_celld._udp.local. 1 IN PTR "+n+"._celld._udp.local.",
					n+"._celld._udp.local. 1 IN SRV 0 0 5 "+n+".local.", n+".local. 1 IN A 10.0.0.77")...)
			}
			x.say(m)
			time.Sleep(time.Second)
		}
		if n := len(x.take(questions)); n > 240 {
			t.Errorf("%d questions for 60 announcements", n)
		}
	})
}

// counted counts how often the links are looked at: once a turn.
type counted struct {
	of    Links
	turns *atomic.Int64
}

func (c counted) Links() ([]Link, <-chan struct{}) {
	c.turns.Add(1)
	return c.of.Links()
}

// TestAFloodDoesNotCostATurnForEachPacket, and none of it is lost.
func TestAFloodDoesNotCostATurnForEachPacket(t *testing.T) {
	world(t, func(t *testing.T) {
		seg, turns := &segment{}, new(atomic.Int64)
		x := seg.stranger(t, "10.0.0.9")
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, c *Config) {
			c.Links = counted{c.Links, turns}
			w.in = make(chan Packet, 5000)
		}, plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		synctest.Wait()
		before, heard := turns.Load(), a.Stats().Received
		for range 5000 {
			x.say(newResponse())
		}
		synctest.Wait()
		if n := a.Stats().Received - heard; n != 5000 {
			t.Errorf("%d of 5000 packets were heard", n)
		}
		if n := turns.Load() - before; n > 2500 {
			t.Errorf("%d turns for 5000 packets", n)
		}
	})
}

// TestWhoHasNothingToDoSleeps: a router's processor is woken for what is due alone.
func TestWhoHasNothingToDoSleeps(t *testing.T) {
	world(t, func(t *testing.T) {
		turns := new(atomic.Int64)
		startAs(t, "cell-0a0b0c", Mesh, func(_ *wires, c *Config) { c.Links = counted{c.Links, turns} }, plug{to: &segment{}, addr: "10.0.0.1/24"})
		time.Sleep(time.Minute)
		synctest.Wait()
		before := turns.Load()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := turns.Load() - before; n > 20 {
			t.Errorf("%d turns in an hour in which nothing happened", n)
		}
	})
}

// TestAPacketOfInventionsCostsLittle: 250 records fit into one, and each of them is not
// to be held against all that is known, nor against what is ours on every link. What it
// takes is told by how often memory is asked for.
func TestAPacketOfInventionsCostsLittle(t *testing.T) {
	for name, line := range map[string]string{
		"instances":      "_celld._udp.local. 4500 IN PTR x%d._celld._udp.local.",
		"types":          "_services._dns-sd._udp.local. 4500 IN PTR _x%d._udp.local.",
		"our addresses":  "cell-0a0b0c.local. 120 IN A 10.0.1.%d",
		"our instance's": "cell-0a0b0c._celld._udp.local. 120 IN SRV 0 0 7%03d x.local.",
	} {
		now, asked := time.Now(), 0
		e := loneEngine(now, "10.0.0.1/16")
		e.prefer = func(text []string) bool { asked++; return len(text) > 0 }
		list := []Link{e.links[1].Link}
		for i := range 19 {
			list = append(list, Link{Index: 2 + i, Name: "more", Addrs: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(1 + i), 0, 1}), 16)}})
		}
		e.setLinks(now, list)
		hear := func(m *dns.Msg) {
			m.Compress = true
			data, err := m.Pack()
			if err != nil || len(data) > maxReceive {
				t.Fatal(err, len(data))
			}
			e.receive(now, Packet{Data: data, Link: 1, From: netip.MustParseAddrPort("10.0.0.9:5353"), Multicast: true, Hops: hops})
		}
		for i := range maxInstances - 1 {
			hear(neighbour(fmt.Sprintf("cell-%06x", i), "10.0.0.9"))
		}
		for range 60 {
			now = now.Add(100 * time.Millisecond)
			e.tick(now)
		}
		asked = 0
		m := newResponse()
		for i := range 250 {
			m.Answer = append(m.Answer, rrs(fmt.Sprintf(line, i))...)
		}
		if n := testing.AllocsPerRun(1, func() { hear(m) }); n > 250*40 || asked > 4*maxInstances {
			t.Errorf("%s: %.0f times for each, and %d times whether somebody matters", name, n/250, asked)
		}
	}
}

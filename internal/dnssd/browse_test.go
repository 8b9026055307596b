package dnssd

import (
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

func TestRoutersFindEachOther(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "fe80::1/64"})
		b := start(t, "cell-0d0e0f", plug{to: seg, addr: "fe80::2/64"})
		_, changed := a.Found()
		<-changed
		found, _ := a.Found()
		if len(found) != 1 || found[0].Name != "cell-0d0e0f" || found[0].Port != 5683 || found[0].Link != 1 ||
			found[0].AddrPorts()[0].String() != "[fe80::2%eth0]:5683" || found[0].Type != CellType {
			t.Errorf("a finds %+v", found)
		}
		if c, err := ParseCellText(found[0].Text); err != nil || c != routerID {
			t.Errorf("%v, %v", c, err)
		}
		time.Sleep(settled)
		b.finds(t, "cell-0a0b0c")
	})
}

func TestQuestionsBackOffToAnHour(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, _ *router) {
		seen := x.after(6*time.Hour, questions)
		if !near(seen[0].after, 20*time.Millisecond, 121*time.Millisecond) {
			t.Errorf("first question after %v", seen[0].after)
		}
		if c := seen[0].msg.Question[0].Qclass; c != inQU {
			t.Errorf("the first question does not want unicast: class %d", c)
		}
		want := time.Second
		for i := 1; i < len(seen); i++ {
			gap := seen[i].after - seen[i-1].after
			if !near(gap, want, want+want/20+time.Millisecond) {
				t.Errorf("question %d came after %v, want %v and a little", i, gap, want)
			}
			if c := seen[i].msg.Question[0].Qclass; c != in {
				t.Errorf("question %d has class %d", i, c)
			}
			want = min(2*want, time.Hour)
		}
		if n := len(seen); n < 15 || n > 18 {
			t.Errorf("%d questions in six hours", n)
		}
	})
}

func TestQueriesTellWhatIsKnown(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, _ *router) {
		synctest.Wait()
		const many = 60
		for i := range many {
			x.say(neighbour(fmt.Sprintf("cell-with-a-long-name-%06x", i), "10.0.0.9"))
		}
		x.forget()
		time.Sleep(settled)
		var last []sighting // of the packets of one query
		for _, s := range x.take(questions) {
			if len(s.msg.Question) > 0 && s.msg.Question[0].Qtype != dns.TypePTR {
				t.Errorf("asks for what it knows: %v", s.msg.Question)
			}
			if len(s.msg.Question) > 0 {
				last = nil
			}
			last = append(last, s)
		}
		known := 0
		for i, s := range last {
			known += len(s.msg.Answer)
			if s.size > 1200 {
				t.Errorf("%d bytes", s.size)
			}
			if s.msg.Truncated != (i < len(last)-1) {
				t.Errorf("packet %d of %d: more to come: %v", i+1, len(last), s.msg.Truncated)
			}
			for _, rr := range s.msg.Answer {
				if rr.Header().Class != in || rr.Header().Ttl < 4490 {
					t.Errorf("known answer %v", rr)
				}
			}
		}
		if known != many || len(last) < 2 || len(last) > 8 {
			t.Errorf("%d known answers in %d packets", known, len(last))
		}
		seen := x.after(40*time.Minute, questions)
		s := seen[len(seen)-1]
		if s.after < 34*time.Minute || s.after > 41*time.Minute {
			t.Fatalf("the last question came after %v", s.after)
		}
		left := uint32((75*time.Minute - s.after) / time.Second)
		for _, s := range seen {
			for _, rr := range s.msg.Answer {
				if ttl := rr.Header().Ttl; s.after > 34*time.Minute && (ttl < left || ttl > left+1) {
					t.Errorf("known for %d s to come, want %d", ttl, left)
				}
			}
		}
	})
}

func TestOldAnswersAreNotTold(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	e.remember(now, e.links[1], hear(neighbour("cell-0d0e0f", "10.0.0.9").Answer))
	q := []question{{"_celld._udp.local.", dns.TypePTR}}
	e.remember(now, e.links[1], hear(rrs("_celld._udp.local. 4500 IN PTR gone._celld._udp.local.", "_celld._udp.local. 0 IN PTR gone._celld._udp.local.")))
	for after, want := range map[time.Duration]int{0: 1, 37 * time.Minute: 1, 38 * time.Minute: 0} {
		if got := len(e.links[1].known(now.Add(after), q)); got != want {
			t.Errorf("after %v: %d known answers, want %d", after, got, want)
		}
	}
}

func TestWhatIsWantedIsAskedForAgainBeforeItEnds(t *testing.T) {
	one := &entry{heard: time.Unix(0, 0), ttl: 100 * time.Second}
	for _, want := range []int64{80, 85, 90, 95} {
		if got := one.due(); got.Unix() != want {
			t.Errorf("asked again at %d, want %d", got.Unix(), want)
		}
		one.refresh++
	}
	if !one.due().IsZero() {
		t.Error("asked for a fifth time")
	}
	facing(t, func(t *testing.T, x *stranger, a *router) {
		time.Sleep(time.Minute)
		x.forget()
		said := time.Since(x.since)
		x.announce()
		time.Sleep(hostTTL - time.Millisecond)
		a.finds(t, "cell-0d0e0f") // not forgotten too soon
		var at []time.Duration
		for _, s := range x.take(questions) {
			if s.asks("cell-0d0e0f.local.", dns.TypeA) && s.asks("cell-0d0e0f._celld._udp.local.", dns.TypeSRV) {
				at = append(at, (s.after-said)*100/hostTTL)
			}
		}
		if len(at) != 4 || !near(at[0], 80, 82) || !near(at[1], 85, 87) || !near(at[2], 90, 92) || !near(at[3], 95, 97) {
			t.Errorf("asked again after %d %% of its life", at)
		}
		time.Sleep(time.Second)
		a.finds(t)
		x.announce()
		time.Sleep(hostTTL * 3 / 4)
		x.announce()
		time.Sleep(hostTTL * 3 / 4)
		a.finds(t, "cell-0d0e0f") // it was said again
	})
}

func TestFarewellsAreHeard(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		synctest.Wait()
		x.announce()
		time.Sleep(settled)
		x.say(tell("_celld._udp.local. 0 IN PTR cell-0d0e0f._celld._udp.local."))
		time.Sleep(999 * time.Millisecond)
		a.finds(t, "cell-0d0e0f") // not gone at once: nobody could have saved it
		time.Sleep(2 * time.Millisecond)
		a.finds(t) // gone after a second
		// It is saved by whoever says it again in time.
		x.announce()
		time.Sleep(settled)
		x.say(tell("_celld._udp.local. 0 IN PTR cell-0d0e0f._celld._udp.local."))
		time.Sleep(farewell / 2)
		x.announce()
		time.Sleep(settled)
		a.finds(t, "cell-0d0e0f")
		before := a.Stats().Received
		x.say(tell("_celld._udp.local. 0 IN PTR never._celld._udp.local."))
		x.forget()
		for _, s := range x.after(farewell/2, questions) {
			if s.has("never") {
				t.Error("asks for what took leave before it was heard of")
			}
		}
		if a.Stats().Received == before {
			t.Error("the farewell was not heard")
		}
	})
}

func TestFlushBitReplacesWhatWasKnown(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		synctest.Wait()
		addrs := func() (out []string) {
			synctest.Wait()
			found, _ := a.Found()
			for _, f := range found {
				for _, a := range f.Addrs {
					out = append(out, a.String())
				}
			}
			slices.Sort(out)
			return out
		}
		x.announce()
		time.Sleep(500 * time.Millisecond)
		x.say(tell("!cell-0d0e0f.local. 120 IN A 10.0.0.8"))
		time.Sleep(settled)
		if got := addrs(); !slices.Equal(got, []string{"10.0.0.8", "10.0.0.9"}) {
			t.Errorf("said within a second of each other: %v", got)
		}
		x.say(tell("cell-0d0e0f.local. 120 IN A 10.0.0.7"))
		time.Sleep(settled)
		if got := addrs(); len(got) != 3 {
			t.Errorf("without the bit: %v", got)
		}
		x.say(tell("!cell-0d0e0f.local. 120 IN A 10.0.0.6"))
		time.Sleep(999 * time.Millisecond)
		if got := addrs(); len(got) != 4 {
			t.Errorf("not a second later: %v", got)
		}
		time.Sleep(2 * time.Millisecond)
		if got := addrs(); !slices.Equal(got, []string{"10.0.0.6"}) {
			t.Errorf("a second later: %v", got)
		}
	})
}

func TestOthersQuestionsServeAsOurs(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, _ *router) {
		time.Sleep(40 * time.Second) // asked at about 0, 1, 3, 7, 15, 32 s; next at 65, 131, 262 s
		x.forget()
		x.browse("_celld._udp.local. 4500 IN PTR theirs._celld._udp.local.")
		if n := len(x.after(40*time.Second, questions)); n != 1 {
			t.Errorf("%d questions: whoever knows more would hear less", n)
		}
		// Nor does an answer help that only one hears, or that is to be cut short.
		more := question4("_celld._udp.local.", dns.TypePTR, in)
		more.Truncated = true
		x.say(more)
		x.ask("_celld._udp.local.", dns.TypePTR, inQU)
		x.askOnce("_celld._udp.local.", dns.TypePTR)
		if n := len(x.after(60*time.Second, questions)); n != 1 {
			t.Errorf("%d questions: those of others bring us no answer", n)
		}
		x.announce()
		x.browse("_celld._udp.local. 4500 IN PTR cell-0d0e0f._celld._udp.local.") // at 140 s, by who knows what we do; ours would be at 262 s
		again := func(s sighting) bool { return questions(s) && s.asks("_celld._udp.local.", dns.TypePTR) }
		if n := len(x.after(140*time.Second, again)); n != 0 {
			t.Errorf("%d questions though somebody else asked", n)
		}
	})
}

func TestWhatIsMissingIsAskedForAFewTimes(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		x.say(tell("_celld._udp.local. 4500 IN PTR cell-0d0e0f._celld._udp.local."))
		time.Sleep(200 * time.Millisecond)
		asks := func(name string, types ...uint16) bool {
			return slices.ContainsFunc(x.take(questions), func(s sighting) bool {
				return !slices.ContainsFunc(types, func(rrtype uint16) bool { return !s.asks(name, rrtype) })
			})
		}
		if !asks("cell-0d0e0f._celld._udp.local.", dns.TypeSRV, dns.TypeTXT) {
			t.Error("does not ask for the service")
		}
		x.say(tell("!cell-0d0e0f._celld._udp.local. 120 IN SRV 0 0 7000 cell-0d0e0f.local."))
		time.Sleep(200 * time.Millisecond)
		if !asks("cell-0d0e0f.local.", dns.TypeA, dns.TypeAAAA) {
			t.Error("does not ask for the address")
		}
		a.finds(t)
		x.say(tell("!cell-0d0e0f.local. 120 IN A 10.0.0.9"))
		a.finds(t, "cell-0d0e0f")
		x.say(tell("_celld._udp.local. 4500 IN PTR mute._celld._udp.local."))
		x.forget()
		time.Sleep(time.Hour / 2)
		n := 0
		for _, s := range x.take(questions) {
			if s.asks("mute._celld._udp.local.", dns.TypeSRV) {
				n++
			}
		}
		if n != 4 {
			t.Errorf("asked %d times for one who does not answer", n)
		}
	})
}

func TestWideLinksAreQuiet(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24", wide: true})
		time.Sleep(settled)
		x.announce()
		if n := len(x.after(10*time.Second, questions)); n != 2 {
			t.Errorf("%d questions at first", n)
		}
		if seen := x.after(50*time.Minute, anything); len(seen) != 0 {
			t.Errorf("chatters: %v", seen[0].msg)
		}
		a.finds(t, "cell-0d0e0f") // its announcement still holds
		if n := len(x.after(12*time.Minute, questions)); n == 0 {
			t.Error("does not even ask once an hour")
		}
		a.finds(t, "cell-0d0e0f")
		time.Sleep(30 * time.Minute)
		a.finds(t)
	})
}

// TestWhatIsMissingIsAskedForOnWideLinks, too: there most of what is multicast is lost.
func TestWhatIsMissingIsAskedForOnWideLinks(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24", wide: true})
		time.Sleep(settled)
		x.say(tell("_celld._udp.local. 4500 IN PTR mute._celld._udp.local."))
		x.forget()
		n := 0
		for _, s := range x.after(time.Minute, questions) {
			if s.asks("mute._celld._udp.local.", dns.TypeSRV) {
				n++
			}
		}
		if n != 4 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestOnlySoMuchOfOnePacketIsLookedAt(t *testing.T) {
	for before, want := range map[int]int{252: 1, 256: 0} {
		e := loneEngine(time.Now(), "10.0.0.1/24")
		m := neighbour("cell-0d0e0f", "10.0.0.9")
		m.Compress = true
		m.Answer = append(rrs(slices.Repeat([]string{"x.local. 9 IN A 10.0.0.8"}, before)...), m.Answer...)
		data, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		e.receive(time.Now(), Packet{Data: data, Link: 1, From: netip.MustParseAddrPort("10.0.0.9:5353"), Multicast: true, Hops: 255})
		if n := len(e.found()); n != want {
			t.Errorf("behind %d records: found %d", before, n)
		}
	}
}

func TestAddressesThatLeadAwayAreRefused(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		synctest.Wait()
		for _, addr := range []string{"192.0.2.1", "127.0.0.1", "224.0.0.251", "0.0.0.0", "10.0.0.1", "8.8.8.8", "169.254.1.1"} {
			x.say(neighbour("cell-0d0e0f", addr))
		}
		x.say(tell("!cell-0d0e0f.local. 120 IN AAAA 2001:db8::1", "!cell-0d0e0f.local. 120 IN AAAA ::1"))
		time.Sleep(settled)
		if found, _ := a.Found(); len(found) != 0 {
			t.Errorf("would dial %v", found)
		}
		x.say(tell("!cell-0d0e0f.local. 120 IN AAAA fe80::9"))
		synctest.Wait()
		if found, _ := a.Found(); len(found) != 1 || found[0].Addrs[0].String() != "fe80::9%eth0" {
			t.Errorf("finds %v", found)
		}
	})
}

func TestResponsesFromAfarAreIgnored(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		synctest.Wait()
		m := neighbour("cell-0d0e0f", "10.0.0.9")
		x.sayFrom(port, 64, m)    // came through a router
		x.sayFrom(40000, hops, m) // from another port
		data, _ := m.Pack()
		x.seg.send(data, netip.MustParseAddrPort("192.0.2.7:5353"), netip.MustParseAddrPort("10.0.0.1:5353"), hops)
		a.finds(t)
		if n := a.Stats().Ignored; n != 3 {
			t.Errorf("%d packets are ignored", n)
		}
		x.sayFrom(port, -1, m)      // the kernel does not say
		time.Sleep(time.Second / 2) // now something was asked for
		x.seg.send(data, netip.MustParseAddrPort("10.0.0.7:5353"), netip.MustParseAddrPort("10.0.0.1:5353"), hops)
		a.finds(t, "cell-0d0e0f")
		if n := a.Stats().Ignored; n != 3 {
			t.Errorf("%d packets are ignored", n)
		}
	})
}

func TestAFloodOfAnnouncementsDoesNotGrow(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/8")
	e.prefer = func(text []string) bool { c, err := ParseCellText(text); return err == nil && c.ID[1] == 0x11 }
	from := netip.MustParseAddrPort("10.0.0.9:5353")
	hear := func(m *dns.Msg) {
		data, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		e.receive(now, Packet{Data: data, Link: 1, From: from, Multicast: true, Hops: 255})
	}
	for i := range 10 { // those that matter, by their id
		hear(neighbour(fmt.Sprintf("friend-%d", i), "10.0.0.9"))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	flood := 20_000
	if testing.Short() {
		flood = 2_000
	}
	for i := range flood {
		m := neighbour(fmt.Sprintf("liar-%d", i), fmt.Sprintf("10.1.%d.%d", i>>8&255, i&255))
		m.Answer[2].(*dns.TXT).Txt[2] = "id=ff22334455667788"
		m.Answer = append(m.Answer, rrs(fmt.Sprintf("friend-1.local. 120 IN A 10.2.%d.%d", i>>8&255, i&255),
			fmt.Sprintf("x%d.local. 120 IN A 10.0.0.9", i), fmt.Sprintf("_celld._udp.local. 9999999 IN PTR mute-%d._celld._udp.local.", i))...)
		hear(m)
		now = now.Add(time.Millisecond)
		e.tick(now)
		e.take()
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if n := e.links[1].cache.size(); n > 64*(2+8) {
		t.Errorf("%d records are remembered", n)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 1<<20 {
		t.Errorf("grown by %d bytes", grown)
	}
	friends := 0
	for _, f := range e.found() {
		if len(f.Name) > 6 && f.Name[:6] == "friend" {
			friends++
		}
		if len(f.Addrs) > 8 {
			t.Errorf("%s has %d addresses", f.Name, len(f.Addrs))
		}
	}
	if friends != 10 {
		t.Errorf("%d of 10 that matter are still found", friends)
	}
	hear(neighbour("late-friend", "10.0.0.9"))
	if !slices.ContainsFunc(e.found(), func(i Instance) bool { return i.Name == "late-friend" }) {
		t.Error("who comes after the flood is not found")
	}
	if e.stats.Refused < flood {
		t.Errorf("%+v", e.stats)
	}
	runtime.KeepAlive(e)
}

func TestInventedInstancesDoNotMakeUsAsk(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for i := range 1000 {
			x.say(tell(fmt.Sprintf("_celld._udp.local. 4500 IN PTR mute-%d._celld._udp.local.", i)))
		}
		time.Sleep(time.Minute)
		bytes := 0
		for _, s := range x.take(questions) {
			bytes += s.size
		}
		if bytes > 40_000 {
			t.Errorf("%d bytes of questions for 1000 announcements", bytes)
		}
		for _, s := range x.after(time.Hour, questions) {
			if s.has("mute-") && len(s.msg.Answer) == 0 {
				t.Fatalf("it goes on: %v", s.msg.Question)
			}
		}
	})
}

func TestWhatIsNotLookedForIsNotKept(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		synctest.Wait()
		x.say(tell("_ipp._tcp.local. 4500 IN PTR printer._ipp._tcp.local.", "printer.local. 120 IN A 10.0.0.8"))
		x.announce()
		a.finds(t, "cell-0d0e0f")
		if err := a.Browse("_ipp._tcp"); err != nil {
			t.Fatal(err)
		}
		a.finds(t)
		for _, s := range x.after(3*time.Hour, questions) {
			if s.after > time.Second && s.has("_celld") {
				t.Fatalf("still asks for what it looks for no more: %v", s.msg)
			}
		}
		if a.Browse("ipp") == nil {
			t.Error("looks for what is no type")
		}
	})
}

func TestNamesOfOthersAreMadePrintable(t *testing.T) {
	for escaped, want := range map[string]string{`a\`: `a\`, `\065`: "A", `\06`: "06", `\0a6`: "0a6", `\06/`: "06/", `\06:`: "06:", `a\\b`: `a\b`} {
		if got := unescape(escaped); got != want {
			t.Errorf("%s: %q, want %q", escaped, got, want)
		}
	}
	for name, want := range map[string]string{
		`cell-0a0b0c._celld._udp.local.`:      "cell-0a0b0c",
		`Casa\032Mar\195\173a._x._udp.local.`: "Casa María",
		`a\.b._x._udp.local.`:                 "a.b",
		`\226\128\174evil._x._udp.local.`:     "?evil",
		`a\000\010b._x._udp.local.`:           "a??b",
		`\255\254._x._udp.local.`:             "?",
		`.`:                                   "",
	} {
		if got := firstLabel(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

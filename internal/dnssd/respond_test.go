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

const (
	in   = dns.ClassINET
	inQU = dns.ClassINET | flush
)

func TestStoppingTakesLeave(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		b := start(t, "cell-0d0e0f", plug{to: x.seg, addr: "10.0.0.2/24"})
		time.Sleep(settled)
		b.finds(t, "cell-0a0b0c")
		x.forget()
		a.stop()
		seen := x.take(responses)
		if len(seen) != 1 || !seen[0].has("cell-0a0b0c._celld._udp") {
			t.Fatalf("%d packets of farewell", len(seen))
		}
		types := map[uint16]int{}
		for _, rr := range seen[0].msg.Answer {
			if types[rr.Header().Rrtype]++; rr.Header().Ttl != 0 || rr.Header().Name == enumeration {
				t.Errorf("not a farewell: %v", rr)
			}
		}
		if want := map[uint16]int{dns.TypeA: 1, dns.TypeSRV: 1, dns.TypeTXT: 1, dns.TypePTR: 2}; !maps.Equal(types, want) {
			t.Errorf("takes leave of %v", types)
		}
		time.Sleep(time.Second)
		b.finds(t)
	})
}

func TestWhatIsNoLongerAnnouncedIsTakenLeaveOf(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		b := start(t, "cell-0d0e0f", plug{to: x.seg, addr: "10.0.0.2/24"})
		time.Sleep(settled)
		x.forget()
		if err := a.Announce(Mesh, celldService("cell-ffffff")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(settled)
		b.finds(t, "cell-ffffff")
		first := x.take(responses)[0]
		if !first.has("cell-0a0b0c._celld") || first.msg.Answer[0].Header().Ttl != 0 || first.has("A\t10.0.0.1") {
			t.Errorf("not a farewell to the service alone: %v", first.msg)
		}
	})
}

func TestKnownAnswersAreNotRepeated(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, _ *router) {
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
			x.browse(c.known)
			if got := len(x.after(2*time.Second, responses)); got != c.want {
				t.Errorf("%s: %d answers, want %d", c.known, got, c.want)
			}
		}
	})
}

func TestLongListsOfKnownAnswersAreAwaited(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		more := func(label string, goesOn bool) *dns.Msg {
			m := new(dns.Msg)
			m.Answer, m.Truncated = rrs("_celld._udp.local. 4500 IN PTR "+label+"._celld._udp.local."), goesOn
			return m
		}
		first := question4("_celld._udp.local.", dns.TypePTR, in, "_celld._udp.local. 4500 IN PTR other._celld._udp.local.")
		first.Truncated = true
		// Each list follows the first packet, 300 ms apart; it is answered in between.
		play := func(list ...*dns.Msg) (answered []time.Duration) {
			time.Sleep(5 * time.Second)
			x.forget()
			begun := time.Since(x.since)
			for _, m := range append([]*dns.Msg{first}, list...) {
				x.say(m)
				time.Sleep(300 * time.Millisecond)
			}
			for _, s := range x.after(5*time.Second, responses) {
				if s.alone {
					t.Error("others do not hear it")
				}
				answered = append(answered, s.after-begun)
			}
			return answered
		}
		for range 10 {
			if at := play(more("third", false)); len(at) != 1 || !near(at[0], 400*time.Millisecond, 501*time.Millisecond) {
				t.Errorf("answered after %v", at)
			}
			if at := play(more("third", true)); len(at) != 1 || !near(at[0], 700*time.Millisecond, 801*time.Millisecond) {
				t.Errorf("there is more to come, and it is answered after %v", at)
			}
		}
		if at := play(more("cell-0a0b0c", false)); len(at) != 0 {
			t.Error("repeats what the second packet says is known")
		}
		if at := play(more("third", true), more("cell-0a0b0c", false)); len(at) != 0 {
			t.Error("repeats what the third packet says is known")
		}
		var endless []*dns.Msg
		for range 30 {
			endless = append(endless, more("third", true))
		}
		if at := play(endless...); len(at) != 1 || !near(at[0], 2600*time.Millisecond, 3200*time.Millisecond) {
			t.Errorf("a list without end is answered after %v", at)
		}
		// What somebody else knows is not what the first one does.
		y := x.seg.stranger(t, "10.0.0.8")
		x.forget()
		x.say(first)
		y.say(more("cell-0a0b0c", false))
		if n := len(x.after(time.Second, responses)); n != 1 {
			t.Errorf("%d answers to who does not know", n)
		}
	})
}

func TestUnicastQuestionsAreAnsweredAlone(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		// It was announced between 1 and 1.25 s ago.
		for _, wait := range []time.Duration{0, 26500 * time.Millisecond} {
			time.Sleep(wait)
			x.ask("cell-0a0b0c.local.", dns.TypeA, inQU)
			if seen := x.after(time.Second, responses); len(seen) != 1 || !seen[0].alone || seen[0].msg.Answer[0].Header().Class&flush == 0 {
				t.Errorf("recently announced: %v", seen)
			}
		}
		time.Sleep(time.Second)
		x.ask("cell-0a0b0c.local.", dns.TypeA, inQU)
		if seen := x.after(time.Second, responses); len(seen) != 1 || seen[0].alone {
			t.Errorf("not multicast for a quarter of its life: %v", seen)
		}
		// Who is not on the link gets no packet of ours.
		y := x.seg.stranger(t, "192.0.2.1")
		y.ask("cell-0a0b0c.local.", dns.TypeA, inQU)
		y.askOnce("cell-0a0b0c.local.", dns.TypeA)
		time.Sleep(2 * time.Second)
		for _, s := range y.take(responses) {
			if s.alone {
				t.Errorf("writes to somebody beyond the link: %v", s.msg)
			}
		}
	})
}

func TestOneShotQueriesAreAnsweredLikeDNS(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		q := question4("_celld._udp.local.", dns.TypePTR, in)
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
		types := map[uint16]bool{}
		for _, rr := range m.Extra {
			types[rr.Header().Rrtype] = true
		}
		if len(m.Answer) != 1 || !types[dns.TypeSRV] || !types[dns.TypeTXT] || !types[dns.TypeA] || !types[dns.TypeNSEC] {
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
	facing(t, func(t *testing.T, x *stranger, _ *router) {
		time.Sleep(settled)
		waits := map[time.Duration]bool{}
		for range 80 {
			x.forget()
			begun := time.Since(x.since)
			x.browse()
			seen := x.after(2*time.Second, responses)
			if len(seen) != 1 || !near(seen[0].after-begun, 20*time.Millisecond, 121*time.Millisecond) {
				t.Fatalf("shared: %d answers, %v", len(seen), seen)
			}
			waits[seen[0].after-begun] = true
			begun = time.Since(x.since)
			x.ask("cell-0a0b0c.local.", dns.TypeA, in)
			if seen := x.after(2*time.Second, responses); len(seen) != 1 || seen[0].after != begun {
				t.Fatalf("unique: %d answers", len(seen))
			}
		}
		all := slices.Sorted(maps.Keys(waits))
		if len(all) < 40 || all[0] > 35*time.Millisecond || all[len(all)-1] < 105*time.Millisecond {
			t.Errorf("the wait is not random: %v", all)
		}
	})
}

func TestRecordsAreNotRepeatedWithinASecond(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for range 40 {
			x.ask("cell-0a0b0c.local.", dns.TypeA, in)
			time.Sleep(100 * time.Millisecond)
		}
		if n := len(x.take(responses)); n < 4 || n > 5 {
			t.Errorf("%d answers in 4 s", n)
		}
		time.Sleep(2 * time.Second)
		x.forget()
		// Who probes for our name hears of it sooner.
		probe := question4("cell-0a0b0c.local.", dns.TypeANY, in)
		probe.Ns = rrs("cell-0a0b0c.local. 120 IN A 10.0.0.9")
		for range 3 {
			begun := time.Since(x.since)
			x.say(probe)
			if seen := x.after(250*time.Millisecond, responses); len(seen) != 1 || seen[0].after != begun {
				t.Errorf("%d answers to a probe", len(seen))
			}
		}
		for range 19 { // but no more than four times a second
			x.say(probe)
			time.Sleep(50 * time.Millisecond)
		}
		if n := len(x.take(responses)); n != 4 {
			t.Errorf("%d answers to probes in a second", n)
		}
	})
}

// TestAQuestionThatComesByBothFamiliesIsAnsweredOnce: whoever has both asks in both,
// at one moment, and hears either answer.
func TestAQuestionThatComesByBothFamiliesIsAnsweredOnce(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for _, c := range []struct {
			apart time.Duration
			list  bool // of known answers, that goes on
			want  int
		}{
			{2 * time.Millisecond, false, 1}, {2 * time.Millisecond, true, 1}, {500 * time.Millisecond, false, 2},
		} {
			m := question4("cell-0a0b0c.local.", dns.TypeA, in)
			m.Truncated = c.list
			x.say(m)
			time.Sleep(c.apart)
			x.say(m)
			if n := len(x.after(3*time.Second, responses)); n != c.want {
				t.Errorf("%+v: %d answers", c, n)
			}
		}
	})
}

func TestTypesAndSubtypesAreAnswered(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
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
			x.ask(name, dns.TypePTR, in)
			time.Sleep(2 * time.Second)
			var got []string
			for _, s := range x.take(responses) {
				for _, rr := range s.msg.Answer {
					got = append(got, rr.(*dns.PTR).Ptr)
				}
				for _, rr := range s.msg.Extra {
					if of := rr.Header().Name; of != "cell-0a0b0c.local." && !slices.Contains(want, of) {
						t.Errorf("%s: tells of %s, too", name, of)
					}
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
	facingSettled(t, func(t *testing.T, x *stranger, _ *router) {
		for name, want := range map[string][]uint16{
			"cell-0a0b0c.local.":             {dns.TypeA},
			"cell-0a0b0c._celld._udp.local.": {dns.TypeTXT, dns.TypeSRV},
		} {
			x.ask(name, dns.TypeAAAA, in)
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
		x.ask("cell-0a0b0c.local.", dns.TypeA, in)
		if seen := x.take(responses); len(seen) != 1 || len(seen[0].msg.Extra) != 1 || seen[0].msg.Extra[0].Header().Rrtype != dns.TypeNSEC {
			t.Errorf("%v", seen)
		}
	})
}

func TestHostRecordsLiveTwoMinutesAndOthersLonger(t *testing.T) {
	now := time.Now()
	for _, addr := range []string{"10.0.0.1/24", "fe80::1/64"} {
		e := loneEngine(now, addr)
		for _, c := range e.claims() {
			for _, r := range e.records(c, e.links[1]) {
				want := uint32(4500)
				switch r.rr.(type) {
				case *dns.A, *dns.AAAA, *dns.SRV: // what holds a host's name, section 10
					want = 120
				}
				if r.rr.Header().Ttl != want {
					t.Errorf("%v, want %d", r.rr, want)
				}
			}
		}
	}
}

func TestLongAnswersAreSplit(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
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
		x.askOnce("_celld._udp.local.", dns.TypePTR)
		names, probed := map[string]bool{}, map[string]int{}
		for _, s := range x.take(anything) {
			room := 1200
			if s.alone {
				room = 512
			}
			if s.size > room {
				t.Errorf("%d bytes in a packet", s.size)
			}
			if s.alone && !s.msg.Truncated {
				t.Error("the short answer does not say that there is more")
			}
			for _, q := range s.msg.Question {
				if probes(s) {
					probed[q.Name]++
				}
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
		for name := range names {
			if probed[name] != 3 {
				t.Errorf("%s is probed for %d times", name, probed[name])
			}
		}
	})
}

// TestPacketsAreFilled: up to 1200 bytes, and not much less.
func TestPacketsAreFilled(t *testing.T) {
	e := loneEngine(time.Now(), "10.0.0.1/24")
	var many []dns.RR
	for i := range 100 {
		many = append(many, rrs(fmt.Sprintf("x%02d-%s. 120 IN TXT \"%s\"", i, strings.Repeat("n", 56), strings.Repeat("t", i%40)))...)
	}
	e.multicast(e.links[1], many, nil)
	most := 0
	for _, o := range e.take() {
		most = max(most, len(o.Data))
	}
	if most > 1200 || most < 1100 {
		t.Errorf("the longest packet has %d bytes", most)
	}
}

func TestAFloodOfQueriesIsNotAnsweredInFull(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		for range 500 {
			x.askOnce("_celld._udp.local.", dns.TypePTR)
			synctest.Wait()
		}
		if n := len(x.take(responses)); n != 50 || a.Stats().Dropped != 500-50 {
			t.Errorf("%d replies at once, %+v", n, a.Stats())
		}
		time.Sleep(time.Second)
		x.askOnce("_celld._udp.local.", dns.TypePTR)
		if n := len(x.take(responses)); n != 1 {
			t.Errorf("%d replies a second later", n)
		}
	})
}

// TestAFloodKeepsNobodyFromHearingWhoseANameIs: whoever probes for it is told by all
// hearing it, when too many want to be told alone.
func TestAFloodKeepsNobodyFromHearingWhoseANameIs(t *testing.T) {
	facingSettled(t, func(t *testing.T, x *stranger, a *router) {
		for range 2 * perSecond {
			x.ask("cell-0a0b0c.local.", dns.TypeA, inQU)
			synctest.Wait()
		}
		x.forget()
		probe := question4("cell-0a0b0c.local.", dns.TypeANY, inQU)
		probe.Ns = rrs("cell-0a0b0c.local. 120 IN A 10.0.0.9")
		x.say(probe)
		if seen := x.after(defendGap, responses); len(seen) != 1 || seen[0].alone {
			t.Errorf("answered %v", seen)
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
		"subtype alone":    func(s *Service) { s.Type, s.Subtypes = "_a._sub._celld._udp", nil },
		"port":             func(s *Service) { s.Port = 0 },
		"quote":            func(s *Service) { s.Text = []string{`a="b"`} },
		"backslash":        func(s *Service) { s.Text = []string{`a=\b`} },
		"long text":        func(s *Service) { s.Text = []string{strings.Repeat("a", 250), strings.Repeat("b", 250)} },
		"subtype":          func(s *Service) { s.Subtypes = []string{"x"} },
		"long string":      func(s *Service) { s.Text = []string{strings.Repeat("a", 256)} },
		"a byte too much":  func(s *Service) { s.Text = []string{strings.Repeat("a", 199), strings.Repeat("b", 200)} },
		"control":          func(s *Service) { s.Text = []string{"a=\x1f"} },
		"delete":           func(s *Service) { s.Text = []string{"a=\x7f"} },
		"accent":           func(s *Service) { s.Text = []string{"a=é"} },
		"long subtype":     func(s *Service) { s.Subtypes = []string{"_" + strings.Repeat("a", 51)} },
	} {
		s := good
		spoil(&s)
		if s.check() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	for _, text := range [][]string{good.Text, {" a=~"}, {strings.Repeat("a", 199), strings.Repeat("b", 199)}, {strings.Repeat("a", 255)}} {
		if good.Text = text; good.check() != nil {
			t.Errorf("%q is refused", text)
		}
	}
	for label, ok := range map[string]bool{
		"azAZ09-x": true, strings.Repeat("a", 50): true, "-a": false, "a-": false, "a/": false, "a:": false, "a@": false, "a[": false, "a`": false, "a{": false, "é": false,
	} {
		if (checkLabel(label) == nil) != ok {
			t.Errorf("label %q: %v", label, checkLabel(label))
		}
	}
	for name, ok := range map[string]bool{
		"_a._udp": true, "_a._tcp": true, "_a._sub._b._tcp": true, "_a._xub._b._tcp": false, "_a._b._tcp": false, "_a._sub._b._sctp": false, "_a b._udp": false, "_udp": false,
		"_a._sub._b": false, "_a b._sub._b._udp": false,
	} {
		if (checkType(name) == nil) != ok {
			t.Errorf("type %q: %v", name, checkType(name))
		}
	}
	s, err := New(Config{Host: "cell-0a0b0c"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Announce(Mesh, Service{Label: "a.b", Type: CellType, Port: 1}); err == nil || len(s.wish.services) > 0 {
		t.Error("what cannot be said is announced")
	}
	if _, err := New(Config{Host: "a.b"}); err == nil {
		t.Error("a host name with a dot is not refused")
	}
}

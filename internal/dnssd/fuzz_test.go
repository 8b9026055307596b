package dnssd

import (
	"encoding/binary"
	"errors"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// FuzzPackets throws any bytes at an engine: it neither panics, nor grows, nor
// spins, and what it sends can be read.
func FuzzPackets(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range []struct {
			reach Reach
			wide  bool
		}{{Mesh, false}, {Mesh, true}, {Off, false}} {
			fuzzed(t, data, c.reach, c.wide)
		}
	})
}

func fuzzed(t *testing.T, data []byte, reach Reach, wide bool) {
	now := time.Unix(1_000_000, 0)
	e := loneEngine(now, "10.0.0.1/24")
	l := e.links[1].Link
	l.Wide = wide
	e.setLinks(now, []Link{l})
	e.setOffer(now, reach, []Service{celldService("cell-0a0b0c")})
	run := func(until time.Time) {
		for {
			e.tick(now)
			for _, o := range e.take() {
				if err := new(dns.Msg).Unpack(o.Data); err != nil || len(o.Data) > maxSend {
					t.Fatalf("sends %x: %v", o.Data, err)
				}
			}
			at := e.next()
			if !at.IsZero() && !at.After(now) {
				t.Fatalf("spins: at %v the next time is %v", now, at)
			}
			if at.IsZero() || at.After(until) {
				break
			}
			now = at
		}
		now = until
	}
	early := len(data) > 0 && data[0]&1 == 1 // the ID, which says nothing
	if !early {
		run(now.Add(settled))
	}
	for i, from := range []string{"10.0.0.9:5353", "10.0.0.9:4444", "[fe80::9]:5353", "192.0.2.1:5353"} {
		for _, group := range []bool{true, false} {
			e.receive(now, Packet{Data: data, Link: 1, From: netip.MustParseAddrPort(from), Multicast: group, Hops: 255 - i/3})
		}
		run(now.Add(300 * time.Millisecond))
	}
	for _, i := range e.found() {
		if len(i.Addrs) == 0 || i.Port == 0 || strings.ContainsAny(i.Name, "\x00\n\x1b") {
			t.Fatalf("found %+v", i)
		}
		_, _ = ParseCellText(i.Text)
	}
	if n := e.links[1].cache.size(); n > 64*(1+2*2+2*8) {
		t.Fatalf("remembers %d records", n)
	}
	run(now.Add(2 * time.Hour))
	if n := e.links[1].cache.size(); n != 0 {
		t.Fatalf("%d records are never forgotten", n)
	}
}

func FuzzCellText(f *testing.F) {
	f.Fuzz(func(t *testing.T, joined string) {
		text := strings.Split(joined, "\n")
		c, err := ParseCellText(text)
		if err != nil {
			return
		}
		again, err := ParseCellText(c.Text())
		if err != nil || again != c {
			t.Fatalf("%q: %+v, then %+v, %v", text, c, again, err)
		}
	})
}

func TestCellText(t *testing.T) {
	good := "txtvers=1 p=1 id=aa01020304050607 c=ce11da01"
	if got := strings.Join(routerID.Text(), " "); got != good {
		t.Errorf("%s, want %s", got, good)
	}
	if routerID.Cell.Subtype() != "_ce11da01" {
		t.Error(routerID.Cell.Subtype())
	}
	for text, ok := range map[string]bool{
		good: true,
		"c=ce11da01 id=aa01020304050607 p=1 txtvers=1":   true,
		"TXTVERS=1 P=1 Id=aa01020304050607 C=ce11da01":   true,
		good + " p=2 new=thing flag":                     true,
		"":                                               false,
		"txtvers=2 p=1 id=aa01020304050607 c=ce11da01":   false,
		"txtvers=1 p=256 id=aa01020304050607 c=ce11da01": false,
		"txtvers=1 p=01 id=aa01020304050607 c=ce11da01":  false,
		"txtvers=1 p=1 id=AA01020304050607 c=ce11da01":   false,
		"txtvers=1 p=1 id=aa010203040506 c=ce11da01":     false,
		"txtvers=1 p=1 id=aa0102030405060g c=ce11da01":   false,
		"txtvers=1 p=1 id=aa01020304050607 c=ce11da0":    false,
		"txtvers=1 p=1 id=aa01020304050607":              false,
	} {
		c, err := ParseCellText(strings.Split(text, " "))
		if (err == nil) != ok || ok && c != routerID {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
}

var update = flag.Bool("update", false, "write the fuzz seeds anew")

// TestFuzzSeedsAreThoseOfToday keeps the committed seeds from ageing into
// packets that are refused at their first byte.
func TestFuzzSeedsAreThoseOfToday(t *testing.T) {
	write := func(target, name, arg string) {
		dir, want := filepath.Join("testdata/fuzz", target), "go test fuzz v1\n"+arg+"\n"
		file := filepath.Join(dir, name)
		if *update {
			if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(file, []byte(want), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what go test -update would write (%v)", file, err)
		}
	}
	packet := func(name string, m *dns.Msg) {
		m.Compress = true
		data, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		write("FuzzPackets", name, "[]byte("+strconv.Quote(string(data))+")")
		write("FuzzPackets", name+"-cut", "[]byte("+strconv.Quote(string(data[:len(data)*2/3]))+")")
		binary.BigEndian.PutUint16(data, 1) // heard while we probe
		write("FuzzPackets", name+"-early", "[]byte("+strconv.Quote(string(data))+")")
	}
	packet("neighbour", neighbour("cell-0d0e0f", "10.0.0.9"))
	packet("conflict", tell("!cell-0a0b0c.local. 120 IN A 10.0.0.9", "!cell-0a0b0c._celld._udp.local. 120 IN SRV 0 0 7 x.local."))
	packet("for-ever", tell("_celld._udp.local. 2147483647 IN PTR cell-0d0e0f._celld._udp.local."))
	packet("farewell", tell("_celld._udp.local. 0 IN PTR cell-0a0b0c._celld._udp.local."))
	packet("orphan", tell("_celld._udp.local. 4500 IN PTR mute._celld._udp.local."))
	packet("strange", tell(`_celld._udp.local. 4500 IN PTR a\.\000\255b._celld._udp.local.`, `!a\.\000\255b._celld._udp.local. 120 IN SRV 0 0 9 h.local.`, "h.local. 120 IN AAAA fe80::9"))
	packet("browse", question4("_celld._udp.local.", dns.TypePTR, in, "_celld._udp.local. 4500 IN PTR other._celld._udp.local."))
	long := question4("_celld._udp.local.", dns.TypePTR, inQU)
	long.Truncated = true
	packet("more-to-come", long)
	probe := question4("cell-0a0b0c.local.", dns.TypeANY, inQU)
	probe.Ns = rrs("cell-0a0b0c.local. 120 IN A 10.0.0.9")
	packet("probe", probe)
	any := question4("cell-0a0b0c._celld._udp.local.", dns.TypeANY, dns.ClassANY)
	any.SetEdns0(1440, false)
	packet("any", any)
	write("FuzzPackets", "loop", `[]byte("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x0c\x00\x01")`)
	write("FuzzPackets", "empty", `[]byte("")`)
	write("FuzzCellText", "good", "string("+strconv.Quote(strings.Join(routerID.Text(), "\n"))+")")
	write("FuzzCellText", "twice", "string("+strconv.Quote("TXTVERS=1\np=7\np=8\n=\nid=0000000000000000\nc=00000000\nflag")+")")
}

// TestMalformedPacketsAreCounted cuts and flips real packets everywhere.
func TestMalformedPacketsAreCounted(t *testing.T) {
	now := time.Now()
	e := loneEngine(now, "10.0.0.1/24")
	say := func(data []byte) {
		e.receive(now, Packet{Data: data, Link: 1, From: netip.MustParseAddrPort("10.0.0.9:5353"), Multicast: true, Hops: 255})
	}
	data, err := neighbour("cell-0d0e0f", "10.0.0.9").Pack()
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		say(data[:i])
	}
	if e.stats.Malformed != len(data) || len(e.found()) != 0 {
		t.Errorf("%d of %d cut packets are malformed, found %v", e.stats.Malformed, len(data), e.found())
	}
	say(make([]byte, 9001))
	say(make([]byte, 9000)) // as long as one may be, and says nothing
	for name, spoil := range map[string]func(*dns.Msg){
		"opcode": func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate },
		"rcode":  func(m *dns.Msg) { m.Rcode = dns.RcodeRefused },
	} {
		m := neighbour("cell-0d0e0f", "10.0.0.9")
		spoil(m)
		bad, err := m.Pack()
		if err != nil {
			t.Fatal(name, err)
		}
		say(bad)
	}
	if e.stats.Malformed != len(data)+3 || len(e.found()) != 0 {
		t.Errorf("%+v, found %v", e.stats, e.found())
	}
	for i := range data {
		for bit := range 8 {
			flipped := append([]byte(nil), data...)
			flipped[i] ^= 1 << bit
			say(flipped)
			now = now.Add(time.Millisecond)
			e.tick(now)
			e.take()
		}
	}
	if e.stats.Received != len(data)*9+4 {
		t.Errorf("%+v", e.stats)
	}
}

package dnssd

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestAPortThatCannotBeOpenedIsTriedAgain(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		tries := 0
		startAs(t, "cell-0a0b0c", Mesh, func(_ *wires, c *Config) {
			open := c.Open
			c.Open = func() (Conn, error) {
				if tries++; tries < 4 {
					return nil, errors.New("no port for you")
				}
				return open()
			}
		}, plug{to: seg, addr: "10.0.0.1/24"})
		if seen := x.after(time.Minute, responses); tries != 4 || len(seen) == 0 {
			t.Errorf("%d tries, %d announcements", tries, len(seen))
		}
	})
}

func TestALinkThatCannotBeJoinedIsTriedAgain(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, _ *Config) { w.broken = errors.New("not now") }, plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		if s := a.Stats(); s.Sent != 0 {
			t.Errorf("speaks on a link that was not joined: %+v", s)
		}
		a.wires.mu.Lock()
		a.wires.broken = nil
		a.wires.mu.Unlock()
		time.Sleep(joinAgain)
		x.announce()
		a.finds(t, "cell-0d0e0f")
		if n := len(x.after(settled, responses)); n != 2 {
			t.Errorf("%d announcements on a link that was joined late", n)
		}
	})
}

// TestProgramsShareThePort uses the real port, on the loopback link alone.
func TestProgramsShareThePort(t *testing.T) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open()
	if err != nil {
		t.Fatalf("%v: does another program hold port 5353 for itself?", err)
	}
	defer a.Close()
	b, err := Open()
	if err != nil {
		t.Fatalf("the port cannot be shared: %v", err)
	}
	defer b.Close()
	if b.Exclusive() {
		t.Error("takes a shared port for its own")
	}
	link := Link{Index: lo.Index, Name: lo.Name, Addrs: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}}
	for _, c := range []Conn{a, b, a} { // joining twice is no error
		if err := c.Join(link); err != nil {
			t.Fatal(err)
		}
	}
	want := pack(question4("_celld._udp.local.", dns.TypePTR, in))
	if err := a.Send(Out{Link: lo.Index, Data: want}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Conn{a, b} {
		p, err := c.Read()
		if err != nil || string(p.Data) != string(want) || p.Link != lo.Index || !p.Multicast || p.Hops != 255 || p.From.Port() != port {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if err := a.Send(Out{Link: lo.Index + 1000, Data: want}); err == nil {
		t.Error("sends on a link that it never joined")
	}
	a.Leave(lo.Index)
	a.Leave(lo.Index + 1000)
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	for range 4 { // what was read before may come first
		if _, err := a.Read(); errors.Is(err, net.ErrClosed) {
			return
		}
	}
	t.Error("reads from a closed port")
}

package dnssd

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
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
		said := &strings.Builder{}
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, c *Config) {
			w.broken, c.Log = errors.New("not now"), slog.New(slog.NewTextHandler(said, nil))
		}, plug{to: seg, addr: "10.0.0.1/24"})
		for range 9 { // each is a turn, and no reason to try again
			time.Sleep(settled / 9)
			if err := a.Browse(CellType); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		a.wires.mu.Lock()
		if a.wires.joins != 1 || strings.Count(said.String(), "not now") != 1 {
			t.Errorf("joined %d times, %s", a.wires.joins, said)
		}
		a.wires.mu.Unlock()
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
		time.Sleep(time.Hour)
		a.wires.mu.Lock()
		defer a.wires.mu.Unlock()
		if a.wires.joins != 2 {
			t.Errorf("joined %d times", a.wires.joins)
		}
	})
}

// TestWhatTheKernelDoesNotTakeIsCounted, and told once.
func TestWhatTheKernelDoesNotTakeIsCounted(t *testing.T) {
	world(t, func(t *testing.T) {
		seg, said := &segment{}, &strings.Builder{}
		x := seg.stranger(t, "10.0.0.9")
		a := startAs(t, "cell-0a0b0c", Mesh, func(_ *wires, c *Config) { c.Log = slog.New(slog.NewTextHandler(said, nil)) }, plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(settled)
		if s := a.Stats(); s.Unsent != 0 || s.Sent == 0 || said.Len() > 0 {
			t.Errorf("%+v, %s", s, said)
		}
		a.wires.mu.Lock()
		a.wires.mute = errors.New("no room")
		a.wires.mu.Unlock()
		for range 3 {
			x.ask("cell-0a0b0c.local.", dns.TypeA, in)
			time.Sleep(2 * time.Second)
		}
		if s := a.Stats(); s.Unsent < 3 || strings.Count(said.String(), "no room") != 1 {
			t.Errorf("%+v, %s", s, said)
		}
	})
}

// TestAPortThatBreaksIsOpenedAgain, and what was found through it is forgotten.
func TestAPortThatBreaksIsOpenedAgain(t *testing.T) {
	world(t, func(t *testing.T) {
		seg, said := &segment{}, &strings.Builder{}
		x := seg.stranger(t, "10.0.0.9")
		opened := 0
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, c *Config) {
			c.Log = slog.New(slog.NewTextHandler(said, nil))
			c.Open = func() (Conn, error) {
				opened++
				return &brittle{w, opened == 1, 1}, nil
			}
		}, plug{to: seg, addr: "10.0.0.1/24"})
		synctest.Wait()
		x.announce() // the first one reads a single packet
		a.finds(t, "cell-0d0e0f")
		x.announce()
		a.finds(t)
		time.Sleep(settled)
		x.announce()
		a.finds(t, "cell-0d0e0f")
		if opened != 2 || strings.Count(said.String(), "it broke") != 1 {
			t.Errorf("opened %d times, %s", opened, said)
		}
	})
}

// brittle is a port that breaks after some packets of somebody else, if it is the
// first one.
type brittle struct {
	*wires
	first bool
	lasts int // so many packets
}

func (b *brittle) Read() (Packet, error) {
	p, err := b.wires.Read()
	if err == nil && b.first && p.From.Addr() == netip.MustParseAddr("10.0.0.9") {
		if b.lasts--; b.lasts < 0 {
			return Packet{}, errors.New("it broke")
		}
	}
	return p, err
}

func (b *brittle) Close() error { // the wires serve again
	if !b.first {
		return b.wires.Close()
	}
	for i := range b.cables {
		b.Leave(i)
	}
	return nil
}

// hopsOfReply is what is left of the 255 of a reply to a socket of this machine.
func hopsOfReply(t *testing.T, c Conn, link int, to string) int {
	t.Helper()
	u, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(to)})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	v4, v6 := ipv4.NewPacketConn(u), ipv6.NewPacketConn(u)
	if strings.Contains(to, ":") {
		err = v6.SetControlMessage(ipv6.FlagHopLimit, true)
	} else {
		err = v4.SetControlMessage(ipv4.FlagTTL, true)
	}
	if err = errors.Join(err, c.Send(Out{Link: link, To: u.LocalAddr().(*net.UDPAddr).AddrPort(), Data: []byte("reply")})); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 99)
	if strings.Contains(to, ":") {
		_, cm, _, err := v6.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		return cm.HopLimit
	}
	_, cm, _, err := v4.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	return cm.TTL
}

// TestProgramsShareThePort uses the real port, on the loopback link alone.
func TestProgramsShareThePort(t *testing.T) {
	if apart(t) {
		return
	}
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
	// A machine that has IPv6 is in its group, too.
	if u, err := net.ListenPacket("udp6", "[::1]:0"); err == nil {
		u.Close()
		if f := a.(*sockets).links[lo.Index]; !f.v4 || !f.v6 {
			t.Errorf("joined %+v", f)
		}
	}
	// Few machines carry groups of IPv6 on their loopback link, so its socket is asked.
	if s := a.(*sockets); s.v6 != nil {
		group, err := s.v6.MulticastHopLimit()
		loops, err2 := s.v6.MulticastLoopback()
		if err != nil || err2 != nil || group != 255 || !loops || hopsOfReply(t, a, lo.Index, "::1") != 255 {
			t.Errorf("IPv6: %d hops, %v, heard here: %v, %v", group, err, loops, err2)
		}
	}
	if n := hopsOfReply(t, a, lo.Index, "127.0.0.1"); n != 255 {
		t.Errorf("a reply may pass %d routers", n)
	}
	if err := a.Send(Out{Link: lo.Index + 1000, Data: want}); err == nil {
		t.Error("sends on a link that it never joined")
	}
	b.Close()
	for _, from := range []string{"127.0.0.1", "::1"} {
		to := netip.AddrPortFrom(netip.MustParseAddr(from), port)
		if s := a.(*sockets); s.v6 == nil && to.Addr().Is6() {
			continue
		}
		u, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP(from)}, net.UDPAddrFromAddrPort(to))
		if err != nil {
			t.Fatal(err)
		}
		defer u.Close()
		if _, err := u.Write(want); err != nil {
			t.Fatal(err)
		}
		p, err := a.Read()
		if err != nil || string(p.Data) != string(want) || p.Link != lo.Index || p.Multicast || p.Hops < 1 || p.Hops > 254 || p.From != u.LocalAddr().(*net.UDPAddr).AddrPort() {
			t.Errorf("to us alone: %+v, %v", p, err)
		}
	}
	a.Leave(lo.Index)
	a.Leave(lo.Index + 1000)
	if err := a.Send(Out{Link: lo.Index, Data: want}); err == nil {
		t.Error("sends on a link that it has left")
	}
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

// TestAPortIsOpenedSoonAfterItHeld: a pause that grew while it could not be opened
// does not come back when it breaks a long time later.
func TestAPortIsOpenedSoonAfterItHeld(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		var tries []time.Time
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, c *Config) {
			c.Open = func() (Conn, error) {
				if tries = append(tries, time.Now()); len(tries) < 9 {
					return nil, errors.New("no port for you")
				}
				return &brittle{w, len(tries) == 9, 0}, nil
			}
		}, plug{to: seg, addr: "10.0.0.1/24"})
		time.Sleep(time.Hour)
		synctest.Wait()
		for i, want := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
			if got := tries[i+1].Sub(tries[i]); got != time.Duration(want)*time.Second {
				t.Errorf("try %d came after %v, want %d s", i+2, got, want)
			}
		}
		broken := time.Now()
		x.announce() // it breaks
		time.Sleep(settled)
		synctest.Wait()
		if x.announce(); len(tries) != 10 || tries[9].Sub(broken) != time.Second {
			t.Errorf("opened again after %v", tries[len(tries)-1].Sub(broken))
		}
		a.finds(t, "cell-0d0e0f")
	})
}

package replication_test

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// forger is a socket on which, before every datagram that is true, some arrive
// that somebody forged: each begins a handshake in the name of an address, from a
// port of its own.
type forger struct {
	net.PacketConn
	names []netip.Addr
	hello []byte
	most  int // how many in all
	each  int // how many before a true one
	due   int
	port  uint16
	own   []byte // what was said truly
	from  net.Addr
}

func (f *forger) ReadFrom(b []byte) (int, net.Addr, error) {
	if f.due == 0 {
		n, from, err := f.PacketConn.ReadFrom(b)
		if err != nil || f.most == 0 {
			return n, from, err
		}
		f.own, f.from, f.due = append([]byte{}, b[:n]...), from, min(f.each, f.most)+1
	}
	if f.due--; f.due == 0 {
		return copy(b, f.own), f.from, nil
	}
	f.most--
	f.port++
	at := netip.AddrPortFrom(f.names[int(f.port)%len(f.names)], f.port)
	return copy(b, f.hello), net.UDPAddrFromAddrPort(at), nil
}

// trueHello is what a router says first to one that it dials.
func trueHello(t testing.TB, y *wired) []byte {
	t.Helper()
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- y.Dial(ctx, l.LocalAddr().(*net.UDPAddr).AddrPort()) }()
	b := make([]byte, 2048)
	n, err := l.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-ended
	return b[:n]
}

// TestForgedHellosShutNobodyOut: somebody says hello again and again in the name of
// addresses that belong to the cell, and hears no answer. Whoever is true is
// answered at the first try, also when it is their own address that is used.
func TestForgedHellosShutNobodyOut(t *testing.T) {
	for name, names := range map[string][]netip.Addr{
		"another's address": {netip.MustParseAddr("127.0.0.9")},
		"ten addresses": {netip.MustParseAddr("127.0.0.11"), netip.MustParseAddr("127.0.0.12"), netip.MustParseAddr("127.0.0.13"),
			netip.MustParseAddr("127.0.0.14"), netip.MustParseAddr("127.0.0.15"), netip.MustParseAddr("127.0.0.16"),
			netip.MustParseAddr("127.0.0.17"), netip.MustParseAddr("127.0.0.18"), netip.MustParseAddr("127.0.0.19"), netip.MustParseAddr("127.0.0.20")},
		"its own address":          {netip.MustParseAddr("127.0.0.1")},
		"addresses nobody told of": {netip.MustParseAddr("127.0.1.1"), netip.MustParseAddr("127.0.1.2")},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCell(t, 2, 2)
			y := c.routers[1].wire(t)
			f := &forger{names: names, hello: trueHello(t, y), port: 1000, each: 12, most: 12}
			if name != "its own address" {
				f.each, f.most = 20, 200 // more than one address may begin in a second
			}
			x := c.routers[0].wireOn(t, func(p net.PacketConn) net.PacketConn { f.PacketConn = p; return f })
			x.Know(netip.MustParseAddrPort("127.0.0.1:1"), op.Device{})
			for i := range 20 {
				x.Know(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(9 + i)}), 1), op.Device{})
			}
			x.fill(5)
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- y.Dial(ctx, x.at) }()
			y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
			select {
			case err := <-ended:
				t.Fatal(err)
			default:
			}
			cancel()
			<-ended
			if n := x.Pending(); n > replication.UnknownMost {
				t.Errorf("%d handshakes are half open", n)
			}
		})
	}
}

// TestAnAddressBeginsOnlySoMany: each hello costs a key, so an address has so many
// of them a second, and what it has used up another still has.
func TestAnAddressBeginsOnlySoMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
		p := replication.NewPlaces()
		begun := func(who netip.Addr, tries int) (n int) {
			for range tries {
				if p.May(time.Now(), who) {
					n++
				}
			}
			return n
		}
		if n := begun(a, 1000); n != replication.BegunMost {
			t.Errorf("%d at once", n)
		}
		if n := begun(b, 1); n != 1 {
			t.Error("another pays for it")
		}
		time.Sleep(time.Second / 2)
		if n := begun(a, 1000); n != replication.BegunMost/2 {
			t.Errorf("%d after half a second", n)
		}
		time.Sleep(time.Second)
		begun(a, 1)
		time.Sleep(9 * time.Second / 10)
		if n := begun(a, 1000); n != replication.BegunMost {
			t.Errorf("%d at once, because it had begun few before", n)
		}
		time.Sleep(time.Hour)
		if n := begun(a, 1000); n != replication.BegunMost {
			t.Errorf("%d after an hour", n)
		}
		if n := p.Remembered(); n != 1 {
			t.Errorf("%d addresses are remembered for nothing", n)
		}
	})
}

// TestPlaces: who takes the last place pays with their own, and whoever has proven
// that they hear is let go by nobody else's hello.
func TestPlaces(t *testing.T) {
	a, b, unknown := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.Addr{}
	p := replication.NewPlaces()
	mine := p.Begin(a)
	proven := p.Begin(b)
	if !proven.Prove() {
		t.Fatal("there is room for the first")
	}
	var others []replication.Begun
	for range 5 * replication.UnknownMost {
		others = append(others, p.Begin(b))
	}
	if mine.Over() || proven.Over() {
		t.Error("who begins many takes the places of others")
	}
	if !others[0].Over() || others[len(others)-1].Over() {
		t.Error("it is not the oldest that goes")
	}
	if others[0].Prove() {
		t.Error("who was let go comes back")
	}
	if n := p.Count(); n != replication.UnknownMost+1 {
		t.Errorf("%d places", n)
	}

	var untold []replication.Begun
	for range replication.ProvenMost {
		untold = append(untold, p.Begin(unknown))
	}
	in := 0
	for _, o := range untold {
		if o.Prove() {
			in++
		}
	}
	if in != replication.ProvenMost/2 {
		t.Errorf("%d that nobody told us of", in)
	}
	for range replication.ProvenMost {
		if p.Begin(b).Prove() {
			in++
		}
	}
	if in+1 != replication.ProvenMost || mine.Prove() {
		t.Errorf("%d in all", in+1)
	}
	proven.End()
	if !mine.Prove() {
		t.Error("a place that was given back is not taken")
	}
}

// TestWhoReturnsTheCookieIsCounted before they are answered, and a hello that
// answers a cookie which nobody gave begins nothing.
func TestWhoReturnsTheCookieIsCounted(t *testing.T) {
	c := newCell(t, 2, 2)
	y := c.routers[1].wire(t)
	hello := trueHello(t, y)
	answers := &deaf{ready: make(chan struct{}), asked: make(chan [2]int, 1), answered: make(chan [2]int, 1)}
	x := c.routers[0].wireOn(t, func(p net.PacketConn) net.PacketConn { answers.PacketConn = p; return answers })
	answers.count = x.Half
	close(answers.ready) // the router reads already, and what a socket brings puts nothing in order
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- y.Dial(ctx, x.at) }()
	if n := <-answers.asked; n != [2]int{1, 0} {
		t.Errorf("when they are asked for the cookie, %d have returned none, %d have", n[0], n[1])
	}
	if n := <-answers.answered; n != [2]int{0, 1} {
		t.Errorf("%d have returned no cookie, %d have", n[0], n[1])
	}
	cancel()
	<-ended

	if !replication.FirstHello(hello) {
		t.Error("a router's own hello begins nothing")
	}
	for i, change := range map[int]byte{0: 21, 1: 3, 3: 1, 4: 1, 13: 2, 17: 1, 18: 1} {
		other := append([]byte{}, hello...)
		other[i] = change
		if replication.FirstHello(other) {
			t.Errorf("byte %d does not matter", i)
		}
	}
	for n := range 25 {
		if replication.FirstHello(hello[:n]) {
			t.Errorf("%d bytes are enough", n)
		}
	}
}

// deaf is a socket that loses every answer to a cookie, and tells how many
// handshakes are half open when one is first asked for, and the first is given.
type deaf struct {
	net.PacketConn
	ready    chan struct{} // closed once there is count
	count    func() (unknown, proven int)
	asked    chan [2]int // when a cookie was first asked for
	answered chan [2]int
}

func (d *deaf) WriteTo(b []byte, to net.Addr) (int, error) {
	if to := map[byte]chan [2]int{2: d.answered, 3: d.asked}; len(b) > 13 && b[0] == 22 && to[b[13]] != nil {
		<-d.ready
		unknown, proven := d.count()
		select {
		case to[b[13]] <- [2]int{unknown, proven}:
		default:
		}
		if b[13] == 2 {
			return len(b), nil
		}
	}
	return d.PacketConn.WriteTo(b, to)
}

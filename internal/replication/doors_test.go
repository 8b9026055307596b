package replication_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// soon waits a little while for something that no log tells of.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal(what)
		}
	}
}

// says sends datagrams to a router, each from a port of its own.
func says(t *testing.T, to netip.AddrPort, times int, b []byte) {
	t.Helper()
	for range times {
		s, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(to))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		if _, err := s.Write(b); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Log(err)
		}
	}
}

// TestOnlyAHelloBeginsAHandshake, from where somebody may be, and not too often.
func TestOnlyAHelloBeginsAHandshake(t *testing.T) {
	c := newCell(t, 2, 2)
	hello := trueHello(t, c.routers[1].wire(t))
	for name, play := range map[string]func(x *wired) (datagrams int, b []byte, begun int){
		"noise":           func(*wired) (int, []byte, int) { return 5, append([]byte{23}, hello[1:]...), 0 },
		"a hello":         func(*wired) (int, []byte, int) { return 5, hello, 5 },
		"from far away":   func(x *wired) (int, []byte, int) { x.Near(netip.Addr.IsMulticast); return 5, hello, 0 },
		"in a full house": func(x *wired) (int, []byte, int) { x.Crowd(80); return 5, hello, 0 },
		"nearly full":     func(x *wired) (int, []byte, int) { x.Crowd(75); return 5, hello, 5 },
	} {
		x := c.routers[0].wire(t)
		x.Know(netip.MustParseAddrPort("127.0.0.99:1"), op.Device{}) // of another address
		n, b, begun := play(x)
		says(t, x.at, n, b)
		soon(t, name+": not all came", func() bool { return x.Begun() >= begun && int(x.Refused()) >= n-begun })
		if got := x.Begun(); got != begun || int(x.Refused()) != n-begun {
			t.Errorf("%s: %d begun, %d refused", name, got, x.Refused())
		}
		x.stop()
	}
	socket := &counted{}
	socket.more = sync.NewCond(&socket.mu)
	x := c.routers[0].wireOn(t, func(p net.PacketConn) net.PacketConn { socket.PacketConn = p; return socket })
	began := time.Now()
	says(t, x.at, 60, hello)
	socket.await(60)
	// The last one may be on its way; sixteen begin at once, and as many each second.
	if least := 60 - 1 - 16 - int(16*time.Since(began).Seconds()+1); int(x.Refused()) < least {
		t.Errorf("%d are turned away within %v, want %d", x.Refused(), time.Since(began), least)
	}
}

// TestALinkThatEndedIsForgotten, be it refused or at its end.
func TestALinkThatEndedIsForgotten(t *testing.T) {
	c, d := newCell(t, 2, 2), newCell(t, 2, 3)
	x, y, stranger := c.routers[0].wire(t), c.routers[1].wire(t), d.routers[2].wire(t)
	if stranger.Dial(context.Background(), x.at) == nil {
		t.Error("a stranger was talked to")
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	x.fill(3)
	go func() { ended <- y.Dial(ctx, x.at) }()
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	cancel()
	<-ended
	soon(t, "links stay", func() bool { return x.Links() == 0 && x.Pending() == 0 })
}

// TestWhoIsTalkedToIsNotDialled, whoever dialled; and one that refused us is, later.
func TestWhoIsTalkedToIsNotDialled(t *testing.T) {
	c, d := newCell(t, 2, 2), newCell(t, 2, 3)
	x, y, stranger := c.routers[0].wire(t), c.routers[1].wire(t), d.routers[2].wire(t)
	x.fill(3)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- y.Dial(ctx, x.at) }()
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	for _, w := range []*wired{x, y} {
		other := map[*wired]op.Device{x: y.name(), y: x.name()}[w]
		w.Keep(false, true) // the test dials alone
		w.Know(netip.MustParseAddrPort("127.0.0.98:1"), other)
		w.Keep(true, true)
		if w.Talks(other) && len(w.Due(time.Now().Add(time.Hour))) != 0 {
			t.Error("dials who it talks to")
		}
	}
	cancel()
	<-ended
	y.Know(stranger.at, op.Device{})
	soon(t, "who refused is never dialled again", func() bool { return y.room.Status().Strangers >= 2 })
}

// TestWhoWasMetAtAnAddressCounts, and not who is said to be there: else a lie would have
// two routers begin their conversation anew as often as they may.
func TestWhoWasMetAtAnAddressCounts(t *testing.T) {
	a, b := twoInOrder(t)
	x, y := a.wire(t), b.wire(t)
	y.Know(x.at, op.Device{0xff}) // somebody else, whom y should dial
	soon(t, "who is there is not met", func() bool { return alike(x.router, y.router) == nil })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- x.Dial(ctx, y.at) }() // the right one: y's own ends
	soon(t, "the right one does not serve", func() bool {
		n := y.room.Status().Neighbours
		return len(n) == 1 && n[0].Here() && n[0].Address != x.at.String()
	})
	for range 50 {
		if due := y.Due(time.Now().Add(time.Hour)); len(due) > 0 {
			t.Fatalf("dials who it talks to, at %v", due)
		}
		time.Sleep(20 * time.Millisecond)
	}
	y.Know(x.at, op.Device{0xfd}) // it is said anew
	soon(t, "who is said to be there now is never dialled", func() bool { return len(y.Due(time.Now().Add(2*time.Hour))) > 0 })
	cancel()
	<-ended
}

// TestWhatIsNotAnsweredIsSaidAgainAtAnEvenPace: with pauses that double, a sixth hello
// would come after more than six seconds, and a handshake is given up after ten.
func TestWhatIsNotAnsweredIsSaidAgainAtAnEvenPace(t *testing.T) {
	t.Parallel()
	silent, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	x, _ := twoInOrder(t)
	e, err := replication.NewEndpoint(nil, x.key, x.room)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, began := make(chan error, 1), time.Now()
	go func() { ended <- e.Dial(ctx, silent.LocalAddr().(*net.UDPAddr).AddrPort()) }()
	// On a busy machine a hello is said late or read late, and then a pause is too long and
	// another too short. It takes three in a row to make the shortest of three too long.
	var heard [6]time.Time
	for i := range heard {
		if _, _, err := silent.ReadFrom(make([]byte, 2048)); err != nil {
			t.Fatal(err)
		}
		heard[i] = time.Now()
	}
	last := time.Hour
	for i := 3; i < 6; i++ {
		last = min(last, heard[i].Sub(heard[i-1]))
	}
	if took := heard[5].Sub(began); took < 900*time.Millisecond || last > 600*time.Millisecond {
		t.Errorf("five more hellos came within %v, each of the last three after %v or more", took, last)
	}
	cancel()
	<-ended
}

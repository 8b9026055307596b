package replication_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/replication"
)

// wired puts a router on a loopback socket.
type wired struct {
	*router
	*replication.Endpoint
	at   netip.AddrPort
	stop func()
}

func (x *router) wire(t testing.TB) *wired {
	t.Helper()
	return x.wireOn(t, func(p net.PacketConn) net.PacketConn { return p })
}

// wireOn lets a test stand between the socket and the router.
func (x *router) wireOn(t testing.TB, between func(net.PacketConn) net.PacketConn) *wired {
	t.Helper()
	socket, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	e, err := replication.NewEndpoint(between(socket), x.key, x.room)
	if err != nil {
		t.Fatal(err)
	}
	e.Near(netip.Addr.IsLoopback)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	wg.Go(func() { _ = x.room.Watch(ctx, x.log.Changed) })
	w := &wired{x, e, socket.LocalAddr().(*net.UDPAddr).AddrPort(), func() { cancel(); wg.Wait() }}
	t.Cleanup(w.stop)
	return w
}

// waitFor waits for a router's log to bring something about.
func (x *router) waitFor(t testing.TB, is func() bool) {
	t.Helper()
	late := time.NewTimer(5 * time.Minute)
	defer late.Stop()
	for {
		next := x.log.Changed()
		if is() {
			return
		}
		select {
		case <-next:
		case <-late.C:
			t.Fatal("it does not come about")
		}
	}
}

func TestTwoRoutersTalkOverDTLS(t *testing.T) {
	c := newCell(t, 3, 2)
	x, y := c.routers[0].wire(t), c.routers[1].wire(t)
	x.fill(50)
	y.Know(x.at, x.name())
	x.Know(y.at, y.name())
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	x.rename(c.members[0], "Fern")
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	y.rename(c.members[1], "Sorrel")
	x.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
}

func TestAStrangerIsRefusedAfterOneHandshake(t *testing.T) {
	c, d := newCell(t, 2, 2), newCell(t, 2, 3)
	x, stranger := c.routers[0].wire(t), d.routers[2].wire(t)
	err := stranger.Dial(context.Background(), x.at)
	if err == nil {
		t.Error("a stranger was talked to")
	}
	if n := x.room.Status().Strangers; n == 0 {
		t.Error("a stranger was not counted")
	}
	if len(stranger.disk.ops) > 0 {
		t.Error("a stranger learned something")
	}
}

func TestARouterThatIsDismissedIsTalkedToNoMore(t *testing.T) {
	c := newCell(t, 3, 2)
	x, y := c.routers[0].wire(t), c.routers[1].wire(t)
	ended := make(chan error, 1)
	go func() { ended <- y.Dial(context.Background(), x.at) }()
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	x.must(c.members[0], op.Draft{Kind: trust.KindDismiss, Content: trust.Router{Router: y.name()}})
	select {
	case <-ended:
	case <-time.After(5 * time.Minute):
		t.Fatal("the conversation goes on")
	}
	if err := y.Dial(context.Background(), x.at); err == nil {
		t.Error("a dismissed router was talked to again")
	}
}

// TestHalfOpenHandshakesShutNobodyOut begins handshakes from many addresses and
// goes on with none.
func TestHalfOpenHandshakesShutNobodyOut(t *testing.T) {
	c := newCell(t, 2, 2)
	x, y := c.routers[0].wire(t), c.routers[1].wire(t)
	hello := append([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 1}, make([]byte, 39)...)
	began := time.Now()
	for i := range 200 {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, byte(1 + i/100), byte(1 + i%100)}), 0)
		s, err := net.DialUDP("udp4", net.UDPAddrFromAddrPort(from), net.UDPAddrFromAddrPort(x.at))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for range 3 {
			if _, err := s.Write(hello); err != nil && !errors.Is(err, net.ErrClosed) {
				t.Log(err)
			}
		}
	}
	x.Know(netip.MustParseAddrPort("127.0.0.1:1"), op.Device{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- y.Dial(ctx, x.at) }()
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	t.Logf("in after %v, with %d handshakes half open", time.Since(began), x.Pending())
	// Each ends after ten seconds, which may have passed on a busy machine.
	if n := x.Pending(); n < 3 && time.Since(began) < 10*time.Second || n > 16 {
		t.Errorf("%d handshakes are half open", n)
	}
	if x.Refused() == 0 {
		t.Error("nobody was refused")
	}
	cancel()
	<-ended
}

// TestWhoIsDialledAgainWaitsForNoPause: a pause that grew while a router was not
// let in ends when it is, also if it was being dialled just then.
func TestWhoIsDialledAgainWaitsForNoPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		x := newCell(t, 1, 1).routers[0]
		e, err := replication.NewEndpoint(socket, x.key, x.room)
		if err != nil {
			t.Fatal(err)
		}
		at := netip.MustParseAddrPort("127.0.0.9:9")
		e.Know(at, op.Device{})
		soon := func(in time.Duration) int { return len(e.Due(time.Now().Add(in))) }
		for range 8 {
			if soon(time.Minute) != 1 {
				t.Fatal("it is not dialled in the end")
			}
			e.Dialled(at, 0)
		}
		if soon(29*time.Second) != 0 {
			t.Fatal("no pause has grown")
		}
		if e.Again(); soon(0) != 1 {
			t.Error("it waits, and nobody knows for what")
		}
		e.Again() // while it is dialled
		if e.Dialled(at, 0); soon(time.Second) != 0 || soon(2*time.Second) != 1 {
			t.Error("after one more try in vain it waits as long as at first, no less and no more")
		}
	})
}

// TestARouterKeepsToWhatItMay: shut, it neither dials nor answers; one that only
// waits to be asked dials nobody, and answers.
func TestARouterKeepsToWhatItMay(t *testing.T) {
	c := newCell(t, 3, 2)
	x, y := c.routers[0].wire(t), c.routers[1].wire(t)
	x.fill(5)
	x.Keep(false, false)
	x.Know(y.at, op.Device{})
	y.Know(x.at, op.Device{})
	if due := x.Due(time.Now().Add(time.Hour)); len(due) != 0 {
		t.Errorf("it would dial %v", due)
	}
	look, late := time.NewTicker(time.Millisecond), time.After(5*time.Minute)
	defer look.Stop()
	for x.Refused() == 0 {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("nobody was turned away")
		}
	}
	if len(x.room.Status().Neighbours) != 0 || x.room.Status().Strangers != 0 {
		t.Error("it answered")
	}
	x.Keep(false, true)
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	if due := x.Due(time.Now().Add(time.Hour)); len(due) != 0 {
		t.Errorf("it waits to be asked, and would dial %v", due)
	}
	if x.Keep(true, true); len(x.Due(time.Now().Add(time.Hour))) != 1 {
		t.Error("it never dials again")
	}
}

// TestOneCertificateOfAPinnedKeyIsShown, and nothing else is taken; a key that is
// none of the cell's is counted.
func TestOneCertificateOfAPinnedKeyIsShown(t *testing.T) {
	c, d := newCell(t, 2, 2), newCell(t, 2, 3)
	e, err := replication.NewEndpoint(nil, c.routers[0].key, c.routers[0].room)
	if err != nil {
		t.Fatal(err)
	}
	show := func(key crypto.Signer) []byte {
		template := &x509.Certificate{SerialNumber: big.NewInt(1)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	known, foreign := show(c.routers[1].key), show(d.routers[2].key)
	if err := e.Pinned(known); err != nil {
		t.Error(err)
	}
	for name, raw := range map[string][][]byte{
		"none": {}, "two": {known, known}, "one of elsewhere behind it": {known, foreign}, "no certificate": {known[:50]},
	} {
		if err := e.Pinned(raw...); !errors.Is(err, replication.ErrUnpinned) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := c.routers[0].room.Status().Strangers
	for i, raw := range [][]byte{foreign, show(other)} {
		if err := e.Pinned(raw); !errors.Is(err, replication.ErrUnpinned) || c.routers[0].room.Status().Strangers != before+uint64(i)+1 {
			t.Errorf("%v, %d strangers", err, c.routers[0].room.Status().Strangers)
		}
	}
	if _, err := replication.NewEndpoint(nil, other, c.routers[0].room); err == nil {
		t.Error("a router with another kind of key begins")
	}
}

// everybody pins any key.
type everybody struct{}

func (everybody) Pinned(ed25519.PublicKey) bool { return true }

// TestTheHandshakeItselfRefusesAStranger, whoever of the two dials: one who
// would talk to anybody learns nothing, not even that there is a cell.
func TestTheHandshakeItselfRefusesAStranger(t *testing.T) {
	c, d := newCell(t, 2, 2), newCell(t, 2, 3)
	y := d.routers[2]
	y.room = replication.NewRoom(replication.Config{Cell: c.id, Self: y.name(), House: y.house(), Pins: everybody{}, Clock: y.tells})
	x, stranger := c.routers[0].wire(t), y.wire(t)
	for name, err := range map[string]error{
		"a stranger dials":   stranger.Dial(context.Background(), x.at),
		"a stranger answers": x.Dial(context.Background(), stranger.at),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "replication: handshake") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := x.room.Status().Strangers; n < 2 {
		t.Errorf("%d strangers were counted", n)
	}
}

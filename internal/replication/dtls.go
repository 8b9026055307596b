package replication

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"sort"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	dtlsnet "github.com/pion/dtls/v3/pkg/net"

	"celld/internal/op"
)

// The wire. A handshake that is not done in time is given up and tried again.
const (
	handshakeTime = 10 * time.Second
	flightTime    = 200 * time.Millisecond // between two copies of a flight
	linksMost     = 64                     // links that others began, those that wait for a cookie not counted
	inQueue       = 64                     // datagrams of one link that wait
	redialFirst   = 2 * time.Second
	redialMost    = 30 * time.Second // a way that comes back is found within a minute
	dialledWait   = 15 * time.Second // how long the one that should be dialled waits before it dials
	dialApart     = time.Second      // between two addresses of one router: the first that answers serves
)

// Endpoint is the router's one socket for others, and what it dials.
type Endpoint struct {
	socket net.PacketConn
	cert   tls.Certificate
	room   *Room
	near   func(netip.Addr) bool // whether a neighbour may have that address

	mu      sync.Mutex                // guards what follows
	links   map[string]*pipe          // that others began, by address
	places  *places                   // of them, those in a handshake
	known   map[netip.AddrPort]*known // where routers are said to be
	refused uint64                    // datagrams from addresses that were not let in
	still   bool                      // it dials nobody
	shut    bool                      // it answers nobody new
}

// known is a place where a router is said to be. A hint: who is there shows in
// the handshake.
type known struct {
	device  op.Device // zero when nobody said
	since   time.Time
	next    time.Time
	wait    time.Duration
	began   time.Time // when it was dialled last
	dialing bool
	served  bool      // somebody proved there that they are of the cell, and stayed
	met     op.Device // who that was last, if they stayed or not
}

// queued tells since when an address waits for its turn.
func (k *known) queued() time.Time {
	if k.began.IsZero() {
		return k.since
	}
	return k.began
}

// NewEndpoint puts the router's own key on a socket.
func NewEndpoint(socket net.PacketConn, key crypto.Signer, room *Room) (*Endpoint, error) {
	cert, err := certificate(key)
	if err != nil {
		return nil, err
	}
	return &Endpoint{socket: socket, cert: cert, room: room, near: netip.Addr.IsLinkLocalUnicast,
		links: map[string]*pipe{}, places: newPlaces(), known: map[netip.AddrPort]*known{}}, nil
}

// certificate wraps a key in the shape that DTLS wants. It says nothing but
// the key, and depends on no clock.
func certificate(key crypto.Signer) (tls.Certificate, error) {
	if _, ok := key.Public().(ed25519.PublicKey); !ok {
		return tls.Certificate{}, errors.New("replication: a router's key is Ed25519")
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "celld"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("replication: certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// shared are the settings of both sides: one pinned certificate each, no PSK,
// no connection ids, no master secret without its session.
func (e *Endpoint) shared() []dtls.Option {
	return append(Repeats(),
		dtls.WithCertificates(e.cert),
		dtls.WithCipherSuites(dtls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithMTU(1200),
		dtls.WithInsecureSkipVerify(true), // no authorities: the key is pinned below
		dtls.WithVerifyPeerCertificate(func(raw [][]byte, _ [][]*x509.Certificate) error {
			_, err := e.pinned(raw)
			return err
		}),
		dtls.WithVerifyConnection(func(s *dtls.State) error {
			_, err := e.pinned(s.PeerCertificates)
			return err
		}),
	)
}

// Repeats is how soon a handshake says again what was lost; what measures handshakes
// uses it, too. Doubled each time (RFC 6347, 4.2.4.1 would have it so), one that loses
// five flights in a row has waited six seconds, and is given up at the next: one in some
// two hundred at 20 % loss. A flight is 2 kB, from one neighbour, for ten seconds at most.
func Repeats() []dtls.Option {
	return []dtls.Option{dtls.WithFlightInterval(flightTime), dtls.WithDisableRetransmitBackoff(true)}
}

// pinned returns the key of exactly one certificate, if it is one of the cell's
// routers as of now.
func (e *Endpoint) pinned(raw [][]byte) (ed25519.PublicKey, error) {
	if len(raw) != 1 {
		return nil, ErrUnpinned
	}
	cert, err := x509.ParseCertificate(raw[0])
	if err != nil {
		return nil, ErrUnpinned
	}
	key, ok := cert.PublicKey.(ed25519.PublicKey)
	if !ok || !e.room.config.Pins.Pinned(key) {
		e.room.Stranger()
		return nil, ErrUnpinned
	}
	return key, nil
}

// Know tells where a router may be; device is a hint and may be zero. Such an
// address is let in, found room for, and dialled when it is our turn.
func (e *Endpoint) Know(at netip.AddrPort, device op.Device) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k := e.known[at]; k != nil {
		if k.device != device {
			k.device, k.met = device, op.Device{}
		}
		return
	}
	now := time.Now()
	k := &known{device: device, since: now, next: now, wait: redialFirst}
	if device != (op.Device{}) && !Dials(e.room.config.Self, device) {
		k.next = now.Add(dialledWait)
	}
	e.known[at] = k
}

// Forget takes back what Know said.
func (e *Endpoint) Forget(at netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.known, at)
}

// Again dials what is known without the pauses that earlier tries have earned:
// who refused us, or was refused, may not do so any more.
func (e *Endpoint) Again() {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	for _, k := range e.known {
		k.wait, k.next = 0, now
	}
}

// Keep says what a router may do: dial whom it knows of, answer who is new. One
// that has no cell and looks for none has no business with anybody; the key that it
// would show could be taken for that of a cell which wants to take one in. One that
// looks for its cell waits to be asked: whom it dialled itself has not taken it in.
func (e *Endpoint) Keep(dial, answer bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.still, e.shut = !dial, !answer
}

// Refused counts datagrams from addresses that were not let in.
func (e *Endpoint) Refused() uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.refused
}

// Run answers and dials until ctx ends. It closes the socket.
func (e *Endpoint) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { e.socket.Close() })
	defer stop()
	wg.Go(func() { e.dialAll(ctx, &wg) })
	buffer := make([]byte, 2048)
	for {
		n, from, err := e.socket.ReadFrom(buffer)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("replication: %w", err)
		case err != nil:
			continue // an ICMP error of one address is no reason to stop
		}
		if p, fresh := e.pipe(from, buffer[:n]); fresh {
			wg.Go(func() { e.answer(ctx, p) })
		}
	}
}

// pipe hands a datagram to its link, or begins one when a new address says
// hello and may.
func (e *Endpoint) pipe(from net.Addr, b []byte) (p *pipe, fresh bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := from.String()
	if p = e.links[at]; p == nil || p.over() {
		who, admitted := e.admits(from)
		if !admitted || !firstHello(b) || !e.places.may(time.Now(), who) {
			e.refused++
			return nil, false
		}
		p, fresh = newPipe(e.socket, from), true
		e.places.begin(p, who)
		e.links[at] = p
	}
	p.put(b)
	return p, fresh
}

// admits lets in neighbours on the link and addresses that we were told of; only
// the latter count each for itself.
func (e *Endpoint) admits(from net.Addr) (who netip.Addr, ok bool) {
	at := addrOf(from).Addr()
	if e.shut || len(e.links) >= linksMost+unknownMost {
		return netip.Addr{}, false
	}
	for known := range e.known {
		if known.Addr() == at {
			return at, true
		}
	}
	return netip.Addr{}, e.near(at)
}

func addrOf(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := u.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

// answer is one link that somebody else began.
func (e *Endpoint) answer(ctx context.Context, p *pipe) {
	defer e.drop(p)
	options := []dtls.ServerOption{dtls.WithClientAuth(dtls.RequireAnyClientCert)}
	for _, o := range e.shared() {
		options = append(options, o)
	}
	socket := &called{guarded: guarded{PacketConn: p}, proven: func() bool { return e.proven(p) }}
	conn, err := dtls.ServerWithOptions(socket, p.from, options...)
	if err != nil {
		return
	}
	link, err := e.shake(ctx, conn, &socket.guarded, false)
	e.settled(p)
	if err == nil {
		_ = e.room.Talk(ctx, link)
	}
}

// proven says that somebody hears what is sent to that address. Who finds no place
// then is let go.
func (e *Endpoint) proven(p *pipe) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.places.prove(p) {
		return true
	}
	e.refused++
	p.Close()
	return false
}

// settled says that a handshake is over: there is room for another.
func (e *Endpoint) settled(p *pipe) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.places.end(p)
}

func (e *Endpoint) drop(p *pipe) {
	p.Close()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.places.end(p)
	if at := p.from.String(); e.links[at] == p {
		delete(e.links, at)
	}
}

// shake does the handshake, within its time.
func (e *Endpoint) shake(ctx context.Context, conn *dtls.Conn, socket *guarded, dialled bool) (*wire, error) {
	within, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	err := conn.HandshakeContext(within)
	if err == nil {
		socket.shaken.Store(true)
		state, ok := conn.ConnectionState()
		var key ed25519.PublicKey
		if key, err = e.pinned(state.PeerCertificates); err == nil && ok {
			return &wire{conn, key, dialled}, nil
		}
	}
	conn.Close()
	return nil, fmt.Errorf("replication: handshake: %w", err)
}

// Dial talks to the router at an address until that ends.
func (e *Endpoint) Dial(ctx context.Context, at netip.AddrPort) error {
	udp, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(at))
	if err != nil {
		return fmt.Errorf("replication: dial: %w", err)
	}
	defer udp.Close()
	var options []dtls.ClientOption
	for _, o := range e.shared() {
		options = append(options, o)
	}
	socket := &guarded{PacketConn: dtlsnet.PacketConnFromConn(udp)}
	conn, err := dtls.ClientWithOptions(socket, udp.RemoteAddr(), options...)
	if err != nil {
		return fmt.Errorf("replication: dial: %w", err)
	}
	link, err := e.shake(ctx, conn, socket, true)
	if err != nil {
		return err
	}
	e.meets(at, op.DeviceOf(link.key))
	return e.room.Talk(ctx, link)
}

// meets notes who is at an address, whoever was said to be there.
func (e *Endpoint) meets(at netip.AddrPort, d op.Device) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k := e.known[at]; k != nil {
		k.met = d
	}
}

// dialAll dials what is known and due, again and again, with growing pauses.
func (e *Endpoint) dialAll(ctx context.Context, wg *sync.WaitGroup) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, at := range e.due(time.Now()) {
			wg.Go(func() {
				began := time.Now()
				_ = e.Dial(ctx, at)
				e.dialled(at, time.Since(began))
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// due takes the addresses to dial now.
func (e *Endpoint) due(now time.Time) (list []netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.still {
		return nil
	}
	began := e.began()
	for _, w := range e.inTurn(now) {
		switch {
		case w.device == (op.Device{}):
		case e.room.Talks(w.device) || e.room.Talks(w.met): // another address, or somebody else's dialling, did it
			if w.next = now.Add(redialFirst); !Dials(e.room.config.Self, w.device) {
				w.next = now.Add(dialledWait)
			}
			continue
		case now.Sub(began[w.device]) < dialApart:
			continue
		}
		w.dialing, w.began, began[w.device] = true, now, now
		list = append(list, w.at)
	}
	return list
}

// waiting is an address whose pause is over.
type waiting struct {
	*known
	at netip.AddrPort
}

// inTurn lists the addresses whose pause is over, those that have served first, and of
// the others that which has waited for the longest time: anybody on a link may invent
// addresses without end, and they are not to take the turns of the true one.
func (e *Endpoint) inTurn(now time.Time) (list []waiting) {
	for at, k := range e.known {
		if !k.dialing && !now.Before(k.next) {
			list = append(list, waiting{k, at})
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.served != b.served {
			return a.served
		}
		return cmp.Or(a.queued().Compare(b.queued()), a.began.Compare(b.began), a.at.Compare(b.at)) < 0
	})
	return list
}

// began tells when any address of each router was dialled last.
func (e *Endpoint) began() map[op.Device]time.Time {
	last := map[op.Device]time.Time{}
	for _, k := range e.known {
		if k.began.After(last[k.device]) {
			last[k.device] = k.began
		}
	}
	return last
}

// dialled plans the next try. A link that held for a while was a good one.
func (e *Endpoint) dialled(at netip.AddrPort, held time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	k := e.known[at]
	if k == nil {
		return
	}
	if k.wait *= 2; held > 2*handshakeTime {
		k.wait, k.served = redialFirst, true
	}
	k.wait = min(max(k.wait, redialFirst), redialMost)
	k.dialing, k.next = false, time.Now().Add(k.wait)
}

// wire is a DTLS connection whose other end has proven its key.
type wire struct {
	*dtls.Conn
	key     ed25519.PublicKey
	dialled bool
}

func (w *wire) Key() ed25519.PublicKey { return w.key }
func (w *wire) Address() string        { return w.RemoteAddr().String() }
func (w *wire) Dialled() bool          { return w.dialled }

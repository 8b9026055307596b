package dnssd

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/miekg/dns"
)

// segment is a network segment on which all hear what one says, itself
// included, as multicast does.
type segment struct {
	mu   sync.Mutex
	ears []*ear
}

// ear is where packets of a segment arrive.
type ear struct {
	addr    netip.Addr
	link    int
	deliver func(Packet)
}

func (s *segment) attach(e *ear) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ears = append(s.ears, e)
}

func (s *segment) detach(e *ear) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ears = slices.DeleteFunc(s.ears, func(x *ear) bool { return x == e })
}

// send delivers to all, or to those that have the address.
func (s *segment) send(data []byte, from netip.AddrPort, to netip.AddrPort, hops int) {
	s.mu.Lock()
	ears := slices.Clone(s.ears)
	s.mu.Unlock()
	for _, e := range ears {
		if !to.IsValid() || to.Addr() == e.addr {
			e.deliver(Packet{Data: slices.Clone(data), Link: e.link, From: from, Multicast: !to.IsValid(), Hops: hops})
		}
	}
}

// wires is the port 5353 of a simulated machine.
type wires struct {
	mu     sync.Mutex
	cables map[int]*segment
	addrs  map[int]netip.Addr
	ears   map[int]*ear
	in     chan Packet
	closed chan struct{}
	once   sync.Once
	shared bool
	broken error // of Join
	joins  int
	mute   error // of Send
}

func (w *wires) Exclusive() bool { return !w.shared }

func (w *wires) Join(l Link) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.joins++
	if w.broken != nil {
		return w.broken
	}
	if w.ears[l.Index] != nil {
		return nil
	}
	e := &ear{addr: w.addrs[l.Index], link: l.Index, deliver: func(p Packet) {
		select {
		case w.in <- p:
		case <-w.closed:
		}
	}}
	w.ears[l.Index] = e
	w.cables[l.Index].attach(e)
	return nil
}

func (w *wires) Leave(i int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.ears[i]; e != nil {
		w.cables[i].detach(e)
		delete(w.ears, i)
	}
}

func (w *wires) Read() (Packet, error) {
	select {
	case p := <-w.in:
		return p, nil
	case <-w.closed:
		return Packet{}, net.ErrClosed
	}
}

func (w *wires) Send(o Out) error {
	w.mu.Lock()
	s, from := w.cables[o.Link], w.addrs[o.Link]
	joined, mute := w.ears[o.Link] != nil, w.mute
	w.mu.Unlock()
	if mute != nil {
		return mute
	}
	if !joined {
		return errors.New("not joined")
	}
	s.send(o.Data, netip.AddrPortFrom(from, port), o.To, hops)
	return nil
}

func (w *wires) Close() error {
	w.once.Do(func() {
		close(w.closed)
		for i := range w.cables {
			w.Leave(i)
		}
	})
	return nil
}

// links is a list of links that a test changes.
type links struct {
	mu   sync.Mutex
	list []Link
	next chan struct{}
}

func (l *links) Links() ([]Link, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list, l.next
}

func (l *links) set(list ...Link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = list
	close(l.next)
	l.next = make(chan struct{})
}

// router is a Station on simulated wires.
type router struct {
	*Station
	wires *wires
	links *links
	stop  func()
}

// plug is a cable from a router to a segment, and its address there.
type plug struct {
	to   *segment
	addr string
	wide bool
}

var routerID = CellText{Protocol: 1, ID: [8]byte{0xaa, 1, 2, 3, 4, 5, 6, 7}, Cell: CellTag{0xce, 0x11, 0xda, 0x01}}

func celldService(label string) Service {
	return Service{
		Label: label, Type: CellType, Port: 5683, Text: routerID.Text(), Subtypes: []string{routerID.Cell.Subtype()},
	}
}

// start runs a router that announces a cell with its own label and looks for
// others, until the test ends or stop is called.
func start(t *testing.T, label string, plugs ...plug) *router {
	return startAs(t, label, Mesh, nil, plugs...)
}

func startAs(t *testing.T, label string, reach Reach, adjust func(*wires, *Config), plugs ...plug) *router {
	t.Helper()
	w := &wires{
		cables: map[int]*segment{}, addrs: map[int]netip.Addr{}, ears: map[int]*ear{},
		in: make(chan Packet, 1000), closed: make(chan struct{}),
	}
	l := &links{next: make(chan struct{})}
	for n, p := range plugs {
		prefix := netip.MustParsePrefix(p.addr)
		w.cables[n+1], w.addrs[n+1] = p.to, prefix.Addr()
		l.list = append(l.list, Link{Index: n + 1, Name: "eth" + string(rune('0'+n)), Addrs: []netip.Prefix{prefix}, Wide: p.wide})
	}
	cfg := Config{Host: label, Links: l, Log: slog.New(slog.DiscardHandler), Open: func() (Conn, error) { return w, nil }}
	if adjust != nil {
		adjust(w, &cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Announce(reach, celldService(label)), s.Browse(CellType)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%s: Run: %v", label, err)
		}
	})
	t.Cleanup(stop)
	return &router{s, w, l, stop}
}

// names are those of what is found once all have said what they had to say.
func (r *router) names() (out []string) {
	synctest.Wait()
	found, _ := r.Found()
	for _, f := range found {
		out = append(out, f.Name)
	}
	return out
}

func (r *router) finds(t *testing.T, want ...string) {
	t.Helper()
	if got := r.names(); !slices.Equal(got, want) {
		t.Errorf("%s finds %v, want %v", r.HostName(), got, want)
	}
}

// sighting is a packet that a stranger saw.
type sighting struct {
	after time.Duration // since the stranger came
	msg   *dns.Msg
	size  int
	alone bool
	from  netip.AddrPort
}

// stranger hears everything on a segment and says what a test wants.
type stranger struct {
	t     *testing.T
	seg   *segment
	addr  netip.Addr
	since time.Time
	mu    sync.Mutex
	seen  []sighting
	ear   *ear
}

func (s *segment) stranger(t *testing.T, addr string) *stranger {
	x := &stranger{t: t, seg: s, addr: netip.MustParseAddr(addr), since: time.Now()}
	x.ear = &ear{addr: x.addr, deliver: func(p Packet) {
		if p.From.Addr() == x.addr {
			return
		}
		m := new(dns.Msg)
		if err := m.Unpack(p.Data); err != nil {
			t.Errorf("a packet of ours cannot be read: %v", err)
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		x.seen = append(x.seen, sighting{time.Since(x.since), m, len(p.Data), !p.Multicast, p.From})
	}}
	s.attach(x.ear)
	return x
}

func (x *stranger) say(m *dns.Msg) { x.sayFrom(port, hops, m) }
func (x *stranger) sayFrom(p, hops int, m *dns.Msg) {
	x.t.Helper()
	data, err := m.Pack()
	if err != nil {
		x.t.Fatal(err)
	}
	x.seg.send(data, netip.AddrPortFrom(x.addr, uint16(p)), netip.AddrPort{}, hops)
}

// ask asks all who hear it; class may have the unicast bit.
func (x *stranger) ask(name string, rrtype, class uint16, known ...string) {
	x.t.Helper()
	x.say(question4(name, rrtype, class, known...))
}

// browse asks for routers of cells.
func (x *stranger) browse(known ...string) { x.ask("_celld._udp.local.", dns.TypePTR, in, known...) }

// askOnce asks as a resolver does, from a port of its own.
func (x *stranger) askOnce(name string, rrtype uint16) {
	x.t.Helper()
	x.sayFrom(40000, 64, question4(name, rrtype, in))
}

// announce says what a router says, whole: cell-0d0e0f at the stranger's address.
func (x *stranger) announce() { x.say(neighbour("cell-0d0e0f", x.addr.String())) }

// after waits, and takes what fits of all that was seen meanwhile and before.
func (x *stranger) after(d time.Duration, fit func(sighting) bool) []sighting {
	time.Sleep(d)
	return x.take(fit)
}

// take returns what was seen that fits, and forgets all.
func (x *stranger) take(fit func(sighting) bool) (out []sighting) {
	synctest.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.seen {
		if fit(s) {
			out = append(out, s)
		}
	}
	x.seen = nil
	return out
}

func anything(sighting) bool    { return true }
func probes(s sighting) bool    { return !s.msg.Response && len(s.msg.Ns) > 0 }
func responses(s sighting) bool { return s.msg.Response }
func questions(s sighting) bool { return !s.msg.Response && len(s.msg.Ns) == 0 }
func (s sighting) asks(name string, rrtype uint16) bool {
	return slices.ContainsFunc(s.msg.Question, func(q dns.Question) bool { return q.Name == name && q.Qtype == rrtype })
}

func (x *stranger) forget()             { x.take(anything) }
func (s sighting) has(text string) bool { return strings.Contains(s.msg.String(), text) }

// question4 builds a question; class may have the unicast bit.
func question4(name string, rrtype, class uint16, known ...string) *dns.Msg {
	m := new(dns.Msg)
	m.Question = []dns.Question{{Name: name, Qtype: rrtype, Qclass: class}}
	m.Answer = rrs(known...)
	return m
}

// rrs reads records as in a zone file. "!" in front sets the cache-flush bit.
func rrs(lines ...string) (out []dns.RR) {
	for _, line := range lines {
		text, unique := strings.CutPrefix(line, "!")
		rr, err := dns.NewRR(text)
		if err != nil || rr == nil {
			panic(line)
		}
		if unique {
			rr.Header().Class |= flush
		}
		out = append(out, rr)
	}
	return out
}

func tell(lines ...string) *dns.Msg {
	m := newResponse()
	m.Answer = rrs(lines...)
	return m
}

// neighbour is what another router says, whole.
func neighbour(label, addr string) *dns.Msg {
	return tell(
		"_celld._udp.local. 4500 IN PTR "+label+"._celld._udp.local.",
		"!"+label+"._celld._udp.local. 120 IN SRV 0 0 7000 "+label+".local.",
		"!"+label+"._celld._udp.local. 4500 IN TXT \"txtvers=1\" \"p=1\" \"id=0011223344556677\" \"c=ce11da01\"",
		"!"+label+".local. 120 IN A "+addr,
	)
}

func world(t *testing.T, play func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, play)
}

// loneEngine is one without sockets, clock or chance, that announces a cell and
// looks for others on link 1.
func loneEngine(now time.Time, prefix string) *engine {
	e := newEngine("cell-0a0b0c", true, rand.New(rand.NewPCG(1, 2)).Int64N)
	e.setLinks(now, []Link{{Index: 1, Name: "eth0", Addrs: []netip.Prefix{netip.MustParsePrefix(prefix)}}})
	e.setOffer(now, Mesh, []Service{celldService("cell-0a0b0c")})
	e.setBrowse(now, []string{CellType})
	return e
}

// facing plays between a router, cell-0a0b0c at 10.0.0.1, and a stranger at
// 10.0.0.9 who hears it from its first word on.
func facing(t *testing.T, play func(t *testing.T, x *stranger, a *router)) {
	t.Helper()
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		play(t, x, start(t, "cell-0a0b0c", plug{to: seg, addr: "10.0.0.1/24"}))
	})
}

// facingSettled plays when the router has nothing more to say unasked.
func facingSettled(t *testing.T, play func(t *testing.T, x *stranger, a *router)) {
	t.Helper()
	facing(t, func(t *testing.T, x *stranger, a *router) {
		time.Sleep(settled)
		x.forget()
		play(t, x, a)
	})
}

// settled waits until a router has probed and announced twice.
const settled = 3 * time.Second

func near(got, low, high time.Duration) bool { return got >= low && got <= high }

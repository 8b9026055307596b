package dnssd

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Reach says how far this router makes itself known.
type Reach int

const (
	// Off says nothing on any link, and listens.
	Off Reach = iota
	// Neighbours speaks on links that end at the next router, and listens on wide ones.
	Neighbours
	// Mesh speaks everywhere, on wide links without chatter.
	Mesh
)

// Link is a network interface that is up, as the caller sees it.
type Link struct {
	Index int
	Name  string
	// Addrs are the addresses of this router there that others can reach it by.
	Addrs []netip.Prefix
	// Wide is true where multicast is carried through a whole mesh (a bridge
	// into batman-adv): there one asks once an hour, and refreshes no address.
	Wide bool
}

func (l Link) equal(o Link) bool {
	return l.Index == o.Index && l.Name == o.Name && l.Wide == o.Wide && slices.Equal(l.Addrs, o.Addrs)
}

// Links tells which links are to be used now. The channel is closed when that
// is no longer so.
type Links interface {
	Links() ([]Link, <-chan struct{})
}

// Service is what a Station announces.
type Service struct {
	Label    string // of the instance: letters, digits and hyphens
	Type     string // "_celld._udp"
	Port     uint16
	Text     []string // "key=value"
	Subtypes []string // "_0a1b2c3d"
}

// Instance is a service that somebody announces, as a hint.
type Instance struct {
	Name  string // its first label, made printable
	Type  string
	Host  string
	Link  int
	Port  uint16
	Addrs []netip.Addr // on the link, with its zone where link-local
	Text  []string
}

func (i Instance) equal(o Instance) bool {
	return i.Name == o.Name && i.Type == o.Type && i.Host == o.Host && i.Link == o.Link && i.Port == o.Port &&
		slices.Equal(i.Addrs, o.Addrs) && slices.Equal(i.Text, o.Text)
}

// AddrPorts returns where the instance may be dialled.
func (i Instance) AddrPorts() []netip.AddrPort {
	out := make([]netip.AddrPort, len(i.Addrs))
	for n, a := range i.Addrs {
		out[n] = netip.AddrPortFrom(a, i.Port)
	}
	return out
}

// Config is what a Station needs from its caller.
type Config struct {
	Host  string // the host's own label, like "cell-0a1b2c"
	Links Links
	Log   *slog.Logger
	// Open opens port 5353; nil takes the machine's. For tests.
	Open func() (Conn, error)
	// Prefer, which may be nil, tells by its text whether an instance matters
	// here: when there is no more room, others go first. It is called from Run.
	Prefer func(text []string) bool
}

// Station is a multicast DNS host: it announces, answers and browses. Its
// methods may be called at any time, from any goroutine.
type Station struct {
	cfg  Config
	wake chan struct{}

	mu      sync.Mutex // guards what follows
	wish    wish
	found   []Instance
	changed chan struct{}
	stats   Stats
	name    string
}

// wish is what the callers of a Station want of it.
type wish struct {
	reach    Reach
	services []Service
	browse   []string
}

// New returns a Station that is silent until Announce and Browse are called.
// It fails where the host's label cannot be a label.
func New(cfg Config) (*Station, error) {
	if err := checkLabel(cfg.Host); err != nil {
		return nil, err
	}
	if cfg.Open == nil {
		cfg.Open = Open
	}
	return &Station{cfg: cfg, wake: make(chan struct{}, 1), changed: make(chan struct{}), name: cfg.Host}, nil
}

// Announce replaces what is announced, and how far. What was announced before
// and is no longer is taken leave of.
func (s *Station) Announce(reach Reach, services ...Service) error {
	for _, v := range services {
		if err := v.check(); err != nil {
			return err
		}
	}
	s.want(func(w *wish) { w.reach, w.services = reach, slices.Clone(services) })
	return nil
}

// Browse replaces the service types that are looked for, like "_celld._udp" or
// "_0a1b2c3d._sub._celld._udp". It has no effect on links where reach forbids
// to speak but what others announce there is heard.
func (s *Station) Browse(types ...string) error {
	for _, t := range types {
		if err := checkType(t); err != nil {
			return err
		}
	}
	s.want(func(w *wish) { w.browse = slices.Clone(types) })
	return nil
}

func (s *Station) want(change func(*wish)) {
	s.mu.Lock()
	change(&s.wish)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Found returns what others announce now, sorted, and a channel that is closed
// when that, or HostName, has changed.
func (s *Station) Found() ([]Instance, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.found, s.changed
}

// Stats returns what was counted since Run began.
func (s *Station) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// HostName returns the name of this host, which a conflict may have changed.
func (s *Station) HostName() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name + "." + domain
}

// Run announces, answers and browses until ctx ends; then it takes leave of
// every link and returns nil. While port 5353 cannot be opened it tries again.
func (s *Station) Run(ctx context.Context) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		begun := time.Now()
		conn, err := s.cfg.Open()
		if err == nil {
			err = s.session(ctx, conn)
		}
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(begun) > time.Minute {
			wait = time.Second // it held for a while
		}
		s.cfg.Log.Warn("multicast DNS stopped and starts again", "err", err, "in", wait)
		s.publish(nil, s.cfg.Host, Stats{})
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// session runs on one opened port, until ctx ends or reading fails.
func (s *Station) session(ctx context.Context, conn Conn) error {
	packets, failed := make(chan Packet, atOnce-1), make(chan error, 1)
	stop := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() { failed <- read(conn, packets, stop) })
	defer reader.Wait()
	defer conn.Close() // wakes the reader
	defer close(stop)

	d := driver{s: s, conn: conn, engine: newEngine(s.cfg.Host, conn.Exclusive(), rand.Int64N), joined: map[int]bool{}, six: map[int]bool{}}
	d.engine.prefer = s.cfg.Prefer
	for {
		moved := d.turn()
		var timer <-chan time.Time
		if at := d.next(); !at.IsZero() {
			timer = time.After(time.Until(at))
		}
		select {
		case <-ctx.Done():
			d.engine.leave()
			d.send()
			return nil
		case err := <-failed:
			return err
		case p := <-packets:
			d.hear(p, packets)
		case <-s.wake:
		case <-moved:
		case <-timer:
		}
	}
}

// atOnce is how many packets are heard before anything is done about them.
const atOnce = 16

// hear takes in a packet and those that wait behind it: a turn looks at every link
// and all that is remembered there, and a flood is not to cost one for each packet.
func (d *driver) hear(p Packet, more <-chan Packet) {
	d.engine.receive(time.Now(), p)
	for range atOnce - 1 {
		select {
		case p = <-more:
			d.engine.receive(time.Now(), p)
		default:
			return
		}
	}
}

// read passes packets on until the port is closed.
func read(conn Conn, to chan<- Packet, stop <-chan struct{}) error {
	for {
		p, err := conn.Read()
		if err != nil {
			return err
		}
		select {
		case to <- p:
		case <-stop:
			return net.ErrClosed
		}
	}
}

// driver keeps an engine and a port together. It belongs to one session.
type driver struct {
	s      *Station
	conn   Conn
	engine *engine
	joined map[int]bool // false: joining failed
	six    map[int]bool // the link had an address of IPv6
	again  time.Time    // when to try joining again
	warned string
}

const joinAgain = 5 * time.Second

// turn brings the engine up to date with its links, wishes and the clock, sends
// what it has to say and publishes what it found.
func (d *driver) turn() <-chan struct{} {
	links, moved := d.s.cfg.Links.Links()
	now := time.Now()
	d.engine.setLinks(now, d.join(now, links))
	d.s.mu.Lock()
	w := d.s.wish
	d.s.mu.Unlock()
	d.engine.setOffer(now, w.reach, w.services)
	d.engine.setBrowse(now, w.browse)
	d.engine.tick(now)
	d.send()
	if d.engine.news {
		d.engine.news = false
		d.s.publish(d.engine.found(), d.engine.host.label(), d.engine.stats)
	} else {
		d.s.count(d.engine.stats)
	}
	return moved
}

// join enters the group on new links and leaves it on those that went. It
// returns those that may be used.
func (d *driver) join(now time.Time, links []Link) (usable []Link) {
	retry := !d.again.IsZero() && !now.Before(d.again)
	here, failed := map[int]bool{}, false
	for _, l := range links {
		here[l.Index] = true
		ok, known := d.joined[l.Index]
		if d.stale(l) || !known || retry && !ok {
			err := d.conn.Join(l)
			ok = err == nil
			d.joined[l.Index] = ok
			d.warn("join", l.Name, err)
		}
		if ok {
			usable = append(usable, l)
		}
		failed = failed || !ok
	}
	switch {
	case !failed:
		d.again = time.Time{}
	case retry || d.again.IsZero():
		d.again = now.Add(joinAgain)
	}
	for i := range d.joined {
		if !here[i] {
			d.conn.Leave(i)
			delete(d.joined, i)
			delete(d.six, i)
		}
	}
	return usable
}

// stale tells whether a link is to be joined anew since IPv6 came or went there. Where
// it goes, as with an MTU below 1280, the kernel forgets the group and the socket does not.
func (d *driver) stale(l Link) bool {
	six := slices.ContainsFunc(l.Addrs, func(p netip.Prefix) bool { return p.Addr().Is6() })
	was, known := d.six[l.Index]
	d.six[l.Index] = six
	if was && !six {
		d.conn.Leave(l.Index)
	}
	return known && was != six
}

func (d *driver) next() time.Time { return earlier(d.engine.next(), d.again) }

func (d *driver) send() {
	for _, o := range d.engine.take() {
		if err := d.conn.Send(o); err != nil {
			d.engine.stats.Unsent++
			d.warn("send", "", err)
		}
	}
}

// warn logs a trouble once, not with every packet that meets it.
func (d *driver) warn(doing, link string, err error) {
	if err == nil || d.warned == doing+link+err.Error() {
		return
	}
	d.warned = doing + link + err.Error()
	d.s.cfg.Log.Warn("multicast DNS cannot "+doing, "link", link, "err", err)
}

func (s *Station) publish(found []Instance, name string, stats Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats = stats
	if s.name == name && slices.EqualFunc(s.found, found, Instance.equal) {
		return
	}
	s.name, s.found = name, found
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Station) count(stats Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats = stats
}

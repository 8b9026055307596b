package dnssd

import (
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// Times of RFC 6762, with their sections.
const (
	probeGap     = 250 * time.Millisecond // 8.1
	probeCount   = 3                      // 8.1
	lostTiebreak = time.Second            // 8.2
	tooMany      = 15                     // 8.1: conflicts in conflictSpan
	conflictSpan = 10 * time.Second
	calmDown     = 5 * time.Second
	announceGap  = time.Second            // 8.3
	announceMany = 2                      // 8.3
	sharedMin    = 20 * time.Millisecond  // 6
	sharedMax    = 120 * time.Millisecond // 6
	heldMin      = 400 * time.Millisecond // 7.2
	heldMax      = 500 * time.Millisecond // 7.2
	sendGap      = time.Second            // 6: a record is not sent again within
	defendGap    = 250 * time.Millisecond // 6: unless a probe asks
	sameMoment   = 200 * time.Millisecond // 6: and who asks within has just heard it
	farewell     = time.Second            // 10.1, 10.2: a record lives on for
	hostTTL      = 120 * time.Second      // 10
	otherTTL     = 75 * time.Minute       // 10
	legacyTTL    = 10 * time.Second       // 6.7
	firstAsk     = time.Second            // 5.2
	lastAsk      = time.Hour              // 5.2
	aloneTime    = 2 * time.Second        // 6: an answer to us alone comes within
)

// flush is the cache-flush bit of a record, and the unicast bit of a question.
const flush = 1 << 15

// Out is a packet to be sent: to the group on a link, both families, or to To.
type Out struct {
	Link int
	To   netip.AddrPort
	Data []byte
}

// Stats counts what happened since a Station started.
type Stats struct {
	Received  int // packets from others
	Malformed int // packets that could not be read
	Ignored   int // packets that broke a rule: sender, port, hop limit, link
	Own       int // packets of our own, heard again
	Refused   int // records there was no room for, or that cannot be true
	Sent      int // packets handed to the kernel
	Unsent    int // packets the kernel did not take
	Dropped   int // answers not given since too many were asked for at once
	Conflicts int // names of ours that somebody else held
}

// engine decides what to send: it has no clock and no socket, and belongs to
// one goroutine.
type engine struct {
	chance    func(int64) int64 // uniform in [0, n)
	exclusive bool              // no other program here shares port 5353
	prefer    func([]string) bool

	reach     Reach
	host      *claim
	services  []*claim
	browse    []string // full names, folded
	links     map[int]*link
	order     []int // of links, so that what is sent has one order
	conflicts []time.Time
	calm      bool // there were too many, and no name has been won since
	echoes    echoes

	out   []Out
	news  bool // found, the name or a count that people see may have changed
	stats Stats
}

func newEngine(host string, exclusive bool, chance func(int64) int64) *engine {
	return &engine{
		chance: chance, exclusive: exclusive, news: true,
		host: &claim{base: host}, links: map[int]*link{}, echoes: newEchoes(),
	}
}

// link is what the engine knows of one link.
type link struct {
	Link
	speaks   bool
	standing map[*claim]*standing
	sent     map[string]time.Time // when a record was last multicast
	pending  []pending
	unicast  []unicast
	held     []*held
	quota    quota
	cache    cache
	asks     map[question]*ask
	alone    time.Time // when an answer to us alone was last asked for
}

// asks tells whether one may ask freely on l.
func (l *link) chatty() bool { return l.speaks && !l.Wide }

func (e *engine) between(low, high time.Duration) time.Duration {
	return low + time.Duration(e.chance(int64(high-low)+1))
}

// setLinks takes what links there are now: new ones are probed and announced
// on, those that went are forgotten with all that was heard there.
func (e *engine) setLinks(now time.Time, links []Link) {
	here := map[int]bool{}
	for _, given := range links {
		if here[given.Index] {
			continue
		}
		here[given.Index] = true
		old := e.links[given.Index]
		switch {
		case old == nil:
			e.order = append(e.order, given.Index)
			e.links[given.Index] = newLink(given)
			e.setSpeaks(now, e.links[given.Index])
		case !old.Link.equal(given):
			e.change(now, old, given)
		}
	}
	for _, i := range slices.Clone(e.order) {
		if !here[i] {
			e.news = e.news || e.links[i].cache.size() > 0
			delete(e.links, i)
			e.order = slices.DeleteFunc(e.order, func(n int) bool { return n == i })
		}
	}
	slices.Sort(e.order)
}

func newLink(given Link) *link {
	return &link{
		Link: given, standing: map[*claim]*standing{}, sent: map[string]time.Time{},
		cache: newCache(), asks: map[question]*ask{},
	}
}

// change announces the addresses of a link anew (RFC 6762 section 8.4), though none of
// them twice within a second, and takes leave of those that were said and are gone.
func (e *engine) change(now time.Time, l *link, given Link) {
	gone := e.hostRecords(l)
	l.Link = given
	e.setSpeaks(now, l)
	stay := e.hostRecords(l)
	gone = slices.DeleteFunc(gone, func(r record) bool { return contains(stay, r.rr) })
	l.drop(gone)
	gone = slices.DeleteFunc(gone, func(r record) bool { return l.sent[key(r.rr)].IsZero() })
	if st := l.standing[e.host]; l.speaks && st != nil && st.owned {
		e.multicast(l, farewells(gone), nil)
		for _, r := range gone {
			delete(l.sent, key(r.rr))
		}
		st.announce, st.due = announceMany, now
		for _, r := range stay {
			if next := l.sent[key(r.rr)].Add(sendGap); next.After(st.due) {
				st.due = next
			}
		}
	}
	e.news = true // a zone may have a new name, an address be ours now
}

// may tells whether reach allows to speak on l.
func (e *engine) may(l Link) bool {
	return len(l.Addrs) > 0 && (e.reach == Mesh || e.reach == Neighbours && !l.Wide)
}

// setSpeaks lets a link speak, or silences it after taking leave.
func (e *engine) setSpeaks(now time.Time, l *link) {
	may := e.may(l.Link)
	if may == l.speaks {
		return
	}
	if may {
		l.speaks = true
		e.probeAll(now, l)
		clear(l.asks)
		return
	}
	if len(l.Addrs) > 0 {
		e.takeLeave(l, e.claims())
	}
	l.speaks = false
	clear(l.standing)
	clear(l.asks)
	l.pending, l.unicast, l.held = nil, nil, nil
}

func (e *engine) claims() []*claim { return append([]*claim{e.host}, e.services...) }

// setOffer takes what is to be announced, and how far.
func (e *engine) setOffer(now time.Time, reach Reach, services []Service) {
	if !slices.EqualFunc(e.services, services, func(c *claim, s Service) bool { return c.service.equal(s) }) {
		e.setServices(now, services)
	}
	if reach == e.reach {
		return
	}
	// Whoever falls silent takes leave first, as setSpeaks does by reach.
	e.reach = reach
	for _, i := range e.order {
		e.setSpeaks(now, e.links[i])
	}
}

func (e *engine) setServices(now time.Time, services []Service) {
	old := e.services
	e.services = nil
	for _, s := range services {
		n := slices.IndexFunc(old, func(c *claim) bool { return c.service.equal(s) })
		if n >= 0 {
			e.services = append(e.services, old[n])
			old = slices.Delete(slices.Clone(old), n, n+1)
			continue
		}
		e.services = append(e.services, &claim{base: s.Label, service: &s})
	}
	for _, i := range e.order {
		l := e.links[i]
		if l.speaks {
			e.takeLeave(l, old)
			e.probeAll(now, l)
		}
		for _, c := range old {
			delete(l.standing, c)
		}
	}
}

// tick does what is due.
func (e *engine) tick(now time.Time) {
	for _, i := range e.order {
		l := e.links[i]
		e.expire(now, l)
		if l.speaks {
			e.stand(now, l)
			e.answer(now, l)
			e.inquire(now, l)
		}
		for key, at := range l.sent {
			if now.Sub(at) > otherTTL {
				delete(l.sent, key)
			}
		}
	}
}

// next tells when tick has something to do; zero is never.
func (e *engine) next() (at time.Time) {
	for _, l := range e.links {
		at = earlier(at, l.cache.next(l.chatty(), l.speaks))
		if !l.speaks {
			continue
		}
		for _, st := range l.standing {
			at = earlier(at, st.due)
		}
		for _, p := range l.pending {
			at = earlier(at, p.due)
		}
		for _, u := range l.unicast {
			at = earlier(at, u.due)
		}
		for _, h := range l.held {
			at = earlier(at, h.due)
		}
		for _, a := range l.asks {
			at = earlier(at, a.due)
		}
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// leave says goodbye on every link.
func (e *engine) leave() {
	for _, i := range e.order {
		if l := e.links[i]; l.speaks {
			e.takeLeave(l, e.claims())
		}
	}
}

// take returns what is to be sent, and forgets it.
func (e *engine) take() []Out {
	out := e.out
	e.out = nil
	e.stats.Sent += len(out)
	return out
}

// receive takes a packet that was heard on a link.
func (e *engine) receive(now time.Time, p Packet) {
	l := e.links[p.Link]
	if l == nil {
		e.stats.Ignored++
		return
	}
	if e.echoes.own(now, p, e.ours(p.From.Addr())) {
		e.stats.Own++
		return
	}
	e.stats.Received++
	m, err := parse(p.Data)
	if err != nil {
		e.stats.Malformed++
		return
	}
	if !p.Multicast && !l.has(p.From.Addr()) {
		e.stats.Ignored++ // RFC 6762 section 11: from beyond the link
		return
	}
	if m.Response {
		e.response(now, l, p, m)
	} else {
		e.query(now, l, p, m)
	}
}

// response hears what others say: of our names, and of what is looked for.
func (e *engine) response(now time.Time, l *link, p Packet, m *dns.Msg) {
	// RFC 6762 section 11: not from another port, nor through a router.
	if p.From.Port() != port || p.Hops >= 0 && p.Hops != 255 {
		e.stats.Ignored++
		return
	}
	// Section 6: what nobody else hears nobody else can object to, so who was
	// not asked has nothing to tell us alone.
	if !p.Multicast && now.Sub(l.alone) > aloneTime {
		e.stats.Ignored++
		return
	}
	heard := hear(m.Answer, m.Extra)
	for _, h := range heard {
		e.guard(now, l, h)
	}
	e.remember(now, l, heard)
}

// maxRecords of one packet are looked at; who has more to say says it in more.
const maxRecords = 256

// heard is a record of somebody else, with class and TTL taken apart.
type heard struct {
	rr    dns.RR
	ttl   time.Duration
	flush bool
}

func hear(sections ...[]dns.RR) (out []heard) {
	for _, rr := range slices.Concat(sections...) {
		h := rr.Header()
		if len(out) == maxRecords {
			break
		}
		if h.Class&^flush != dns.ClassINET || h.Rrtype == dns.TypeOPT {
			continue
		}
		out = append(out, heard{rr, min(time.Duration(h.Ttl)*time.Second, otherTTL), h.Class&flush != 0})
		h.Class &^= flush
		h.Ttl = 0
	}
	return out
}

// has tells whether a is an address on l by its prefixes.
func (l *link) has(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLinkLocalUnicast() && a.Is6() {
		return true
	}
	return slices.ContainsFunc(l.Addrs, func(p netip.Prefix) bool { return p.Contains(a) })
}

// ours tells whether a is an address of this router on any link.
func (e *engine) ours(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, l := range e.links {
		for _, p := range l.Addrs {
			if p.Addr().WithZone("") == a {
				return true
			}
		}
	}
	return false
}

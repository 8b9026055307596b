package dnssd

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// What one link may make us remember: about 200 kB.
const (
	maxInstances = 64 // instances of what is looked for
	maxSet       = 2  // SRV or TXT records of one instance
	maxAddresses = 8  // of one host
)

// question is a name and a type.
type question struct {
	name   string // folded
	rrtype uint16
}

// entry is a record that was heard, without its TTL.
type entry struct {
	rr       dns.RR
	points   string // to which name, folded: of PTR and SRV records
	heard    time.Time
	ttl      time.Duration
	expires  time.Time
	jitter   time.Duration
	refresh  int  // how many of refreshAt have been asked for
	farewell bool // it ends, and is not asked for
}

// refreshAt are the parts of its life, in percent, after which a record that is
// wanted is asked for again (RFC 6762 section 5.2).
var refreshAt = []time.Duration{80, 85, 90, 95}

// shortest is the life of which a twentieth, the time between two of those, is a second:
// section 5.2 has no question asked again sooner. What lives shorter is told anew by
// whoever says so, or goes; otherwise one packet a second had everybody send dozens.
const shortest = 20 * time.Second

// due tells when to ask for the record again; zero is never.
func (n *entry) due() time.Time {
	if n.farewell || n.refresh == len(refreshAt) || n.ttl < shortest {
		return time.Time{}
	}
	return n.heard.Add(n.ttl*refreshAt[n.refresh]/100 + n.jitter)
}

// cache is what was heard on a link of what is looked for: an index by name
// and type, of bounded size. Nothing else that is heard is kept.
type cache struct {
	sets   map[question][]*entry
	leaves []*entry // for what one packet brings, if there is no room; nil when nobody has looked
}

func newCache() cache { return cache{sets: map[question][]*entry{}} }

func (c *cache) size() (n int) {
	for _, set := range c.sets {
		n += len(set)
	}
	return n
}

// short tells the types that live two minutes and are renewed more often than
// is fit where one may not chatter.
func short(rrtype uint16) bool {
	return rrtype == dns.TypeSRV || rrtype == dns.TypeA || rrtype == dns.TypeAAAA
}

// lasting tells whether an entry stays past its time, as a hint: on links where
// one may not ask for it again, until its instance goes.
func (n *entry) lasting(chatty bool) bool {
	return !chatty && !n.farewell && short(n.rr.Header().Rrtype)
}

// next tells when something expires or is to be asked for again.
func (c *cache) next(chatty, speaks bool) (at time.Time) {
	for _, set := range c.sets {
		for _, n := range set {
			if n.lasting(chatty) {
				continue
			}
			at = earlier(at, n.expires)
			if speaks {
				at = earlier(at, n.due())
			}
		}
	}
	return at
}

func of(rr dns.RR) question { return question{fold(rr.Header().Name), rr.Header().Rrtype} }

// remember keeps of what was heard that which is looked for: instances first,
// then what is said of them, then their hosts.
func (e *engine) remember(now time.Time, l *link, all []heard) {
	jitter := time.Duration(e.chance(2000)) // of a life, in 1/100 000
	for _, stage := range [][]uint16{{dns.TypePTR}, {dns.TypeSRV, dns.TypeTXT}, {dns.TypeA, dns.TypeAAAA}} {
		for _, h := range all {
			if slices.Contains(stage, h.rr.Header().Rrtype) && e.wanted(l, of(h.rr)) {
				e.keep(now, l, h, jitter)
			}
		}
		if l.cache.leaves != nil { // once a packet: it may bring hundreds
			l.cache.leaves = nil
			e.prune(l)
		}
	}
}

// wanted tells whether a name and type belongs to what is looked for.
func (e *engine) wanted(l *link, q question) bool {
	switch q.rrtype {
	case dns.TypePTR:
		return slices.Contains(e.browse, q.name)
	case dns.TypeSRV, dns.TypeTXT:
		return l.cache.instance(q.name, e.browse)
	default:
		return l.cache.target(q.name)
	}
}

// pointsTo returns the name that a record points to.
func pointsTo(rr dns.RR) string {
	switch rr := rr.(type) {
	case *dns.PTR:
		return fold(rr.Ptr)
	case *dns.SRV:
		return fold(rr.Target)
	}
	return ""
}

// instance tells whether a name is that of an instance.
func (c *cache) instance(name string, browse []string) bool {
	return slices.ContainsFunc(browse, func(b string) bool {
		return slices.ContainsFunc(c.sets[question{b, dns.TypePTR}], func(n *entry) bool { return n.points == name })
	})
}

// target tells whether a name is that of an instance's host.
func (c *cache) target(name string) bool {
	for q, set := range c.sets {
		if q.rrtype == dns.TypeSRV && slices.ContainsFunc(set, func(n *entry) bool { return n.points == name }) {
			return true
		}
	}
	return false
}

// keep takes one wanted record into the cache.
func (e *engine) keep(now time.Time, l *link, h heard, jitter time.Duration) {
	if !e.plausible(l, h.rr) {
		e.stats.Refused++
		return
	}
	q := of(h.rr)
	set := l.cache.sets[q]
	n := &entry{rr: h.rr, points: pointsTo(h.rr), heard: now, ttl: h.ttl, expires: now.Add(h.ttl), jitter: h.ttl * jitter / 100_000}
	if h.ttl == 0 {
		n.farewell, n.expires = true, now.Add(farewell)
	}
	if h.flush { // RFC 6762 section 10.2
		for _, old := range set {
			if now.Sub(old.heard) > farewell && !old.same(n) {
				old.end(now)
			}
		}
	}
	at := slices.IndexFunc(set, func(old *entry) bool { return old.same(n) })
	switch {
	case at >= 0:
		if !(n.farewell && set[at].farewell) {
			set[at] = n
		}
	case n.farewell:
		return // nothing to forget
	default:
		e.news = true
		l.cache.sets[q] = e.insert(l, q, n)
	}
}

// same tells whether two entries of one name and type say the same. Of instances there
// may be many, and each that somebody invents is held against all of them.
func (n *entry) same(o *entry) bool {
	if n.rr.Header().Rrtype == dns.TypePTR {
		return n.points == o.points
	}
	return equal(n.rr, o.rr)
}

func (n *entry) end(now time.Time) {
	if !n.farewell {
		n.farewell, n.expires = true, now.Add(farewell)
	}
}

// insert finds room for n.
func (e *engine) insert(l *link, q question, n *entry) []*entry {
	room := maxSet
	switch q.rrtype {
	case dns.TypePTR:
		if e.makeRoom(l) {
			return append(l.cache.sets[q], n)
		}
		return l.cache.sets[q]
	case dns.TypeA, dns.TypeAAAA:
		room = maxAddresses
	}
	set := l.cache.sets[q]
	if len(set) >= room {
		e.stats.Refused++
		sort.SliceStable(set, func(i, j int) bool { return set[i].heard.Before(set[j].heard) })
		set = slices.Delete(set, 0, 1)
	}
	return append(set, n)
}

// makeRoom forgets an instance when there is no room for one more: one that does not
// matter here, and of these the one that was heard of longest ago. Where all matter it
// tells that there is none: anybody may say that they do, and who was here first stays.
func (e *engine) makeRoom(l *link) bool {
	var all []*entry
	for _, b := range e.browse {
		all = append(all, l.cache.sets[question{b, dns.TypePTR}]...)
	}
	if len(all) < maxInstances {
		return true
	}
	e.stats.Refused++
	if l.cache.leaves == nil {
		l.cache.leaves = e.dispensable(l, all)
	}
	for len(l.cache.leaves) > 0 {
		gone := l.cache.leaves[0]
		l.cache.leaves = l.cache.leaves[1:]
		if q := of(gone.rr); slices.Contains(l.cache.sets[q], gone) { // else it was said again just now
			l.cache.sets[q] = slices.DeleteFunc(l.cache.sets[q], func(n *entry) bool { return n == gone })
			return true
		}
	}
	return false
}

// dispensable lists the instances that do not matter here, in the order in which they go.
func (e *engine) dispensable(l *link, all []*entry) []*entry {
	sort.SliceStable(all, func(i, j int) bool { return all[i].heard.Before(all[j].heard) })
	return slices.DeleteFunc(all, func(n *entry) bool { return e.prefer != nil && e.prefer(l.cache.text(n.points)) })
}

// plausible refuses what cannot be dialled or would take too much room.
func (e *engine) plausible(l *link, rr dns.RR) bool {
	switch rr := rr.(type) {
	case *dns.PTR:
		return true
	case *dns.SRV:
		return rr.Port != 0
	case *dns.TXT:
		size := 0
		for _, s := range rr.Txt {
			size += len(unescape(s)) + 1
		}
		return size <= maxText
	case *dns.A, *dns.AAAA:
		// An address beyond the link would let anybody send us to anyone;
		// one of ours is the address that all routers of a mesh share.
		a := address(rr)
		return a.IsValid() && !a.IsMulticast() && !a.IsLoopback() && l.has(a) && !e.ours(a)
	}
	return false
}

// expire forgets what has had its time, and what was said of it.
func (e *engine) expire(now time.Time, l *link) {
	gone := false
	for q, set := range l.cache.sets {
		rest := slices.DeleteFunc(set, func(n *entry) bool {
			return !now.Before(n.expires) && !n.lasting(l.chatty())
		})
		gone = gone || len(rest) < len(set)
		l.cache.sets[q] = rest
		if len(rest) == 0 {
			delete(l.cache.sets, q)
		}
	}
	if gone {
		e.news = true
		e.prune(l)
	}
}

// prune forgets what belongs to no instance any more.
func (e *engine) prune(l *link) {
	pointed := map[string]bool{}
	for q, set := range l.cache.sets {
		if q.rrtype == dns.TypePTR && !slices.Contains(e.browse, q.name) {
			delete(l.cache.sets, q)
			continue
		}
		if q.rrtype == dns.TypePTR {
			note(pointed, set)
		}
	}
	hosts := map[string]bool{}
	for q, set := range l.cache.sets {
		switch {
		case q.rrtype != dns.TypeSRV && q.rrtype != dns.TypeTXT:
		case !pointed[q.name]:
			delete(l.cache.sets, q)
		case q.rrtype == dns.TypeSRV:
			note(hosts, set)
		}
	}
	for q := range l.cache.sets {
		if (q.rrtype == dns.TypeA || q.rrtype == dns.TypeAAAA) && !hosts[q.name] {
			delete(l.cache.sets, q)
		}
	}
}

func note(names map[string]bool, set []*entry) {
	for _, n := range set {
		names[n.points] = true
	}
}

// text returns the strings of the TXT record that was heard last.
func (c *cache) text(name string) (out []string) {
	set := c.sets[question{name, dns.TypeTXT}]
	if len(set) == 0 {
		return nil
	}
	for _, s := range set[len(set)-1].rr.(*dns.TXT).Txt {
		out = append(out, unescape(s))
	}
	return out
}

// setBrowse takes what is to be looked for.
func (e *engine) setBrowse(now time.Time, types []string) {
	var names []string
	for _, t := range types {
		names = append(names, fold(t+"."+domain))
	}
	slices.Sort(names)
	if names = slices.Compact(names); slices.Equal(names, e.browse) {
		return
	}
	e.browse, e.news = names, true
	for _, i := range e.order {
		e.prune(e.links[i])
	}
}

// found lists the instances that can be dialled, on every link.
func (e *engine) found() (out []Instance) {
	for _, i := range e.order {
		l := e.links[i]
		for _, b := range e.browse {
			for _, n := range l.cache.sets[question{b, dns.TypePTR}] {
				if v, ok := l.resolve(n.rr.(*dns.PTR).Ptr); ok {
					v.Type = strings.TrimSuffix(b, "."+domain)
					out = append(out, v)
				}
			}
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		return cmp.Or(cmp.Compare(a.Link, b.Link), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host)) < 0
	})
	return out
}

// resolve puts together what was heard of an instance.
func (l *link) resolve(name string) (v Instance, ok bool) {
	key := fold(name)
	servers := l.cache.sets[question{key, dns.TypeSRV}]
	if len(servers) == 0 {
		return v, false
	}
	srv := servers[len(servers)-1].rr.(*dns.SRV)
	v = Instance{Name: firstLabel(name), Host: strings.TrimSuffix(srv.Target, "."), Link: l.Index, Port: srv.Port, Text: l.cache.text(key)}
	for _, t := range []uint16{dns.TypeAAAA, dns.TypeA} {
		for _, n := range l.cache.sets[question{servers[len(servers)-1].points, t}] {
			a := address(n.rr)
			if a.IsLinkLocalUnicast() && a.Is6() {
				a = a.WithZone(l.Name)
			}
			v.Addrs = append(v.Addrs, a)
		}
	}
	return v, len(v.Addrs) > 0
}

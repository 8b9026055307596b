package dnssd

import (
	"bytes"
	"slices"
	"sort"
	"time"

	"github.com/miekg/dns"
)

// guard judges what somebody says against what is ours.
func (e *engine) guard(now time.Time, l *link, h heard) {
	for _, c := range e.claims() {
		st := l.standing[c]
		if st == nil || !st.owned && st.probes == 0 || !concerns(c, h.rr) {
			continue
		}
		if mine, ok := e.mine(c, h.rr); ok {
			e.agree(now, l, st, mine, h)
			continue
		}
		if !same(c.name(), h.rr.Header().Name) || h.ttl == 0 || h.rr.Header().Rrtype == dns.TypeNSEC {
			continue
		}
		switch {
		case !st.owned && st.probes > 0:
			e.rename(now, c) // RFC 6762 section 8.1: somebody has it
		case st.owned && contradicts(c, h.rr):
			e.reclaim(now, c) // section 9: find out whose it is
		}
	}
}

// concerns tells quickly that a record is none of the claim's.
func concerns(c *claim, rr dns.RR) bool {
	if ptr, ok := rr.(*dns.PTR); ok {
		return same(ptr.Ptr, c.name()) || c.service != nil && same(ptr.Ptr, c.service.Type+"."+domain)
	}
	return same(rr.Header().Name, c.name())
}

// mine finds a record among those that the claim says on any link: what our
// other interfaces say is no conflict (RFC 6762 section 14).
func (e *engine) mine(c *claim, rr dns.RR) (record, bool) {
	said := key(rr)
	for _, i := range e.order {
		for _, r := range e.records(c, e.links[i]) {
			if r.rr.Header().Rrtype == rr.Header().Rrtype && key(r.rr) == said {
				return r, true
			}
		}
	}
	return record{}, false
}

// agree handles somebody who says the same as we do.
func (e *engine) agree(now time.Time, l *link, st *standing, mine record, h heard) {
	if !st.owned || !l.speaks {
		return
	}
	if h.ttl < mine.ttl()/2 {
		// RFC 6762 section 6.6, 10.1: others would forget it too soon.
		e.schedule(now, l, mine, now.Add(e.between(sharedMin, sharedMax)), sendGap)
		return
	}
	if !mine.unique && h.ttl >= mine.ttl() {
		l.unschedule(mine.rr) // section 7.4: it has just been said
	}
}

// contradicts tells whether rr is of a type that the claim says itself.
func contradicts(c *claim, rr dns.RR) bool {
	t := rr.Header().Rrtype
	if c.service == nil {
		return t == dns.TypeA || t == dns.TypeAAAA
	}
	return t == dns.TypeSRV || t == dns.TypeTXT
}

// rename gives a name up to whoever has it, and claims the next. The name is
// not taken leave of: it is somebody's.
func (e *engine) rename(now time.Time, c *claim) {
	e.stats.Conflicts++
	e.news = true
	c.number++
	if c == e.host {
		e.again(now, e.claims()) // the services point to it
		return
	}
	e.again(now, []*claim{c})
}

// reclaim probes for a name that somebody else uses, too.
func (e *engine) reclaim(now time.Time, c *claim) {
	e.stats.Conflicts++
	e.again(now, []*claim{c})
}

// again probes for claims on all links, and not in haste when that goes on and
// on (RFC 6762 section 8.1).
func (e *engine) again(now time.Time, claims []*claim) {
	e.conflicts = append(e.conflicts, now)
	if len(e.conflicts) > tooMany {
		e.conflicts = e.conflicts[1:]
	}
	e.calm = e.calm || len(e.conflicts) == tooMany && now.Sub(e.conflicts[0]) < conflictSpan
	wait := e.between(0, probeGap)
	if e.calm {
		wait += calmDown
	}
	for _, i := range e.order {
		l := e.links[i]
		for _, c := range claims {
			if l.standing[c] != nil {
				l.standing[c] = &standing{due: now.Add(wait)}
			}
		}
		l.pending, l.unicast, l.held = nil, nil, nil
	}
}

// tiebreak judges a probe for a name that we are probing for ourselves: the
// later data wins, the other waits (RFC 6762 section 8.2).
func (e *engine) tiebreak(now time.Time, l *link, m *dns.Msg) {
	theirs := hear(m.Ns)
	for _, c := range e.claims() {
		st := l.standing[c]
		if st == nil || st.owned || st.probes == 0 {
			continue
		}
		var rivals []dns.RR
		for _, h := range theirs {
			if same(h.rr.Header().Name, c.name()) {
				rivals = append(rivals, h.rr)
			}
		}
		if len(rivals) == 0 || e.proposed(c, rivals) {
			continue
		}
		var ours []dns.RR
		for _, r := range uniques(e.records(c, l)) {
			ours = append(ours, r.rr)
		}
		if compareProbes(ours, rivals) < 0 {
			e.stats.Conflicts++
			*st = standing{due: now.Add(lostTiebreak)}
		}
	}
}

// proposed tells whether the rivals are what we ourselves say on another link.
func (e *engine) proposed(c *claim, rivals []dns.RR) bool {
	return !slices.ContainsFunc(rivals, func(rr dns.RR) bool { _, ok := e.mine(c, rr); return !ok })
}

// compareProbes orders two sets of records as section 8.2 says: sorted, by
// class, type and bytes, and the longer one is later.
func compareProbes(a, b []dns.RR) int {
	x, y := sortable(a), sortable(b)
	return slices.CompareFunc(x, y, bytes.Compare)
}

func sortable(rrs []dns.RR) (out [][]byte) {
	for _, rr := range rrs {
		h := rr.Header()
		class := h.Class &^ flush
		out = append(out, append([]byte{byte(class >> 8), byte(class), byte(h.Rrtype >> 8), byte(h.Rrtype)}, rdata(rr)...))
	}
	sort.Slice(out, func(i, j int) bool { return bytes.Compare(out[i], out[j]) < 0 })
	return out
}

// rdata returns the data of a record, uncompressed.
func rdata(rr dns.RR) []byte {
	buf := make([]byte, dns.Len(rr)+1)
	end, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		return nil
	}
	_, head, err := dns.UnpackDomainName(buf, 0)
	if err != nil || head+10 > end {
		return nil
	}
	return buf[head+10 : end]
}

// key names a record by all but its TTL.
func key(rr dns.RR) string {
	h := rr.Header()
	data := rdata(rr)
	if h.Rrtype == dns.TypePTR || h.Rrtype == dns.TypeSRV {
		data = bytes.ToLower(data) // it ends in a name
	}
	return fold(h.Name) + string([]byte{byte(h.Rrtype >> 8), byte(h.Rrtype)}) + string(data)
}

// equal tells whether two records say the same, for however long. It stands in
// for a function of package dns that would bring one for every type there is.
func equal(a, b dns.RR) bool {
	return a.Header().Rrtype == b.Header().Rrtype && a.Header().Class == b.Header().Class && key(a) == key(b)
}

// clone copies the head of a record of ours; the data is not changed by anybody.
func clone(rr dns.RR) dns.RR {
	switch rr := rr.(type) {
	case *dns.PTR:
		c := *rr
		return &c
	case *dns.SRV:
		c := *rr
		return &c
	case *dns.TXT:
		c := *rr
		return &c
	case *dns.A:
		c := *rr
		return &c
	case *dns.AAAA:
		c := *rr
		return &c
	case *dns.NSEC:
		c := *rr
		return &c
	}
	panic("dnssd: clone of a record that is never ours")
}

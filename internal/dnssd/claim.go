package dnssd

import (
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/miekg/dns"
)

// claim is a name that is to be ours alone: the host's, or an instance's.
type claim struct {
	base    string
	number  int // of renames
	service *Service
}

func (c *claim) label() string {
	if c.number == 0 {
		return c.base
	}
	return c.base + "-" + strconv.Itoa(c.number+1)
}

func (c *claim) name() string {
	if c.service == nil {
		return c.label() + "." + domain
	}
	return c.label() + "." + c.service.Type + "." + domain
}

func (s *Service) equal(o Service) bool {
	return s.Label == o.Label && s.Type == o.Type && s.Port == o.Port &&
		slices.Equal(s.Text, o.Text) && slices.Equal(s.Subtypes, o.Subtypes)
}

// standing is how far a claim has come on a link.
type standing struct {
	probes   int
	owned    bool
	announce int       // announcements to be sent yet
	due      time.Time // of the next probe or announcement; zero when settled
}

// record is one of ours. A unique one is ours alone, so that hearing it makes
// others forget what they had under its name and type.
type record struct {
	rr     dns.RR
	unique bool
}

// wire returns the record as it is sent to the group.
func (r record) wire() dns.RR {
	rr := clone(r.rr)
	if r.unique {
		rr.Header().Class |= flush
	}
	return rr
}

func (r record) ttl() time.Duration { return time.Duration(r.rr.Header().Ttl) * time.Second }

func contains(records []record, rr dns.RR) bool {
	return slices.ContainsFunc(records, func(r record) bool { return equal(r.rr, rr) })
}

func header(name string, rrtype uint16, ttl time.Duration) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: uint32(ttl / time.Second)}
}

// records returns what the claim says on a link, the unique ones first.
func (e *engine) records(c *claim, l *link) []record {
	if c.service == nil {
		return e.hostRecords(l)
	}
	s, name := c.service, c.name()
	kind := s.Type + "." + domain
	text := s.Text
	if len(text) == 0 {
		text = []string{""} // RFC 6763 section 6.1
	}
	out := []record{
		{&dns.SRV{Hdr: header(name, dns.TypeSRV, hostTTL), Port: s.Port, Target: e.host.name()}, true},
		{&dns.TXT{Hdr: header(name, dns.TypeTXT, otherTTL), Txt: text}, true},
		{&dns.PTR{Hdr: header(kind, dns.TypePTR, otherTTL), Ptr: name}, false},
	}
	for _, sub := range s.Subtypes {
		out = append(out, record{&dns.PTR{Hdr: header(sub+"._sub."+kind, dns.TypePTR, otherTTL), Ptr: name}, false})
	}
	return append(out, record{&dns.PTR{Hdr: header(enumeration, dns.TypePTR, otherTTL), Ptr: kind}, false})
}

func (e *engine) hostRecords(l *link) (out []record) {
	name := e.host.name()
	for _, p := range l.Addrs {
		a := p.Addr().Unmap().WithZone("")
		if a.Is4() {
			out = append(out, record{&dns.A{Hdr: header(name, dns.TypeA, hostTTL), A: a.AsSlice()}, true})
		} else {
			out = append(out, record{&dns.AAAA{Hdr: header(name, dns.TypeAAAA, hostTTL), AAAA: a.AsSlice()}, true})
		}
	}
	return out
}

// absent returns the record that denies all other types of a name of ours
// (RFC 6762 section 6.1).
func (e *engine) absent(c *claim, l *link) record {
	ttl, types := otherTTL, []uint16{}
	for _, r := range uniques(e.records(c, l)) {
		ttl = min(ttl, r.ttl())
		types = append(types, r.rr.Header().Rrtype)
	}
	sort.Slice(types, func(i, j int) bool { return types[i] < types[j] })
	nsec := &dns.NSEC{Hdr: header(c.name(), dns.TypeNSEC, ttl), NextDomain: c.name(), TypeBitMap: slices.Compact(types)}
	return record{nsec, true}
}

func uniques(records []record) []record {
	return slices.DeleteFunc(slices.Clone(records), func(r record) bool { return !r.unique })
}

// probeAll begins to claim on l what has not been claimed there yet. All begin
// after one random wait, so that routers that start together do not collide.
func (e *engine) probeAll(now time.Time, l *link) {
	due := now.Add(e.between(0, probeGap))
	for _, c := range e.claims() {
		if l.standing[c] == nil {
			l.standing[c] = &standing{due: due}
		}
	}
}

// stand sends the probes and announcements that are due on l.
func (e *engine) stand(now time.Time, l *link) {
	var probe, announce []*claim
	for _, c := range e.claims() {
		st := l.standing[c]
		if st == nil || st.due.IsZero() || now.Before(st.due) {
			continue
		}
		switch {
		case !st.owned && st.probes < probeCount:
			probe = append(probe, c)
			st.probes++
			st.due = now.Add(probeGap)
		case !st.owned:
			st.owned, st.announce, e.calm = true, announceMany, false
			fallthrough
		default:
			announce = append(announce, c)
			st.announce--
			st.due = time.Time{}
			if st.announce > 0 {
				st.due = now.Add(announceGap)
			}
		}
	}
	e.sendProbe(now, l, probe)
	e.announce(now, l, announce)
}

// sendProbe asks whether somebody has the names already, and tells in the
// authority section what we would say (RFC 6762 section 8.1, 8.2).
func (e *engine) sendProbe(now time.Time, l *link, claims []*claim) {
	m := new(dns.Msg)
	for _, c := range claims {
		q := dns.Question{Name: c.name(), Qtype: dns.TypeANY, Qclass: e.unicastClass(now, l)}
		ours := uniques(e.records(c, l))
		if m.Len()+len(c.name())+64*len(ours) > maxSend && len(m.Question) > 0 {
			e.put(l, pack(m))
			m = new(dns.Msg)
		}
		m.Question = append(m.Question, q)
		for _, r := range ours {
			m.Ns = append(m.Ns, r.rr)
		}
	}
	if len(m.Question) > 0 {
		e.put(l, pack(m))
	}
}

// unicastClass asks for a reply to us alone, unless another program on this
// machine shares the port and would get it in our place (RFC 6762 section 15.1),
// and notes that such a reply may come.
func (e *engine) unicastClass(now time.Time, l *link) uint16 {
	if e.exclusive {
		l.alone = now
		return dns.ClassINET | flush
	}
	return dns.ClassINET
}

// announce says unasked what is ours (RFC 6762 section 8.3).
func (e *engine) announce(now time.Time, l *link, claims []*claim) {
	var answers []dns.RR
	for _, c := range claims {
		for _, r := range e.records(c, l) {
			answers = append(answers, r.wire())
			l.sent[key(r.rr)] = now
		}
	}
	e.multicast(l, answers, nil)
}

// takeLeave says goodbye for the claims that were ours on l. The list of
// service types is left out: others may have the same entry.
func (e *engine) takeLeave(l *link, claims []*claim) {
	var gone []record
	for _, c := range claims {
		if st := l.standing[c]; st != nil && st.owned {
			gone = append(gone, e.records(c, l)...)
		}
	}
	gone = slices.DeleteFunc(gone, func(r record) bool { return r.rr.Header().Name == enumeration })
	l.drop(gone)
	e.multicast(l, farewells(gone), nil)
}

// farewells returns records with TTL 0 (RFC 6762 section 10.1).
func farewells(records []record) (out []dns.RR) {
	for _, r := range records {
		rr := r.wire()
		rr.Header().Ttl = 0
		out = append(out, rr)
	}
	return out
}

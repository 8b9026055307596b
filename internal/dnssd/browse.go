package dnssd

import (
	"net/netip"
	"slices"
	"sort"
	"time"

	"github.com/miekg/dns"
)

// A flood of invented instances makes us ask no more than this.
const (
	maxAsks     = 16 // questions of one packet
	followTries = 4  // for what an instance lacks
)

// ask is a question that goes on.
type ask struct {
	due   time.Time // zero: given up, or answered
	gap   time.Duration
	tries int
}

func address(rr dns.RR) netip.Addr {
	var ip []byte
	switch rr := rr.(type) {
	case *dns.A:
		ip = rr.A
	case *dns.AAAA:
		ip = rr.AAAA
	}
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

// inquire asks on l what is due.
func (e *engine) inquire(now time.Time, l *link) {
	e.plan(now, l)
	var due []question
	for q, a := range l.asks {
		if !a.due.IsZero() && !now.Before(a.due) {
			due = append(due, q)
		}
	}
	due = append(due, l.stale(now)...)
	sort.Slice(due, func(i, j int) bool { return compareQuestions(due[i], due[j]) < 0 })
	due = slices.Compact(due)
	for len(due) > 0 {
		n := fitting(due)
		e.sendQuery(now, l, due[:n])
		due = due[n:]
	}
}

// fitting tells how many questions one packet holds: others choose the names.
func fitting(list []question) int {
	room := maxSend - headerSize
	for i, q := range list {
		room -= len(q.name) + 1 + 4 // one byte more than it is long, type and class
		if i == maxAsks || i > 0 && room < 0 {
			return i
		}
	}
	return len(list)
}

func compareQuestions(a, b question) int {
	if a.name != b.name {
		if a.name < b.name {
			return -1
		}
		return 1
	}
	return int(a.rrtype) - int(b.rrtype)
}

// plan keeps the list of questions: one for each type looked for, which goes
// on, and a few tries for what an instance lacks.
func (e *engine) plan(now time.Time, l *link) {
	want := map[question]bool{}
	for _, b := range e.browse {
		want[question{b, dns.TypePTR}] = true
	}
	for q := range l.lacking(e.browse) {
		want[q] = true
	}
	for q := range l.asks {
		if !want[q] {
			delete(l.asks, q)
		}
	}
	due := now.Add(e.between(sharedMin, sharedMax)) // what comes up at once is asked at once
	for q := range want {
		if l.asks[q] == nil {
			l.asks[q] = &ask{due: due, gap: firstAsk}
		}
	}
}

// lacking returns what is not known of the instances.
func (l *link) lacking(browse []string) map[question]bool {
	lack := map[question]bool{}
	for _, b := range browse {
		for _, n := range l.cache.sets[question{b, dns.TypePTR}] {
			for _, t := range []uint16{dns.TypeSRV, dns.TypeTXT} {
				if len(l.cache.sets[question{n.points, t}]) == 0 && !n.farewell {
					lack[question{n.points, t}] = true
				}
			}
		}
	}
	for q, set := range l.cache.sets {
		if q.rrtype != dns.TypeSRV {
			continue
		}
		host := set[len(set)-1].points
		a, aaaa := question{host, dns.TypeA}, question{host, dns.TypeAAAA}
		if len(l.cache.sets[a])+len(l.cache.sets[aaaa]) == 0 {
			lack[a], lack[aaaa] = true, true
		}
	}
	return lack
}

// stale returns what was heard long ago and would be forgotten.
func (l *link) stale(now time.Time) (out []question) {
	for q, set := range l.cache.sets {
		for _, n := range set {
			if at := n.due(); !at.IsZero() && !now.Before(at) && !n.lasting(l.chatty()) {
				n.refresh++
				out = append(out, q)
			}
		}
	}
	return out
}

// sendQuery asks some questions, and tells what is known already.
func (e *engine) sendQuery(now time.Time, l *link, questions []question) {
	m := new(dns.Msg)
	for _, q := range questions {
		class := uint16(dns.ClassINET)
		if a := l.asks[q]; a != nil && !a.due.IsZero() && !now.Before(a.due) {
			if a.tries == 0 {
				class = e.unicastClass(now, l)
			}
			e.asked(now, l, q, a)
		}
		m.Question = append(m.Question, dns.Question{Name: q.name, Qtype: q.rrtype, Qclass: class})
	}
	for _, rr := range l.known(now, questions) {
		m.Answer = append(m.Answer, rr)
		if m.Len() > maxSend && len(m.Question)+len(m.Answer) > 1 {
			m.Answer = m.Answer[:len(m.Answer)-1]
			m.Truncated = true // RFC 6762 section 7.2
			e.put(l, pack(m))
			m = new(dns.Msg)
			m.Answer = append(m.Answer, rr)
		}
	}
	e.put(l, pack(m))
}

// known returns the shared records that would answer, if half their life or
// more is left (RFC 6762 section 7.1).
func (l *link) known(now time.Time, questions []question) (out []dns.RR) {
	for _, q := range questions {
		if q.rrtype != dns.TypePTR {
			continue
		}
		for _, n := range l.cache.sets[q] {
			if left := n.expires.Sub(now); !n.farewell && left >= n.ttl/2 {
				rr := clone(n.rr)
				rr.Header().Ttl = uint32(left / time.Second)
				out = append(out, rr)
			}
		}
	}
	return out
}

// asked puts the next asking off, twice as long each time (RFC 6762 section
// 5.2). On a wide link it is asked twice and then once an hour.
func (e *engine) asked(now time.Time, l *link, q question, a *ask) {
	a.tries++
	gap := a.gap
	a.gap = min(2*a.gap, lastAsk)
	browsed := slices.Contains(e.browse, q.name)
	switch {
	case !browsed && a.tries == followTries:
		a.due = time.Time{}
		return
	case browsed && l.Wide && a.tries > 1:
		gap = lastAsk
	}
	// Routers that began together do not go on together.
	a.due = now.Add(gap + time.Duration(e.chance(int64(gap)/20+1)))
}

// overhear takes a question of somebody else for our own, if its answer will
// tell us as much (RFC 6762 section 7.3).
func (e *engine) overhear(now time.Time, l *link, m *dns.Msg, known map[string]time.Duration) {
	if !l.speaks || m.Truncated {
		return
	}
	for _, asked := range m.Question {
		q := question{fold(asked.Name), asked.Qtype}
		a := l.asks[q]
		if asked.Qclass != dns.ClassINET || a == nil || a.due.IsZero() {
			continue
		}
		ours := map[string]bool{}
		for _, rr := range l.known(now, []question{q}) {
			ours[key(rr)] = true
		}
		if !tellsMore(known, ours) {
			e.asked(now, l, q, a)
		}
	}
}

// tellsMore tells whether somebody knows answers that we do not: they would
// not be told again.
func tellsMore(known map[string]time.Duration, ours map[string]bool) bool {
	for k := range known {
		if !ours[k] {
			return true
		}
	}
	return false
}

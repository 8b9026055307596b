package dnssd

import (
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// What one link may make us owe at once. A flood of questions gets no more.
const (
	maxUnicast  = 32
	maxHeld     = 16
	maxHeldFor  = 3 * time.Second // a querier that never comes to its end
	perSecond   = 50              // unicast replies: nobody is to be flooded through us
	legacyRoom  = 512
	maxQuestion = 64 // questions of one packet that are looked at
)

// pending is a record that will be multicast.
type pending struct {
	record
	due time.Time
	gap time.Duration // not within this time after it was last sent
}

// unicast is a reply to one querier.
type unicast struct {
	to      netip.AddrPort
	due     time.Time
	records []record
	legacy  *dns.Msg // the query, where it came from another port
}

// held is an answer that waits for the rest of a long list of known answers
// (RFC 6762 section 7.2).
type held struct {
	from     netip.AddrPort
	due, end time.Time
	records  []record
	alone    bool // to the querier only
}

// quota lets so many through a second.
type quota struct {
	since time.Time
	used  int
}

func (q *quota) take(now time.Time) bool {
	if now.Sub(q.since) >= time.Second {
		*q = quota{since: now}
	}
	q.used++
	return q.used <= perSecond
}

// query answers what is ours, and learns from what others ask.
func (e *engine) query(now time.Time, l *link, p Packet, m *dns.Msg) {
	if len(m.Question) > maxQuestion {
		m.Question = m.Question[:maxQuestion]
	}
	legacy := p.From.Port() != port
	known := knownAnswers(m.Answer)
	if !legacy && len(m.Ns) == 0 {
		e.overhear(now, l, m, known)
	}
	if len(m.Ns) > 0 {
		e.tiebreak(now, l, m)
	}
	if !l.speaks {
		return
	}
	if e.goOn(now, l, p, m, known) {
		return
	}
	shared, single := e.answers(l, m, legacy || !p.Multicast, known)
	switch {
	case legacy:
		e.reply(now, l, unicast{to: p.From, due: now, records: slices.Concat(shared, single), legacy: m})
	case m.Truncated && len(l.held) < maxHeld:
		e.hold(now, l, p, shared, false)
		e.hold(now, l, p, single, true)
	default:
		gap := sendGap
		if len(m.Ns) > 0 {
			gap = defendGap
		}
		e.serve(now, l, p, shared, single, gap)
	}
}

// knownAnswers returns what a querier has already, by record.
func knownAnswers(section []dns.RR) map[string]time.Duration {
	known := map[string]time.Duration{}
	for _, h := range hear(section) {
		known[key(h.rr)] = h.ttl
	}
	return known
}

// answers finds our records for the questions: those to be said to all, and
// those that the querier wants for itself.
func (e *engine) answers(l *link, m *dns.Msg, alone bool, known map[string]time.Duration) (shared, single []record) {
	for _, q := range m.Question {
		class := q.Qclass &^ flush
		if class != dns.ClassINET && class != dns.ClassANY {
			continue
		}
		found := dropKnown(e.lookup(l, q), known)
		if alone || q.Qclass&flush != 0 {
			single = merge(single, found)
		} else {
			shared = merge(shared, found)
		}
	}
	return shared, single
}

// lookup returns our records for one question; of a name that is ours but has
// no such type, the record that says so.
func (e *engine) lookup(l *link, q dns.Question) (out []record) {
	for _, c := range e.claims() {
		if st := l.standing[c]; st == nil || !st.owned {
			continue
		}
		for _, r := range e.records(c, l) {
			h := r.rr.Header()
			if (q.Qtype == h.Rrtype || q.Qtype == dns.TypeANY) && same(h.Name, q.Name) {
				out = append(out, r)
			}
		}
		if len(out) == 0 && same(q.Name, c.name()) {
			out = append(out, e.absent(c, l))
		}
	}
	return merge(nil, out)
}

func merge(into, more []record) []record {
	for _, r := range more {
		if !contains(into, r.rr) {
			into = append(into, r)
		}
	}
	return into
}

// dropKnown leaves out what the querier knows for half its life to come
// (RFC 6762 section 7.1).
func dropKnown(records []record, known map[string]time.Duration) []record {
	return slices.DeleteFunc(records, func(r record) bool {
		ttl, ok := known[key(r.rr)]
		return ok && ttl >= r.ttl()/2
	})
}

// hold keeps records back while more known answers are to come.
func (e *engine) hold(now time.Time, l *link, p Packet, records []record, alone bool) {
	if len(records) > 0 {
		l.held = append(l.held, &held{p.From, now.Add(e.between(heldMin, heldMax)), now.Add(maxHeldFor), records, alone})
	}
}

// goOn takes the next packet of a list of known answers, which has no question.
func (e *engine) goOn(now time.Time, l *link, p Packet, m *dns.Msg, known map[string]time.Duration) bool {
	if len(m.Question) > 0 {
		return false
	}
	for _, h := range l.held {
		if h.from == p.From {
			h.records = dropKnown(h.records, known)
			if due := now.Add(e.between(heldMin, heldMax)); m.Truncated && due.Before(h.end) {
				h.due = due
			}
		}
	}
	return true
}

// serve schedules answers: at once where they can only be ours, after a little
// while where others may answer, too (RFC 6762 section 6).
func (e *engine) serve(now time.Time, l *link, p Packet, shared, single []record, gap time.Duration) {
	due := now
	if slices.ContainsFunc(slices.Concat(shared, single), func(r record) bool { return !r.unique }) {
		due = now.Add(e.between(sharedMin, sharedMax))
	}
	// Section 5.4: what was not multicast for a quarter of its life is.
	alone := slices.DeleteFunc(single, func(r record) bool {
		late := p.Multicast && now.Sub(l.sent[key(r.rr)]) > r.ttl()/4
		if late {
			shared = merge(shared, []record{r})
		}
		return late
	})
	for _, r := range shared {
		if gap != sendGap || !l.justSaid(now, r) {
			e.schedule(now, l, r, due, gap)
		}
	}
	if len(alone) == 0 {
		return
	}
	if l.has(p.From.Addr()) && (e.reply(now, l, unicast{to: p.From, due: due, records: alone}) || gap != defendGap) {
		return
	}
	for _, r := range alone { // who is beyond the link hears it with all, and who probes in a flood
		e.schedule(now, l, r, due, gap)
	}
}

// justSaid tells whether a record was multicast a moment ago: who has both families
// asks in both, and heard it when the second of the two questions comes. Whoever missed
// it asks again (RFC 6762 section 6).
func (l *link) justSaid(now time.Time, r record) bool {
	last, ok := l.sent[key(r.rr)]
	return ok && now.Sub(last) <= sameMoment
}

// schedule puts a record among those to be multicast.
func (e *engine) schedule(now time.Time, l *link, r record, due time.Time, gap time.Duration) {
	if last, ok := l.sent[key(r.rr)]; ok && due.Before(last.Add(gap)) {
		due = last.Add(gap)
	}
	for i, p := range l.pending {
		if equal(p.rr, r.rr) {
			l.pending[i].due = earlier(p.due, due)
			return
		}
	}
	l.pending = append(l.pending, pending{r, due, gap})
}

func (l *link) unschedule(rr dns.RR) {
	l.pending = slices.DeleteFunc(l.pending, func(p pending) bool { return equal(p.rr, rr) })
}

// drop takes back what was to be said of records that are gone.
func (l *link) drop(gone []record) {
	is := func(r record) bool { return contains(gone, r.rr) }
	l.pending = slices.DeleteFunc(l.pending, func(p pending) bool { return is(p.record) })
	l.unicast = slices.DeleteFunc(l.unicast, func(u unicast) bool { return slices.ContainsFunc(u.records, is) })
	for _, h := range l.held {
		h.records = slices.DeleteFunc(h.records, is)
	}
}

// reply owes somebody an answer alone, and tells whether it could.
func (e *engine) reply(now time.Time, l *link, u unicast) bool {
	switch {
	case len(u.records) == 0:
	case !l.has(u.to.Addr()):
		e.stats.Ignored++
	case len(l.unicast) >= maxUnicast || !l.quota.take(now):
		e.stats.Dropped++
	default:
		l.unicast = append(l.unicast, u)
		return true
	}
	return false
}

// answer sends what is due on l.
func (e *engine) answer(now time.Time, l *link) {
	l.held = slices.DeleteFunc(l.held, func(h *held) bool {
		if now.Before(h.due) {
			return false
		}
		if h.alone && l.has(h.from.Addr()) {
			e.reply(now, l, unicast{to: h.from, due: now, records: h.records})
			return true
		}
		for _, r := range h.records {
			if !l.justSaid(now, r) {
				e.schedule(now, l, r, now, sendGap)
			}
		}
		return true
	})
	l.unicast = slices.DeleteFunc(l.unicast, func(u unicast) bool {
		if now.Before(u.due) {
			return false
		}
		e.sendUnicast(l, u)
		return true
	})
	var due []record
	l.pending = slices.DeleteFunc(l.pending, func(p pending) bool {
		if !now.Before(p.due) {
			due = append(due, p.record)
			return true
		}
		return false
	})
	e.sendAnswers(now, l, due)
}

// sendAnswers multicasts records, with what goes with them.
func (e *engine) sendAnswers(now time.Time, l *link, due []record) {
	var answers, extra []dns.RR
	for _, r := range due {
		answers = append(answers, r.wire())
		l.sent[key(r.rr)] = now
	}
	for _, r := range e.companions(l, due) {
		if last, ok := l.sent[key(r.rr)]; !ok || now.Sub(last) >= sendGap {
			extra = append(extra, r.wire())
			l.sent[key(r.rr)] = now
		}
	}
	e.multicast(l, answers, extra)
}

// companions returns what a querier would ask for next (RFC 6763 section 12),
// and what says that there is no more (RFC 6762 section 6.2).
func (e *engine) companions(l *link, records []record) []record {
	var more []record
	host := false
	for _, r := range records {
		switch rr := r.rr.(type) {
		case *dns.PTR:
			for _, c := range e.services {
				if same(c.name(), rr.Ptr) {
					more = merge(more, append(uniques(e.records(c, l)), e.absent(c, l)))
					host = true
				}
			}
		case *dns.SRV, *dns.A, *dns.AAAA:
			host = true
		}
	}
	if host {
		more = merge(more, append(e.hostRecords(l), e.absent(e.host, l)))
	}
	return slices.DeleteFunc(more, func(r record) bool { return contains(records, r.rr) })
}

// sendUnicast writes to one querier; to one from another port as an ordinary
// DNS server would (RFC 6762 section 6.7).
func (e *engine) sendUnicast(l *link, u unicast) {
	m, room := newResponse(), maxSend
	if u.legacy != nil {
		m.Id, m.Question, room = u.legacy.Id, u.legacy.Question, legacyRoom
		if m.Len() > room { // who asks for so much at once wants a long packet, not an answer
			e.stats.Ignored++
			return
		}
	}
	write := func(r record) dns.RR {
		if u.legacy == nil {
			return r.wire()
		}
		rr := clone(r.rr)
		rr.Header().Ttl = min(rr.Header().Ttl, uint32(legacyTTL/time.Second))
		return rr
	}
	for _, r := range u.records {
		m.Answer = append(m.Answer, write(r))
		if m.Len() > room {
			m.Answer = m.Answer[:len(m.Answer)-1]
			m.Truncated = u.legacy != nil
			break
		}
	}
	var extra []dns.RR
	for _, r := range e.companions(l, u.records) {
		extra = append(extra, write(r))
	}
	addExtra(m, extra, room)
	e.out = append(e.out, Out{Link: l.Index, To: u.to, Data: pack(m)})
}

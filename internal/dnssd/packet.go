package dnssd

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

const (
	port       = 5353
	maxReceive = 9000 // RFC 6762 section 17
	// maxSend keeps packets whole on links with a small MTU, as a mesh's are.
	maxSend    = 1200
	headerSize = 12
)

// Packet is a datagram that was heard on port 5353.
type Packet struct {
	Data      []byte
	Link      int
	From      netip.AddrPort
	Multicast bool // sent to the group
	Hops      int  // TTL or hop limit; -1 where the kernel does not say
}

var (
	errSize    = errors.New("dnssd: too short or too long for a packet")
	errNotMDNS = errors.New("dnssd: not a query or a response")
)

// parse reads a message; what RFC 6762 section 18 wants ignored is an error.
func parse(data []byte) (*dns.Msg, error) {
	if len(data) < headerSize || len(data) > maxReceive {
		return nil, errSize
	}
	m := new(dns.Msg)
	if err := m.Unpack(data); err != nil {
		return nil, err
	}
	// Package dns is content with a message that ends between two records.
	for i, n := range []int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)} {
		if n != int(binary.BigEndian.Uint16(data[4+2*i:])) {
			return nil, errSize
		}
	}
	if m.Opcode != dns.OpcodeQuery || m.Rcode != dns.RcodeSuccess {
		return nil, errNotMDNS
	}
	return m, nil
}

// pack writes m; what we made ourselves can always be written.
func pack(m *dns.Msg) []byte {
	m.Compress = true
	data, err := m.Pack()
	if err != nil {
		panic("dnssd: own message cannot be packed: " + err.Error())
	}
	return data
}

func newResponse() *dns.Msg {
	return &dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}}
}

// multicast sends answers to the group on l, in as many packets as they need,
// and of extra what finds room in the last one.
func (e *engine) multicast(l *link, answers, extra []dns.RR) {
	m := newResponse()
	for _, rr := range answers {
		m.Answer = append(m.Answer, rr)
		if m.Len() > maxSend && len(m.Answer) > 1 {
			m.Answer = m.Answer[:len(m.Answer)-1]
			e.put(l, pack(m))
			m = newResponse()
			m.Answer = append(m.Answer, rr)
		}
	}
	if len(m.Answer) == 0 {
		return
	}
	addExtra(m, extra, maxSend)
	e.put(l, pack(m))
}

func addExtra(m *dns.Msg, extra []dns.RR, room int) {
	for _, rr := range extra {
		m.Extra = append(m.Extra, rr)
		if m.Len() > room {
			m.Extra = m.Extra[:len(m.Extra)-1]
		}
	}
}

// put queues a packet for the group, and remembers it to know its echo.
func (e *engine) put(l *link, data []byte) {
	e.out = append(e.out, Out{Link: l.Index, Data: data})
	e.echoes.sent(data, l.Index)
}

// echoes recognises our own packets when they come back: from the same link,
// where other programs on this machine are to hear them, too, and from another
// interface on the same link (RFC 6762 section 14). They are counted, since
// another cell on this machine may say the very same.
type echoes struct {
	seed maphash.Seed
	list []*echo
}

type echo struct {
	sum  uint64
	link int
	at   time.Time // zero until the first packet comes back or time passes
	back map[path]bool
}

type path struct {
	link int
	v6   bool
}

const (
	echoTime = time.Second
	maxEcho  = 64
)

func newEchoes() echoes { return echoes{seed: maphash.MakeSeed()} }

func (s *echoes) sent(data []byte, link int) {
	if len(s.list) == maxEcho {
		s.list = s.list[1:]
	}
	s.list = append(s.list, &echo{sum: maphash.Bytes(s.seed, data), link: link, back: map[path]bool{}})
}

// own tells whether p is an echo, which it can be once on each path. On another
// link than it was sent on it must also come from an address of ours.
func (s *echoes) own(now time.Time, p Packet, fromUs bool) bool {
	sum, way := maphash.Bytes(s.seed, p.Data), path{p.Link, p.From.Addr().Is6() && !p.From.Addr().Is4In6()}
	for i := 0; i < len(s.list); i++ {
		c := s.list[i]
		if c.at.IsZero() {
			c.at = now
		}
		if now.Sub(c.at) > echoTime {
			s.list = append(s.list[:i:i], s.list[i+1:]...)
			i--
			continue
		}
		if c.sum == sum && !c.back[way] && (c.link == p.Link || fromUs) {
			c.back[way] = true
			return true
		}
	}
	return false
}

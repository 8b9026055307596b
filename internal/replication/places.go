package replication

import (
	"cmp"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"time"
)

// How many handshakes may be under way that others began. One whose cookie has
// come back is with somebody who hears what is sent to that address; of all others
// nobody knows who began them.
const (
	provenMost  = 8              // whose cookie has come back
	provenAny   = provenMost / 2 // of them, from addresses that nobody told us of
	unknownMost = 16             // whose cookie has not: 21 kB each
	begunMost   = 16             // a second, from one address: each costs us a key
)

// places are the handshakes under way that others began. Its owner guards it.
type places struct {
	taken map[string]*place // by address and port
	begun map[netip.Addr]*allowance
	turn  uint64
}

// place is one of them.
type place struct {
	pipe   *pipe
	who    netip.Addr // if we were told of that address; all others count as one
	turn   uint64
	proven bool
}

// allowance is what an address may still begin.
type allowance struct {
	left float64
	at   time.Time
}

func newPlaces() *places {
	return &places{taken: map[string]*place{}, begun: map[netip.Addr]*allowance{}}
}

// may reports whether a handshake may be begun from an address, and counts it.
func (p *places) may(now time.Time, who netip.Addr) bool {
	for other, a := range p.begun {
		if now.Sub(a.at) > time.Second {
			delete(p.begun, other) // it may begin as many as ever
		}
	}
	a := p.begun[who]
	if a == nil {
		a = &allowance{left: begunMost, at: now}
		p.begun[who] = a
	}
	a.left = min(begunMost, a.left+now.Sub(a.at).Seconds()*begunMost)
	a.at = now
	if a.left < 1 {
		return false
	}
	a.left--
	return true
}

// begin takes a place. When all are taken it costs the address that has most of
// them its oldest, so that whoever begins many in the name of one address takes
// places from that address alone.
func (p *places) begin(link *pipe, who netip.Addr) {
	if p.count(false) >= unknownMost {
		p.busiest().pipe.Close()
	}
	p.turn++
	p.taken[link.from.String()] = &place{pipe: link, who: who, turn: p.turn}
}

// busiest is the oldest place, without a proof, of the address that has most.
func (p *places) busiest() *place {
	each := map[netip.Addr]int{}
	var all []*place
	for _, o := range p.taken {
		if !o.proven && !o.pipe.over() {
			all, each[o.who] = append(all, o), each[o.who]+1
		}
	}
	return slices.MinFunc(all, func(a, b *place) int { return cmp.Or(each[b.who]-each[a.who], cmp.Compare(a.turn, b.turn)) })
}

// prove says that a cookie has come back, and reports whether there is room for
// one more of that kind.
func (p *places) prove(link *pipe) bool {
	o := p.taken[link.from.String()]
	if o == nil || o.pipe != link || link.over() {
		return false
	}
	untold := 0
	for _, other := range p.taken {
		if other.proven && other.who == (netip.Addr{}) {
			untold++
		}
	}
	o.proven = p.count(true) < provenMost && (o.who != (netip.Addr{}) || untold < provenAny)
	return o.proven
}

// end gives a place back.
func (p *places) end(link *pipe) {
	if o := p.taken[link.from.String()]; o != nil && o.pipe == link {
		delete(p.taken, link.from.String())
	}
}

// count tells how many there are, with a proof or without.
func (p *places) count(proven bool) (n int) {
	for _, o := range p.taken {
		if o.proven == proven && !o.pipe.over() {
			n++
		}
	}
	return n
}

// firstHello reports whether a datagram can begin a handshake: a record of epoch 0
// that holds the first message. A later hello is an answer to a cookie, and whoever
// gave that cookie is gone.
func firstHello(b []byte) bool {
	return len(b) >= recordHead+messageHead && b[0] == typeHandshake && b[1] == 0xfe && binary.BigEndian.Uint16(b[recordEpoch:]) == 0 &&
		b[recordHead] == 1 && binary.BigEndian.Uint16(b[recordHead+messageNumber:]) == 0
}

// serverHello reports whether a datagram begins with what a server says once the
// cookie has come back.
func serverHello(b []byte) bool {
	return len(b) > recordHead && b[0] == typeHandshake && binary.BigEndian.Uint16(b[recordEpoch:]) == 0 && b[recordHead] == 2
}

// called is the socket of a link that somebody else began. It tells when their
// cookie has come back, before it is answered.
type called struct {
	guarded
	proven func() bool // whether it may go on
	told   bool        // whoever writes owns it
}

func (c *called) WriteTo(b []byte, to net.Addr) (int, error) {
	if !c.told && serverHello(b) {
		if c.told = true; !c.proven() {
			return 0, net.ErrClosed
		}
	}
	return c.guarded.WriteTo(b, to)
}

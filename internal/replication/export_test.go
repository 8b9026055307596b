package replication

import (
	"net"
	"net/netip"
	"time"

	"celld/internal/op"
)

// Near says which addresses a test's neighbours have, instead of those of the
// link.
func (e *Endpoint) Near(is func(netip.Addr) bool) { e.near = is }

// Pending counts handshakes under way that others began.
func (e *Endpoint) Pending() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.places.count(false) + e.places.count(true)
}

// Links counts what others began and has not ended, and Begun those of them that
// are no crowd.
func (e *Endpoint) Links() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.links)
}
func (e *Endpoint) Begun() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.links {
		if p.socket != nil {
			n++
		}
	}
	return n
}

// Crowd fills an endpoint with links on which nothing happens.
func (e *Endpoint) Crowd(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range n {
		at := &net.UDPAddr{IP: net.IPv4(10, 9, 9, 9), Port: i + 1}
		e.links[at.String()] = newPipe(nil, at)
	}
}

// Talks reports whether a conversation with a router is open.
func (e *Endpoint) Talks(d op.Device) bool { return e.room.Talks(d) }

// Half counts those of them whose cookie has not come back, and those whose has.
func (e *Endpoint) Half() (unknown, proven int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.places.count(false), e.places.count(true)
}

// Queued counts datagrams of others that wait to be looked at.
func (e *Endpoint) Queued() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.links {
		n += len(p.in)
	}
	return n
}

// Due takes the addresses to dial at a time, and Dialled says that one was, for
// as long as that.
func (e *Endpoint) Due(now time.Time) []netip.AddrPort            { return e.due(now) }
func (e *Endpoint) Dialled(at netip.AddrPort, held time.Duration) { e.dialled(at, held) }

// Pinned judges what certificates somebody shows.
func (e *Endpoint) Pinned(raw ...[]byte) error {
	_, err := e.pinned(raw)
	return err
}

// FirstHello reports whether a datagram can begin a handshake.
var FirstHello = firstHello

// Lawful reports whether a datagram can come once the handshake is done.
var Lawful = lawful

// Pack makes one Run frame of operations that fit it.
func Pack(end bool, ops ...op.Operation) Frame {
	var p packer
	for _, o := range ops {
		if !p.add(o) {
			panic("that does not fit one frame")
		}
	}
	return p.frame(end)
}

// Dummy is one conversation without a wire: a test says what arrives.
type Dummy struct {
	peer *peer
	now  time.Time
	said []Frame
}

// NewDummy begins one whose other side has said hello.
func NewDummy(now time.Time, house House, cell op.ID) *Dummy {
	d := &Dummy{now: now}
	d.peer = newPeer(now, house, cell, func() (uint64, op.Clock) { return 1_800_000_000, op.ClockNTP }, newClaims(), 1)
	hello := frame(KindHello, Hello{Lowest: 1, Highest: 1, Cell: cell, Features: []uint16{}})
	hello.Number = 1
	d.Say(hello.Encode())
	return d
}

// Say lets a datagram arrive and everything happen that it leads to, and tells
// whether the conversation goes on.
func (d *Dummy) Say(b []byte) bool {
	d.now = d.now.Add(time.Millisecond)
	d.peer.receive(d.now, b)
	d.peer.tick(d.now)
	if b, due := d.peer.work(d.now); due {
		d.peer.done(d.now, d.peer.enter(b))
	}
	for {
		b, ok := d.peer.win.poll(d.now)
		if !ok {
			break
		}
		f, err := ParseFrame(b)
		if err != nil {
			panic(err)
		}
		d.said = append(d.said, f)
	}
	return d.peer.ended == nil
}

// Beside makes d a second conversation of the router that other is one of.
func (d *Dummy) Beside(other *Dummy) { d.peer.claims = other.peer.claims }

// Ask asks for the chunks that are missing.
func (d *Dummy) Ask() { d.peer.wants(d.now) }

// Said returns what was said since it was last asked for.
func (d *Dummy) Said() []Frame {
	said := d.said
	d.said = nil
	return said
}

// Faults is what was found wrong so far.
func (d *Dummy) Faults() map[Fault]int { return d.peer.faults }

// Logs counts the logs that the other side is remembered to have spoken of.
func (d *Dummy) Logs() int { return len(d.peer.theirs) }

// PackAll makes frames of operations, as they travel.
func PackAll(ops []op.Operation) (frames [][]byte) {
	var p packer
	put := func(end bool) {
		f := p.frame(end)
		f.Number = uint32(len(frames)) + 1
		frames = append(frames, f.Encode())
	}
	for _, o := range ops {
		if !p.add(o) {
			put(false)
			p.add(o)
		}
	}
	put(true)
	return frames
}

// Sound reports whether runs may stand so in a frame.
func Sound(r Runs) bool {
	for _, run := range r.Runs {
		if !run.sound() {
			return false
		}
	}
	return len(r.Runs) > 0 || r.End
}

// What bounds the handshakes that others begin.
const (
	UnknownMost = unknownMost
	ProvenMost  = provenMost
	BegunMost   = begunMost
)

// Places are handshakes that others begin, without a wire.
type Places struct{ *places }

// NewPlaces has all of them free.
func NewPlaces() Places { return Places{newPlaces()} }

func (p Places) May(now time.Time, who netip.Addr) bool { return p.may(now, who) }
func (p Places) Remembered() int                        { return len(p.begun) }
func (p Places) Count() int                             { return p.count(false) + p.count(true) }

// Begun is one of them.
type Begun struct {
	all  *places
	link *pipe
}

// Begin takes a place in the name of an address.
func (p Places) Begin(who netip.Addr) Begun {
	link := newPipe(nil, &net.UDPAddr{Port: int(p.turn) + 1})
	p.begin(link, who)
	return Begun{p.places, link}
}

func (b Begun) Over() bool  { return b.link.over() }
func (b Begun) Prove() bool { return b.all.prove(b.link) }
func (b Begun) End()        { b.all.end(b.link) }

// HearAll gives a session datagrams that have all arrived already, and returns how
// many it has looked at when nothing waits any more.
func HearAll(house House, cell op.ID, datagrams [][]byte) int {
	s := newSession(nil, house, cell, func() (uint64, op.Clock) { return 0, 0 }, newClaims())
	more := make(chan []byte, len(datagrams))
	for _, b := range datagrams {
		more <- b
	}
	for len(more) > 0 {
		s.hear(<-more, more)
	}
	return int(s.peer.win.stats.Received)
}

// Punish says that a router behaved badly, and returns how long it waits.
func (r *Room) Punish(d op.Device) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.punish(d)
	return time.Until(r.waits[d].until)
}

// Quiet reports whether a conversation of a minute is silent, of which nothing came, or
// something just now.
func Quiet(house House, cell op.ID, hear []byte) bool {
	s := newSession(nil, house, cell, func() (uint64, op.Clock) { return 0, 0 }, newClaims())
	s.began = s.began.Add(-time.Minute)
	if hear != nil {
		s.hear(hear, nil)
	}
	return s.quiet()
}

package replication

import (
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"celld/internal/op"
)

// Conn is anything that carries datagrams: DTLS, net.Pipe, a simulated network.
// One Write is one Read on the other side, or none.
type Conn interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
}

// session runs one peer over one Conn. Its goroutine owns the peer.
type session struct {
	peer  *peer
	conn  Conn
	woken chan struct{} // the log has grown
	stop  chan Reason
	asks  chan chan Talk
	over  chan struct{} // closed when run returns; then last is set
	last  Talk
	began time.Time
	heard atomic.Int64 // when anything came last, in nanoseconds since began: no clock that is set makes it old
}

// Talk tells how a conversation is going.
type Talk struct {
	Hello     bool // the other side has spoken
	Since     time.Time
	Heard     time.Time
	Lacks     uint64 // operations that the other side lacks, as far as it told
	Behind    uint64 // operations that it has and we lack
	Taken     uint64 // operations taken in from it
	Split     []op.Device
	Longer    map[op.Device]uint64 // logs that it holds longer than we do
	Holds     map[op.Device]uint64 // how much of each log it has on disk, as far as it told
	Time      uint64               // its wall time when it last told
	Clock     op.Clock
	Air       WindowStats
	Faults    map[Fault]int
	Ended     *Reason
	EndedThem bool // the other side ended it
}

// arrivals bounds what has been read from a Conn and not looked at: more is
// dropped as the air drops it.
const arrivals = 2 * maxFlight

func newSession(conn Conn, house House, cell op.ID, clock func() (uint64, op.Clock), c *claims) *session {
	s := &session{conn: conn, woken: make(chan struct{}, 1), stop: make(chan Reason, 1),
		asks: make(chan chan Talk), over: make(chan struct{}), began: time.Now()}
	s.peer = newPeer(s.began, house, cell, clock, c, rand.Uint64())
	return s
}

// quietTime is how long a conversation may be silent before one looks for
// another way: each side speaks every twelve seconds at least.
const quietTime = 20 * time.Second

// quiet reports whether nothing has come for so long that the way may be gone.
func (s *session) quiet() bool { return time.Since(s.began)-time.Duration(s.heard.Load()) > quietTime }

// wake tells a session that the log has grown.
func (s *session) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// close asks a session to end with a reason.
func (s *session) close(r Reason) {
	select {
	case s.stop <- r:
	default:
	}
}

// talk tells how it is going, or how it went.
func (s *session) talk() Talk {
	reply := make(chan Talk, 1)
	select {
	case s.asks <- reply:
		return <-reply
	case <-s.over:
		return s.last
	}
}

// run talks until one side ends it or the Conn does. The error is the Conn's.
func (s *session) run(ctx context.Context) error {
	began := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer func() {
		wg.Wait()
		s.last = s.tell(began)
		close(s.over)
	}()
	defer s.conn.Close()
	defer cancel()
	read, failed := make(chan []byte, arrivals), make(chan error, 1)
	wg.Go(func() { failed <- s.listen(ctx, read) })
	outcomes := make(chan outcome, 1)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := time.Now()
		s.peer.tick(now)
		if b, due := s.peer.work(now); due {
			wg.Go(func() { outcomes <- s.peer.enter(b) })
		}
		if err := s.flush(now); err != nil {
			return err
		}
		if s.peer.ended != nil {
			return s.farewell()
		}
		timer.Reset(time.Until(s.peer.wake(now)))
		select {
		case <-ctx.Done():
			s.peer.end(ByeStopping)
		case r := <-s.stop:
			s.peer.end(r)
		case err := <-failed:
			return err
		case b := <-read:
			s.hear(b, read)
		case o := <-outcomes:
			s.peer.done(time.Now(), o)
		case <-s.woken:
			s.peer.noticed(time.Now())
		case reply := <-s.asks:
			reply <- s.tell(began)
		case <-timer.C:
		}
	}
}

// hear takes in what has arrived, up to a window of it, before anything is
// answered: one acknowledgement tells of all.
func (s *session) hear(b []byte, more <-chan []byte) {
	s.heard.Store(int64(time.Since(s.began)))
	s.peer.receive(time.Now(), b)
	for range maxFlight - 1 {
		select {
		case b = <-more:
			s.peer.receive(time.Now(), b)
		default:
			return
		}
	}
}

func (s *session) flush(now time.Time) error {
	for {
		b, ok := s.peer.win.poll(now)
		if !ok {
			return nil
		}
		if _, err := s.conn.Write(b); err != nil {
			return err
		}
	}
}

// farewell says why, if it was we who ended it.
func (s *session) farewell() error {
	if s.peer.theirW {
		return nil
	}
	_, err := s.conn.Write(frame(KindBye, Bye{Reason: *s.peer.ended}).Encode())
	return err
}

// listen reads datagrams until the Conn fails or is closed.
func (s *session) listen(ctx context.Context, read chan<- []byte) error {
	stop := context.AfterFunc(ctx, func() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	buffer := make([]byte, 2048)
	for {
		n, err := s.conn.Read(buffer)
		if err != nil {
			return err
		}
		select {
		case read <- append([]byte{}, buffer[:n]...):
		default: // as the air drops it
		}
	}
}

// tell is the state of the conversation, for others.
func (s *session) tell(began time.Time) Talk {
	p := s.peer
	t := Talk{Hello: p.hello != nil, Since: began, Heard: p.heardAt, Taken: p.news, Air: p.win.stats,
		Faults: maps.Clone(p.faults), Ended: p.ended, EndedThem: p.theirW, Holds: maps.Clone(p.heard)}
	if p.hello != nil {
		t.Time, t.Clock = p.hello.Time, p.hello.Clock
	}
	for d := range p.split {
		t.Split = append(t.Split, d)
	}
	s.compare(&t)
	return t
}

// compare counts what each side lacks.
func (s *session) compare(t *Talk) {
	p := s.peer
	if !p.listed {
		return
	}
	own := map[op.Device]uint64{}
	for _, h := range p.house.Have() {
		own[h.Device] = h.Seq
		if have := p.theirs[h.Device].Seq; have < h.Seq {
			t.Lacks += h.Seq - have
		}
	}
	t.Longer = map[op.Device]uint64{}
	for d, h := range p.theirs {
		if h.Seq > own[d] {
			t.Behind += h.Seq - own[d]
			t.Longer[d] = h.Seq
		}
	}
}

var _ Conn = net.Conn(nil)

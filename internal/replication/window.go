package replication

import (
	"slices"
	"time"
)

// The reliable layer: numbered frames arrive once and in the order of their
// class, over a path that loses, repeats and reorders. It is a state machine:
// time comes in as an argument, datagrams come out of poll.
const (
	maxFlight   = 32 // frames sent and not acknowledged, and the width of an Ack
	minFlight   = 4
	forControl  = 2 // of maxFlight, that other classes leave free
	ackDelay    = 5 * time.Millisecond
	ackEvery    = 2 // frames
	reordered   = 3 // later frames acknowledged: a frame before them is lost
	firstRTT    = 100 * time.Millisecond
	maxRTO      = time.Second
	burst       = 4
	queueLimit  = 64 // control frames that wait before another may be added
	lossTooMuch = 4  // one frame in so many lost is the air's noise, more is our own doing
)

type window struct {
	out    [classes]outgoing
	in     [classes]incoming
	flight []*sent // in the order they were (last) sent
	pull   func(Class) (Frame, bool)
	admit  func(Class) bool // whether there is room for what arrives

	index    uint64 // counts transmissions
	srtt     time.Duration
	least    time.Duration // the shortest round trip of late
	patient  int           // times that a frame was waited for in vain since a round trip was measured
	cwnd     float64
	credit   float64
	creditAt time.Time
	round    round

	unacked int // frames that came since the last Ack
	ackAt   time.Time
	stats   WindowStats
}

// WindowStats tells how the air is.
type WindowStats struct {
	Sent, Again, Received, Twice uint64
	RoundTrip                    time.Duration
}

type outgoing struct {
	next  uint32 // number of the next new frame
	base  uint32 // lowest number not acknowledged
	queue []Frame
}

type incoming struct {
	next  uint32
	ahead map[uint32]Frame
}

type sent struct {
	frame   Frame
	class   Class
	at      time.Time
	index   uint64
	times   int
	waiting bool // lost: waits to be sent again
}

// round is what the pace is judged by: one round trip's worth of frames.
type round struct {
	until      time.Time
	sent, lost int
	fastest    time.Duration
	filled     bool // the window was used up: more would have been sent
}

func newWindow(now time.Time, pull func(Class) (Frame, bool), admit func(Class) bool) *window {
	w := &window{pull: pull, admit: admit, srtt: firstRTT, cwnd: 8, credit: burst, creditAt: now}
	for c := range w.out {
		w.out[c].next, w.out[c].base = 1, 1
		w.in[c] = incoming{next: 1, ahead: map[uint32]Frame{}}
	}
	return w
}

// send queues frames of ours of one class, all or none: there is room as long as fewer
// wait than may. What pull gives is asked for when there is room.
func (w *window) send(frames ...Frame) bool {
	o := &w.out[frames[0].Kind.Class()]
	if len(o.queue) >= queueLimit {
		return false
	}
	o.queue = append(o.queue, frames...)
	return true
}

// receive takes in a numbered frame and returns what may now be looked at, in
// order. A frame for which there is no room is lost on purpose.
func (w *window) receive(now time.Time, f Frame) (ready []Frame) {
	c := f.Kind.Class()
	in := &w.in[c]
	_, early := in.ahead[f.Number]
	switch {
	case f.Number < in.next || early:
		w.stats.Twice++
		w.ackAt = now
		return nil
	case f.Number > in.next+maxFlight || !w.admit(c):
		return nil
	}
	w.stats.Received++
	if f.Number != in.next {
		w.ackAt = now // a hole: say so at once
	}
	in.ahead[f.Number] = f
	for {
		g, ok := in.ahead[in.next]
		if !ok {
			break
		}
		delete(in.ahead, in.next)
		in.next++
		ready = append(ready, g)
	}
	w.oweAck(now)
	return ready
}

func (w *window) oweAck(now time.Time) {
	if w.unacked++; w.unacked >= ackEvery || len(w.in[Control].ahead)+len(w.in[Operations].ahead)+len(w.in[Chunks].ahead) > 0 {
		w.ackAt = now
	} else if w.ackAt.IsZero() {
		w.ackAt = now.Add(ackDelay)
	}
}

func (w *window) ack() Frame {
	var a Ack
	for c := range w.in {
		a.Classes[c].Next = w.in[c].next
		for n := range w.in[c].ahead {
			a.Classes[c].Bits |= 1 << (n - w.in[c].next - 1)
		}
	}
	w.unacked, w.ackAt = 0, time.Time{}
	return frame(KindAck, a)
}

// acked crosses off what has arrived.
func (w *window) acked(now time.Time, a Ack) {
	latest := uint64(0)
	w.flight = slices.DeleteFunc(w.flight, func(s *sent) bool {
		if !a.Classes[s.class].has(s.frame.Number) {
			return false
		}
		if s.times == 1 {
			w.measure(now.Sub(s.at))
		}
		if s.times == 1 || w.least > 0 && now.Sub(s.at) >= w.least/2 { // else it is the earlier copy that came
			latest = max(latest, s.index)
		}
		return true
	})
	for c := range w.out {
		w.out[c].base = w.lowest(Class(c))
	}
	for _, s := range w.flight {
		if !s.waiting && s.index+reordered <= latest {
			w.lose(s)
		}
	}
	w.pace(now)
}

func (g Got) has(n uint32) bool {
	return n < g.Next || n > g.Next && n-g.Next <= maxFlight && g.Bits>>(n-g.Next-1)&1 == 1
}

func (w *window) lowest(c Class) uint32 {
	low := w.out[c].next
	for _, s := range w.flight {
		if s.class == c {
			low = min(low, s.frame.Number)
		}
	}
	return low
}

func (w *window) lose(s *sent) {
	s.waiting = true
	w.round.lost++
}

func (w *window) measure(rtt time.Duration) {
	if w.least == 0 {
		w.srtt, w.least = rtt, rtt
	}
	w.patient = 0
	w.srtt += (rtt - w.srtt) / 8
	w.least = min(w.least, rtt)
	if w.round.fastest == 0 || rtt < w.round.fastest {
		w.round.fastest = rtt
	}
	w.stats.RoundTrip = w.srtt
}

// pace looks back on a round trip: a window that was full and lost little grows
// by two; one whose frames queue up somewhere, or that loses more than the air
// does by itself, shrinks by three tenths.
func (w *window) pace(now time.Time) {
	r := &w.round
	if now.Before(r.until) {
		return
	}
	queued := r.fastest > 2*w.least+20*time.Millisecond
	if r.sent >= 8 && r.lost*lossTooMuch > r.sent || queued {
		w.cwnd = max(minFlight, w.cwnd*0.7)
	} else if r.filled {
		w.cwnd = min(maxFlight, w.cwnd+2)
	}
	w.least += w.least / 128 // the way may have become longer
	w.round = round{until: now.Add(w.srtt)}
}

// rto is how long a frame that was sent so many times is waited for. While
// nothing was measured, new frames wait as long as old ones had to: else a way
// that is longer than was thought would have every frame sent twice, and never
// be measured.
func (w *window) rto(times int) time.Duration {
	d := 2*w.srtt + 10*time.Millisecond
	for range min(max(times-1, w.patient), 10) {
		d *= 2
	}
	return min(d, maxRTO)
}

// poll returns the next datagram to send now, if there is one.
func (w *window) poll(now time.Time) ([]byte, bool) {
	if !w.ackAt.IsZero() && !now.Before(w.ackAt) {
		return w.ack().Encode(), true
	}
	for _, s := range w.flight {
		if !s.waiting && !now.Before(s.at.Add(w.rto(s.times))) {
			w.patient = max(w.patient, s.times)
			w.lose(s)
		}
	}
	w.earn(now)
	if w.credit < 1 {
		return nil, false
	}
	s := w.again()
	if s == nil {
		s = w.fresh()
	}
	if s == nil {
		return nil, false
	}
	w.credit--
	w.index++
	s.at, s.index, s.waiting = now, w.index, false
	s.times++
	w.flight = append(w.flight, s)
	w.round.sent++
	w.stats.Sent++
	return s.frame.Encode(), true
}

// again takes a lost frame out of flight, the most pressing first.
func (w *window) again() *sent {
	best := -1
	for i, s := range w.flight {
		if s.waiting && (best < 0 || s.class < w.flight[best].class) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	s := w.flight[best]
	w.flight = slices.Delete(w.flight, best, best+1)
	w.stats.Again++
	return s
}

// fresh takes the next new frame, by class, while the window has room.
func (w *window) fresh() *sent {
	for c := range classes {
		limit := maxFlight
		if c != Control {
			limit = min(int(w.cwnd), maxFlight-forControl)
		}
		o := &w.out[c]
		if len(w.flight) >= limit {
			w.round.filled = true
			continue
		}
		if o.next > o.base+maxFlight-1 {
			continue
		}
		if f, ok := w.take(c); ok {
			f.Number = o.next
			o.next++
			return &sent{frame: f, class: c}
		}
	}
	return nil
}

func (w *window) take(c Class) (Frame, bool) {
	if o := &w.out[c]; len(o.queue) > 0 {
		f := o.queue[0]
		o.queue = slices.Delete(o.queue, 0, 1)
		return f, true
	}
	return w.pull(c)
}

// earn gives the right to send: a window's worth a round trip, in small bursts,
// so that people's own traffic finds gaps between ours.
func (w *window) earn(now time.Time) {
	if dt := now.Sub(w.creditAt); dt > 0 {
		w.creditAt = now
		w.credit = min(burst, w.credit+1.25*w.cwnd*float64(dt)/float64(max(w.srtt, time.Millisecond)))
	}
}

// wake returns when poll may have something that it has not now; zero if only
// an arrival changes anything.
func (w *window) wake(now time.Time) (at time.Time) {
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if !w.ackAt.IsZero() {
		sooner(w.ackAt)
	}
	waits := false
	for _, s := range w.flight {
		if s.waiting {
			waits = true
		} else {
			sooner(s.at.Add(w.rto(s.times)))
		}
	}
	if (waits || !w.idle()) && w.credit < 1 {
		lack := (1 - w.credit) / (1.25 * w.cwnd) * float64(max(w.srtt, time.Millisecond))
		sooner(now.Add(max(time.Duration(lack), 100*time.Microsecond)))
	}
	return at
}

// idle reports whether the window could not send even if it might.
func (w *window) idle() bool {
	return len(w.flight) >= int(w.cwnd)
}

// quiet reports whether nothing of a class is under way.
func (w *window) quiet(c Class) bool {
	return w.out[c].base == w.out[c].next && len(w.out[c].queue) == 0
}

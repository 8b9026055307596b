package replication

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"celld/internal/op"
)

// Log is the history that two routers bring together.
type Log interface {
	// Have returns the head of every log, on disk, by device.
	Have() []Head
	// Hash returns the first bytes of the identity of the operation at r.
	Hash(r op.Ref) ([8]byte, bool)
	// Lacking yields what somebody who holds that much lacks, causes first; ok is
	// false while there is no more.
	Lacking(held op.Past) (next func() (o op.Operation, ok bool, err error))
	// Accept takes operations in that a router brought; they are on disk when it
	// returns. The router answers for them, also for what only comes to nothing later.
	Accept(from op.Device, ops []op.Operation) (Receipt, error)
}

// Store holds the chunks that payloads name.
type Store interface {
	Need(max int) []op.Chunk
	Chunk(name op.Chunk) ([]byte, error)
	AcceptChunks(chunks [][]byte) error
}

// Witness shows and proves forks.
type Witness interface {
	// Vouched returns the signed header at r, if its own signature holds.
	Vouched(r op.Ref) (header, sig []byte, err error)
	// Prove writes down that a device signed two histories.
	Prove(header, sig []byte) error
}

// House is everything that a conversation asks of the router it speaks for.
type House interface {
	Log
	Store
	Witness
}

// Receipt tells what became of operations that were handed in together.
type Receipt struct {
	New     []op.Ref
	Known   int
	Held    int // waiting for what vouches for them, or what they had seen
	Refused []Refused
	Forks   []Proof // signed headers at whose place another stands
}

// Refused is one operation that was not taken in.
type Refused struct {
	Ref op.Ref
	Err error
}

// Fault names one sort of bad input.
type Fault string

// The sorts of bad input.
const (
	FaultFrame     Fault = "frame"     // no frame, or a body that cannot be read
	FaultOperation Fault = "operation" // a run that no operations come out of
	FaultRefused   Fault = "refused"   // operations that are not authentic, whole, ours or placed
	FaultHole      Fault = "hole"      // operations whose causes never came
	FaultFork      Fault = "fork"      // an operation where another stands; its author's doing
	FaultChunk     Fault = "chunk"     // a chunk that nobody asked for
	FaultHeads     Fault = "heads"     // more logs than a cell can have
	FaultProof     Fault = "proof"     // a proof that proves nothing
	FaultClock     Fault = "clock"     // a trusted time that is not ours
	FaultEarly     Fault = "early"     // something before Hello, or a second Hello
)

// Bounds of one conversation.
const (
	patience     = 20   // faults that end it
	maxHeads     = 2048 // logs that a neighbour may speak of, besides as many as are held here
	maxGive      = 64   // chunks that it may want at once
	maxAsked     = 32   // chunks that we want at once
	maxLag       = 3600 // seconds between two trusted clocks before one is wrong
	debounce     = 10 * time.Millisecond
	afterChange  = 30 * time.Millisecond // and up to as much again: others may be quicker
	haveEvery    = 30 * time.Second      // and up to as much again
	pingEvery    = 12 * time.Second
	silence      = 40 * time.Second
	askAgain     = 5 * time.Second
	askLongest   = 8 * askAgain // of one neighbour
	versionLeast = 1
	versionMost  = 1
)

// peer is one conversation: what arrives goes into receive, what is to be sent
// comes out of poll, and what has to be done at the door comes out of work.
type peer struct {
	house  House
	from   op.Device // the other router
	cell   op.ID
	adopt  func(op.ID) // may be nil
	clock  func() (uint64, op.Clock)
	claims *claims
	win    *window
	in     intake

	hello   *Hello               // theirs
	theirs  map[op.Device]Head   // what they told last, and what came from them
	heard   map[op.Device]uint64 // what they told last
	listing []Head               // a whole list that is arriving
	listed  bool                 // a whole list has come
	within  bool                 // First has come and Last has not
	over    bool                 // it speaks of too many

	sent    op.Past // how far each log was sent in this conversation
	again   map[op.Device]retry
	split   map[op.Device]bool // logs of which they hold another branch
	next    func() (op.Operation, bool, error)
	pending *op.Operation       // did not fit into the last frame
	drained bool                // the last frame said End
	asked   map[op.Chunk]asking // what has not come
	due     map[op.Chunk]int    // how often each may still come: as often as it was asked for
	give    []op.Chunk

	told    map[op.Device]uint64
	changed time.Time // when to tell heads that changed; zero: nothing did
	push    time.Time // when to look for operations to send
	haveAt  time.Time
	pingAt  time.Time
	heardAt time.Time

	faults map[Fault]int
	points int
	ended  *Reason // we end it, or they did
	theirW bool    // they did
	news   uint64
	chance *rand.Rand
}

// retry remembers a log that they still lack after we sent it.
type retry struct {
	seq   uint64
	times int
	skip  int
}

func newPeer(now time.Time, house House, cell op.ID, clock func() (uint64, op.Clock), c *claims, seed uint64) *peer {
	p := &peer{house: house, cell: cell, clock: clock, claims: c,
		theirs: map[op.Device]Head{}, heard: map[op.Device]uint64{}, sent: op.Past{}, again: map[op.Device]retry{}, split: map[op.Device]bool{},
		asked: map[op.Chunk]asking{}, due: map[op.Chunk]int{}, told: map[op.Device]uint64{}, faults: map[Fault]int{}, heardAt: now,
		drained: true, chance: rand.New(rand.NewPCG(seed, 1))}
	p.win = newWindow(now, p.pull, p.admits)
	t, q := clock()
	p.win.send(frame(KindHello, Hello{Lowest: versionLeast, Highest: versionMost, Cell: cell, Features: []uint16{}, Time: t, Clock: q}))
	p.tellAll(now)
	p.pingAt = now.Add(pingEvery)
	return p
}

func (p *peer) fault(f Fault) {
	p.faults[f]++
	if f == FaultFork || f == FaultClock || f == FaultHole && len(p.split) > 0 {
		return // counted and shown; not this neighbour's doing, or harmless
	}
	if p.points++; p.points >= patience {
		p.end(ByeConduct)
	}
}

func (p *peer) end(r Reason) {
	if p.ended == nil {
		p.ended = &r
	}
}

// receive takes in one datagram.
func (p *peer) receive(now time.Time, b []byte) {
	f, err := ParseFrame(b)
	if err != nil {
		p.fault(FaultFrame)
		return
	}
	p.heardAt = now
	switch f.Kind {
	case KindAck:
		if a, err := DecodeAck(f.Body); err != nil {
			p.fault(FaultFrame)
		} else {
			p.win.acked(now, a)
		}
	case KindBye:
		if bye, err := DecodeBye(f.Body); err != nil {
			p.fault(FaultFrame)
		} else {
			p.end(bye.Reason)
			p.theirW = true
		}
	default:
		for _, g := range p.win.receive(now, f) {
			if p.ended == nil {
				p.read(now, g)
			}
		}
	}
}

// admits keeps operations and chunks out before Hello, and while two batches
// of them are here.
func (p *peer) admits(c Class) bool { return c == Control || p.hello != nil && p.in.admits() }

func (p *peer) read(now time.Time, f Frame) {
	if (f.Kind == KindHello) != (p.hello == nil) {
		p.fault(FaultEarly)
		return
	}
	read := map[Kind]func(time.Time, []byte) error{
		KindHello: p.readHello, KindHave: p.readHave, KindWant: p.readWant, KindProof: p.readProof,
		KindPing: p.readPing, KindRun: p.readRuns, KindChunk: p.readPiece,
	}[f.Kind]
	if read == nil {
		return // of a later version: acknowledged and left alone
	}
	if err := read(now, f.Body); err != nil {
		p.fault(FaultFrame)
	}
}

func (p *peer) readHave(now time.Time, b []byte) error {
	h, err := DecodeHave(b)
	if err != nil {
		return err
	}
	if h.First {
		p.listing, p.within = nil, true
	}
	if p.within && len(p.listing)+len(h.Heads) > p.mostLogs() {
		p.over, h.Heads = true, nil // the rest of the list counts all the same
	}
	if !p.within {
		p.learn(h.Heads)
	} else if p.listing = append(p.listing, h.Heads...); h.Last {
		p.learn(p.listing)
		p.listing, p.within, p.listed = nil, false, true
		p.lookBack()
	}
	p.next, p.pending, p.push = nil, nil, now
	return nil
}

// learn notes heads, and finds logs of which they hold another branch. Who
// tells of less than before lies: a log does not shrink while its router runs.
// Who tells of too many may only hold more than we do: a router gone bad can
// have begun them, and they stay. So that is one fault a list.
func (p *peer) learn(heads []Head) {
	for _, h := range heads {
		if !p.mayHold(h.Device) {
			p.over = true
			continue
		}
		if h.Seq < p.heard[h.Device] {
			p.fault(FaultHeads)
			continue
		}
		p.heard[h.Device] = h.Seq
		if h.Seq < p.theirs[h.Device].Seq {
			continue // operations of theirs have overtaken it
		}
		p.theirs[h.Device] = h
		own, here := p.house.Hash(op.Ref{Device: h.Device, Seq: h.Seq})
		if !here || own == h.Hash || p.split[h.Device] {
			continue
		}
		p.split[h.Device] = true
		p.fault(FaultFork)
		if header, sig, err := p.house.Vouched(op.Ref{Device: h.Device, Seq: h.Seq}); err == nil {
			p.win.send(frame(KindProof, Proof{Header: header, Signature: sig}))
		}
	}
	if p.over {
		p.over = false
		p.fault(FaultHeads)
	}
}

// mayHold reports whether a neighbour may speak of a log: one that it has spoken
// of, or one more.
func (p *peer) mayHold(d op.Device) bool {
	_, known := p.theirs[d]
	return known || len(p.theirs) < p.mostLogs()
}

// mostLogs is how many logs a neighbour may speak of.
func (p *peer) mostLogs() int { return maxHeads + len(p.told) }

// lookBack finds what was sent and has not been taken: it is sent again, less
// and less often, since somebody may not want it at all.
func (p *peer) lookBack() {
	if !p.win.quiet(Operations) {
		return
	}
	for d, seq := range p.sent {
		have := p.theirs[d].Seq
		if have >= seq {
			delete(p.again, d)
			continue
		}
		r := p.again[d]
		if r.seq != have {
			r = retry{seq: have}
		}
		if r.skip > 0 {
			r.skip--
		} else {
			r.times++
			r.skip = 1<<min(r.times, 8) - 1
			p.sent[d] = have
		}
		p.again[d] = r
	}
}

func (p *peer) readWant(_ time.Time, b []byte) error {
	w, err := DecodeWant(b)
	if err != nil {
		return err
	}
	for _, name := range w.Names {
		if len(p.give) < maxGive && !slices.Contains(p.give, name) {
			p.give = append(p.give, name)
		}
	}
	return nil
}

func (p *peer) readProof(_ time.Time, b []byte) error {
	proof, err := DecodeProof(b)
	if err != nil {
		return err
	}
	if p.house.Prove(proof.Header, proof.Signature) != nil {
		p.fault(FaultProof)
	}
	return nil
}

func (p *peer) readRuns(now time.Time, b []byte) error {
	runs, err := DecodeRuns(b)
	if err != nil {
		return err
	}
	for _, r := range runs.Runs {
		ops, err := r.Operations(p.cell)
		if err != nil {
			p.fault(FaultOperation)
			continue
		}
		p.in.operations(now, ops)
		last := ops[len(ops)-1]
		if p.theirs[r.Device].Seq < last.Header.Seq && p.mayHold(r.Device) {
			p.theirs[r.Device] = Head{Device: r.Device, Seq: last.Header.Seq, Hash: last.Seen8()}
		}
	}
	p.in.end = p.in.end || runs.End
	return nil
}

func (p *peer) readPiece(now time.Time, b []byte) error {
	piece, err := DecodePiece(b)
	if err != nil {
		return err
	}
	name := chunkName(piece.Chunk)
	if p.due[name] == 0 {
		p.fault(FaultChunk)
		return nil
	}
	if p.due[name]--; p.due[name] == 0 {
		delete(p.due, name)
	}
	if _, asked := p.asked[name]; asked {
		delete(p.asked, name)
		p.in.chunk(now, piece.Chunk)
		p.in.end = p.in.end || p.awaited(now) == 0
	}
	return nil
}

// work returns a batch for the door when one is due; done must follow.
func (p *peer) work(now time.Time) (batch, bool) { return p.in.due(now) }

// outcome is what the door said to a batch.
type outcome struct {
	Receipt
	err      error // the storage's own: neither side's fault
	chunkErr error
}

// enter brings a batch to the door. It may take long, and uses nothing of p
// that changes.
func (p *peer) enter(b batch) (o outcome) {
	if len(b.ops) > 0 {
		o.Receipt, o.err = p.house.Accept(p.from, b.ops)
	}
	for _, f := range o.Forks {
		_ = p.house.Prove(f.Header, f.Signature) // who cannot write passes it on as it is
	}
	if len(b.chunks) > 0 {
		o.chunkErr = p.house.AcceptChunks(b.chunks)
	}
	return o
}

func (p *peer) done(now time.Time, o outcome) {
	p.in.busy = false
	p.news += uint64(len(o.New))
	for _, r := range o.Refused {
		var missing op.MissingError
		switch {
		case errors.Is(r.Err, op.ErrFork):
			p.fault(FaultFork)
		case errors.As(r.Err, &missing):
			p.fault(FaultHole)
		default:
			p.fault(FaultRefused)
		}
	}
	p.wants(now)
}

// noticed tells that the log has grown, by whomever.
func (p *peer) noticed(now time.Time) {
	if p.changed.IsZero() {
		p.changed = now.Add(debounce)
	}
	if p.push.IsZero() || p.push.Before(now) {
		p.push = now.Add(afterChange + time.Duration(p.chance.Int64N(int64(afterChange))))
	}
}

// tick does what time brings.
func (p *peer) tick(now time.Time) {
	if !p.changed.IsZero() && !now.Before(p.changed) {
		p.tellChanged()
	}
	if !now.Before(p.haveAt) {
		p.tellAll(now)
	}
	if !now.Before(p.pingAt) {
		t, q := p.clock()
		p.win.send(frame(KindPing, Ping{Time: t, Clock: q}))
		p.pingAt = now.Add(pingEvery)
		p.wants(now)
	}
	if !p.push.IsZero() && !now.Before(p.push) {
		p.push, p.drained = time.Time{}, false
		p.wants(now)
	}
	if now.Sub(p.heardAt) > silence {
		p.end(ByeSilence)
	}
}

func (p *peer) tellAll(now time.Time) {
	heads := p.house.Have()
	p.told = make(map[op.Device]uint64, len(heads))
	p.tell(heads, true)
	p.changed = time.Time{}
	p.haveAt = now.Add(haveEvery + time.Duration(p.chance.Int64N(int64(haveEvery))))
}

func (p *peer) tellChanged() {
	var heads []Head
	for _, h := range p.house.Have() {
		if p.told[h.Device] != h.Seq {
			heads = append(heads, h)
		}
	}
	p.changed = time.Time{}
	if len(heads) > 0 {
		p.tell(heads, false)
	}
}

// tell sends heads, a frame's worth at a time; all of them or, when the neighbour has
// not heard enough of what was said before, none: a list without its end is never one.
func (p *peer) tell(heads []Head, whole bool) {
	var frames []Frame
	for first := true; first || len(heads) > 0; first = false {
		n := min(len(heads), headsAFrame)
		for _, h := range heads[:n] {
			p.told[h.Device] = h.Seq
		}
		frames = append(frames, frame(KindHave, Have{First: whole && first, Last: whole && n == len(heads), Heads: heads[:n:n]}))
		heads = heads[n:]
	}
	p.win.send(frames...)
}

// pull gives the window what it has room for.
func (p *peer) pull(c Class) (Frame, bool) {
	switch {
	case c == Operations && p.listed && !p.drained:
		return p.pullRuns()
	case c == Chunks:
		return p.pullChunk()
	}
	return Frame{}, false
}

// pullRuns fills a frame with what they lack.
func (p *peer) pullRuns() (Frame, bool) {
	var pack packer
	for {
		o, ok := p.lacking()
		if !ok {
			p.drained = true
			if len(pack.runs) == 0 {
				return Frame{}, false
			}
			return pack.frame(true), true
		}
		if !pack.add(o) {
			p.pending = &o
			return pack.frame(false), true
		}
		p.sent[o.Header.Device] = o.Header.Seq
	}
}

// lacking returns the next operation to send.
func (p *peer) lacking() (op.Operation, bool) {
	if o := p.pending; o != nil {
		p.pending = nil
		return *o, true
	}
	if p.next == nil {
		held := p.sent.Clone()
		for d, h := range p.theirs {
			held[d] = max(held[d], h.Seq)
		}
		for d := range p.split {
			held[d] = math.MaxUint64 // until people have settled it
		}
		p.next = p.house.Lacking(held)
	}
	o, ok, err := p.next()
	return o, ok && err == nil
}

func (p *peer) pullChunk() (Frame, bool) {
	for len(p.give) > 0 {
		name := p.give[0]
		p.give = slices.Delete(p.give, 0, 1)
		if b, err := p.house.Chunk(name); err == nil {
			return frame(KindChunk, Piece{Chunk: b}), true
		}
	}
	return Frame{}, false
}

// wake returns when something has to be done though nothing arrives.
func (p *peer) wake(now time.Time) time.Time {
	at := p.heardAt.Add(silence + time.Millisecond)
	for _, t := range []time.Time{p.win.wake(now), p.in.wake(), p.changed, p.push, p.haveAt, p.pingAt} {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	return at
}

package oplog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sort"

	"celld/internal/cell"
	"celld/internal/op"
)

// passing is an operation that has a time to go and still has its payload. The
// kinds that may have one are listed by package cell; a locked router cannot
// tell a kind, and need not: any other is refused by all.
type passing struct {
	ref  op.Ref
	due  uint64 // Unix seconds; 0 while no trusted time is known since it came
	span uint64 // how long its writer wanted it to be kept
}

// passes reports whether the payload of such an operation may go. A public one stays,
// since no public kind may expire: in it stands the key of its log, and what
// others wrote after it could not be placed by anybody who never had that.
func passes(h op.Header) bool { return h.Expires != 0 && !h.EpochID().IsZero() }

// dated is when an operation goes: at the time that it says or, where its
// writer could not know the date, so long after the first trusted time that is
// known here after it came.
func dated(h op.Header) passing {
	p := passing{ref: h.Ref(), span: h.Expires - min(h.Expires, h.Time)}
	if h.Clock.Trusted() {
		p.due = h.Expires
	}
	return p
}

// passings are all of them. The log's index lock guards it.
type passings struct {
	list    []passing
	undated int // how many of them have no date yet
}

func (p *passings) add(x passing) {
	p.list = append(p.list, x)
	if x.due == 0 {
		p.undated++
	}
}

// note takes in an operation that got its place.
func (p *passings) note(o op.Operation) {
	if o.Header.Clock.Trusted() {
		p.date(o.Header.Time)
	}
	if passes(o.Header) && o.Header.Expires != op.AtWill && o.Payload != nil {
		p.add(dated(o.Header))
	}
}

// date sets when those go that came before anybody here knew the time.
func (p *passings) date(now uint64) {
	for i := len(p.list) - 1; p.undated > 0; i-- {
		if x := &p.list[i]; x.due == 0 {
			x.due = now + x.span
			p.undated--
		}
	}
}

// forget takes what is gone off the list.
func (p *passings) forget(gone map[op.Ref]bool) {
	p.list = slices.DeleteFunc(p.list, func(x passing) bool {
		if gone[x.ref] && x.due == 0 {
			p.undated-- // what was burned need not have had a date
		}
		return gone[x.ref]
	})
}

// Expire drops the payloads whose time is over, with their chunks as far as
// the keys at hand tell them, and returns how many. A clock that nobody trusts
// drops nothing. Letters that others burned go whatever the time, and then the
// storage gives their room back at once.
func (l *Log) Expire() (int, error) {
	eraser, can := l.storage.(Eraser)
	if !can {
		return 0, nil
	}
	l.writer.Lock()
	defer l.writer.Unlock()
	if err := l.refoldWhole(); err != nil {
		return 0, err
	}
	burned := l.State().Burned()
	due := burned
	if now, quality := l.clock(); quality.Trusted() {
		due = append(l.overdue(now), burned...)
	}
	if len(due) == 0 {
		return 0, nil
	}
	stripped, chunks, err := l.strip(due)
	if err != nil {
		return 0, err
	}
	if len(stripped) > 0 {
		if err := eraser.Erase(stripped, chunks); err != nil {
			return 0, fmt.Errorf("oplog: erase: %w", err)
		}
	}
	l.forget(due, chunks)
	state, err := l.recalled(l.State())
	if err == nil {
		l.publish(state, l.Waiting())
	}
	if err == nil && len(burned) > 0 {
		err = eraser.Compact()
	}
	return len(stripped), err
}

// overdue lists what has to go now.
func (l *Log) overdue(now uint64) (due []op.Ref) {
	l.index.Lock()
	defer l.index.Unlock()
	l.passing.date(now)
	for _, p := range l.passing.list {
		if p.due <= now {
			due = append(due, p.ref)
		}
	}
	return due
}

// strip returns operations without their payload, by position, and the chunks
// that they name and nothing else does.
func (l *Log) strip(refs []op.Ref) (stripped map[uint32][]byte, chunks []op.Chunk, err error) {
	stripped = map[uint32][]byte{}
	for _, r := range refs {
		o, err := l.Stored(r)
		if err != nil {
			return nil, nil, err
		}
		if o.Payload == nil {
			continue // gone before the last snapshot was believed
		}
		chunks = append(chunks, l.ChunksOf(r)...)
		l.index.RLock()
		stripped[l.where[r.Device].At(uint32(r.Seq)-1)] = o.WithoutPayload().Encode()
		l.index.RUnlock()
	}
	chunks, err = l.unshared(chunks, refs)
	return stripped, chunks, err
}

// unshared leaves of chunks those that nothing names but what goes: anybody may name
// those of others. Names stand in payloads, so all of the log is read, which is seldom:
// few of what goes is so long. Where something is sealed from us, none goes; nothing
// opens them any more, since the salt does.
func (l *Log) unshared(chunks []op.Chunk, refs []op.Ref) ([]op.Chunk, error) {
	if len(chunks) == 0 {
		return nil, nil
	}
	alone, going := map[op.Chunk]bool{}, map[op.Ref]bool{}
	for _, name := range chunks {
		alone[name] = true
	}
	for _, r := range refs {
		going[r] = true
	}
	err := l.storage.Each(0, func(_ uint32, b []byte) error {
		o, err := op.Parse(b)
		if err != nil || going[o.Ref()] {
			return err
		}
		names, open := l.chunksOf(o)
		for _, name := range names {
			delete(alone, name)
		}
		if !open || len(alone) == 0 {
			clear(alone)
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, fmt.Errorf("oplog: look for chunks: %w", err)
	}
	return slices.DeleteFunc(chunks, func(name op.Chunk) bool { return !alone[name] }), nil
}

// errEnough ends the reading of a log before its end.
var errEnough = errors.New("oplog: that is enough")

func (l *Log) forget(refs []op.Ref, chunks []op.Chunk) {
	l.index.Lock()
	defer l.index.Unlock()
	gone := map[op.Ref]bool{}
	for _, r := range refs {
		gone[r] = true
	}
	l.passing.forget(gone)
	for _, name := range chunks {
		l.needs.came(name)
	}
}

// passed counts operations that are complete without their payload: they had a
// time to go, and nothing leans on them.
type passed struct{ all, public int }

// count reports whether o is one, by what came of opening it.
func (p *passed) count(o op.Operation, err error) bool {
	if !errors.Is(err, ErrDropped) || o.Header.Expires == 0 {
		return false
	}
	if p.all++; o.Header.EpochID().IsZero() {
		p.public++
	}
	return true
}

// Compact gives back the room of what was erased; see Eraser.
func (l *Log) Compact() error {
	eraser, can := l.storage.(Eraser)
	if !can {
		return nil
	}
	l.writer.Lock()
	defer l.writer.Unlock()
	return eraser.Compact()
}

// recalled returns a state with the board and the letters as they are on disk now. What the keys do
// not open is passed over.
func (l *Log) recalled(state *cell.State) (*cell.State, error) {
	var fault error
	state = state.Recall(l.newestFirst(), func(r op.Ref, onlyLetters bool) (op.Opened, bool) {
		if onlyLetters {
			if o, err := l.Stored(r); err == nil && o.Header.Size != uint64(op.LetterPayload) {
				return op.Opened{}, false
			}
		}
		o, err := l.load(r)
		if err != nil && !errors.Is(err, ErrWaiting) && !errors.Is(err, ErrDropped) {
			fault = errors.Join(fault, err)
		}
		return o, err == nil
	})
	return state, fault
}

// newestFirst lists what has a time to go against the one order.
func (l *Log) newestFirst() (refs []op.Ref) {
	l.index.RLock()
	defer l.index.RUnlock()
	places := make([]op.Place, 0, len(l.passing.list))
	for _, p := range l.passing.list {
		if place, ok := l.graph.Place(p.ref); ok {
			places = append(places, place)
		}
	}
	sort.Slice(places, func(i, j int) bool { return places[j].Before(places[i]) })
	for _, p := range places {
		refs = append(refs, p.Ref)
	}
	return refs
}

// passingBytes writes the list down for a snapshot, logs by their number. The
// caller holds the index.
func (l *Log) passingBytes() (b []byte) {
	number := map[op.Device]int{}
	for i, d := range l.graph.Numbered() {
		number[d] = i
	}
	for _, p := range l.passing.list {
		b = binary.AppendUvarint(b, uint64(number[p.ref.Device]))
		b = binary.AppendUvarint(b, p.ref.Seq)
		b = binary.AppendUvarint(b, p.due)
		b = binary.AppendUvarint(b, p.span)
	}
	return b
}

func (l *Log) readPassing(b []byte) error {
	in, devices := op.NewReader(b), l.graph.Numbered()
	for in.Left() > 0 && !in.Failed() {
		i, seq := in.Uvarint(), in.Uvarint()
		p := passing{due: in.Uvarint(), span: in.Uvarint()}
		if i >= uint64(len(devices)) {
			return errForged
		}
		p.ref = op.Ref{Device: devices[i], Seq: seq}
		if _, placed := l.graph.Place(p.ref); !placed {
			return errForged
		}
		l.passing.add(p)
	}
	return in.End()
}

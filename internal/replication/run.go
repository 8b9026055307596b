package replication

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"celld/internal/op"
)

// Run is operations that follow each other in one log. What each would repeat
// of the one before it, or of its own payload, does not travel: the receiver
// puts the headers together again and gets the same bytes, or else the
// signature of the last one fails.
type Run struct {
	_      struct{} `cbor:",toarray"`
	Scope  Scope
	Device op.Device
	Seq    uint64 // of the first
	Prev   []byte // of the first; empty at Seq 1
	Items  []Item
}

// Scope says which conversation the log belongs to.
type Scope uint8

// The scopes. Federation links will have numbers of their own.
const (
	Founding Scope = 0 // none: the founding operation, alone
	InCell   Scope = 1 // the cell's
)

// Item is what is left of an operation.
type Item struct {
	_         struct{} `cbor:",toarray"`
	Seen      []op.Seen
	Time      uint64
	Clock     op.Clock
	Level     op.Level
	Epoch     *[]byte // nil: that of the item before it
	Expires   uint64
	Signature []byte
	Payload   *[]byte // nil once dropped
	Hash      []byte  // empty unless the payload was dropped
	Size      uint64  // 0 unless the payload was dropped
}

// Runs is the body of a Run frame. End says that the sender has nothing more
// for now, so that the receiver need not wait before it takes in what has come.
type Runs struct {
	_    struct{} `cbor:",toarray"`
	End  bool
	Runs []Run
}

// DecodeRuns reads a Run frame's body, which must not change afterwards: what it
// returns lies in it.
func DecodeRuns(b []byte) (Runs, error) {
	c := op.NewCanon(b)
	c.Tuple(2)
	r := Runs{End: c.Bool()}
	n := c.Array()
	r.Runs = make([]Run, 0, min(n, 8))
	for ; n > 0 && c.Sound(); n-- {
		r.Runs = append(r.Runs, readRun(c))
	}
	if c.End() != nil || len(r.Runs) == 0 && !r.End || slices.ContainsFunc(r.Runs, func(run Run) bool { return !run.sound() }) {
		return Runs{}, ErrFrame
	}
	return r, nil
}

func readRun(c *op.Canon) Run {
	c.Tuple(5)
	r := Run{Scope: Scope(c.Uint(math.MaxUint8)), Device: c.Eight(), Seq: c.Uint(math.MaxUint64), Prev: c.Bytes()}
	n := c.Array()
	r.Items = make([]Item, 0, min(n, 8))
	for ; n > 0 && c.Sound(); n-- {
		r.Items = append(r.Items, readItem(c))
	}
	return r
}

func readItem(c *op.Canon) Item {
	c.Tuple(10)
	return Item{Seen: c.Seen(), Time: c.Uint(math.MaxUint64), Clock: op.Clock(c.Uint(math.MaxUint8)), Level: op.Level(c.Uint(math.MaxUint8)),
		Epoch: maybe(c), Expires: c.Uint(math.MaxUint64), Signature: c.Bytes(), Payload: maybe(c), Hash: c.Bytes(), Size: c.Uint(math.MaxUint64)}
}

// maybe reads a byte string or null.
func maybe(c *op.Canon) *[]byte {
	if c.Null() {
		return nil
	}
	b := c.Bytes()
	return &b
}

// sound holds a run to its one spelling; what its operations need besides, op
// checks when they are put together.
func (r Run) sound() bool {
	if len(r.Items) == 0 || r.Scope > InCell || r.Seq == 0 || r.Seq > 1<<63 || (r.Seq == 1) != (len(r.Prev) == 0) ||
		r.Seq > 1 && len(r.Prev) != 32 || r.Scope == Founding && (r.Seq != 1 || len(r.Items) != 1) {
		return false
	}
	last := r.Items[0].Epoch
	for i, it := range r.Items {
		dropped := it.Payload == nil
		again := i > 0 && it.Epoch != nil && bytes.Equal(*it.Epoch, *last)
		if it.Epoch == nil && i == 0 || again || dropped != (len(it.Hash) == 32) || !dropped && (len(it.Hash) > 0 || it.Size > 0) {
			return false
		}
		if it.Epoch != nil {
			last = it.Epoch
		}
	}
	return true
}

// Operations puts the operations of a run together for a cell.
func (r Run) Operations(cell op.ID) ([]op.Operation, error) {
	ops := make([]op.Operation, 0, len(r.Items))
	prev, epoch := r.Prev, []byte(nil)
	for i, it := range r.Items {
		h := op.Header{Version: op.Version, Device: r.Device, Seq: r.Seq + uint64(i), Prev: prev, Seen: it.Seen,
			Time: it.Time, Clock: it.Clock, Level: it.Level, Expires: it.Expires, Hash: it.Hash, Size: it.Size}
		if r.Scope == InCell {
			h.Scope = cell[:]
		}
		if it.Epoch != nil {
			epoch = *it.Epoch
		}
		h.Epoch = epoch
		var payload []byte
		if it.Payload != nil {
			payload = *it.Payload
		}
		o, err := op.Assemble(h, it.Signature, payload)
		if err != nil {
			return nil, fmt.Errorf("%w: operation %d of a run: %w", ErrFrame, i, err)
		}
		ops, prev = append(ops, o), o.ID[:]
	}
	return ops, nil
}

// itemOf takes from an operation what has to travel behind one of epoch before.
func itemOf(o op.Operation, before *[]byte) Item {
	h := o.Header
	_, sig := o.Signed()
	it := Item{Seen: h.Seen, Time: h.Time, Clock: h.Clock, Level: h.Level, Expires: h.Expires, Signature: sig}
	if epoch := append([]byte{}, h.Epoch...); before == nil || !bytes.Equal(epoch, *before) {
		it.Epoch = &epoch
	}
	if o.Payload != nil {
		it.Payload = &o.Payload
	} else {
		it.Hash, it.Size = h.Hash, h.Size
	}
	return it
}

// packer fills Run frames with operations.
type packer struct {
	runs  []Run
	size  int     // of all that is in runs, encoded
	epoch *[]byte // of the last operation
	next  op.Ref  // what would go on with the last run
}

// overhead is what stands around the runs of a frame: the frame's array and
// numbers, End, and the head of the array of runs.
const overhead = 1 + 2 + 5 + 1 + 1 + 3

// add puts o into the frame, unless it does not fit.
func (p *packer) add(o op.Operation) bool {
	goesOn := len(p.runs) > 0 && o.Ref() == p.next && len(o.Header.Scope) > 0 && p.runs[len(p.runs)-1].Scope == InCell
	before := p.epoch
	if !goesOn {
		before = nil
	}
	it := itemOf(o, before)
	run := Run{Scope: InCell, Device: o.Header.Device, Seq: o.Header.Seq, Prev: o.Header.Prev, Items: []Item{it}}
	if len(o.Header.Scope) == 0 {
		run.Scope = Founding
	}
	grows := len(op.MustMarshal(it)) + 2 // the list of items may need longer a head
	if !goesOn {
		grows = len(op.MustMarshal(run)) + 2
	}
	if len(p.runs) > 0 && overhead+p.size+grows > MaxFrame {
		return false
	}
	if goesOn {
		last := &p.runs[len(p.runs)-1]
		last.Items = append(last.Items, it)
	} else {
		p.runs = append(p.runs, run)
	}
	epoch := append([]byte{}, o.Header.Epoch...)
	p.size, p.epoch, p.next = p.size+grows, &epoch, op.Ref{Device: run.Device, Seq: run.Seq + 1}
	return true
}

// frame returns the frame and empties the packer.
func (p *packer) frame(end bool) Frame {
	f := frame(KindRun, Runs{End: end, Runs: p.runs})
	*p = packer{}
	return f
}

package op

import (
	"bytes"
	"encoding/binary"
)

// chain is what the graph remembers of one log: eight bytes of each identity,
// and in a few more what each operation adds to the one before it. So a cell's
// whole history costs some fifteen bytes an operation.
type chain struct {
	number int // of the device, in the graph
	head   ID
	ids    []byte   // eight bytes an operation, by sequence number from 1
	steps  []byte   // one after the other, see step
	marks  []way    // behind every markEvery-th operation
	seen   []uint32 // what the newest of those had seen
	tip    *way     // behind the last one; nil until something is pushed
}

// step is what an operation adds: to the rank of the one before it, and to
// what that had seen of other logs.
type step struct {
	rank uint32
	grew []growth
}

// growth is one device's advance in the closed past.
type growth struct{ device, by uint32 }

// way is how far one has come along a chain.
type way struct {
	at   int    // in steps
	rank uint32 // of the operation just passed
	seen []uint32
}

const markEvery = 64

func (c *chain) len() int { return len(c.ids) / 8 }

// id returns the first bytes of the identity of the operation at seq.
func (c *chain) id(seq uint64) [8]byte { return [8]byte(c.ids[8*(seq-1):]) }

func (c *chain) admits(o Operation) error {
	seq, have := o.Header.Seq, uint64(c.len())
	switch {
	case seq <= have && c.id(seq) == o.Seen8():
		return ErrKnown
	case seq <= have:
		return ErrFork
	case seq > have+1:
		return MissingError{Ref{o.Header.Device, have + 1}}
	case have > 0 && !bytes.Equal(o.Header.Prev, c.head[:]):
		return ErrFork
	}
	return nil
}

// push adds the operation with that identity.
func (c *chain) push(id ID, s step) {
	if c.tip == nil {
		w := c.walk(c.len())
		c.tip = &w
	}
	c.steps = extend(c.steps, s.pack())
	c.ids = extend(c.ids, id[:8])
	c.head = id
	c.tip.pass(c.steps)
	if c.len()%markEvery == 0 {
		c.mark(*c.tip)
	}
}

// pack writes a step in as few bytes as can be, as a way reads it: one where an
// operation has seen nothing new, and mostly one more for each device. First
// comes how many those are, twice, and whether the rank grows by more than one
// and follows; then for each how many devices are left out before it, up to
// gaps, and by how much more than one it grew.
func (s step) pack() []byte {
	b := make([]byte, 0, 32)
	if s.rank == 1 {
		b = binary.AppendUvarint(b, uint64(len(s.grew))<<1)
	} else {
		b = binary.AppendUvarint(b, uint64(len(s.grew))<<1|1)
		b = binary.AppendUvarint(b, uint64(s.rank))
	}
	next := uint32(0)
	for _, g := range s.grew {
		gap := g.device - next
		b = binary.AppendUvarint(b, uint64(g.by-1)*(gaps+1)+uint64(min(gap, gaps)))
		if gap >= gaps {
			b = binary.AppendUvarint(b, uint64(gap-gaps))
		}
		next = g.device + 1
	}
	return b
}

// gaps is where how many devices are left out is told apart.
const gaps = 7

// extend appends to what grows for as long as the cell lives, by a sixteenth at a
// time: room to grow is memory that nobody uses.
func extend(list, more []byte) []byte {
	if n := len(list) + len(more); n > cap(list) {
		list = append(make([]byte, 0, n+n/16), list...)
	}
	return append(list, more...)
}

// mark remembers how things stand. What had been seen lies together: thousands of
// small things, made one by one, would each hold up the memory around it.
func (c *chain) mark(w way) {
	if cap(c.seen)-len(c.seen) < len(w.seen) {
		c.seen = make([]uint32, 0, max(markRoom, len(w.seen)))
	}
	from := len(c.seen)
	c.seen = append(c.seen, w.seen...)
	w.seen = c.seen[from:len(c.seen):len(c.seen)]
	c.marks = append(c.marks, w)
}

// markRoom is how many numbers lie together.
const markRoom = 256

// behind returns how things stand behind the n-th operation, to look at only.
func (c *chain) behind(n int) way {
	if c.tip != nil && n == c.len() {
		return *c.tip
	}
	return c.walk(n)
}

// walk returns how things stand behind the n-th operation. What it returns may
// be changed.
func (c *chain) walk(n int) way {
	w, passed := way{}, 0
	if m := min(n/markEvery, len(c.marks)); m > 0 {
		w, passed = c.marks[m-1].clone(), m*markEvery
	}
	for ; passed < n; passed++ {
		w.pass(c.steps)
	}
	return w
}

// saw tells how much the n-th operation had seen of another log; 0 for what is before
// the first, and of a log that is not there.
func (c *chain) saw(n int, other *chain) uint64 {
	if other == nil {
		return 0
	}
	if w := c.behind(n); other.number < len(w.seen) {
		return uint64(w.seen[other.number])
	}
	return 0
}

// rank returns the rank of the operation at seq; 0 for what is before the first.
func (c *chain) rank(seq uint64) uint64 { return uint64(c.walk(int(seq)).rank) }

func (w way) clone() way {
	w.seen = append([]uint32(nil), w.seen...)
	return w
}

// pass goes on by one step.
func (w *way) pass(steps []byte) {
	w.read(steps, func(device, by uint32) {
		for len(w.seen) <= int(device) {
			w.seen = append(w.seen, 0)
		}
		w.seen[device] += by
	})
}

// read goes on by one step, all but what was seen: that it tells.
func (w *way) read(steps []byte, grew func(device, by uint32)) {
	n := w.number(steps)
	if n&1 == 0 {
		w.rank++
	} else {
		w.rank += uint32(w.number(steps))
	}
	next := uint32(0)
	for n >>= 1; n > 0; n-- {
		x := w.number(steps)
		gap := uint32(x % (gaps + 1))
		if gap == gaps {
			gap += uint32(w.number(steps))
		}
		grew(next+gap, uint32(x/(gaps+1))+1)
		next += gap + 1
	}
}

func (w *way) number(steps []byte) uint64 {
	if b := steps[w.at]; b < 0x80 {
		w.at++
		return uint64(b)
	}
	x, n := binary.Uvarint(steps[w.at:])
	w.at += n
	return x
}

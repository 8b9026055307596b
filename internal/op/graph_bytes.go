package op

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
)

// errGraph is returned for bytes that no graph wrote.
var errGraph = errors.New("op: not the bytes of a graph")

// Bytes is the graph as a snapshot keeps it: the number of logs, their devices
// by number, and for each its length, head, identities and steps.
func (g *Graph) Bytes() []byte {
	b := binary.AppendUvarint(nil, uint64(len(g.devices)))
	for _, d := range g.devices {
		b = append(b, d[:]...)
	}
	for _, d := range g.devices {
		c := g.chains[d]
		b = binary.AppendUvarint(b, uint64(c.len()))
		b = append(append(b, c.head[:]...), c.ids...)
		b = AppendField(b, c.spelled())
	}
	return b
}

// spelled writes the steps down one after the other: by how much the rank grows,
// of how many devices more was seen, and for each which and how many.
func (c *chain) spelled() (b []byte) {
	w := way{}
	for range c.len() {
		var grew []growth
		rank := w.rank
		w.read(c.steps, func(device, by uint32) { grew = append(grew, growth{device, by}) })
		b = binary.AppendUvarint(b, uint64(w.rank-rank))
		b = binary.AppendUvarint(b, uint64(len(grew)))
		for _, g := range grew {
			b = binary.AppendUvarint(b, uint64(g.device))
			b = binary.AppendUvarint(b, uint64(g.by))
		}
	}
	return b
}

// GraphFromBytes reads what Bytes wrote, and refuses anything else: ranks and
// pasts are those that such a history has. What the identities stand for it
// cannot know.
func GraphFromBytes(b []byte) (*Graph, error) {
	in, g := &Reader{rest: b}, NewGraph()
	for range in.Count(8) {
		d := Device(in.Bytes(8))
		if g.chains[d] != nil {
			return nil, errGraph
		}
		g.chains[d] = &chain{number: len(g.devices)}
		g.devices = append(g.devices, d)
	}
	for _, d := range g.devices {
		g.chains[d].read(in)
	}
	if err := in.End(); err != nil {
		return nil, err
	}
	return g, g.check()
}

func (c *chain) read(in *Reader) {
	n := in.Count(8)
	c.head = ID(in.Bytes(len(c.head)))
	c.ids = bytes.Clone(in.Bytes(8 * n))
	c.steps = in.Field() // as they are spelled; see ranks
	if n == 0 || !bytes.Equal(c.head[:8], c.ids[max(0, len(c.ids)-8):]) {
		in.Fail()
	}
}

// check computes every rank again, and sets the marks on the way.
func (g *Graph) check() error {
	ranks := make([][]uint32, len(g.devices))
	for i, d := range g.devices {
		var err error
		if ranks[i], err = g.chains[d].ranks(len(g.devices)); err != nil {
			return err
		}
	}
	for i, d := range g.devices {
		if err := g.chains[d].follow(i, ranks); err != nil {
			return err
		}
	}
	return nil
}

// ranks reads the steps of a chain as they are spelled, packs them, and returns
// the rank of each operation.
func (c *chain) ranks(devices int) ([]uint32, error) {
	in, rank, all := &Reader{rest: c.steps}, uint64(0), make([]uint32, c.len())
	c.steps = nil
	for i := range all {
		by := in.Uvarint()
		if rank += by; rank > math.MaxUint32 {
			return nil, errGraph
		}
		all[i] = uint32(rank)
		s, before := step{rank: uint32(by)}, -1
		for range in.Count(2) {
			number, by := in.Uvarint(), in.Uvarint()
			if number >= uint64(devices) || int(number) == c.number || int(number) <= before || by == 0 || by > math.MaxUint32 {
				return nil, errGraph
			}
			before = int(number)
			s.grew = append(s.grew, growth{uint32(number), uint32(by)})
		}
		c.steps = extend(c.steps, s.pack())
	}
	return all, in.End()
}

// follow walks along a chain whose steps are well formed, and wants each rank
// to be one more than the highest of what the operation had seen.
func (c *chain) follow(own int, ranks [][]uint32) error {
	w, last, before := way{}, uint32(0), []uint32(nil)
	for i := range c.len() {
		before = append(before[:0], w.seen...)
		w.pass(c.steps)
		highest := last
		for d, seq := range w.seen {
			switch {
			case d < len(before) && before[d] == seq || seq == 0:
				continue
			case int(seq) > len(ranks[d]):
				return errGraph
			}
			highest = max(highest, ranks[d][seq-1])
		}
		if last = ranks[own][i]; last != highest+1 {
			return errGraph
		}
		if (i+1)%markEvery == 0 {
			c.mark(w)
		}
	}
	return nil
}

package cell

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"celld/internal/op"
)

// Value is what every room's values can do: encode themselves canonically.
type Value interface{ MarshalState() []byte }

// finished is what values say that will hardly be asked for again: the shelf
// keeps their digest and folds them again when somebody looks.
type finished interface{ Finished() bool }

// subject is the smallest thing with a state of its own.
type subject struct {
	marks  []mark // every lawful operation that touches it, in order
	heads  []head // how far each device's operations reach here
	value  any    // nil once finished
	sum    [32]byte
	checks []check
}

// mark is a Place in twelve bytes.
type mark struct {
	rank, seq uint32
	device    uint16
}

// head is the newest operation of one device in a subject.
type head struct {
	seq    uint32
	device uint16
}

// check is a value on the way, so that a late arrival need not fold a long
// list from its beginning.
type check struct {
	after int
	value any
}

const checkEvery = 64

// devices numbers the devices, for marks.
type devices struct {
	names  []op.Device
	number map[op.Device]uint16
	shared bool
}

func newDevices() devices { return devices{number: map[op.Device]uint16{}} }

func (d devices) edit() devices {
	d.shared = true
	return d
}

func (d *devices) mark(p op.Place) mark {
	n, ok := d.number[p.Device]
	if !ok {
		d.unshare()
		n = uint16(len(d.names))
		d.names = append(d.names, p.Device)
		d.number[p.Device] = n
	}
	return mark{uint32(p.Rank), uint32(p.Seq), n}
}

func (d *devices) unshare() {
	if !d.shared {
		return
	}
	number := make(map[op.Device]uint16, len(d.number)+1)
	for k, v := range d.number {
		number[k] = v
	}
	d.names, d.number, d.shared = slices.Clone(d.names), number, false
}

func (d *devices) ref(m mark) op.Ref { return op.Ref{Device: d.names[m.device], Seq: uint64(m.seq)} }

func (d *devices) compare(a, b mark) int {
	if a.rank != b.rank {
		return int(int64(a.rank) - int64(b.rank))
	}
	x, y := d.names[a.device], d.names[b.device]
	if c := bytes.Compare(x[:], y[:]); c != 0 {
		return c
	}
	return int(int64(a.seq) - int64(b.seq))
}

// insert returns a subject with m in its place. The newest shares the list of
// the old one, which sees no further than its own length.
func (s *subject) insert(d *devices, m mark) *subject {
	if s == nil {
		return &subject{marks: []mark{m}, heads: []head{{m.seq, m.device}}}
	}
	next := s.copy()
	next.heads = raise(s.heads, m)
	if n := len(s.marks); d.compare(s.marks[n-1], m) < 0 {
		next.marks = append(s.marks, m)
		return next
	}
	at, _ := slices.BinarySearchFunc(s.marks, m, d.compare)
	next.marks = slices.Insert(slices.Clone(s.marks), at, m)
	next.checks = slices.Clone(slices.DeleteFunc(slices.Clone(s.checks), func(c check) bool { return c.after > at }))
	return next
}

func raise(heads []head, m mark) []head {
	heads = slices.Clone(heads)
	for i := range heads {
		if heads[i].device == m.device {
			heads[i].seq = max(heads[i].seq, m.seq)
			return heads
		}
	}
	return append(heads, head{m.seq, m.device})
}

func (s *subject) copy() *subject {
	next := *s
	return &next
}

// set stores a new value, or only its digest when it is finished.
func (s *subject) set(v any) {
	s.value, s.sum = v, [32]byte{}
	if n := len(s.marks); n%checkEvery == 0 && (len(s.checks) == 0 || s.checks[len(s.checks)-1].after < n) {
		s.checks = append(slices.Clip(s.checks), check{n, v})
	}
	if f, ok := v.(finished); ok && f.Finished() {
		s.sum, s.value = sumOf(v), nil
	}
}

func sumOf(v any) [32]byte {
	if v == nil {
		return [32]byte{}
	}
	return sha256.Sum256(v.(Value).MarshalState())
}

func (s *subject) digest() [32]byte {
	switch {
	case s == nil:
		return [32]byte{}
	case s.value == nil:
		return s.sum
	}
	return sumOf(s.value)
}

func (s *subject) current() any {
	if s == nil {
		return nil
	}
	return s.value
}

func (s *subject) list() []mark {
	if s == nil {
		return nil
	}
	return s.marks
}

func (s *subject) isLast(m mark) bool { return s.marks[len(s.marks)-1] == m }

func (s *subject) any(is func(mark) bool) bool { return slices.ContainsFunc(s.marks, is) }

// checkpoint returns the newest value on the way before which same holds for
// every operation, and how many operations it has behind it.
func (s *subject) checkpoint(same func(mark) bool) (int, any) {
	alike := slices.IndexFunc(s.marks, func(m mark) bool { return !same(m) })
	if alike < 0 {
		alike = len(s.marks)
	}
	for i := len(s.checks) - 1; i >= 0; i-- {
		if s.checks[i].after <= alike {
			return s.checks[i].after, s.checks[i].value
		}
	}
	return 0, nil
}

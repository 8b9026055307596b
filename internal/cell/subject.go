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

// subject is the smallest thing with a state of its own. Those on the boards
// are the ones at work; the many that are finished lie packed (see cold).
type subject struct {
	marks marks // every lawful operation that touches it, in order
	value any   // put away as a digest once finished
	long  *long // what only a long list needs
}

// digest stands in for a value that was put away.
type digest [32]byte

// long makes a long list quick: how far each device's operations reach, and
// values on the way.
type long struct {
	heads  []head
	checks []*check
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
// list from its beginning. They are the fewer the longer ago they were: every
// one of the last few, every second before, every fourth before that.
type check struct {
	after int
	value any
}

// checksNear bounds how far behind what comes late the fold has to begin again:
// at most half as far as it lies back. More would be quicker, and each value on
// the way of a long list, such as the versions of a page, is a list of its own.
const checksNear = 4

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
		return &subject{marks: marks{}.append(m)}
	}
	next, at := s.copy(), s.marks.len()
	if at == 0 || d.compare(s.marks.last(), m) < 0 {
		next.marks = s.marks.append(m)
	} else {
		next.marks, at = s.marks.insert(d, m)
	}
	next.lengthen(m, at)
	return next
}

// lengthen keeps the heads of a long list, and forgets the values on the way
// that an operation at a place in the list has overtaken.
func (s *subject) lengthen(m mark, at int) {
	if s.long == nil {
		s.measure()
		return
	}
	overtaken := func(c *check) bool { return c.after > at }
	s.long = &long{raise(s.long.heads, m), slices.DeleteFunc(slices.Clone(s.long.checks), overtaken)}
}

// measure finds the heads of a list that is long.
func (s *subject) measure() {
	if s.marks.len() < checkEvery {
		return
	}
	s.long = &long{}
	for _, m := range s.marks.all(0) {
		s.long.heads = lift(s.long.heads, m)
	}
}

func raise(heads []head, m mark) []head { return lift(slices.Clone(heads), m) }

// lift changes the heads that it is given.
func lift(heads []head, m mark) []head {
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
	s.value = v
	if n := s.marks.len(); n > 0 && n%checkEvery == 0 {
		s.check(n, v)
	}
	if f, ok := v.(finished); ok && f.Finished() {
		s.value = sumOf(v)
	}
}

func (s *subject) check(after int, v any) {
	if n := len(s.long.checks); n > 0 && s.long.checks[n-1].after >= after {
		return
	}
	checks := append(slices.Clone(s.long.checks), &check{after, v})
	s.long = &long{s.long.heads, slices.DeleteFunc(checks, func(c *check) bool { return c.spare(after) })}
}

// spare reports whether a value on the way can go, now that there is one
// behind so many operations.
func (c check) spare(newest int) bool {
	age, every := (newest-c.after)/checkEvery, c.after/checkEvery
	return age >= checksNear*(every&-every)
}

// forgetChecks drops the values on the way: some operation behind them has
// lost its standing, or gained it.
func (s *subject) forgetChecks() {
	if s.long != nil {
		s.long = &long{heads: s.long.heads}
	}
}

func sumOf(v any) digest {
	switch v := v.(type) {
	case nil:
		return digest{}
	case digest:
		return v
	case Value:
		return sha256.Sum256(v.MarshalState())
	}
	panic("cell: a value that cannot be encoded")
}

func (s *subject) digest() digest { return sumOf(s.current()) }

func (s *subject) current() any {
	if s == nil {
		return nil
	}
	return s.value
}

// putAway reports whether only the digest is left.
func (s *subject) putAway() bool {
	_, is := s.value.(digest)
	return is
}

// list returns the marks; there are none of what is not there.
func (s *subject) list() marks {
	if s == nil {
		return marks{}
	}
	return s.marks
}

// record packs what was put away.
func (s *subject) record(key string) record {
	sum := s.value.(digest)
	return record{[]byte(key), s.marks.bytes(), s.marks.len(), sum[:]}
}

// within reports whether all operations lie in a past.
func (s *subject) within(d *devices, past op.Past) bool {
	if s == nil {
		return true
	}
	if s.long == nil {
		return !s.any(func(m mark) bool { return !past.Has(d.ref(m)) })
	}
	for _, h := range s.long.heads {
		if uint64(h.seq) > past[d.names[h.device]] {
			return false
		}
	}
	return true
}

func (s *subject) isLast(m mark) bool { return s.marks.last() == m }

func (s *subject) any(is func(mark) bool) bool { return s.marks.any(is) }

// beginning is the value before the first operation.
var beginning check

// checkpoint returns the newest value on the way before which same holds for
// every operation.
func (s *subject) checkpoint(same func(mark) bool) *check {
	if s.long == nil || len(s.long.checks) == 0 {
		return &beginning
	}
	alike := s.marks.index(func(m mark) bool { return !same(m) })
	for _, c := range slices.Backward(s.long.checks) {
		if c.after <= alike {
			return c
		}
	}
	return &beginning
}

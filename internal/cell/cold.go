package cell

import (
	"encoding/binary"
	"slices"

	"celld/internal/op"
)

// cold keeps the subjects that were finished and put away: nearly all that a
// cell ever had. It is a few sorted runs, the longest and oldest first; what a
// newer one says of a subject counts. Runs are never changed, so that all
// States share them; two of like length become one, so that there are few.
type cold struct{ runs []*run }

// run is a list of subjects in the order of their keys, in some fifty bytes
// each.
type run struct {
	count  int
	data   []byte
	starts []uint32 // of every stride-th record, which spells its key whole
}

const stride = 16

// record is one subject of a run: its key, of which the next one leaves out
// what is alike, its marks, packed, and the digest of its value.
type record struct {
	key    []byte
	marks  []byte
	count  int
	digest []byte
}

// subject brings a record back as it was.
func (r record) subject() *subject {
	sub := &subject{value: digest(r.digest)}
	for _, m := range unpackMarks(string(r.marks)) {
		sub.marks = sub.marks.append(m)
	}
	sub.measure()
	return sub
}

func (c cold) get(key string) *subject {
	for _, r := range slices.Backward(c.runs) {
		if rec, ok := r.find(key); ok {
			return rec.subject()
		}
	}
	return nil
}

// with returns c with one more run, joined with those that are not much longer.
func (c cold) with(r *run) cold {
	n := len(c.runs)
	for ; n > 0 && c.runs[n-1].count < 2*r.count; n-- {
		r = join(c.runs[n-1], r)
	}
	return cold{append(slices.Clip(c.runs[:n]), r)}
}

// find looks for a subject.
func (r *run) find(key string) (record, bool) {
	block, whole := slices.BinarySearchFunc(r.starts, key, func(at uint32, key string) int {
		first, _ := r.next(int(at), nil)
		return compareKeys(first.key, key)
	})
	if !whole {
		block--
	}
	if block < 0 {
		return record{}, false
	}
	var rec record
	at := int(r.starts[block])
	for i := 0; i < stride && at < len(r.data); i++ {
		rec, at = r.next(at, rec.key)
		if c := compareKeys(rec.key, key); c >= 0 {
			return rec, c == 0
		}
	}
	return record{}, false
}

func compareKeys(a []byte, b string) int {
	switch s := string(a); {
	case s < b:
		return -1
	case s > b:
		return 1
	}
	return 0
}

// next reads the record at a place, given the key before it, whose memory it
// uses again, and returns where the one after it begins.
func (r *run) next(at int, before []byte) (record, int) {
	length := func() int {
		x, n := binary.Uvarint(r.data[at:])
		at += n
		return int(x)
	}
	field := func(n int) []byte {
		at += n
		return r.data[at-n : at : at]
	}
	shared := length()
	rec := record{key: append(before[:shared], field(length())...)}
	rec.count = length()
	rec.marks = field(length())
	rec.digest = field(len(digest{}))
	return rec, at
}

// write adds a subject behind the last one, and tells how much of its key it
// left out.
func (r *run) write(last []byte, rec record) (shared int) {
	if r.count%stride == 0 {
		r.starts = append(r.starts, uint32(len(r.data)))
	} else {
		shared = alike(last, rec.key)
	}
	r.data = binary.AppendUvarint(r.data, uint64(shared))
	r.data = op.AppendField(r.data, rec.key[shared:])
	r.data = binary.AppendUvarint(r.data, uint64(rec.count))
	r.data = op.AppendField(r.data, rec.marks)
	r.data = append(r.data, rec.digest...)
	r.count++
	return shared
}

func alike(a, b []byte) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// join makes one run of two; where both have a subject, the newer counts.
func join(old, newer *run) *run {
	out := &run{data: make([]byte, 0, len(old.data)+len(newer.data)+2*stride)}
	var last []byte
	put := func(rec record) {
		out.write(last, rec)
		last = append(last[:0], rec.key...)
	}
	a, b := old.cursor(), newer.cursor()
	for a.ok || b.ok {
		switch c := a.compare(b); {
		case c < 0:
			put(a.record)
			a.move()
		case c > 0:
			put(b.record)
			b.move()
		default:
			put(b.record)
			a.move()
			b.move()
		}
	}
	out.data = slices.Clone(out.data)
	return out
}

// cursor stands before the next record of a run.
type cursor struct {
	record
	run *run
	at  int
	ok  bool
}

func (r *run) cursor() *cursor {
	c := &cursor{run: r}
	c.move()
	return c
}

func (c *cursor) move() {
	if c.ok = c.at < len(c.run.data); c.ok {
		c.record, c.at = c.run.next(c.at, c.key)
	}
}

// compare orders cursors by the key that they stand at; who is at the end
// comes last.
func (c *cursor) compare(d *cursor) int {
	switch {
	case !c.ok:
		return 1
	case !d.ok:
		return -1
	}
	return compareKeys(c.key, string(d.key))
}

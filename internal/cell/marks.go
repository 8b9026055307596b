package cell

import (
	"encoding/binary"
	"math"
	"slices"

	"celld/internal/op"
)

// marks are the operations of a subject, in order. All but the newest are
// packed in about five bytes each. Like a slice, a longer list shares what it
// can with the shorter one that it grew from, which sees no further than its
// own length.
type marks struct {
	packed []string // packSize marks each
	tail   []mark
}

func (l marks) len() int { return len(l.packed)*packSize + len(l.tail) }

// all yields the marks in order, with their position, beginning at one.
func (l marks) all(from int) func(yield func(int, mark) bool) {
	return func(yield func(int, mark) bool) {
		for b := from / packSize; b < len(l.packed); b++ {
			for i, m := range unpackMarks(l.packed[b]) {
				if at := b*packSize + i; at >= from && !yield(at, m) {
					return
				}
			}
		}
		before := len(l.packed) * packSize
		for i := max(0, from-before); i < len(l.tail); i++ {
			if !yield(before+i, l.tail[i]) {
				return
			}
		}
	}
}

// last returns the newest mark of a list that is not empty.
func (l marks) last() (last mark) {
	if n := len(l.tail); n > 0 {
		return l.tail[n-1]
	}
	for _, last = range l.all(l.len() - 1) {
	}
	return last
}

// index returns the position of the first mark that is meant, or how many
// there are.
func (l marks) index(is func(mark) bool) int {
	for i, m := range l.all(0) {
		if is(m) {
			return i
		}
	}
	return l.len()
}

func (l marks) any(is func(mark) bool) bool { return l.index(is) < l.len() }

// append adds the newest.
func (l marks) append(m mark) marks {
	if len(l.tail) < packSize {
		return marks{l.packed, append(l.tail, m)}
	}
	return marks{append(l.packed, string(packMarks(nil, l.tail))), []mark{m}}
}

// insert puts m in its place, and tells which that is.
func (l marks) insert(d *devices, m mark) (marks, int) {
	at := l.place(d, m)
	block := min(at/packSize, len(l.packed))
	behind := []mark{}
	for _, x := range l.all(block * packSize) {
		behind = append(behind, x)
	}
	behind = op.Insert(behind, at-block*packSize, m)
	next := marks{packed: slices.Clip(l.packed[:block])}
	for _, x := range behind {
		next = next.append(x)
	}
	return next, at
}

// place returns where m belongs.
func (l marks) place(d *devices, m mark) int {
	first := func(packed string, m mark) int { return d.compare(firstMark(packed), m) }
	block, _ := slices.BinarySearchFunc(l.packed, m, first)
	for i, x := range l.all(max(0, block-1) * packSize) {
		if d.compare(x, m) >= 0 {
			return i
		}
	}
	return l.len()
}

// packMarks writes marks one after the other: the advance in rank, the device
// and the sequence number.
func packMarks(b []byte, list []mark) []byte {
	rank := uint32(0)
	for _, m := range list {
		b = binary.AppendUvarint(b, uint64(m.rank-rank))
		b = binary.AppendUvarint(b, uint64(m.device))
		b = binary.AppendUvarint(b, uint64(m.seq))
		rank = m.rank
	}
	return b
}

// bytes packs the whole list as one.
func (l marks) bytes() []byte {
	all := make([]mark, 0, l.len())
	for _, m := range l.all(0) {
		all = append(all, m)
	}
	return packMarks(nil, all)
}

// unpackMarks yields what packMarks wrote.
func unpackMarks(packed string) func(yield func(int, mark) bool) {
	return func(yield func(int, mark) bool) {
		var m mark
		for i := 0; len(packed) > 0; i++ {
			var rank, device uint32
			rank, packed = number(packed)
			device, packed = number(packed)
			m.seq, packed = number(packed)
			m.rank, m.device = m.rank+rank, uint16(device)
			if !yield(i, m) {
				return
			}
		}
	}
}

func firstMark(packed string) (first mark) {
	for _, first = range unpackMarks(packed) {
		break
	}
	return first
}

func number(s string) (x uint32, rest string) {
	for i, shift := 0, 0; ; i, shift = i+1, shift+7 {
		if x |= uint32(s[i]&0x7f) << shift; s[i] < 0x80 {
			return x, s[i+1:]
		}
	}
}

// readMarks reads n packed marks, and wants them in order and of devices that
// there are.
func readMarks(in *op.Reader, n int, d *devices) (l marks) {
	rank, last, tail := uint64(0), mark{}, make([]mark, 0, min(n, packSize))
	for i := range n {
		rank += in.Uvarint()
		device, seq := in.Uvarint(), in.Uvarint()
		if rank > math.MaxUint32 || seq > math.MaxUint32 || seq == 0 || device >= uint64(len(d.names)) {
			in.Fail()
		}
		m := mark{uint32(rank), uint32(seq), uint16(device)}
		if in.Failed() || i > 0 && d.compare(last, m) >= 0 {
			in.Fail()
			return marks{}
		}
		if len(tail) == packSize {
			l.packed, tail = append(l.packed, string(packMarks(nil, tail))), tail[:0]
		}
		tail, last = append(tail, m), m
	}
	l.tail = slices.Clip(slices.Clone(tail))
	return l
}

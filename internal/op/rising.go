package op

import (
	"encoding/binary"
	"iter"
)

// Rising is a list of numbers of which each is larger than the one before it,
// mostly by little: where the operations of a log lie, where the records of a file
// begin. It only grows. Each number is told as the difference to the one before,
// so that most take a byte or two. The zero value is empty.
type Rising struct {
	count, last uint32 // how many there are, and the newest
	steps       []byte
	stops       []stop // behind every stopEvery-th
}

// stop is how far one has come along the numbers.
type stop struct{ at, number uint32 }

const stopEvery = 64

// Len counts the numbers.
func (r *Rising) Len() uint32 { return r.count }

// Add puts one more behind the others.
func (r *Rising) Add(number uint32) {
	r.steps = extend(r.steps, binary.AppendUvarint(make([]byte, 0, binary.MaxVarintLen32), uint64(number-r.last)))
	r.last = number
	if r.count++; r.count%stopEvery == 0 {
		r.stops = append(r.stops, stop{uint32(len(r.steps)), number})
	}
}

// At returns the i-th number, from 0, of those that there are.
func (r *Rising) At(i uint32) uint32 {
	for _, number := range r.From(i) {
		return number
	}
	panic("op: no such number")
}

// From yields the numbers from the i-th on, in order.
func (r *Rising) From(i uint32) iter.Seq2[uint32, uint32] {
	return func(yield func(uint32, uint32) bool) {
		s, n := stop{}, i/stopEvery*stopEvery
		if n > 0 && n <= r.count {
			s = r.stops[n/stopEvery-1]
		}
		for ; n < r.count; n++ {
			if s.pass(r.steps); n >= i && !yield(n, s.number) {
				return
			}
		}
	}
}

func (s *stop) pass(steps []byte) {
	by, n := binary.Uvarint(steps[s.at:])
	s.at, s.number = s.at+uint32(n), s.number+uint32(by)
}

package oplog

import (
	"encoding/binary"
)

// positions are where the operations of one log lie, by sequence number from 1.
// They only grow, and by little where few routers write: each is told as the
// difference to the one before it, so that most take one byte.
type positions struct {
	count, last uint32 // how many there are, and where the newest lies
	steps       []byte
	stops       []stop // behind every stopEvery-th
}

// stop is how far one has come along positions.
type stop struct{ at, pos uint32 }

const stopEvery = 64

// add puts one more behind the others.
func (p *positions) add(pos uint32) {
	p.steps = binary.AppendUvarint(p.steps, uint64(pos-p.last))
	p.last = pos
	if p.count++; p.count%stopEvery == 0 {
		p.stops = append(p.stops, stop{uint32(len(p.steps)), pos})
	}
}

// at returns where the operation at a sequence number lies that there is; 0 for
// what is before the first.
func (p *positions) at(seq uint64) uint32 {
	s, passed := stop{}, uint64(0)
	if n := seq / stopEvery; n > 0 {
		s, passed = p.stops[n-1], n*stopEvery
	}
	for ; passed < seq; passed++ {
		s.pass(p.steps)
	}
	return s.pos
}

func (s *stop) pass(steps []byte) {
	by, n := binary.Uvarint(steps[s.at:])
	s.at, s.pos = s.at+uint32(n), s.pos+uint32(by)
}

// all yields every position, in order.
func (p *positions) all(yield func(uint32) bool) {
	s := stop{}
	for range p.count {
		if s.pass(p.steps); !yield(s.pos) {
			return
		}
	}
}

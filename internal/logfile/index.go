package logfile

import (
	"bytes"
	"iter"
	"maps"
	"slices"
	"sort"

	"celld/internal/op"
)

// index finds entries in the file: some two bytes an operation, about fifty a
// chunk. Offsets of four bytes bound the file at 4 GiB.
type index struct {
	operations op.Rising         // offsets of records, by position
	replaced   map[uint32]uint32 // those that others stand for, until the file is compacted
	chunks     map[op.Chunk]uint32
	erased     bool // something in the file is held no longer
}

func newIndex() index {
	return index{replaced: map[uint32]uint32{}, chunks: map[op.Chunk]uint32{}}
}

// from yields the positions from one on, and where the operation of each lies.
func (x *index) from(pos uint32) iter.Seq2[uint32, int64] {
	return func(yield func(uint32, int64) bool) {
		for pos, offset := range x.operations.From(pos) {
			if other, is := x.replaced[pos]; is {
				offset = other
			}
			if !yield(pos, int64(offset)) {
				return
			}
		}
	}
}

// at tells where the operation at a position lies, and how long its record is at
// most: the next one begins behind it, unless it was put in another's place.
func (x *index) at(pos uint32) (offset uint32, length int) {
	offset, length = 0, maxRecord
	for i, at := range x.operations.From(pos) {
		if i > pos {
			length = int(at - offset)
			break
		}
		offset = at
	}
	if other, is := x.replaced[pos]; is {
		return other, maxRecord
	}
	return offset, length
}

// fits reports whether a batch makes sense on top of x: no record of it
// replaces what is not there.
func (x *index) fits(batch []entry) bool {
	for _, e := range batch {
		if e.kind == kindReplace && e.pos >= x.operations.Len() {
			return false
		}
	}
	return true
}

// apply takes over a whole batch.
func (x *index) apply(batch []entry) {
	for _, e := range batch {
		switch e.kind {
		case kindOperation:
			x.operations.Add(e.offset)
		case kindChunk:
			x.chunks[e.name] = e.offset
		case kindReplace:
			x.replaced[e.pos] = e.offset
			x.erased = true
		case kindDrop:
			delete(x.chunks, e.name)
			x.erased = true
		}
	}
}

// missing returns the names of the given chunks that are not held, in order.
func (x *index) missing(chunks map[op.Chunk][]byte) []op.Chunk {
	var names []op.Chunk
	for name := range chunks {
		if _, ok := x.chunks[name]; !ok {
			names = append(names, name)
		}
	}
	sortNames(names)
	return names
}

// held returns those of the given names that are held, once each.
func (x *index) held(names []op.Chunk) []op.Chunk {
	var held []op.Chunk
	for _, name := range names {
		if _, ok := x.chunks[name]; ok {
			held = append(held, name)
		}
	}
	sortNames(held)
	return slices.Compact(held)
}

// names returns the names of all chunks, in order.
func (x *index) names() []op.Chunk {
	names := slices.Collect(maps.Keys(x.chunks))
	sortNames(names)
	return names
}

func sortNames(names []op.Chunk) {
	sort.Slice(names, func(i, j int) bool { return bytes.Compare(names[i][:], names[j][:]) < 0 })
}

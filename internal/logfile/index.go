package logfile

import (
	"bytes"
	"maps"
	"slices"
	"sort"

	"celld/internal/op"
)

// index finds entries in the file: four bytes an operation, about fifty a
// chunk. Offsets of four bytes bound the file at 4 GiB.
type index struct {
	operations []uint32 // offsets of records, by position
	chunks     map[op.Chunk]uint32
	erased     bool // something in the file is held no longer
}

// fits reports whether a batch makes sense on top of x: no record of it
// replaces what is not there.
func (x *index) fits(batch []entry) bool {
	for _, e := range batch {
		if e.kind == kindReplace && int64(e.pos) >= int64(len(x.operations)) {
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
			x.operations = append(x.operations, e.offset)
		case kindChunk:
			x.chunks[e.name] = e.offset
		case kindReplace:
			x.operations[e.pos] = e.offset
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

package logfile

import (
	"encoding/binary"
	"hash/crc32"

	"celld/internal/op"
)

// maxEntry bounds an operation or a chunk, as oplog.MaxEntry has it. The bound
// keeps the search behind a damaged record cheap.
const maxEntry = 2048

const (
	sumSize   = 4
	nameSize  = len(op.Chunk{})
	posSize   = 4
	maxBody   = nameSize + maxEntry
	maxRecord = sumSize + 3 + maxBody
)

type kind byte

const (
	kindOperation kind = iota
	kindChunk
	kindReplace
	kindDrop
)

// The bits of a record's head, below the length.
const (
	kindMask   = 3
	firstBit   = 1 << 2
	lastBit    = 1 << 3
	lengthFrom = 4
)

// prefix is how many bytes of a body come before the entry itself.
func (k kind) prefix() int {
	switch k {
	case kindChunk, kindDrop:
		return nameSize
	case kindReplace:
		return posSize
	default:
		return 0
	}
}

// record is one record as it lies in the file.
type record struct {
	kind        kind
	first, last bool
	sum         uint32
	covered     []byte // head and body, which the CRC covers
	body        []byte
	size        int
}

// parseRecord reads the record that b begins with. It does not check the CRC,
// which takes knowing where b lies; sound does.
func parseRecord(b []byte) (record, bool) {
	if len(b) <= sumSize {
		return record{}, false
	}
	head, n := binary.Uvarint(b[sumSize:min(len(b), sumSize+3)])
	length := int(head >> lengthFrom)
	if n <= 0 || n > 1 && b[sumSize+n-1] == 0 || length > maxBody || len(b) < sumSize+n+length {
		return record{}, false
	}
	r := record{
		kind:    kind(head & kindMask),
		first:   head&firstBit != 0,
		last:    head&lastBit != 0,
		sum:     binary.BigEndian.Uint32(b),
		covered: b[sumSize : sumSize+n+length],
		body:    b[sumSize+n : sumSize+n+length],
		size:    sumSize + n + length,
	}
	// No body is shorter than what its kind needs. So zeros, which a file
	// system may leave where a write was lost, are never a record.
	if r.kind == kindDrop {
		return r, length == nameSize
	}
	return r, length > r.kind.prefix() && length <= r.kind.prefix()+maxEntry
}

// sound reports whether the CRC is the one that begins with seed.
func (r record) sound(seed uint32) bool { return checksum(seed, r.covered) == r.sum }

// entry returns what the record says; at is its offset.
func (r record) entry(at int64) entry {
	e := entry{kind: r.kind, offset: uint32(at)}
	switch r.kind {
	case kindChunk, kindDrop:
		e.name = op.Chunk(r.body[:nameSize])
	case kindReplace:
		e.pos = binary.BigEndian.Uint32(r.body)
	}
	return e
}

// bytes returns the operation or chunk in the record.
func (r record) bytes() []byte { return r.body[r.kind.prefix():] }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(seed uint32, b []byte) uint32 { return crc32.Update(seed, castagnoli, b) }

// seedAt is where the CRC of a batch's first record begins: with the salt of
// the file and the record's offset in it.
func seedAt(salt uint64, offset int64) uint32 {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], salt)
	binary.BigEndian.PutUint64(b[8:], uint64(offset))
	return checksum(0, b[:])
}

// entry is what one record changes, and the offset where it lies.
type entry struct {
	kind   kind
	offset uint32
	pos    uint32   // kindReplace
	name   op.Chunk // kindChunk, kindDrop
}

// batch builds the bytes of one batch and remembers what they change.
type batch struct {
	bytes   []byte
	entries []entry
	at      int64  // offset of the batch in the file
	sum     uint32 // CRC so far
	left    int    // records still to be added
}

// newBatch begins a batch of count records at an offset.
func newBatch(salt uint64, at int64, count int) *batch {
	return &batch{at: at, sum: seedAt(salt, at), left: count, entries: make([]entry, 0, count)}
}

func (b *batch) operation(data []byte) { b.add(entry{kind: kindOperation}, nil, data) }

func (b *batch) chunk(name op.Chunk, data []byte) {
	b.add(entry{kind: kindChunk, name: name}, name[:], data)
}

func (b *batch) replace(pos uint32, data []byte) {
	b.add(entry{kind: kindReplace, pos: pos}, binary.BigEndian.AppendUint32(nil, pos), data)
}

func (b *batch) drop(name op.Chunk) { b.add(entry{kind: kindDrop, name: name}, name[:], nil) }

func (b *batch) add(e entry, prefix, data []byte) {
	b.left--
	head := uint64(len(prefix)+len(data))<<lengthFrom | uint64(e.kind)
	if len(b.entries) == 0 {
		head |= firstBit
	}
	if b.left == 0 {
		head |= lastBit
	}
	e.offset = uint32(b.at + int64(len(b.bytes)))
	b.entries = append(b.entries, e)

	begin := len(b.bytes)
	b.bytes = append(b.bytes, make([]byte, sumSize)...)
	b.bytes = binary.AppendUvarint(b.bytes, head)
	b.bytes = append(append(b.bytes, prefix...), data...)
	b.sum = checksum(b.sum, b.bytes[begin+sumSize:])
	binary.BigEndian.PutUint32(b.bytes[begin:], b.sum)
}

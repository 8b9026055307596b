package op

import (
	"encoding/binary"
	"errors"
)

// ErrShort is returned for bytes of ours that end too early, go on too long or
// spell a number in more bytes than it needs.
var ErrShort = errors.New("op: not whole")

// Reader takes apart the bytes of a snapshot: lengths that are bounded by what
// is there, and one error at the end instead of one at every step. After a
// failure it yields zeros.
type Reader struct {
	rest []byte
	err  error
}

// NewReader reads b, which must not change meanwhile.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Uvarint reads a number (encoding/binary's unsigned varint) in its one spelling.
func (r *Reader) Uvarint() uint64 {
	x, n := binary.Uvarint(r.rest)
	if n <= 0 || n > 1 && r.rest[n-1] == 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[n:]
	return x
}

// Count reads how many things follow, each of which takes at least size bytes.
func (r *Reader) Count(size int) int {
	n := r.Uvarint()
	if n > uint64(len(r.rest)/size) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Bytes reads n bytes, which share memory with those that are read. After a
// failure they are zeros.
func (r *Reader) Bytes(n int) []byte {
	if n > len(r.rest) {
		r.Fail()
	}
	if r.err != nil {
		return make([]byte, min(n, 64))
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Left tells how many bytes are left.
func (r *Reader) Left() int { return len(r.rest) }

// String reads a length and as many bytes.
func (r *Reader) String() string { return string(r.Field()) }

// Field reads a length and as many bytes, as Bytes does.
func (r *Reader) Field() []byte { return r.Bytes(r.Count(1)) }

// Fail makes the reader fail.
func (r *Reader) Fail() { r.rest, r.err = nil, ErrShort }

// Failed reports whether something could not be read.
func (r *Reader) Failed() bool { return r.err != nil }

// End returns what went wrong, and is not content with bytes left over.
func (r *Reader) End() error {
	if len(r.rest) > 0 {
		r.Fail()
	}
	return r.err
}

// AppendField writes what Field reads.
func AppendField(b, field []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(field))), field...)
}

package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"celld/internal/op"
)

// Errors of reading.
var (
	// ErrNot is returned for what was never a backup.
	ErrNot = errors.New("backup: this is no backup of a cell")
	// ErrNewer is returned for a backup that a newer celld wrote.
	ErrNewer = errors.New("backup: a newer celld wrote it")
	// ErrDamaged is returned for a backup that is cut short or changed.
	ErrDamaged = errors.New("backup: it is damaged or cut short")
)

// Entry is an operation, or a chunk with its name.
type Entry struct {
	Operation []byte
	Chunk     []byte
	Name      op.Chunk
}

// Reader reads a backup. Nothing that it returned may be believed before it
// returned io.EOF.
type Reader struct {
	Cell op.ID

	in                 *bufio.Reader
	sum                hash.Hash
	operations, chunks uint32
}

// NewReader reads the beginning of a backup.
func NewReader(r io.Reader) (*Reader, error) {
	b := &Reader{in: bufio.NewReader(r), sum: sha256.New()}
	line := make([]byte, len(magic))
	if err := b.take(line); err != nil {
		return nil, err
	}
	if same := len("celld backup "); !bytes.Equal(line[:same], []byte(magic[:same])) {
		return nil, ErrNot
	}
	if string(line) != magic {
		return nil, ErrNewer
	}
	return b, b.take(b.Cell[:])
}

// take fills b from the file, and adds it to the sum.
func (r *Reader) take(b []byte) error {
	_, err := io.ReadFull(r.in, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrDamaged
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	r.sum.Write(b)
	return nil
}

// Next returns the next entry; io.EOF after the last, when all of the backup
// was there and nothing else.
func (r *Reader) Next() (Entry, error) {
	var kind [1]byte
	if err := r.take(kind[:]); err != nil {
		return Entry{}, err
	}
	switch kind[0] {
	case kindEnd:
		return Entry{}, r.end()
	case kindOperation, kindChunk:
	default:
		return Entry{}, ErrDamaged
	}
	b, err := r.entry()
	if err != nil {
		return Entry{}, err
	}
	if kind[0] == kindChunk {
		r.chunks++
		return Entry{Chunk: b, Name: op.Chunk(sha256.Sum256(b))}, nil
	}
	if r.operations++; r.chunks > 0 {
		return Entry{}, ErrDamaged // operations stand before all chunks
	}
	return Entry{Operation: b}, nil
}

func (r *Reader) entry() ([]byte, error) {
	var size [2]byte
	if err := r.take(size[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint16(size[:])
	if n == 0 || n > maxEntry {
		return nil, ErrDamaged
	}
	b := make([]byte, n)
	return b, r.take(b)
}

// end compares the counts and the sum, and returns io.EOF.
func (r *Reader) end() error {
	var counts [8]byte
	if err := r.take(counts[:]); err != nil {
		return err
	}
	want := r.sum.Sum(nil)
	got := make([]byte, len(want))
	if err := r.take(got); err != nil {
		return err
	}
	operations, chunks := binary.BigEndian.Uint32(counts[:]), binary.BigEndian.Uint32(counts[4:])
	if !bytes.Equal(got, want) || operations != r.operations || chunks != r.chunks {
		return ErrDamaged
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return ErrDamaged // age tells here of a file cut between two of its parts
	}
	return io.EOF
}

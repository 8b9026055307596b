package backup

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"celld/internal/op"
)

const (
	magic    = "celld backup 1\n"
	maxEntry = 2048 // what an engine takes
)

// The kinds of record.
const (
	kindOperation = 'o'
	kindChunk     = 'c'
	kindEnd       = 'e'
)

// Source is a cell to be written down.
type Source interface {
	Each(from uint32, f func(pos uint32, operation []byte) error) error
	Chunk(name op.Chunk) ([]byte, error)
	Chunks() ([]op.Chunk, error)
}

// Write writes a whole cell to w. The source may be written to meanwhile: what
// arrives after the beginning is left out. told, if not nil, is called with
// the number of records written, and stops it with an error.
func Write(w io.Writer, cell op.ID, s Source, told func(done uint32) error) error {
	sum := sha256.New()
	b := writer{out: io.MultiWriter(w, sum), sum: sum, told: told}
	err := b.put([]byte(magic), cell[:])
	if err == nil {
		err = s.Each(0, func(_ uint32, operation []byte) error {
			b.operations++
			return b.record(kindOperation, operation)
		})
	}
	if err == nil {
		// Listed after the operations were read, so that none of them lacks one.
		err = b.allChunks(s)
	}
	if err == nil {
		err = b.end()
	}
	if err != nil {
		return fmt.Errorf("backup: write: %w", err)
	}
	return nil
}

type writer struct {
	out                io.Writer
	sum                hash.Hash
	told               func(uint32) error
	operations, chunks uint32
}

func (w *writer) put(parts ...[]byte) error {
	for _, p := range parts {
		if _, err := w.out.Write(p); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) record(kind byte, b []byte) error {
	if len(b) == 0 || len(b) > maxEntry {
		return fmt.Errorf("an entry of %d bytes", len(b))
	}
	head := binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(b)))
	if err := w.put(head, b); err != nil || w.told == nil {
		return err
	}
	return w.told(w.operations + w.chunks)
}

func (w *writer) allChunks(s Source) error {
	names, err := s.Chunks()
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := s.Chunk(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // erased meanwhile
		}
		if err != nil {
			return err
		}
		w.chunks++
		if err := w.record(kindChunk, b); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) end() error {
	b := binary.BigEndian.AppendUint32([]byte{kindEnd}, w.operations)
	if err := w.put(binary.BigEndian.AppendUint32(b, w.chunks)); err != nil {
		return err
	}
	return w.put(w.sum.Sum(nil))
}

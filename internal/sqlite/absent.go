//go:build mips || mipsle

package sqlite

import "celld/internal/op"

// Available says whether this program has the engine.
const Available = false

// Log stands for the engine where there is none. No value of it is ever made;
// it lets callers be written once for all processors.
type Log struct{ engine }

type engine interface {
	Append(operations [][]byte, chunks map[op.Chunk][]byte) (first uint32, err error)
	Each(from uint32, f func(pos uint32, operation []byte) error) error
	Read(pos uint32) ([]byte, error)
	Chunk(name op.Chunk) ([]byte, error)
	Chunks() ([]op.Chunk, error)
	Erase(operations map[uint32][]byte, chunks []op.Chunk) error
	Compact() error
	Len() uint32
	Size() (int64, error)
	Cut() int64
	Close() error
}

// Open returns ErrUnavailable.
func Open(string) (*Log, error) { return nil, ErrUnavailable }

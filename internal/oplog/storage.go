package oplog

import "celld/internal/op"

// MaxEntry is the most bytes that an operation or a chunk may have in an
// engine: op.MaxSize with the signature and the envelope, and room to grow.
const MaxEntry = 2048

// Storage keeps operations in the order of their arrival, and chunks by name.
// It is the only truth on the router: what it holds is history, what it does
// not hold never happened. It does not look inside what it keeps.
//
// An operation's position counts arrivals from 0 and never changes. Positions
// are a router's own; they mean nothing to another router.
//
// All methods may be called at once from any goroutine. Changes (Append,
// Erase, Compact) run one after the other; reading does not wait for their
// fsync. The types are plain so that an engine need not import this package.
//
// Errors that callers tell apart, by errors.Is, alike for every engine:
//
//   - fs.ErrNotExist: no such position, no such chunk;
//   - syscall.ENOSPC: the disk is full; nothing changed, and a later call may work;
//   - syscall.EROFS: the disk is read-only; nothing changed;
//   - fs.ErrInvalid: an entry is empty or longer than MaxEntry; nothing changed;
//   - fs.ErrClosed: the engine was closed.
//
// After a failed fsync, whose outcome nobody can know, an engine refuses every
// further change until it is opened again. Each engine has its own ErrLocked,
// ErrNewer, ErrCorrupt and ErrPoisoned, which end the program or need a person
// and therefore concern only cmd/celld.
type Storage interface {
	// Append makes operations and chunks durable, whole or not at all, and
	// returns the position of the first operation. All of it is on disk (fsync)
	// when it returns. A chunk that is already held is not written again.
	Append(operations [][]byte, chunks map[op.Chunk][]byte) (first uint32, err error)

	// Each calls f with every operation held at the time of the call, by
	// position beginning with from, until f returns an error, which Each then
	// returns. The bytes are valid until f returns. f may use the engine.
	Each(from uint32, f func(pos uint32, operation []byte) error) error

	// Read returns the operation at pos.
	Read(pos uint32) ([]byte, error)

	// Chunk returns the chunk of that name.
	Chunk(name op.Chunk) ([]byte, error)
}

// Eraser takes bytes out of a history that otherwise only grows. It works in
// two steps, so that many small erasures cost one rewriting of the log.
type Eraser interface {
	// Erase puts the given operations in place of those at their positions (the
	// same ones without their payload) and forgets the named chunks, whole or
	// not at all, on disk when it returns. Chunks not held are passed over.
	Erase(operations map[uint32][]byte, chunks []op.Chunk) error

	// Compact gives room back. When it has returned nil, no file of the engine
	// holds a byte of what was erased before the call (what the flash below
	// keeps of freed blocks is beyond any program). It needs about as much free
	// room as the log is long; if it fails, the log is as it was.
	Compact() error
}

// Lister names what nothing else does: chunks stand in sealed payloads only, so
// that a locked router could not otherwise copy or check them.
type Lister interface {
	// Chunks returns the names of all chunks held, in order.
	Chunks() ([]op.Chunk, error)
}

// Gauge tells how much a Storage holds.
type Gauge interface {
	// Len is the number of operations, erased ones included.
	Len() uint32

	// Size is the number of bytes on disk.
	Size() (int64, error)

	// Cut is how many bytes of an unfinished batch were cut off when the engine
	// was opened: the trace of a power cut. No batch among them had been
	// acknowledged, unless the disk lied about an fsync. An engine that cannot
	// tell (SQLite recovers in silence) returns 0.
	Cut() int64
}

// Engine is what an engine offers to whoever opens and closes it.
type Engine interface {
	Storage
	Eraser
	Lister
	Gauge
	Close() error
}

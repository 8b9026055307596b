package replication

import (
	"time"

	"celld/internal/op"
)

// Bounds of what has come from one neighbour and is not in the log yet.
const (
	batchOperations = 256
	batchBytes      = 128 << 10
	atATime         = 32 // operations that a datagram may bring when a batch is all but full; more cost a copy
	batchChunks     = 16
	batchTime       = 50 * time.Millisecond // since the last arrival
)

// batch is what is handed to the door at once: one signature check a log, one
// append, one fsync.
type batch struct {
	ops    []op.Operation
	chunks [][]byte
}

func (b batch) empty() bool { return len(b.ops) == 0 && len(b.chunks) == 0 }

// intake collects what arrives into batches.
type intake struct {
	batch
	bytes int
	last  time.Time
	end   bool // the neighbour has nothing more for now
	busy  bool // a batch is at the door
}

func (in *intake) operations(now time.Time, ops []op.Operation) {
	for _, o := range ops {
		in.bytes += 256 + len(o.Payload)
	}
	in.room(len(in.ops) + len(ops))
	in.ops, in.last = append(in.ops, ops...), now
}

// room makes place for n operations: for a few, since most batches are no more, and
// then at once for all that a batch may hold.
func (in *intake) room(n int) {
	if n <= cap(in.ops) {
		return
	}
	size := atATime
	if n > atATime {
		size = batchOperations + atATime
	}
	in.ops = append(make([]op.Operation, 0, max(size, n)), in.ops...)
}

func (in *intake) chunk(now time.Time, b []byte) {
	in.chunks, in.bytes, in.last = append(in.chunks, b), in.bytes+len(b), now
}

// full reports whether a batch is as large as it may get.
func (in *intake) full() bool {
	return len(in.ops) >= batchOperations || in.bytes >= batchBytes || len(in.chunks) >= batchChunks
}

// admits reports whether there is room: two batches are the most that a
// neighbour can make us hold, one here and one at the door.
func (in *intake) admits() bool { return !in.busy || !in.full() }

// due takes the batch out when it is time.
func (in *intake) due(now time.Time) (b batch, ok bool) {
	if in.busy || in.empty() || !in.full() && !in.end && now.Before(in.last.Add(batchTime)) {
		return batch{}, false
	}
	b, in.batch = in.batch, batch{}
	in.bytes, in.end, in.busy = 0, false, true
	return b, true
}

// wake returns when a batch is due; zero if only an arrival makes one.
func (in *intake) wake() time.Time {
	if in.busy || in.empty() {
		return time.Time{}
	}
	return in.last.Add(batchTime)
}

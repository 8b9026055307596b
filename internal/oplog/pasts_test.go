package oplog_test

import (
	"runtime"
	"testing"

	"celld/internal/op"
	"celld/internal/oplog"
)

// weighed is a disk that looks, while it is read, how much is in memory.
type weighed struct {
	*memory
	most uint64
}

func (w *weighed) Each(from uint32, f func(uint32, []byte) error) error {
	return w.memory.Each(from, func(pos uint32, b []byte) error {
		if pos%100 == 0 {
			w.most = max(w.most, live())
		}
		return f(pos, b)
	})
}

func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestLogsWithoutEndKeepNobodyFromStarting: each operation that is applied brings its
// past along, a number for every log, and a router gone bad may have begun thousands.
func TestLogsWithoutEndKeepNobodyFromStarting(t *testing.T) {
	l, disk, k, moss := founded(t)
	for range 1000 {
		if _, err := l.AcceptAll([]op.Operation{stranger(t, op.CellScope(l.Cell()), disk)}); err != nil {
			t.Fatal(err)
		}
	}
	write(t, l, moss, 900) // the last 700 have seen all logs
	w := &weighed{memory: disk}
	before := live()
	again, err := oplog.Open(w, k, func() (uint64, op.Clock) { return 0, 0 })
	if err != nil || again.State().Digest() != l.State().Digest() {
		t.Fatal("another state", err)
	}
	if grown := (w.most - min(w.most, before)) >> 20; grown > 8 {
		t.Errorf("%d MB are in memory at once", grown)
	}
}

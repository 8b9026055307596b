// Package storagetest owns the one test of every storage engine: what
// oplog.Engine promises, asked of an engine through its front door.
package storagetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"celld/internal/op"
	"celld/internal/oplog"
)

// Open opens the engine under test in a directory.
type Open func(dir string) (oplog.Engine, error)

// Run runs every test of the suite but those that need a process of their own
// (Kill).
func Run(t *testing.T, open Open) {
	for name, test := range map[string]func(*testing.T, Open){
		"EverySizeComesBackAsItWas":         everySize,
		"PositionsCountArrivals":            positions,
		"ABadEntryRefusesItsWholeBatch":     badEntry,
		"ABadErasureChangesNothing":         badErasure,
		"AChunkIsHeldOnce":                  chunkOnce,
		"ChunksAreListedInOrder":            chunksListed,
		"TheUnknownDoesNotExist":            unknown,
		"EachStopsWhenToldTo":               eachStops,
		"EachMayUseTheEngine":               eachReenters,
		"ErasedBytesLeaveEveryFile":         erasedLeave,
		"CompactingGivesRoomBack":           compactShrinks,
		"ReopeningKeepsEverything":          reopening,
		"ASecondOpenerIsRefused":            secondOpener,
		"AClosedEngineSaysSo":               closedEngine,
		"ReadersAndTheWriterDoNotInterfere": readersAndWriter,
		"TheEngineAgreesWithAMap":           agreesWithMap,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

// begin opens an engine in an empty directory until the test ends.
func begin(t *testing.T, open Open) oplog.Engine {
	t.Helper()
	e, err := open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func add(t *testing.T, e oplog.Engine, operations ...[]byte) (first uint32) {
	t.Helper()
	first, err := e.Append(operations, nil)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// data returns n bytes that are told by the seed.
func data(seed uint64, n int) []byte {
	b := make([]byte, 0, n+8)
	random := rand.NewPCG(seed, uint64(n))
	for len(b) < n {
		b = binary.LittleEndian.AppendUint64(b, random.Uint64())
	}
	return b[:n]
}

func nameOf(chunk []byte) op.Chunk { return sha256.Sum256(chunk) }

// all returns what Each tells.
func all(t *testing.T, e oplog.Engine, from uint32) (operations [][]byte) {
	t.Helper()
	want := from
	err := e.Each(from, func(pos uint32, operation []byte) error {
		if pos != want {
			return fmt.Errorf("position %d after %d", pos, want-1)
		}
		want++
		operations = append(operations, bytes.Clone(operation))
		return nil
	})
	if err != nil {
		t.Fatalf("each from %d: %v", from, err)
	}
	return operations
}

func everySize(t *testing.T, open Open) {
	e := begin(t, open)
	var want [][]byte
	for _, n := range []int{1, 2, 3, 14, 15, 16, 17, 31, 32, 33, 127, 128, 400, 511, 512, 513, 1023, 1024, 1025, 1180, 2047, oplog.MaxEntry} {
		operation, chunk := data(1, n), data(2, n)
		pos, err := e.Append([][]byte{operation}, map[op.Chunk][]byte{nameOf(chunk): chunk})
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if got, err := e.Read(pos); err != nil || !bytes.Equal(got, operation) {
			t.Errorf("operation of %d bytes reads back as %d bytes, %v", n, len(got), err)
		}
		if got, err := e.Chunk(nameOf(chunk)); err != nil || !bytes.Equal(got, chunk) {
			t.Errorf("chunk of %d bytes reads back as %d bytes, %v", n, len(got), err)
		}
		want = append(want, operation)
	}
	expect(t, e, want)
}

// expect compares what the engine tells with what it was told.
func expect(t *testing.T, e oplog.Engine, want [][]byte) {
	t.Helper()
	if int(e.Len()) != len(want) {
		t.Fatalf("%d operations, want %d", e.Len(), len(want))
	}
	for i, operation := range all(t, e, 0) {
		if !bytes.Equal(operation, want[i]) {
			t.Fatalf("operation %d is not the one that was appended", i)
		}
	}
}

func positions(t *testing.T, open Open) {
	e := begin(t, open)
	if first := add(t, e); first != 0 {
		t.Errorf("an empty batch in an empty log begins at %d", first)
	}
	var want [][]byte
	for n := range 30 {
		var batch [][]byte
		for i := range n % 7 {
			batch = append(batch, data(uint64(n*100+i), 50))
		}
		if first := add(t, e, batch...); int(first) != len(want) {
			t.Fatalf("batch %d begins at %d, want %d", n, first, len(want))
		}
		want = append(want, batch...)
	}
	expect(t, e, want)
	for from := range uint32(len(want) + 2) {
		got := all(t, e, from)
		if len(got) != max(0, len(want)-int(from)) {
			t.Fatalf("from %d: %d operations", from, len(got))
		}
	}
}

func badEntry(t *testing.T, open Open) {
	e := begin(t, open)
	add(t, e, data(1, 10))
	good, chunk := data(2, 10), data(3, 10)
	for name, bad := range map[string][]byte{"empty": {}, "too long": data(1, oplog.MaxEntry+1)} {
		if _, err := e.Append([][]byte{good, bad}, map[op.Chunk][]byte{nameOf(chunk): chunk}); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s operation: %v", name, err)
		}
		if _, err := e.Append([][]byte{good}, map[op.Chunk][]byte{nameOf(chunk): chunk, nameOf(bad): bad}); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s chunk: %v", name, err)
		}
		if err := e.Erase(map[uint32][]byte{0: bad}, nil); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("erasing with an %s operation: %v", name, err)
		}
	}
	expect(t, e, [][]byte{data(1, 10)})
	if _, err := e.Chunk(nameOf(chunk)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the chunk of a refused batch: %v", err)
	}
}

func badErasure(t *testing.T, open Open) {
	e := begin(t, open)
	operation, chunk := data(1, 10), data(2, 10)
	if _, err := e.Append([][]byte{operation}, map[op.Chunk][]byte{nameOf(chunk): chunk}); err != nil {
		t.Fatal(err)
	}
	err := e.Erase(map[uint32][]byte{0: data(3, 5), 1: data(3, 5)}, []op.Chunk{nameOf(chunk)})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("erasing an operation that is not there: %v", err)
	}
	expect(t, e, [][]byte{operation})
	if got, err := e.Chunk(nameOf(chunk)); err != nil || !bytes.Equal(got, chunk) {
		t.Errorf("the chunk went with a refused erasure: %v", err)
	}
}

func chunkOnce(t *testing.T, open Open) {
	e := begin(t, open)
	chunk := data(1, 1000)
	chunks := map[op.Chunk][]byte{nameOf(chunk): chunk}
	if _, err := e.Append(nil, chunks); err != nil {
		t.Fatal(err)
	}
	before, _ := e.Size()
	if _, err := e.Append(nil, chunks); err != nil {
		t.Fatal(err)
	}
	if after, err := e.Size(); err != nil || after != before {
		t.Errorf("the same chunk again: %d bytes became %d, %v", before, after, err)
	}
	// Forgotten, it may come back.
	if err := e.Erase(nil, []op.Chunk{nameOf(chunk), nameOf(chunk), {}}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Chunk(nameOf(chunk)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a forgotten chunk: %v", err)
	}
	if _, err := e.Append(nil, chunks); err != nil {
		t.Fatal(err)
	}
	if got, err := e.Chunk(nameOf(chunk)); err != nil || !bytes.Equal(got, chunk) {
		t.Errorf("a chunk that came back: %v", err)
	}
}

func unknown(t *testing.T, open Open) {
	e := begin(t, open)
	for _, pos := range []uint32{0, 1, 1<<32 - 1} {
		if _, err := e.Read(pos); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("operation %d of an empty log: %v", pos, err)
		}
	}
	if _, err := e.Chunk(op.Chunk{1}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a chunk never seen: %v", err)
	}
	if got := all(t, e, 5); got != nil {
		t.Errorf("an empty log tells %d operations", len(got))
	}
}

func eachStops(t *testing.T, open Open) {
	e := begin(t, open)
	add(t, e, data(1, 1), data(2, 1), data(3, 1))
	enough, calls := errors.New("enough"), 0
	err := e.Each(0, func(pos uint32, _ []byte) error {
		if calls++; pos == 1 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func eachReenters(t *testing.T, open Open) {
	e := begin(t, open)
	for i := range 10 {
		add(t, e, data(uint64(i), 400))
	}
	calls := 0
	err := e.Each(0, func(pos uint32, operation []byte) error {
		calls++
		add(t, e, data(uint64(pos)+100, 400))
		if err := e.Erase(map[uint32][]byte{9 - pos: data(uint64(9-pos), 400)}, nil); err != nil {
			return err
		}
		all(t, e, pos)
		if got, err := e.Read(pos); err != nil || !bytes.Equal(got, operation) {
			return fmt.Errorf("reading %d inside: %v", pos, err)
		}
		return e.Compact()
	})
	if err != nil || calls != 10 || e.Len() != 20 {
		t.Errorf("%d calls, %d operations, %v", calls, e.Len(), err)
	}
}

func reopening(t *testing.T, open Open) {
	dir := t.TempDir()
	var want [][]byte
	for n := range 6 {
		e, err := open(dir)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, e, want)
		if e.Cut() != 0 {
			t.Errorf("%d bytes were cut from a log that was closed", e.Cut())
		}
		batch := [][]byte{data(uint64(n), 100), data(uint64(n), 200)}
		if n == 4 {
			batch[0] = data(99, 30)
			if err := e.Erase(map[uint32][]byte{2: batch[0]}, nil); err != nil {
				t.Fatal(err)
			}
			want[2] = batch[0]
		}
		add(t, e, batch...)
		want = append(want, batch...)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func secondOpener(t *testing.T, open Open) {
	dir := t.TempDir()
	e, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("a second opener: %v", err)
	}
	add(t, e, data(1, 1))
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := open(dir)
	if err != nil {
		t.Fatalf("after closing: %v", err)
	}
	again.Close()
}

func closedEngine(t *testing.T, open Open) {
	e := begin(t, open)
	add(t, e, data(1, 1))
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	_, appending := e.Append([][]byte{{1}}, nil)
	_, reading := e.Read(0)
	for doing, err := range map[string]error{
		"append":  appending,
		"read":    reading,
		"each":    e.Each(0, func(uint32, []byte) error { return nil }),
		"erase":   e.Erase(map[uint32][]byte{0: {1}}, nil),
		"compact": e.Compact(),
	} {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: %v", doing, err)
		}
	}
}

// TempDir is t.TempDir in memory, where the machine has a /dev/shm: for tests
// that run fsync thousands of times and do not ask what it does.
func TempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "celld-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// foundIn returns the files of a directory in which b stands.
func foundIn(t *testing.T, dir string, b []byte) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, b) {
			names = append(names, entry.Name())
		}
	}
	return names
}

package backup_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"pgregory.net/rapid"

	"celld/internal/backup"
	"celld/internal/op"
)

// cell is a history in memory.
type cell struct {
	operations [][]byte
	chunks     map[op.Chunk][]byte
	gone       map[op.Chunk]bool // erased between listing and reading
}

func (c cell) Each(from uint32, f func(uint32, []byte) error) error {
	for i, o := range c.operations[from:] {
		if err := f(from+uint32(i), o); err != nil {
			return err
		}
	}
	return nil
}

func (c cell) Chunk(name op.Chunk) ([]byte, error) {
	if b, ok := c.chunks[name]; ok && !c.gone[name] {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

func (c cell) Chunks() ([]op.Chunk, error) {
	return slices.SortedFunc(maps.Keys(c.chunks), func(a, b op.Chunk) int { return bytes.Compare(a[:], b[:]) }), nil
}

func (c *cell) hold(b []byte) op.Chunk {
	name := op.Chunk(sha256.Sum256(b))
	c.chunks[name] = b
	return name
}

var id = op.ID{1, 2, 3}

func some(operations, chunks int) *cell {
	c := &cell{chunks: map[op.Chunk][]byte{}, gone: map[op.Chunk]bool{}}
	for i := range operations {
		c.operations = append(c.operations, bytes.Repeat([]byte{byte(i)}, 1+i%700))
	}
	for i := range chunks {
		c.hold(bytes.Repeat([]byte{byte(i)}, 1+i%1024))
	}
	return c
}

func written(t testing.TB, c *cell) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := backup.Write(&b, id, c, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read takes a backup apart, believing nothing before its end.
func read(b []byte) (*cell, op.ID, error) {
	c := &cell{chunks: map[op.Chunk][]byte{}}
	r, err := backup.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, op.ID{}, err
	}
	for {
		e, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return c, r.Cell, nil
		case err != nil:
			return nil, op.ID{}, err
		case e.Operation != nil:
			c.operations = append(c.operations, e.Operation)
		default:
			c.chunks[e.Name] = e.Chunk
		}
	}
}

func same(a, b *cell) bool {
	return slices.EqualFunc(a.operations, b.operations, bytes.Equal) && maps.EqualFunc(a.chunks, b.chunks, bytes.Equal)
}

func TestABackupHoldsAllOfACell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &cell{chunks: map[op.Chunk][]byte{}}
		c.operations = rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 2048), 0, 20).Draw(t, "operations")
		for _, b := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 1, 1024), 0, 10).Draw(t, "chunks") {
			c.hold(b)
		}
		var out bytes.Buffer
		if err := backup.Write(&out, id, c, nil); err != nil {
			t.Fatal(err)
		}
		got, cell, err := read(out.Bytes())
		if err != nil || cell != id || !same(got, c) {
			t.Fatalf("%d operations and %d chunks came back otherwise: %v", len(c.operations), len(c.chunks), err)
		}
	})
}

func TestEveryFlippedBitIsSeen(t *testing.T) {
	b := written(t, some(5, 3))
	for i := range len(b) * 8 {
		b[i/8] ^= 1 << (i % 8)
		if _, _, err := read(b); err == nil {
			t.Fatalf("bit %d of byte %d may be anything", i%8, i/8)
		}
		b[i/8] ^= 1 << (i % 8)
	}
}

func TestEveryCutAndEveryTailIsSeen(t *testing.T) {
	b := written(t, some(5, 3))
	for n := range len(b) {
		if _, _, err := read(b[:n]); !errors.Is(err, backup.ErrDamaged) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(b), err)
		}
	}
	if _, _, err := read(append(b, 0)); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestAChunkErasedMeanwhileIsLeftOut(t *testing.T) {
	c := some(2, 3)
	name := c.hold([]byte("forgotten"))
	c.gone[name] = true
	got, _, err := read(written(t, c))
	if err != nil || len(got.chunks) != 3 {
		t.Errorf("%d chunks, %v", len(got.chunks), err)
	}
}

func TestWhatANewerCelldWroteIsCalledNewer(t *testing.T) {
	b := written(t, some(1, 0))
	b[len("celld backup ")] = '2'
	if _, _, err := read(b); !errors.Is(err, backup.ErrNewer) {
		t.Error(err)
	}
	if _, _, err := read([]byte("a letter to my aunt, who is fond of them")); !errors.Is(err, backup.ErrNot) {
		t.Error(err)
	}
}

func TestProgressCountsEveryRecord(t *testing.T) {
	var told []uint32
	if err := backup.Write(io.Discard, id, some(4, 2), func(n uint32) error { told = append(told, n); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(told, []uint32{1, 2, 3, 4, 5, 6}) {
		t.Error(told)
	}
}

func TestOnlyThePassphraseOpensASealedBackup(t *testing.T) {
	var b bytes.Buffer
	w, err := backup.Seal(&b, "five words on a paper")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(backup.Write(w, id, some(3, 1), nil), w.Close()); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(b.Bytes(), []byte("celld backup")) {
		t.Error("the backup can be read")
	}
	r, err := backup.Open(bytes.NewReader(b.Bytes()), "five words on a paper")
	if err != nil {
		t.Fatal(err)
	}
	clear, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(clear); err != nil {
		t.Error(err)
	}
	if _, err := backup.Open(bytes.NewReader(b.Bytes()), "five words on a paper."); !errors.Is(err, backup.ErrLocked) {
		t.Errorf("another passphrase: %v", err)
	}
}

// TestNoFileTakesMoreMemoryThanOurs: who hands one over chooses what a guess costs.
func TestNoFileTakesMoreMemoryThanOurs(t *testing.T) {
	dear, err := age.NewScryptRecipient("five words on a paper")
	if err != nil {
		t.Fatal(err)
	}
	dear.SetWorkFactor(16)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, dear)
	if err == nil {
		err = errors.Join(backup.Write(w, id, some(1, 0), nil), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = backup.Open(bytes.NewReader(b.Bytes()), "five words on a paper")
	if runtime.ReadMemStats(&after); !errors.Is(err, backup.ErrNot) || after.TotalAlloc-before.TotalAlloc > 33<<20 {
		t.Errorf("%d MB, %v", (after.TotalAlloc-before.TotalAlloc)>>20, err)
	}
}

func TestABackupSealedToAKeyOpensWithThatKey(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := backup.SealTo(&b, strings.NewReader("# the cell's safe\n"+key.Recipient().String()+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(backup.Write(w, id, some(1, 0), nil), w.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.OpenWith(bytes.NewReader(b.Bytes()), strings.NewReader(key.String())); err != nil {
		t.Error(err)
	}
	if _, err := backup.OpenWith(bytes.NewReader(b.Bytes()), strings.NewReader(other.String())); !errors.Is(err, backup.ErrLocked) {
		t.Errorf("another key: %v", err)
	}
}

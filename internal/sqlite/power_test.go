//go:build !mips && !mipsle

package sqlite

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"celld/internal/op"
	"celld/internal/oplog/storagetest"
)

// image is what lies on the disk: the database and its WAL. The third file,
// the WAL's index, is made anew from the WAL after a power cut.
type image struct{ db, wal []byte }

func imageOf(t *testing.T, l *Log) (i image) {
	t.Helper()
	var err error
	if i.db, err = os.ReadFile(l.path); err != nil {
		t.Fatal(err)
	}
	if i.wal, err = os.ReadFile(l.path + "-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return i
}

// torn returns before with each stretch of n bytes in which it differs from
// after taken from there with probability p: a write that the power cut short.
func torn(random *rand.Rand, before, after []byte, n int, p float64) []byte {
	b := bytes.Clone(before)
	for at := 0; at < len(after); at += n {
		piece := after[at:min(at+n, len(after))]
		if random.Float64() >= p {
			continue
		}
		if missing := at + len(piece) - len(b); missing > 0 {
			b = append(b, make([]byte, missing)...)
		}
		copy(b[at:], piece)
	}
	return b
}

// history is what the run below appends: operation i, and a chunk with it.
func history(i int) (operation []byte, chunk []byte) {
	random := rand.New(rand.NewPCG(uint64(i), 0))
	b := make([]byte, 400)
	for j := range b {
		b[j] = byte(random.Uint32())
	}
	return b[:100+i], b[300:]
}

// TestNoPowerCutLosesAnAcknowledgedOperation looks at the files at each of the
// 200 commits of a run and in between.
//
// What it shows: that everything needed stands in the two files when Append
// returns; that a WAL torn anywhere behind the last commit loses only what was
// not acknowledged; that a checkpoint may stop between any two pages.
//
// What it does not show: that the files' bytes were on the disk and not in the
// kernel's memory when Append returned, since no disk of ours can be put under
// SQLite here. For that we trust synchronous=FULL, whose fsyncs SQLite's own
// tests count, and TestEveryCommitIsSynchronous holds us to the setting.
func TestNoPowerCutLosesAnAcknowledgedOperation(t *testing.T) {
	l, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	checkpoints, kept := 0, 0
	before := imageOf(t, l)
	for i := range 200 {
		operation, chunk := history(i)
		if _, err := l.Append([][]byte{operation}, map[op.Chunk][]byte{sha256.Sum256(chunk): chunk}); err != nil {
			t.Fatal(err)
		}
		after := imageOf(t, l)
		recovered(t, after, i+1, i+1)
		if bytes.Equal(before.db, after.db) {
			for _, p := range []float64{0.5, 0.95} {
				kept += recovered(t, image{before.db, torn(random, before.wal, after.wal, 512, p)}, i, i+1) - i
			}
			kept += recovered(t, image{before.db, after.wal[:random.IntN(len(after.wal)+1)]}, 0, i+1) / (i + 1)
		} else {
			// The commit was durable in the WAL before a page of it was copied.
			checkpoints++
			for range 5 {
				recovered(t, image{torn(random, before.db, after.db, 4096, 0.5), after.wal}, i+1, i+1)
			}
		}
		before = after
	}
	t.Logf("%d checkpoints; %d commits that nobody had acknowledged were kept", checkpoints, kept)
	if checkpoints == 0 {
		t.Error("the run has no checkpoint in it")
	}
}

// recovered opens a copy of an image and checks that it holds the beginning of
// the history, at least and at most so much of it. It returns how much.
func recovered(t *testing.T, i image, least, most int) int {
	t.Helper()
	dir := storagetest.TempDir(t)
	path := filepath.Join(dir, fileName)
	for name, b := range map[string][]byte{path: i.db, path + "-wal": i.wal} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n := int(l.Len())
	if n < least || n > most {
		t.Fatalf("%d operations, want %d to %d", n, least, most)
	}
	err = l.Each(0, func(pos uint32, got []byte) error {
		operation, chunk := history(int(pos))
		held, err := l.Chunk(sha256.Sum256(chunk))
		if err == nil && !(bytes.Equal(got, operation) && bytes.Equal(held, chunk)) {
			t.Errorf("operation %d of %d is another", pos, n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryCommitIsSynchronous(t *testing.T) {
	l, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for pragma, want := range map[string]string{
		"journal_mode":  "wal",
		"synchronous":   "2", // FULL
		"secure_delete": "1",
	} {
		var got string
		if err := l.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v", pragma, got, err)
		}
	}
}

package logfile

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// FuzzOpen opens any bytes as a log. The committed seeds carry in their names
// what becomes of them, and TestTheSeedsStillReadAlike holds them to it.
func FuzzOpen(f *testing.F) {
	f.Fuzz(func(t *testing.T, log []byte) {
		opens(t, slices.Clone(log))
		opens(t, resealed(log))
	})
}

// opens checks that a log is refused or is wholly usable.
func opens(t *testing.T, log []byte) {
	d := diskWith(log)
	l, err := open(d)
	if err != nil {
		return
	}
	before := contentOf(t, l)
	for pos := range l.Len() {
		if _, err := l.Read(pos); err != nil {
			t.Fatal(err)
		}
	}
	if l.Cut()+l.end != int64(len(log)) {
		t.Fatalf("%d bytes kept and %d cut of %d", l.end, l.Cut(), len(log))
	}
	s := step{operations: [][]byte{{1}}}
	if err := s.do(l); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		again, err := open(d.restart(d.random, 0))
		if err != nil || again.Cut() != 0 {
			t.Fatalf("opened again: %v", err)
		}
		if got := contentOf(t, again); !got.equal(before.after(s)) {
			t.Fatalf("opened again: %v, want %v", got, before.after(s))
		}
		if err := l.Compact(); err != nil {
			t.Fatal(err)
		}
	}
}

// resealed gives every record of a log the CRC that it would need, so that
// what the fuzzer thinks of reaches the code behind the check.
func resealed(log []byte) []byte {
	log = slices.Clone(log)
	if int64(len(log)) < headerSize {
		return log
	}
	copy(log, magic)
	binary.BigEndian.PutUint32(log[len(magic):], Version)
	sumAt := int(headerSize) - sumSize
	binary.BigEndian.PutUint32(log[sumAt:], checksum(0, log[:sumAt]))
	salt := binary.BigEndian.Uint64(log[len(magic)+4:])
	sum := uint32(0)
	for at := int(headerSize); at < len(log); {
		r, ok := parseRecord(log[at:])
		if !ok {
			break
		}
		if r.first {
			sum = seedAt(salt, int64(at))
		}
		sum = checksum(sum, r.covered)
		binary.BigEndian.PutUint32(log[at:], sum)
		at += r.size
	}
	return log
}

// TestTheSeedsStillReadAlike reads the fuzzing seeds, which are logs of format
// version 1 as they were first written. Their names begin with what they must
// give: the number of operations, "-cut" if the rest is cut off, or "refused".
func TestTheSeedsStillReadAlike(t *testing.T) {
	paths, err := filepath.Glob("testdata/fuzz/FuzzOpen/*")
	if err != nil || len(paths) < 8 {
		t.Fatalf("%d seeds, %v", len(paths), err)
	}
	for _, path := range paths {
		want, _, _ := strings.Cut(filepath.Base(path), "-")
		if n, err := strconv.Atoi(want); want != "refused" && (err != nil || n > 100) {
			continue // one that a fuzzer has found
		}
		got := "refused"
		if l, err := open(diskWith(seed(t, path))); err == nil {
			got = strconv.Itoa(int(l.Len()))
			if cut := strings.Contains(path, "-cut-"); cut != (l.Cut() > 0) {
				t.Errorf("of %s %d bytes are cut", path, l.Cut())
			}
		}
		if got != want {
			t.Errorf("%s reads as %s", path, got)
		}
	}
}

// seed reads a file of go test's fuzzing corpus.
func seed(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, value, ok := strings.Cut(string(raw), "\n[]byte(")
	text, err := strconv.Unquote(strings.TrimSuffix(strings.TrimSpace(value), ")"))
	if !ok || err != nil {
		t.Fatalf("%s is no seed: %v", path, err)
	}
	return []byte(text)
}

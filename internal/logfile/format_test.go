package logfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// diskWith is a disk on which a log has these bytes, all of them durable.
func diskWith(log []byte) *simDisk {
	d := newDisk()
	f := &simFile{disk: d, now: log, durable: log}
	d.names[logName], d.durable[logName] = f, f
	return d
}

// fourBatches returns the bytes of a log and where each of its batches begins,
// the end of the last one included.
func fourBatches(t testing.TB) (log []byte, starts []int) {
	d := newDisk()
	l, err := open(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []step{
		{operations: [][]byte{[]byte("one"), []byte("two")}},
		{operations: [][]byte{[]byte("three")}, chunks: map[op.Chunk][]byte{{1}: []byte("a chunk")}},
		{shorter: map[uint32][]byte{1: []byte("2")}, drop: []op.Chunk{{1}}},
		{operations: [][]byte{[]byte("four"), []byte("five"), bytes.Repeat([]byte("6"), 200)}},
	} {
		starts = append(starts, int(l.end))
		if err := s.do(l); err != nil {
			t.Fatal(err)
		}
	}
	return d.names[logName].now, append(starts, int(l.end))
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	whole, starts := fourBatches(t)
	last := starts[3]
	for bit := range len(whole) * 8 {
		at := bit / 8
		log := slices.Clone(whole)
		log[at] ^= 1 << (bit % 8)
		l, err := open(diskWith(log))
		switch {
		case int64(at) < headerSize:
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer) {
				t.Fatalf("bit %d of the header: %v", bit, err)
			}
		case at >= last:
			// Nothing tells this from a power cut.
			if err != nil || l.end != int64(last) || l.Cut() != int64(len(whole)-last) || l.Len() != 3 {
				t.Fatalf("bit %d, in the last batch: %v", bit, err)
			}
		default:
			if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "at byte") {
				t.Fatalf("bit %d, in the middle: %v", bit, err)
			}
			damaged := 0
			if _, err := fmt.Sscanf(err.Error()[strings.Index(err.Error(), "at byte"):], "at byte %d", &damaged); err != nil {
				t.Fatal(err)
			}
			if damaged > at || at-damaged > maxRecord {
				t.Fatalf("byte %d is damaged and %d is blamed", at, damaged)
			}
		}
	}
}

func TestATornTailIsCutAtTheLastWholeBatchAndTold(t *testing.T) {
	whole, starts := fourBatches(t)
	for size := int(headerSize); size < len(whole); size++ {
		batches := 0
		for starts[batches+1] <= size {
			batches++
		}
		d := diskWith(whole[:size:size])
		l, err := open(d)
		if err != nil {
			t.Fatalf("cut to %d bytes: %v", size, err)
		}
		if l.end != int64(starts[batches]) || l.Cut() != int64(size-starts[batches]) {
			t.Fatalf("cut to %d bytes: %d are left and %d told", size, l.end, l.Cut())
		}
		if again, err := open(d); err != nil || again.Cut() != 0 {
			t.Fatalf("opened again: %v", err)
		}
	}
	// Some file systems fill with zeros what a power cut left unwritten.
	l, err := open(diskWith(append(slices.Clone(whole), make([]byte, 5000)...)))
	if err != nil || l.end != int64(len(whole)) || l.Cut() != 5000 {
		t.Fatalf("zeros at the end: %v", err)
	}
}

// TestDamageNeverInventsAnything overwrites any stretch of a log. What opens
// afterwards holds a beginning of what was there.
func TestDamageNeverInventsAnything(t *testing.T) {
	whole, starts := fourBatches(t)
	var prefixes []content
	for _, end := range starts {
		l, err := open(diskWith(slices.Clone(whole[:end])))
		if err != nil {
			t.Fatal(err)
		}
		prefixes = append(prefixes, contentOf(t, l))
	}
	rapid.Check(t, func(t *rapid.T) {
		log := slices.Clone(whole)
		from := rapid.IntRange(0, len(log)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(log)).Draw(t, "to")
		damage := someBytes(rapid.Uint64().Draw(t, "damage"), to-from)
		switch rapid.IntRange(0, 2).Draw(t, "sort") {
		case 0:
			copy(log[from:], damage)
		case 1:
			clear(log[from:to])
		case 2: // a stretch is missing
			log = slices.Delete(log, from, to)
		}
		l, err := open(diskWith(log))
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewer) {
				t.Fatal(err)
			}
			return
		}
		if got := contentOf(t, l); !slices.ContainsFunc(prefixes, got.equal) {
			t.Fatalf("bytes %d to %d damaged: %v", from, to, got)
		}
	})
}

// TestWhatPeopleWriteCannotPassForARecord tears a batch whose content is a
// whole batch. Were it taken for one, a power cut would look like rot.
func TestWhatPeopleWriteCannotPassForARecord(t *testing.T) {
	whole, starts := fourBatches(t)
	d := diskWith(whole)
	l, err := open(d)
	if err != nil {
		t.Fatal(err)
	}
	inside := whole[starts[0]:starts[1]]
	if err := (step{operations: [][]byte{inside}}).do(l); err != nil {
		t.Fatal(err)
	}
	torn := d.names[logName].now
	torn[starts[4]] ^= 1
	again, err := open(diskWith(torn))
	if err != nil || again.end != int64(starts[4]) {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNoLogOfOursIsRefused(t *testing.T) {
	whole, _ := fourBatches(t)
	newer := slices.Clone(whole)
	binary.BigEndian.PutUint32(newer[len(magic):], Version+1)
	for name, test := range map[string]struct {
		log  []byte
		want error
		says string
	}{
		"an empty file":    {nil, ErrCorrupt, "does not begin as a log"},
		"another file":     {[]byte("SQLite format 3\x00 and so on and on"), ErrCorrupt, "does not begin as a log"},
		"half a header":    {whole[:headerSize-1], ErrCorrupt, "byte 0"},
		"a newer format":   {newer, ErrNewer, "format version 2, this program reads up to 1"},
		"a newer and less": {newer[:12], ErrNewer, "format version 2"},
	} {
		_, err := open(diskWith(test.log))
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFlashIsWrittenOnce counts the bytes of 400-byte operations on their way
// to the disk, and in the file: design.md allows 1.1 for one, and hopes for 1.02.
func TestFlashIsWrittenOnce(t *testing.T) {
	const n, size = 1000, 400
	d := newDisk()
	l, err := open(d)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := l.Append([][]byte{someBytes(uint64(i), size)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	length, err := l.Size()
	if err != nil || length != int64(len(d.names[logName].now)) {
		t.Fatalf("size %d, %v", length, err)
	}
	for what, bytes := range map[string]int64{"the file has": length, "written": int64(d.wrote)} {
		if ratio := float64(bytes) / (n * size); ratio > 1.02 {
			t.Errorf("%s: %.4f bytes for one", what, ratio)
		} else {
			t.Logf("%s: %.4f bytes for one", what, ratio)
		}
	}
	before := d.events
	if err := l.Compact(); err != nil || d.events != before {
		t.Errorf("compacting a log without a hole wrote to the disk; %v", err)
	}
}

func TestAnOperationCostsThreeBytesOfMemory(t *testing.T) {
	const n = 100_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := newIndex()
	for i := range n {
		x.apply([]entry{{kind: kindOperation, offset: uint32(headerSize) + uint32(350*i)}})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if bytes := int64(after.HeapAlloc) - int64(before.HeapAlloc); bytes > 3*n {
		t.Errorf("%d bytes of index for %d operations", bytes, n)
	}
	runtime.KeepAlive(&x)
}

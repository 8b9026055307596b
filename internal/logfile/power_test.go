package logfile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// step is one change, to a log and to what we expect of it.
type step struct {
	operations [][]byte
	chunks     map[op.Chunk][]byte
	shorter    map[uint32][]byte
	drop       []op.Chunk
	compact    bool
}

func (s step) do(l *Log) error {
	switch {
	case s.compact:
		return l.Compact()
	case s.shorter != nil || s.drop != nil:
		return l.Erase(s.shorter, s.drop)
	}
	_, err := l.Append(s.operations, s.chunks)
	return err
}

// content is what a log holds.
type content struct {
	operations [][]byte
	chunks     map[op.Chunk][]byte
}

// after returns the content after a step.
func (c content) after(s step) content {
	c.operations = append(slices.Clone(c.operations), s.operations...)
	if c.chunks = maps.Clone(c.chunks); c.chunks == nil {
		c.chunks = map[op.Chunk][]byte{}
	}
	for name, chunk := range s.chunks {
		if c.chunks[name] == nil {
			c.chunks[name] = chunk
		}
	}
	for pos, operation := range s.shorter {
		c.operations[pos] = operation
	}
	for _, name := range s.drop {
		delete(c.chunks, name)
	}
	return c
}

// contentOf reads all that a log holds.
func contentOf(t interface{ Fatal(...any) }, l *Log) content {
	c := content{chunks: map[op.Chunk][]byte{}}
	err := l.Each(0, func(_ uint32, operation []byte) error {
		c.operations = append(c.operations, bytes.Clone(operation))
		return nil
	})
	for name := range l.index.chunks {
		chunk, bad := l.Chunk(name)
		c.chunks[name], err = chunk, errors.Join(err, bad)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c content) equal(d content) bool {
	return slices.EqualFunc(c.operations, d.operations, bytes.Equal) && maps.EqualFunc(c.chunks, d.chunks, bytes.Equal)
}

func (c content) String() string {
	return fmt.Sprintf("%d operations, %d chunks", len(c.operations), len(c.chunks))
}

func someBytes(seed uint64, n int) []byte {
	b := make([]byte, n)
	random := rand.New(rand.NewPCG(seed, 7))
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// twoHundredOperations is a run with everything in it: single operations,
// batches, chunks, erasures, compactions.
func twoHundredOperations() (steps []step) {
	for n := uint32(0); n < 200; {
		s := step{}
		for range 1 + n%13/11*4 { // now and then five at once
			s.operations = append(s.operations, someBytes(uint64(n), 100+int(n)*7%400))
			n++
		}
		if n%5 == 0 {
			chunk := someBytes(uint64(n), 300)
			s.chunks = map[op.Chunk][]byte{sha256.Sum256(chunk): chunk}
		}
		steps = append(steps, s)
		if n == 60 || n == 150 {
			old := someBytes(40, 300)
			steps = append(steps,
				step{shorter: map[uint32][]byte{3: {3}, n - 1: {4}}, drop: []op.Chunk{sha256.Sum256(old)}},
				step{compact: true})
		}
	}
	return steps
}

// run opens the log on a disk and takes steps until one fails. It returns what
// was acknowledged, and what there would be if the step that failed had not.
func run(d *simDisk, steps []step) (sure, maybe content, err error) {
	l, err := open(d)
	if err != nil {
		return sure, maybe, err
	}
	for _, s := range steps {
		maybe = sure.after(s)
		if err := s.do(l); err != nil {
			return sure, maybe, err
		}
		sure = maybe
	}
	return sure, maybe, nil
}

func TestNoPowerCutLosesAnAcknowledgedOperation(t *testing.T) {
	steps := twoHundredOperations()
	whole := newDisk()
	if sure, _, err := run(whole, steps); err != nil || len(sure.operations) < 200 {
		t.Fatal(sure, err)
	}
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	lost, kept := 0, 0
	fates := []float64{0, 1, 0.5, 0.5, 0.9, 0.97, 0.1}
	if testing.Short() {
		fates = fates[:3]
	}
	for cut := 1; cut <= whole.events; cut++ {
		d := newDisk()
		d.cutAt = cut
		sure, maybe, err := run(d, steps)
		if !errors.Is(err, errPower) {
			t.Fatalf("event %d: %v", cut, err)
		}
		for _, p := range fates {
			after := d.restart(random, p)
			l, err := open(after)
			if err != nil {
				t.Fatalf("power cut at event %d of %d: %v", cut, whole.events, err)
			}
			switch got := contentOf(t, l); {
			case got.equal(sure):
				lost++
			case got.equal(maybe):
				kept++
			default:
				t.Fatalf("power cut at event %d of %d: %v, want %v or %v", cut, whole.events, got, sure, maybe)
			}
			goesOn(t, after, l)
		}
	}
	t.Logf("%d boundaries; the unacknowledged change was lost %d times and kept %d times", whole.events, lost, kept)
	if lost == 0 || kept == 0 {
		t.Error("the simulated disk is too kind or too cruel to show anything")
	}
}

// goesOn checks that what a log showed and what it takes now survive another
// power cut, one that forgives nothing.
func goesOn(t *testing.T, d *simDisk, l *Log) {
	t.Helper()
	s := step{operations: [][]byte{{1, 2, 3}}}
	want := contentOf(t, l).after(s)
	if err := s.do(l); err != nil {
		t.Fatal(err)
	}
	again, err := open(d.restart(d.random, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got := contentOf(t, again); !got.equal(want) {
		t.Fatalf("after going on: %v, want %v", got, want)
	}
}

// TestAnyRunOfFaultsLeavesWhatWasAcknowledged lives many lives on one disk,
// which fails, loses power, and keeps its memory when only the process dies.
func TestAnyRunOfFaultsLeavesWhatWasAcknowledged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDisk()
		d.random = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "disk"), 0))
		var sure content
		maybe := sure
		for range rapid.IntRange(1, 6).Draw(t, "lives") {
			l := restartUntilOpen(t, &d)
			got := contentOf(t, l)
			if !got.equal(sure) && !got.equal(maybe) {
				t.Fatalf("%v, want %v or %v", got, sure, maybe)
			}
			sure, maybe = live(t, d, l, got)
			if rapid.Bool().Draw(t, "power cut") {
				d = d.restart(d.random, rapid.SampledFrom([]float64{0, 0.2, 0.5, 0.9, 1}).Draw(t, "p"))
			}
			// Otherwise the process was killed, and the kernel remembers.
			d.cutAt, d.fault = 0, nil
		}
	})
}

// restartUntilOpen opens the log; the power may go while it does.
func restartUntilOpen(t *rapid.T, d **simDisk) *Log {
	for {
		if n := rapid.IntRange(-6, 4).Draw(t, "cut while opening"); n > 0 {
			(*d).cutAt = (*d).events + n
		}
		l, err := open(*d)
		if err == nil {
			return l
		}
		if !errors.Is(err, errPower) {
			t.Fatal(err)
		}
		*d = (*d).restart((*d).random, rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "p"))
	}
}

// live takes random steps until the power goes or the log is poisoned.
func live(t *rapid.T, d *simDisk, l *Log, sure content) (acknowledged, maybe content) {
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		oneFault(t, d)
		s := drawStep(t, sure)
		switch err := s.do(l); {
		case err == nil:
			sure = sure.after(s)
		case errors.Is(err, errPower):
			return sure, sure.after(s)
		case errors.Is(err, ErrPoisoned):
			if again := s.do(l); !errors.Is(again, ErrPoisoned) {
				t.Fatalf("a poisoned log says %v", again)
			}
			if got := contentOf(t, l); !got.equal(sure) {
				t.Fatalf("a poisoned log shows %v, want %v", got, sure)
			}
			return sure, sure.after(s)
		default:
			if got := contentOf(t, l); !got.equal(sure) {
				t.Fatalf("after %v: %v, want %v", err, got, sure)
			}
		}
	}
	return sure, sure
}

// oneFault makes the next event of one sort fail, or the power go, or neither.
func oneFault(t *rapid.T, d *simDisk) {
	d.fault = nil
	switch sort := rapid.SampledFrom([]string{"", "", "", "", "power", "write", "sync", "truncate", "rename", "create", "sync directory"}).Draw(t, "fault"); sort {
	case "":
	case "power":
		d.cutAt = d.events + rapid.IntRange(1, 5).Draw(t, "event")
	default:
		also := rapid.SampledFrom([]string{"", "truncate"}).Draw(t, "and")
		d.fault = func(event string) error {
			if event != sort && event != also {
				return nil
			}
			if event == sort {
				sort = "none"
			}
			return syscall.EIO
		}
	}
}

func drawStep(t *rapid.T, c content) (s step) {
	switch kind := rapid.IntRange(0, 9).Draw(t, "step"); {
	case kind == 0:
		s.compact = true
	case kind <= 2 && len(c.operations) > 0:
		pos := rapid.IntRange(0, len(c.operations)-1).Draw(t, "pos")
		s.shorter = map[uint32][]byte{uint32(pos): {byte(kind)}}
		s.drop = []op.Chunk{{byte(rapid.IntRange(0, 3).Draw(t, "chunk"))}}
	default:
		for range rapid.IntRange(1, 4).Draw(t, "operations") {
			s.operations = append(s.operations, someBytes(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 300).Draw(t, "size")))
		}
		if kind > 7 {
			s.chunks = map[op.Chunk][]byte{{byte(kind - 7)}: someBytes(1, 100)}
		}
	}
	return s
}

package storagetest

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"celld/internal/op"
	"celld/internal/oplog"
)

var kills = flag.Int("kills", 20, "how often the storage test kills its child with SIGKILL")

// childDir is set in the environment of a test binary that is a writer.
const childDir = "CELLD_STORAGETEST_WRITES_TO"

// Main is the TestMain of a package that calls Kill: its test binary runs
// again as the writer that is killed.
func Main(m *testing.M, open Open) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, write(dir, open))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// freshLog is how many kills a log lives for: all of it is read after each, and a log of
// a thousand took six times as long a kill.
const freshLog = 100

// Kill kills a writing process at random moments and looks whether everything
// that it had acknowledged is there, every batch whole.
func Kill(t *testing.T, open Open) {
	var dir string
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	cycles := *kills
	if testing.Short() {
		cycles = min(cycles, 5)
	}
	for cycle := range cycles {
		if cycle%freshLog == 0 {
			dir = t.TempDir()
		}
		said := killOne(t, dir, random.IntN(80))
		e, err := open(dir)
		if err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
		said.check(t, e)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			return
		}
	}
}

// acknowledged is what a writer said before it was killed.
type acknowledged struct {
	length uint32
	erased []uint32
}

// emulator names, in the environment, the program that runs this test binary
// where the kernel cannot: the writer needs it, too.
const emulator = "CELLD_EMULATOR"

func writer() *exec.Cmd {
	if run := os.Getenv(emulator); run != "" {
		return exec.Command(run, os.Args[0])
	}
	return exec.Command(os.Args[0])
}

// killOne starts a writer, kills it once it has said so many things, and
// returns all that it said. The writer does not wait for its reader, so the
// moment of its death is nobody's choice.
func killOne(t *testing.T, dir string, lines int) (said acknowledged) {
	t.Helper()
	cmd := writer()
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the writer (an emulated one needs %s): %v", emulator, err)
	}
	for in := bufio.NewScanner(out); in.Scan(); lines-- {
		if lines == 0 {
			cmd.Process.Kill()
		}
		said.hear(t, in.Text())
	}
	if err := cmd.Wait(); err == nil || complaints.Len() > 0 {
		t.Fatalf("the writer ended by itself: %v %s", err, complaints.Bytes())
	}
	return said
}

func (a *acknowledged) hear(t *testing.T, line string) {
	t.Helper()
	var n uint32
	verb, _, _ := strings.Cut(line, " ")
	if _, err := fmt.Sscanf(line, verb+" %d", &n); err != nil {
		t.Fatalf("the writer said %q", line)
	}
	switch verb {
	case "holds":
		a.length = n
	case "erased":
		a.erased = append(a.erased, n)
	}
}

func (a acknowledged) check(t *testing.T, e oplog.Engine) {
	t.Helper()
	if e.Len() < a.length {
		t.Errorf("%d operations are left of %d", e.Len(), a.length)
	}
	whole := uint32(0) // where the last batch ends
	var chunk written  // the one whose chunk was found last
	for pos, operation := range all(t, e, 0) {
		b, err := parseBatch(operation)
		if err != nil || uint32(pos) < b.first || uint32(pos) >= b.first+b.count {
			t.Fatalf("operation %d: %q %v", pos, operation, err)
		}
		if !bytes.Equal(operation, b.operation(uint32(pos))) && !bytes.Equal(operation, b.erased(uint32(pos))) {
			t.Fatalf("operation %d is not what was written", pos)
		}
		if b != chunk {
			want := b.chunk()
			if got, err := e.Chunk(nameOf(want)); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("the chunk of the batch at %d: %v", b.first, err)
			}
			chunk = b
		}
		whole = b.first + b.count
	}
	if whole != e.Len() {
		t.Errorf("a batch that ends at %d is torn at %d", whole, e.Len())
	}
	for _, pos := range a.erased {
		operation, err := e.Read(pos)
		if b, bad := parseBatch(operation); err != nil || bad != nil || !bytes.Equal(operation, b.erased(pos)) {
			t.Errorf("operation %d was erased and is back: %v %v", pos, err, bad)
		}
	}
}

// write appends, erases and compacts until it is killed, and says what is done.
// It returns only what went wrong.
func write(dir string, open Open) error {
	e, err := open(dir)
	if err != nil {
		return err
	}
	for {
		b := written{first: e.Len(), count: rand.Uint32N(6) + 1}
		var operations [][]byte
		for i := range b.count {
			operations = append(operations, b.operation(b.first+i))
		}
		if _, err := e.Append(operations, map[op.Chunk][]byte{nameOf(b.chunk()): b.chunk()}); err != nil {
			return err
		}
		fmt.Println("holds", e.Len())
		switch rand.IntN(20) {
		case 0:
			pos := b.first + rand.Uint32N(b.count)
			if err := e.Erase(map[uint32][]byte{pos: b.erased(pos)}, nil); err != nil {
				return err
			}
			fmt.Println("erased", pos)
		case 1:
			if err := e.Compact(); err != nil {
				return err
			}
			fmt.Println("compacted", e.Len())
		}
	}
}

// written tells a batch of the writer, and every operation of it tells it too.
type written struct{ first, count uint32 }

// parseBatch reads what erased wrote, from there or before data. All are read after every
// kill, for which Sscanf is too slow.
func parseBatch(operation []byte) (b written, err error) {
	told, _, _ := strings.Cut(string(operation[:min(len(operation), 40)]), ".")
	pos, rest, _ := strings.Cut(told, " in ")
	first, count, _ := strings.Cut(rest, "+")
	number := func(s string) uint32 {
		n, wrong := strconv.ParseUint(s, 10, 32)
		err = errors.Join(err, wrong)
		return uint32(n)
	}
	number(pos)
	b.first, b.count = number(first), number(count)
	return b, err
}

func (b written) erased(pos uint32) []byte {
	return fmt.Appendf(nil, "%d in %d+%d.", pos, b.first, b.count)
}

func (b written) operation(pos uint32) []byte {
	return append(b.erased(pos), data(uint64(pos), int(pos*37%700))...)
}

func (b written) chunk() []byte { return data(uint64(b.first), 900) }

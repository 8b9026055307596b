package replication_test

import (
	"crypto/ed25519"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/replication"
)

var figures = flag.Bool("figures", false, "print figures, and measure cells of 100 000 operations, too")

// tell prints a figure for whoever gathers them.
func tell(name string, value float64, unit string) {
	if *figures {
		fmt.Println("figure", name, value, unit)
	}
}

// over says that a figure is over its budget. Who gathers figures compares them by
// itself: there all are told, and none is a fault.
func over(t *testing.T, format string, args ...any) {
	t.Helper()
	if *figures {
		t.Logf(format, args...)
	} else {
		t.Errorf(format, args...)
	}
}

// pen writes into a log what looks like people's operations, without judging
// it: sealed, of a usual size, each having seen the one before.
type pen struct {
	cell   op.ID
	seals  op.Epoch
	logs   []*leaf
	last   *leaf
	chance *rand.Rand
}

type leaf struct {
	key  ed25519.PrivateKey
	seq  uint64
	id   op.ID
	seen map[op.Device]uint64 // how far it has seen others
}

func newPen(cell op.ID, logs int) *pen {
	p := &pen{cell: cell, seals: op.Epoch{1}, chance: rand.New(rand.NewPCG(1, 9))}
	for i := range logs {
		p.logs = append(p.logs, &leaf{key: keyOf("pen", i), seen: map[op.Device]uint64{}})
	}
	return p
}

// write makes the next operation of a log.
func (p *pen) write(i int) op.Operation {
	l := p.logs[i]
	dev := op.DeviceOf(public(l.key))
	h := op.Header{Version: op.Version, Device: dev, Scope: p.cell[:], Seq: l.seq + 1, Time: 1_800_000_000 + l.seq, Clock: op.ClockNTP, Level: op.LevelRouter}
	if p.last != nil && p.last != l {
		other := op.DeviceOf(public(p.last.key))
		if l.seen[other] < p.last.seq && p.chance.IntN(3) == 0 {
			l.seen[other] = p.last.seq
			h.Seen = []op.Seen{{Device: other, Seq: p.last.seq, Hash: [8]byte(p.last.id[:8])}}
		}
	}
	payload := op.Body{Kind: trust.KindOpen, Content: op.MustMarshal(trust.Open{Key: public(l.key), Router: dev, Grant: []byte{}})}.Bytes()
	if l.seq > 0 {
		h.Prev, h.Epoch = append([]byte{}, l.id[:]...), p.seals[:]
		payload = make([]byte, 90+p.chance.IntN(160))
		for j := range payload {
			payload[j] = byte(p.chance.Uint32())
		}
	}
	o, err := op.Sign(h, payload, op.Key(l.key))
	if err != nil {
		panic(err)
	}
	l.seq, l.id, p.last = o.Header.Seq, o.ID, l
	return o
}

// pair is two locked routers that hold n operations of 11 logs, the first with
// more of them.
func heavy(t testing.TB, n, more int) (x, y *router, own int) { return heavyOf(t, 11, n, more) }

// heavyOf is heavy with so many logs.
func heavyOf(t testing.TB, logs, n, more int) (x, y *router, own int) {
	c := newCell(t, 2, 2)
	x, y = c.routers[0], c.routers[1]
	x.keys.locked, y.keys.locked = true, true
	p := newPen(c.id, logs)
	for i := range n - len(x.disk.ops) {
		x.disk.ops = append(x.disk.ops, p.write(i%logs).Encode())
	}
	y.disk.ops = slices.Clone(x.disk.ops)
	for range more {
		b := p.write(p.chance.IntN(logs)).Encode()
		x.disk.ops, own = append(x.disk.ops, b), own+len(b)
	}
	for _, z := range []*router{x, y} {
		z.open()
		z.rejoin()
	}
	return x, y, own
}

// same reports whether two routers hold the same.
func same(x, y *router) error {
	if a, b := fmt.Sprint(x.log.Heads()), fmt.Sprint(y.log.Heads()); a != b {
		return fmt.Errorf("router 0 holds %s, router 1 %s", a, b)
	}
	return nil
}

// bytesFor meets two routers over clean air until they are alike and silent.
func bytesFor(t *testing.T, n, more int) (sent, own, all int) {
	synctest.Test(t, func(t *testing.T) {
		x, y, bytes := heavy(t, n, more)
		a := newAir(1, 10*time.Millisecond, 0)
		m := meet(a, x, y)
		until(t, time.Minute, func() error { return same(x, y) })
		time.Sleep(2 * time.Second) // what is still said about it
		a.mu.Lock()
		sent = int(a.bytes)
		a.mu.Unlock()
		m.end()
		for _, b := range x.disk.ops {
			all += len(b)
		}
		own = bytes
	})
	return sent, own, all
}

// TestBytesOnTheAir holds the figures that are counted in bytes: everything
// that was sent both ways, with the DTLS records around it, from the first
// hello on.
func TestBytesOnTheAir(t *testing.T) {
	idle, _, all := bytesFor(t, 10_000, 0)
	full := 2 * all
	ten, _, _ := bytesFor(t, 10_000, 10)
	hundred, own, _ := bytesFor(t, 10_000, 100)
	t.Logf("full state, both ways: %d; nothing new: %d (1/%d); 10 new: %d (1/%d); 100 new: %d (1/%d, x%.2f of their own %d bytes)",
		full, idle, full/idle, ten, full/ten, hundred, full/hundred, float64(hundred)/float64(own), own)
	tell("Idle/10000", float64(full)/float64(idle), "x-fullstate")
	tell("Ten/10000", float64(full)/float64(ten), "x-fullstate")
	tell("Hundred/10000", float64(full)/float64(hundred), "x-fullstate")
	tell("Hundred/10000", float64(hundred)/float64(own), "x-own-bytes")
	if idle*1000 > full || ten*1000 > full || hundred*100 > full || float64(hundred) > 1.25*float64(own) {
		over(t, "too much is said")
	}
	small, ownSmall, _ := bytesFor(t, 1_000, 100)
	large := hundred - own
	if *figures && !testing.Short() {
		bytes, owns, _ := bytesFor(t, 100_000, 100)
		large = bytes - owns
	}
	// Runs say less than the operations' own bytes: compare what is said in all.
	ratio := float64(large+own) / float64(small-ownSmall+own)
	tell("Hundred/growth", ratio, "x-thousand")
	t.Logf("100 new of many more against 100 new of 1000: x%.3f", ratio)
	if ratio > 1.1 {
		over(t, "it grows with the history: x%.2f", ratio)
	}
}

// timeFor is how long 1000 operations take over air that loses, in virtual time.
func timeFor(t *testing.T, loss float64) (took time.Duration) {
	var all []time.Duration
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			x, y, _ := heavy(t, 100, 1000)
			m := meet(newAir(seed, 10*time.Millisecond, loss), x, y)
			all = append(all, until(t, time.Minute, func() error { return same(x, y) }))
			m.end()
		})
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// TestLossCostsLittle holds the time of a catch-up over bad air against clean.
func TestLossCostsLittle(t *testing.T) {
	clean, ten, twenty := timeFor(t, 0), timeFor(t, 0.1), timeFor(t, 0.2)
	t.Logf("1000 operations, round trip 10 ms: clean %v, 10 %% loss %v (x%.1f), 20 %% loss %v (x%.1f)",
		clean, ten, float64(ten)/float64(clean), twenty, float64(twenty)/float64(clean))
	tell("Loss/10-percent", float64(ten)/float64(clean), "x-clean")
	tell("Loss/20-percent", float64(twenty)/float64(clean), "x-clean")
	if ten > 4*clean || twenty > 8*clean {
		over(t, "loss costs too much")
	}
}

// TestTheFirstOperationComesWithinTwoRoundTrips counts from the moment that
// the session is up.
func TestTheFirstOperationComesWithinTwoRoundTrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, y, _ := heavy(t, 1000, 1)
		m := meet(newAir(1, 20*time.Millisecond, 0), x, y)
		took := until(t, time.Minute, func() error { return same(x, y) })
		m.end()
		t.Logf("%v, at a round trip of 20 ms", took)
		tell("FirstOperation", float64(took)/float64(20*time.Millisecond), "x-round-trip")
		if took > 40*time.Millisecond {
			over(t, "too late")
		}
	})
}

// BenchmarkCatchUp takes in what another router holds, from its datagrams to
// the disk, against as many signature checks. With eleven logs a batch needs
// eleven checks; with as many logs as a batch holds operations, all are checked.
// Judging is left to whoever wakes the router. The quickest of several runs
// counts, of both: what other work costs is not of interest here.
func BenchmarkCatchUp(b *testing.B) {
	for _, kind := range []struct {
		name   string
		logs   int
		checks int // that take about as long, so that other work disturbs both alike
	}{{"heads", 11, 500}, {"all", 256, 4000}} {
		b.Run(kind.name, func(b *testing.B) {
			x, _, _ := heavyOf(b, kind.logs, 4000, 0)
			var ops []op.Operation
			next := x.log.Lacking(nil)
			for o, ok, _ := next(); ok; o, ok, _ = next() {
				ops = append(ops, o)
			}
			datagrams := replication.PackAll(ops)
			b.ResetTimer()
			check, spent := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			rounds := max(b.N, 10)
			if testing.Short() {
				rounds = 2 // an emulator takes its time, and nothing else disturbs it as much
			}
			for range rounds {
				check = min(check, aCheck(b, kind.checks))
				spent = min(spent, takeIn(b, x.cell.id, datagrams))
			}
			b.ReportMetric(float64(spent)/float64(len(ops))/float64(check), "x-verify")
			b.ReportMetric(float64(spent.Nanoseconds())/float64(len(ops))/1000, "us/operation")
		})
	}
}

// takeIn brings datagrams to a fresh router's disk, in batches as they are made
// of what comes, and returns what processor time that took.
func takeIn(b *testing.B, cell op.ID, datagrams [][]byte) time.Duration {
	y := newCell(b, 2, 2).routers[1]
	y.keys.locked = true
	door := y.house()
	var ready []op.Operation
	enter := func() {
		if got, err := door.Accept(op.Device{}, ready); err != nil || len(got.New) != len(ready) {
			b.Fatalf("%d of %d: %v", len(got.New), len(ready), err)
		}
		ready = ready[:0]
	}
	began := cpu()
	for _, d := range datagrams {
		f, err := replication.ParseFrame(d)
		if err != nil {
			b.Fatal(err)
		}
		runs, err := replication.DecodeRuns(f.Body)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range runs.Runs {
			ops, err := r.Operations(cell)
			if err != nil {
				b.Fatal(err)
			}
			ready = append(ready, ops...)
		}
		if len(ready) >= 256 {
			enter()
		}
	}
	enter()
	return cpu() - began
}

// cpu is the processor time that was spent so far: other people's load does not
// count.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// aCheck is what one signature check costs here and now, in the mean of so many.
func aCheck(b *testing.B, often int) time.Duration {
	b.Helper()
	key, message := keyOf("check"), make([]byte, 400)
	sig := ed25519.Sign(key, message)
	began := cpu()
	for range often {
		if !ed25519.Verify(public(key), message, sig) {
			b.Fatal("a signature that does not verify")
		}
	}
	return (cpu() - began) / time.Duration(often)
}

// file is a disk that is no memory: what it holds lies in a file.
type file struct {
	*memory
	f     *os.File
	end   []int64
	looks func() // may be nil: called with each batch that is put there
}

func (d *file) Append(ops [][]byte, _ map[op.Chunk][]byte) (uint32, error) {
	if d.looks != nil {
		d.looks()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	first, end := uint32(len(d.end)), int64(0)
	if first > 0 {
		end = d.end[first-1]
	}
	for _, b := range ops {
		if _, err := d.f.WriteAt(b, end); err != nil {
			return 0, err
		}
		end += int64(len(b))
		d.end = append(d.end, end)
	}
	return first, nil
}

func (d *file) Read(pos uint32) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	from := int64(0)
	if pos > 0 {
		from = d.end[pos-1]
	}
	b := make([]byte, d.end[pos]-from)
	_, err := d.f.ReadAt(b, from)
	return b, err
}

func (d *file) Each(from uint32, f func(uint32, []byte) error) error {
	for pos := from; int(pos) < len(d.end); pos++ {
		b, err := d.Read(pos)
		if err == nil {
			err = f(pos, b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// held is how much more memory than before is in use while more operations are
// taken in from a neighbour, at most and in the end. It is looked at where a
// batch is put on disk, and long enough after that the next batch waits behind
// it and the neighbour can send nothing more: then nothing moves, and what is in
// use is all that one neighbour can make two routers hold, theirs and ours.
func held(t *testing.T, more int) (most, after int64) {
	synctest.Test(t, func(t *testing.T) {
		x, y, _ := heavy(t, 100, more)
		f, err := os.Create(filepath.Join(t.TempDir(), "log"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		disk := &file{memory: &memory{}, f: f, end: make([]int64, 0, 2*more)} // where things lie there is the disk's own affair
		if _, err := disk.Append(y.disk.ops, nil); err != nil {
			t.Fatal(err)
		}
		if y.log, err = oplog.Open(disk, y.keys, y.tells); err != nil {
			t.Fatal(err)
		}
		y.rejoin()
		before := heap()
		disk.looks = func() {
			time.Sleep(2 * time.Second)
			most = max(most, heap()-before)
		}
		m := meet(newAir(1, time.Millisecond, 0), x, y)
		until(t, time.Hour, func() error { return same(x, y) })
		m.end()
		after = heap() - before
		runtime.KeepAlive(x)
	})
	return most, after
}

// TestMemoryOfACatchUp holds what it takes at most, with the index of what has
// come. The disk is a file. The ratio is 1.2, give or take what is under way when
// one looks; here it only must not be that of something that grows with what comes.
func TestMemoryOfACatchUp(t *testing.T) {
	small, least := held(t, 1000)
	large, index := held(t, 10_000)
	t.Logf("1 000 operations: %d bytes at most, of which %d stay; 10 000: %d and %d", small, least, large, index)
	tell("Memory/10000", float64(large), "B/peak")
	tell("Memory/10000", float64(large)/float64(small), "x-1000")
	if large > 4<<20 || float64(large) > 1.5*float64(small) {
		over(t, "x%.2f", float64(large)/float64(small))
	}
}

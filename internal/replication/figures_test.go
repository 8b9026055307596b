package replication_test

import (
	"crypto/ed25519"
	"flag"
	"fmt"
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
)

var figures = flag.Bool("figures", false, "measure cells of 100 000 operations, too")

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
func heavy(t testing.TB, n, more int) (x, y *router, own int) {
	c := newCell(t, 2, 2)
	x, y = c.routers[0], c.routers[1]
	x.keys.locked, y.keys.locked = true, true
	p := newPen(c.id, 11)
	for i := range n - len(x.disk.ops) {
		x.disk.ops = append(x.disk.ops, p.write(i%11).Encode())
	}
	y.disk.ops = slices.Clone(x.disk.ops)
	for range more {
		b := p.write(p.chance.IntN(11)).Encode()
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
	if idle*1000 > full || ten*1000 > full || hundred*100 > full || float64(hundred) > 1.25*float64(own) {
		t.Error("too much is said")
	}
	small, ownSmall, _ := bytesFor(t, 1_000, 100)
	large := hundred - own
	if *figures {
		bytes, owns, _ := bytesFor(t, 100_000, 100)
		large = bytes - owns
	}
	// Runs say less than the operations' own bytes: compare what is said in all.
	ratio := float64(large+own) / float64(small-ownSmall+own)
	t.Logf("100 new of many more against 100 new of 1000: x%.3f", ratio)
	if ratio > 1.1 {
		t.Errorf("it grows with the history: x%.2f", ratio)
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
	if ten > 4*clean || twenty > 8*clean {
		t.Error("loss costs too much")
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
		if took > 40*time.Millisecond {
			t.Error("too late")
		}
	})
}

// BenchmarkCatchUp takes in what another router holds, by the batch, against as
// many signature checks; judging is left to whoever wakes the router.
func BenchmarkCatchUp(b *testing.B) {
	x, _, _ := heavy(b, 4000, 0)
	var ops []op.Operation
	next := x.log.Lacking(nil)
	for o, ok, _ := next(); ok; o, ok, _ = next() {
		ops = append(ops, o)
	}
	check := aCheck(b)
	b.ResetTimer()
	spent := time.Duration(0)
	for range b.N {
		y := newCell(b, 2, 2).routers[1]
		y.keys.locked = true
		began := cpu()
		for part := range slices.Chunk(ops, 256) {
			if got, err := y.house().Accept(part); err != nil || len(got.New) != len(part) {
				b.Fatalf("%d of %d: %v", len(got.New), len(part), err)
			}
		}
		spent += cpu() - began
	}
	each := float64(spent) / float64(b.N*len(ops))
	b.ReportMetric(each/float64(check), "x-verify")
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

// aCheck is what one signature check costs here and now.
func aCheck(b *testing.B) time.Duration {
	b.Helper()
	key, message := keyOf("check"), make([]byte, 400)
	sig := ed25519.Sign(key, message)
	const often = 500
	began := cpu()
	for range often {
		if !ed25519.Verify(public(key), message, sig) {
			b.Fatal("a signature that does not verify")
		}
	}
	return (cpu() - began) / often
}

// file is a disk that is no memory: what it holds lies in a file.
type file struct {
	*memory
	f   *os.File
	end []int64
}

func (d *file) Append(ops [][]byte, _ map[op.Chunk][]byte) (uint32, error) {
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

// BenchmarkCatchUpMemory tells what memory is in use at most, with the index of
// what has come, while n operations are taken in from a neighbour: beyond what
// was in use before, measured after each batch. The disk is a file.
func BenchmarkCatchUpMemory(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			most, index := uint64(0), uint64(0)
			for range b.N {
				x, y, _ := heavy(b, 100, n)
				f, err := os.Create(filepath.Join(b.TempDir(), "log"))
				if err != nil {
					b.Fatal(err)
				}
				disk := &file{memory: &memory{}, f: f}
				if _, err := disk.Append(y.disk.ops, nil); err != nil {
					b.Fatal(err)
				}
				if y.log, err = oplog.Open(disk, y.keys, y.tells); err != nil {
					b.Fatal(err)
				}
				y.rejoin()
				before := uint64(heap())
				m := meet(newAir(1, time.Millisecond, 0), x, y)
				for next := y.log.Changed(); same(x, y) != nil; next = y.log.Changed() {
					<-next
					most = max(most, uint64(heap())-before)
				}
				m.end()
				index = uint64(heap()) - before
				f.Close()
				runtime.KeepAlive(x)
			}
			b.ReportMetric(float64(most), "B/peak")
			b.ReportMetric(float64(index), "B/index")
		})
	}
}

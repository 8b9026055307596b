package replication_test

import (
	"crypto/ed25519"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/op"
	"celld/internal/replication"
)

var datagrams = flag.Int("datagrams", 20_000, "malformed, truncated, replayed and forged datagrams to hear")

// liar makes up what no honest router says.
type liar struct {
	chance  *rand.Rand
	cell    op.ID
	honest  [][]byte // frames as they should be
	ops     []op.Operation
	numbers [3]uint32
}

// say returns the next datagram.
func (l *liar) say() []byte {
	b := append([]byte{}, l.honest[l.chance.IntN(len(l.honest))]...)
	switch l.chance.IntN(6) {
	case 0: // malformed
		for range 1 + l.chance.IntN(4) {
			b[l.chance.IntN(len(b))] ^= byte(1 << l.chance.IntN(8))
		}
	case 1: // truncated
		b = b[:l.chance.IntN(len(b))]
	case 2: // replayed as it is
	case 3: // noise
		b = make([]byte, l.chance.IntN(replication.MaxFrame+100))
		for i := range b {
			b[i] = byte(l.chance.Uint32())
		}
	case 4: // a good frame with the next number
		if f, err := replication.ParseFrame(b); err == nil && f.Number > 0 {
			return l.number(f)
		}
	case 5: // forged operations, with the next number
		return l.number(replication.Pack(l.chance.IntN(2) == 0, l.forge()))
	}
	return b
}

func (l *liar) number(f replication.Frame) []byte {
	c := f.Kind.Class()
	if l.numbers[c]++; l.chance.IntN(20) == 0 {
		l.numbers[c] += l.chance.Uint32N(40)
	}
	f.Number = l.numbers[c]
	return f.Encode()
}

// forge spoils an operation in a way that is still well formed.
func (l *liar) forge() op.Operation {
	o := l.ops[l.chance.IntN(len(l.ops))]
	h := o.Header
	_, sig := o.Signed()
	sig = append([]byte{}, sig...)
	switch l.chance.IntN(4) {
	case 0:
		sig[l.chance.IntN(64)] ^= 1
	case 1:
		h.Time += 365 * 24 * 3600
	case 2:
		h.Seq += 1 + l.chance.Uint64N(5)
		if len(h.Prev) == 0 {
			h.Prev = make([]byte, 32)
		}
	case 3:
		h.Device = op.Device{byte(l.chance.Uint32())}
	}
	if len(h.Scope) == 0 && h.Seq > 1 {
		h.Scope = l.cell[:]
	}
	forged, err := op.Assemble(h, sig, o.Payload)
	if err != nil {
		return o
	}
	return forged
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestBadInputIsDiscardedAndCounted hears a great many bad datagrams, in as many
// conversations as that takes.
func TestBadInputIsDiscardedAndCounted(t *testing.T) {
	c := newCell(t, 2, 2)
	x, y := c.routers[0], c.routers[1]
	x.fill(20)
	x.long(c.members[0], 100)
	y.take(t, x.export(t, nil))
	l := &liar{chance: rand.New(rand.NewPCG(7, 7)), cell: c.id}
	v, _ := read(t)
	for _, f := range v.Frames {
		l.honest = append(l.honest, unhex(t, f.Bytes))
	}
	next := x.log.Lacking(nil)
	for o, ok, _ := next(); ok; o, ok, _ = next() {
		l.ops = append(l.ops, o)
		l.honest = append(l.honest, replication.Pack(true, o).Encode())
	}
	held, digest := len(y.disk.ops), y.log.State().Digest()
	faults, ended := map[replication.Fault]int{}, 0
	var d *replication.Dummy
	before := int64(0)
	for i := range *datagrams {
		if d == nil {
			d = replication.NewDummy(time.Unix(0, 0), y.house(), c.id)
			l.numbers = [3]uint32{1, 0, 0}
		}
		if !d.Say(l.say()) {
			for f, n := range d.Faults() {
				faults[f] += n
			}
			d, ended = nil, ended+1
		}
		if i == *datagrams/20 {
			before = heap()
		}
	}
	grown := heap() - before
	t.Logf("%d datagrams: %d conversations ended, %v, %d bytes grown", *datagrams, ended, faults, grown)
	if grown > 2<<20 {
		t.Errorf("grown by %d bytes", grown)
	}
	if len(y.disk.ops) != held || y.log.State().Digest() != digest {
		t.Errorf("%d operations came of it", len(y.disk.ops)-held)
	}
	if ended == 0 || faults[replication.FaultFrame] == 0 || faults[replication.FaultRefused] == 0 {
		t.Error("no conversation ended, or not for every reason")
	}
	runtime.KeepAlive(l)
}

// lying is a router that changes what it holds before it tells of it.
type lying struct {
	house
	have  func([]replication.Head) []replication.Head
	spoil func(op.Operation) op.Operation
	hides func(op.Operation) bool
}

func (l lying) Have() []replication.Head {
	if l.have == nil {
		return l.house.Have()
	}
	return l.have(l.house.Have())
}

func (l lying) Lacking(held op.Past) func() (op.Operation, bool, error) {
	next := l.house.Lacking(held)
	return func() (op.Operation, bool, error) {
		o, ok, err := next()
		for ok && err == nil && l.hides != nil && l.hides(o) {
			o, ok, err = next()
		}
		if ok && l.spoil != nil {
			o = l.spoil(o)
		}
		return o, ok, err
	}
}

// spoilt breaks every operation of a log behind the fifth.
func spoilt(how func(op.Operation) op.Operation) func(op.Operation) op.Operation {
	return func(o op.Operation) op.Operation {
		if o.Header.Seq <= 5 {
			return o
		}
		return how(o)
	}
}

// restOfOneLog picks a log of which nothing is told behind the fifth. What the other
// ones wrote has seen it.
func restOfOneLog() func(op.Operation) bool {
	var hidden op.Device
	return func(o op.Operation) bool {
		if o.Header.Seq == 6 && hidden == (op.Device{}) {
			hidden = o.Header.Device
		}
		return o.Header.Seq > 5 && o.Header.Device == hidden
	}
}

func remade(h op.Header, sig, payload []byte) op.Operation {
	o, err := op.Assemble(h, sig, payload)
	if err != nil {
		panic(err)
	}
	return o
}

// TestALyingNeighbourIsRefusedAndShown plays every sort of liar against an
// honest router, which must end up with nothing of it, show why, and go on
// talking to an honest neighbour.
func TestALyingNeighbourIsRefusedAndShown(t *testing.T) {
	stranger := keyOf("somebody else")
	for name, lie := range map[string]struct {
		lying
		want  replication.Fault
		waits bool
	}{
		"wrong signatures": {lying{spoil: spoilt(func(o op.Operation) op.Operation {
			return remade(o.Header, ed25519.Sign(stranger, []byte("x")), o.Payload)
		})}, replication.FaultRefused, true},
		"wrong hashes": {lying{spoil: spoilt(func(o op.Operation) op.Operation {
			_, sig := o.Signed()
			return remade(o.Header, sig, append([]byte{1}, o.Payload...))
		})}, replication.FaultRefused, true},
		"holes in a chain": {lying{spoil: spoilt(func(o op.Operation) op.Operation {
			_, sig := o.Signed()
			o.Header.Seq += 3
			return remade(o.Header, sig, o.Payload)
		})}, replication.FaultRefused, true},
		"causes that never come": {lying{hides: restOfOneLog()}, replication.FaultHole, true},
		"payloads taken away":    {lying{spoil: spoilt(op.Operation.WithoutPayload)}, replication.FaultRefused, true},
		"too many logs": {lying{have: func(heads []replication.Head) []replication.Head {
			for i := range 3000 {
				heads = append(heads, replication.Head{Device: op.Device{0xff, 0xff, byte(i >> 8), byte(i)}, Seq: 9})
			}
			return heads
		}}, replication.FaultHeads, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCell(t, 2, 3)
				x, y, z := c.routers[0], c.routers[1], c.routers[2]
				y.take(t, x.export(t, nil))
				z.take(t, x.export(t, nil))
				lie.house = z.house()
				z.room = replication.NewRoom(replication.Config{Cell: c.id, Self: z.name(), House: lie.lying, Pins: z, Clock: z.tells})
				for i := range 400 { // more than wait for their causes
					z.rename(c.members[i%2], fmt.Sprint("Fern ", i))
				}
				honest := len(y.disk.ops)
				m := meet(newAir(1, 10*time.Millisecond, 0.01), y, z)
				until(t, time.Minute, func() error {
					for _, n := range y.room.Status().Neighbours {
						if n.Talk.Faults[lie.want] > 0 && (!lie.waits || !n.Open && n.Until.After(time.Now())) {
							return nil
						}
					}
					return fmt.Errorf("not shown: %+v", y.room.Status())
				})
				m.end()
				if lie.waits && len(y.disk.ops) > honest+10 {
					t.Errorf("%d operations came of it", len(y.disk.ops)-honest)
				}
				again := meet(newAir(2, 10*time.Millisecond, 0), y, z)
				if lie.waits {
					synctest.Wait()
					if again.errs[0] != replication.ErrWait {
						t.Errorf("talked to again at once: %v", again.errs[0])
					}
				}
				again.end()
				x.rename(c.members[0], "Sorrel")
				m = meet(newAir(3, 10*time.Millisecond, 0), x, y)
				until(t, time.Minute, func() error {
					if _, held := y.log.Hash(op.Ref{Device: op.DeviceOf(public(x.device(c.members[0].id))), Seq: 4}); !held {
						return fmt.Errorf("the honest one is not heard")
					}
					return nil
				})
				m.end()
			})
		})
	}
}

// TestWhoBroughtItAnswersForIt lets a neighbour bring less than fits the waiting room, and
// then an honest one so many batches that all of it has waited long enough.
func TestWhoBroughtItAnswersForIt(t *testing.T) {
	stranger := keyOf("somebody else")
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 2, 3)
		x, y, z := c.routers[0], c.routers[1], c.routers[2]
		y.take(t, x.export(t, nil))
		z.take(t, x.export(t, nil))
		lie := lying{house: z.house(), spoil: spoilt(func(o op.Operation) op.Operation {
			return remade(o.Header, ed25519.Sign(stranger, []byte("x")), o.Payload)
		})}
		z.room = replication.NewRoom(replication.Config{Cell: c.id, Self: z.name(), House: lie, Pins: z, Clock: z.tells})
		for i := range 60 {
			z.rename(c.members[1], fmt.Sprint("Fern ", i))
		}
		m := meet(newAir(1, 10*time.Millisecond, 0), y, z)
		time.Sleep(5 * time.Second)
		m.end()
		m = meet(newAir(2, 10*time.Millisecond, 0), x, y)
		for i := range 20 {
			x.rename(c.members[0], fmt.Sprint("Sorrel ", i))
			time.Sleep(time.Second)
		}
		if err := alike(x, y); err != nil {
			t.Error(err)
		}
		for _, n := range y.room.Status().Neighbours {
			if n.Device == x.name() && (!n.Open || len(n.Talk.Faults) > 0) {
				t.Errorf("the honest one answers for it: %+v", n)
			}
		}
		m.end()
		m = meet(newAir(3, 10*time.Millisecond, 0), y, z)
		until(t, time.Minute, func() error {
			for _, n := range y.room.Status().Neighbours {
				if n.Device == z.name() && n.Talk.Faults[replication.FaultRefused] > 0 && n.Until.After(time.Now()) {
					return nil
				}
			}
			return fmt.Errorf("nobody answers for it: %+v", y.room.Status())
		})
		m.end()
	})
}

// TestAClockAYearAheadIsShownAndNotBelieved lets a neighbour tell a time.
func TestAClockAYearAheadIsShownAndNotBelieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 2, 2)
		x, y := c.routers[0], c.routers[1]
		x.clock, y.clock = op.ClockNTP, op.ClockNTP
		x.now += 365 * 24 * 3600
		x.rename(c.members[0], "Fern")
		m := meet(newAir(1, 10*time.Millisecond, 0), x, y)
		until(t, time.Minute, func() error { return alike(x, y) })
		n := y.room.Status().Neighbours[0]
		if n.Talk.Faults[replication.FaultClock] == 0 || n.Talk.Time != x.now || !n.Open {
			t.Errorf("%+v", n.Talk)
		}
		m.end()
	})
}

// TestAForkIsProvenEverywhere injects a second operation at one of five routers
// in a ring.
func TestAForkIsProvenEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &life{chance: rand.New(rand.NewPCG(1, 1)), links: map[[2]int]*meeting{}, cellOf: newCell(t, 3, 5)}
		defer l.part()
		x := l.routers[0]
		for i := range l.routers {
			l.turn(0, i)
		}
		until(t, time.Minute, l.one)
		for _, z := range l.routers[1:] { // who opens a log later covers what it has seen
			if _, err := z.log.Submit(z.author(), op.Draft{Kind: consent.KindMark, Try: true}); err != nil {
				t.Fatal(err)
			}
		}
		until(t, time.Minute, l.one)
		ref := x.rename(l.members[1], "Fern") // not the founder: everything leans on that log
		until(t, time.Minute, l.one)
		l.part()
		for i := range l.routers {
			l.turn(i, (i+1)%5)
		}
		synctest.Wait()
		o, _ := x.log.Stored(ref)
		y := l.routers[2]
		got, err := y.house().Accept(op.Device{}, []op.Operation{x.twin(t, o)})
		if err != nil || len(got.Forks) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if err := y.house().Prove(got.Forks[0].Header, got.Forks[0].Signature); err != nil {
			t.Fatal(err)
		}
		took := until(t, time.Minute, func() error {
			for _, z := range l.routers {
				if !z.forked(ref.Device) {
					return fmt.Errorf("router %d knows nothing", z.number)
				}
			}
			return l.one()
		})
		t.Logf("proven at five routers after %v", took)
		if _, err := x.log.Submit(x.by(l.members[1]), op.Draft{Kind: people.KindAway}); err == nil {
			t.Error("a forked log is written on")
		}
		for _, z := range l.routers {
			if z.log.State().Refused(ref) == nil {
				t.Errorf("router %d lets stand what nobody had covered", z.number)
			}
		}
	})
}

// TestTwoBranchesBecomeAProof lets two routers meet that hold two branches.
func TestTwoBranchesBecomeAProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 2, 3)
		x, y, z := c.routers[0], c.routers[1], c.routers[2]
		y.take(t, x.export(t, nil))
		z.take(t, x.export(t, nil))
		ref := x.rename(c.members[0], "Fern")
		o, _ := x.log.Stored(ref)
		if got, err := y.house().Accept(op.Device{}, []op.Operation{x.twin(t, o)}); err != nil || len(got.New) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		m := meet(newAir(1, 10*time.Millisecond, 0.1), x, y)
		until(t, time.Minute, func() error {
			if !x.forked(ref.Device) || !y.forked(ref.Device) {
				return fmt.Errorf("not proven")
			}
			return nil
		})
		m.end()
	})
}

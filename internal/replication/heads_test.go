package replication_test

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/replication"
)

// teller tells a router of heads, and acknowledges all that it says.
type teller struct {
	*replication.Dummy
	number uint32
	heard  [3]uint32 // highest number of each class
}

func newTeller(x *router) *teller {
	return &teller{Dummy: replication.NewDummy(time.Unix(0, 0), x.house(), x.cell.id), number: 1}
}

// tell says a whole list and returns how many operations came of it.
func (l *teller) tell(t *testing.T, heads ...replication.Head) (operations int) {
	t.Helper()
	l.number++
	have := replication.Frame{Kind: replication.KindHave, Number: l.number, Body: op.MustMarshal(replication.Have{First: true, Last: true, Heads: heads})}
	l.Say(have.Encode())
	for range 50 { // milliseconds
		var ack replication.Ack
		for _, f := range l.Said() {
			if c := f.Kind.Class(); f.Number > l.heard[c] {
				l.heard[c] = f.Number
			}
			if f.Kind == replication.KindRun {
				runs, err := replication.DecodeRuns(f.Body)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range runs.Runs {
					operations += len(r.Items)
				}
			}
		}
		for c, n := range l.heard {
			ack.Classes[c].Next = n + 1
		}
		l.Say(replication.Frame{Kind: replication.KindAck, Body: op.MustMarshal(ack)}.Encode())
	}
	return operations
}

// TestAListIsAnsweredWithWhatItLacks, and with nothing else about it. What was
// acknowledged and is lacking all the same is said again, less and less often.
func TestAListIsAnsweredWithWhatItLacks(t *testing.T) {
	c := newCell(t, 2, 2)
	x := c.routers[0]
	x.fill(20)
	all := len(x.disk.ops)
	l := newTeller(x)
	for list, want := range []int{all, all, 0, all, 0, 0, 0, all, 0} {
		if got := l.tell(t); got != want {
			t.Errorf("list %d was answered with %d operations, want %d", list, got, want)
		}
	}
	l = newTeller(x)
	heads := x.house().Have()
	if got := l.tell(t, heads...); got != 0 {
		t.Errorf("who lacks nothing hears %d operations", got)
	}
	heads[0].Seq -= 2
	heads[0].Hash, _ = x.log.Hash(op.Ref{Device: heads[0].Device, Seq: heads[0].Seq})
	if got := newTeller(x).tell(t, heads...); got != 2 {
		t.Errorf("who lacks two hears %d", got)
	}
}

// ungranted makes logs that nobody granted, as a router of the cell can that has gone bad.
func (c *cellOf) ungranted(n int) (ops []op.Operation) {
	for i := range n {
		key := keyOf("ungranted", i)
		body := op.Body{Kind: trust.KindOpen, Content: op.MustMarshal(trust.Open{Key: public(key), Router: op.Device{7}, Grant: []byte{}})}
		o, err := op.Sign(op.Header{Version: op.Version, Device: op.DeviceOf(public(key)), Scope: c.id[:], Seq: 1, Level: op.LevelRouter}, body.Bytes(), op.Key(key))
		if err != nil {
			c.t.Fatal(err)
		}
		ops = append(ops, o)
	}
	return ops
}

// TestLogsWithoutEndPartNoHonestRouters: whoever has once held them holds them for good,
// and still talks to everybody, to a router too that comes new.
func TestLogsWithoutEndPartNoHonestRouters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 2, 3)
		x, y := c.routers[0], c.routers[1]
		for rest := c.ungranted(3600); len(rest) > 0; rest = rest[min(len(rest), 256):] { // more than 64 frames of heads
			if _, err := x.log.AcceptAll(slices.Clone(rest[:min(len(rest), 256)])); err != nil {
				t.Fatal(err)
			}
		}
		m := meet(newAir(1, 10*time.Millisecond, 0.05), x, y)
		until(t, 5*time.Minute, func() error { return alike(x, y) })
		m.end()
		m = meet(newAir(2, 10*time.Millisecond, 0.05), x, y) // now both tell of all
		time.Sleep(5 * time.Minute)                          // of lists
		x.rename(c.members[0], "Sorrel")
		until(t, time.Minute, func() error { return alike(x, y) })
		m.end()
		if _, err := replication.Inspect(bytes.NewReader(x.export(t, nil))); err != nil {
			t.Errorf("the bundle of such a cell: %v", err)
		}
	})
}

// TestANeighbourSpeaksOfSoManyLogs: other ones in each list are too many, too.
func TestANeighbourSpeaksOfSoManyLogs(t *testing.T) {
	c := newCell(t, 2, 2)
	l := newTeller(c.routers[0])
	going := 0
	for i := range 100 {
		var heads []replication.Head
		for j := range 50 {
			heads = append(heads, replication.Head{Device: op.Device{0xff, byte(i), byte(j)}, Seq: 9})
		}
		l.number++
		have := replication.Frame{Kind: replication.KindHave, Number: l.number, Body: op.MustMarshal(replication.Have{First: true, Last: true, Heads: heads})}
		if l.Say(have.Encode()) {
			going++
		}
	}
	if l.Logs() > 2048+len(c.routers[0].log.Have()) || going > 41+19 || // one fault a list, and 19 are borne
		l.Faults()[replication.FaultHeads] == 0 {
		t.Errorf("%d logs are remembered after %d lists, %v", l.Logs(), going, l.Faults())
	}
}

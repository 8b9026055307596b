package replication_test

import (
	"testing"
	"time"

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
	if l.Logs() > 2048 || going > 41 || l.Faults()[replication.FaultHeads] == 0 {
		t.Errorf("%d logs are remembered after %d lists, %v", l.Logs(), going, l.Faults())
	}
}

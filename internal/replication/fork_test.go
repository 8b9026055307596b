package replication_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/op"
)

// TestAForkIsProvenWithinTwoRounds: in a round each two neighbours of a ring of
// five speak once, one pair after the other, and are cut again. A second
// operation comes to one of them; after two rounds all have the proof, whichever
// way round they speak, and nothing that the forked device wrote after it is let
// stand by anybody.
func TestAForkIsProvenWithinTwoRounds(t *testing.T) {
	most := 0
	for name, pairs := range map[string][]int{"onwards": {0, 1, 2, 3, 4}, "backwards": {4, 3, 2, 1, 0}} {
		synctest.Test(t, func(t *testing.T) {
			c := newCell(t, 3, 5)
			x, y := c.routers[0], c.routers[2]
			for _, z := range c.routers[1:] {
				z.take(t, x.export(t, nil))
				if _, err := z.log.Submit(z.author(), op.Draft{Kind: consent.KindMark, Try: true}); err != nil {
					t.Fatal(err)
				}
			}
			ref := x.rename(c.members[1], "Fern")
			o, _ := x.log.Stored(ref)
			for _, p := range slices.Concat(pairs, pairs) {
				c.speak(p)
			}
			if got, err := y.house().Accept(op.Device{}, []op.Operation{x.twin(t, o)}); err != nil || len(got.Forks) != 1 {
				t.Fatalf("%+v, %v", got, err)
			} else if err := y.house().Prove(got.Forks[0].Header, got.Forks[0].Signature); err != nil {
				t.Fatal(err)
			}
			rounds := 0
			for ; rounds < 5 && !c.proven(ref.Device); rounds++ {
				for _, p := range pairs {
					c.speak(p)
				}
			}
			t.Logf("%s: proven at all after %d rounds", name, rounds)
			if rounds > 2 {
				t.Error("too late")
			}
			most = max(most, rounds)
			c.nothingStands(t, x.after(t, o))
		})
	}
	tell("Fork/five-routers", float64(most), "rounds")
}

// speak lets router i and the next one speak until nothing more is said.
func (c *cellOf) speak(i int) {
	m := meet(newAir(uint64(i), 10*time.Millisecond, 0), c.routers[i], c.routers[(i+1)%len(c.routers)])
	time.Sleep(2 * time.Second)
	m.end()
}

func (c *cellOf) proven(d op.Device) bool {
	return !slices.ContainsFunc(c.routers, func(z *router) bool { return !z.forked(d) })
}

// after signs what follows an operation in its log.
func (x *router) after(t *testing.T, o op.Operation) op.Operation {
	t.Helper()
	h := o.Header
	h.Seq, h.Prev, h.Seen = h.Seq+1, o.ID[:], nil
	next, err := op.Sign(h, o.Payload, op.Key(x.keys.devices[h.Device]))
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// nothingStands hands an operation to all routers: taken in or not, it has no
// effect anywhere.
func (c *cellOf) nothingStands(t *testing.T, o op.Operation) {
	t.Helper()
	for _, z := range c.routers {
		if _, err := z.house().Accept(op.Device{}, []op.Operation{o}); err != nil {
			t.Fatal(err)
		}
		if _, err := z.log.Stored(o.Ref()); err == nil && z.log.State().Refused(o.Ref()) == nil {
			t.Error(fmt.Errorf("router %d lets stand what came after the fork", z.number))
		}
	}
}

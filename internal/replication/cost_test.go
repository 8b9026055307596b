package replication_test

import (
	"crypto/ed25519"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// looked counts the operations that a router is made to look at.
type looked struct {
	house
	ops *atomic.Int64
}

func (l looked) Accept(from op.Device, ops []op.Operation) (replication.Receipt, error) {
	l.ops.Add(int64(len(ops)))
	return l.house.Accept(from, ops)
}

// TestALieCostsWhoTellsItMore lets a neighbour that has hundreds of lies tell
// them for a day, and begin again as soon as it may. Each time it says more than it
// hears, each time little of it is looked at, and it waits longer and longer: nearly
// all of the day it is not listened to. Nothing of it is kept.
func TestALieCostsWhoTellsItMore(t *testing.T) {
	forger := keyOf("somebody else")
	for name, spoil := range map[string]func(op.Operation) op.Operation{
		"wrong signatures": func(o op.Operation) op.Operation {
			return remade(o.Header, ed25519.Sign(forger, []byte("x")), o.Payload)
		},
		"holes": func(o op.Operation) op.Operation {
			_, sig := o.Signed()
			o.Header.Seq += 3
			return remade(o.Header, sig, o.Payload)
		},
		"wrong hashes": func(o op.Operation) op.Operation {
			_, sig := o.Signed()
			return remade(o.Header, sig, append([]byte{1}, o.Payload...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCell(t, 2, 3)
				y, z := c.routers[1], c.routers[2]
				y.take(t, c.routers[0].export(t, nil))
				z.take(t, c.routers[0].export(t, nil))
				ops := new(atomic.Int64)
				y.room = replication.NewRoom(replication.Config{Cell: c.id, Self: y.name(), House: looked{y.house(), ops}, Pins: y, Clock: y.tells})
				for i := range 600 {
					z.rename(c.members[i%2], fmt.Sprint("Fern ", i))
				}
				lies := lying{house: z.house(), spoil: spoilt(spoil)}
				z.room = replication.NewRoom(replication.Config{Cell: c.id, Self: z.name(), House: lies, Pins: z, Clock: z.tells})
				held, day, talks, listened := len(y.disk.ops), time.Now().Add(24*time.Hour), 0, time.Duration(0)
				for time.Now().Before(day) && talks <= 40 {
					began, before := time.Now(), ops.Load()
					m := meet(newAir(uint64(talks), 10*time.Millisecond, 0), y, z)
					m.over()
					m.end()
					talks, listened = talks+1, listened+time.Since(began)
					if heard, said := m.ends[1].sent, m.ends[0].sent; said >= heard {
						t.Errorf("%d bytes were answered with %d", heard, said)
					}
					if n := ops.Load() - before; n > 2*(256+32) { // a batch, one more at the door, and what one frame adds to each
						t.Errorf("%d lies were looked at", n)
					}
					for _, n := range y.room.Status().Neighbours {
						time.Sleep(time.Until(n.Until))
					}
				}
				if talks < 5 || talks > 40 || listened > 10*time.Minute || len(y.disk.ops) > held+10 {
					t.Errorf("in a day it was listened to %d times, %v in all; %d operations came of it", talks, listened, len(y.disk.ops)-held)
				}
				t.Logf("in a day: %d conversations, %v in all, %d lies looked at", talks, listened, ops.Load())
			})
		})
	}
}

package replication_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// fill lets a router write n operations.
func (x *router) fill(n int) {
	for i := range n {
		x.rename(x.cell.members[i%len(x.cell.members)], fmt.Sprintf("Moss %d", i))
	}
}

func TestAFreshRouterHearsEverything(t *testing.T) {
	for _, loss := range []float64{0, 0.01, 0.1, 0.2} {
		synctest.Test(t, func(t *testing.T) {
			c := newCell(t, 3, 2)
			c.routers[0].fill(300)
			a := newAir(1, 10*time.Millisecond, loss)
			a.jitter, a.repeats = 3*time.Millisecond, loss/2
			m := meet(a, c.routers[0], c.routers[1])
			took := until(t, time.Minute, func() error { return alike(c.routers[0], c.routers[1]) })
			m.end()
			t.Logf("loss %v: %v, %d datagrams, %d bytes, %d batches", loss, took, a.datagrams, a.bytes, c.routers[1].disk.syncs)
		})
	}
}

// TestNothingThatArrivedIsLost between a window that is looked at and the next one.
func TestNothingThatArrivedIsLost(t *testing.T) {
	c := newCell(t, 2, 2)
	var pings [][]byte
	for i := range 200 {
		pings = append(pings, replication.Frame{Kind: replication.KindPing, Number: uint32(i + 1), Body: op.MustMarshal(replication.Ping{})}.Encode())
	}
	if n := replication.HearAll(c.routers[0].house(), c.id, pings); n != len(pings) {
		t.Errorf("of %d datagrams %d are looked at", len(pings), n)
	}
}

// TestAConversationIsQuietThatNothingCameOf: for longer than twenty seconds.
func TestAConversationIsQuietThatNothingCameOf(t *testing.T) {
	c := newCell(t, 2, 1)
	if !replication.Quiet(c.routers[0].house(), c.id, nil) || replication.Quiet(c.routers[0].house(), c.id, []byte{0}) {
		t.Error("what came a minute ago is told as what came just now, or the other way round")
	}
}

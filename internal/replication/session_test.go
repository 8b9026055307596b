package replication_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
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

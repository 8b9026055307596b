package replication_test

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestChunksThatComeLateAreNoFault: what is long lies at the beginning of a long
// history, and chunks wait until the operations have come. Meanwhile others are
// asked for, and the same ones again.
func TestChunksThatComeLateAreNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 12, 2)
		x, y := c.routers[0], c.routers[1]
		for _, m := range c.members {
			x.long(m, 400)
			x.long(m, 401)
		}
		x.fill(600)
		m := meet(newAir(1, 800*time.Millisecond, 0.05), x, y)
		defer m.end()
		took := until(t, 5*time.Minute, func() error { return alike(x, y) })
		t.Logf("%v, %d chunks", took, len(x.disk.chunks))
		for _, n := range y.room.Status().Neighbours {
			if len(n.Talk.Faults) > 0 {
				t.Errorf("an honest neighbour is blamed: %v", n.Talk.Faults)
			}
		}
	})
}

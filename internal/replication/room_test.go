package replication_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// TestBadConductWaitsTwiceAsLongEachTime, up to an hour; an hour without forgives.
func TestBadConductWaitsTwiceAsLongEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room, bad := replication.NewRoom(replication.Config{}), op.Device{1}
		var waits []time.Duration
		for range 9 {
			wait := room.Punish(bad)
			waits = append(waits, wait/time.Minute)
			time.Sleep(wait)
		}
		if !slices.Equal(waits, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}) {
			t.Errorf("it waits %v minutes", waits)
		}
		time.Sleep(time.Hour)
		if wait := room.Punish(bad); wait != time.Hour {
			t.Errorf("after an hour it is forgiven, and waits %v", wait)
		}
		time.Sleep(2*time.Hour + 1)
		if wait := room.Punish(bad); wait != time.Minute {
			t.Errorf("more than an hour after it was let in again it waits %v", wait)
		}
		if wait := room.Punish(op.Device{2}); wait != time.Minute {
			t.Errorf("somebody else waits %v", wait)
		}
	})
}

// TestARouterDoesNotTalkToItsOwnKey: a second router was made of the first one's flash.
// It is refused, and counted as a stranger is.
func TestARouterDoesNotTalkToItsOwnKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 2, 2)
		x := c.routers[0]
		twin := *x
		twin.room = replication.NewRoom(replication.Config{Cell: c.id, Self: x.name(), House: x.house(), Pins: x, Clock: x.tells})
		m := meet(newAir(1, time.Millisecond, 0), x, &twin)
		time.Sleep(time.Second)
		m.end()
		for i, room := range []*replication.Room{x.room, twin.room} {
			if s := room.Status(); !errors.Is(m.errs[i], replication.ErrUnpinned) || s.Strangers != 1 || len(s.Neighbours) != 0 {
				t.Errorf("%v, %+v", m.errs[i], s)
			}
		}
	})
}

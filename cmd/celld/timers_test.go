package main

import (
	"context"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// A promise whose last day is over ends by a clock that can be trusted; one
// that has no last day, or is kept, does not.
func TestAPromiseEndsAfterItsLastDay(t *testing.T) {
	ann := op.Member{1}
	me, pool := ledger.MemberAccount(ann), ledger.Common
	now := uint64(1_800_000_000)
	today := ledger.DayOf(now)
	for _, c := range []struct {
		until ledger.Day
		state ledger.PledgeState
		due   bool
	}{
		{ledger.DayOf(now - 86400), ledger.PledgeOffered, true},
		{ledger.DayOf(now - 86400), ledger.PledgePart, true},
		{ledger.DayOf(now - 86400), ledger.PledgeFulfilled, false},
		{today, ledger.PledgeAccepted, false},
		{0, ledger.PledgeAccepted, false},
	} {
		p := ledger.Pledge{State: c.state, From: me, To: pool, What: "bread", Until: c.until}
		if got := overdue(p, now); got != c.due {
			t.Errorf("%+v is due: %v", p, got)
		}
	}
	if got := pledgesDue(cell.New(nil), now); got != nil {
		t.Errorf("of nothing %v is due", got)
	}
}

func TestTheMonthBeforeJanuaryIsDecember(t *testing.T) {
	for m, want := range map[ledger.Month]ledger.Month{202601: 202512, 202612: 202611, 202602: 202601} {
		if got := monthBefore(m); got != want {
			t.Errorf("before %d is %d", m, got)
		}
	}
}

// TestARouterClosesTheMonthThatNobodyClosed: once, on the fourth, of what was
// booked; and never by a clock that cannot be trusted.
func TestARouterClosesTheMonthThatNobodyClosed(t *testing.T) {
	h := open(t, t.TempDir(), storeFile)
	if err := fillDemo(context.Background(), h); err != nil {
		t.Fatal(err)
	}
	book := func() ledger.Book {
		b, _ := h.log.State().Value(ledger.KeyBook).(ledger.Book)
		return b
	}
	last := book().Last
	year, month := int(last)/100, time.Month(last%100)
	for _, c := range []struct {
		day     time.Time
		quality op.Clock
		closed  bool
	}{
		{time.Date(year, month+2, closeAfter-1, 12, 0, 0, 0, time.UTC), op.ClockNTP, false},
		{time.Date(year, month+2, closeAfter, 12, 0, 0, 0, time.UTC), op.ClockTold, false},
		{time.Date(year, month+2, closeAfter, 12, 0, 0, 0, time.UTC), op.ClockNTP, true},
		{time.Date(year, month+2, closeAfter+1, 12, 0, 0, 0, time.UTC), op.ClockNTP, false},
	} {
		was := book().Closes
		h.clock.edge.wall = func() time.Time { return c.day }
		h.clock.edge.synced = func() bool { return c.quality == op.ClockNTP }
		h.clock.ahead = h.clock.offset()
		timerTask{house: h, logger: quiet()}.look()
		if closed := book().Closes > was; closed != c.closed {
			t.Fatalf("on %v, %v: closed %v", c.day, c.quality, closed)
		}
	}
}

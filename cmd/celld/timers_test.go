package main

import (
	"testing"

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

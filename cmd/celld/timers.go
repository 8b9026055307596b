package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// timerTask writes what a deadline brings about, in the router's own name. It
// does so only while the router is awake and knows the time (rule X2): what
// creates an obligation never fires by a clock that cannot be trusted.
type timerTask struct {
	house  *house
	logger *slog.Logger
	every  time.Duration
}

// Run looks once in a while until ctx ends.
func (t timerTask) Run(ctx context.Context) error {
	return regularly(ctx, t.every, t.look)
}

// look submits all that is due. What somebody else did in the meantime makes a
// draft unlawful; that is no fault.
func (t timerTask) look() {
	now, quality := t.house.clock.unix()
	if !quality.Trusted() || !t.house.desk.Awake() {
		return
	}
	// A close tells where everything stands, so it comes behind all else.
	if t.write(t.due(now)) {
		t.write(closesDue(t.house.log.State(), now))
	}
}

// write submits drafts one by one, and reports whether the log could take them.
func (t timerTask) write(drafts []op.Draft) bool {
	for _, d := range drafts {
		_, err := t.house.log.Submit(t.house.desk.Router(), d)
		var refused op.Refusal
		if err != nil && !errors.As(err, &refused) {
			t.logger.Error("a deadline could not be written down", "kind", d.Kind, "err", err)
			return false
		}
	}
	return true
}

func (t timerTask) due(now uint64) []op.Draft {
	state := t.house.log.State()
	return slices.Concat(roundsDue(state, now), transfersDue(state, now), pledgesDue(state, now), pagesDue(state, now))
}

func roundsDue(state *cell.State, now uint64) []op.Draft {
	list, _ := state.Value(consent.KeyRounds).(*consent.Rounds)
	var drafts []op.Draft
	for _, s := range append(list.Live(), settledDue(list, now)...) {
		r, _ := state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil {
			continue
		}
		if a := r.Due(state.Now(), now); a != nil {
			drafts = append(drafts, op.Draft{Kind: a.Kind(), Subject: s.Ref, Content: a})
		}
	}
	return drafts
}

// settledDue lists the agreements whose own last day has come, and those that
// were made without a clock and have no day yet on which they are looked at again.
func settledDue(list *consent.Rounds, now uint64) []consent.Summary {
	_, settled := list.Len()
	var out []consent.Summary
	for _, s := range list.Settled(0, settled) {
		undated := s.ReviewOn == 0 && s.Class != consent.Membership
		if s.State == consent.InForce && (undated || s.ExpiresOn != 0 && s.ExpiresOn <= now) {
			out = append(out, s)
		}
	}
	return out
}

// transfersDue marks transfers that wait with the first trusted time, and ends
// those that waited too long.
func transfersDue(state *cell.State, now uint64) []op.Draft {
	var drafts []op.Draft
	seen := map[op.Ref]bool{}
	for _, h := range ledger.Accounts(state.Now()) {
		for _, p := range h.Pending {
			t, ok := state.Value(ledger.TxKey(p.Ref)).(ledger.Tx)
			if !ok || seen[p.Ref] {
				continue
			}
			seen[p.Ref] = true
			switch end := t.Deadline(); {
			case end == 0:
				drafts = append(drafts, op.Draft{Kind: ledger.KindMark, Subject: p.Ref})
			case now >= end:
				drafts = append(drafts, op.Draft{Kind: ledger.KindExpire, Subject: p.Ref})
			}
		}
	}
	return drafts
}

// pledgesDue lets promises end whose last day has passed. It takes nothing from
// anybody: what was not given was never booked.
func pledgesDue(state *cell.State, now uint64) []op.Draft {
	open, _ := state.Value(ledger.KeyOpen).(ledger.Open)
	var drafts []op.Draft
	for _, x := range open.Things {
		p, ok := state.Value(x.Key()).(ledger.Pledge)
		if ok && overdue(p, now) {
			drafts = append(drafts, op.Draft{Kind: ledger.KindLapse, Subject: x.Ref})
		}
	}
	return drafts
}

func overdue(p ledger.Pledge, now uint64) bool {
	return p.State < ledger.PledgeFulfilled && p.Until != 0 && ledger.DayOf(now) > p.Until
}

// closeAfter is the day of a month from which on a router closes the one before,
// if nobody did: until then people do, and what is on its way arrives.
const closeAfter = 4

// closesDue closes the month before this one, once something was booked.
func closesDue(state *cell.State, now uint64) []op.Draft {
	today := ledger.DayOf(now)
	before := monthBefore(today.Month())
	book, _ := state.Value(ledger.KeyBook).(ledger.Book)
	lines := ledger.TrialBalance(state.Now())
	if today%100 < closeAfter || book.Last >= before || len(lines) == 0 {
		return nil
	}
	head := state.Digest()
	return []op.Draft{{Kind: ledger.KindClose, Content: ledger.Close{Month: before, Lines: lines, Head: head[:]}}}
}

func monthBefore(m ledger.Month) ledger.Month {
	if m%100 == 1 {
		return m - 100 + 11
	}
	return m - 1
}

package consent

import (
	"slices"

	"celld/internal/op"
)

// dropBy is how many members must say in review that a routine or standard
// agreement may go (X4). One of class agreement ends by a round that amends
// it, as it began.
const dropBy = 2

// ReviewDue reports whether it is time to look again at what is in force.
func (r *Round) ReviewDue(now uint64) bool {
	return r.InForce() && r.Class != Membership && r.ReviewOn != 0 && now >= r.ReviewOn
}

// ReviewDue reports the same of a line of a list.
func (s Summary) ReviewDue(now uint64) bool {
	return s.State == InForce && s.Class != Membership && s.ReviewOn != 0 && now >= s.ReviewOn
}

func (a *Review) judge(_ world, r *Round, o op.Opened) error {
	if err := r.mayReview(); err != nil {
		return err
	}
	switch {
	case a.Drop && r.Class == Agreement:
		return op.Refuse("review.needs-round")
	case a.Drop && slices.Contains(r.Drops, o.Member):
		return op.Refuse("review.again")
	case a.Drop != (a.Next == 0) || a.Next > maxTime:
		return op.Refuse("review.next")
	case !a.Drop && o.Clock.Trusted() && (a.Next <= o.Time || a.Next > o.Time+4*quarter+day):
		return op.Refuse("review.next")
	}
	return op.CheckText(a.Words, MaxReason, true)
}

func (r *Round) mayReview() error {
	if !r.InForce() || r.Class == Membership {
		return op.Refuse("review.not-in-force", r.State.String())
	}
	return nil
}

func (a *Review) apply(r *Round, o op.Opened) {
	if r.State != InForce {
		return
	}
	r.say(o, op.Ref{}, a.Words)
	if !a.Drop {
		r.ReviewOn, r.Drops = a.Next, nil
		return
	}
	if !slices.Contains(r.Drops, o.Member) {
		r.Drops = appended(r.Drops, o.Member)
	}
	if len(r.Drops) >= min(dropBy, len(r.Roster)) {
		r.State = Dropped
	}
}

func (a *Expire) judge(_ world, r *Round, o op.Opened) error {
	c := clockOf(o)
	switch {
	case !r.InForce():
		return op.Refuse("timer.phase", r.State.String())
	case !c.trusted:
		return op.Refuse("clock.untrusted")
	case !c.past(r.ExpiresOn):
		return op.Refuse("clock.early", r.ExpiresOn)
	}
	return nil
}

func (a *Expire) apply(r *Round, _ op.Opened) {
	if r.State == InForce || r.Contested && r.State.Open() {
		r.State, r.Contested = Expired, false
	}
}

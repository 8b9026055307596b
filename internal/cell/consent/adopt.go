package consent

import (
	"slices"

	"celld/internal/op"
)

const (
	grace   = 2 * day  // what asking for time adds, once
	quarter = 91 * day // when an agreement is looked at again, unless it says
)

// clock is the time as an operation tells it.
type clock struct {
	time    uint64
	trusted bool
}

func clockOf(o op.Opened) clock { return clock{o.Time, o.Clock.Trusted()} }

// past reports whether a deadline has been reached, which only a trusted
// clock can tell; an unknown deadline (0) never is.
func (c clock) past(deadline uint64) bool {
	return c.trusted && deadline != 0 && c.time >= deadline
}

// Deadline returns when the round has been open long enough: then it can be
// adopted without the last voices, or begins to await them. While awaiting it
// is when the round lapses. It is not known before a trusted clock has marked
// the round, and there is none in other states.
func (r *Round) Deadline() (at uint64, known bool) {
	switch {
	case r.State == Awaiting:
		return r.Extended + r.Limits.Minimum, r.Extended != 0
	case r.State == Checking && r.Started != 0:
		return r.minimum(), true
	}
	return 0, false
}

// WaitsUntil returns until when the round would wait for somebody who asked for
// time now, as far as a trusted clock has told.
func (r *Round) WaitsUntil() (at uint64, known bool) {
	at, known = r.Deadline()
	if known && r.State == Checking && !r.Asked {
		at += grace
	}
	return at, known
}

// Held reports whether the round has a deadline that nobody can count: it
// waits for a clock to trust (X2).
func (r *Round) Held() bool { return r.State == Checking && r.Started == 0 }

// minimum is when the minimum open time is over, 0 while held.
func (r *Round) minimum() uint64 {
	if r.Started == 0 {
		return 0
	}
	at := r.Started + r.Limits.Minimum
	if r.Asked {
		at += grace
	}
	return at
}

// Tally is what the check has come to. Stale voices, those who asked for time
// and those who left the cell are not in it.
type Tally struct {
	Eligible  int // the frozen roster
	Heard     int
	Needed    int // voices that must be heard
	Consents  int // with and without a concern
	Concerns  int
	Asides    int
	Recused   int
	Objecting int // objections that stand
	Missing   []op.Member
}

// Tally counts the voices on the current text.
func (r *Round) Tally(at Reader) Tally { return r.tally(world{at: at}) }

func (r *Round) tally(w world) Tally {
	t := Tally{Eligible: len(r.Roster), Objecting: len(r.OpenObjections())}
	people, here := w.people(), 0
	for _, m := range r.Roster {
		if !people.IsActive(m) {
			continue
		}
		v, spoke := r.VoiceOf(m)
		switch {
		case spoke && !r.Stale(v) && v.Stance != NeedTime:
			t.count(v.Stance)
			here++
		case r.Class == Agreement && people.Away(m):
			// Who is on leave is welcome to speak and not waited for (C7).
		default:
			t.Missing = append(t.Missing, m)
			here++
		}
	}
	t.Needed = min(int(r.Limits.Quorum), here)
	return t
}

func (t *Tally) count(s Stance) {
	t.Heard++
	switch s {
	case Consent:
		t.Consents++
	case Concern:
		t.Consents++
		t.Concerns++
	case StandAside:
		t.Asides++
	case Recused:
		t.Recused++
	}
}

// Lacking returns what keeps the round from being adopted at a time that a
// trusted clock tells or, with trusted false, by hand without one. Each entry
// is a refusal that pages can say; none: it can be adopted.
func (r *Round) Lacking(at Reader, now uint64, trusted bool) []op.Refusal {
	return r.lacking(world{at: at}, clock{now, trusted})
}

// lacking is the guard of adoption (C6).
func (r *Round) lacking(w world, c clock) []op.Refusal {
	var lacks []op.Refusal
	lack := func(code string, args ...any) {
		lacks = append(lacks, op.Refusal{Code: code, Args: args})
	}
	t := r.tally(w)
	silent := 0
	if r.Silence && w.silenceConsents() && c.past(r.minimum()) {
		silent = len(t.Missing) // C8: the rule stood at the opening, and stands
	}
	if t.Objecting > 0 {
		lack("adopt.objection-open", t.Objecting)
	}
	if r.State != Checking && r.State != Awaiting && t.Objecting == 0 {
		lack("adopt.phase", r.State.String())
	}
	if heard := t.Heard + silent; heard < t.Needed {
		lack("adopt.quorum", t.Needed-heard)
	}
	if t.Consents+silent == 0 {
		lack("adopt.nobody")
	}
	if uint64(t.Asides) >= r.Limits.Asides {
		lack("adopt.stand-asides", t.Asides, r.Limits.Asides)
	}
	// A round that awaits voices has reached its time, as a trusted clock told.
	if len(t.Missing) > 0 && r.State != Awaiting && !c.past(r.minimum()) {
		lack("adopt.time", len(t.Missing), r.minimum())
	}
	return lacks
}

func (a *Adopt) judge(w world, r *Round, o op.Opened) error {
	if err := r.open(); err != nil {
		return err
	}
	if a.Text != r.Current {
		return op.Refuse("adopt.stale")
	}
	c := clockOf(o)
	if lacks := r.lacking(w, c); len(lacks) > 0 {
		return lacks[0]
	}
	if o.Member.IsZero() && !c.past(r.minimum()) {
		return op.Refuse("clock.early", r.minimum())
	}
	return nil
}

func (a *Adopt) apply(r *Round, o op.Opened) {
	switch {
	case r.State.ended():
		return
	case r.State == InForce || r.State == Amended:
		if a.Text != r.Adopted.Text {
			r.contest()
		}
		return
	case a.Text != r.Current:
		r.contest()
		return
	}
	if r.comeIntoForce(); r.Contested {
		return
	}
	r.Adopted = Adoption{Text: a.Text, By: o.Member, Ref: o.Ref, Rank: o.Rank, Time: o.Time, Clock: o.Clock}
	text := r.Text()
	r.ReviewOn, r.ExpiresOn, r.Drops = text.ReviewOn, text.ExpiresOn, nil
}

// Undated reports whether the round waits for a trusted time: to count its
// own from, or to be looked at again (C11).
func (r *Round) Undated() bool {
	return r.State.Open() && r.Started == 0 || r.InForce() && r.ReviewOn == 0 && r.Class != Membership
}

// judge lets a router mark a round once for each text, and once more when it
// came into force without a clock: people mark it by whatever they do.
func (a *Mark) judge(_ world, r *Round, o op.Opened) error {
	switch {
	case !o.Member.IsZero() || !r.Undated():
		return op.Refuse("timer.phase", r.State.String())
	case !o.Clock.Trusted():
		return op.Refuse("clock.untrusted")
	}
	return nil
}

// apply has nothing to do: every act by a trusted clock dates the round.
func (a *Mark) apply(*Round, op.Opened) {}

func (a *Await) judge(w world, r *Round, o op.Opened) error {
	c := clockOf(o)
	switch {
	case r.State != Checking:
		return op.Refuse("timer.phase", r.State.String())
	case !c.trusted:
		return op.Refuse("clock.untrusted")
	case !c.past(r.minimum()):
		return op.Refuse("clock.early", r.minimum())
	case len(r.tally(w).Missing) == 0:
		return op.Refuse("await.nobody")
	}
	for _, l := range r.lacking(w, c) {
		if l.Code == "adopt.quorum" || l.Code == "adopt.nobody" {
			return nil
		}
	}
	return op.Refuse("await.nobody")
}

func (a *Await) apply(r *Round, o op.Opened) {
	if r.State == Checking {
		r.State, r.Extended = Awaiting, o.Time
	}
}

func (a *Lapse) judge(_ world, r *Round, o op.Opened) error {
	c := clockOf(o)
	deadline, _ := r.Deadline()
	switch {
	case r.State != Awaiting:
		return op.Refuse("timer.phase", r.State.String())
	case !c.trusted:
		return op.Refuse("clock.untrusted")
	case !c.past(deadline):
		return op.Refuse("clock.early", deadline)
	}
	return nil
}

func (a *Lapse) apply(r *Round, _ op.Opened) {
	if r.State == Awaiting {
		r.State = Lapsed
	}
}

func (a *Withdraw) judge(_ world, r *Round, o op.Opened) error {
	if err := r.mayWithdraw(o.Member); err != nil {
		return err
	}
	return op.CheckText(a.Reason, MaxReason, true)
}

func (r *Round) mayWithdraw(m op.Member) error {
	switch {
	case !r.State.Open():
		return op.Refuse("round.not-open", r.State.String())
	case r.Contested:
		return op.Refuse("withdraw.adopted")
	case m != r.Proposer:
		return op.Refuse("withdraw.proposer")
	}
	return nil
}

func (a *Withdraw) apply(r *Round, o op.Opened) { r.stop(Withdrawn, o, a.Reason) }

func (a *Table) judge(w world, r *Round, o op.Opened) error {
	if err := r.mayTable(w, o.Member); err != nil {
		return err
	}
	return op.CheckText(a.Reason, MaxReason, true)
}

// mayTable: the facilitator. What was once adopted is laid aside only after
// real attempts to integrate the objection, as long as somebody is here who
// could make them.
func (r *Round) mayTable(w world, m op.Member) error {
	if err := r.open(); err != nil {
		return err
	}
	if r.Contested && slices.ContainsFunc(r.Roster, w.people().IsActive) &&
		!slices.ContainsFunc(r.Objections, func(x Objection) bool { return x.Failed >= enough }) {
		return op.Refuse("table.too-soon", enough)
	}
	return r.mayFacilitate(w, m)
}

func (a *Table) apply(r *Round, o op.Opened) { r.stop(Tabled, o, a.Reason) }

// stop ends the round by somebody's hand, unless it has ended already.
func (r *Round) stop(s State, o op.Opened, reason string) {
	if r.State.ended() {
		return
	}
	r.say(o, op.Ref{}, reason)
	r.State, r.Contested = s, false
}

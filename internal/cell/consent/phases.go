package consent

import (
	"slices"

	"celld/internal/op"
)

// moves lists where the facilitator may lead from a phase. What else changes
// a phase is a consequence: an objection, a text, an adoption.
var moves = map[State][]State{
	Presented:   {Clarifying},
	Clarifying:  {Reacting},
	Reacting:    {Amending, Checking},
	Amending:    {Checking},
	Checking:    {Amending},
	Awaiting:    {Amending},
	Testing:     {Integrating},
	Integrating: {Testing},
}

// check moves the round to the check, or to testing while somebody objects.
// Each check awaits the missing anew. Who asked for time on this text has it still,
// whoever objected meanwhile.
func (r *Round) check() {
	r.State, r.Extended = Checking, 0
	r.Asked = slices.ContainsFunc(r.Voices, func(v Voice) bool { return v.Stance == NeedTime && !r.Stale(v) })
	if _, objected := r.UnderTest(); objected {
		r.State = Testing
	}
}

// comeIntoForce is the one way into force. It is barred while an objection
// stands (I1): then what was adopted is contested.
func (r *Round) comeIntoForce() {
	if _, objected := r.UnderTest(); objected {
		r.contest()
		return
	}
	r.State, r.Contested = InForce, false
	if len(r.AmendedBy) > 0 {
		r.State = Amended
	}
}

// contest puts an adoption that does not hold back to the check or to testing.
// A round that went back to an earlier phase meanwhile stays there.
func (r *Round) contest() {
	r.Contested = true
	switch r.State {
	case InForce, Amended, Checking, Awaiting, Lapsed, Testing, Integrating:
		r.Plain = false
		r.check()
	}
}

func (a *Phases) judge(_ world, r *Round, _ op.Opened) error { return r.mayCallPhases() }

func (r *Round) mayCallPhases() error {
	if !r.Plain || r.State != Checking && r.State != Awaiting {
		return op.Refuse("phase.not-plain")
	}
	return nil
}

func (a *Phases) apply(r *Round, _ op.Opened) {
	if r.Plain && (r.State == Checking || r.State == Awaiting) {
		r.Plain, r.State = false, Clarifying
	}
}

func (a *Move) judge(w world, r *Round, o op.Opened) error {
	if !slices.Contains(moves[r.State], a.To) {
		return op.Refuse("phase.order", r.State.String(), a.To.String())
	}
	return r.mayMove(w, o.Member, a.To)
}

func (r *Round) mayMove(w world, m op.Member, to State) error {
	if to == Amending && m == r.Proposer {
		return nil
	}
	return r.mayFacilitate(w, m)
}

func (a *Move) apply(r *Round, _ op.Opened) {
	if !slices.Contains(moves[r.State], a.To) {
		return
	}
	if a.To == Checking {
		r.check()
		return
	}
	if a.To == Amending {
		r.Plain = false
	}
	r.State = a.To
}

// mayFacilitate allows the round's facilitator or, where that one has left, is
// away or has a stake in the round (I10), the next by the rota; and a surrogate
// when the round has waited for the facilitator long enough (R4).
func (r *Round) mayFacilitate(w world, m op.Member) error {
	if m != r.FacilitatorNow(w.at) && (m.IsZero() || m != r.surrogate(w)) {
		return op.Refuse("phase.facilitator")
	}
	return nil
}

// FacilitatorNow returns who looks after the round as things stand; nobody where
// all who are here have a stake in it (I10). Then it goes on by what people do in their own
// name: their voices, their objections, a new text, taking it back.
func (r *Round) FacilitatorNow(at Reader) op.Member {
	w := world{at: at}
	people := w.people()
	if r.Facilitator == r.Proposer && people.IsActive(r.Proposer) && len(people.Active()) <= 2 {
		return r.Proposer
	}
	stake := r.stake()
	f := r.Facilitator
	if people.IsActive(f) && !people.Away(f) && f != r.Proposer && !slices.Contains(stake, f) {
		return f
	}
	next := w.facilitator(r.Proposer, stake...)
	if !people.IsActive(next) || next == r.Proposer && len(people.Active()) > 2 {
		return op.Member{}
	}
	return next
}

// stake lists who cannot look after the round because it is about them.
func (r *Round) stake() []op.Member {
	stake := []op.Member{r.Concerns, r.Affects}
	for _, x := range r.OpenObjections() {
		stake = append(stake, x.Owner)
	}
	return stake
}

// noShow is how long a round waits for its facilitator (R4).
const noShow = day

// Surrogate returns who may go on in the facilitator's place at a time that a
// trusted clock tells, zero while nobody need. The facilitator still may.
func (r *Round) Surrogate(at Reader, now uint64, trusted bool) op.Member {
	return r.surrogate(world{at, clock{now, trusted}})
}

func (r *Round) surrogate(w world) op.Member {
	f := r.FacilitatorNow(w.at)
	if !r.led() || f == r.Proposer || !w.now.past(r.waited(f)) {
		return op.Member{}
	}
	return w.surrogate(append(r.stake(), r.Proposer, f))
}

// led reports whether the round goes on by its facilitator's hand only. In the
// check it is the others who are waited for.
func (r *Round) led() bool {
	return r.State.Open() && r.State != Checking && r.State != Awaiting
}

// waited returns when the round has waited long enough for f, counted from the
// last time that a trusted clock saw it move, or f do anything; 0 while none has.
func (r *Round) waited(f op.Member) uint64 {
	for _, e := range slices.Backward(r.Events) {
		if e.Clock.Trusted() && (e.From != e.To || e.Member == f) {
			return e.Time + noShow
		}
	}
	return 0
}

func (a *Revise) judge(w world, r *Round, o op.Opened) error {
	if err := r.mayRevise(w, o.Member, a.Resolves); err != nil {
		return err
	}
	if err := a.Text.check(); err != nil {
		return err
	}
	switch {
	case a.Base != r.Current:
		return op.Refuse("text.base")
	case HashOf(Hash{}, a.Text) == HashOf(Hash{}, r.Text()):
		return op.Refuse("text.same")
	case len(r.Versions) >= maxVersions:
		return op.Refuse("text.too-many", maxVersions)
	case a.Trial && !inTrial(a.Text.ReviewOn, o):
		return op.Refuse("text.trial")
	}
	return op.CheckText(a.Note, MaxBrief, true)
}

// FirstTrial is how long something is tried at most before people look again
// (C11). It counts from the writing of the text, so that it is over in time
// whenever the text is adopted.
const FirstTrial = 6 * 7 * day

// inTrial reports whether a day to look again ends a first trial of a text that
// o brings. A day is named by its noon, hence one day more; without a trusted
// clock nobody can count, and only that a day is named is asked.
func inTrial(review uint64, o op.Opened) bool {
	return review != 0 && (!o.Clock.Trusted() || review <= o.Time+FirstTrial+day)
}

const maxVersions = 100

// mayRevise: the proposer before the check and in a plain round; anybody on
// the roster while an objection is looked at, in answer to that one.
func (r *Round) mayRevise(w world, m op.Member, resolves op.Ref) error {
	if r.State == Testing || r.State == Integrating {
		return r.mayIntegrate(m, resolves)
	}
	switch {
	case !resolves.IsZero():
		return op.Refuse("text.resolves-nothing")
	case r.revisable() && m == r.Proposer:
		return nil
	case r.revisable():
		return op.Refuse("text.proposer")
	}
	return op.Refuse("text.phase", r.State.String())
}

func (r *Round) revisable() bool {
	switch r.State {
	case Presented, Clarifying, Reacting, Amending:
		return true
	case Checking, Awaiting:
		return r.Plain
	}
	return false
}

func (r *Round) mayIntegrate(m op.Member, resolves op.Ref) error {
	x, ok := r.UnderTest()
	switch {
	case !ok || resolves != x.Ref:
		return op.Refuse("text.resolves-nothing")
	case !r.Eligible(m):
		return op.Refuse("actor.not-eligible")
	}
	if !x.Candidate.IsZero() && x.Bringer != m {
		return op.Refuse("text.candidate-waiting")
	}
	return nil
}

func (a *Revise) apply(r *Round, o op.Opened) {
	v := Version{Hash: HashOf(a.Base, a.Text), Base: a.Base, Text: a.Text, Author: o.Member, Note: a.Note,
		Ref: o.Ref, Resolves: a.Resolves, Time: o.Time}
	if r.version(v.Hash) == nil {
		r.Versions = appended(r.Versions, v)
	}
	switch {
	case a.Base != r.Current:
	case !a.Resolves.IsZero():
		r.propose(v, o.Member)
	case r.revisable():
		r.take(v.Hash)
		if r.State == Reacting || r.State == Amending {
			r.State = Presented
		}
		if r.State == Awaiting {
			r.check()
		}
	}
}

// take makes a version the current one. Everybody gets their time again.
func (r *Round) take(h Hash) {
	i := slices.IndexFunc(r.Versions, func(v Version) bool { return v.Hash == h })
	if i < 0 {
		return // a snapshot that is not ours
	}
	v := r.Versions[i]
	v.Taken = true
	r.Versions = replaced(r.Versions, i, v)
	r.Current, r.Started, r.Asked, r.Extended = h, 0, false, 0
}

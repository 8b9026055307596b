package consent

import (
	"slices"

	"celld/internal/op"
)

// enough failed integrations, and the page proposes other ways (C5).
const enough = 2

// raise puts an objection on the table. The plain round ends here (C13), and
// nothing stays in force with it (I1).
func (r *Round) raise(x Objection) {
	r.Objections = appended(r.Objections, x)
	switch r.State {
	case Checking, Awaiting:
		r.State = Testing
	case InForce:
		r.contest()
	}
	if r.State.Open() {
		r.Plain = false
	}
}

// find returns the position of an objection, -1 where there is none.
func (r *Round) find(ref op.Ref) int {
	return slices.IndexFunc(r.Objections, func(x Objection) bool { return x.Ref == ref })
}

func (r *Round) end(i int, fate Fate) {
	x := r.Objections[i]
	x.Fate = fate
	r.Objections = replaced(r.Objections, i, x)
}

// settle goes on after an objection has ended: to the next one, or back to
// the check.
func (r *Round) settle() {
	if r.State != Testing && r.State != Integrating {
		return
	}
	x, more := r.UnderTest()
	if !more {
		r.check()
	} else if x.Candidate.IsZero() {
		r.State = Testing
	}
}

func (r *Round) standing(ref op.Ref) (Objection, error) {
	i := r.find(ref)
	if i < 0 || r.Objections[i].Fate != FateOpen {
		return Objection{}, op.Refuse("objection.not-open")
	}
	return r.Objections[i], nil
}

func (a *Test) judge(_ world, r *Round, _ op.Opened) error {
	if err := r.open(); err != nil {
		return err
	}
	if _, err := r.standing(a.Objection); err != nil {
		return err
	}
	return words(a.Words, MaxReason)
}

func (a *Test) apply(r *Round, o op.Opened) {
	i := r.find(a.Objection)
	if i < 0 || len(r.Objections[i].Notes) >= maxEvents {
		return
	}
	x := r.Objections[i]
	x.Notes = appended(x.Notes, Note{Ref: o.Ref, Member: o.Member, Words: a.Words, Ask: a.Ask, Time: o.Time})
	r.Objections = replaced(r.Objections, i, x)
}

func (a *Resolve) judge(w world, r *Round, o op.Opened) error {
	if err := r.open(); err != nil {
		return err
	}
	if a.As != FateConcern && a.As != FateWithdrawn {
		return op.Refuse("objection.fate")
	}
	x, err := r.standing(a.Objection)
	if err != nil {
		return err
	}
	return x.mayEnd(w, o.Member, a.As)
}

// mayEnd: nobody but its owner (C3). Of one who has left, the words are kept
// as a concern, and whoever writes that down is named.
func (x Objection) mayEnd(w world, m op.Member, as Fate) error {
	if m == x.Owner || !w.people().IsActive(x.Owner) && as == FateConcern {
		return nil
	}
	return op.Refuse("objection.owner")
}

func (a *Resolve) apply(r *Round, o op.Opened) {
	i := r.find(a.Objection)
	if i < 0 || r.Objections[i].Fate != FateOpen {
		return
	}
	r.end(i, a.As)
	r.unsay(r.Objections[i], a.As, o)
	r.settle()
}

// unsay replaces the objecting voice: a concern consents to the text that was
// objected to; after a withdrawal the member is awaited again.
func (r *Round) unsay(x Objection, as Fate, o op.Opened) {
	i := slices.IndexFunc(r.Voices, func(v Voice) bool { return v.Member == x.Owner && v.Stance == Object })
	if i < 0 {
		return
	}
	if _, another := r.openOf(x.Owner); another {
		return
	}
	if as != FateConcern {
		r.Voices = slices.Delete(slices.Clone(r.Voices), i, i+1)
		return
	}
	v := r.Voices[i]
	v.Stance, v.Lenses, v.Relayed, v.Ref, v.Time = Concern, 0, op.Member{}, o.Ref, o.Time
	r.Voices = replaced(r.Voices, i, v)
}

// propose makes a version the candidate for the objection under test.
func (r *Round) propose(v Version, by op.Member) {
	if r.State != Testing && r.State != Integrating {
		return
	}
	x, ok := r.UnderTest()
	if !ok || x.Ref != v.Resolves {
		return
	}
	if !x.Candidate.IsZero() && x.Bringer != by {
		return
	}
	x.Bringer, x.Candidate, x.OwnerYes, x.BringsYes = by, v.Hash, by == x.Owner, by == r.Proposer
	r.State = Integrating
	r.integrate(x)
}

// integrate stores x, and takes its candidate when both have said yes (C4).
func (r *Round) integrate(x Objection) {
	both := x.OwnerYes && x.BringsYes
	if both {
		x.Fate = FateIntegrated
	}
	r.Objections = replaced(r.Objections, r.find(x.Ref), x)
	if both {
		r.take(x.Candidate)
		r.check()
	}
}

func (a *Confirm) judge(w world, r *Round, o op.Opened) error {
	x, err := r.standing(a.Objection)
	if err != nil {
		return err
	}
	if r.State != Integrating || x.Candidate.IsZero() || a.Text != x.Candidate {
		return op.Refuse("confirm.no-candidate")
	}
	return r.mayConfirm(w, x, o.Member)
}

// mayConfirm: the owner of the objection and the proposer, once each. For a
// proposer who has left the facilitator answers.
func (r *Round) mayConfirm(w world, x Objection, m op.Member) error {
	owner, brings := m == x.Owner, r.bringsFor(w, m)
	switch {
	case !owner && !brings:
		return op.Refuse("confirm.not-yours")
	case (!owner || x.OwnerYes) && (!brings || x.BringsYes):
		return op.Refuse("confirm.already")
	}
	return nil
}

func (r *Round) bringsFor(w world, m op.Member) bool {
	if w.people().IsActive(r.Proposer) {
		return m == r.Proposer
	}
	return m == r.FacilitatorNow(w.at)
}

func (a *Confirm) apply(r *Round, o op.Opened) {
	i := r.find(a.Objection)
	if i < 0 || r.State != Integrating {
		return
	}
	x := r.Objections[i]
	if x.Fate != FateOpen || x.Candidate != a.Text || a.Text.IsZero() {
		return
	}
	if !a.Yes {
		x.Candidate, x.OwnerYes, x.BringsYes = Hash{}, false, false
		x.Failed++
		r.Objections = replaced(r.Objections, i, x)
		return
	}
	// Judge let only those two, or who stands for the proposer, come here.
	if o.Member == x.Owner {
		x.OwnerYes = true
	}
	if o.Member != x.Owner || o.Member == r.Proposer {
		x.BringsYes = true
	}
	r.integrate(x)
}

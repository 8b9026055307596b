package consent

import (
	"slices"

	"celld/internal/op"
)

// People is what this room asks of the subject "people".
type People interface {
	Active() []op.Member // in the order of the table
	IsActive(op.Member) bool
	Away(op.Member) bool
}

// Rota is what this room asks of the subject "rota": who facilitates, of the
// members who are here, except some.
type Rota interface {
	Facilitator(here []op.Member, except ...op.Member) op.Member
}

// Surrogates is what this room asks of the subject "rota", where it is there:
// who stands in for a facilitator.
type Surrogates interface {
	Surrogate(here []op.Member, except ...op.Member) op.Member
}

// Rules is what this room asks of the subject "rules".
type Rules interface {
	SilenceConsents() bool
}

// world is the state around a round at the frontier that is judged.
type world struct {
	at  Reader
	now clock // of the operation that is judged, or of who looks
}

func (w world) people() People {
	if p, ok := w.at.At("people").(People); ok {
		return p
	}
	return nobody{}
}

func (w world) silenceConsents() bool {
	r, ok := w.at.At("rules").(Rules)
	return ok && r.SilenceConsents()
}

func (w world) rounds() *Rounds {
	list, _ := w.at.At(KeyRounds).(*Rounds)
	return list
}

func roundAt(at Reader, ref op.Ref) *Round {
	r, _ := at.At(Key(ref)).(*Round)
	return r
}

// nobody stands for a people that is not there yet.
type nobody struct{}

func (nobody) Active() []op.Member     { return nil }
func (nobody) IsActive(op.Member) bool { return false }
func (nobody) Away(op.Member) bool     { return false }

// facilitator returns who may look after a round of that proposer: who the
// rota says of those who are here, never the proposer and none of except. In
// a cell of two or fewer it is the proposer (C12).
func (w world) facilitator(proposer op.Member, except ...op.Member) op.Member {
	people := w.people()
	active := people.Active()
	if len(active) <= 2 && people.IsActive(proposer) {
		return proposer
	}
	except = append(except, proposer)
	here := slices.DeleteFunc(slices.Clone(active), people.Away)
	for _, among := range [][]op.Member{here, active} {
		if m := w.choose(among, except); !m.IsZero() {
			return m
		}
	}
	return proposer
}

// surrogate returns who may go on for a facilitator who does not come: the
// note-keeper, then whose turn is next (R4), never one of except.
func (w world) surrogate(except []op.Member) op.Member {
	people := w.people()
	here := slices.DeleteFunc(slices.Clone(people.Active()), people.Away)
	if rota, ok := w.at.At("rota").(Surrogates); ok {
		return rota.Surrogate(here, except...)
	}
	return w.choose(here, except)
}

// choose asks the rota; before anybody wrote to it the order of the table
// decides.
func (w world) choose(among, except []op.Member) op.Member {
	if rota, ok := w.at.At("rota").(Rota); ok {
		return rota.Facilitator(among, except...)
	}
	for _, m := range among {
		if !slices.Contains(except, m) {
			return m
		}
	}
	return op.Member{}
}

// MaxOpen is how many rounds a member may have open as proposer (C12).
const MaxOpen = 2

// Open completes a draft (class, text, phases, simultaneous, amends, concerns)
// with what an opening copies from the state, and says whether proposer may
// open it now.
func Open(at Reader, proposer op.Member, draft Opening) (Opening, error) {
	w := world{at: at}
	if !w.people().IsActive(proposer) {
		return draft, op.Refuse("actor.unknown")
	}
	if err := draft.check(proposer); err != nil {
		return draft, err
	}
	if err := w.mayAmend(draft); err != nil {
		return draft, err
	}
	if w.rounds().OpenBy(proposer) >= MaxOpen {
		return draft, op.Refuse("open.too-many", MaxOpen)
	}
	draft.Phases = draft.Phases || !draft.Class.plain()
	draft.Roster = without(w.people().Active(), draft.Concerns)
	draft.Limits = LimitsOf(draft.Class, len(draft.Roster))
	draft.Facilitator = w.facilitator(proposer, draft.Concerns, draft.Affects)
	draft.Silence = draft.Class == Routine && w.silenceConsents()
	return draft, nil
}

func without(members []op.Member, m op.Member) []op.Member {
	return slices.DeleteFunc(slices.Clone(members), func(x op.Member) bool { return x == m })
}

func (a *Opening) check(proposer op.Member) error {
	switch {
	case !a.Class.known():
		return op.Refuse("open.class")
	case !a.Concerns.IsZero() && a.Class != Membership:
		return op.Refuse("open.concerns")
	case a.Concerns == proposer:
		return op.Refuse("open.own-case")
	}
	return a.Text.check()
}

// mayAmend refuses to amend what is not in force, or by an easier way than it
// was agreed.
func (w world) mayAmend(a Opening) error {
	if a.Amends.IsZero() {
		return nil
	}
	old := roundAt(w.at, a.Amends)
	switch {
	case !old.InForce():
		return op.Refuse("open.amends-nothing")
	case old.Class == Membership || a.Class == Membership:
		return op.Refuse("open.amends-membership")
	case a.Class < old.Class:
		return op.Refuse("open.lighter-class", old.Class.String())
	}
	return nil
}

func (a *Opening) judge(w world, _ *Round, o op.Opened) error {
	if !o.Subject.IsZero() {
		return op.Refuse("round.content", "an opening names no round")
	}
	want, err := Open(w.at, o.Member, *a)
	if err != nil {
		return err
	}
	switch {
	case a.Phases != want.Phases:
		return op.Refuse("open.plain")
	case !slices.Equal(a.Roster, want.Roster):
		return op.Refuse("open.roster")
	case a.Limits != want.Limits:
		return op.Refuse("open.limits")
	case a.Facilitator != want.Facilitator:
		return op.Refuse("open.facilitator")
	case a.Silence != want.Silence:
		return op.Refuse("open.silence")
	}
	return nil
}

func (a *Opening) apply(r *Round, o op.Opened) {
	hash := HashOf(Hash{}, a.Text)
	*r = Round{
		Ref: o.Ref, Class: a.Class, Limits: a.Limits, Roster: a.Roster, Proposer: o.Member, Facilitator: a.Facilitator,
		Concerns: a.Concerns, Plain: !a.Phases, Simultaneous: a.Simultaneous, Amends: a.Amends, State: Presented, Silence: a.Silence, Affects: a.Affects,
		Versions: []Version{{Hash: hash, Text: a.Text, Author: o.Member, Ref: o.Ref, Time: o.Time, Taken: true}},
		Current:  hash, Opened: o.Time,
	}
	if r.Plain {
		r.State = Checking
	}
}

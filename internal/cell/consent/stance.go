package consent

import (
	"slices"

	"celld/internal/op"
)

// voice is whose word it is.
func (a *Speak) voice(author op.Member) op.Member {
	if a.For.IsZero() {
		return author
	}
	return a.For
}

func (a *Speak) judge(w world, r *Round, o op.Opened) error {
	if err := a.check(o.Member); err != nil {
		return err
	}
	if a.Text != r.Current {
		return op.Refuse("stance.stale")
	}
	if !a.For.IsZero() {
		return r.mayRelay(w, a.For, a.Stance)
	}
	return r.maySpeak(w, o.Member, a.Stance)
}

// check judges what the words alone tell. An objection needs an argument and
// a lens (C2); a concern and a stand-aside need their reason.
func (a *Speak) check(author op.Member) error {
	switch {
	case a.Stance < Consent || a.Stance > NeedTime:
		return op.Refuse("stance.kind")
	case a.For == author:
		return op.Refuse("relay.oneself")
	case a.Stance == Object && a.Lenses == 0:
		return op.Refuse("objection.lens")
	case a.Lenses > Ineffective|Harmful|Improvable, a.Stance != Object && a.Lenses != 0:
		return op.Refuse("stance.lens")
	}
	if a.Reason == "" && (a.Stance == Concern || a.Stance == StandAside || a.Stance == Object) {
		return op.Refuse("stance.reason")
	}
	return op.CheckText(a.Reason, MaxReason, true)
}

func (r *Round) maySpeak(w world, m op.Member, s Stance) error {
	if r.State == InForce {
		return r.mayObjectLater(w, m, s)
	}
	switch {
	case r.State != Checking && r.State != Testing && r.State != Integrating && r.State != Awaiting:
		return op.Refuse("stance.phase", r.State.String())
	case m == r.Concerns:
		return op.Refuse("stance.concerned")
	case !r.Eligible(m) || !w.people().IsActive(m):
		return op.Refuse("actor.not-eligible")
	}
	if _, objecting := r.openOf(m); objecting && (s == Object || s == NeedTime) {
		return op.Refuse("objection.already")
	}
	return nil
}

// mayObjectLater: whoever lives with an agreement may object to it at any
// time, also those who joined since. A membership round has done its deed.
func (r *Round) mayObjectLater(w world, m op.Member, s Stance) error {
	switch {
	case s != Object:
		return op.Refuse("stance.phase", r.State.String())
	case r.Class == Membership:
		return op.Refuse("objection.deed-done")
	case !w.people().IsActive(m):
		return op.Refuse("actor.not-eligible")
	}
	return nil
}

// mayRelay: a word for somebody who cannot be here, while they have not spoken
// themselves. What would count towards adoption may be passed on only in
// routine and standard rounds (C9); nobody ends another's objection.
func (r *Round) mayRelay(w world, m op.Member, s Stance) error {
	if err := r.maySpeak(w, m, s); err != nil {
		return err
	}
	if _, objecting := r.openOf(m); objecting {
		return op.Refuse("objection.owner")
	}
	if v, ok := r.VoiceOf(m); ok && v.Relayed.IsZero() && !r.Stale(v) && r.State != InForce {
		return op.Refuse("relay.own-word")
	}
	if !r.Class.plain() && s != Object && s != NeedTime {
		return op.Refuse("relay.class", r.Class.String())
	}
	return nil
}

func (a *Speak) apply(r *Round, o op.Opened) {
	v := Voice{Member: a.voice(o.Member), Text: a.Text, Stance: a.Stance, Reason: a.Reason, Lenses: a.Lenses, Ref: o.Ref, Time: o.Time}
	if !a.For.IsZero() {
		v.Relayed = o.Member
	}
	r.endOwn(v, o)
	r.hear(v, o)
	if v.Stance == NeedTime {
		r.Asked = true
	}
	if v.Stance == Object {
		r.raise(Objection{Ref: o.Ref, Owner: v.Member, Relayed: v.Relayed, Text: v.Text, Argument: v.Reason,
			Lenses: v.Lenses, Fate: FateOpen, Time: o.Time})
	}
}

// hear keeps v as its member's word, unless the older one outweighs it.
func (r *Round) hear(v Voice, o op.Opened) {
	if !r.Eligible(v.Member) {
		return
	}
	i := slices.IndexFunc(r.Voices, func(old Voice) bool { return old.Member == v.Member })
	switch {
	case i < 0:
		r.Voices = appended(r.Voices, v)
	case !r.outweighs(r.Voices[i], v):
		r.Voices = replaced(r.Voices, i, v)
	}
}

// outweighs reports whether an older word stays. It matters only for words
// that had not seen each other: the lawful ones that had, come in good order.
func (r *Round) outweighs(old, v Voice) bool {
	if old.Text == r.Current && v.Text != r.Current {
		return true
	}
	if v.Stance == Object {
		return false
	}
	if _, objecting := r.openOf(v.Member); objecting {
		return true // endOwn left it standing: v had not seen it
	}
	return old.Relayed.IsZero() && !v.Relayed.IsZero() && old.Text == v.Text
}

// endOwn ends the owner's objection by the owner's other word, where it was
// said knowing of the objection.
func (r *Round) endOwn(v Voice, o op.Opened) {
	fate := FateWithdrawn
	switch {
	case !v.Relayed.IsZero() || v.Stance == Object || v.Stance == NeedTime:
		return
	case v.Stance == Concern:
		fate = FateConcern
	}
	for i, x := range r.Objections {
		if x.Fate == FateOpen && x.Owner == v.Member && o.Saw(x.Ref) {
			r.end(i, fate)
		}
	}
	r.settle()
}

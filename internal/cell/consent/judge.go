package consent

import "celld/internal/op"

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader) error {
	act, err := decode(o)
	if err != nil {
		return err
	}
	w := world{at, clockOf(o)}
	if err := w.actor(o); err != nil {
		return err
	}
	if _, opening := act.(*Opening); opening {
		return act.judge(w, nil, o)
	}
	r := roundAt(at, o.Subject)
	if r == nil {
		return op.Refuse("round.unknown")
	}
	if err := r.room(o.Kind, o.Member); err != nil {
		return err
	}
	return act.judge(w, r, o)
}

// actor refuses what nobody of the cell has done: a person must be active; a
// router speaks for itself only where a timer may, by a trusted clock (X2).
func (w world) actor(o op.Opened) error {
	switch {
	case !o.Member.IsZero() && !w.people().IsActive(o.Member):
		return op.Refuse("actor.unknown")
	case !o.Member.IsZero():
		return nil
	case !timed(o.Kind):
		return op.Refuse("actor.router")
	case !o.Clock.Trusted():
		return op.Refuse("clock.untrusted")
	}
	return nil
}

// timed reports the kinds that a router may write when the time has come.
func timed(k op.Kind) bool {
	return k == KindMark || k == KindAdopt || k == KindAwait || k == KindLapse || k == KindExpire
}

// How long a history may grow: first talk must stop, then all but the acts that
// bring the round to an end. Some room everybody has for themselves, so that who
// fills a round silences nobody else.
const (
	talkRoom = 1000
	actRoom  = 2000
	ownRoom  = 100
)

func (r *Round) room(k op.Kind, m op.Member) error {
	most := actRoom
	switch k {
	case KindAsk, KindAnswer, KindReact, KindPass, KindTest, KindMeet:
		most = talkRoom
	case KindMark, KindAdopt, KindWithdraw, KindTable, KindLapse, KindExpire, KindReview:
		return nil
	}
	if len(r.Events) >= most && r.eventsOf(m) >= ownRoom {
		return op.Refuse("round.full")
	}
	return nil
}

func (r *Round) eventsOf(m op.Member) (n int) {
	for _, e := range r.Events {
		if e.Member == m {
			n++
		}
	}
	return n
}

// open refuses acts on a round that is no longer being decided.
func (r *Round) open() error {
	if !r.State.Open() {
		return op.Refuse("round.not-open", r.State.String())
	}
	return nil
}

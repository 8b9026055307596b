package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
)

// fill lets a member fill a round up to so many events.
func (s scene) fill(by int, ref op.Ref, n int) {
	r := *s.round(ref)
	for r.Events = slices.Clone(r.Events); len(r.Events) < n; {
		r.Events = append(r.Events, Event{Kind: KindSpeak, Member: member(by), From: r.State, To: r.State})
	}
	s.state().values[Key(ref)] = &r
}

// TestWhoFillsARoundSilencesNobodyElse: somebody changes their word back and forth
// until there is no room for an objection, and then adopts.
func TestWhoFillsARoundSilencesNobodyElse(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	s.fill(1, ref, actRoom)
	s.refused("round.full", bob, ref, s.stance(ref, Concern))
	s.refused("round.full", bob, ref, &Ask{Words: "And now?"})
	x := s.speak(dot, ref, Object)
	s.is(ref, Testing)
	s.do(cem, ref, &Test{Objection: x, Words: "Help me see the harm.", Ask: true})
	s.refused("round.full", bob, ref, &Test{Objection: x, Words: "There is none."})
	s.refused("adopt.objection-open", bob, ref, &Adopt{Text: s.text(ref)})
	s.do(dot, ref, &Resolve{Objection: x, As: FateWithdrawn})
	s.speak(dot, ref, Consent)
	s.adopt(dot, ref)
	s.speak(cem, ref, Object) // as ever, to what is in force
	s.is(ref, Testing)

	// Each has so much room of their own, and then no more.
	s.fill(3, ref, len(s.round(ref).Events)+ownRoom)
	s.refused("round.full", dot, ref, s.stance(ref, Object))
}

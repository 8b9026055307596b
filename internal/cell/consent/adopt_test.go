package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
)

func TestAPlainRoundIsAdoptedByTheLastAwaitedVoice(t *testing.T) {
	s := newScene(t, 3)
	s.clock = op.ClockNone // people's hands need no clock
	ref := s.open(ann, Routine)
	s.is(ref, Checking)
	s.do(bob, ref, &Ask{Words: "From when on?"})
	s.do(cem, ref, &React{Words: "Good."})
	s.consent(ref, 0, 2)
	s.refused("adopt.time", bob, ref, &Adopt{Text: s.text(ref)})
	s.speak(cem, ref, Concern)
	s.adopt(cem, ref)
	s.is(ref, InForce)
	r := s.round(ref)
	if r.Adopted.Text != r.Current || r.Adopted.By != cem || r.ReviewOn != 0 || r.Contested {
		t.Errorf("adopted as %+v", r)
	}
}

func TestTheMinimumTimeIsOverOnlyByATrustedClock(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Routine)
	s.consent(ref, 0, 2)
	s.time = monday + day - 1
	s.refused("adopt.time", ann, ref, &Adopt{Text: s.text(ref)})
	s.time++
	s.clock = op.ClockTold
	s.refused("adopt.time", ann, ref, &Adopt{Text: s.text(ref)})
	s.clock = op.ClockMembers
	s.adopt(ann, ref)
	if got := s.round(ref).ReviewOn; got != s.time+quarter {
		t.Errorf("looked at again on %d, want three months on", got)
	}
}

func TestARoundWithoutAClockMarkIsHeld(t *testing.T) {
	s := newScene(t, 4)
	s.clock = op.ClockNone
	ref := s.open(ann, Routine)
	s.consent(ref, 0, 2)
	if _, known := s.round(ref).Deadline(); known || !s.round(ref).Held() {
		t.Error("a deadline without a clock")
	}
	s.clock, s.time = op.ClockNTP, monday+100*day
	s.refused("adopt.time", ann, ref, &Adopt{Text: s.text(ref)})
	// That refused operation is no mark: only lawful ones are folded.
	s.do(bob, ref, &React{Words: "Here."})
	if at, known := s.round(ref).Deadline(); !known || at != monday+101*day || s.round(ref).Held() {
		t.Errorf("deadline %d %v", at, known)
	}
}

func TestWhoeverLeavesIsNeitherAwaitedNorCounted(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Agreement, func(a *Opening) {})
	s.toCheck(ref)
	s.consent(ref, 0, 2)
	x := s.speak(cem, ref, Object)
	s.folk("folk.leave", cem)
	s.folk("folk.leave", dot)
	s.refused("objection.owner", ann, ref, &Resolve{Objection: x, As: FateWithdrawn})
	s.do(ann, ref, &Resolve{Objection: x, As: FateConcern})
	tally := s.round(ref).Tally(s)
	if tally.Eligible != 4 || tally.Heard != 2 || tally.Needed != 2 || len(tally.Missing) != 0 {
		t.Errorf("%+v", tally)
	}
	s.folk("folk.join", member(7))
	if !slices.Equal(s.round(ref).Roster, []op.Member{ann, bob, cem, dot}) {
		t.Error("the roster is not frozen")
	}
	s.refused("actor.not-eligible", member(7), ref, s.stance(ref, Consent))
	s.refused("actor.unknown", dot, ref, s.stance(ref, Consent))
	s.adopt(ann, ref)
	s.is(ref, InForce)
}

// A round that is contested when all of its people have left waits for nobody's voice
// and nobody's text: those who are here lay it aside, or it would stand for good.
func TestWhatIsContestedIsLaidAsideOnceAllItsPeopleHaveLeft(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	eve, fay := member(7), member(8)
	s.folk("folk.join", eve)
	s.folk("folk.join", fay)
	x := s.speak(eve, ref, Object)
	for _, m := range []op.Member{ann, bob} {
		s.folk("folk.leave", m)
	}
	s.refused("table.too-soon", cem, ref, &Table{})
	s.folk("folk.leave", cem)
	s.refused("phase.facilitator", eve, ref, &Table{}) // a stake (I10)
	s.do(eve, ref, &Resolve{Objection: x, As: FateWithdrawn})
	s.refused("adopt.nobody", fay, ref, &Adopt{Text: s.text(ref)})
	s.do(s.round(ref).FacilitatorNow(s), ref, &Table{})
	s.is(ref, Tabled)
}

func TestAnAgreementDoesNotWaitForWhoIsOnLeave(t *testing.T) {
	for class, want := range map[Class]int{Routine: 1, Agreement: 0, Membership: 1} {
		s := newScene(t, 3)
		ref := s.open(ann, class)
		s.toCheck(ref)
		s.folk("folk.away", cem)
		s.consent(ref, 0, 2)
		if got := len(s.round(ref).Tally(s).Missing); got != want {
			t.Errorf("%v waits for %d, want %d", class, got, want)
		}
	}
}

func TestWhoAsksForTimeExtendsTheRoundOnce(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Routine)
	s.consent(ref, 0, 2)
	s.speak(cem, ref, NeedTime)
	s.speak(dot, ref, NeedTime)
	if at, _ := s.round(ref).Deadline(); at != monday+day+grace {
		t.Errorf("deadline %d", at-monday)
	}
	if got := s.round(ref).Tally(s); got.Heard != 2 || len(got.Missing) != 2 {
		t.Errorf("a wish for time is heard as a voice: %+v", got)
	}
}

func TestMissingVoicesAreAwaitedOnceThenTheRoundLapses(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 2)
	router := op.Member{}
	s.time = monday + 3*day - 1
	s.refused("clock.early", router, ref, &Await{})
	if s.round(ref).Due(s, s.time) != nil {
		t.Error("something is due too early")
	}
	s.time++
	s.clock = op.ClockTold
	s.refused("clock.untrusted", router, ref, &Await{})
	s.refused("clock.untrusted", ann, ref, &Await{})
	s.clock = op.ClockNeighbour
	if due := s.round(ref).Due(s, s.time); due == nil || due.Kind() != KindAwait {
		t.Errorf("due: %v", due)
	}
	s.do(router, ref, &Await{})
	s.is(ref, Awaiting)
	s.refused("timer.phase", router, ref, &Await{})
	s.time += 3*day - 1
	s.refused("clock.early", router, ref, &Lapse{})
	s.time++
	if due := s.round(ref).Due(s, s.time); due == nil || due.Kind() != KindLapse {
		t.Errorf("due: %v", due)
	}
	s.do(router, ref, &Lapse{})
	s.is(ref, Lapsed)
	s.refused("stance.phase", cem, ref, s.stance(ref, Consent))
	s.refused("timer.phase", router, ref, &Lapse{})
}

func TestTheLastNeededVoiceAdoptsWhileAwaited(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 2)
	s.time += 3 * day
	s.do(op.Member{}, ref, &Await{})
	s.clock, s.time = op.ClockNone, 0 // the router was carried off and woke in 1970
	s.speak(cem, ref, Consent)
	s.refused("clock.untrusted", op.Member{}, ref, &Adopt{Text: s.text(ref)})
	s.adopt(cem, ref)
	s.is(ref, InForce)
}

func TestARouterAdoptsWhenTheTimeHasCome(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Routine)
	s.consent(ref, 0, 4)
	router := op.Member{}
	s.refused("clock.early", router, ref, &Adopt{Text: s.text(ref)})
	s.refused("actor.router", router, ref, &Phases{})
	s.time += day
	if due := s.round(ref).Due(s, s.time); due == nil || due.Kind() != KindAdopt {
		t.Fatalf("due: %v", due)
	}
	s.do(router, ref, s.round(ref).Due(s, s.time))
	s.is(ref, InForce)
}

func TestSilenceConsentsOnlyInRoutineAndOnlyByTheCellsRule(t *testing.T) {
	for _, c := range []struct {
		class   Class
		silence bool
		want    State
	}{
		{Routine, true, InForce}, {Routine, false, Awaiting}, {Standard, true, Awaiting},
	} {
		s := newScene(t, 6)
		s.town.silence = c.silence
		ref := s.open(ann, c.class)
		s.speak(ann, ref, Consent)
		if due := s.round(ref).Due(s, s.time); due != nil {
			t.Errorf("%v: %v is due at once", c.class, due.Kind())
		}
		if lacks := s.round(ref).Lacking(s, s.time, true); !slices.ContainsFunc(lacks, func(l op.Refusal) bool { return l.Code == "adopt.quorum" }) {
			t.Errorf("%v: silence speaks before the time: %v", c.class, lacks)
		}
		s.time += 3 * day
		s.do(op.Member{}, ref, s.round(ref).Due(s, s.time))
		s.is(ref, c.want)
	}
}

func TestANewTextGivesEverybodyTheirTimeAgain(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Routine)
	s.time += 5 * day
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("new")})
	if at, _ := s.round(ref).Deadline(); at != s.time+day {
		t.Errorf("deadline %d", at)
	}
}

// Nobody need come by: the time counts from the router's own mark.
func TestARouterMarksARoundThatWasOpenedWithoutAClock(t *testing.T) {
	s := newScene(t, 4)
	s.clock = op.ClockNone
	ref := s.open(ann, Routine)
	s.consent(ref, 0, 2)
	s.clock, s.time = op.ClockNTP, monday+100*day
	s.refused("timer.phase", bob, ref, &Mark{})
	due := s.round(ref).Due(s, s.time)
	if due == nil || due.Kind() != KindMark {
		t.Fatalf("%v is due", due)
	}
	s.do(op.Member{}, ref, due)
	if at, known := s.round(ref).Deadline(); !known || at != s.time+day || s.round(ref).State != Checking {
		t.Errorf("deadline %d %v", at, known)
	}
	s.refused("timer.phase", op.Member{}, ref, &Mark{})
	s.time += day
	s.do(op.Member{}, ref, s.round(ref).Due(s, s.time))
	s.is(ref, InForce)
	s.refused("timer.phase", op.Member{}, ref, &Mark{})
}

func TestAnAgreementIsReviewed(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	s.refused("review.not-in-force", ann, ref, &Review{Next: s.time + day})
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	if s.round(ref).ReviewDue(monday) || !s.round(ref).ReviewDue(monday+quarter) {
		t.Error("the review is due at another time")
	}
	s.time += quarter
	s.refused("review.next", bob, ref, &Review{})
	s.refused("review.next", bob, ref, &Review{Next: s.time})
	s.refused("review.next", bob, ref, &Review{Next: s.time + 5*quarter})
	s.refused("review.next", bob, ref, &Review{Drop: true, Next: s.time + day})
	s.do(bob, ref, &Review{Drop: true})
	s.refused("review.again", bob, ref, &Review{Drop: true})
	s.do(cem, ref, &Review{Next: s.time + quarter, Words: "It works."})
	s.do(bob, ref, &Review{Drop: true})
	s.is(ref, InForce)
	s.do(ann, ref, &Review{Drop: true})
	s.is(ref, Dropped)
	s.refused("stance.phase", ann, ref, s.stance(ref, Object))
}

func TestAnAgreementEndsOnItsDate(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard, func(a *Opening) { a.Text.ExpiresOn = monday + 30*day })
	s.refused("timer.phase", op.Member{}, ref, &Expire{})
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	s.refused("clock.early", op.Member{}, ref, &Expire{})
	s.time = monday + 30*day
	s.do(op.Member{}, ref, s.round(ref).Due(s, s.time))
	s.is(ref, Expired)
}

// C11: a founding evening has no clock, and what it agrees is looked at again
// all the same.
func TestWhatWasAgreedWithoutAClockIsLookedAtAgainToo(t *testing.T) {
	s := newScene(t, 3)
	s.clock = op.ClockNone
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	if r := s.round(ref); r.ReviewOn != 0 || r.Due(s, monday) == nil {
		t.Fatalf("looked at again on %d", r.ReviewOn)
	}
	s.refused("clock.untrusted", op.Member{}, ref, &Mark{})
	s.clock, s.time = op.ClockMembers, monday+5*day
	due := s.round(ref).Due(s, s.time)
	if due == nil || due.Kind() != KindMark {
		t.Fatalf("%v is due", due)
	}
	s.do(op.Member{}, ref, due)
	s.is(ref, InForce)
	if got := s.round(ref).ReviewOn; got != monday+5*day+quarter {
		t.Errorf("looked at again on %d", got)
	}
	if list := s.list().Settled(0, 1); list[0].ReviewOn != monday+5*day+quarter {
		t.Errorf("the list says %d", list[0].ReviewOn)
	}
	if due := s.round(ref).Due(s, s.time+day); due != nil {
		t.Errorf("%v is due once more", due.Kind())
	}
	s.refused("timer.phase", op.Member{}, ref, &Mark{})
}

// C8: a round is judged by the rule under which people were silent.
func TestSilenceIsCountedOnlyWhereThatWasTheRuleFromTheOpeningOn(t *testing.T) {
	for _, c := range []struct {
		before, after bool
		want          State
	}{{false, true, Awaiting}, {true, false, Awaiting}, {true, true, InForce}} {
		s := newScene(t, 6)
		s.town.silence = c.before
		ref := s.open(ann, Routine)
		s.speak(ann, ref, Consent)
		s.town.silence = c.after
		s.time += 3 * day
		s.do(op.Member{}, ref, s.round(ref).Due(s, s.time))
		s.is(ref, c.want)
	}
}

// Whoever asks for time is told until when the round would wait for them: two days
// more than it is open anyway, and no more the second time.
func TestWhoAsksForTimeIsToldUntilWhenItWaits(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	for range 2 {
		at, known := s.round(ref).WaitsUntil()
		s.speak(bob, ref, NeedTime)
		if end, _ := s.round(ref).Deadline(); !known || at != end {
			t.Errorf("it was said to wait until %d, and waits until %d", at, end)
		}
	}
	s.time += 6 * day
	s.do(op.Member{}, ref, &Await{})
	if at, _ := s.round(ref).WaitsUntil(); at != s.time+3*day {
		t.Errorf("awaiting voices it waits until %d", at)
	}
}

// Who asked for time has it, also when somebody else objects meanwhile and takes that
// back: the round waits as long as it said, and not a day longer.
func TestAnObjectionThatEndsTakesNobodysTime(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.speak(bob, ref, NeedTime)
	end, _ := s.round(ref).Deadline()
	s.speak(ann, ref, Consent)
	s.speak(cem, ref, Object)
	s.time += 3*day + 1
	s.speak(dot, ref, Consent)
	s.speak(cem, ref, Consent)
	s.is(ref, Checking)
	if at, _ := s.round(ref).Deadline(); at != end {
		t.Errorf("it waits until %d, and had said until %d", at, end)
	}
	s.refused("adopt.time", ann, ref, &Adopt{Text: s.text(ref)})
	s.time = end
	s.adopt(ann, ref)
}

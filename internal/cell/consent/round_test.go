package consent

import (
	"slices"
	"strings"
	"testing"

	"celld/internal/op"
)

func withPhases(a *Opening)   { a.Phases = true }
func simultaneous(a *Opening) { a.Simultaneous = true }

func amending(ref op.Ref) func(*Opening) { return func(a *Opening) { a.Amends = ref } }

func concerning(m op.Member) func(*Opening) { return func(a *Opening) { a.Concerns = m } }

var ann, bob, cem, dot = member(0), member(1), member(2), member(3)

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

func TestPhasesFollowOneAnother(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Agreement)
	f := s.round(ref).Facilitator
	if f != bob {
		t.Fatalf("%v facilitates", f)
	}
	s.refused("phase.facilitator", cem, ref, &Move{To: Clarifying})
	s.refused("phase.order", f, ref, &Move{To: Checking})
	s.refused("stance.phase", cem, ref, s.stance(ref, Consent))
	s.refused("talk.phase", cem, ref, &React{Words: "Yes."})
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("typo")})
	s.is(ref, Presented)
	s.do(f, ref, &Move{To: Clarifying})
	question := s.do(cem, ref, &Ask{Words: "Who locks up?"})
	s.do(ann, ref, &Answer{To: question, Words: "I do."})
	s.do(dot, ref, &Pass{})
	if got := s.round(ref).Awaited(s); !slices.Equal(got, []op.Member{bob}) {
		t.Errorf("clarifying awaits %v", got)
	}
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("clearer")})
	s.is(ref, Clarifying)
	s.do(f, ref, &Move{To: Reacting})
	s.refused("talk.phase", cem, ref, &Ask{Words: "Why?"})
	s.do(cem, ref, &React{Words: "Fine."})
	s.do(f, ref, &Move{To: Amending})
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("third")})
	s.is(ref, Presented)
	s.toCheck(ref)
	s.refused("talk.phase", cem, ref, &Pass{})
	s.refused("text.phase", ann, ref, &Revise{Base: s.text(ref), Text: revised("no")})
	s.do(ann, ref, &Move{To: Amending}) // the proposer may go back to amending
	s.is(ref, Amending)
	s.refused("phase.facilitator", ann, ref, &Move{To: Checking})
	s.do(f, ref, &Move{To: Checking})
	s.is(ref, Checking)
	if n := s.round(ref).VersionNumber(s.text(ref)); n != 4 {
		t.Errorf("version %d", n)
	}
}

func TestAnybodyMayAskForThePhases(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	s.speak(bob, ref, Consent)
	s.do(cem, ref, &Phases{})
	s.is(ref, Clarifying)
	s.refused("phase.not-plain", cem, ref, &Phases{})
	s.refused("adopt.phase", ann, ref, &Adopt{Text: s.text(ref)})
	s.toCheck(ref)
	if heard := s.round(ref).Tally(s).Heard; heard != 1 {
		t.Errorf("%d voices on the same text, want the one given before", heard)
	}
}

func TestAnObjectionEndsThePlainRoundAndIsTested(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	x := s.speak(dot, ref, Object)
	s.is(ref, Testing)
	if s.round(ref).Plain {
		t.Error("still plain")
	}
	s.refused("adopt.objection-open", ann, ref, &Adopt{Text: s.text(ref)})
	s.refused("objection.already", dot, ref, s.stance(ref, Object))
	s.refused("objection.already", dot, ref, s.stance(ref, NeedTime))
	s.do(cem, ref, &Test{Objection: x, Words: "Help me see the harm.", Ask: true})
	s.do(dot, ref, &Test{Objection: x, Words: "They would queue in the street."})
	for _, m := range []op.Member{ann, bob, cem} {
		s.refused("objection.owner", m, ref, &Resolve{Objection: x, As: FateConcern})
		s.refused("objection.owner", m, ref, &Resolve{Objection: x, As: FateWithdrawn})
	}
	s.refused("objection.fate", dot, ref, &Resolve{Objection: x, As: FateIntegrated})
	s.do(dot, ref, &Resolve{Objection: x, As: FateConcern})
	s.is(ref, Checking)
	s.refused("objection.not-open", dot, ref, &Resolve{Objection: x, As: FateConcern})
	if v, _ := s.round(ref).VoiceOf(dot); v.Stance != Concern || v.Reason != "because" {
		t.Errorf("the owner's voice is %+v", v)
	}
	s.adopt(dot, ref)
	s.is(ref, InForce)
}

func TestAWithdrawnObjectionLeavesItsOwnerAwaited(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 2)
	x := s.speak(cem, ref, Object)
	s.do(cem, ref, &Resolve{Objection: x, As: FateWithdrawn})
	if got := s.round(ref).Awaited(s); !slices.Equal(got, []op.Member{cem}) {
		t.Errorf("awaits %v", got)
	}
	// One's other word ends the objection too.
	s.speak(cem, ref, Object)
	s.speak(cem, ref, Consent)
	s.is(ref, Checking)
	s.adopt(cem, ref)
}

func TestObjectionsAreTestedOneAtATime(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	first := s.speak(cem, ref, Object)
	second := s.speak(dot, ref, Object)
	f := s.round(ref).FacilitatorNow(s)
	s.do(f, ref, &Move{To: Integrating})
	s.refused("text.resolves-nothing", bob, ref, &Revise{Base: s.text(ref), Text: revised("b"), Resolves: second})
	s.do(cem, ref, &Resolve{Objection: first, As: FateWithdrawn})
	s.is(ref, Testing)
	if x, _ := s.round(ref).UnderTest(); x.Ref != second {
		t.Errorf("under test is %v", x.Ref)
	}
	s.do(dot, ref, &Resolve{Objection: second, As: FateConcern})
	s.is(ref, Checking)
}

func TestAnIntegrationNeedsTheOwnerAndTheProposer(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	x := s.speak(dot, ref, Object)
	old := s.text(ref)
	s.do(bob, ref, &Revise{Base: old, Text: revised("on Wednesday"), Resolves: x})
	s.is(ref, Integrating)
	now, _ := s.round(ref).UnderTest()
	s.refused("confirm.not-yours", bob, ref, &Confirm{Objection: x, Text: now.Candidate, Yes: true})
	s.refused("confirm.no-candidate", dot, ref, &Confirm{Objection: x, Text: old, Yes: true})
	s.refused("text.candidate-waiting", cem, ref, &Revise{Base: old, Text: revised("never"), Resolves: x})
	s.do(dot, ref, &Confirm{Objection: x, Text: now.Candidate, Yes: true})
	if s.text(ref) != old {
		t.Fatal("one yes took the text")
	}
	s.refused("confirm.already", dot, ref, &Confirm{Objection: x, Text: now.Candidate, Yes: true})
	s.do(ann, ref, &Confirm{Objection: x, Text: now.Candidate, Yes: true})
	s.is(ref, Checking)
	if s.text(ref) != now.Candidate || s.round(ref).Objections[0].Fate != FateIntegrated {
		t.Fatal("two yeses did not take the text")
	}
	if got := s.round(ref).Tally(s); got.Heard != 0 || len(got.Missing) != 4 {
		t.Errorf("voices on the old text count: %+v", got)
	}
	s.refused("stance.stale", bob, ref, &Speak{Text: old, Stance: Consent})
	s.consent(ref, 0, 4)
	s.adopt(ann, ref)
}

func TestWritingATextIsItsAuthorsYes(t *testing.T) {
	for i, author := range []op.Member{ann, dot} {
		s := newScene(t, 4)
		ref := s.open(ann, Standard)
		x := s.speak(dot, ref, Object)
		s.do(author, ref, &Revise{Base: s.text(ref), Text: revised("so"), Resolves: x})
		now, _ := s.round(ref).UnderTest()
		other := []op.Member{dot, ann}[i]
		s.do(other, ref, &Confirm{Objection: x, Text: now.Candidate, Yes: true})
		s.is(ref, Checking)
	}
}

func TestAfterTwoFailedIntegrationsOtherWaysAreProposed(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	x := s.speak(dot, ref, Object)
	for i, what := range []string{"one", "two"} {
		if len(s.round(ref).Ways()) != 0 {
			t.Errorf("other ways after %d failures", i)
		}
		s.do(bob, ref, &Revise{Base: s.text(ref), Text: revised(what), Resolves: x})
		now, _ := s.round(ref).UnderTest()
		s.do([]op.Member{dot, ann}[i], ref, &Confirm{Objection: x, Text: now.Candidate})
		s.is(ref, Integrating)
	}
	if got := s.round(ref).Ways(); !slices.Equal(got, []Way{MeetInPerson, OutsideFacilitator, TableIt}) {
		t.Errorf("ways %v", got)
	}
	s.do(cem, ref, &Meet{})
	if !s.round(ref).MeetingAsked() {
		t.Error("the wish to meet is lost")
	}
	s.refused("phase.facilitator", ann, ref, &Table{})
	s.do(s.round(ref).FacilitatorNow(s), ref, &Table{Reason: "not now"})
	s.is(ref, Tabled)
	s.refused("round.not-open", cem, ref, &Meet{})
}

func TestAnObjectionOutlivesATextThatAnswersAnother(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	first := s.speak(cem, ref, Object)
	second := s.speak(dot, ref, Object)
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("for Cem"), Resolves: first})
	now, _ := s.round(ref).UnderTest()
	s.do(cem, ref, &Confirm{Objection: first, Text: now.Candidate, Yes: true})
	s.is(ref, Testing)
	if x, _ := s.round(ref).UnderTest(); x.Ref != second {
		t.Fatal("the second objection is lost")
	}
	s.speak(dot, ref, Consent)
	s.is(ref, Checking)
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

func TestThePersonConcernedIsHeardAndNotCounted(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Membership, concerning(bob))
	r := s.round(ref)
	if r.Eligible(bob) || r.Limits.Quorum != 3 || r.Facilitator != cem {
		t.Fatalf("%+v", r)
	}
	s.do(r.Facilitator, ref, &Move{To: Clarifying})
	s.do(bob, ref, &Ask{Words: "May I say something?"})
	s.toCheck(ref)
	s.refused("stance.concerned", bob, ref, s.stance(ref, Consent))
	s.refused("stance.concerned", ann, ref, &Speak{Text: s.text(ref), Stance: Object, Reason: "r", Lenses: Harmful, For: bob})
	for _, m := range []op.Member{ann, cem, dot} {
		s.speak(m, ref, Consent)
	}
	s.adopt(ann, ref)
	s.refused("objection.deed-done", dot, ref, s.stance(ref, Object))
	s.refused("review.not-in-force", dot, ref, &Review{Drop: true})
}

func TestRelayedWords(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 2)
	relay := func(stance Stance) *Speak {
		a := s.stance(ref, stance)
		a.For = cem
		return a
	}
	s.do(dot, ref, relay(Consent))
	if v, _ := s.round(ref).VoiceOf(cem); v.Relayed != dot || v.Stance != Consent {
		t.Errorf("relayed as %+v", v)
	}
	s.do(cem, ref, s.stance(ref, Concern)) // the owner replaces it
	if v, _ := s.round(ref).VoiceOf(cem); !v.Relayed.IsZero() || v.Stance != Concern {
		t.Errorf("replaced as %+v", v)
	}
	s.refused("relay.own-word", dot, ref, relay(Consent))
	s.refused("relay.oneself", cem, ref, relay(Consent))

	strict := s.open(bob, Agreement)
	s.toCheck(strict)
	ref = strict
	for _, stance := range []Stance{Consent, Concern, StandAside, Recused} {
		s.refused("relay.class", dot, ref, relay(stance))
	}
	s.do(dot, ref, relay(NeedTime))
	s.do(dot, ref, relay(Object))
	s.is(ref, Testing)
	s.refused("objection.owner", dot, ref, relay(Consent))
	x, _ := s.round(ref).UnderTest()
	s.refused("objection.owner", dot, ref, &Resolve{Objection: x.Ref, As: FateWithdrawn})
	s.do(cem, ref, &Resolve{Objection: x.Ref, As: FateConcern})
}

func TestStancesSayTheirReasons(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	for code, a := range map[string]*Speak{
		"stance.kind":    {Stance: 9},
		"objection.lens": {Stance: Object, Reason: "r"},
		"stance.lens":    {Stance: Consent, Lenses: Harmful},
		"stance.reason":  {Stance: StandAside},
		"text.hidden":    {Stance: Consent, Reason: "a\u202eb"},
		"text.long":      {Stance: Consent, Reason: strings.Repeat("a", MaxReason+1)},
	} {
		a.Text = s.text(ref)
		s.refused(code, bob, ref, a)
	}
	for _, stance := range []Stance{Object, Concern} {
		a := s.stance(ref, stance)
		a.Reason = ""
		s.refused("stance.reason", bob, ref, a)
	}
	a := s.stance(ref, Object)
	a.Lenses = 8
	s.refused("stance.lens", bob, ref, a)
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

func TestStancesAreRevealedTogether(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard, simultaneous)
	s.consent(ref, 0, 2)
	seats := s.round(ref).Seats(s, ann)
	if seats[0].Stance != Consent || !seats[1].Hidden || seats[1].Stance != 0 || seats[2].Hidden {
		t.Errorf("ann sees %+v", seats)
	}
	s.speak(cem, ref, Concern)
	if seats := s.round(ref).Seats(s, ann); seats[1].Hidden || seats[2].Stance != Concern {
		t.Errorf("all are in, and ann sees %+v", seats)
	}
}

func TestAMemberHasTwoRoundsOpenAtMost(t *testing.T) {
	s := newScene(t, 3)
	third := s.opening(ann, Routine)
	ref := s.open(ann, Routine)
	s.open(ann, Routine)
	s.refused("open.too-many", ann, op.Ref{}, third)
	s.open(bob, Routine)
	s.do(ann, ref, &Withdraw{Reason: "no need"})
	s.open(ann, Routine)
}

func TestTheProposerNeverFacilitatesInACellOfThree(t *testing.T) {
	for n := 1; n <= 3; n++ {
		s := newScene(t, n)
		ref := s.open(ann, Agreement)
		if proposes := s.round(ref).Facilitator == ann; proposes != (n <= 2) {
			t.Errorf("of %d members %v facilitates", n, s.round(ref).Facilitator)
		}
		s.toCheck(ref)
		s.consent(ref, 0, n)
		s.adopt(ann, ref)
	}
}

// namer is a rota that names one member.
type namer op.Member

func (n namer) Facilitator(here []op.Member, except ...op.Member) op.Member {
	for _, m := range append([]op.Member{op.Member(n)}, here...) {
		if slices.Contains(here, m) && !slices.Contains(except, m) {
			return m
		}
	}
	return op.Member{}
}

func TestTheRotaNamesTheFacilitator(t *testing.T) {
	s := newScene(t, 4)
	s.town.rota = namer(dot)
	a := s.opening(ann, Agreement)
	if a.Facilitator != dot {
		t.Fatalf("%v facilitates", a.Facilitator)
	}
	a.Facilitator = cem
	s.refused("open.facilitator", ann, op.Ref{}, a)
	if own := s.opening(dot, Agreement); own.Facilitator != ann {
		t.Errorf("%v facilitates dot's round", own.Facilitator)
	}
	ref := s.open(ann, Agreement)
	s.folk("folk.away", dot)
	s.refused("phase.facilitator", dot, ref, &Move{To: Clarifying})
	s.do(bob, ref, &Move{To: Clarifying})
}

func TestAFacilitatorWithAStakeStepsBack(t *testing.T) {
	s := newScene(t, 4)
	ref := s.open(ann, Standard)
	f := s.round(ref).Facilitator
	s.speak(f, ref, Object)
	s.refused("phase.facilitator", f, ref, &Move{To: Integrating})
	s.refused("phase.facilitator", f, ref, &Table{})
	next := s.round(ref).FacilitatorNow(s)
	if next == f || next == ann {
		t.Fatalf("%v looks after it", next)
	}
	s.do(next, ref, &Move{To: Integrating})
	s.do(next, ref, &Move{To: Testing})
}

func TestOpeningsCopyWhatTheStateSays(t *testing.T) {
	s := newScene(t, 4)
	for code, change := range map[string]func(*Opening){
		"open.roster":         func(a *Opening) { a.Roster = a.Roster[1:] },
		"open.limits":         func(a *Opening) { a.Limits.Quorum-- },
		"open.plain":          func(a *Opening) { a.Phases = false },
		"open.class":          func(a *Opening) { a.Class = 9 },
		"open.concerns":       func(a *Opening) { a.Concerns = bob },
		"open.own-case":       func(a *Opening) { a.Class, a.Concerns = Membership, ann },
		"open.amends-nothing": func(a *Opening) { a.Amends = op.Ref{Seq: 7} },
		"text.what":           func(a *Opening) { a.Text.What = "" },
		"text.why":            func(a *Opening) { a.Text.Why = "" },
		"text.criteria":       func(a *Opening) { a.Text.Criteria = make([]string, MaxCriteria+1) },
		"words.missing":       func(a *Opening) { a.Text.Criteria = []string{""} },
		"text.date":           func(a *Opening) { a.Text.ReviewOn = maxTime + 1 },
		"text.effect":         func(a *Opening) { a.Text.Effect = &Effect{} },
		"text.long":           func(a *Opening) { a.Text.Title = strings.Repeat("a", MaxTitle+1) },
		"text.space":          func(a *Opening) { a.Text.Why += " " },
	} {
		a := s.opening(ann, Agreement)
		change(a)
		s.refused(code, ann, op.Ref{}, a)
	}
	s.refused("actor.unknown", member(9), op.Ref{}, s.opening(ann, Routine))
	s.refused("round.unknown", ann, op.Ref{Seq: 9}, &Meet{})
	for code, body := range map[string]op.Body{
		"round.kind":    {Kind: "round.party"},
		"round.content": {Kind: KindAdopt, Content: []byte{0xff}},
	} {
		if err := Judge(op.Opened{Kind: body.Kind, Content: body.Content, Member: ann}, s); !isRefusal(err, code) {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

func TestAProposerTakesTheProposalBackUntilItIsAdopted(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	s.refused("withdraw.proposer", bob, ref, &Withdraw{})
	s.do(ann, ref, &Withdraw{Reason: "solved otherwise"})
	s.is(ref, Withdrawn)
	s.refused("stance.phase", bob, ref, s.stance(ref, Consent))
	ref = s.open(ann, Standard)
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	s.refused("round.not-open", ann, ref, &Withdraw{})
	s.speak(bob, ref, Object)
	s.refused("withdraw.adopted", ann, ref, &Withdraw{})
	s.refused("table.too-soon", s.round(ref).FacilitatorNow(s), ref, &Table{})
}

func TestATextIsBasedOnTheCurrentOne(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	base := s.text(ref)
	s.refused("text.proposer", bob, ref, &Revise{Base: base, Text: revised("mine")})
	s.refused("text.same", ann, ref, &Revise{Base: base, Text: hall})
	s.refused("text.resolves-nothing", ann, ref, &Revise{Base: base, Text: revised("x"), Resolves: ref})
	s.speak(bob, ref, Consent)
	s.do(ann, ref, &Revise{Base: base, Text: revised("new")})
	s.is(ref, Checking)
	s.refused("text.base", ann, ref, &Revise{Base: base, Text: revised("newer")})
	// Back to the old words is a new text: old voices stay stale.
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: hall})
	if got := s.round(ref).Tally(s).Heard; got != 0 {
		t.Errorf("%d old voices woke", got)
	}
	if seats := s.round(ref).Seats(s, ann); !seats[1].Stale || seats[1].Stance != Consent {
		t.Errorf("bob's seat: %+v", seats[1])
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

func TestAnAmendmentTakesThePlaceOfWhatItAmends(t *testing.T) {
	s := newScene(t, 3)
	effect := &Effect{Kind: "limits", Content: []byte{1}}
	first := s.open(ann, Agreement, func(a *Opening) { a.Text.Effect = effect })
	s.toCheck(first)
	s.consent(first, 0, 3)
	s.adopt(ann, first)
	if e := s.round(first).Effect(); e == nil || e.Kind != "limits" {
		t.Fatalf("effect %v", e)
	}
	if _, err := Open(s, bob, Opening{Class: Routine, Text: hall, Amends: first}); !isRefusal(err, "open.lighter-class") {
		t.Errorf("a light round amends an agreement: %v", err)
	}
	if _, err := Open(s, bob, Opening{Class: Membership, Text: hall, Amends: first}); !isRefusal(err, "open.amends-membership") {
		t.Errorf("a membership round amends an agreement: %v", err)
	}
	s.refused("review.needs-round", bob, first, &Review{Drop: true})
	second := s.open(bob, Agreement, amending(first))
	s.toCheck(second)
	s.consent(second, 0, 3)
	s.is(first, InForce)
	s.adopt(ann, second)
	s.is(first, Amended)
	if s.round(first).Effect() != nil {
		t.Error("what was amended still has its effect")
	}
	// Contested, the amendment is not in force; so the first is again.
	s.speak(cem, second, Object)
	s.is(second, Testing)
	s.is(first, InForce)
	s.speak(cem, second, Consent)
	s.adopt(cem, second)
	s.is(first, Amended)
	if s.list().find(first).State != Amended {
		t.Error("the list does not know of the amendment")
	}
}

func TestPagesDrawOnlyWhatIsPossible(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	plain := []op.Kind{KindSpeak, KindAsk, KindReact, KindPhases, KindMeet}
	if got := s.round(ref).Can(s, cem); !slices.Equal(got, plain) {
		t.Errorf("a member can %v", got)
	}
	if got := s.round(ref).Can(s, ann); !slices.Contains(got, KindRevise) || !slices.Contains(got, KindWithdraw) {
		t.Errorf("the proposer can %v", got)
	}
	if got := s.round(ref).Can(s, member(9)); got != nil {
		t.Errorf("a stranger can %v", got)
	}
	if got := s.round(ref).CanRelay(s, bob); !slices.Equal(got, []op.Member{ann, cem}) {
		t.Errorf("bob can speak for %v", got)
	}
	s.speak(cem, ref, Object)
	if got := s.round(ref).Can(s, cem); !slices.Contains(got, KindResolve) || slices.Contains(got, KindPhases) {
		t.Errorf("the objector can %v", got)
	}
	if !s.round(ref).Waits(s, cem) || !s.round(ref).Waits(s, bob) {
		t.Error("the round waits for its objector and for who has not spoken")
	}
	if got := s.round(ref).Moves(s, bob); !slices.Equal(got, []State{Integrating}) {
		t.Errorf("bob can move to %v", got)
	}
}

// isRefusal reports whether err is a refusal with that code, and a listed one.
func isRefusal(err error, code string) bool {
	r, ok := err.(op.Refusal)
	return ok && r.Code == code && Refusals[code] != ""
}

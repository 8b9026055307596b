package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
)

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

// C11: what is tried at first is looked at again within six weeks, whenever it
// is adopted. A text that is not said to be a trial is as free as ever, and who
// does not know the date cannot count.
func TestAFirstTrialLastsSixWeeksAtMost(t *testing.T) {
	const most = monday + FirstTrial + day
	for _, c := range []struct {
		trial  bool
		clock  op.Clock
		review uint64
		lawful bool
	}{
		{true, op.ClockMembers, most, true}, {true, op.ClockMembers, most + 1, false}, {true, op.ClockMembers, 0, false},
		{true, op.ClockNone, most + 1, true}, {true, op.ClockNone, 0, false},
		{false, op.ClockMembers, most + 1, true}, {false, op.ClockMembers, 0, true},
	} {
		s := newScene(t, 4)
		ref := s.open(ann, Standard)
		s.consent(ref, 0, 3)
		x := s.speak(dot, ref, Object)
		s.clock = c.clock
		text := revised("a few weeks first")
		text.ReviewOn = c.review
		tried := &Revise{Base: s.text(ref), Text: text, Resolves: x, Trial: c.trial}
		if !c.lawful {
			s.refused("text.trial", bob, ref, tried)
			continue
		}
		s.do(bob, ref, tried)
		candidate := s.round(ref).Objections[0].Candidate
		s.do(dot, ref, &Confirm{Objection: x, Text: candidate, Yes: true})
		s.do(ann, ref, &Confirm{Objection: x, Text: candidate, Yes: true})
		s.time += 5 * day
		s.consent(ref, 0, 4)
		s.adopt(ann, ref)
		if got := s.round(ref).ReviewOn; c.review != 0 && got != c.review {
			t.Errorf("looked at again on %d, not %d", got, c.review)
		}
	}
}

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
		"open.silence":        func(a *Opening) { a.Silence = true },
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

func TestAnAmendmentTakesThePlaceOfWhatItAmends(t *testing.T) {
	s := newScene(t, 3)
	effect := &Effect{Kind: "limits", Content: []byte{1}}
	first := s.open(ann, Agreement, func(a *Opening) { a.Text.Effect = effect })
	if e := Proposed(s.ops[0]); e == nil || e.Kind != "limits" {
		t.Errorf("the opening proposes %v", e)
	}
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
	if got := s.round(ref).Can(s, cem, s.time, true); !slices.Equal(got, plain) {
		t.Errorf("a member can %v", got)
	}
	if got := s.round(ref).Can(s, ann, s.time, true); !slices.Contains(got, KindRevise) || !slices.Contains(got, KindWithdraw) {
		t.Errorf("the proposer can %v", got)
	}
	if got := s.round(ref).Can(s, member(9), s.time, true); got != nil {
		t.Errorf("a stranger can %v", got)
	}
	if got := s.round(ref).CanRelay(s, bob); !slices.Equal(got, []op.Member{ann, cem}) {
		t.Errorf("bob can speak for %v", got)
	}
	s.speak(cem, ref, Object)
	if got := s.round(ref).Can(s, cem, s.time, true); !slices.Contains(got, KindResolve) || slices.Contains(got, KindPhases) {
		t.Errorf("the objector can %v", got)
	}
	if !s.round(ref).Waits(s, cem) || !s.round(ref).Waits(s, bob) {
		t.Error("the round waits for its objector and for who has not spoken")
	}
	if got := s.round(ref).Moves(s, bob, s.time, true); !slices.Equal(got, []State{Integrating}) {
		t.Errorf("bob can move to %v", got)
	}
}

// isRefusal reports whether err is a refusal with that code, and a listed one.
func isRefusal(err error, code string) bool {
	r, ok := err.(op.Refusal)
	return ok && r.Code == code && Refusals[code] != ""
}

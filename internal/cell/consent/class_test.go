package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
)

// The table is written out, so that no formula judges itself (C6, C7).
func TestThresholdsOfEveryCellSize(t *testing.T) {
	for _, c := range []struct{ n, routine, standard, all, asides uint64 }{
		{1, 1, 1, 1, 1},
		{2, 1, 2, 2, 1},
		{3, 2, 3, 3, 1},
		{4, 2, 3, 4, 2},
		{5, 3, 4, 5, 2},
		{6, 3, 5, 6, 2},
		{7, 4, 6, 7, 3},
		{8, 4, 6, 8, 3},
		{9, 5, 7, 9, 3},
		{10, 5, 8, 10, 4},
		{11, 6, 9, 11, 4},
		{12, 6, 9, 12, 4},
	} {
		for class, want := range map[Class]Limits{
			Routine:    {Quorum: c.routine, Asides: c.asides, Minimum: 86_400},
			Standard:   {Quorum: c.standard, Asides: c.asides, Minimum: 259_200},
			Agreement:  {Quorum: c.all, Asides: c.asides, Minimum: 432_000},
			Membership: {Quorum: c.all, Asides: c.asides, Minimum: 604_800},
		} {
			if got := LimitsOf(class, int(c.n)); got != want {
				t.Errorf("%v of %d: %+v, want %+v", class, c.n, got, want)
			}
		}
	}
}

// Each size of cell adopts with exactly its quorum after the time, and not
// with one voice less.
func TestTheQuorumIsTheLastVoiceThatIsNeeded(t *testing.T) {
	for n := 1; n <= 12; n++ {
		for _, class := range []Class{Routine, Standard, Agreement, Membership} {
			s := newScene(t, n)
			ref := s.open(member(0), class)
			s.toCheck(ref)
			need := int(LimitsOf(class, n).Quorum)
			s.time += LimitsOf(class, n).Minimum
			s.consent(ref, 0, need-1)
			s.refused("adopt.quorum", member(0), ref, &Adopt{Text: s.text(ref)})
			s.speak(member(need-1), ref, Consent)
			s.adopt(member(0), ref)
			s.is(ref, InForce)
		}
	}
}

// As many stand-asides as the limit send the text back, one fewer does not.
func TestStandAsidesOfEveryCellSize(t *testing.T) {
	for n := 1; n <= 12; n++ {
		s := newScene(t, n)
		ref := s.open(member(0), Routine)
		limit := int(LimitsOf(Routine, n).Asides)
		for i := range n {
			stance := Consent
			if i < limit {
				stance = StandAside
			}
			s.speak(member(i), ref, stance)
		}
		code := "adopt.stand-asides"
		if n == 1 {
			code = "adopt.nobody"
		}
		s.refused(code, member(0), ref, &Adopt{Text: s.text(ref)})
		s.speak(member(limit-1), ref, Consent)
		s.adopt(member(n-1), ref)
		s.is(ref, InForce)
	}
}

// toCheck leads a round with phases to its check.
func (s scene) toCheck(ref op.Ref) {
	s.t.Helper()
	for _, to := range []State{Clarifying, Reacting, Checking} {
		if r := s.round(ref); slices.Contains(moves[r.State], to) {
			s.do(r.FacilitatorNow(s), ref, &Move{To: to})
		}
	}
}

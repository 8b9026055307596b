package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
)

// R4: the one who looks after the round does not come. Nothing happens by
// itself; after a day somebody else may go on, and the chosen one still may.
func TestASurrogateGoesOnWhenTheFacilitatorDoesNotCome(t *testing.T) {
	s := newScene(t, 5)
	ref := s.open(ann, Agreement)
	f := s.round(ref).FacilitatorNow(s)
	if f != bob {
		t.Fatalf("%v facilitates", f)
	}
	s.time += noShow - 1
	s.refused("phase.facilitator", cem, ref, &Move{To: Clarifying})
	if got := s.round(ref).Surrogate(s, s.time, true); !got.IsZero() {
		t.Errorf("%v stands in too early", got)
	}
	s.time++
	if got := s.round(ref).Surrogate(s, s.time, true); got != cem {
		t.Errorf("%v stands in, want cem, whose turn comes next", got)
	}
	s.clock = op.ClockTold
	s.refused("phase.facilitator", cem, ref, &Move{To: Clarifying})
	if got := s.round(ref).Surrogate(s, s.time, false); !got.IsZero() {
		t.Errorf("%v stands in by a clock that nobody trusts", got)
	}
	s.clock = op.ClockNTP
	s.refused("phase.facilitator", dot, ref, &Move{To: Clarifying})
	s.refused("phase.facilitator", ann, ref, &Move{To: Clarifying})
	s.do(cem, ref, &Move{To: Clarifying})
	s.refused("phase.facilitator", cem, ref, &Move{To: Reacting})
	s.do(bob, ref, &Move{To: Reacting})
}

func TestASignOfLifeOfTheFacilitatorIsEnough(t *testing.T) {
	s := newScene(t, 5)
	ref := s.open(ann, Agreement)
	s.do(bob, ref, &Move{To: Clarifying})
	s.time += noShow - 1
	s.do(bob, ref, &Pass{})
	s.time += noShow - 1
	s.refused("phase.facilitator", cem, ref, &Move{To: Reacting})
	s.do(dot, ref, &Pass{})
	s.time++
	s.do(cem, ref, &Move{To: Reacting})
}

// In the check the others are waited for, so nobody steps in.
func TestNobodyStandsInWhileVoicesAreAwaited(t *testing.T) {
	s := newScene(t, 5)
	ref := s.open(ann, Agreement)
	s.toCheck(ref)
	s.time += 4 * noShow
	s.refused("phase.facilitator", cem, ref, &Table{})
	x := s.speak(dot, ref, Object)
	s.time += noShow
	s.refused("phase.facilitator", dot, ref, &Move{To: Integrating}) // a stake (I10)
	s.do(cem, ref, &Move{To: Integrating})
	s.do(dot, ref, &Resolve{Objection: x, As: FateWithdrawn})
}

// A round that was held all along has no first trusted sign to count from.
func TestWithoutAClockNobodyStandsIn(t *testing.T) {
	s := newScene(t, 5)
	s.clock = op.ClockNone
	ref := s.open(ann, Agreement)
	s.clock, s.time = op.ClockNTP, monday+100*day
	s.refused("phase.facilitator", cem, ref, &Move{To: Clarifying})
}

type deputies struct{ keeper op.Member }

func (d deputies) Facilitator(here []op.Member, except ...op.Member) op.Member {
	for _, m := range here {
		if !slices.Contains(except, m) {
			return m
		}
	}
	return op.Member{}
}

func (d deputies) Surrogate([]op.Member, ...op.Member) op.Member { return d.keeper }

func TestTheRotaNamesTheSurrogate(t *testing.T) {
	s := newScene(t, 5)
	s.town.rota = deputies{dot}
	ref := s.open(ann, Agreement)
	s.time += noShow
	s.refused("phase.facilitator", cem, ref, &Move{To: Clarifying})
	s.do(dot, ref, &Move{To: Clarifying})
}

// R6: in the order of speaking everybody has a place, another begins in every
// step, and the direction alternates.
func TestAnotherBeginsInEveryStep(t *testing.T) {
	s := newScene(t, 5)
	ref := s.open(ann, Agreement)
	began := map[op.Member]bool{}
	turn := 0
	for _, to := range []State{Presented, Clarifying, Reacting, Checking} {
		if to != Presented {
			s.do(bob, ref, &Move{To: to})
		}
		order := s.round(ref).Speaking(s)
		if began[order[0]] {
			t.Errorf("%v begins twice", order[0])
		}
		began[order[0]] = true
		all := slices.Clone(order)
		slices.SortFunc(all, func(a, b op.Member) int { return slices.Compare(a[:], b[:]) })
		if !slices.Equal(all, s.round(ref).Roster) {
			t.Errorf("somebody is left out of %v", order)
		}
		at := slices.Index(s.round(ref).Roster, order[0])
		next := s.round(ref).Roster[(at+1)%5]
		if forward := order[1] == next; forward == (turn%2 == 0) {
			t.Errorf("%v goes the same way round", to)
		}
		turn++
	}
	s.folk("folk.leave", cem)
	if slices.Contains(s.round(ref).Speaking(s), cem) {
		t.Error("who has left is called on")
	}
	other := s.open(bob, Agreement)
	if s.round(other).Speaking(s)[0] == s.round(ref).Speaking(s)[0] {
		t.Error("the next round begins with the same person")
	}
}

// In a cell of two the proposer looks after the round (C12); once the proposer
// has left, the other one does, and in a cell that has grown somebody else.
func TestWhoLeftLooksAfterNothing(t *testing.T) {
	s := newScene(t, 2)
	ref := s.open(ann, Agreement)
	if f := s.round(ref).FacilitatorNow(s); f != ann {
		t.Fatalf("%v looks after it", f)
	}
	s.folk("folk.leave", ann)
	if f := s.round(ref).FacilitatorNow(s); f != bob {
		t.Errorf("%v looks after the round of somebody who has left", f)
	}
	s.do(bob, ref, &Move{To: Clarifying})

	s = newScene(t, 3) // three, of whom two are left
	ref = s.open(ann, Agreement)
	f, other := s.round(ref).FacilitatorNow(s), cem
	if f == cem {
		other = bob
	}
	s.folk("folk.leave", ann)
	s.folk("folk.away", f)
	if got := s.round(ref).FacilitatorNow(s); got != other {
		t.Errorf("%v looks after it, and %v is the one who is here", got, other)
	}

	s = newScene(t, 2)
	ref = s.open(ann, Agreement)
	s.folk("folk.join", cem)
	if f := s.round(ref).FacilitatorNow(s); f != bob && f != cem {
		t.Errorf("of three %v looks after it, who brought it", f)
	}
}

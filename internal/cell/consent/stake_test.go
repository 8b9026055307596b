package consent

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// stakeholders are those who have a stake in a round, told apart from how the
// room itself finds them: who brought it, whom it is about, who objects.
func stakeholders(x *Round) []op.Member {
	who := []op.Member{x.Proposer, x.Concerns, x.Affects}
	for _, o := range x.Objections {
		if o.Fate == FateOpen {
			who = append(who, o.Owner)
		}
	}
	return slices.DeleteFunc(who, op.Member.IsZero)
}

// byRole are the acts that change a round by the power of a role and not in
// somebody's own name: to lead it on, to lay it aside, and to answer for a
// proposer who has left. The proposer may always lead back to a new text.
func byRole(x *Round, m op.Member, people People) (acts []Act) {
	for _, to := range []State{Presented, Clarifying, Reacting, Amending, Checking, Testing, Integrating} {
		if to != Amending || m != x.Proposer {
			acts = append(acts, &Move{To: to})
		}
	}
	acts = append(acts, &Table{Reason: "so"})
	if o, ok := x.UnderTest(); ok && !people.IsActive(x.Proposer) && m != o.Owner {
		acts = append(acts, &Confirm{Objection: o.Ref, Text: o.Candidate, Yes: true})
	}
	return acts
}

// telling is how many histories say something about what they hold together: an
// emulated processor is given five, and a third of all hold nothing of a stake.
const telling = 50

// I10: no role permits a change of a round in which its holder is proposer,
// objector or affected, at any moment of any history, by the facilitator's power
// or by that of who stands in after a day. In a cell of two or fewer the proposer
// facilitates (C12).
func TestNoRolePermitsAChangeWhereItsHolderHasAStake(t *testing.T) {
	runs, asked, permitted := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		d := drawHistory(t)
		d.all().eachRound(d.rounds, func(x *Round, s state) {
			people, _ := s.At("people").(People)
			if len(people.Active()) <= 2 {
				return
			}
			if rapid.Bool().Draw(t, "another") {
				y := *x
				y.Facilitator, y.Affects = pick(d, "facilitator", x.Roster), pick(d, "affects", append([]op.Member{{}}, x.Roster...))
				x = &y
			}
			stake := stakeholders(x)
			for _, later := range []uint64{0, 2 * day, 1000 * day} {
				w := world{s, clock{monday + later, true}}
				for _, m := range people.Active() {
					for _, a := range byRole(x, m, people) {
						may := a.judge(w, x, op.Opened{Member: m, Subject: x.Ref, Time: w.now.time, Clock: op.ClockNTP}) == nil
						switch has := slices.Contains(stake, m); {
						case has && may:
							t.Fatalf("%v of %v may %T in %v, and has a stake: %v", m, x.Ref, a, x.State, stake)
						case has:
							asked++
						case may:
							permitted++
						}
					}
				}
			}
		})
	})
	t.Logf("%d changes were asked for by somebody with a stake, %d permitted to others", asked, permitted)
	if runs >= telling && (asked == 0 || permitted == 0) {
		t.Error("nothing was tried")
	}
}

// Where all have a stake nobody leads, and the round still comes to its end by
// what people do in their own name.
func TestWhereAllHaveAStakeNobodyLeadsAndItStillEnds(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard, func(a *Opening) { a.Affects = bob })
	x := s.speak(cem, ref, Object)
	if f := s.round(ref).FacilitatorNow(s); !f.IsZero() {
		t.Fatalf("%v leads a round in which all have a stake", f)
	}
	s.time += 100 * day
	for _, m := range []op.Member{ann, bob, cem} {
		s.refused("phase.facilitator", m, ref, &Move{To: Integrating})
		s.refused("phase.facilitator", m, ref, &Table{})
	}
	if got := s.round(ref).Speaking(s); got[0] != bob {
		t.Errorf("whom it is about does not speak first: %v", got)
	}
	s.do(cem, ref, &Resolve{Objection: x, As: FateWithdrawn})
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	s.is(ref, InForce)
	if f := s.round(ref).FacilitatorNow(s); f != cem {
		t.Errorf("%v leads it, want cem, who has no stake any more", f)
	}
}

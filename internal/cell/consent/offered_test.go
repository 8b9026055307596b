package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
	"pgregory.net/rapid"
)

// tries are acts of every kind that a person writes, with words that are in order.
func (x *Round) tries() (acts []Act) {
	for s := Consent; s <= NeedTime; s++ {
		a := &Speak{Text: x.Current, Stance: s, Reason: "so"}
		if s == Object {
			a.Lenses = Harmful
		}
		acts = append(acts, a)
	}
	for to := Presented; to <= Awaiting; to++ {
		acts = append(acts, &Move{To: to})
	}
	for _, o := range append(x.OpenObjections(), Objection{}) {
		acts = append(acts, &Revise{Base: x.Current, Text: revised("quite another"), Resolves: o.Ref}, &Test{Objection: o.Ref, Words: "why?"},
			&Resolve{Objection: o.Ref, As: FateConcern}, &Resolve{Objection: o.Ref, As: FateWithdrawn}, &Confirm{Objection: o.Ref, Text: o.Candidate})
	}
	for _, t := range x.Talks {
		acts = append(acts, &Answer{To: t.Ref, Words: "so"})
	}
	return append(acts, &Ask{Words: "?"}, &React{Words: "!"}, &Pass{}, &Phases{}, &Meet{}, &Withdraw{}, &Table{}, &Review{Next: 1 << 39})
}

// What a page draws of a round is what the law lets that person do, no more and
// no less, at every moment of every history.
func TestPagesDrawAllThatIsLawfulAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		d.all().eachRound(d.rounds, func(x *Round, s state) {
			for _, m := range append(slices.Clone(x.Roster), d.member()) {
				for _, c := range []clock{{monday, false}, {monday + 300*day, true}} {
					can := x.Can(s, m, c.time, c.trusted)
					o := op.Opened{Member: m, Subject: x.Ref, Time: c.time}
					if c.trusted {
						o.Clock = op.ClockNTP
					}
					lawful := map[op.Kind]bool{}
					for _, a := range x.tries() {
						if r, ok := a.(*Review); ok && c.trusted {
							r.Next = c.time + day
						}
						o.Kind = a.Kind()
						lawful[o.Kind] = lawful[o.Kind] || (world{s, c}).actor(o) == nil && x.room(o.Kind, m) == nil && a.judge(world{s, c}, x, o) == nil
					}
					for kind, may := range lawful {
						if may != slices.Contains(can, kind) {
							t.Fatalf("%v, contested %v, with %d objections: %v may %s: %v, and the page draws it: %v",
								x.State, x.Contested, len(x.OpenObjections()), m, kind, may, !may)
						}
					}
				}
			}
		})
	})
}

// Somebody objects where the round has gone back to the text meanwhile: who brought
// it writes the next one there as anywhere, and the page says so.
func TestTheTextIsChangedThoughSomebodyObjectedElsewhere(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Agreement)
	s.toCheck(ref)
	far := s.other(2)
	far.meet(s.router)
	s.do(s.round(ref).FacilitatorNow(s), ref, &Move{To: Amending})
	far.speak(cem, ref, Object)
	s.meet(far.router)
	s.is(ref, Amending)
	if !slices.Contains(s.round(ref).Can(s, ann, s.time, true), KindRevise) {
		t.Error("the page does not let them")
	}
	s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("the hall, and a heater")})
	s.is(ref, Presented)
	if len(s.round(ref).OpenObjections()) != 1 {
		t.Error("the objection is gone")
	}
}

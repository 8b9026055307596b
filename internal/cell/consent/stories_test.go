package consent

import (
	"slices"
	"testing"

	"celld/internal/op"
)

// Story 2 of domain.md: a real objection. Clarify, react, object with a
// reason, second text, earlier stances stale, owner and proposer confirm,
// adopted with a concern, criteria and a review date. The power is pulled
// twice: the router comes back without a clock.
func TestStoryOfARealObjection(t *testing.T) {
	s := newScene(t, 7)
	ref := s.open(ann, Standard, withPhases, func(a *Opening) {
		a.Text.Who, a.Text.Criteria, a.Text.ReviewOn = "Lantern", []string{"Nobody is turned away"}, monday+42*day
	})
	f := s.round(ref).Facilitator
	s.do(f, ref, &Move{To: Clarifying})
	question := s.do(cem, ref, &Ask{Words: "Who locks up in winter?"})
	s.do(ann, ref, &Answer{To: question, Words: "Lantern holds the key."})
	s.clock = op.ClockNone
	s.do(f, ref, &Move{To: Reacting})
	s.do(dot, ref, &React{Words: "At last."})
	s.do(f, ref, &Move{To: Checking})
	s.consent(ref, 0, 4)
	first := s.text(ref)
	x := s.speak(member(4), ref, Object)
	s.is(ref, Testing)
	s.do(bob, ref, &Test{Objection: x, Words: "Help me see the harm.", Ask: true})
	s.do(f, ref, &Move{To: Integrating})
	s.clock = op.ClockNTP
	v2 := s.round(ref).Text()
	v2.What = "We use the hall every Wednesday."
	s.do(ann, ref, &Revise{Base: first, Text: v2, Note: "Wednesday", Resolves: x})
	s.clock = op.ClockNone
	s.do(member(4), ref, &Confirm{Objection: x, Text: HashOf(first, v2), Yes: true})
	s.is(ref, Checking)
	for _, seat := range s.round(ref).Seats(s, ann)[:5] {
		if !seat.Stale {
			t.Errorf("%v's word on the first text is not stale", seat.Member)
		}
	}
	s.refused("adopt.quorum", ann, ref, &Adopt{Text: s.text(ref)})
	s.consent(ref, 0, 4)
	s.speak(member(4), ref, Concern)
	s.consent(ref, 5, 7)
	s.adopt(member(6), ref)
	r := s.round(ref)
	tally := r.Tally(s)
	if !r.InForce() || tally.Concerns != 1 || tally.Consents != 7 || r.ReviewOn != monday+42*day || r.VersionNumber(r.Current) != 2 {
		t.Errorf("adopted as %+v, %+v", r, tally)
	}
	if step, of := r.Step(); step != 5 || of != 5 {
		t.Errorf("step %d of %d", step, of)
	}
}

// Story 3: one voice is out of reach, and the router wakes in 1970.
func TestStoryOfOneVoiceOutOfReach(t *testing.T) {
	s := newScene(t, 5)
	s.clock, s.time = op.ClockNone, 12
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	// It runs on for a week by its own reckoning. Nothing may come of that.
	s.time = 12 + 7*day
	if due := s.round(ref).Due(s, s.time); due == nil || due.Kind() != KindMark || !s.round(ref).Held() {
		t.Errorf("held, and %v is due", due)
	}
	s.refused("clock.untrusted", op.Member{}, ref, &Mark{})
	s.refused("clock.untrusted", op.Member{}, ref, &Adopt{Text: s.text(ref)})
	s.refused("clock.untrusted", op.Member{}, ref, &Await{})
	kite := member(4)
	a := s.stance(ref, Consent)
	a.For, a.Reason = kite, "by phone"
	s.do(bob, ref, a)
	seat := s.round(ref).Seats(s, kite)[4]
	if seat.Relayed != bob || seat.Reason != "by phone" || seat.Stance != Consent {
		t.Errorf("kite sees %+v", seat)
	}
	s.speak(kite, ref, Concern)
	if seat := s.round(ref).Seats(s, kite)[4]; !seat.Relayed.IsZero() || seat.Stance != Concern {
		t.Errorf("kite changed it to %+v", seat)
	}
	if got := s.round(ref).Awaited(s); !slices.Equal(got, []op.Member{dot}) {
		t.Errorf("awaits %v", got)
	}
	s.speak(dot, ref, Consent)
	s.adopt(dot, ref)
	s.is(ref, InForce)
}

// everyOrder lets fresh routers hear of the same operations in every order
// that the logs allow, and returns what each holds at the end.
func everyOrder(t *testing.T, s scene, look func(*router)) {
	t.Helper()
	ops, seen := s.ops, 0
	var walk func(r *router)
	walk = func(r *router) {
		done := true
		for _, o := range ops {
			if r.past.Has(o.Ref) || !ready(r, o) {
				continue
			}
			done = false
			next := s.town.router(99)
			for _, held := range r.ops {
				next.arrive(held)
			}
			next.arrive(o)
			walk(next)
		}
		if done {
			seen++
			if r.digest() != s.digest() {
				t.Errorf("order %d folds to another state", seen)
			}
			look(r)
		}
	}
	walk(s.town.router(99))
	if seen < 2 {
		t.Errorf("only %d order: nothing was concurrent", seen)
	}
}

func ready(r *router, o op.Opened) bool {
	for device, seq := range o.Past {
		if r.past[device] < seq {
			return false
		}
	}
	return true
}

// apart gives a second router what the first knows so far. The device numbers
// decide which of two concurrent operations comes first in the order.
func apart(t *testing.T, n int, device int) (scene, scene, op.Ref) {
	s := newScene(t, n)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, n)
	other := s.other(device)
	other.meet(s.router)
	return s, other, ref
}

func TestAnAdoptionThatMeetsAnObjectionIsContested(t *testing.T) {
	for _, device := range []int{0, 2} {
		s, other, ref := apart(t, 3, device)
		s.adopt(ann, ref)
		s.is(ref, InForce)
		x := other.speak(cem, ref, Object)
		other.is(ref, Testing)
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			if got := r.round(ref); got.InForce() || !got.Contested || got.State != Testing {
				t.Errorf("device %d: %v contested %v", device, got.State, got.Contested)
			}
			if live := r.list().Live(); len(live) != 1 || !live[0].Contested {
				t.Errorf("device %d: the list has %+v", device, live)
			}
		})
		// Resolved, it comes into force by a new adoption only.
		s.do(cem, ref, &Resolve{Objection: x, As: FateConcern})
		s.is(ref, Checking)
		s.adopt(bob, ref)
		s.is(ref, InForce)
		if s.round(ref).Adopted.By != bob || s.round(ref).Contested {
			t.Errorf("%+v", s.round(ref).Adopted)
		}
	}
}

func TestAnObjectionToWhatIsInForceContestsIt(t *testing.T) {
	s := newScene(t, 3)
	ref := s.open(ann, Standard)
	s.consent(ref, 0, 3)
	s.adopt(ann, ref)
	s.time += 40 * day
	s.folk("folk.join", member(7))
	s.refused("stance.phase", bob, ref, s.stance(ref, Concern))
	s.speak(member(7), ref, Object) // who joined since lives with it too
	if r := s.round(ref); r.State != Testing || !r.Contested || len(r.Voices) != 3 {
		t.Errorf("%v, contested %v, %d voices", r.State, r.Contested, len(r.Voices))
	}
	if n := s.list().OpenBy(ann); n != 0 {
		t.Errorf("a contested round counts as %d of the proposer's", n)
	}
}

func TestAnObjectionToTheTextBeforeContestsTheNext(t *testing.T) {
	for _, device := range []int{0, 2} {
		s, other, ref := apart(t, 3, device)
		other.speak(cem, ref, Object)
		s.do(ann, ref, &Revise{Base: s.text(ref), Text: revised("v2")})
		s.consent(ref, 0, 3)
		s.adopt(ann, ref)
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			if got := r.round(ref); got.InForce() || !got.Contested {
				t.Errorf("device %d: %v contested %v", device, got.State, got.Contested)
			}
		})
	}
}

func TestAWithdrawalThatHadNotSeenTheAdoptionWins(t *testing.T) {
	for _, device := range []int{0, 2} {
		s, other, ref := apart(t, 3, device)
		s.adopt(bob, ref)
		other.do(ann, ref, &Withdraw{})
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			if got := r.round(ref); got.State != Withdrawn || got.Contested {
				t.Errorf("device %d: %v", device, got.State)
			}
		})
	}
}

func TestHandsOutweighATimer(t *testing.T) {
	for _, device := range []int{0, 2} {
		s := newScene(t, 4)
		ref := s.open(ann, Standard)
		s.consent(ref, 0, 2)
		s.time += 3 * day
		s.do(op.Member{}, ref, &Await{})
		other := s.other(device)
		other.meet(s.router)
		other.time = s.time + 3*day
		other.do(op.Member{}, ref, &Lapse{})
		s.speak(cem, ref, Consent)
		s.adopt(cem, ref)
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			if got := r.round(ref).State; got != InForce {
				t.Errorf("device %d: %v", device, got)
			}
		})
	}
}

func TestOfTwoTextsOneIsTakenAndTheOtherShown(t *testing.T) {
	for _, device := range []int{0, 2} {
		s, other, ref := apart(t, 3, device)
		base := s.text(ref)
		s.do(ann, ref, &Revise{Base: base, Text: revised("a")})
		other.do(ann, ref, &Revise{Base: base, Text: revised("b")})
		other.speak(bob, ref, Consent)
		other.consent(ref, 0, 3)
		other.adopt(bob, ref)
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			got := r.round(ref)
			if got.InForce() == got.Contested || len(got.Versions) != 3 || got.InForce() && got.Text().What != "b" {
				t.Errorf("device %d: %v, contested %v, %q", device, got.State, got.Contested, got.Text().What)
			}
		})
	}
}

func TestTheFirstOfTwoTextsInTheOrderIsTaken(t *testing.T) {
	for device, want := range map[int]string{0: "b", 2: "a"} {
		s, other, ref := apart(t, 3, device)
		base := s.text(ref)
		s.do(ann, ref, &Revise{Base: base, Text: revised("a")})
		other.do(ann, ref, &Revise{Base: base, Text: revised("b")})
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			got := r.round(ref)
			taken := 0
			for _, v := range got.Versions {
				if v.Taken {
					taken++
				}
			}
			if got.Text().What != want || taken != 2 || len(got.Versions) != 3 {
				t.Errorf("device %d: %q, %d of %d taken", device, got.Text().What, taken, len(got.Versions))
			}
		})
	}
}

func TestOnesOwnWordOutweighsARelayedOneThatHadNotSeenIt(t *testing.T) {
	for _, device := range []int{0, 2} {
		s := newScene(t, 3)
		ref := s.open(ann, Standard)
		other := s.other(device)
		other.meet(s.router)
		relayed := other.stance(ref, Consent)
		relayed.For = cem
		other.do(bob, ref, relayed)
		s.speak(cem, ref, StandAside)
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			if v, _ := r.round(ref).VoiceOf(cem); v.Stance != StandAside || !v.Relayed.IsZero() {
				t.Errorf("device %d: %+v", device, v)
			}
		})
	}
}

func TestAnObjectionIsNotSilencedByAWordThatHadNotSeenIt(t *testing.T) {
	for _, device := range []int{0, 2} {
		for _, relayed := range []bool{false, true} {
			s, other, ref := apart(t, 3, device)
			a := other.stance(ref, Object)
			if relayed {
				// The word that is passed on had not seen the owner's own.
				other = s.other(device)
				other.arrive(s.ops[0])
				a.For = cem
				other.do(bob, ref, a)
			} else {
				other.do(cem, ref, a)
			}
			s.speak(cem, ref, Consent)
			s.meet(other.router)
			everyOrder(t, s, func(r *router) {
				got := r.round(ref)
				if v, _ := got.VoiceOf(cem); v.Stance != Object || got.State != Testing {
					t.Errorf("device %d, relayed %v: %+v, %v", device, relayed, v, got.State)
				}
			})
		}
	}
}

func TestARevivedAgreementMeetsTheObjectionRaisedMeanwhile(t *testing.T) {
	for _, device := range []int{0, 2} {
		s := newScene(t, 3)
		first := s.open(ann, Standard)
		s.consent(first, 0, 3)
		s.adopt(ann, first)
		second := s.open(bob, Standard, amending(first))
		s.consent(second, 0, 3)
		other := s.other(device)
		other.meet(s.router)
		other.speak(cem, first, Object) // before it heard of the amendment
		s.adopt(ann, second)
		s.speak(cem, second, Object)
		s.meet(other.router)
		everyOrder(t, s, func(r *router) {
			if got := r.round(first); got.InForce() || len(got.OpenObjections()) != 1 {
				t.Errorf("device %d: %v with %d objections", device, got.State, len(got.OpenObjections()))
			}
		})
	}
}

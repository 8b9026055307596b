package consent

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"celld/internal/op"
	"pgregory.net/rapid"
)

// lawful returns the acts on a round that were lawful.
func (r *router) lawful(ref op.Ref, kind op.Kind) []op.Opened {
	var ops []op.Opened
	for _, o := range r.ops {
		if o.Thing() == ref && o.Kind == kind && r.town.verdicts[o.Ref].err == nil {
			ops = append(ops, o)
		}
	}
	return ops
}

func act[A any](o op.Opened) A {
	var a A
	if err := o.Decode(&a); err != nil {
		panic(err)
	}
	return a
}

// eachRound calls look with every round after every operation in the order.
func (r *router) eachRound(refs []op.Ref, look func(*Round, state)) {
	for _, s := range r.states {
		for _, ref := range refs {
			if x := roundAt(s, ref); x != nil {
				look(x, s)
			}
		}
	}
}

func TestStateIgnoresArrivalOrder(t *testing.T) {
	var histories, contested, operations, lawful, adopted int
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		if other := d.shuffled(whole.ops); other.digest() != whole.digest() {
			t.Fatalf("two orders of arrival, two states:\n%s\n%s", whole.digest(), other.digest())
		}
		histories++
		met := false
		whole.eachRound(d.rounds, func(x *Round, _ state) { met = met || x.Contested })
		if met {
			contested++
		}
		for _, ref := range d.rounds {
			if whole.round(ref).Adopted != (Adoption{}) {
				adopted++
			}
		}
		for _, v := range d.verdicts {
			operations++
			if v.err == nil {
				lawful++
			}
		}
	})
	t.Logf("%d histories, %d with a contested adoption, %d rounds adopted; %d operations, %d lawful",
		histories, contested, adopted, operations, lawful)
	if histories >= 10*telling && contested*10 < histories*3 { // four in ten do, and of a hundred fewer may by chance
		t.Errorf("only %d of %d histories hold concurrent conflicts", contested, histories)
	}
}

// I1: nothing in force has an objection that nobody ended. The state says so,
// and so does the log, read without the machine.
func TestNothingInForceHasAnOpenObjection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		whole.eachRound(d.rounds, func(x *Round, _ state) {
			if x.InForce() && (len(x.OpenObjections()) > 0 || x.Contested) {
				t.Fatalf("in force with %d objections, contested %v", len(x.OpenObjections()), x.Contested)
			}
		})
		for _, ref := range d.rounds {
			if !whole.round(ref).InForce() {
				continue
			}
			for _, o := range whole.lawful(ref, KindSpeak) {
				if act[Speak](o).Stance == Object && !whole.wasEnded(o) {
					t.Fatalf("in force, and nobody ended the objection at %v", o.Ref)
				}
			}
		}
	})
}

// wasEnded reports whether some lawful act of somebody who may (C3, C4) could have
// ended an objection.
func (r *router) wasEnded(objection op.Opened) bool {
	owner, ref := ownerOf(objection), objection.Thing()
	for _, o := range r.lawful(ref, KindSpeak) {
		if a := act[Speak](o); o.Saw(objection.Ref) && o.Member == owner && a.For.IsZero() && a.Stance != Object && a.Stance != NeedTime {
			return true
		}
	}
	for _, o := range r.lawful(ref, KindResolve) {
		a := act[Resolve](o)
		gone := func() bool { return !r.pastOf(o).At("people").(folk).IsActive(owner) } // then anybody keeps it as a concern
		if a.Objection == objection.Ref && (o.Member == owner || a.As == FateConcern && gone()) {
			return true
		}
	}
	// An integration takes the proposer's or the owner's yes; a text that one
	// of them wrote is a yes too.
	for _, o := range r.lawful(ref, KindConfirm) {
		if a := act[Confirm](o); a.Objection == objection.Ref && a.Yes {
			return true
		}
	}
	for _, o := range r.lawful(ref, KindRevise) {
		if act[Revise](o).Resolves == objection.Ref && o.Member == owner {
			return true
		}
	}
	return false
}

func ownerOf(o op.Opened) op.Member {
	a := act[Speak](o)
	return a.voice(o.Member)
}

// I2: what counts is of the roster, one a member, on the adopted text; and an
// adoption had seen as many voices as its class asks.
func TestCountedVoicesAreOfTheRosterAndTheAdoptedText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		whole.eachRound(d.rounds, func(x *Round, s state) {
			heard := map[op.Member]bool{}
			for _, v := range x.Voices {
				if heard[v.Member] || !x.Eligible(v.Member) || v.Member == x.Concerns {
					t.Fatalf("voice of %v", v.Member)
				}
				heard[v.Member] = true
			}
			if n := x.Tally(s); n.Heard > len(x.Roster) || n.Consents+n.Asides+n.Recused > n.Heard || x.InForce() && n.Objecting > 0 {
				t.Fatalf("tally %+v", n)
			}
			if x.InForce() && x.Adopted.Text != x.Current {
				t.Fatalf("in force is %x, adopted was %x", x.Current, x.Adopted.Text)
			}
		})
		for _, ref := range d.rounds {
			if x := whole.round(ref); x.InForce() {
				whole.checkAdoption(t, x)
			}
		}
	})
}

// checkAdoption counts by the log alone whose voices an adoption had seen.
func (r *router) checkAdoption(t *rapid.T, x *Round) {
	i := slices.IndexFunc(r.ops, func(o op.Opened) bool { return o.Ref == x.Adopted.Ref })
	adoption := r.ops[i]
	past := r.pastOf(adoption)
	people := past.At("people").(folk)
	heard := map[op.Member]bool{}
	for _, o := range r.lawful(x.Ref, KindSpeak) {
		a := act[Speak](o)
		if m := a.voice(o.Member); adoption.Saw(o.Ref) && a.Text == x.Adopted.Text && people.IsActive(m) && a.Stance != NeedTime {
			heard[m] = true
		}
	}
	here, waited := 0, 0
	for _, m := range x.Roster {
		if people.IsActive(m) {
			here++
			if !people.Away(m) {
				waited++
			}
		}
	}
	n := len(x.Roster)
	need := map[Class]int{Routine: (n + 1) / 2, Standard: (3*n + 3) / 4, Agreement: waited, Membership: n}[x.Class]
	if x.Class == Routine && r.town.silence {
		need = 0
	}
	if len(heard) < min(need, here) {
		t.Fatalf("%v of %d adopted having heard %d, want %d", x.Class, n, len(heard), min(need, here))
	}
}

// I3: no state changes without somebody's act, or a timer with a good clock.
func TestEveryChangeNamesAnActor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		for _, ref := range d.rounds {
			x := whole.round(ref)
			at := State(0)
			for _, e := range x.Events {
				if e.From != at {
					t.Fatalf("the history jumps from %v to %v", at, e.From)
				}
				if at = e.To; e.From != e.To && e.Member.IsZero() && !(timed(e.Kind) && e.Clock.Trusted()) {
					t.Fatalf("nobody did %+v", e)
				}
			}
			if at != x.State {
				t.Fatalf("the history ends at %v, the round is %v", at, x.State)
			}
		}
	})
}

// I4: a text never changes under its name, and what is in force stays the text
// that was adopted.
func TestAnAdoptedTextNeverChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		inForce := map[op.Ref]Hash{}
		d.all().eachRound(d.rounds, func(x *Round, _ state) {
			for _, v := range x.Versions {
				if v.Hash != HashOf(v.Base, v.Text) {
					t.Fatalf("%x names other words", v.Hash)
				}
			}
			before, was := inForce[x.Ref]
			if x.InForce() && was && before != x.Current {
				t.Fatal("the text in force changed")
			}
			delete(inForce, x.Ref)
			if x.InForce() {
				inForce[x.Ref] = x.Current
			}
		})
	})
}

// A wrong verdict would be one that changes when more arrives: so an engine
// that judges late must come to the same verdicts.
func TestVerdictsDependOnThePastAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		before := d.verdicts
		d.verdicts = map[op.Ref]verdict{}
		again := d.router(52)
		for _, o := range whole.ops {
			again.arrive(o)
		}
		for ref, v := range d.verdicts {
			if fmt.Sprint(v.err) != fmt.Sprint(before[ref].err) {
				t.Fatalf("%v: %v, then %v", ref, before[ref].err, v.err)
			}
		}
	})
}

// datedAgrees: what has a day is found as by a walk through all.
func datedAgrees(t *rapid.T, l *Rounds) {
	var days []uint64
	count := 0
	from := rapid.SampledFrom([]uint64{0, monday, monday + quarter, monday + 2*quarter}).Draw(t, "from")
	first := func(s Summary) uint64 {
		day := uint64(0)
		for _, d := range []uint64{s.ReviewOn, s.ExpiresOn} {
			again := d == s.ReviewOn && s.Class == Membership && d != s.ExpiresOn // who belongs is not looked at again
			if d != 0 && d >= from && !again && (day == 0 || d < day) {
				day = d
			}
		}
		return day
	}
	for _, s := range l.Settled(0, 1000) {
		if d := first(s); s.State == InForce && d != 0 {
			days, count = append(days, d), count+1
		}
	}
	slices.Sort(days)
	n := rapid.IntRange(0, 4).Draw(t, "n")
	got := l.Dated(from, n)
	if len(got) != min(n, count) {
		t.Fatalf("%d rounds with a day, and the walk found %d", len(got), count)
	}
	for i, s := range got {
		if s.State != InForce || first(s) != days[i] {
			t.Fatalf("number %d is %+v, and the walk found %v", i, s, days)
		}
	}
}

// inForceAgrees: what is in force is found as by a walk through all.
func inForceAgrees(t *rapid.T, l *Rounds) {
	for class := Routine; class <= Membership; class++ {
		var want []Summary
		for _, s := range l.Settled(0, 1000) {
			if s.Class == class && s.State == InForce {
				want = append(want, s)
			}
		}
		skip, n := rapid.IntRange(0, 2).Draw(t, "skip"), rapid.IntRange(0, 3).Draw(t, "n")
		want = want[min(skip, len(want)):]
		want = want[:min(n, len(want))]
		if got := l.InForce(class, skip, n); !slices.Equal(got, want) {
			t.Fatalf("in force of class %d after %d: %+v, and the walk says %+v", class, skip, got, want)
		}
	}
}

// The list folds the same acts in its own packed way, and must agree.
func TestTheListAgreesWithEachRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		whole.eachRound(d.rounds, func(x *Round, s state) {
			list := s.values[KeyRounds].(*Rounds)
			got := list.find(x.Ref)
			if got == nil || got.Summary() != x.Summary() {
				t.Fatalf("the list has\n%+v, the round is\n%+v", got.Summary(), x.Summary())
			}
		})
		live, settled := whole.list().Len()
		if live+settled != len(d.rounds) {
			t.Fatalf("%d live and %d settled of %d", live, settled, len(d.rounds))
		}
		inForceAgrees(t, whole.list())
		datedAgrees(t, whole.list())
		if got := len(whole.list().Settled(0, 100)); got != settled {
			t.Fatalf("%d of %d settled are listed", got, settled)
		}
	})
}

func TestStatesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		for _, ref := range d.rounds {
			b := whole.round(ref).MarshalState()
			again, err := UnmarshalRound(b)
			if err != nil || !bytes.Equal(again.MarshalState(), b) || flat(again) != flat(whole.round(ref)) {
				t.Fatalf("%v: %x", err, b)
			}
		}
		b := whole.list().MarshalState()
		again, err := UnmarshalRounds(b)
		if err != nil || !bytes.Equal(again.MarshalState(), b) {
			t.Fatalf("%v: %x", err, b)
		}
	})
}

// flat shows every field of a round, also one that the spelling forgot.
func flat(r *Round) string {
	own := *r
	own.Amendments = nil // pointers; they are rounds and spelled as such
	return fmt.Sprintf("%+v", own)
}

// A snapshot taken anywhere folds on to the same bytes: prefix + rest = all.
func TestARoundGoesOnFromItsSnapshot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		if len(whole.ops) == 0 {
			return
		}
		at := d.upTo("at", len(whole.ops))
		s := state{d.town, map[string]any{}}
		for key, v := range whole.states[at].values {
			s.values[key] = reread(t, v)
		}
		for _, o := range whole.ops[at+1:] {
			s = s.after(o, d.verdicts[o.Ref])
		}
		resumed := &router{town: d.town, states: []state{s}}
		if resumed.digest() != whole.digest() {
			t.Fatalf("from a snapshot:\n%s\nfrom the log:\n%s", resumed.digest(), whole.digest())
		}
	})
}

func reread(t *rapid.T, v any) any {
	var err error
	switch x := v.(type) {
	case *Round:
		v, err = UnmarshalRound(x.MarshalState())
	case *Rounds:
		v, err = UnmarshalRounds(x.MarshalState())
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Values are immutable: what was folded once stays as it was, whatever is
// folded on top of it, and whatever another branch of the history folds.
func TestApplyNeverChangesWhatItWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawHistory(t)
		whole := d.all()
		digests := make([]string, len(whole.states))
		s := state{d.town, map[string]any{}}
		var kept []state
		for i, o := range whole.ops {
			before := s
			s = s.after(o, d.verdicts[o.Ref])
			kept = append(kept, s)
			digests[i] = (&router{states: []state{s}}).digest()
			if i+1 < len(whole.ops) {
				next := whole.ops[i+1]
				before.after(next, d.verdicts[next.Ref])
			}
		}
		for i, s := range kept {
			if got := (&router{states: []state{s}}).digest(); got != digests[i] {
				t.Fatalf("the value after operation %d changed later:\n%s\n%s", i, digests[i], got)
			}
		}
	})
}

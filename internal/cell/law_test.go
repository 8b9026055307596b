package cell_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// live lets routers write while they are apart, and meet now and then.
func (w *world) live(t *rapid.T, moves []step, n int) {
	for range n {
		x := rapid.SampledFrom(w.replica).Draw(t, "at")
		if rapid.IntRange(0, 9).Draw(t, "meet") == 0 {
			x.hear(rapid.SampledFrom(w.replica).Draw(t, "other"))
		}
		m := rapid.SampledFrom(w.members).Draw(t, "who")
		rapid.SampledFrom(moves).Draw(t, "step")(t, x, m)
	}
}

// prepare puts on the table what people will meet over while they are apart: a
// round that all but one have consented to, and hours that wait for a yes.
func (w *world) prepare(t *rapid.T) {
	first := w.replica[0]
	bring(t, first, w.members[0])
	for _, m := range w.members[1:] {
		if r := first.anyLive(); r != nil {
			first.write(m.id, op.Draft{Kind: consent.KindSpeak, Subject: r.Ref, Content: &consent.Speak{Text: r.Current, Stance: consent.Consent}})
		}
		give(t, first, m)
	}
	w.settle()
}

// anyLive returns the round that is open, if any.
func (x *replica) anyLive() *consent.Round {
	list, _ := x.state.Value(consent.KeyRounds).(*consent.Rounds)
	for _, s := range list.Live() {
		return x.round(s.Ref)
	}
	return nil
}

// converge checks that all routers, and a listener who hears everything in an
// order of its own and some of it at once, come to one state and one reason for
// every refusal.
func (w *world) converge(t *rapid.T) {
	w.settle()
	first := w.replica[0]
	want := first.state.Digest()
	for _, x := range w.replica[1:] {
		if x.state.Digest() != want {
			w.tellApart(first, x)
			t.Fatalf("two routers that heard the same differ")
		}
	}
	atOnce := rapid.IntRange(1, 30).Draw(t, "at once")
	again := w.retoldAtOnce(atOnce, first.held, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "next") })
	if again.state.Digest() != want {
		t.Fatalf("another order of arrival gives another state")
	}
	for ref, why := range first.state.Refusals() {
		got := again.state.Refusals()[ref]
		if got == nil || got.Error() != why.Error() {
			t.Fatalf("%v: %v in one order, %v in another", ref, why, got)
		}
	}
}

// conflicted reports whether two lawful operations of one subject were made
// without having seen each other.
func (x *replica) conflicted() bool {
	keys := map[string][]op.Opened{}
	for _, o := range x.ops {
		if x.state.Refused(o.Ref) == nil && !o.Kind.Public() {
			key := o.Thing().String()
			for _, p := range keys[key] {
				if !o.Saw(p.Ref) && !p.Saw(o.Ref) {
					return true
				}
			}
			keys[key] = append(keys[key], o)
		}
	}
	return false
}

// laws hold for what has settled, whatever happened.
func (x *replica) laws(t *rapid.T) {
	totals := map[ledger.Unit]ledger.Amount{}
	for k, h := range ledger.Accounts(x.state.Now()) {
		totals[k.Unit] += h.Balance
		there := ledger.Amount(0)
		for _, l := range h.Lots() {
			there += l.Amount
		}
		if k.Account == "pool:store" && there != max(0, h.Balance) {
			t.Fatalf("%d lie in batches of %s, and %d in the book", there, k.Unit, h.Balance)
		}
	}
	for u, sum := range totals {
		if sum != 0 {
			t.Fatalf("the book of %s sums to %d", u, sum)
		}
	}
	list, _ := x.state.Value(consent.KeyRounds).(*consent.Rounds)
	live, settled := list.Len()
	for _, s := range append(list.Settled(0, settled), list.Live()...) {
		r := x.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r.InForce() && len(r.OpenObjections()) > 0 {
			t.Fatalf("I1: in force with an open objection")
		}
		for _, o := range r.Objections {
			if r.InForce() && o.Text == r.Adopted.Text && o.Fate == consent.FateOpen {
				t.Fatalf("I1: in force with an objection on its version")
			}
		}
		for _, v := range r.Voices {
			if !r.Eligible(v.Member) {
				t.Fatalf("I2: a voice from outside the frozen roster")
			}
		}
	}
	_ = live
}

// telling is how many histories say something about how many of them hold what:
// an emulated processor is given five, and of a hundred fewer than three tenths may
// hold by chance what two fifths hold.
const telling = 200

// propertyOver runs random histories, and demands that at least three in ten
// hold concurrent conflicts.
func propertyOver(t *testing.T, moves []step) {
	runs, conflicts := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 5).Draw(rt, "members"), rapid.IntRange(2, 3).Draw(rt, "routers"))
		w.prepare(rt)
		w.live(rt, moves, rapid.IntRange(12, 36).Draw(rt, "length"))
		w.converge(rt)
		w.replica[0].laws(rt)
		runs++
		if w.replica[0].conflicted() {
			conflicts++
		}
	})
	t.Logf("%d histories, %d with concurrent conflicts", runs, conflicts)
	if runs >= telling && conflicts*10 < runs*3 {
		t.Errorf("only %d of %d histories hold concurrent conflicts", conflicts, runs)
	}
}

func TestArrivalOrderDoesNotMatter(t *testing.T) { propertyOver(t, everyday) }

func TestArrivalOrderDoesNotMatterWhenPeopleAreRemoved(t *testing.T) {
	propertyOver(t, append(append(append([]step{}, everyday...), everyday...), grave...))
}

// TestTheLawsHoldInEveryForm tries them where each list is packed, each value
// on the way kept and each finished subject put away as soon as can be.
func TestTheLawsHoldInEveryForm(t *testing.T) {
	defer cell.SmallSizes()()
	propertyOver(t, append(append([]step{}, everyday...), grave...))
}

func TestARemovedMemberWritesNoMore(t *testing.T) {
	w := newWorld(t, 3, 2)
	a, b, c := w.members[0], w.members[1], w.members[2]
	here, there := w.replica[0], w.replica[1]
	there.must(c.id, op.Draft{Kind: people.KindAway})
	here.hear(there)
	act := trust.Act{Verb: trust.Remove, Member: c.id}
	for _, m := range []*member{a, b} {
		here.must(m.id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
	}
	here.must(a.id, op.Draft{Kind: trust.KindAct, Content: act})
	// The one who is removed goes on writing where nobody has told.
	late := there.must(c.id, op.Draft{Kind: people.KindBack})
	here.hear(there)
	if here.state.Refused(late.Ref) == nil {
		t.Error("an operation behind the closed head stands")
	}
	if !cell.PeopleOf(here.state).Away(c.id) {
		t.Error("an operation before the closed head does not stand")
	}
}

// apart builds a cell of two routers that share a round and then part.
func apart(t testing.TB) (w *world, here, there *replica, round op.Ref) {
	w = newWorld(t, 3, 2)
	here, there = w.replica[0], w.replica[1]
	a, err := consent.Open(here.state.Now(), w.members[0].id, consent.Opening{Class: consent.Routine, Text: consent.Text{What: "A bench", Why: "To rest"}})
	if err != nil {
		t.Fatal(err)
	}
	round = here.must(w.members[0].id, op.Draft{Kind: consent.KindOpen, Content: &a}).Ref
	for _, m := range w.members[:2] {
		here.must(m.id, op.Draft{Kind: consent.KindSpeak, Subject: round, Content: &consent.Speak{Text: here.round(round).Current, Stance: consent.Consent}})
	}
	there.hear(here)
	return w, here, there, round
}

func (x *replica) round(r op.Ref) *consent.Round {
	round, _ := x.state.Value(consent.Key(r)).(*consent.Round)
	return round
}

// everyOrder calls f with every causal order of arrival of a history's tail.
func (w *world) everyOrder(base, tail []op.Operation, f func(*replica)) {
	here := map[op.Ref]bool{}
	for _, o := range base {
		here[o.Ref()] = true
	}
	var walk func(done, left []op.Operation)
	walk = func(done, left []op.Operation) {
		if len(left) == 0 {
			f(w.retold(slices.Concat(base, done), func(int) int { return 0 }))
			return
		}
		for i, o := range left {
			if !follows(o, here) {
				continue
			}
			here[o.Ref()] = true
			walk(append(slices.Clone(done), o), slices.Delete(slices.Clone(left), i, i+1))
			delete(here, o.Ref())
		}
	}
	walk(nil, tail)
}

// follows reports whether all is here that o had seen.
func follows(o op.Operation, here map[op.Ref]bool) bool {
	for _, s := range o.Header.Seen {
		if !here[op.Ref{Device: s.Device, Seq: s.Seq}] {
			return false
		}
	}
	return o.Header.Seq == 1 || here[op.Ref{Device: o.Header.Device, Seq: o.Header.Seq - 1}]
}

func TestConcurrentObjectionContestsAnAdoptionInEveryOrder(t *testing.T) {
	w, here, there, round := apart(t)
	text, base := here.round(round).Current, append([]op.Operation{}, here.held...)
	c := w.members[2]
	here.must(c.id, op.Draft{Kind: consent.KindSpeak, Subject: round, Content: &consent.Speak{Text: text, Stance: consent.Consent}})
	here.must(w.members[0].id, op.Draft{Kind: consent.KindAdopt, Subject: round, Content: &consent.Adopt{Text: text}})
	there.must(w.members[1].id, op.Draft{Kind: consent.KindSpeak, Subject: round, Content: &consent.Speak{Text: text, Stance: consent.Object, Reason: "The pram", Lenses: consent.Harmful}})
	tail := append(append([]op.Operation{}, here.held[len(base):]...), there.held[len(base):]...)
	orders := 0
	w.everyOrder(base, tail, func(x *replica) {
		orders++
		if r := x.round(round); !r.Contested || r.InForce() || r.State != consent.Testing {
			t.Errorf("order %d: %v, contested %v", orders, r.State, r.Contested)
		}
	})
	if orders < 3 {
		t.Errorf("only %d orders were tried", orders)
	}
}

func TestConcurrentOverspendingIsOverdrawnInEveryOrder(t *testing.T) {
	w := newWorld(t, 3, 2)
	here, there := w.replica[0], w.replica[1]
	a, b, c := w.members[0], w.members[1], w.members[2]
	bill := func(x *replica, to *member) op.Opened {
		return x.must(to.id, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{
			Unit: ledger.Minutes, From: ledger.MemberAccount(a.id), To: ledger.MemberAccount(to.id), Amount: 500, Note: "Help"}})
	}
	base := append([]op.Operation{}, here.held...)
	here.must(a.id, op.Draft{Kind: ledger.KindSign, Subject: bill(here, b).Ref})
	there.must(a.id, op.Draft{Kind: ledger.KindSign, Subject: bill(there, c).Ref})
	tail := append(append([]op.Operation{}, here.held[len(base):]...), there.held[len(base):]...)
	orders := 0
	w.everyOrder(base, tail, func(x *replica) {
		orders++
		h := x.state.Value(ledger.AcctKey(ledger.Minutes, ledger.MemberAccount(a.id))).(ledger.Holding)
		if h.Balance != -1000 || !cell.RulesOf(x.state).Ledger().Past(ledger.Minutes, ledger.MemberAccount(a.id), h.Balance) {
			t.Errorf("balance %d does not show as past its limit", h.Balance)
		}
	})
	if orders != 35 { // of a line of four and a line of three that know nothing of each other
		t.Errorf("%d orders were tried", orders)
	}
	w.settle()
	more := here.write(b.id, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{
		Unit: ledger.Minutes, From: ledger.MemberAccount(a.id), To: ledger.MemberAccount(b.id), Amount: 1, Note: "More"}})
	if here.state.Refused(more.Ref) == nil {
		t.Error("a further debit was not refused")
	}
}

func TestNothingThatOthersLeanOnMayExpire(t *testing.T) {
	w := newWorld(t, 2, 1)
	x := w.replica[0]
	key := x.devices[w.members[0].id]
	w.expires = 1_800_000_000
	o := x.sign(key, op.Draft{Kind: people.KindAway}, op.ClockNTP)
	if x.state.Refused(o.Ref) == nil {
		t.Error("an absence may expire")
	}
}

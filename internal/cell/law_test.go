package cell_test

import (
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// step is something a person might do, drawn at random.
type step func(*rapid.T, *replica, *member)

var steps = []step{
	func(t *rapid.T, x *replica, m *member) {
		name := rapid.StringMatching(`[A-Z][a-z]{2,5}`).Draw(t, "name")
		x.write(m.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: m.id, Name: name}})
	},
	func(t *rapid.T, x *replica, m *member) {
		kind := rapid.SampledFrom([]op.Kind{people.KindAway, people.KindBack}).Draw(t, "kind")
		x.write(m.id, op.Draft{Kind: kind})
	},
	func(t *rapid.T, x *replica, m *member) {
		about := rapid.SampledFrom(x.world.members).Draw(t, "about")
		act := trust.Act{Verb: trust.Remove, Member: about.id}
		x.write(m.id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
		x.write(m.id, op.Draft{Kind: trust.KindAct, Content: act})
	},
	func(t *rapid.T, x *replica, m *member) {
		router := rapid.SampledFrom(x.world.replica).Draw(t, "router")
		kind := rapid.SampledFrom([]op.Kind{trust.KindDismiss, trust.KindKeep}).Draw(t, "kind")
		x.write(m.id, op.Draft{Kind: kind, Content: trust.Router{Router: deviceOf(router.key)}})
	},
}

// live lets routers write while they are apart, and meet now and then.
func (w *world) live(t *rapid.T, moves []step, n int) {
	for range n {
		x := rapid.SampledFrom(w.replica).Draw(t, "at")
		if rapid.IntRange(0, 4).Draw(t, "meet") == 0 {
			x.hear(rapid.SampledFrom(w.replica).Draw(t, "other"))
		}
		m := rapid.SampledFrom(w.members).Draw(t, "who")
		rapid.SampledFrom(moves).Draw(t, "step")(t, x, m)
	}
}

func (w *world) inAnyOrder(t *rapid.T) {
	w.settle()
	first := w.replica[0]
	want := first.state.Digest()
	for _, x := range w.replica[1:] {
		if x.state.Digest() != want {
			t.Fatalf("two routers that heard the same differ")
		}
	}
	again := w.retold(first.held, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "next") })
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

func TestArrivalOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, rapid.IntRange(2, 5).Draw(rt, "members"), rapid.IntRange(2, 3).Draw(rt, "routers"))
		w.live(rt, steps, rapid.IntRange(5, 30).Draw(rt, "length"))
		w.inAnyOrder(rt)
	})
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

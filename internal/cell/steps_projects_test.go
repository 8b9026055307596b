package cell_test

import (
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/directory"
	"celld/internal/cell/ledger"
	"celld/internal/cell/projects"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// TestProjectsNeedsAndBatchesAreAlikeEverywhere: whoever was apart, and started
// again from a snapshot on the way, has the same projects, entries and batches.
func TestProjectsNeedsAndBatchesAreAlikeEverywhere(t *testing.T) {
	defer cell.SmallSizes()()
	moves := []step{project, project, project, entry, goods, goods, goods, restart}
	runs, conflicts, tasks, lots := 0, 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 4).Draw(rt, "members"), rapid.IntRange(2, 3).Draw(rt, "routers"))
		first := w.replica[0]
		for range 2 {
			project(rt, first, w.members[0])
		}
		goods(rt, first, w.members[0])
		w.settle()
		w.live(rt, moves, rapid.IntRange(30, 90).Draw(rt, "length"))
		w.converge(rt)
		w.settle()
		first.laws(rt)
		for _, x := range w.replica {
			x.restart(t)
			x.sameState(t, x.state, w.retold(x.held, func(int) int { return 0 }).state)
		}
		list, _ := first.state.Value(projects.KeyList).(*projects.List)
		past, _ := list.Past(0, 100)
		for _, l := range append(past, list.Open()...) {
			tasks += len(first.state.Value(projects.Key(l.Ref)).(*projects.Project).Tasks)
		}
		h, _ := first.state.Value(ledger.AcctKey("good:lamp", "pool:store")).(ledger.Holding)
		lots += len(h.Lots())
		if runs++; first.conflicted() {
			conflicts++
		}
	})
	t.Logf("%d histories, %d with concurrent conflicts, %d tasks, %d batches", runs, conflicts, tasks, lots)
	if runs >= telling && (conflicts*10 < runs*3 || tasks < runs/2 || lots < runs/4) {
		t.Error("too quiet")
	}
}

// oftenDone is what people do most with a project.
var oftenDone = []op.Kind{projects.KindTask, projects.KindTask, projects.KindTask, projects.KindTask, projects.KindTake, projects.KindTake,
	projects.KindTake, projects.KindJoin, projects.KindJoin, projects.KindAgain, projects.KindAgain}

// project begins a project, or goes on with one that is open here.
func project(t *rapid.T, x *replica, m *member) {
	list, _ := x.state.Value(projects.KeyList).(*projects.List)
	past, _ := list.Past(0, 2)
	all := append(past, list.Open()...)
	if len(all) == 0 {
		x.write(m.id, op.Draft{Kind: projects.KindOpen, Content: projects.Plan{Title: "A bench", Why: "To rest"}})
		return
	}
	ref := rapid.SampledFrom(all).Draw(t, "project").Ref
	p, _ := x.state.Value(projects.Key(ref)).(*projects.Project)
	d := op.Draft{Subject: ref, Kind: rapid.SampledFrom(append(projects.Kinds[1:], oftenDone...)).Draw(t, "kind")}
	switch d.Kind {
	case projects.KindChange:
		d.Content = projects.Plan{Title: "A bank", Why: "To rest", Review: 7}
	case projects.KindTask, projects.KindClose:
		d.Content = projects.Words{Text: "Saw the boards"}
	case projects.KindTake, projects.KindGive, projects.KindDone, projects.KindUndone, projects.KindDrop:
		if len(p.Tasks) == 0 {
			return
		}
		d.Content = projects.Which{Task: rapid.SampledFrom(p.Tasks).Draw(t, "task").Ref}
	}
	x.write(m.id, d)
}

// entry puts something into the directory, or takes it down.
func entry(t *rapid.T, x *replica, m *member) {
	b, _ := x.state.Value(directory.Key).(*directory.Book)
	if all := b.All(); len(all) > 0 && rapid.Bool().Draw(t, "down") {
		x.write(m.id, op.Draft{Kind: directory.KindEnd, Subject: rapid.SampledFrom(all).Draw(t, "entry").Ref})
		return
	}
	sort := rapid.SampledFrom([]directory.Sort{directory.Skill, directory.Offer, directory.Need}).Draw(t, "sort")
	x.write(m.id, op.Draft{Kind: directory.KindPost, Content: directory.Post{Sort: sort, Area: directory.Food, Words: "Bread"}})
}

// goods come with a last day, are taken, and wait for a second yes.
func goods(t *rapid.T, x *replica, m *member) {
	const unit, store, shop = ledger.Unit("good:lamp"), ledger.Account("pool:store"), ledger.Account("world:outside")
	h, _ := x.state.Value(ledger.AcctKey(unit, store)).(ledger.Holding)
	d := op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: unit, From: shop, To: store, Amount: 5, UseBy: rapid.SampledFrom([]ledger.Day{0, 20270101, 20270201}).Draw(t, "by")}}
	switch step := rapid.IntRange(0, 3).Draw(t, "goods"); {
	case x.state.Value("book") == nil || step == 0 && h.MarshalState() != nil && h.Balance == 0:
		x.write(m.id, op.Draft{Kind: ledger.KindDeclare, Content: ledger.UnitInfo{Unit: unit, Label: "lamp"}})
		x.write(m.id, op.Draft{Kind: ledger.KindKeep, Content: ledger.Keep{Unit: unit, Use: ledger.OfKits, Least: 3}})
	case step == 1 && len(h.Pending) > 0:
		d = op.Draft{Kind: ledger.KindSign, Subject: rapid.SampledFrom(h.Pending).Draw(t, "pending").Ref}
	case step == 2:
		d.Content = ledger.Transfer{Unit: unit, From: store, To: shop, Amount: 4}
	}
	x.write(m.id, d)
}

// A router is let go by somebody who has not heard of the project that was begun
// there, and somebody else has gone on with it: the beginning is void and what
// follows stands. Such a state has to read back, else no snapshot of the cell is
// ever believed, and each start reads the whole log.
func TestAProjectWhoseBeginningIsVoidReadsBack(t *testing.T) {
	w := newWorld(t, 3, 3)
	lost, here, there := w.replica[0], w.replica[1], w.replica[2]
	a, b, c := w.members[0].id, w.members[1].id, w.members[2].id
	plan := projects.Plan{Title: "A garden", Why: "To eat"}
	p := lost.must(a, op.Draft{Kind: projects.KindOpen, Content: plan}).Ref
	here.hear(lost)
	here.must(b, op.Draft{Kind: projects.KindJoin, Subject: p})
	here.must(b, op.Draft{Kind: projects.KindChange, Subject: p, Content: plan})
	there.must(c, op.Draft{Kind: trust.KindDismiss, Content: trust.Router{Router: deviceOf(lost.key)}})
	w.settle()
	if here.state.Refused(p) == nil {
		t.Fatal("the beginning is not void")
	}
	here.restart(t)
	here.anew(t)
}

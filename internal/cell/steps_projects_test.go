package cell_test

import (
	"pgregory.net/rapid"

	"celld/internal/cell/directory"
	"celld/internal/cell/ledger"
	"celld/internal/cell/projects"
	"celld/internal/op"
)

func init() { everyday = append(everyday, project, entry, goods) }

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
	d := op.Draft{Subject: ref, Kind: rapid.SampledFrom(append(projects.Kinds[1:], projects.KindTask, projects.KindTake)).Draw(t, "kind")}
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

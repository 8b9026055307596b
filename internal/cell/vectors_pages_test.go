package cell_test

import (
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// saves writes a version of a page, and its text behind it.
func (x *replica) saves(m *member, page op.Ref, s commons.Save, text string) (save op.Opened) {
	x.world.t.Helper()
	for i, d := range commons.Drafts(page, s, commons.Text{Salt: commons.Salt{byte(x.world.made), byte(x.world.made >> 8)}, Text: text}) {
		if i == 1 && page.IsZero() {
			d.Subject = save.Ref
		}
		x.world.expires = d.Keep
		if o := x.write(m.id, d); i == 0 {
			save = o
		}
	}
	x.world.expires = 0
	return save
}

// current is the version that people read at a router.
func (x *replica) current(page op.Ref) commons.Version {
	x.world.t.Helper()
	p := commons.Find(x.state.Now(), page)
	if p == nil {
		x.world.t.Fatal("there is no such page")
	}
	return p.Current()
}

func guide(slug string) commons.Save {
	return commons.Save{Kind: commons.Guide, Slug: slug, Language: "en", Title: "Bread", Scope: commons.OfCell}
}

// tellMerged: two write on one page at two routers; the later one is read
// everywhere, and somebody puts both together.
func tellMerged(t *testing.T) *world {
	w := newWorld(t, 3, 2)
	here, there := w.replica[0], w.replica[1]
	a, b := w.members[0], w.members[1]
	page := here.saves(a, op.Ref{}, guide("bread"), "Flour.\n\nWater.").Ref
	w.settle()
	first, mine, theirs := here.current(page), guide("bread"), guide("bread")
	mine.Base, theirs.Base = first.Hash, first.Hash
	mine.Note = "Salt"
	left := here.saves(a, page, mine, "Flour.\n\nWater.\n\nSalt.")
	theirs.Title, theirs.Scope = "Bread for all", commons.Public
	right := there.saves(b, page, theirs, "Two sorts of flour.\n\nWater.")
	w.settle()
	both, stale := guide("bread"), guide("bread")
	both.Base = here.current(page).Hash
	for v := range commons.Find(here.state.Now(), page).Versions.All() {
		if v.Hash != both.Base && (v.Ref == left.Ref || v.Ref == right.Ref) {
			both.Other = v.Hash
		}
	}
	merged := here.saves(w.members[2], page, both, "Two sorts of flour.\n\nWater.\n\nSalt.")
	stale.Base = first.Hash
	if late := here.saves(b, page, stale, "Only flour."); here.state.Refused(late.Ref) == nil || here.state.Refused(merged.Ref) != nil || both.Other.IsZero() {
		t.Fatal("what is written on an old version is no draft, or the two were not put together")
	}
	stale.Beside = true
	here.saves(b, page, stale, "Only flour, says Ben.")
	return w
}

// tellForkedPage: a page of another cell is kept as it came, ours goes on from
// it, and takes a paragraph of their newer one.
func tellForkedPage(t *testing.T) *world {
	w := newWorld(t, 2, 1)
	x, a, b := w.replica[0], w.members[0], w.members[1]
	source := commons.Origin{Cell: "Hill cell", Page: commons.ID{1, 2, 3}, Title: "Bread for twenty", Base: commons.Sum(commons.Salt{9}, "Flour."), Licence: commons.Licence}
	theirs, ours := guide("bread"), guide("bread")
	theirs.Copy = true
	x.saves(a, op.Ref{}, theirs, "Flour.") // does not say where it came from: refused
	theirs.Origin, ours.Origin = &source, &source
	copied := x.saves(a, op.Ref{}, theirs, "Flour.").Ref
	page := x.saves(b, op.Ref{}, ours, "Flour.").Ref
	newer := source
	newer.Base = commons.Sum(commons.Salt{8}, "Flour.\n\nWater.")
	theirs.Base, theirs.Origin = x.current(copied).Hash, &newer
	x.saves(a, copied, theirs, "Flour.\n\nWater.")
	other := commons.Origin{Cell: "Mill cell", Page: commons.ID{7}, Title: "Salt", Base: commons.Sum(commons.Salt{7}, "Salt."), Licence: "CC0 1.0"}
	pulled := guide("bread")
	pulled.Base, pulled.Origin, pulled.Credits = x.current(page).Hash, &newer, []commons.Origin{source, other}
	x.saves(b, page, pulled, "Flour.\n\nWater.\n\nSalt.")
	again := guide("bread")
	again.Base, again.Credits = x.current(page).Hash, []commons.Origin{other}
	x.saves(a, page, again, "Flour.\n\nWater.\n\nSalt, a little.")
	again.Base, again.Copy = x.current(page).Hash, true
	x.saves(a, page, again, "It was ours, and stays it.") // refused
	return w
}

// tellTakenOut: who asks does not say the second yes; another one does, while
// somebody says no elsewhere: the text is gone. A second wish waits three days.
func tellTakenOut(t *testing.T) *world {
	w := newWorld(t, 3, 2)
	here, there := w.replica[0], w.replica[1]
	a, b, c := w.members[0], w.members[1], w.members[2]
	page := here.saves(a, op.Ref{}, guide("who-knows"), "In the night, 555 0199.").Ref
	next := guide("who-knows")
	next.Base = here.current(page).Hash
	last := here.saves(a, page, next, "In the night, ask Fern.").Ref
	wanted := func(r ...op.Ref) op.Draft {
		return op.Draft{Kind: commons.KindAsk, Subject: page, Content: commons.Wanted{Versions: r}}
	}
	answer := func(k op.Kind, ask op.Opened) op.Draft {
		return op.Draft{Kind: k, Subject: page, Content: commons.Answer{Ask: ask.Ref}}
	}
	first := here.must(a.id, wanted(page))
	here.write(b.id, wanted(page)) // the same: refused
	here.write(a.id, answer(commons.KindYes, first))
	w.settle()
	here.must(b.id, answer(commons.KindYes, first))
	there.must(c.id, answer(commons.KindNo, first))
	w.settle()
	second := here.must(c.id, wanted(last))
	here.isAt("10.13.0.11") // the router has a log
	here.sign(here.key, answer(commons.KindOver, second), op.ClockNTP)
	w.made += commons.Wait / 60
	here.sign(here.key, answer(commons.KindOver, second), op.ClockNTP)
	if len(here.state.Erased()) != 2 {
		t.Fatalf("%v is gone", here.state.Erased())
	}
	return w
}

// tellThinned: of a day that is long past the last version is enough.
func tellThinned(t *testing.T) *world {
	w := newWorld(t, 2, 1)
	x, a := w.replica[0], w.members[0]
	x.isAt("10.13.0.11")
	page := x.saves(a, op.Ref{}, guide("bread"), "Flour.").Ref
	for _, text := range []string{"Flour, water.", "Flour, water, salt."} {
		s := guide("bread")
		s.Base = x.current(page).Hash
		x.saves(a, page, s, text)
	}
	thin := op.Draft{Kind: commons.KindThin, Subject: page, Content: commons.Wanted{Versions: []op.Ref{page}}}
	x.sign(x.key, thin, op.ClockNTP) // too early: refused
	w.made += commons.Old / 60
	x.sign(x.key, thin, op.ClockNone) // a clock that nobody trusts: refused
	x.sign(x.key, thin, op.ClockNTP)
	thin.Content = commons.Wanted{Versions: []op.Ref{x.current(page).Ref}}
	x.sign(x.key, thin, op.ClockNTP) // what people read: refused
	if len(x.state.Erased()) != 1 {
		t.Fatalf("%v is gone", x.state.Erased())
	}
	return w
}

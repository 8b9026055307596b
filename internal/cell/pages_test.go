package cell_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/commons"
	"celld/internal/op"
)

// page writes on a page, or begins one, as it stands here; sometimes from an
// older version, which is lawful only beside the page.
func page(t *rapid.T, x *replica, m *member) {
	s := commons.Save{Kind: commons.Guide, Slug: "bread", Language: "en", Title: "Bread", Scope: commons.OfCell}
	var ref op.Ref
	if p := anyPage(t, x); p != nil && rapid.IntRange(0, 3).Draw(t, "new") > 0 {
		ref, s.Base = p.Ref, p.Versions.At(rapid.IntRange(0, p.Versions.Len()-1).Draw(t, "base")).Hash
		s.Beside = rapid.Bool().Draw(t, "beside")
	}
	for _, d := range commons.Drafts(ref, s, commons.Text{Salt: commons.Salt{byte(x.world.made)}, Text: "Flour and water"}) {
		if d.Of > 0 {
			d.Subject = ref
		}
		x.world.expires = d.Keep
		if o := x.write(m.id, d); ref.IsZero() {
			ref = o.Ref
		}
	}
	x.world.expires = 0
}

// picture puts one on a page.
func picture(t *rapid.T, x *replica, m *member) {
	p := anyPage(t, x)
	if p == nil {
		return
	}
	file := append([]byte("\xff\xd8\xff a loaf "), byte(x.world.made))
	for _, d := range commons.PictureDrafts(p.Ref, commons.Image{Salt: commons.Salt{byte(x.world.made)}, JPEG: file}) {
		x.world.expires = d.Keep
		x.write(m.id, d)
	}
	x.world.expires = 0
}

func anyPage(t *rapid.T, x *replica) *commons.Page {
	return aPage(t, x, func(*commons.Page) bool { return true })
}

// aPage is one of those that are meant, and nil where none is.
func aPage(t *rapid.T, x *replica, meant func(*commons.Page) bool) *commons.Page {
	var all []*commons.Page
	for p := range commons.All(x.state.Now()) {
		if meant(p) {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return rapid.SampledFrom(all).Draw(t, "page")
}

// takeOut asks for some of a page to go, or answers who asked.
func takeOut(t *rapid.T, x *replica, m *member) {
	p := aPage(t, x, func(p *commons.Page) bool { return len(p.Asks) > 0 })
	if p == nil {
		p = anyPage(t, x)
	}
	if p == nil {
		return
	}
	if len(p.Asks) > 0 && rapid.IntRange(0, 3).Draw(t, "answers") > 0 {
		kind := rapid.SampledFrom([]op.Kind{commons.KindYes, commons.KindYes, commons.KindNo}).Draw(t, "answer")
		ask := rapid.SampledFrom(p.Asks).Draw(t, "ask")
		x.write(m.id, op.Draft{Kind: kind, Subject: p.Ref, Content: commons.Answer{Ask: ask.Ref}})
		return
	}
	var w commons.Wanted
	if len(p.Pictures) > 0 {
		w.Versions = append(w.Versions, rapid.SampledFrom(p.Pictures).Draw(t, "picture").Ref)
	}
	if len(p.Pictures) == 0 || rapid.Bool().Draw(t, "a version too") {
		w.Versions = append(w.Versions, p.Versions.At(rapid.IntRange(0, p.Versions.Len()-1).Draw(t, "version")).Ref)
	}
	x.write(m.id, op.Draft{Kind: commons.KindAsk, Subject: p.Ref, Content: w})
}

// TestPagesAreAlikeEverywhereAndStandWithoutTheirTexts: whatever happens besides,
// and though every text was gone before somebody heard of it.
func TestPagesAreAlikeEverywhereAndStandWithoutTheirTexts(t *testing.T) {
	runs, pages, drafts, gone, hung, down := 0, 0, 0, 0, 0, 0
	moves := append(append([]step{page, page, page, page, page, picture, picture, picture, takeOut, takeOut, takeOut, takeOut, takeOut, takeOut}, everyday...), grave...)
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 4).Draw(rt, "members"), 2)
		w.prepare(rt)
		w.live(rt, moves, rapid.IntRange(8, 40).Draw(rt, "length"))
		w.converge(rt)
		runs++
		first := w.replica[0]
		for p := range commons.All(first.state.Now()) {
			pages++
			drafts += len(p.Drafts())
			for v := range p.Versions.All() {
				if v.Gone != commons.Here {
					gone++
				} else if text, err := v.Read(first.Load); err != nil && first.state.Refused(v.Text()) == nil {
					rt.Fatalf("%q, %v", text, err)
				}
			}
			for _, pic := range p.Pictures {
				hung++
				if pic.Gone != commons.Here {
					down++
				} else if _, err := pic.Read(first.Load); err != nil && first.state.Refused(pic.Image()) == nil {
					rt.Fatalf("a picture: %v", err)
				}
			}
		}
		bare := w.listener()
		bare.drops = true
		for _, o := range first.held {
			bare.take(o)
		}
		bare.state = bare.state.Settle()
		if bare.state.Digest() != first.state.Digest() || bare.state.Applied() != first.state.Applied() {
			rt.Fatalf("a text leaves a trace in the state")
		}
		for p := range commons.All(first.state.Now()) { // else the fold would need a text that may be gone
			if a, b := bare.state.Operations(commons.Key(p.Ref)), first.state.Operations(commons.Key(p.Ref)); !slices.Equal(a, b) {
				rt.Fatalf("a page is made of %v, and without the texts of %v", b, a)
			}
		}
		before := first.state
		first.restart(t)
		first.sameState(t, first.state, before)
		for p := range commons.All(before.Now()) {
			again := commons.Find(first.state.Now(), p.Ref)
			if again == nil || !bytes.Equal(again.MarshalState(), p.MarshalState()) {
				rt.Fatalf("after a restart %+v, before %+v", again, p)
			}
		}
	})
	if runs >= telling && (pages == 0 || drafts == 0 || gone == 0 || hung == 0 || down == 0) {
		t.Errorf("%d pages, %d drafts, %d texts taken out, %d pictures, %d of them taken down: too quiet", pages, drafts, gone, hung, down)
	}
}

// A router takes out and thins by its clock; nothing else of a page is its own.
func TestARouterWritesNoPages(t *testing.T) {
	w := newWorld(t, 2, 1)
	x := w.replica[0]
	x.isAt("10.13.0.11") // the router has a log
	d := commons.Drafts(op.Ref{}, commons.Save{Kind: commons.Guide, Slug: "a", Language: "en", Title: "A", Scope: commons.OfCell}, commons.Text{Text: "a"})
	if o := x.sign(x.key, d[0], op.ClockNTP); x.state.Refused(o.Ref) == nil {
		t.Error("a router writes a page")
	}
	save := x.must(w.members[0].id, d[0])
	ask := x.must(w.members[0].id, op.Draft{Kind: commons.KindAsk, Subject: save.Ref, Content: commons.Wanted{Versions: []op.Ref{save.Ref}}})
	over := op.Draft{Kind: commons.KindOver, Subject: save.Ref, Content: commons.Answer{Ask: ask.Ref}}
	if o := x.sign(x.key, over, op.ClockNTP); x.state.Refused(o.Ref) == nil {
		t.Error("three days are over at once")
	}
	w.made += commons.Wait / 60
	if o := x.sign(x.key, over, op.ClockNTP); x.state.Refused(o.Ref) != nil {
		t.Error(x.state.Refused(o.Ref))
	}
	if got := x.state.Erased(); len(got) != 1 || got[0] != (op.Ref{Device: save.Device, Seq: save.Seq + 1}) {
		t.Errorf("%v", got)
	}
	if got := cell.AgreementsInForce(x.state, 0, 10); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

package web

import (
	"net/http"
	"slices"

	"celld/internal/cell/commons"
	"celld/internal/op"
	"celld/ui"
)

// takenOut stands where words were.
const takenOut = "[…]"

func (f *folio) out() error {
	return f.showOut(http.StatusOK, ui.Form{Action: f.url("out"), Values: map[string]string{}}, ui.Wrong{})
}

func (f *folio) showOut(status int, form ui.Form, wrong ui.Wrong) error {
	view := ui.OutView{Form: form, Title: f.Title, Long: 200, Picks: f.picks(),
		Wait:  f.lang.T("It takes a second person’s yes, or three days in which nobody says no. Until then all of us can still read it in the old versions."),
		About: f.lang.T("What another cell took over, what was printed or copied, and old copies of a router’s memory we cannot reach. Tell them yourselves.")}
	p := f.page(f.lang.T("Take something out for good"))
	p.Back, p.Wrong = ui.Link{URL: f.url(), Text: f.Title}, wrong
	return f.visit.show(status, ui.OutPage(p, view))
}

// ask finds every version of every page that has the words in it, writes each
// page anew without them, and asks for the old versions to go (W5).
func (f *folio) ask() error {
	form := f.form(f.url("out"))
	words := f.value(ui.FieldWords)
	var drafts []op.Draft
	if picked := f.ticked(ui.FieldPick); len(picked) > 0 {
		if drafts = f.withoutPictures(picked); len(drafts) == 0 {
			form.Errors[ui.FieldWords] = f.lang.T("Somebody has asked for this already. Look at the page and say yes there.")
		} else if words != "" || f.value(ui.FieldAll) != "" {
			form.Errors[ui.FieldWords] = f.lang.T("One thing at a time: words, pictures, or all of it.")
		}
	} else if f.value(ui.FieldAll) != "" {
		drafts = wish(f.Page, func(commons.Version) bool { return true }, commons.Version{}, f.pictures()...)
	} else if len([]rune(words)) < 3 {
		form.Errors[ui.FieldWords] = f.lang.T("Write at least three letters or figures, so that not everything is found.")
	} else if drafts = f.withoutThem(words); len(drafts) == 0 {
		form.Errors[ui.FieldWords] = f.lang.T("These words stand in no text that is here.")
	}
	if why := form.Errors[ui.FieldWords]; why != "" {
		return f.showOut(http.StatusUnprocessableEntity, form, ui.Wrong{Title: why, Field: ui.FieldWords})
	}
	_, err := f.submit(drafts...)
	if wrong, ok := f.refused(&form, err, nil); ok {
		return f.showOut(http.StatusUnprocessableEntity, form, wrong)
	}
	if err != nil {
		return err
	}
	return f.done(f.url(), f.lang.T("It is asked for."), f.lang.T("A second person says yes on the page, or it goes in three days."))
}

// withoutThem are the drafts for all pages that hold the words.
func (v *visit) withoutThem(words string) (drafts []op.Draft) {
	for p := range commons.All(v.state.Now()) {
		has := func(x commons.Version) bool {
			text, here := v.text(x)
			_, found := commons.Without(text, words, "")
			return here && found
		}
		now := p.Current()
		text, here := v.text(now)
		next, found := commons.Without(text, words, takenOut)
		if !here || !found {
			now = commons.Version{}
		} else {
			s := commons.Save{Kind: p.Kind, Slug: p.Slug, Language: p.Language, Title: p.Title, Scope: p.Scope, Copy: p.Copy, Origin: p.Origin, Base: now.Hash}
			drafts = append(drafts, commons.Drafts(p.Ref, s, salted(next))...)
		}
		drafts = append(drafts, wish(p, has, now)...)
	}
	return drafts
}

// wish asks for the versions of a page that are meant, unless there are none or
// somebody has asked already. Extra and the pictures are meant in any case.
func wish(p *commons.Page, meant func(commons.Version) bool, extra commons.Version, pictures ...op.Ref) []op.Draft {
	w := commons.Wanted{Versions: pictures}
	for x := range p.Versions.All() {
		if x.Gone == commons.Here && (x.Ref == extra.Ref || meant(x)) {
			w.Versions = append(w.Versions, x.Ref)
		}
	}
	same := func(a commons.Ask) bool { return slices.Equal(a.Versions, w.Versions) }
	if len(w.Versions) == 0 || slices.ContainsFunc(p.Open(), same) {
		return nil
	}
	return []op.Draft{{Kind: commons.KindAsk, Subject: p.Ref, Content: w}}
}

// answer is a second person's yes, or anybody's no. After a yes the bytes go at
// once, from here.
func (f *folio) answer() error {
	ask, err := op.ParseRef(f.r.PathValue("ask"))
	kind, known := map[string]op.Kind{"yes": commons.KindYes, "no": commons.KindNo}[f.r.PathValue("answer")]
	if err != nil || !known {
		return errNotFound
	}
	if _, err := f.submit(op.Draft{Kind: kind, Subject: f.Ref, Content: commons.Answer{Ask: ask}}); err != nil {
		return err
	}
	if kind == commons.KindNo {
		return f.done(f.url(), f.lang.T("It stays."), "")
	}
	if f.TakeOut != nil {
		if err := f.TakeOut(); err != nil {
			f.Logger.Error("what is to be taken out of the pages does not go; it is tried again", "err", err)
		}
	}
	return f.done(f.url(), f.lang.T("It is taken out for good."), f.lang.T("Each of our routers takes it out as soon as it hears of it and somebody is signed in there."))
}

// waitingPages are those of which somebody else wants something taken out: it
// waits for a second yes, or for anybody's no.
func (v *visit) waitingPages() (out []ui.Waiting) {
	for p := range commons.All(v.state.Now()) {
		for _, a := range p.Open() {
			if f := v.folio(p); a.By != v.me() {
				out = append(out, ui.Waiting{URL: f.url(), Title: p.Title, Verb: v.lang.T("Look at it"), Text: v.lang.T("{1} asks to take something out for good.", f.people.Name(a.By))})
				break
			}
		}
	}
	return out
}

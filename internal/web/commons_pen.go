package web

import (
	"net/http"
	"strings"

	"celld/internal/cell/commons"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// penFields are the fields that refusals of a page are about.
var penFields = byCode{
	{"page.title", ui.FieldTitle}, {"page.empty", ui.FieldWords}, {"page.long", ui.FieldWords}, {"page.full", ui.FieldWords},
	{"text.hidden", ui.FieldWords}, {"text.spelling", ui.FieldWords}, {"text.long", ui.FieldTitle},
}

func (v *visit) newPage() error {
	f := ui.Form{Action: commonsURL + "/new", Values: map[string]string{ui.FieldSort: string(commons.Guide), ui.FieldLanguage: v.lang.Code(), ui.FieldScope: string(commons.OfCell)}}
	return v.showPen(http.StatusOK, ui.PenView{Form: f, Title: v.lang.T("Write a page")}, ui.Wrong{}, nil)
}

// showPen is the form of a page; of which one, f says, nil for a new one.
func (v *visit) showPen(status int, view ui.PenView, wrong ui.Wrong, f *folio) error {
	p := v.page(view.Title)
	p.Back, p.Wrong = ui.Link{URL: commonsURL, Text: v.lang.T("Our pages")}, wrong
	if f == nil {
		for _, k := range commons.Kinds {
			view.Kinds = append(view.Kinds, ui.Choice{Value: string(k), Text: v.lang.T(sortOfPage(k).one)})
		}
	} else {
		p.Back = ui.Link{URL: f.url(), Text: f.Title}
	}
	view.Languages = tongues(view.Form.Values[ui.FieldLanguage])
	for _, s := range []commons.Scope{commons.OfCell, commons.Linked, commons.Public} {
		view.Scopes = append(view.Scopes, ui.Choice{Value: string(s), Text: v.lang.T(openTo(s))})
	}
	view.Room, view.Long = v.roomLeft(), commons.MaxText
	return v.show(status, ui.PenPage(p, view))
}

// tongues are the languages to choose from, the one that it is in among them.
func tongues(now string) (out []ui.Choice) {
	found := now == ""
	for _, l := range locale.All {
		out = append(out, ui.Choice{Value: l.Code(), Text: l.Name()})
		found = found || l.Code() == now
	}
	if !found {
		out = append(out, ui.Choice{Value: now, Text: now})
	}
	return out
}

// typed reads a page's form. A tabulator is a space to us.
func (v *visit) typed(k commons.Kind) (commons.Save, string) {
	s := commons.Save{Kind: k, Title: v.value(ui.FieldTitle), Language: v.value(ui.FieldLanguage), Scope: commons.Scope(v.value(ui.FieldScope)), Note: v.value(ui.FieldNote)}
	s.Slug = commons.Slug(s.Title, k)
	text := strings.ReplaceAll(v.value(ui.FieldWords), "\t", "    ")
	return s, strings.TrimSpace(strings.ToValidUTF8(text, ""))
}

func (v *visit) beginPage() error {
	s, text := v.typed(commons.Kind(v.value(ui.FieldSort)))
	refs, err := v.submit(commons.Drafts(op.Ref{}, s, salted(text))...)
	form := v.form(commonsURL + "/new")
	if wrong, ok := v.refused(&form, err, penFields); ok {
		return v.showPen(http.StatusUnprocessableEntity, ui.PenView{Form: form, Title: v.lang.T("Write a page")}, wrong, nil)
	}
	if err != nil {
		return err
	}
	return v.done(pageURL(refs[0]), v.lang.T("It is written down."), v.lang.T("Anybody here can go on with it."))
}

// edit goes on with the current version or, where a draft lies beside it, with
// both brought together.
func (f *folio) edit() error {
	if f.Copy {
		return errNotFound
	}
	now := f.Current()
	text, _ := f.text(now)
	view := f.pen(now, text)
	if d, ok := f.version(f.r.URL.Query().Get("with")); ok {
		view.Form.Values[ui.FieldWords], view.Merged = f.merge(d.Base, text, d)
		view.Hidden = append(view.Hidden, ui.Choice{Value: ui.FieldOther, Text: d.Hash.String()})
		theirs, _ := f.text(d)
		view.Theirs = f.prose(theirs)
	}
	return f.showPen(http.StatusOK, view, ui.Wrong{}, f)
}

// pen is the form of a page as it stands.
func (f *folio) pen(base commons.Version, text string) ui.PenView {
	return ui.PenView{Title: f.lang.T("Go on writing"), Hidden: []ui.Choice{{Value: ui.FieldBase, Text: base.Hash.String()}},
		Form: ui.Form{Action: f.url("edit"), Values: map[string]string{ui.FieldTitle: f.Title, ui.FieldWords: text, ui.FieldLanguage: f.Language, ui.FieldScope: string(f.Scope)}}}
}

// merge brings our text and another version together, paragraph by paragraph,
// from the version that they had in common, and says how that went (W2).
func (f *folio) merge(base commons.Hash, ours string, other commons.Version) (text, said string) {
	was := ""
	if x, ok := f.Find(base); ok {
		was, _ = f.text(x)
	}
	theirs, _ := f.text(other)
	text, clashes := commons.Merge(was, ours, theirs)
	if clashes == 0 {
		return text, f.lang.T("Both texts are brought together below. Read it once and write it down.")
	}
	return text, f.lang.N("Both texts are brought together below. In one place both had changed the same: there both stand, one after the other.",
		"Both texts are brought together below. In {1} places both had changed the same: there both stand, one after the other.", clashes)
}

// save writes a version down. Where somebody else wrote meanwhile, both are
// shown brought together, or this one is kept beside the page.
func (f *folio) save() error {
	s, text := f.typed(f.Kind)
	base, known := f.version(f.value(ui.FieldBase))
	if !known || f.Copy {
		return errNotFound
	}
	if o, ok := f.version(f.value(ui.FieldOther)); ok {
		s.Other = o.Hash
	}
	if was, ok := f.version(f.value(ui.FieldWas)); ok && f.value(ui.FieldBeside) != "" {
		base, text, s.Beside = was, f.value(ui.FieldMine), true
	}
	s.Base = base.Hash
	if now := f.Current(); now.Hash != base.Hash && !s.Beside {
		return f.meanwhile(base, now, text)
	}
	_, err := f.submit(commons.Drafts(f.Ref, s, salted(text))...)
	form := f.form(f.url("edit"))
	view := ui.PenView{Form: form, Title: f.lang.T("Go on writing"), Hidden: []ui.Choice{{Value: ui.FieldBase, Text: base.Hash.String()}, {Value: ui.FieldOther, Text: f.value(ui.FieldOther)}}}
	if wrong, ok := f.refused(&view.Form, err, penFields); ok {
		return f.showPen(http.StatusUnprocessableEntity, view, wrong, f)
	}
	if err != nil {
		return err
	}
	if s.Beside {
		return f.done(f.url(), f.lang.T("It is kept beside the page, as a draft."), "")
	}
	return f.done(f.url(), f.lang.T("It is written down."), f.lang.T("The version before stays to be read."))
}

// meanwhile shows what comes of both texts, to be confirmed.
func (f *folio) meanwhile(base, now commons.Version, mine string) error {
	merged, said := f.merge(base.Hash, mine, now)
	theirs, _ := f.text(now)
	view := f.pen(now, merged)
	form := f.form(f.url("edit"))
	form.Values[ui.FieldWords] = merged
	view.Hidden = append(view.Hidden, ui.Choice{Value: ui.FieldWas, Text: base.Hash.String()}, ui.Choice{Value: ui.FieldMine, Text: mine})
	view.Form, view.Merged, view.Keep, view.Theirs = form, said, true, f.prose(theirs)
	wrong := ui.Wrong{Title: f.lang.T("{1} wrote on this page while you did.", f.people.Name(now.By)), Field: ui.FieldWords}
	return f.showPen(http.StatusConflict, view, wrong, f)
}

package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"celld/internal/cell/commons"
	"celld/internal/op"
	"celld/ui"
)

// file is the page as it travels to another cell: with where it came from, and
// nobody's name (W3, W4).
func (f *folio) file() error {
	x := f.Current()
	text, here := f.text(x)
	if !here || f.Copy {
		return errNotFound
	}
	h := f.w.Header()
	h.Set("Content-Type", "text/markdown; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+f.Slug+"."+f.Language+`.md"`)
	_, err := f.w.Write(commons.FileOf(f.Log.Cell(), f.people.Cell(), f.Page, x, text).Encode())
	for _, p := range f.Shown(text) {
		if i, gone := p.Whole(f.Log.Read); gone == nil && err == nil {
			_, err = f.w.Write(i.Along())
		}
	}
	return err
}

func (v *visit) bring() error {
	return v.showBring(http.StatusOK, ui.Form{Action: commonsURL + "/bring", Values: map[string]string{}, Errors: map[string]string{}}, ui.Wrong{})
}

func (v *visit) showBring(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("Bring in a page of another cell"))
	p.Back, p.Wrong = ui.Link{URL: commonsURL, Text: v.lang.T("Our pages")}, wrong
	return v.show(status, ui.BringPage(p, ui.BringView{Form: f}))
}

// brought takes a file in as a copy of theirs, or as a newer version of the copy
// that is here.
func (v *visit) brought() error {
	form := v.form(commonsURL + "/bring")
	b, _ := v.upload(ui.FieldFile)
	file, err := commons.ParseFile(b)
	var why string
	switch {
	case errors.Is(err, commons.ErrFileLong):
		why = v.lang.T("This page is too long for us: {1} kB at most.", v.lang.Number(commons.MaxText>>10))
	case err != nil:
		why = v.lang.T("This is no page that a cell wrote out. Take the file that the other cell’s page gave you, unchanged.")
	}
	if why != "" {
		form.Errors[ui.FieldFile] = why
		return v.showBring(http.StatusUnprocessableEntity, form, ui.Wrong{Title: why, Field: ui.FieldFile})
	}
	if own := v.pageCalled(file.Page); own != nil {
		return v.done(pageURL(own.Ref), v.lang.T("This is our own page."), v.lang.T("Nothing was changed."))
	}
	page, err := v.shelve(file)
	if wrong, ok := v.refused(&form, err, byCode{{"page.full", ui.FieldFile}}); ok {
		return v.showBring(http.StatusUnprocessableEntity, form, wrong)
	}
	if err != nil {
		return err
	}
	return v.withPictures(page, slices.DeleteFunc(file.Shown(), func(i commons.Image) bool { return !drawn(i.JPEG) }),
		v.lang.T("It is here, as theirs."), v.lang.T("Make it ours, or take single paragraphs of it over into a page of ours."))
}

// pageCalled finds our own page by what it is called outside.
func (v *visit) pageCalled(id commons.ID) *commons.Page {
	for p := range commons.All(v.state.Now()) {
		if !p.Copy && commons.IDOf(v.Log.Cell(), p.Ref) == id {
			return p
		}
	}
	return nil
}

func (v *visit) shelve(file commons.File) (op.Ref, error) {
	from := file.Source()
	s := commons.Save{Kind: file.Kind, Slug: file.Slug, Language: file.Language, Title: file.Title, Scope: commons.OfCell,
		Copy: true, Origin: &from, Credits: file.Lineage()}
	var page op.Ref
	for p := range commons.All(v.state.Now()) {
		if p.Copy && p.Origin.Page == file.Page {
			page, s.Base = p.Ref, p.Current().Hash
			if p.Origin.Base == file.Version && p.Current().Gone == commons.Here {
				return page, nil // here already
			}
			s.Kind = p.Kind
		}
	}
	refs, err := v.submit(commons.Drafts(page, s, salted(file.Text))...)
	if page.IsZero() && err == nil {
		page = refs[0]
	}
	return page, err
}

// fork makes a page of ours of another cell's.
func (f *folio) fork() error {
	text, here := f.text(f.Current())
	if !f.Copy || !here {
		return errNotFound
	}
	s := commons.Save{Kind: f.Kind, Slug: f.Slug, Language: f.Language, Title: f.Title, Scope: commons.OfCell, Origin: f.Origin, Credits: f.Credits}
	return f.makeOurs(s, text, f.images(text))
}

func (v *visit) makeOurs(s commons.Save, text string, pictures []commons.Image) error {
	refs, err := v.submit(commons.Drafts(op.Ref{}, s, salted(text))...)
	if err != nil {
		return err
	}
	return v.withPictures(refs[0], pictures, v.lang.T("It is ours now."), v.lang.T("Go on writing as it fits here. Where it came from stays named."))
}

// others are the copies of other cells' pages that belong to this one: what it
// was forked from, and what went on from it.
func (f *folio) others() (out []*commons.Page) {
	id := commons.IDOf(f.Log.Cell(), f.Ref)
	ours := func(o commons.Origin) bool { return o.Page == id }
	for p := range commons.All(f.state.Now()) {
		if p.Copy && !p.Empty() && (f.Origin != nil && p.Origin.Page == f.Origin.Page || slices.ContainsFunc(p.Credits, ours)) {
			out = append(out, p)
		}
	}
	return out
}

// changedThere reports whether what this page came from has changed since.
func (f *folio) changedThere() bool {
	return slices.ContainsFunc(f.others(), func(p *commons.Page) bool { return f.changed(p) })
}

func (f *folio) changed(p *commons.Page) bool {
	return f.Origin != nil && p.Origin.Page == f.Origin.Page && p.Origin.Base != f.Origin.Base
}

func (f *folio) otherRows() (rows []ui.Row) {
	for _, p := range f.others() {
		words := f.lang.T("It went on from ours.")
		if f.changed(p) {
			words = f.lang.T("Theirs changed since we took it over.")
		} else if f.Origin != nil && p.Origin.Page == f.Origin.Page {
			words = f.lang.T("As when we took it over.")
		}
		rows = append(rows, ui.Row{URL: f.url("theirs") + "?from=" + p.Ref.String(), Title: p.Title, Text: p.Origin.Cell + " · " + words})
	}
	return rows
}

// theirs shows the paragraphs of another cell's page that ours has not.
func (f *folio) theirs() error {
	return f.showTheirs(http.StatusOK, f.form(f.url("theirs")), ui.Wrong{})
}

// from is the copy that an address or a form names.
func (f *folio) from() *commons.Page {
	ref, err := op.ParseRef(f.r.FormValue("from"))
	if err != nil {
		return nil
	}
	if p := commons.Find(f.state.Now(), ref); p != nil && p.Copy && !f.Copy {
		return p
	}
	return nil
}

func (f *folio) showTheirs(status int, form ui.Form, wrong ui.Wrong) error {
	from := f.from()
	if from == nil {
		return errNotFound
	}
	ours, theirs, here := f.both(from)
	if !here {
		return errNotFound
	}
	view := ui.OffersView{Over: f.Title, Title: f.lang.T("How {1} has it", from.Origin.Cell), Form: form,
		Lead:   f.lang.T("Tick what fits here. The rest of our page stays as it is."),
		Credit: f.lang.T("It stays written on our page that these words are from {1}.", source(*from.Origin)),
		Hidden: []ui.Choice{{Value: "from", Text: from.Ref.String()}, {Value: ui.FieldBase, Text: f.Current().Hash.String()}, {Value: ui.FieldOther, Text: from.Current().Hash.String()}}}
	for _, o := range commons.Offers(ours, theirs) {
		view.Offers = append(view.Offers, ui.OfferPart{Theirs: o.Theirs, Place: o.Place})
	}
	if len(view.Offers) == 0 {
		view.Lead = f.lang.T("All that stands there stands in our page, too.")
	}
	if f.changed(from) {
		view.SeenText = f.lang.T("We have seen it, and take nothing over")
	}
	p := f.page(view.Title)
	p.Back, p.Wrong = ui.Link{URL: f.url(), Text: f.Title}, wrong
	return f.visit.show(status, ui.OffersPage(p, view))
}

func (f *folio) both(from *commons.Page) (ours, theirs string, here bool) {
	ours, here = f.text(f.Current())
	theirs, there := f.text(from.Current())
	return ours, theirs, here && there
}

// pull takes the paragraphs over that were ticked, and names where they are from.
func (f *folio) pull() error {
	from := f.from()
	if from == nil {
		return errNotFound
	}
	form := f.form(f.url("theirs"))
	ours, theirs, here := f.both(from)
	picked, seen := f.ticked(ui.FieldPick), f.value(ui.FieldAll) != ""
	switch {
	case !here:
		return errNotFound
	case f.value(ui.FieldBase) != f.Current().Hash.String() || f.value(ui.FieldOther) != from.Current().Hash.String():
		return f.showTheirs(http.StatusConflict, form, ui.Wrong{Title: f.lang.T("One of the two pages changed while you looked. Tick once more.")})
	case len(picked) == 0 && !seen:
		return f.showTheirs(http.StatusUnprocessableEntity, form, ui.Wrong{Title: f.lang.T("Tick at least one paragraph.")})
	}
	s := commons.Save{Kind: f.Kind, Slug: f.Slug, Language: f.Language, Title: f.Title, Scope: f.Scope, Base: f.Current().Hash}
	if f.Origin != nil && f.Origin.Page == from.Origin.Page {
		s.Origin = from.Origin // looked at up to here
	}
	if !seen {
		s.Credits, s.Note = f.credits(from), bare(f.lang.T("Taken over from {1}", from.Origin.Cell))
		ours = commons.Pull(ours, theirs, func(i int) bool { return slices.Contains(picked, strconv.Itoa(i)) })
	}
	_, err := f.submit(commons.Drafts(f.Ref, s, salted(ours))...)
	if wrong, ok := f.refused(&form, err, nil); ok {
		return f.showTheirs(http.StatusUnprocessableEntity, form, wrong)
	}
	if err != nil {
		return err
	}
	return f.withPictures(f.Ref, f.visit.folio(from).images(ours), f.lang.T("It is written down."), "")
}

// credits are whom a paragraph of a copy is owed to: the cell that it is of, and
// all that those name. Our own page needs no naming on itself.
func (f *folio) credits(from *commons.Page) (out []commons.Origin) {
	own := commons.IDOf(f.Log.Cell(), f.Ref)
	for _, o := range append([]commons.Origin{*from.Origin}, from.Credits...) {
		if o.Page != own && (f.Origin == nil || o.Page != f.Origin.Page) {
			out = append(out, o)
		}
	}
	return out
}

// bare is a sentence of the house as it may stand in a page: without the signs
// that keep a name apart from the words around it, which no text may hold.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
}

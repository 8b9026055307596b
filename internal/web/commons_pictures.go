package web

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"path"

	"celld/internal/cell/commons"
	"celld/internal/gitserve"
	"celld/internal/op"
	"celld/ui"
)

// pictureRoutes are those to the pictures of pages.
func pictureRoutes() []Route {
	return []Route{
		{"GET", "/commons/p/{page}/picture", Member, onPage((*folio).picturePage)},
		{"POST", "/commons/p/{page}/picture", Member, onPage((*folio).hang)},
		{"GET", "/commons/p/{page}/picture/{name}", Member, onPage((*folio).picture)},
	}
}

// pictureFields are the fields that refusals of a picture are about.
var pictureFields = byCode{{"page.full", ui.FieldPicture}, {"page.many", ui.FieldPicture}, {"page.picture", ui.FieldPicture}, {"page.content", ui.FieldPicture}, {"text.hidden", ui.FieldSeen}}

func (f *folio) picturePage() error {
	if f.Copy {
		return errNotFound
	}
	return f.showPicture(http.StatusOK, ui.Form{Action: f.url("picture"), Values: map[string]string{}}, ui.Wrong{})
}

func (f *folio) showPicture(status int, form ui.Form, wrong ui.Wrong) error {
	p := f.page(f.lang.T("Put a picture on this page"))
	p.Back, p.Wrong = ui.Link{URL: f.url(), Text: f.Title}, wrong
	view := ui.PictureView{Form: form, Title: f.Title, MaxBytes: "8 MB", Room: join(f.roomLeft(), f.pictureRoom())}
	if len(f.pictures()) >= commons.MaxPictures {
		view.Full = f.lang.T("There is room for {1} of these. Begin a new page, or take one out for good.", f.lang.Number(commons.MaxPictures))
		view.Way = ui.Link{URL: f.url("out"), Text: f.lang.T("Take something out for good")}
	}
	return f.visit.show(status, ui.PicturePage(p, view))
}

// pictureRoom says how many more pictures fit, before it is full (W6).
func (f *folio) pictureRoom() string {
	left := commons.MaxPictures - len(f.pictures())
	return f.lang.T("A picture takes {1} kB at most, and counts until it is taken out for good; {2} more fit on this page.", f.lang.Number(commons.MaxPicture>>10), f.lang.Number(max(0, left)))
}

// hang puts a picture on the page, and a line at the end of its text that shows it.
func (f *folio) hang() error {
	form := f.form(f.url("picture"))
	clean, why := f.photo()
	text, here := f.text(f.Current())
	switch {
	case f.Copy:
		return errNotFound
	case why == "" && len(clean) == 0:
		why = f.lang.T("Choose a picture first.")
	}
	seen := f.value(ui.FieldSeen)
	if seen == "" {
		form.Errors[ui.FieldSeen] = f.lang.T("Say in a few words what is to be seen, for who cannot see it.")
	}
	if why != "" {
		form.Errors[ui.FieldPicture] = why
		return f.showPicture(http.StatusUnprocessableEntity, form, ui.Wrong{Title: why, Field: ui.FieldPicture})
	}
	if seen == "" || !here {
		wrong := ui.Wrong{Title: form.Errors[ui.FieldSeen], Field: ui.FieldSeen}
		if !here {
			wrong = ui.Wrong{Title: f.goneWords(f.Current())}
		}
		return f.showPicture(http.StatusUnprocessableEntity, form, wrong)
	}
	i := commons.Image{JPEG: clean}
	rand.Read(i.Salt[:])
	drafts := append(commons.PictureDrafts(f.Ref, i), f.rewritten(text+"\n\n"+commons.Mark(commons.NameOf(i), seen))...)
	_, err := f.submit(drafts...)
	if wrong, ok := f.refused(&form, err, pictureFields); ok {
		return f.showPicture(http.StatusUnprocessableEntity, form, wrong)
	}
	if err != nil {
		return err
	}
	return f.done(f.url(), f.lang.T("The picture is on the page."), f.lang.T("To move it, move its line when you go on writing."))
}

// rewritten is the page with another text, and else as it is.
func (f *folio) rewritten(text string) []op.Draft {
	s := commons.Save{Kind: f.Kind, Slug: f.Slug, Language: f.Language, Title: f.Title, Scope: f.Scope, Copy: f.Copy, Base: f.Current().Hash}
	if f.Copy {
		s.Origin = f.Origin
	}
	return commons.Drafts(f.Ref, s, salted(text))
}

// picture sends one.
func (f *folio) picture() error {
	x, known := f.Called(f.r.PathValue("name"))
	if !known {
		return errNotFound
	}
	b, err := x.Read(f.Log.Read)
	switch {
	case errors.Is(err, commons.ErrGone), errors.Is(err, commons.ErrMissing):
		return errNotFound
	case err != nil:
		return err
	}
	f.w.Header().Set("Content-Type", "image/jpeg")
	_, err = f.w.Write(b)
	return err
}

// prose is a text of the page, with its pictures.
func (f *folio) prose(text string) ui.Prose {
	return ui.Prose{Text: text, Language: f.Language, Pictures: f.shown}
}

// shown tells where a picture of the page lies, or why it does not.
func (f *folio) shown(name string) (src, instead string) {
	x, known := f.Called(name)
	switch {
	case !known:
		return "", f.lang.T("A picture that did not come along:")
	case x.Gone != commons.Here:
		return "", f.lang.T("A picture that was taken out:")
	}
	return f.url("picture", name), ""
}

// within gives each picture of the page once as an address that holds it whole,
// for a file that needs nothing else.
func (f *folio) within() func(string) (src, instead string) {
	given := map[string]bool{}
	return func(name string) (src, instead string) {
		if src, instead = f.shown(name); src == "" {
			return "", instead
		}
		x, _ := f.Called(name)
		b, err := x.Read(f.Log.Read)
		if err != nil {
			return "", f.lang.T("A picture that did not come along:")
		}
		if given[name] {
			return "", f.lang.T("The picture above:")
		}
		given[name] = true
		return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b), ""
	}
}

// beside are the pictures that a file of a page shows, to lie in the same
// folder: those that are here and do not lie there yet.
func (v *visit) beside(x leaf, file []byte, there map[string]bool) (out []gitserve.Change) {
	for _, pic := range x.page.Shown(string(file)) {
		at := path.Dir(x.path) + "/" + pic.Name()
		if b, err := pic.Read(v.Log.Read); err == nil && !there[at] {
			there[at] = true
			out = append(out, gitserve.Change{Path: at, Content: b})
		}
	}
	return out
}

// pictures are those of the page that are here.
func (f *folio) pictures() (out []op.Ref) {
	for _, x := range f.Pictures {
		if x.Gone == commons.Here {
			out = append(out, x.Ref)
		}
	}
	return out
}

// picks are the pictures of the page that are here, to choose those that go.
func (f *folio) picks() (out []ui.PickView) {
	text, _ := f.text(f.Current())
	for _, x := range f.Pictures {
		if x.Gone != commons.Here {
			continue
		}
		seen := commons.Seen(text, x.Name())
		if seen == "" {
			seen = f.lang.T("A picture that the page does not show any more")
		}
		out = append(out, ui.PickView{Name: x.Name(), Seen: seen, URL: f.url("picture", x.Name())})
	}
	return out
}

// withoutPictures are the drafts that take pictures off the page, and ask for
// their bytes to go.
func (f *folio) withoutPictures(names []string) (drafts []op.Draft) {
	text, here := f.text(f.Current())
	var gone []op.Ref
	found := false
	for _, name := range names {
		x, known := f.Called(name)
		if !known || x.Gone != commons.Here {
			continue
		}
		gone = append(gone, x.Ref)
		left, shown := commons.WithoutPicture(text, name, takenOut)
		text, found = left, found || shown
	}
	none := func(commons.Version) bool { return false }
	asks := wish(f.Page, none, commons.Version{}, gone...)
	if here && found && len(asks) > 0 {
		drafts = f.rewritten(text)
	}
	return append(drafts, asks...)
}

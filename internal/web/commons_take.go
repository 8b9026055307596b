package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/commons"
	"celld/internal/cell/people"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
	"celld/ui/markdown"
)

const takeURL = "/commons/take"

// takeRoutes are the ways on which the pages leave the house.
func takeRoutes() []Route {
	return []Route{
		{"GET", takeURL, Member, (*visit).takePage},
		{"POST", takeURL, Member, (*visit).makePagesAddress},
		{"POST", takeURL + "/end", Member, (*visit).endPagesAddress},
		{"GET", takeURL + "/pages.zip", Member, (*visit).pagesZip},
		{"GET", takeURL + "/pages.html", Member, (*visit).pagesFile},
		{"GET", takeURL + "/booklet", Member, (*visit).booklet},
	}
}

func (v *visit) takePage() error { return v.showTake("") }

func (v *visit) showTake(address string) error {
	view := ui.TakeView{MakeURL: takeURL, Address: address, ZipURL: takeURL + "/pages.zip", FileURL: takeURL + "/pages.html"}
	for _, l := range v.tonguesOf() {
		view.Booklets = append(view.Booklets, ui.Row{URL: takeURL + "/booklet?in=" + l, Title: tongueName(l)})
	}
	if len(v.leaves(false)) > 0 {
		view.Public = v.address() + "/commons.git"
	}
	if address != "" || cell.PeopleOf(v.state).Names().ReadsPages(v.me()) {
		view.EndURL = takeURL + "/end"
	}
	p := v.page(v.lang.T("Take the pages with you"))
	p.Back = ui.Link{URL: "/commons", Text: v.lang.T("Our pages")}
	return v.show(http.StatusOK, ui.TakePage(p, view))
}

// tonguesOf are the languages in which there are pages, the reader's own first.
func (v *visit) tonguesOf() (out []string) {
	seen := map[string]bool{}
	for _, own := range []bool{true, false} {
		for p := range commons.All(v.state.Now()) {
			if !p.Empty() && !seen[p.Language] && own == (p.Language == v.lang.Code()) {
				seen[p.Language] = true
				out = append(out, p.Language)
			}
		}
	}
	return out
}

func tongueName(code string) string {
	if l, ok := locale.Find(code); ok {
		return l.Name()
	}
	return code
}

// makePagesAddress makes an address for git, and ends the one before. As with a
// calendar's, what is kept of it is its hash.
func (v *visit) makePagesAddress() error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	if err := v.readPages(sha256.Sum256(secret)); err != nil {
		return err
	}
	return v.showTake(v.address() + "/git/" + base64.RawURLEncoding.EncodeToString(secret) + "/commons.git")
}

func (v *visit) endPagesAddress() error {
	if err := v.readPages([32]byte{}); err != nil {
		return err
	}
	return v.done(takeURL, v.lang.T("That address leads nowhere any more."), "")
}

func (v *visit) readPages(code [32]byte) error {
	_, err := v.submit(op.Draft{Kind: people.KindPages, Content: people.Calendar{Code: code}})
	return err
}

// now are the pages as they are, each with a text that is here.
func (v *visit) nowPages(each func(leaf, string) error) error {
	last := map[op.Ref]leaf{}
	for _, x := range v.leaves(true) {
		last[x.page.Ref] = x
	}
	for _, p := range commons.Sorted(v.state.Now()) {
		x, ok := last[p.Ref]
		if !ok {
			continue
		}
		if text, err := x.Read(v.Log.Read); err == nil {
			if err := each(x, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// download names what is about to be sent, and gives it time.
func (v *visit) download(kind, name string) {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="pages-`+v.date.Format(time.DateOnly)+name+`"`)
	_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(carryTime)) // where there is none, the server's own holds
}

// broken ends a download that went wrong: nobody shall take a part for the whole. Of
// who went away meanwhile the log tells nothing: the error would name their device.
func (v *visit) broken(err error) error {
	if err == nil {
		return nil
	}
	if v.r.Context().Err() == nil {
		v.Logger.Error("a download broke off", "page", v.r.Pattern, "err", err)
	}
	panic(http.ErrAbortHandler)
}

// pagesZip is a folder of all pages, as they are now: for a stick, or a mail.
func (v *visit) pagesZip() error {
	name := cell.PeopleOf(v.state).Cell()
	v.download("application/zip", ".zip")
	z, pictures := &zipper{w: v.w}, map[string]bool{}
	z.add("README.md", v.date, readme(name))
	err := v.nowPages(func(x leaf, text string) error {
		z.add(x.path, at(x.when), commons.FileOf(v.Log.Cell(), name, x.page, x.Version, text).Encode())
		for _, pic := range v.beside(x, []byte(text), pictures) {
			z.add(pic.Path, at(x.when), pic.Content)
		}
		return z.err
	})
	if err == nil {
		err = z.close()
	}
	return v.broken(err)
}

// pagesFile is all pages in one file that needs nothing else, made page by page.
func (v *visit) pagesFile() error {
	v.download("text/html; charset=utf-8", ".html")
	view := v.book("")
	ctx := v.r.Context()
	err := ui.BookFile(view).Render(ctx, v.w)
	if err == nil {
		err = v.nowPages(func(x leaf, text string) error {
			return ui.BookLeaf(view, v.bookLeaf(x, text, v.folio(x.page).within())).Render(ctx, v.w)
		})
	}
	return v.broken(err)
}

// book is what stands before the pages: what it is, and what is in it. Pages
// are in one language, or in all.
func (v *visit) book(in string) ui.Book {
	b := ui.Book{Lang: v.lang, Title: cell.PeopleOf(v.state).Cell(), AsOf: v.lang.Date(v.date), Licence: commons.Licence}
	for _, p := range commons.Sorted(v.state.Now()) {
		if !p.Copy && (in == "" || in == p.Language) {
			b.Contents = append(b.Contents, ui.Link{URL: "#p" + commons.IDOf(v.Log.Cell(), p.Ref).String(), Text: p.Title})
		}
	}
	return b
}

func (v *visit) bookLeaf(x leaf, text string, pictures markdown.Pictures) ui.Leaf {
	l := ui.Leaf{ID: "p" + commons.IDOf(v.Log.Cell(), x.page.Ref).String(), Title: x.page.Title, Language: x.page.Language, Text: text, Pictures: pictures}
	f := commons.FileOf(v.Log.Cell(), "", x.page, x.Version, "")
	for _, from := range f.Lineage() {
		l.Credits = append(l.Credits, v.lang.T("From “{1}” of {2}, under {3}.", from.Title, from.Cell, from.Licence))
	}
	return l
}

// booklet is the pages of one language, made to be printed and folded.
func (v *visit) booklet() error {
	in := v.r.URL.Query().Get("in")
	if tongues := v.tonguesOf(); in == "" && len(tongues) > 0 {
		in = tongues[0]
	}
	view := v.book(in)
	if err := v.nowPages(func(x leaf, text string) error {
		if x.page.Language == in {
			view.Leaves = append(view.Leaves, v.bookLeaf(x, text, v.folio(x.page).shown))
		}
		return nil
	}); err != nil {
		return err
	}
	p := v.page(view.Title)
	p.Paper, p.Back = true, ui.Link{URL: "/commons/take", Text: v.lang.T("Take the pages with you")}
	return v.show(http.StatusOK, ui.BookletPage(p, view))
}

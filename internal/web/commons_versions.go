package web

import (
	"net/http"
	"strings"

	"celld/internal/cell/commons"
	"celld/ui"
	"celld/ui/locale"
)

// versions lists them, the newest first.
func (f *folio) versions() error {
	span, last := f.span(pagesAtOnce, f.Versions.Len()), f.Versions.Len()-1
	view := ui.LeafView{Over: f.Title, Title: f.lang.T("All versions"), Lead: f.lang.T("After thirty days the last version of each day is kept, once the router knows the date.")}
	part := ui.LeafPart{Title: f.lang.T("The newest first")}
	for i := span.from(); i < span.to(); i++ {
		part.Rows = append(part.Rows, f.versionRow(f.Versions.At(last-i)))
	}
	view.Parts = []ui.LeafPart{part}
	view.Previous, view.Next = span.ways(f.url("versions") + "?page=")
	p := f.page(view.Title)
	p.Back = ui.Link{URL: f.url(), Text: f.Title}
	return f.visit.show(http.StatusOK, ui.LeafPage(p, view))
}

func (f *folio) versionRow(x commons.Version) ui.Row {
	words := []string{f.people.Name(x.By)}
	switch {
	case x.Gone == commons.Taken:
		words = append(words, f.lang.T("taken out for good"))
	case x.Gone == commons.Thinned:
		words = append(words, f.lang.T("no longer kept"))
	case x.Beside:
		words = append(words, f.lang.T("a draft beside the page"))
	}
	if x.Note != "" {
		words = append(words, f.lang.Isolate(x.Note))
	}
	return ui.Row{URL: f.url("changes") + "?v=" + x.Hash.String(), Title: locale.Capital(f.when(x)), Mixed: true, Text: strings.Join(words, " · ")}
}

// changes shows what a version made of the one that it was written from, by
// paragraph and, where a paragraph stayed in its place, by word.
func (f *folio) changes() error {
	x, ok := f.version(f.r.URL.Query().Get("v"))
	if !ok {
		x = f.Current()
	}
	base, from := f.Find(x.Base)
	if b, ok := f.version(f.r.URL.Query().Get("from")); ok {
		base, from = b, true
	}
	view := ui.DiffView{Over: f.Title, Note: ui.Speech{Text: x.Note, By: f.people.Name(x.By), Details: []string{f.when(x)}}}
	is, here := f.text(x)
	was, there := "", true
	view.Title = f.lang.T("The first version.")
	if from {
		was, there = f.text(base)
		view.Title = f.lang.T("What was written {2}, beside what was written {1}.", f.when(base), f.when(x))
	}
	switch {
	case !here:
		view.Title = f.goneWords(x)
	case !there:
		view.Title = f.lang.T("The version before is no longer here, so the whole text is shown.")
		fallthrough
	default:
		view.Parts = f.diff(was, is)
	}
	if here {
		view.Ways = append(view.Ways, ui.Link{URL: f.url() + "?v=" + x.Hash.String(), Text: f.lang.T("Read this version")})
	}
	if now := f.Current(); now.Hash != x.Hash {
		view.Ways = append(view.Ways, ui.Link{URL: f.url("changes") + "?v=" + now.Hash.String() + "&from=" + x.Hash.String(), Text: f.lang.T("What changed from then until now")})
	}
	view.Ways = append(view.Ways, ui.Link{URL: f.url("versions"), Text: f.lang.T("All versions")})
	p := f.page(f.lang.T("What changed"))
	p.Back = ui.Link{URL: f.url(), Text: f.Title}
	return f.visit.show(http.StatusOK, ui.DiffPage(p, view))
}

func (f *folio) diff(was, is string) (parts []ui.DiffPart) {
	for _, c := range commons.Compare(was, is) {
		if c.Same {
			parts = append(parts, ui.DiffPart{Alike: f.lang.N("One paragraph stays as it was.", "{1} paragraphs stay as they were.", len(c.Is))})
			continue
		}
		for i := range max(len(c.Was), len(c.Is)) {
			parts = append(parts, ui.DiffPart{Words: spans(nth(c.Was, i), nth(c.Is, i))})
		}
	}
	return parts
}

func nth(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// spans compares two paragraphs word by word, unless they are so long that the
// table for it would be.
func spans(was, is string) []ui.Span {
	if len(was)*len(is) < 4<<20 {
		return differ(was, is)
	}
	return []ui.Span{{Op: ui.Removed, Text: was}, {Op: ui.Added, Text: is}}
}

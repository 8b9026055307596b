package web

import (
	"crypto/sha256"
	"embed"
	"net/http"
	"strings"

	"celld/internal/cell/commons"
	"celld/ui"
	"celld/ui/locale"
)

// starterFiles are pages that lie ready for a cell that begins, in every language
// of the house. They were written for this program, and are free to change.
//
//go:embed starter
var starterFiles embed.FS

// starters are what they are, in the order of reading.
var starters = []struct {
	name string
	kind commons.Kind
}{
	{"playbook", commons.Playbook}, {"roles", commons.RoleSheet}, {"round", commons.Guide}, {"circle", commons.Guide},
	{"safety", commons.Packet}, {"letters", commons.Template},
}

// starter is one of them: as a file that a cell called celld gave away.
func starter(l locale.Lang, name string) (f commons.File, ok bool) {
	b, err := starterFiles.ReadFile("starter/" + l.Code() + "/" + name + ".md")
	if err != nil {
		return f, false
	}
	title, text, _ := strings.Cut(strings.TrimPrefix(string(b), "# "), "\n")
	sum := sha256.Sum256([]byte("celld starter v1\x00" + l.Code() + "/" + name))
	f = commons.File{Cell: "celld", Page: commons.ID(sum[:16]), Slug: name, Language: l.Code(), Title: title, Licence: commons.Licence, Text: strings.TrimSpace(text)}
	f.Version = commons.Sum(commons.Salt{}, f.Text)
	for _, s := range starters {
		if s.name == name {
			f.Kind = s.kind
		}
	}
	return f, f.Kind != ""
}

// starterRows are those in the visitor's language that nobody has taken yet.
func (v *visit) starterRows() ui.LeafPart {
	part := ui.LeafPart{Title: v.lang.T("Ready to begin with"), Text: v.lang.T("Written for cells that begin. Make one yours, and change it as it fits.")}
	for _, s := range starters {
		if f, ok := starter(v.lang, s.name); ok && !v.forked(f.Page) {
			part.Rows = append(part.Rows, ui.Row{URL: starterURL(v.lang, s.name), Title: f.Title, Text: v.lang.T(sortOfPage(s.kind).one)})
		}
	}
	return part
}

func starterURL(l locale.Lang, name string) string {
	return commonsURL + "/starter/" + l.Code() + "/" + name
}

// forked reports whether a page of ours came from that one.
func (v *visit) forked(id commons.ID) bool {
	for p := range commons.All(v.state.Now()) {
		if !p.Copy && !p.Empty() && p.Origin != nil && p.Origin.Page == id {
			return true
		}
	}
	return false
}

func (v *visit) starterAsked() (commons.File, bool) {
	l, ok := locale.Find(v.r.PathValue("lang"))
	if !ok || l.Code() != v.r.PathValue("lang") {
		return commons.File{}, false
	}
	return starter(l, v.r.PathValue("name"))
}

func (v *visit) starterPage() error {
	f, ok := v.starterAsked()
	if !ok {
		return errNotFound
	}
	view := ui.LeafView{Over: v.lang.T("Ready to begin with"), Title: f.Title, Said: true, Prose: ui.Prose{Text: f.Text, Language: f.Language},
		Posts: []ui.Action{{URL: v.r.URL.Path, Text: v.lang.T("Make it ours")}}, Note: v.lang.T("It may be copied and changed by everybody: {1}.", f.Licence)}
	for _, l := range locale.All {
		if l.Code() != f.Language {
			view.Ways = append(view.Ways, ui.Link{URL: starterURL(l, f.Slug), Text: l.Name()})
		}
	}
	p := v.page(f.Title)
	p.Back = ui.Link{URL: commonsURL, Text: v.lang.T("Our pages")}
	return v.show(http.StatusOK, ui.LeafPage(p, view))
}

func (v *visit) takeStarter() error {
	f, ok := v.starterAsked()
	if !ok {
		return errNotFound
	}
	from := f.Source()
	return v.makeOurs(commons.Save{Kind: f.Kind, Slug: f.Slug, Language: f.Language, Title: f.Title, Scope: commons.OfCell, Origin: &from}, f.Text, nil)
}

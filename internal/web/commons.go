package web

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"celld/internal/cell"
	"celld/internal/cell/commons"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const (
	commonsURL  = "/commons"
	pageForm    = 512 << 10 // a full page, as browsers send it
	pagesAtOnce = 50
	leafOfPaper = 2 << 10 // what is written on one
)

// commonsRoutes are those to what the cell knows.
func commonsRoutes() []Route {
	return []Route{
		{"GET", "/commons", Member, (*visit).commons},
		{"GET", "/commons/new", Member, (*visit).newPage},
		{"POST", "/commons/new", Member, (*visit).beginPage},
		{"GET", "/commons/agreements", Member, (*visit).agreements},
		{"GET", "/commons/agreements/{ref}", Member, (*visit).agreement},
		{"GET", "/commons/bring", Member, (*visit).bring},
		{"POST", "/commons/bring", Member, (*visit).brought},
		{"GET", "/commons/starter/{lang}/{name}", Member, (*visit).starterPage},
		{"POST", "/commons/starter/{lang}/{name}", Member, (*visit).takeStarter},
		{"GET", "/commons/p/{page}", Member, onPage((*folio).show)},
		{"GET", "/commons/p/{page}/edit", Member, onPage((*folio).edit)},
		{"POST", "/commons/p/{page}/edit", Member, onPage((*folio).save)},
		{"GET", "/commons/p/{page}/versions", Member, onPage((*folio).versions)},
		{"GET", "/commons/p/{page}/changes", Member, onPage((*folio).changes)},
		{"GET", "/commons/p/{page}/file", Member, onPage((*folio).file)},
		{"POST", "/commons/p/{page}/fork", Member, onPage((*folio).fork)},
		{"GET", "/commons/p/{page}/theirs", Member, onPage((*folio).theirs)},
		{"POST", "/commons/p/{page}/theirs", Member, onPage((*folio).pull)},
		{"GET", "/commons/p/{page}/out", Member, onPage((*folio).out)},
		{"POST", "/commons/p/{page}/out", Member, onPage((*folio).ask)},
		{"POST", "/commons/p/{page}/out/{ask}/{answer}", Member, onPage((*folio).answer)},
	}
}

// folio is a page under a visitor's eyes.
type folio struct {
	*visit
	*commons.Page
	people cell.People
}

func onPage(f func(*folio) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("page"))
		p := commons.Find(v.state.Now(), ref)
		if err != nil || p == nil {
			return errNotFound
		}
		return f(v.folio(p))
	}
}

func (v *visit) folio(p *commons.Page) *folio { return &folio{v, p, cell.PeopleOf(v.state)} }

func (f *folio) url(act ...string) string { return pageURL(f.Ref, act...) }

func pageURL(r op.Ref, act ...string) string {
	return strings.Join(append([]string{commonsURL, "p", r.String()}, act...), "/")
}

// text is what a version says; empty and false where it is not here.
func (v *visit) text(x commons.Version) (string, bool) {
	text, err := x.Read(v.Log.Read)
	return text, err == nil
}

// pageSort is a kind of page, as people call it: several, and one.
type pageSort struct {
	kind      commons.Kind
	many, one string
}

var sorts = []pageSort{
	{commons.Playbook, locale.M("How we do things"), locale.M("playbook")},
	{commons.RoleSheet, locale.M("What goes round"), locale.M("role sheet")},
	{commons.Template, locale.M("To write to others"), locale.M("letter to copy")},
	{commons.Packet, locale.M("For newcomers"), locale.M("for newcomers")},
	{commons.Guide, locale.M("Guides"), locale.M("guide")},
	{commons.Agreement, locale.M("Agreements in force"), locale.M("agreement")},
}

// sortOfPage has the words for a kind of page.
func sortOfPage(k commons.Kind) pageSort {
	for _, s := range sorts {
		if s.kind == k {
			return s
		}
	}
	return pageSort{}
}

// openTo says whom a page is for.
func openTo(s commons.Scope) string {
	switch s {
	case commons.OfCell:
		return locale.M("for us alone")
	case commons.Linked:
		return locale.M("for us and for cells we are linked with")
	case commons.Public:
		return locale.M("for everybody who comes by")
	}
	return ""
}

// commons is the shelf: our pages by kind, those of other cells, and what lies
// ready to begin with.
func (v *visit) commons() error {
	all := commons.Sorted(v.state.Now())
	part := v.span(pagesAtOnce, len(all))
	view := ui.LeafView{Title: v.lang.T("Our pages"), Lead: v.lang.T("What we know and how we do things, written by all of us."),
		Go: ui.Link{URL: commonsURL + "/new", Text: v.lang.T("Write a page")}}
	view.Ways = []ui.Link{{URL: commonsURL + "/agreements", Text: v.lang.T("Agreements in force")}, {URL: commonsURL + "/bring", Text: v.lang.T("Bring in a page of another cell")},
		{URL: takeURL, Text: v.lang.T("Take the pages with you")}}
	view.Previous, view.Next = part.ways(commonsURL + "?page=")
	if len(all) == 0 {
		view.Empty = v.lang.T("Nothing is written down yet. Begin with a page that others have written for you, and make it yours.")
	}
	view.Parts = append(v.shelves(of(part, all)), v.starterRows())
	view.Note = v.roomLeft()
	return v.show(http.StatusOK, ui.LeafPage(v.page(view.Title), view))
}

// shelves puts pages under their kinds, and those of others behind.
func (v *visit) shelves(pages []*commons.Page) []ui.LeafPart {
	var parts []ui.LeafPart
	for _, k := range commons.Kinds {
		part := ui.LeafPart{Title: v.lang.T(sortOfPage(k).many)}
		for _, p := range pages {
			if p.Kind == k && !p.Copy {
				part.Rows = append(part.Rows, v.folio(p).row())
			}
		}
		parts = append(parts, part)
	}
	others := ui.LeafPart{Title: v.lang.T("Pages of other cells")}
	for _, p := range pages {
		if p.Copy {
			row := v.folio(p).row()
			row.Text = p.Origin.Cell + " · " + row.Text
			others.Rows = append(others.Rows, row)
		}
	}
	return append(parts, others)
}

func (f *folio) row() ui.Row {
	words := []string{tongue(f.Language)}
	if f.Scope != commons.OfCell {
		words = append(words, f.lang.T(openTo(f.Scope)))
	}
	if len(f.Open()) > 0 {
		words = append(words, f.lang.T("something is to be taken out"))
	}
	if len(f.Drafts()) > 0 {
		words = append(words, f.lang.T("has a draft beside it"))
	}
	if len(f.others()) > 0 && f.changedThere() {
		words = append(words, f.lang.T("theirs changed"))
	}
	return ui.Row{URL: f.url(), Title: f.Title, Text: strings.Join(words, " · ")}
}

// tongue is a language by its own name, or by its letters.
func tongue(code string) string {
	if l, ok := locale.Find(code); ok && l.Code() == code {
		return l.Name()
	}
	return code
}

// roomLeft says how much may still be written, before it is full (W6).
func (v *visit) roomLeft() string {
	left := max(0, commons.MaxAll-int(commons.Used(v.state.Now())))
	return v.lang.T("There is room for about {1} more sheets of paper on all our pages together, and for about {2} on one.", v.lang.Number(left/leafOfPaper), v.lang.Number(commons.MaxText/leafOfPaper))
}

// show is one page, in its newest version or in the one that is asked for.
func (f *folio) show() error {
	x, current := f.Current(), true
	if old, ok := f.version(f.r.URL.Query().Get("v")); ok {
		x, current = old, old.Hash == x.Hash
	}
	view := ui.LeafView{Over: join(locale.Capital(f.lang.T(sortOfPage(f.Kind).one)), "·", tongue(f.Language), "·", f.lang.T(openTo(f.Scope))), Title: f.Title, Said: true}
	text, here := f.text(x)
	view.Prose = f.prose(text)
	if !here {
		view.Lead = f.goneWords(x)
	}
	p := f.page(f.Title)
	p.Back = ui.Link{URL: commonsURL, Text: f.lang.T("Our pages")}
	if !current {
		p.Banners = append(p.Banners, ui.Banner{Kind: ui.ChangedBanner, Title: f.lang.T("This is an old version."), Links: []ui.Link{{URL: f.url(), Text: f.lang.T("Read the page as it is now")}}})
	} else {
		p.Banners = f.banners()
	}
	view.Facts = f.facts(x)
	f.ways(&view)
	return f.visit.show(http.StatusOK, ui.LeafPage(p, view))
}

func (f *folio) ways(view *ui.LeafView) {
	l := f.lang
	if f.Copy {
		view.Posts = []ui.Action{{URL: f.url("fork"), Text: l.T("Make it ours")}}
		view.Note = l.T("Ours then goes its own way, and says where it came from.")
	} else {
		view.Go = ui.Link{URL: f.url("edit"), Text: l.T("Go on writing")}
		view.Parts = []ui.LeafPart{{Title: l.T("How others have it"), Rows: f.otherRows()}}
	}
	view.Ways = []ui.Link{{URL: f.url("versions"), Text: l.T("All versions")}}
	if !f.Copy {
		view.Ways = append(view.Ways, ui.Link{URL: f.url("picture"), Text: l.T("Put a picture on this page")}, ui.Link{URL: f.url("file"), Text: l.T("Take it along as a file, for another cell")})
	}
	view.Ways = append(view.Ways, ui.Link{URL: f.url("out"), Text: l.T("Take something out for good")})
}

func (f *folio) goneWords(x commons.Version) string {
	switch x.Gone {
	case commons.Taken:
		return f.lang.T("This text was taken out for good.")
	case commons.Thinned:
		return f.lang.T("Of that day only the last version is kept.")
	}
	return f.lang.T("This text has not come to this router yet.")
}

// facts are where a page came from, and who wrote on it last. Outside the cell
// it is the cell's (W4).
func (f *folio) facts(x commons.Version) []ui.Fact {
	facts := []ui.Fact{{Question: f.lang.T("Written by"), Answer: f.people.Name(x.By)}, {Question: f.lang.T("When"), Answer: f.when(x)}, {Question: f.lang.T("What changed"), Answer: x.Note, Said: true}}
	if f.Origin != nil {
		facts = append(facts, ui.Fact{Question: f.lang.T("Came from"), Answer: source(*f.Origin)})
	}
	var with []string
	for _, c := range f.Credits {
		with = append(with, source(c))
	}
	return append(facts, ui.Fact{Question: f.lang.T("With words from"), Answer: strings.Join(with, "; ")})
}

// source names where something came from, in the words of who gave it.
func source(o commons.Origin) string { return o.Cell + ", " + o.Title + " (" + o.Licence + ")" }

func (f *folio) when(x commons.Version) string {
	if !x.Dated {
		return f.lang.T("without a date")
	}
	return f.lang.On(at(x.Time), f.date)
}

// version finds one by its name in an address.
func (f *folio) version(name string) (commons.Version, bool) {
	h, _ := hex.DecodeString(name)
	if len(h) != len(commons.Hash{}) {
		return commons.Version{}, false
	}
	return f.Find(commons.Hash(h))
}

// banners say what waits on a page.
func (f *folio) banners() (out []ui.Banner) {
	l := f.lang
	for _, a := range f.Open() {
		b := ui.Banner{Kind: ui.NoteBanner, Title: l.T("{1} asks to take something out for good.", f.people.Name(a.By)), Text: f.askWords(a)}
		if a.By != f.me() {
			b.Posts = append(b.Posts, ui.Action{URL: f.url("out", a.Ref.String(), "yes"), Text: l.T("Yes, take it out")})
		}
		for _, x := range f.askedPictures(a) {
			b.Links = append(b.Links, ui.Link{URL: f.url("picture", x.Name()), Text: l.T("See the picture")})
		}
		b.Posts = append(b.Posts, ui.Action{URL: f.url("out", a.Ref.String(), "no"), Text: l.T("No, leave it")})
		out = append(out, b)
	}
	for _, d := range f.Drafts() {
		out = append(out, ui.Banner{Kind: ui.NoteBanner, Title: l.T("There is a draft beside this page, by {1}.", f.people.Name(d.By)),
			Links: []ui.Link{{URL: f.url() + "?v=" + d.Hash.String(), Text: l.T("Read it")}, {URL: f.url("edit") + "?with=" + d.Hash.String(), Text: l.T("Bring both together")}}})
	}
	return out
}

// askedPictures are the pictures that an ask is about.
func (f *folio) askedPictures(a commons.Ask) (out []commons.Picture) {
	for _, x := range f.Pictures {
		if slices.Contains(a.Versions, x.Ref) {
			out = append(out, x)
		}
	}
	return out
}

func (f *folio) askWords(a commons.Ask) string {
	words := ""
	pictures := len(f.askedPictures(a))
	if n := len(a.Versions) - pictures; n > 0 {
		words = f.lang.N("It is about one version.", "It is about {1} versions.", n)
	}
	if pictures > 0 {
		words = join(words, f.lang.N("It is about one picture.", "It is about {1} pictures.", pictures))
	}
	if due := a.Due(); due != 0 {
		return join(words, f.lang.T("With a second yes it goes at once; without one {1}, unless somebody says no.", f.lang.On(at(due), f.date)))
	}
	return join(words, f.lang.T("Nobody knew the date, so a second person has to say yes."))
}

// agreements lists what is in force. They are made by rounds, and changed by
// rounds alone (W1).
func (v *visit) agreements() error {
	n := v.pageNumber()
	found := roundList(v.state).InForce(consent.Agreement, n*pagesAtOnce, pagesAtOnce+1)
	if n > 0 && len(found) == 0 { // the list has ended before
		n, found = 0, roundList(v.state).InForce(consent.Agreement, 0, pagesAtOnce+1)
	}
	view := ui.LeafView{Title: v.lang.T("Agreements in force"), Lead: v.lang.T("What we have agreed on. Only a round changes it.")}
	part := ui.LeafPart{Title: v.lang.T("The newest first")}
	for _, a := range found[:min(len(found), pagesAtOnce)] {
		row := ui.Row{URL: commonsURL + "/agreements/" + a.Ref.String(), Title: a.Title}
		if a.Decided > 0 {
			row.Text = v.lang.On(at(a.Decided), v.date)
		}
		part.Rows = append(part.Rows, row)
	}
	view.Parts = []ui.LeafPart{part}
	if len(found) > pagesAtOnce {
		view.Next = commonsURL + "/agreements?page=" + strconv.Itoa(n+1)
	}
	if n > 0 {
		view.Previous = commonsURL + "/agreements?page=" + strconv.Itoa(n-1)
	}
	if len(part.Rows) == 0 {
		view.Empty = v.lang.T("There is no agreement here.")
	}
	p := v.page(view.Title)
	p.Back = ui.Link{URL: commonsURL, Text: v.lang.T("Our pages")}
	return v.show(http.StatusOK, ui.LeafPage(p, view))
}

func (v *visit) agreement() error {
	ref, err := op.ParseRef(v.r.PathValue("ref"))
	r, _ := v.state.Value(consent.Key(ref)).(*consent.Round)
	if err != nil || !r.InForce() || r.Class != consent.Agreement {
		return errNotFound
	}
	t := r.Text()
	view := ui.LeafView{Over: locale.Capital(v.lang.T("agreement")), Title: t.Heading(), Said: true, Prose: ui.Prose{Text: t.What},
		Facts: []ui.Fact{{Question: v.lang.T("Why"), Answer: t.Why, Said: true}, {Question: v.lang.T("Who does it"), Answer: t.Who, Said: true},
			{Question: v.lang.T("How we will know"), Answer: strings.Join(t.Criteria, "; "), Said: true}},
		Go:   ui.Link{URL: "/rounds/new?amends=" + ref.String(), Text: v.lang.T("Bring a round to change it")},
		Ways: []ui.Link{{URL: roundURL(ref), Text: v.lang.T("How we came to it")}}}
	if t.ReviewOn > 0 {
		view.Facts = append(view.Facts, ui.Fact{Question: v.lang.T("We look again"), Answer: v.lang.Date(at(t.ReviewOn))})
	}
	p := v.page(view.Title)
	p.Back = ui.Link{URL: commonsURL + "/agreements", Text: v.lang.T("Agreements in force")}
	return v.show(http.StatusOK, ui.LeafPage(p, view))
}

// salted is a text with chance of its own.
func salted(text string) (t commons.Text) {
	rand.Read(t.Salt[:])
	t.Text = text
	return t
}

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"celld/internal/cell/directory"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const (
	directoryURL  = "/directory"
	entriesAPage  = 50
	entriesAtOnce = 8 // of each sort on the first page
	fitsShown     = 3
)

func entryURL(r op.Ref) string { return directoryURL + "/" + r.String() }

var areaWords = [...]string{
	directory.Hands: locale.M("A pair of hands"), directory.Repair: locale.M("Repairs"), directory.Food: locale.M("Food"),
	directory.Transport: locale.M("Getting around"), directory.Care: locale.M("Care and health"), directory.Tools: locale.M("Tools and things"),
	directory.Room: locale.M("Room to be in"), directory.Learning: locale.M("Learning and languages"), directory.Paper: locale.M("Papers and offices"),
	directory.Other: locale.M("Something else"),
}

// The three sorts: what a list of them is called, and what one of them says.
var sortWords = []struct {
	sort      directory.Sort
	many, one string
}{
	{directory.Need, locale.M("What is needed"), locale.M("A need")},
	{directory.Offer, locale.M("What is there to be had"), locale.M("An offer")},
	{directory.Skill, locale.M("What we can do"), locale.M("A skill")},
}

func sortOf(name string) directory.Sort {
	for _, s := range sortWords {
		if s.sort.String() == name {
			return s.sort
		}
	}
	return 0
}

// entries is the directory; nil before anybody wrote to it.
func (v *visit) entries() *directory.Book {
	b, _ := v.state.Value(directory.Key).(*directory.Book)
	return b
}

// stillThere reports whether the day of an entry has not passed.
func (v *visit) stillThere(e directory.Entry) bool {
	now, trusted := v.clocked()
	return !(trusted && e.Over(now))
}

// standingOf are the entries of a sort, the newest first.
func (v *visit) standingOf(s directory.Sort) (out []directory.Entry) {
	for _, e := range slices.Backward(v.entries().All()) {
		if e.Sort == s && v.stillThere(e) {
			out = append(out, e)
		}
	}
	return out
}

// needsOf are the needs of a project.
func (v *visit) needsOf(project op.Ref) (out []directory.Entry) {
	for _, e := range v.standingOf(directory.Need) {
		if e.Project == project {
			out = append(out, e)
		}
	}
	return out
}

// directory lists what stands: some of each sort, or all of one by pages.
func (b *books) directory() error {
	v := ui.DirectoryView{NewURL: directoryURL + "/new"}
	only := sortOf(b.r.URL.Query().Get(ui.FieldSort))
	for _, s := range sortWords {
		if only != 0 && only != s.sort {
			continue
		}
		var stock []ui.Row
		if s.sort == directory.Need {
			stock = b.stockNeeds()
		}
		entries := b.standingOf(s.sort)
		n := len(stock) + len(entries)
		l, first, last := ui.EntryList{Title: b.lang.T(s.many)}, 0, n
		to := directoryURL + "?" + ui.FieldSort + "=" + s.sort.String()
		switch {
		case only == s.sort:
			part := b.span(entriesAPage, n)
			first, last = part.from(), part.to()
			v.Previous, v.Next = part.ways(to + "&page=")
		case n == 0:
			continue
		case n > entriesAtOnce:
			last, l.All = entriesAtOnce, ui.Link{URL: to, Text: b.lang.T("All {1}", n)}
		}
		shown := entries[max(0, first-len(stock)):max(0, last-len(stock))]
		l.Rows = append(stock[min(first, len(stock)):min(last, len(stock))], b.entryRows(shown, op.Ref{})...)
		v.Lists = append(v.Lists, l)
	}
	p := b.page(b.lang.T("Needs and offers"))
	if only != 0 {
		p.Back = ui.Link{URL: directoryURL, Text: b.lang.T("Needs and offers")}
	} else {
		v.Fits = b.fitting(2 * fitsShown)
	}
	return b.show(http.StatusOK, ui.DirectoryPage(p, v))
}

// entryRows are entries in a list; on the page of a project it need not be named.
func (b *books) entryRows(all []directory.Entry, within op.Ref) (out []ui.Row) {
	promised := b.promisedFor()
	for _, e := range all {
		row := ui.Row{URL: entryURL(e.Ref), Title: e.Words, Text: b.lang.T(areaWords[e.Area]) + " · " + b.people.Name(e.By)}
		if p := b.project(e.Project); p != nil && e.Project != within {
			row.Text = b.lang.T(areaWords[e.Area]) + " · " + p.Plan.Title
		}
		if e.Until != 0 {
			row.Text += " · " + b.lang.T("until {1}", b.lang.Date(at(e.Until)))
		}
		if who := promised[e.Ref]; len(who) > 0 {
			row.Text += " · " + b.lang.T("promised by {1}", b.lang.List(b.givers(who)))
		}
		out = append(out, row)
	}
	return out
}

// promisedFor are the promises that answer a need, by the need.
func (b *books) promisedFor() map[op.Ref][]pledgeAt {
	out := map[op.Ref][]pledgeAt{}
	for _, g := range b.openPledges() {
		if !g.For.IsZero() {
			out[g.For] = append(out[g.For], g)
		}
	}
	return out
}

func (b *books) givers(all []pledgeAt) (names []string) {
	for _, g := range all {
		if m, ok := g.From.Holder(); ok && !slices.Contains(names, b.people.Name(m)) {
			names = append(names, b.people.Name(m))
		}
	}
	return names
}

// fitting are up to n rows of what may help the viewer, or what the viewer may
// help with: what others wrote that fits what the viewer wrote. A need for which
// something was promised asks for no more.
func (v *visit) fitting(n int) (out []ui.Row) {
	if v.me().IsZero() || v.entries() == nil {
		return nil
	}
	b := v.books()
	promised, seen := b.promisedFor(), map[op.Ref]bool{}
	for _, mine := range v.entries().All() {
		if mine.By != v.me() || !v.stillThere(mine) || len(promised[mine.Ref]) > 0 {
			continue
		}
		for _, f := range v.entries().Fits(mine) {
			if len(out) == n {
				return out
			}
			if seen[f.Ref] || !v.stillThere(f.Entry) || len(promised[f.Ref]) > 0 || !b.people.IsActive(f.By) {
				continue
			}
			seen[f.Ref] = true
			out = append(out, ui.Row{URL: entryURL(f.Ref), Title: f.Words, Text: b.fitWords(mine, f.Entry)})
		}
	}
	return out
}

func (b *books) fitWords(mine, other directory.Entry) string {
	if mine.Sort == directory.Need {
		return b.lang.T("{1} may have what you need: {2}", b.people.Name(other.By), mine.Words)
	}
	return b.lang.T("{1} needs it, and you wrote: {2}", b.people.Name(other.By), mine.Words)
}

// entry is one entry as one visitor sees it.
type entry struct {
	*books
	directory.Entry
}

func onEntry(f func(*entry) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		e, ok := v.entries().Find(ref)
		if !ok {
			return errNotFound
		}
		return f(&entry{v.books(), e})
	}
}

func (e *entry) show() error { return e.showWith(http.StatusOK, ui.Wrong{}) }

func (e *entry) showWith(status int, wrong ui.Wrong) error {
	mine, l := e.By == e.me(), e.lang
	v := ui.EntryView{Words: e.Words, Facts: []ui.Fact{{Question: l.T("Under"), Answer: l.T(areaWords[e.Area])}, {Question: l.T("Who"), Answer: e.people.Name(e.By)}}, BoardURL: boardAbout(e.Ref)}
	for _, s := range sortWords {
		if s.sort == e.Sort {
			v.Sort = l.T(s.one)
		}
	}
	if e.Until != 0 {
		v.Facts = append(v.Facts, ui.Fact{Question: l.T("It ends"), Answer: l.Date(at(e.Until))})
	}
	if p := e.project(e.Project); p != nil {
		v.Project = ui.Link{URL: projectURL(p.Ref), Text: p.Plan.Title}
		mine = mine || p.Has(e.me())
	}
	for _, g := range e.promisedFor()[e.Ref] {
		v.Promised = append(v.Promised, (&promise{e.books, g}).row().Row(l))
	}
	var fits []directory.Entry
	for _, f := range e.entries().Fits(e.Entry) {
		if e.stillThere(f.Entry) && len(fits) < 2*fitsShown {
			fits = append(fits, f.Entry)
		}
	}
	v.Fits = e.entryRows(fits, op.Ref{})
	if mine || !e.people.IsActive(e.By) {
		v.EndURL = entryURL(e.Ref) + "/end"
	}
	switch {
	case e.Sort == directory.Need && e.By != e.me():
		v.HelpURL = helpURL(e.Ref)
	case e.Sort != directory.Need && e.By != e.me():
		v.WantURL = directoryURL + "/new?" + url.Values{ui.FieldSort: {"need"}, ui.FieldArea: {strconv.Itoa(int(e.Area))}, ui.FieldWords: {e.Words}}.Encode()
	}
	p := e.page(e.Words)
	p.Back = ui.Link{URL: directoryURL, Text: l.T("Needs and offers")}
	p.Wrong = wrong
	return e.books.show(status, ui.EntryPage(p, v))
}

func helpURL(r op.Ref) string { return "/ledger/pledge/new?" + ui.FieldNeed + "=" + r.String() }

func (e *entry) end() error {
	_, err := e.submit(op.Draft{Kind: directory.KindEnd, Subject: e.Ref})
	if wrong, ok := e.visit.refused(&ui.Form{}, err, nil); ok {
		return e.showWith(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return e.done(directoryURL, e.lang.T("It is taken down."), e.recorded())
}

func (b *books) newEntry() error {
	f := ui.Form{Action: directoryURL + "/new", Values: map[string]string{}}
	for _, name := range []string{ui.FieldSort, ui.FieldArea, ui.FieldWords, "project"} {
		f.Values[name] = b.r.URL.Query().Get(name)
	}
	return b.showNewEntry(http.StatusOK, f, ui.Wrong{})
}

func (b *books) showNewEntry(status int, f ui.Form, wrong ui.Wrong) error {
	l := b.lang
	var areas []ui.Choice
	for _, a := range directory.Areas {
		areas = append(areas, ui.Choice{Value: strconv.Itoa(int(a)), Text: l.T(areaWords[a])})
	}
	sorts := []ui.Choice{{Value: "need", Text: l.T("I need something")}, {Value: "offer", Text: l.T("I have something to give")}, {Value: "skill", Text: l.T("I can do something")}}
	what := ui.Radios(f, ui.FieldSort, l.T("Do you need it, or have it to give?"), sorts)
	if ref, err := op.ParseRef(f.Values["project"]); err == nil && b.project(ref) != nil {
		what = ui.Join(ui.Hidden(ui.FieldSort, "need"), ui.Hidden("project", ref.String()), ui.Within("p", "", ui.Words(l.T("For the project:")+" "+b.project(ref).Plan.Title)))
	}
	p := b.page(l.T("Say what you need or offer"))
	p.Back = ui.Link{URL: directoryURL, Text: l.T("Needs and offers")}
	p.Wrong = wrong
	return b.show(status, ui.AskPage(p, p.Title, "", f.Action, l.T("Put it there"),
		what,
		ui.Input(f.Field(ui.FieldWords, l.T("In a few words"), l.T("All members read it. Leave out what is nobody’s business.")).UpTo(directory.MaxWords).Must()),
		ui.Select(f.Field(ui.FieldArea, l.T("Under which heading?"), ""), areas),
		ui.Input(f.Field(ui.FieldUntil, l.T("Until when?"), l.T("Left empty, until you take it down.")).As(ui.Day))))
}

func (b *books) postEntry() error {
	f := b.form(directoryURL + "/new")
	area, err := strconv.ParseUint(b.value(ui.FieldArea), 10, 8)
	if err != nil {
		area = uint64(directory.Other)
	}
	c := directory.Post{Sort: sortOf(b.value(ui.FieldSort)), Area: directory.Area(area), Words: b.value(ui.FieldWords)}
	if ref, err := op.ParseRef(b.value("project")); err == nil {
		c.Project = ref
	}
	var bad string
	if c.Until, bad = b.readDay(ui.FieldUntil, ""); bad != "" {
		f.Errors[bad] = b.noDate()
		return b.showNewEntry(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[bad], Field: bad})
	}
	refs, err := b.submit(op.Draft{Kind: directory.KindPost, Content: c})
	fields := append(wordsAt(ui.FieldWords, "entry.words"), byCode{{"entry.until", ui.FieldUntil}}...)
	if wrong, ok := b.visit.refused(&f, err, fields); ok {
		return b.showNewEntry(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(entryURL(refs[0]), b.lang.T("It stands there now."), b.recorded())
}

// thing leads to what a promise answers or a note is about, if it is there.
func (v *visit) thing(r op.Ref) ui.Link {
	if e, ok := v.entries().Find(r); ok {
		return ui.Link{URL: entryURL(r), Text: e.Words}
	}
	if p := v.project(r); p != nil {
		return ui.Link{URL: projectURL(r), Text: p.Plan.Title}
	}
	book, _ := v.state.Value(keyBook).(ledger.Book)
	for _, k := range book.Kept() {
		if k.Ref == r {
			return ui.Link{URL: goodURL(k.Unit), Text: v.books().label(k.Unit)}
		}
	}
	return ui.Link{}
}

// need is what somebody may promise something for.
type need struct {
	ref  op.Ref
	link ui.Link
	unit ledger.Unit // the good that is needed; empty for all else
	to   string      // whom the promise is made to, as the form has it
}

// needAt finds the need that an address or a form names.
func (b *books) needAt(name string) (need, bool) {
	ref, err := op.ParseRef(name)
	if err != nil {
		return need{}, false
	}
	n := need{ref: ref, link: b.thing(ref), to: wholeCell}
	if e, ok := b.entries().Find(ref); ok {
		if e.Project.IsZero() {
			n.to = e.By.String()
		}
		if e.Sort != directory.Need {
			return need{}, false
		}
		return n, true
	}
	for _, k := range b.book.Kept() {
		if k.Ref == ref {
			n.unit = k.Unit
			return n, true
		}
	}
	return need{}, false
}

// fill puts what is needed into the form of a promise.
func (n need) fill(b *books, values map[string]string) {
	values[ui.FieldWhat], values[ui.FieldTo] = n.link.Text, n.to
	if n.unit != "" {
		values[ui.FieldUnit] = strconv.Itoa(len(b.promisedAs(n)) - 1)
	}
}

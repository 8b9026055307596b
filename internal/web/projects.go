package web

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/projects"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const (
	projectsURL   = "/projects"
	projectsAPage = 30
	decisionsRead = 100 // how many settled rounds are looked through for one to name
)

func projectURL(r op.Ref, more ...string) string {
	url := projectsURL + "/" + r.String()
	for _, m := range more {
		url += "/" + m
	}
	return url
}

// projectRoutes are those of projects, of the directory, of batches in store and
// of how the fund goes.
func projectRoutes() []Route {
	return []Route{
		{"GET", "/projects", Member, onBooks((*books).projects)},
		{"GET", "/projects/new", Member, onBooks((*books).newProject)},
		{"POST", "/projects/new", Member, onBooks((*books).beginProject)},
		{"GET", "/projects/{ref}", Member, onProject((*project).show)},
		{"GET", "/projects/{ref}/change", Member, onProject((*project).changePage)},
		{"POST", "/projects/{ref}/change", Member, onProject((*project).change)},
		{"POST", "/projects/{ref}/in", Member, onProject((*project).putIn)},
		{"POST", "/projects/{ref}/{act}", Member, onProject((*project).act)},
		{"GET", "/directory", Member, onBooks((*books).directory)},
		{"GET", "/directory/new", Member, onBooks((*books).newEntry)},
		{"POST", "/directory/new", Member, onBooks((*books).postEntry)},
		{"GET", "/directory/{ref}", Member, onEntry((*entry).show)},
		{"POST", "/directory/{ref}/end", Member, onEntry((*entry).end)},
		{"GET", "/ledger/goods/{good}", Member, onGood((*good).show)},
		{"POST", "/ledger/goods/{good}/{act}", Member, onGood((*good).act)},
		{"GET", "/ledger/fund", Member, onBooks((*books).fund)},
		{"GET", "/fund", Visitor, onBooks((*books).publicFund)},
	}
}

// projectList is the list of all projects; nil before there was one.
func (v *visit) projectList() *projects.List {
	l, _ := v.state.Value(projects.KeyList).(*projects.List)
	return l
}

// project is one of them as it is now: what who has left had taken on is free again.
func (v *visit) project(r op.Ref) *projects.Project {
	p, _ := v.state.Value(projects.Key(r)).(*projects.Project)
	if p == nil {
		return nil
	}
	now, people := *p, cell.PeopleOf(v.state)
	now.Tasks = slices.Clone(p.Tasks)
	for i, t := range now.Tasks {
		if !t.Done {
			now.Tasks[i].Takes = slices.DeleteFunc(slices.Clone(t.Takes), func(m op.Member) bool { return !people.IsActive(m) })
		}
	}
	return &now
}

func (b *books) projects() error {
	view := ui.ProjectsView{NewURL: projectsURL + "/new"}
	open := b.projectList().Open()
	_, over := b.projectList().Past(0, 0)
	part := b.span(projectsAPage, len(open)+over)
	here := open[min(part.from(), len(open)):min(part.to(), len(open))]
	for _, x := range here {
		view.Open = append(view.Open, b.projectRow(x))
	}
	past, _ := b.projectList().Past(max(0, part.from()-len(open)), projectsAPage-len(here))
	for _, x := range past {
		row := ui.Row{URL: projectURL(x.Ref), Title: x.Title}
		if x.Ended != 0 {
			row.Text = locale.Capital(b.lang.Date(at(x.Ended)))
		}
		view.Past = append(view.Past, row)
	}
	view.Previous, view.Next = part.ways(projectsURL + "?page=")
	return b.show(http.StatusOK, ui.ProjectsPage(b.page(b.lang.T("Projects")), view))
}

func (b *books) projectRow(x projects.Line) ui.Row {
	row := ui.Row{URL: projectURL(x.Ref), Title: x.Title}
	if p := b.project(x.Ref); p != nil {
		row.Text = b.steps(p).Sentence()
	}
	if x.Review != 0 {
		row.Text += " " + b.lang.T("We look again {1}.", b.lang.On(at(x.Review), b.date))
	}
	return row
}

func (v *visit) steps(p *projects.Project) ui.Steps {
	done, void := p.Left()
	return ui.Steps{Lang: v.lang, Done: done, Void: void, Taken: len(p.Tasks) - done - void}
}

// project is one project as one visitor sees it.
type project struct {
	*books
	*projects.Project
}

func onProject(f func(*project) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		p := v.project(ref)
		if p == nil {
			return errNotFound
		}
		return f(&project{v.books(), p})
	}
}

func (p *project) url(more ...string) string { return projectURL(p.Ref, more...) }

func (p *project) keeps() bool { return !p.Closed && p.Led(p.me(), p.people) }

func (p *project) account() ledger.Account { return ledger.ProjectAccount(p.Ref) }

func (p *project) show() error { return p.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (p *project) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	v := ui.ProjectView{Title: p.Plan.Title, Why: p.Plan.Why, Closed: p.Closed, Words: p.Words, Steps: p.steps(p.Project),
		Mine: p.Has(p.me()), Keeps: p.keeps(), URL: p.url(), ChangeURL: p.url("change"), Form: f, Tasks: p.tasks(), Facts: p.facts()}
	for _, m := range p.With {
		if p.people.IsActive(m) {
			v.With = append(v.With, p.people.Name(m))
		}
	}
	if r, _ := p.state.Value(consent.Key(p.Plan.Round)).(*consent.Round); r != nil {
		v.Decision = ui.Link{URL: roundURL(r.Ref), Text: r.Title() + ": " + phaseOf(r.State, r.Contested, false).Words(p.lang)}
	}
	v.Needs = p.entryRows(p.needsOf(p.Ref), p.Ref)
	p.money(&v)
	if v.Mine && !p.Closed {
		v.NeedURL = "/directory/new?sort=need&project=" + p.Ref.String()
	}
	if p.Closed {
		v.AgainURL = p.url("again")
	}
	page := p.page(p.Plan.Title)
	page.Back = ui.Link{URL: projectsURL, Text: p.lang.T("Projects")}
	page.Wrong = wrong
	return p.books.show(status, ui.ProjectPage(page, v))
}

// facts are when it began and when we look at it again.
func (p *project) facts() []ui.Fact {
	day := func(unix uint64) string {
		if unix == 0 {
			return ""
		}
		return locale.Capital(p.lang.On(at(unix), p.date))
	}
	return []ui.Fact{{Question: p.lang.T("We look again"), Answer: day(p.Plan.Review)}, {Question: p.lang.T("Begun"), Answer: day(p.Opened)}}
}

// tasks are what is to be done, first what nobody has taken, last what is done.
func (p *project) tasks() []ui.Task {
	rank := func(t projects.Task) int {
		switch {
		case t.Done:
			return 2
		case t.Void():
			return 0
		}
		return 1
	}
	all := slices.Clone(p.Tasks)
	sort.SliceStable(all, func(i, j int) bool { return rank(all[i]) < rank(all[j]) })
	var out []ui.Task
	for _, t := range all {
		mine := slices.Contains(t.Takes, p.me())
		x := ui.Task{Ref: t.Ref.String(), Words: t.Words, Done: t.Done, Void: t.Void(), Who: p.whose(t)}
		if !p.Closed {
			x.Take, x.Give, x.End = !t.Done && !mine, !t.Done && mine, p.keeps()
		}
		out = append(out, x)
	}
	return out
}

func (p *project) whose(t projects.Task) string {
	var names []string
	for _, m := range t.Takes {
		names = append(names, p.people.Name(m))
	}
	switch {
	case t.Done && len(names) > 0:
		return p.lang.T("Done by {1}.", p.lang.List(names))
	case t.Done:
		return p.lang.T("Done, says {1}.", p.people.Name(t.By))
	case t.Void():
		return p.lang.T("Nobody has taken it on yet.")
	}
	return p.lang.T("Taken on by {1}.", p.lang.List(names))
}

// putUnits are those in which the viewer can put something in: no hours of an account
// that was closed.
func (p *project) putUnits() []ledger.Unit {
	if p.shut(p.mine()) {
		return p.cash()
	}
	return p.books.putUnits()
}

// money is what lies on the account of the project.
func (p *project) money(v *ui.ProjectView) {
	for k := range ledger.Accounts(p.at) {
		if k.Account != p.account() {
			continue
		}
		h := p.holding(k.Unit, k.Account)
		row := ui.Row{URL: accountURL(k.Unit, k.Account), Title: p.sum(k.Unit, h.Balance).Words(p.lang)}
		if in := h.In(); in > 0 {
			row.Text = p.lang.T("{1} more, when a second person says yes", p.sum(k.Unit, in).Words(p.lang))
		}
		v.Money = append(v.Money, row)
		if h.Balance > 0 && v.AskURL == "" && !p.Closed {
			v.AskURL = askURL + "?unit=" + k.Unit.Code() + "&from=" + string(p.account())
		}
	}
	for i, u := range p.putUnits() {
		v.Units = append(v.Units, ui.Choice{Value: strconv.Itoa(i), Text: locale.Capital(p.measure(u).Unit(p.lang))})
	}
}

// projectAccounts are those of the projects that go on; with money those that
// have some.
func (b *books) projectAccounts(u ledger.Unit, money bool) (out []ledger.Account) {
	for _, x := range b.projectList().Open() {
		if a := ledger.ProjectAccount(x.Ref); !money || b.holding(u, a).Balance > 0 {
			out = append(out, a)
		}
	}
	return out
}

// putIn writes down what somebody gives to a project: hours of their own, or
// money that lies in their hand.
func (p *project) putIn() error {
	f := p.form("")
	i, _ := strconv.Atoi(p.value(ui.FieldUnit))
	units := p.putUnits()
	if i < 0 || i >= len(units) {
		return errNotFound
	}
	c := ledger.Transfer{Unit: units[i], From: p.mine(), To: p.account(), Note: cutTo(p.Plan.Title, projects.MaxTitle)}
	if !c.Unit.Mutual() {
		c.From = outside
	}
	n, ok := figure(p.value(ui.FieldAmount), c.Unit.Decimals())
	if c.Unit == ledger.Minutes {
		n, ok = minutes(p.value(ui.FieldAmount), "")
	}
	if c.Amount = n; !ok || n <= 0 {
		f.Errors[ui.FieldAmount] = p.lang.T("Only a number belongs here, greater than zero.")
		return p.showWith(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldAmount], Field: ui.FieldAmount})
	}
	refs, err := p.submit(op.Draft{Kind: ledger.KindPropose, Content: c})
	if wrong, refused := p.refusal(c.Unit, n, err); refused {
		wrong.Field, f.Errors[ui.FieldAmount] = ui.FieldAmount, wrong.Title
		return p.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return p.done(ledgerURL("t", refs[0]), p.lang.T("Written down."), p.lang.T("It counts when a second person says yes."))
}

// projectAct is what a button on the page of a project does, and what is said of
// it afterwards.
type projectAct struct {
	name string
	kind op.Kind
	said string
}

var projectActs = []projectAct{
	{"join", projects.KindJoin, locale.M("You are with it.")},
	{"part", projects.KindPart, locale.M("You are not with it any more. What you had taken on is free again.")},
	{"again", projects.KindAgain, locale.M("It goes on.")},
	{"task", projects.KindTask, locale.M("It is on the list.")},
	{"take", projects.KindTake, locale.M("You do it.")},
	{"give", projects.KindGive, locale.M("It is free again.")},
	{"done", projects.KindDone, locale.M("Done.")},
	{"undone", projects.KindUndone, locale.M("It is on the list again.")},
	{"drop", projects.KindDrop, locale.M("It is off the list.")},
	{"close", projects.KindClose, locale.M("It is over. What was written down stays.")},
}

func (p *project) act() error {
	i := slices.IndexFunc(projectActs, func(a projectAct) bool { return a.name == p.r.PathValue("act") })
	if i < 0 {
		return errNotFound
	}
	d, field := op.Draft{Kind: projectActs[i].kind, Subject: p.Ref}, ""
	switch d.Kind {
	case projects.KindTask:
		d.Content, field = projects.Words{Text: p.value(ui.FieldWords)}, ui.FieldWords
	case projects.KindClose:
		d.Content, field = projects.Words{Text: p.value(ui.FieldHow)}, ui.FieldHow
	case projects.KindTake, projects.KindGive, projects.KindDone, projects.KindUndone, projects.KindDrop:
		ref, err := op.ParseRef(p.value(ui.FieldTask))
		if err != nil {
			return errNotFound
		}
		d.Content = projects.Which{Task: ref}
	}
	_, err := p.submit(d)
	f := p.form("")
	if wrong, ok := p.visit.refused(&f, err, wordsAt(field, "project.words", "project.tasks")); ok {
		wrong.Wrote = p.handBack(wrong)
		return p.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return p.done(p.url(), p.lang.T(projectActs[i].said), p.recorded())
}

// wordsAt puts what may be wrong with somebody's words beside their field.
func wordsAt(field string, codes ...string) byCode {
	out := byCode{{"text.long", field}, {"text.hidden", field}, {"text.spelling", field}, {"text.space", field}}
	for _, c := range codes {
		out = append(out, struct{ code, is string }{c, field})
	}
	return out
}

// The form of a project, for a new one and to change one.

func (b *books) newProject() error {
	return b.showPlan(http.StatusOK, b.lang.T("Begin a project"), ui.Form{Action: projectsURL + "/new", Values: map[string]string{ui.FieldRound: b.r.URL.Query().Get(ui.FieldRound)}}, ui.Wrong{})
}

func (b *books) showPlan(status int, title string, f ui.Form, wrong ui.Wrong) error {
	l, p := b.lang, b.page(title)
	p.Back = ui.Link{URL: projectsURL, Text: l.T("Projects")}
	p.Wrong = wrong
	return b.show(status, ui.AskPage(p, title, "", f.Action, map[bool]string{true: l.T("Begin it"), false: l.T("Write it down")}[f.Action == projectsURL+"/new"],
		ui.Input(f.Field(ui.FieldName, l.T("What do we call it?"), "").UpTo(projects.MaxTitle).Must()),
		ui.Input(f.Field(ui.FieldWhy, l.T("Why? What is it for?"), l.T("What do you see or need that makes you ask?")).Lines(3).UpTo(projects.MaxWhy).Must()),
		ui.Select(f.Field(ui.FieldRound, l.T("Which decision stands behind it?"), ""), b.decisions(f.Values[ui.FieldRound])),
		ui.Input(f.Field(ui.FieldReview, l.T("When do we look at it again?"), l.T("It will be in everybody’s calendar.")).As(ui.Day))))
}

// decisions are the rounds that can stand behind a project: what is in force.
func (b *books) decisions(now string) []ui.Choice {
	out := []ui.Choice{{Text: b.lang.T("None; it needs none")}}
	for _, s := range roundList(b.state).Settled(0, decisionsRead) {
		if s.State == consent.InForce && !s.Contested || s.Ref.String() == now {
			out = append(out, ui.Choice{Value: s.Ref.String(), Text: s.Title})
		}
	}
	return out
}

// plan reads the form.
func (b *books) plan(f ui.Form) (projects.Plan, *ui.Wrong) {
	p := projects.Plan{Title: b.value(ui.FieldName), Why: b.value(ui.FieldWhy)}
	if ref, err := op.ParseRef(b.value(ui.FieldRound)); err == nil {
		p.Round = ref
	}
	var bad string
	if p.Review, bad = b.readDay(ui.FieldReview, ""); bad != "" {
		f.Errors[bad] = b.noDate()
		return p, &ui.Wrong{Title: f.Errors[bad], Field: bad}
	}
	return p, nil
}

// putPlan writes a plan down, and shows the form again where it is refused.
func (b *books) putPlan(title, action, said string, d op.Draft, to func(op.Ref) string) error {
	f := b.form(action)
	plan, wrong := b.plan(f)
	if wrong != nil {
		return b.showPlan(http.StatusUnprocessableEntity, title, f, *wrong)
	}
	d.Content = plan
	refs, err := b.submit(d)
	fields := append(wordsAt(ui.FieldName, "project.title"), byCode{{"project.why", ui.FieldWhy}, {"project.round", ui.FieldRound}}...)
	if wrong, ok := b.visit.refused(&f, err, fields); ok {
		return b.showPlan(http.StatusUnprocessableEntity, title, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(to(refs[0]), said, b.recorded())
}

func (b *books) beginProject() error {
	return b.putPlan(b.lang.T("Begin a project"), projectsURL+"/new", b.lang.T("It has begun. What is the first thing to do?"),
		op.Draft{Kind: projects.KindOpen}, func(r op.Ref) string { return projectURL(r) })
}

func (p *project) changePage() error {
	if !p.keeps() {
		return away(p.url())
	}
	values := map[string]string{ui.FieldName: p.Plan.Title, ui.FieldWhy: p.Plan.Why}
	if !p.Plan.Round.IsZero() {
		values[ui.FieldRound] = p.Plan.Round.String()
	}
	if p.Plan.Review != 0 {
		values[ui.FieldReview] = at(p.Plan.Review).Format(time.DateOnly)
	}
	return p.showPlan(http.StatusOK, p.lang.T("Change what it is about"), ui.Form{Action: p.url("change"), Values: values}, ui.Wrong{})
}

func (p *project) change() error {
	return p.putPlan(p.lang.T("Change what it is about"), p.url("change"), p.lang.T("Written down."),
		op.Draft{Kind: projects.KindChange, Subject: p.Ref}, func(op.Ref) string { return p.url() })
}

// waitingProjects are what has a day that has come: a project of the viewer that
// is to be looked at again, and what they promised to give week by week or month
// by month. A task that nobody took calls nobody.
func (v *visit) waitingProjects() (out []ui.Waiting) {
	now, trusted := v.clocked()
	if !trusted {
		return nil
	}
	for _, x := range v.projectList().Open() {
		if x.Review != 0 && x.Review <= now && v.project(x.Ref).Has(v.me()) {
			out = append(out, ui.Waiting{URL: projectURL(x.Ref, "change"), Title: x.Title, Verb: v.lang.T("Look at it"), Text: v.lang.T("Today we look at it again. How does it go, and when do we look next?")})
		}
	}
	b := v.books()
	for _, g := range b.openPledges() {
		p := &promise{b, g}
		if p.due() {
			out = append(out, ui.Waiting{URL: p.url(), Title: p.What, Verb: v.lang.T("Look at it"), Text: v.lang.T("You meant to give it by {1}. Nothing is paid by itself.", v.lang.Date(dayTime(p.Due())))})
		}
	}
	return out
}

// due reports whether the viewer's promise that comes back has its day.
func (p *promise) due() bool {
	now, trusted := p.clocked()
	d := p.Due()
	return trusted && p.Every != ledger.Once && p.From == p.mine() && d != 0 && d <= ledger.DayOf(now)
}

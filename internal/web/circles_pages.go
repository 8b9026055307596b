package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/circle"
	"celld/internal/cell/directory"
	"celld/internal/cell/rota"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

const circlesURL = "/circles"

func circleRoutes() []Route {
	return []Route{
		{"GET", "/circles", Member, (*visit).circles},
		{"POST", "/circles/keep", Member, (*visit).keepCircles},
		{"GET", "/circles/yours", Member, (*visit).yourCircles},
		{"GET", "/circles/call", Member, (*visit).newCircle},
		{"POST", "/circles/call", Member, (*visit).callCircle},
		{"GET", "/circles/{circle}", Member, onCircle((*seat).show)},
		{"POST", "/circles/{circle}/need", Member, onCircle((*seat).need)},
		{"POST", "/circles/{circle}/{act}", Member, onCircle((*seat).act)},
	}
}

func circleURL(id circle.ID) string { return circlesURL + "/" + op.Member(id).String() }

// circlePage has the same title for all of them: what a browser remembers of
// it tells nothing.
func (v *visit) circlePage(back ui.Link) ui.Page {
	p := v.page(v.lang.T("Circles"))
	p.Back = back
	return p
}

// circles explains, and says who keeps them: nothing there depends on a circle.
func (v *visit) circles() error {
	p := v.circlePage(ui.Link{URL: "/people", Text: v.lang.T("People")})
	var names []string
	people := cell.PeopleOf(v.state)
	for _, m := range v.rota().Keeps() {
		if people.IsActive(m) {
			names = append(names, people.Name(m))
		}
	}
	return v.show(http.StatusOK, ui.CirclesPage(p, names, slices.Contains(v.rota().Keeps(), v.me())))
}

func (v *visit) keepCircles() error {
	if _, err := v.submit(op.Draft{Kind: rota.KindKeep, Content: rota.Keep{Yes: v.value(ui.FieldYes) == "1"}}); err != nil {
		return err
	}
	return v.done(circlesURL, v.lang.T("Written down."), "")
}

func (v *visit) backToCircles() ui.Link { return ui.Link{URL: circlesURL, Text: v.lang.T("Circles")} }

func (v *visit) yourCircles() error {
	var rows []ui.Row
	for _, o := range v.circlesOf(v.state, v.me()) {
		rows = append(rows, ui.Row{URL: circleURL(o.ID), Title: circleName(o.Name), Text: v.lang.T(stages[o.Stage].name)})
	}
	p := v.circlePage(v.backToCircles())
	return v.show(http.StatusOK, ui.YourCirclesPage(p, rows, len(cell.PeopleOf(v.state).Active())))
}

// circleName is two words drawn by chance, of the list of who called it: all
// call it the same, whatever their language.
func circleName(n [5]byte) string {
	languages := words.Languages()
	return words.Two(languages[int(n[0])%len(languages)], uint16(n[1])<<8|uint16(n[2]), uint16(n[3])<<8|uint16(n[4]))
}

func (v *visit) drawName() (n [5]byte) {
	rand.Read(n[:])
	n[0] = byte(max(0, slices.Index(words.Languages(), v.lang.Code())))
	return n
}

// waitingCircles are those that cannot go on without who is signed in.
func (v *visit) waitingCircles() (out []ui.Waiting) {
	for _, o := range v.circlesOf(v.state, v.me()) {
		if o.Waits(v.me()) {
			out = append(out, ui.Waiting{URL: circleURL(o.ID), Title: circleName(o.Name), Text: v.lang.T("This one only a few of us see."), Verb: v.lang.T("Look at it")})
		}
	}
	return out
}

func (v *visit) newCircle() error {
	return v.showCall(http.StatusOK, ui.Form{Action: circlesURL + "/call", Values: map[string]string{}}, ui.Wrong{})
}

func (v *visit) showCall(status int, f ui.Form, wrong ui.Wrong) error {
	view := ui.CallView{Form: f}
	people := cell.PeopleOf(v.state)
	for _, m := range people.Active() {
		if m != v.me() {
			view.People = append(view.People, ui.Choice{Value: m.String(), Text: people.Name(m)})
		}
	}
	p := v.circlePage(v.backToCircles())
	p.Wrong = wrong
	return v.show(status, ui.CallPage(p, view))
}

func (v *visit) callCircle() error {
	o := own{Circle: &circle.Circle{}}
	rand.Read(o.ID[:])
	rand.Read(o.secret[:])
	f := o.Next(v.me(), v.circleDay(), circle.Call)
	f.Name, f.Parties = v.drawName(), append(v.members(ui.FieldWhom), v.me())
	err := errNotFound
	if v.Letters != nil {
		err = v.tell(v.state, v.session.author, o, f)
	}
	form := v.form(circlesURL + "/call")
	if wrong, ok := v.refused(&form, err, nil); ok {
		return v.showCall(http.StatusUnprocessableEntity, form, wrong)
	}
	if err != nil {
		return err
	}
	return v.done(circleURL(o.ID), v.lang.T("The circle is called."), v.lang.T("They see it when they sign in."))
}

// members are the active ones whom a field names.
func (v *visit) members(field string) (all []op.Member) {
	for _, x := range v.ticked(field) {
		if m, err := op.ParseMember(x); err == nil && cell.PeopleOf(v.state).IsActive(m) {
			all = append(all, m)
		}
	}
	return all
}

// circleDay is today in days; 0 while nobody knows the date (K3).
func (v *visit) circleDay() uint64 {
	if now, trusted := v.clocked(); trusted {
		return now / daySeconds
	}
	return 0
}

// seat is somebody's place in a circle.
type seat struct {
	*visit
	own
	people cell.People
}

// onCircle finds the circle that the address names among those of who is signed
// in. For all others there is no such page.
func onCircle(f func(*seat) error) func(*visit) error {
	return func(v *visit) error {
		id, err := op.ParseMember(v.r.PathValue("circle"))
		if err != nil {
			return errNotFound
		}
		for _, o := range v.circlesOf(v.state, v.me()) {
			if o.ID == circle.ID(id) {
				return f(&seat{v, o, cell.PeopleOf(v.state)})
			}
		}
		return errNotFound
	}
}

// act says one thing in a circle, by the last part of the address.
func (s *seat) act() error {
	i := slices.IndexFunc(moves, func(m move) bool { return m.path == s.r.PathValue("act") })
	if i < 0 {
		return errNotFound
	}
	f := s.Next(s.me(), s.circleDay(), moves[i].verb)
	if err := s.fill(&f); err != nil {
		return s.back(err)
	}
	if err := s.tell(s.state, s.session.author, s.own, f); err != nil {
		return s.back(err)
	}
	to := circleURL(s.ID)
	if !slices.ContainsFunc(s.circlesOf(s.Log.State(), s.me()), func(o own) bool { return o.ID == s.ID }) {
		to = circlesURL
	}
	return s.done(to, s.lang.T(moves[i].said), "")
}

// need opens the form of a need with the words of an action (K8). Nothing else
// of the circle goes with them: not the person who does it, its day nor its
// address, which stands in no address that the form leads to.
func (s *seat) need() error {
	i := slices.IndexFunc(s.Actions, func(x circle.Action) bool { return x.Mark == s.mark() })
	if i < 0 {
		return errNotFound
	}
	f := ui.Form{Action: directoryURL + "/new", Values: map[string]string{ui.FieldSort: directory.Need.String(), ui.FieldWords: s.Actions[i].What}}
	return s.books().showNewEntry(http.StatusOK, f, ui.Wrong{})
}

// fill reads from the form what a verb needs.
func (s *seat) fill(f *circle.Fact) error {
	whom := s.members(ui.FieldWhom)
	switch f.Verb {
	case circle.Ask, circle.Act:
		if len(whom) != 1 {
			return op.Refuse("circle.who")
		}
		f.Whom = whom[0]
	case circle.Accept:
		f.Whom = s.Keeper
	}
	switch f.Verb {
	case circle.Act:
		f.What, f.On = s.value(ui.FieldWhat), s.dayOf(ui.FieldDay)
		return circle.CheckAction(f.What)
	case circle.Plan:
		f.On = s.dayOf(ui.FieldDay)
	case circle.Review:
		f.On = s.dayOf(ui.FieldAgain)
	case circle.Sign, circle.Drop, circle.Done:
		f.Mark = s.mark()
	}
	if f.On == 0 && (f.Verb == circle.Plan || f.Verb == circle.Review) {
		return op.Refuse("circle.day")
	}
	return nil
}

func (s *seat) mark() (m [8]byte) {
	if x, err := op.ParseMember(s.value(ui.FieldMark)); err == nil {
		m = x
	}
	return m
}

// dayOf reads a date; 0 for none.
func (s *seat) dayOf(field string) uint64 {
	t, err := parseDay(s.value(field))
	if err != nil {
		return 0
	}
	return t
}

// back shows the page again with what was wrong, and what was typed.
func (s *seat) back(err error) error {
	f := s.form("")
	wrong, ok := s.refused(&f, err, byCode{{"circle.empty", ui.FieldWhat}, {"text.long", ui.FieldWhat}, {"text.hidden", ui.FieldWhat},
		{"text.spelling", ui.FieldWhat}, {"circle.review", ui.FieldAgain}})
	if !ok {
		return err
	}
	var r op.Refusal
	if errors.As(err, &r) && r.Code == "circle.now" {
		return s.done(circleURL(s.ID), s.lang.T("Not yet"), wrong.Title)
	}
	return s.showWith(http.StatusUnprocessableEntity, f, wrong)
}

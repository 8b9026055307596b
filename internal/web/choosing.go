package web

import (
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/rota"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// choosingRoutes are those by which a turn is given by reasons (R5).
func choosingRoutes() []Route {
	return []Route{
		{"GET", "/turns/{role}/choose", Member, onDuty((*duty).choosing)},
		{"POST", "/turns/{role}/choose", Member, onDuty((*duty).choose)},
		{"POST", "/turns/{role}/choose/show", Member, onDuty((*duty).showNames)},
		{"POST", "/turns/{role}/choose/propose", Member, onDuty((*duty).proposeOne)},
		{"POST", "/turns/{role}/choose/close", Member, onDuty((*duty).leaveIt)},
	}
}

// selection is how the coming turn is given by reasons; under is false where it
// goes by turns.
func (d *duty) selection() (x rota.Selection, under bool) {
	all, _ := d.state.Value(rota.KeySelections).(*rota.Selections)
	return all.For(d.role, d.coming())
}

func (d *duty) choosing() error {
	return d.showChoosing(http.StatusOK, ui.Form{Action: d.url("choose"), Values: map[string]string{}}, ui.Wrong{})
}

func (d *duty) showChoosing(status int, f ui.Form, wrong ui.Wrong) error {
	x, under := d.selection()
	view := ui.ChoosingView{Title: d.lang.T(d.title), Under: under, Words: x.Words, By: d.people.Name(x.By), Form: f, Shown: x.Shown}
	if under {
		d.chosenSoFar(&view, x)
	}
	p := d.page(d.lang.T("By reasons") + ": " + view.Title)
	p.Back, p.Wrong = ui.Link{URL: d.url(), Text: view.Title}, wrong
	return d.show(status, ui.ChoosingPage(p, view))
}

// chosenSoFar fills in what the viewer may see, and what they may do.
func (d *duty) chosenSoFar(view *ui.ChoosingView, x rota.Selection) {
	view.Named = d.lang.N("One of us has named somebody.", "{1} of us have named somebody.", len(x.Named))
	if len(x.Named) == 0 {
		view.Named = d.lang.T("Nobody has named anybody yet.")
	}
	for _, n := range x.Named {
		if n.By == d.me() && view.Form.Values[ui.FieldWho] == "" {
			view.Form.Values[ui.FieldWho], view.Form.Values[ui.FieldWhy] = n.Who.String(), n.Why
		}
		if x.Shown {
			view.Rows = append(view.Rows, ui.Nominated{By: d.people.Name(n.By), Who: d.people.Name(n.Who), Why: n.Why, Before: d.people.Name(n.Before)})
		}
	}
	r, _ := d.state.Value(consent.Key(x.Round)).(*consent.Round)
	if r != nil {
		view.Round = ui.Link{URL: roundURL(r.Ref), Text: r.Title()}
	}
	if r != nil && r.State.Open() {
		return
	}
	if !slices.Contains(x.Roster, d.me()) {
		return // who came since is not one of those who choose
	}
	may := d.mayHave(x)
	view.Who = d.choices(may)
	view.Names = len(view.Who) > 0
	leads := x.Leads(d.state.Now(), d.me())
	if leads && !x.Shown && len(x.Named) > 0 {
		view.ShowURL = d.url("choose", "show")
	}
	if leads && x.Shown {
		view.ProposeURL = d.url("choose", "propose")
		view.Among = d.choices(slices.DeleteFunc(x.Nominees(), func(m op.Member) bool { return d.twoOpen() || !slices.Contains(may, m) }))
	}
	if leads || x.By == d.me() {
		view.CloseURL = d.url("choose", "close")
	}
}

// mayHave are those of the selection who can have the turn.
func (d *duty) mayHave(x rota.Selection) (out []op.Member) {
	for _, in := range d.rota().Order(d.role, d.here) {
		if !in.Barred && slices.Contains(x.Roster, in.Member) {
			out = append(out, in.Member)
		}
	}
	return out
}

func (d *duty) choices(all []op.Member) (out []ui.Choice) {
	for _, m := range all {
		out = append(out, ui.Choice{Value: m.String(), Text: d.people.Name(m)})
	}
	return out
}

// choose begins it or, when it is begun, names somebody.
func (d *duty) choose() error {
	if _, under := d.selection(); !under {
		c := rota.Select{Role: d.role, Number: d.coming(), Words: d.value(ui.FieldWords), Roster: d.people.Active()}
		return d.chosen(d.lang.T("Now each of us names somebody."), op.Draft{Kind: rota.KindSelect, Content: c})
	}
	c := rota.Nominate{Role: d.role, Number: d.coming(), Who: d.named(ui.FieldWho), Why: d.value(ui.FieldWhy)}
	return d.chosen(d.lang.T("You named {1}.", d.people.Name(c.Who)), op.Draft{Kind: rota.KindNominate, Content: c})
}

// named is the member that a field names; zero for nobody.
func (d *duty) named(field string) op.Member {
	for _, m := range d.people.Active() {
		if m.String() == d.value(field) {
			return m
		}
	}
	return op.Member{}
}

func (d *duty) showNames() error {
	c := rota.Reveal{Role: d.role, Number: d.coming()}
	return d.chosen(d.lang.T("All see now whom we named."), op.Draft{Kind: rota.KindReveal, Content: c})
}

func (d *duty) leaveIt() error {
	c := rota.Close{Role: d.role, Number: d.coming()}
	return d.chosen(d.lang.T("It goes by turns again."), op.Draft{Kind: rota.KindClose, Content: c})
}

// proposeOne brings a round about one of those who were named; its adoption
// gives the turn.
func (d *duty) proposeOne() error {
	x, _ := d.selection()
	who := d.named(ui.FieldThing)
	name, title := d.people.Name(who), d.lang.T(d.title)
	text := consent.Text{Title: cutTo(title+": "+name, consent.MaxTitle), What: locale.Plain(d.lang.T("{1} has the next turn. What it is about: {2}.", name, title)), Why: x.Words,
		Who: name, Effect: &consent.Effect{Kind: rota.EffectTurn, Content: op.MustMarshal(rota.Turn{Role: d.role, Number: d.coming(), Member: who})}}
	if text.Why == "" {
		text.Why = d.lang.T("By the reasons that each of us gave.")
	}
	opening, err := consent.Open(d.state.Now(), d.me(), consent.Opening{Class: consent.Standard, Text: text, Affects: who})
	if err != nil {
		return d.chosenOr(err, "")
	}
	refs, err := d.submit(op.Draft{Kind: consent.KindOpen, Content: &opening},
		op.Draft{Kind: rota.KindPropose, Of: 1, Content: rota.Propose{Role: d.role, Number: d.coming(), Who: who}})
	if err != nil {
		return d.chosenOr(err, "")
	}
	return d.done(roundURL(refs[0]), d.lang.T("It lies on the table."), d.lang.T("When it is agreed, the turn begins."))
}

func (d *duty) chosen(said string, draft op.Draft) error {
	_, err := d.submit(draft)
	return d.chosenOr(err, said)
}

// chosenOr shows why something was not written down, beside what was typed.
func (d *duty) chosenOr(err error, said string) error {
	f := d.form(d.url("choose"))
	if wrong, ok := d.refused(&f, err, byCode{{"rota.barred", ui.FieldWho}, {"text.long", ui.FieldWhy}}); ok {
		return d.showChoosing(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return d.done(d.url("choose"), said, d.lang.T("This router has written it down for {1}.", d.people.Name(d.me())))
}

// turnsGiven are the turns that a round gave and nobody has written down yet.
func (v *visit) turnsGiven() (out [][]op.Draft) {
	all, _ := v.state.Value(rota.KeySelections).(*rota.Selections)
	if all == nil {
		return nil
	}
	for _, x := range all.List {
		if x.Round.IsZero() || x.Closed || v.rota().Post(x.Role).Term.Number >= x.Number {
			continue
		}
		if r, _ := v.state.Value(consent.Key(x.Round)).(*consent.Round); r != nil && r.InForce() {
			out = append(out, []op.Draft{{Kind: rota.KindBegin, Content: rota.Begin{Role: x.Role, Number: x.Number, Length: x.Role.Length(), Round: x.Round, Member: x.Who}}})
		}
	}
	return out
}

// turnGiven says in a sentence what a round about a turn brings.
func (v *visit) turnGiven(content []byte) string {
	t, err := rota.ReadTurn(content)
	if err != nil {
		return ""
	}
	return v.lang.T("When it is agreed, {1} has the turn: {2}.", cell.PeopleOf(v.state).Name(t.Member), v.lang.T(tasks[t.Role].title))
}

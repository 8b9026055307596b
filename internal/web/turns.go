package web

import (
	"net/http"
	"slices"
	"strconv"

	"celld/internal/cell"
	"celld/internal/cell/rota"
	"celld/internal/op"
	"celld/ui"
)

// duty is one of the things that go round, as a visitor sees it: who has the
// turn, whose comes next, and why it is theirs (R1 to R3).
type duty struct {
	*visit
	task
	role   rota.Role
	post   rota.Post
	people cell.People
	here   []op.Member
}

func (v *visit) duty(r rota.Role) *duty {
	return &duty{visit: v, task: tasks[r], role: r, post: v.rota().Post(r), people: cell.PeopleOf(v.state), here: rota.Here(v.state.Now())}
}

func onDuty(f func(*duty) error) func(*visit) error {
	return func(v *visit) error {
		role, ok := roleOf(v.r.PathValue("role"))
		if !ok {
			return errNotFound
		}
		return f(v.duty(role))
	}
}

// rota is the value of the rota; nil before anybody wrote to it.
func (v *visit) rota() *rota.Rota {
	r, _ := v.state.Value(rota.Key).(*rota.Rota)
	return r
}

func (d *duty) url(act ...string) string {
	url := "/turns/" + d.role.String()
	for _, a := range act {
		url += "/" + a
	}
	return url
}

func (d *duty) next() op.Member { return d.rota().Next(d.role, d.here) }

// over reports whether the next one may begin.
func (d *duty) over() bool {
	now, trusted := d.clocked()
	return d.post.Term.Over(now, trusted) || !d.people.IsActive(d.post.Term.Member)
}

// turns is the page of one of them.
func (d *duty) turns() error { return d.showTurns(http.StatusOK, ui.Wrong{}) }

func (d *duty) showTurns(status int, wrong ui.Wrong) error {
	term, next, free := d.post.Term, d.next(), d.over()
	view := ui.TurnsView{Title: d.lang.T(d.title), About: d.round(), Mine: term.Member == d.me(), Over: free,
		NextIsMe: next == d.me(), Rows: d.turnRows(), Handing: d.handing()}
	view.Void, view.NoNext = d.empty()
	if term.Number != 0 && !term.Ended {
		view.Holder, view.Until = d.people.Name(term.Member), d.termEnd()
	}
	if !next.IsZero() {
		view.Next = d.people.Name(next)
	}
	if view.NextIsMe {
		view.DeclineURL = d.url("decline")
	}
	if view.NextIsMe && free {
		view.BeginURL = d.url("begin")
	}
	if view.Mine && !free {
		view.EndURL = d.url("end")
	}
	view.Choose = ui.Link{URL: d.url("choose"), Text: d.lang.T("Choose by reasons instead")}
	if _, under := d.selection(); under {
		view.Choose.Text = d.lang.T("This time it is chosen by reasons")
	}
	p := d.page(view.Title)
	p.Back, p.Wrong = ui.Link{URL: "/turns", Text: d.lang.T("What goes round")}, wrong
	return d.show(status, ui.TurnsPage(p, view))
}

// round says what it is and how long a turn of it is.
func (d *duty) round() string {
	weeks := int(d.role.Length() / (7 * 24 * 60 * 60))
	return d.lang.T(d.about) + " " + d.lang.N("It goes round the table, a week each.", "It goes round the table, {1} weeks each.", weeks)
}

// empty says what it means that nobody has the turn, or that nobody takes it.
// Rounds are looked after in any case; anything else is seen to lie there.
func (d *duty) empty() (void, noNext string) {
	if d.role == rota.Facilitator {
		return d.lang.T("Nobody has the turn now. Each round is looked after by who comes next on the list."),
			d.lang.T("Everybody said: not this time. So nobody has the turn, and whoever is next by the list helps each round along.")
	}
	return d.lang.T("Nobody has the turn now, and all of us can see that."),
		d.lang.T("Everybody said: not this time. So it lies there for now, and all of us can see that.")
}

func (d *duty) termEnd() string {
	if d.post.Term.To == 0 {
		return d.lang.T("It began without a clock that can be trusted, so it ends by hand.")
	}
	return d.lang.T("Until {1}.", d.lang.Date(at(d.post.Term.To)))
}

// turnRows are the members in the order of their turns, with what decides it.
func (d *duty) turnRows() []ui.Row {
	var out []ui.Row
	for _, in := range d.rota().Order(d.role, d.here) {
		words := d.lang.N("one turn so far", "{1} turns so far", int(in.Terms))
		if in.Terms == 0 {
			words = d.lang.T("no turn so far")
		}
		switch {
		case in.Declined:
			words += " · " + d.lang.T("not this time")
		case in.Barred:
			words += " · " + d.lang.T("carries another large task")
		case in.Passed:
			words += " · " + d.lang.T("waits, unless nobody else can")
		}
		out = append(out, ui.Row{URL: "/people/" + in.Member.String(), Title: d.people.Name(in.Member), Text: words})
	}
	return out
}

// handing is what is being handed over since the term began; nil for nothing.
func (d *duty) handing() *ui.Handing {
	if d.post.HandedOver(d.people) {
		return nil
	}
	giver, ticked := d.post.Giver(), d.post.Ticked()
	h := &ui.Handing{Giver: d.people.Name(giver), Taker: d.people.Name(d.post.Term.Member)}
	mine := uint64(0)
	switch d.me() {
	case giver:
		mine, h.URL = ticked.Given, d.url("tick")
	case d.post.Term.Member:
		mine, h.URL = ticked.Taken, d.url("tick")
	}
	for i, t := range d.things {
		bit := uint64(1) << i
		h.Things = append(h.Things, ui.Handed{Text: d.lang.T(t), Given: ticked.Given&bit != 0, Taken: ticked.Taken&bit != 0, Mine: mine&bit != 0})
	}
	return h
}

func (d *duty) begin() error {
	c := rota.Begin{Role: d.role, Number: d.coming(), Length: d.role.Length()}
	return d.turn(d.lang.T("You have the turn now."), op.Draft{Kind: rota.KindBegin, Content: c})
}

func (d *duty) decline() error {
	c := rota.Decline{Role: d.role, Number: d.coming()}
	return d.turn(d.lang.T("Then the next one is asked."), op.Draft{Kind: rota.KindDecline, Content: c})
}

func (d *duty) end() error {
	c := rota.End{Role: d.role, Number: d.coming() - 1}
	return d.turn(d.lang.T("You handed it back."), op.Draft{Kind: rota.KindEnd, Content: c})
}

// tick says of what was ticked on the page that it is handed over.
func (d *duty) tick() error {
	c := rota.Tick{Role: d.role, Number: d.coming() - 1}
	for _, t := range d.ticked(ui.FieldThing) {
		i, err := strconv.ParseUint(t, 10, 8)
		if err != nil || i >= uint64(len(d.things)) {
			return errNotFound
		}
		c.Things |= 1 << i
	}
	return d.turn(d.lang.T("Written down."), op.Draft{Kind: rota.KindTick, Content: c})
}

func (d *duty) coming() uint64 { return d.post.Term.Number + 1 }

func (d *duty) turn(said string, draft op.Draft) error {
	_, err := d.submit(draft)
	f := ui.Form{}
	if wrong, ok := d.refused(&f, err, nil); ok {
		return d.showTurns(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return d.done(d.url(), said, d.lang.T("This router has written it down for {1}.", d.people.Name(d.me())))
}

// duties is the page of all that goes round, and of how even it is.
func (v *visit) duties() error {
	view := ui.DutiesView{Even: v.fairness()}
	for _, r := range rota.Roles {
		d := v.duty(r)
		row := ui.Row{URL: d.url(), Title: v.lang.T(d.title), Text: v.lang.T("nobody at the moment")}
		holder := d.rota().Holder(r)
		if d.people.IsActive(holder) {
			row.Text = d.people.Name(holder)
		}
		if d.next() == v.me() && d.over() {
			row.Text += " · " + v.lang.T("it is your turn")
		}
		if d.people.IsActive(holder) {
			view.Duties = append(view.Duties, row)
		} else {
			view.Void = append(view.Void, row)
		}
	}
	p := v.page(v.lang.T("What goes round"))
	p.Back = ui.Link{URL: "/people", Text: v.lang.T("People")}
	return v.show(http.StatusOK, ui.DutiesPage(p, view))
}

// unnamed reports whether the viewer is asked whom they name.
func (d *duty) unnamed() bool {
	x, under := d.selection()
	return under && !x.Shown && slices.Contains(x.Roster, d.me()) &&
		!slices.ContainsFunc(x.Named, func(n rota.Nomination) bool { return n.By == d.me() })
}

// waitingTurns are what a turn asks of the viewer: theirs has come since
// another's is over, or something is to be handed over. A turn that nobody has
// is on its page, and calls nobody.
func (v *visit) waitingTurns() (out []ui.Waiting) {
	for _, r := range rota.Roles {
		d := v.duty(r)
		w := ui.Waiting{URL: d.url(), Title: v.lang.T(d.title), Verb: v.lang.T("Look at it")}
		h := d.handing()
		switch {
		case h != nil && h.URL != "" && slices.ContainsFunc(h.Things, func(t ui.Handed) bool { return !t.Mine }):
			w.Text = v.lang.T("{1} shows it to {2}, and both tick it.", h.Giver, h.Taker)
		case d.post.Term.Number != 0 && !d.post.Term.Ended && d.over() && d.next() == v.me():
			w.Text = v.lang.T("The turn of {1} is over, and yours comes next.", d.people.Name(d.post.Term.Member))
		case d.unnamed():
			w.URL, w.Text = d.url("choose"), v.lang.T("It is chosen by reasons, and you have not named anybody yet.")
		default:
			continue
		}
		out = append(out, w)
	}
	return out
}

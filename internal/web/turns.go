package web

import (
	"net/http"

	"github.com/a-h/templ"

	"celld/internal/cell"
	"celld/internal/cell/rota"
	"celld/internal/op"
	"celld/ui"
)

// turns is the page on which it goes round who looks after the rounds (R1 to
// R3): who does now, whose turn comes next, and why it is theirs.
func (v *visit) turns() error { return v.showTurns(http.StatusOK, ui.Wrong{}) }

// rota is the value of the rota; nil before anybody wrote to it.
func (v *visit) rota() *rota.Rota {
	r, _ := v.state.Value(rota.Key).(*rota.Rota)
	return r
}

func (v *visit) facilitates(m op.Member) bool {
	return v.rota().Holder(rota.Facilitator) == m
}

func (v *visit) showTurns(status int, wrong ui.Wrong) error {
	people, l := cell.PeopleOf(v.state), v.lang
	here := rota.Here(v.state.Now())
	next := v.rota().Next(rota.Facilitator, here)
	now, trusted := v.clocked()
	term := v.rota().Post(rota.Facilitator).Term
	free := term.Over(now, trusted) || !people.IsActive(term.Member)

	p := v.page(l.T("Who looks after the rounds"))
	p.Back, p.Wrong = ui.Link{URL: "/people", Text: l.T("People")}, wrong
	parts := []templ.Component{within("h1", "", ui.Words(l.T("Who looks after the rounds"))),
		within("p", "lead", ui.Words(l.T("It goes round the table, two weeks each. Who looks after a round leads it from step to step and decides nothing.")))}
	parts = append(parts, v.termNow(p, term, free)...)
	parts = append(parts, within("h2", "", ui.Words(l.T("Whose turn comes next"))))
	switch {
	case next.IsZero():
		parts = append(parts, within("p", "", ui.Words(l.T("Everybody said: not this time. So nobody has the turn, and whoever is next by the list helps each round along."))))
	case next == v.me() && free:
		parts = append(parts, within("p", "", ui.Words(l.T("It is your turn."))), turnPost(p, "/turns/begin", ui.Send(l.T("I take the turn"))),
			turnPost(p, "/turns/decline", ui.SendQuiet(l.T("Not this time"))), within("p", "small soft", ui.Words(l.T("You need give no reason, and it does not count as a turn of yours.")+" "+l.T("This router writes it down for {1}.", people.Name(v.me())))))
	case next == v.me():
		parts = append(parts, within("p", "", ui.Words(l.T("After that it is your turn."))), turnPost(p, "/turns/decline", ui.SendQuiet(l.T("Not this time"))))
	default:
		parts = append(parts, within("p", "", ui.Words(l.T("Next is {1}.", people.Name(next)))))
	}
	parts = append(parts, ui.Rows(v.turnRows(here)),
		within("p", "small soft", ui.Words(l.T("First comes who had the fewest turns, then whose last turn is longest ago, then a draw that everybody can check."))))
	return v.show(status, around(ui.Layout(p), parts...))
}

// termNow says whose turn it is and until when, and lets it be handed back.
func (v *visit) termNow(p ui.Page, term rota.Term, free bool) []templ.Component {
	l := v.lang
	name := cell.PeopleOf(v.state).Name(term.Member)
	switch {
	case term.Number == 0 || term.Ended:
		return []templ.Component{within("p", "", ui.Words(l.T("Nobody has the turn now. Each round is looked after by who comes next on the list.")))}
	case term.Member == v.me() && !free:
		return []templ.Component{within("p", "", ui.Words(l.T("You have the turn.")+" "+v.termEnd(term))), turnPost(p, "/turns/end", ui.SendQuiet(l.T("Hand it back")))}
	case free:
		return []templ.Component{within("p", "", ui.Words(l.T("The turn of {1} is over, and goes on until the next one begins.", name)))}
	}
	return []templ.Component{within("p", "", ui.Words(l.T("{1} has the turn.", name)+" "+v.termEnd(term)))}
}

func (v *visit) termEnd(t rota.Term) string {
	if t.To == 0 {
		return v.lang.T("It began without a clock that can be trusted, so it ends by hand.")
	}
	return v.lang.T("Until {1}.", v.lang.Date(at(t.To)))
}

func turnPost(p ui.Page, action string, button templ.Component) templ.Component {
	return around(ui.Post(p, action), button)
}

// turnRows are the members in the order of their turns, with what decides it.
func (v *visit) turnRows(here []op.Member) []ui.Row {
	people, l := cell.PeopleOf(v.state), v.lang
	var out []ui.Row
	for _, in := range v.rota().Order(rota.Facilitator, here) {
		words := l.N("one turn so far", "{1} turns so far", int(in.Terms))
		if in.Terms == 0 {
			words = l.T("no turn so far")
		}
		switch {
		case in.Declined:
			words += " · " + l.T("not this time")
		case in.Barred:
			words += " · " + l.T("carries another large task")
		case in.Passed:
			words += " · " + l.T("waits, unless nobody else can")
		}
		out = append(out, ui.Row{URL: "/people/" + in.Member.String(), Title: people.Name(in.Member), Text: words})
	}
	return out
}

func (v *visit) beginTurn() error {
	c := rota.Begin{Role: rota.Facilitator, Number: v.coming(), Length: rota.Facilitator.Length()}
	return v.turn(v.lang.T("You look after the rounds now."), op.Draft{Kind: rota.KindBegin, Content: c})
}

func (v *visit) declineTurn() error {
	c := rota.Decline{Role: rota.Facilitator, Number: v.coming()}
	return v.turn(v.lang.T("Then the next one is asked."), op.Draft{Kind: rota.KindDecline, Content: c})
}

func (v *visit) endTurn() error {
	c := rota.End{Role: rota.Facilitator, Number: v.coming() - 1}
	return v.turn(v.lang.T("You handed it back."), op.Draft{Kind: rota.KindEnd, Content: c})
}

func (v *visit) coming() uint64 { return v.rota().Post(rota.Facilitator).Term.Number + 1 }

func (v *visit) turn(said string, d op.Draft) error {
	_, err := v.submit(d)
	f := ui.Form{}
	if wrong, ok := v.refused(&f, err, nil); ok {
		return v.showTurns(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return v.done("/turns", said, v.lang.T("This router has written it down for {1}.", cell.PeopleOf(v.state).Name(v.me())))
}

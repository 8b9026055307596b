package web

import (
	"net/http"

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
	people := cell.PeopleOf(v.state)
	here := rota.Here(v.state.Now())
	next := v.rota().Next(rota.Facilitator, here)
	now, trusted := v.clocked()
	term := v.rota().Post(rota.Facilitator).Term
	free := term.Over(now, trusted) || !people.IsActive(term.Member)

	view := ui.TurnsView{Mine: term.Member == v.me(), Over: free, NextIsMe: next == v.me(), Rows: v.turnRows(here)}
	if term.Number != 0 && !term.Ended {
		view.Holder, view.Until = people.Name(term.Member), v.termEnd(term)
	}
	if !next.IsZero() {
		view.Next = people.Name(next)
	}
	if view.NextIsMe {
		view.DeclineURL = "/turns/decline"
	}
	if view.NextIsMe && free {
		view.BeginURL = "/turns/begin"
	}
	if view.Mine && !free {
		view.EndURL = "/turns/end"
	}
	p := v.page(v.lang.T("Who looks after the rounds"))
	p.Back, p.Wrong = ui.Link{URL: "/people", Text: v.lang.T("People")}, wrong
	return v.show(status, ui.TurnsPage(p, view))
}

func (v *visit) termEnd(t rota.Term) string {
	if t.To == 0 {
		return v.lang.T("It began without a clock that can be trusted, so it ends by hand.")
	}
	return v.lang.T("Until {1}.", v.lang.Date(at(t.To)))
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

package web

import (
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// foundingRound is the round that seats all, if it is open or done.
func (v *visit) foundingRound() (op.Ref, bool) {
	for _, s := range roundList(v.state).Live() {
		if v.isFounding(s.Ref) {
			return s.Ref, true
		}
	}
	return op.Ref{}, false
}

func (v *visit) isFounding(r op.Ref) bool {
	round, _ := v.state.Value(consent.Key(r)).(*consent.Round)
	if round == nil {
		return false
	}
	e := round.Text().Effect
	return e != nil && e.Kind == cell.EffectFounding
}

// allBegin reports whether all who sit at the table have said yes, which the founding
// takes whatever the clock says, and in a round about who belongs as many as it takes.
func (t *table) allBegin() bool {
	said := t.round.Tally(t.at)
	if t.isFounding(t.round.Ref) {
		return said.Consents == said.Eligible && len(t.people.Active()) <= said.Eligible
	}
	return said.Consents >= cell.YesesFor(t.round, t.people.Active())
}

// begins says of an open founding how many yeses it lacks; and when people have come
// or gone since it was opened, that it cannot be agreed any more. Of a round about who
// belongs it says so when all have been heard.
func (t *table) begins(v *ui.RoundView) {
	if !t.round.State.Open() {
		return
	}
	said := t.round.Tally(t.at)
	if !t.isFounding(t.round.Ref) {
		v.FewYeses = v.Missing == 0 && !t.allBegin()
		return
	}
	v.Founding, v.Missing, v.OpenUntil = true, said.Eligible-said.Consents, "" // no clock ends it
	v.Others = !slices.Equal(t.round.Roster, t.people.Active())
}

// foundingURL leads to the founding round, or to where it begins.
func (v *visit) foundingURL() string {
	if ref, ok := v.foundingRound(); ok {
		return roundURL(ref)
	}
	return "/rounds/founding"
}

// founding shows a first text that is ready to be changed.
func (v *visit) founding() error {
	if ref, ok := v.foundingRound(); ok {
		return away(roundURL(ref))
	}
	f := ui.Form{Action: "/rounds/founding", Values: map[string]string{
		ui.FieldWhat: v.lang.T("We begin as a cell: all who sit at this table belong. We decide together, when nobody objects. We count hours, and nobody goes below 10 hours received or above 20 hours given."),
		ui.FieldWhy:  v.lang.T("So that we can help each other, and everyone knows how we decide."),
	}}
	return v.showFounding(http.StatusOK, f, ui.Wrong{})
}

func (v *visit) showFounding(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("The founding round"))
	p.Wrong = wrong
	return v.show(status, ui.NewRoundPage(p, v.bringing(status, f)))
}

func (v *visit) openFounding() error {
	f := v.form("/rounds/founding")
	text, wrong := v.readText(f)
	if wrong != nil {
		return v.showFounding(http.StatusUnprocessableEntity, f, *wrong)
	}
	text.Title = v.lang.T("We begin")
	text.Effect = &consent.Effect{Kind: cell.EffectFounding, Content: op.MustMarshal(cell.Founding{Limits: firstLimits()})}
	opening, err := consent.Open(v.state.Now(), v.me(), consent.Opening{Class: consent.Standard, Text: text})
	var refs []op.Ref
	if err == nil {
		refs, err = v.submit(op.Draft{Kind: consent.KindOpen, Content: &opening})
	}
	if again, ok := v.refused(&f, err, textFields); ok {
		return v.showFounding(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return v.done(roundURL(refs[0]), v.lang.T("The founding round is open."), v.lang.T("When everybody at the table consents, the cell is founded. Say your own word, too."))
}

// firstLimits are never zero: a first exchange must be possible (rule L9a).
func firstLimits() []ledger.LimitsEffect {
	var out []ledger.LimitsEffect
	for _, u := range []ledger.Unit{ledger.Minutes, ledger.Credit} {
		l := ledger.DefaultLimits(u)
		out = append(out, ledger.LimitsEffect{Unit: u, Min: l.Min, Max: l.Max, Cap: l.Cap})
	}
	return out
}

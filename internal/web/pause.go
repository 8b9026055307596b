package web

import (
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/pause"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const pauseURL = "/safety/pause"

// pauseRoutes are those to what somebody does at once against a danger (K7).
func pauseRoutes() []Route {
	return []Route{
		{"GET", pauseURL, Member, func(v *visit) error { return v.books().pauses() }},
		{"POST", pauseURL, Member, func(v *visit) error { return v.books().pause() }},
		{"POST", pauseURL + "/{ref}/{act}", Member, func(v *visit) error { return v.books().answerPause() }},
	}
}

// pausesNow are the pauses that hold now.
func (v *visit) pausesNow() (out []pause.Pause) {
	now, trusted := v.clocked()
	for _, p := range cell.Pauses(v.state).All() {
		if p.Stands(now, trusted) {
			out = append(out, p)
		}
	}
	return out
}

func (b *books) pauses() error {
	return b.showPauses(http.StatusOK, ui.Form{Action: pauseURL, Values: map[string]string{}}, ui.Wrong{})
}

func (b *books) showPauses(status int, f ui.Form, wrong ui.Wrong) error {
	view := ui.PauseView{Form: f, Accounts: []ui.Choice{{Text: b.lang.T("Choose an account")}}, WiFi: b.lang.T("Whoever looks after the router can also give the Wi-Fi another key, in its own settings. Tell all of us who did it, and why, within a day.")}
	for _, m := range b.people.Active() {
		view.Accounts = append(view.Accounts, ui.Choice{Value: string(ledger.MemberAccount(m)), Text: b.people.Name(m)})
	}
	for _, a := range []ledger.Account{ledger.Common, ledger.Tin} {
		view.Accounts = append(view.Accounts, ui.Choice{Value: string(a), Text: locale.Capital(b.side(a).Word(b.lang))})
	}
	for _, p := range b.pausesNow() {
		view.Now = append(view.Now, b.pauseRow(p))
		view.Accounts = slices.DeleteFunc(view.Accounts, func(c ui.Choice) bool { return c.Value == p.Account })
	}
	p := b.page(b.lang.T("Let nothing go from an account"))
	p.Back, p.Wrong = ui.Link{URL: "/safety", Text: b.lang.T("Safety")}, wrong
	return b.show(status, ui.PausePage(p, view))
}

func (b *books) pauseRow(p pause.Pause) ui.PauseRow {
	a := ledger.Account(p.Account)
	row := ui.PauseRow{Account: locale.Capital(b.side(a).Word(b.lang)), Text: b.pauseWords(p), Why: p.Why, By: b.people.Name(p.By)}
	holder, _ := a.Holder()
	at := pauseURL + "/" + p.Ref.String()
	if p.By == b.me() && p.Why == "" {
		row.TellURL = at + "/tell"
	}
	now, trusted := b.clocked()
	if p.By != b.me() && holder != b.me() && p.Confirmed.IsZero() && !cell.Pauses(b.state).Rests(p, b.me(), now, trusted) {
		row.ConfirmURL = at + "/stay"
	}
	if p.By == b.me() || p.Confirmed == b.me() || p.Start == 0 && holder != b.me() {
		row.EndURL = at + "/end"
	}
	return row
}

// pauseWords say who did it, who says so too, and when it ends.
func (b *books) pauseWords(p pause.Pause) string {
	words := b.lang.T("{1} did it.", b.people.Name(p.By))
	if !p.Confirmed.IsZero() {
		words = join(words, b.lang.T("{1} says that it should stay.", b.people.Name(p.Confirmed)))
	}
	if p.Start == 0 {
		return join(words, b.lang.T("Nobody knows the date, so it does not end by itself."))
	}
	return join(words, b.lang.T("It ends by itself: {1}.", b.lang.Moment(at(p.Until()), b.date)))
}

func (b *books) pause() error {
	f := b.form(pauseURL)
	_, err := b.submit(op.Draft{Kind: pause.KindBegin, Content: pause.Begin{Account: b.value(ui.FieldAccount), Why: b.value(ui.FieldReason)}})
	fields := byCode{{"pause.account", ui.FieldAccount}, {"pause.twice", ui.FieldAccount}, {"pause.again", ui.FieldAccount}, {"text.long", ui.FieldReason}, {"text.hidden", ui.FieldReason}}
	if wrong, ok := b.refused(&f, err, fields); ok {
		return b.showPauses(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(pauseURL, b.lang.T("Nothing goes from it now. All of us see it, and that it was you."), "")
}

// answerPause tells why, says that it should stay, or ends it.
func (b *books) answerPause() error {
	ref, err := op.ParseRef(b.r.PathValue("ref"))
	if err != nil {
		return errNotFound
	}
	d := op.Draft{Subject: ref}
	switch b.r.PathValue("act") {
	case "tell":
		d.Kind, d.Content = pause.KindTell, pause.Tell{Why: b.value(ui.FieldWhy)}
	case "stay":
		d.Kind = pause.KindConfirm
	case "end":
		d.Kind = pause.KindEnd
	default:
		return errNotFound
	}
	f := b.form(pauseURL)
	_, err = b.submit(d)
	if wrong, ok := b.refused(&f, err, byCode{{"pause.words", ui.FieldWhy}, {"text.long", ui.FieldWhy}, {"text.hidden", ui.FieldWhy}}); ok {
		return b.showPauses(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(pauseURL, b.lang.T("Written down."), "")
}

// waitingPauses report to everybody what was done (K7): whoever did it owes the
// reason, others say whether it should stay, and whose account it is knows.
func (v *visit) waitingPauses() (out []ui.Waiting) {
	b := v.books()
	for _, p := range v.pausesNow() {
		if p.By == v.me() && p.Why != "" || p.Confirmed == v.me() {
			continue
		}
		out = append(out, ui.Waiting{URL: pauseURL, Title: v.lang.T("Nothing goes from an account now: {1}.", b.side(ledger.Account(p.Account)).Word(v.lang)), Text: b.pauseWords(p), Verb: v.lang.T("Look at it")})
	}
	return out
}

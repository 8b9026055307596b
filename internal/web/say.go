package web

import (
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

// say shows the page on which a person gives a voice.
func (t *table) say() error { return t.showSay(http.StatusOK, t.ownWords(), ui.Wrong{}) }

// ownWords fills the form with what the person said before.
func (t *table) ownWords() ui.Form {
	f := ui.Form{Action: t.url("say"), Values: map[string]string{}}
	own, ok := t.round.VoiceOf(t.me())
	if !ok {
		return f
	}
	if name := ui.VoiceName(stances[own.Stance]); name != "" {
		f.Values[ui.FieldVoice] = name
		f.Values[ui.FieldReason+"-"+name] = own.Reason
	}
	return f
}

func (t *table) showSay(status int, f ui.Form, wrong ui.Wrong) error {
	if !t.may(consent.KindSpeak) {
		return away(t.url())
	}
	v := ui.StanceView{Form: f, Title: t.round.Title(), RoundURL: t.url(), Version: t.round.VersionNumber(t.round.Current),
		Base: t.shown(wrong), Text: t.text(t.round.Text()), InForce: t.round.InForce(), Concerned: t.round.Concerns == t.me()}
	v.Only = t.sayable()
	if end, known := t.round.WaitsUntil(); known {
		v.Until = t.lang.Moment(at(end), t.date)
	}
	p := t.page(t.lang.T("What do you think?"))
	p.Back = ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	p.Wrong = wrong
	return t.visit.show(status, ui.StancePage(p, v))
}

// sayable are the voices that this person can give now; nil for all there are.
func (t *table) sayable() []ui.Seat {
	x, objecting := t.ownObjection()
	switch {
	case t.round.InForce():
		return []ui.Seat{ui.Objection}
	case objecting && x.Relayed.IsZero():
		return []ui.Seat{ui.Consent, ui.Concern, ui.Aside, ui.Recused}
	case objecting:
		return []ui.Seat{ui.Consent, ui.Concern, ui.Objection, ui.Aside, ui.Recused}
	}
	return nil
}

// ownObjection is this person's objection that stands.
func (t *table) ownObjection() (consent.Objection, bool) {
	for _, x := range t.round.OpenObjections() {
		if x.Owner == t.me() {
			return x, true
		}
	}
	return consent.Objection{}, false
}

// inOwnWords are the drafts of a voice. An objection that somebody passed on is
// replaced by the owner's own in one step, so that nothing is decided between (C9).
func (t *table) inOwnWords(a *consent.Speak) (drafts []op.Draft, adoption int) {
	if x, objecting := t.ownObjection(); objecting && !x.Relayed.IsZero() && a.Stance == consent.Object {
		return []op.Draft{t.act(&consent.Resolve{Objection: x.Ref, As: consent.FateWithdrawn}), t.act(a)}, -1
	}
	return t.adopting(a), 1
}

// speak takes a voice. The last awaited one adopts.
func (t *table) speak() error {
	f := t.form(t.url("say"))
	a, wrong := t.readVoice(f)
	if wrong != nil {
		return t.showSay(http.StatusUnprocessableEntity, f, *wrong)
	}
	drafts, adoption := t.inOwnWords(a)
	refs, err := t.submit(drafts...)
	if again, ok := t.refused(&f, err, t.voiceFields(a)); ok && t.may(consent.KindSpeak) {
		again.Link = t.changed()
		return t.showSay(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	if adoption > 0 && !refs[adoption].IsZero() {
		return t.done(t.url(), t.lang.T("Heard. With your voice it is agreed."), t.recorded())
	}
	return t.done(t.url(), t.heard(a.Stance), t.recorded())
}

// recorded is rule X6: what the router signs for a member, it says.
func (t *table) recorded() string {
	return t.lang.T("This router has written it down for {1}.", t.people.Name(t.me()))
}

func (t *table) heard(s consent.Stance) string {
	l := t.lang
	switch s {
	case consent.Consent:
		return l.T("Heard. You consent.")
	case consent.Concern:
		return l.T("Heard. You consent, and your worry is noted.")
	case consent.Object:
		return l.T("Heard. Nothing is decided while your objection stands.")
	case consent.StandAside:
		return l.T("Heard. You stand aside.")
	case consent.NeedTime:
		return l.T("Heard. The round waits for you.")
	}
	return l.T("Heard. You take no part in this one.")
}

// readVoice reads a voice from the form; who has none gets the question back.
func (t *table) readVoice(f ui.Form) (*consent.Speak, *ui.Wrong) {
	name := t.value(ui.FieldVoice)
	seat, ok := ui.VoiceNamed(name)
	if !ok {
		f.Errors[ui.FieldVoice] = t.lang.T("Choose one of these.")
		return nil, &ui.Wrong{Title: t.lang.T("You have not said what you think."), Field: ui.FieldVoice}
	}
	a := &consent.Speak{Text: t.base(), Reason: t.value(ui.FieldReason + "-" + name)}
	for s, u := range stances {
		if s > 0 && u == seat {
			a.Stance = consent.Stance(s)
		}
	}
	if a.Stance == consent.Object {
		for _, l := range lenses {
			if slices.Contains(t.ticked(ui.FieldLens), l.name) {
				a.Lenses |= l.bit
			}
		}
	}
	return a, nil
}

func (t *table) voiceFields(a *consent.Speak) byCode {
	reason := ui.FieldReason + "-" + t.value(ui.FieldVoice)
	return byCode{{"stance.reason", reason}, {"text.long", reason}, {"text.hidden", reason}, {"text.spelling", reason}, {"objection.lens", ui.FieldLens}}
}

// relay shows the page on which a member passes on another's word.
func (t *table) relay() error {
	return t.showRelay(http.StatusOK, ui.Form{Action: t.url("relay"), Values: map[string]string{}}, ui.Wrong{})
}

func (t *table) showRelay(status int, f ui.Form, wrong ui.Wrong) error {
	who := t.round.CanRelay(t.at, t.me())
	if len(who) == 0 {
		return away(t.url())
	}
	v := ui.RelayView{Form: f, Title: t.round.Title(), RoundURL: t.url(), Version: t.round.VersionNumber(t.round.Current), Base: t.shown(wrong), Consents: true}
	v.Who = []ui.Choice{{Text: t.lang.T("Choose a name")}}
	for _, m := range who {
		v.Who = append(v.Who, ui.Choice{Value: m.String(), Text: t.people.Name(m)})
	}
	v.Only = []ui.Seat{ui.Consent, ui.Concern, ui.Objection, ui.Aside, ui.NeedTime}
	switch {
	case t.round.InForce():
		v.InForce, v.Only = true, []ui.Seat{ui.Objection}
	case cell.OwnYes(t.round):
		v.Consents, v.Only = false, []ui.Seat{ui.Objection, ui.NeedTime}
	}
	p := t.page(t.lang.T("Pass on somebody’s word"))
	p.Back = ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	p.Wrong = wrong
	return t.visit.show(status, ui.RelayPage(p, v))
}

func (t *table) passOn() error {
	f := t.form(t.url("relay"))
	a, wrong := t.readVoice(f)
	if wrong != nil {
		return t.showRelay(http.StatusUnprocessableEntity, f, *wrong)
	}
	whose, err := op.ParseMember(t.value("who"))
	if err != nil {
		f.Errors["who"] = t.lang.T("Choose one of these.")
		return t.showRelay(http.StatusUnprocessableEntity, f, ui.Wrong{Title: t.lang.T("Whose word is it?"), Field: "who"})
	}
	a.For = whose
	_, err = t.submit(t.adopting(a)...)
	if again, ok := t.refused(&f, err, append(t.voiceFields(a), byCode{{"relay.own-word", "who"}, {"relay.oneself", "who"}}...)); ok {
		again.Link = t.changed()
		return t.showRelay(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return t.done(t.url(), t.lang.T("Passed on."), t.lang.T("It is marked as passed on by you. {1} sees it first when they come back, and can change it.", t.people.Name(whose)))
}

// keep makes a relayed word the member's own.
func (t *table) keep() error {
	own, ok := t.round.VoiceOf(t.me())
	if !ok || own.Relayed.IsZero() {
		return away(t.url())
	}
	a := &consent.Speak{Text: own.Text, Stance: own.Stance, Reason: own.Reason, Lenses: own.Lenses}
	if _, err := t.submit(t.adopting(a)...); err != nil {
		return err
	}
	return t.done(t.url(), t.heard(a.Stance), t.recorded())
}

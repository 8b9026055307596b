package web

import (
	"slices"

	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// allowed lists what this person may do on the round now. The rules are the
// room's; here stands only where each act leads.
func (t *table) allowed() []ui.Allowed {
	out := t.voiceActs()
	for _, simple := range []struct {
		kind op.Kind
		act  ui.Act
		path string
	}{
		{consent.KindAsk, ui.Ask, "question"}, {consent.KindReact, ui.React, "reaction"}, {consent.KindPass, ui.Pass, "pass"},
		{consent.KindPhases, ui.StepByStep, "steps"}, {consent.KindWithdraw, ui.Withdraw, "withdraw"},
		{consent.KindTable, ui.SetAside, "aside"}, {consent.KindReview, ui.Review, "review"},
	} {
		if t.may(simple.kind) {
			out = append(out, ui.Allowed{Act: simple.act, URL: t.url(simple.path)})
		}
	}
	out = append(out, t.objectionActs()...)
	out = append(out, t.answerActs()...)
	if t.may(consent.KindRevise) && !t.answering() {
		out = append(out, ui.Allowed{Act: ui.ChangeText, URL: t.url("text")})
	}
	for _, s := range t.round.Moves(t.at, t.me(), t.unix, t.trusted) {
		if words := onward[s]; words != "" {
			out = append(out, ui.Allowed{Act: ui.Onward, URL: t.url("phase", s.String()), Text: t.lang.T(words)})
		}
	}
	if !t.round.Plain && slices.Contains(t.round.Moves(t.at, t.me(), t.unix, t.trusted), consent.Amending) {
		out = append(out, ui.Allowed{Act: ui.Onward, URL: t.url("phase", consent.Amending.String()), Text: t.lang.T("Go back to the text")})
	}
	mine := t.round.Proposer == t.me() && !t.round.State.Open() && !t.round.InForce()
	if mine || t.round.State == consent.Tabled {
		out = append(out, ui.Allowed{Act: ui.Again, URL: "/rounds/new?again=" + t.round.Ref.String()})
	}
	return append(out, ui.Allowed{Act: ui.Sheet, URL: t.url("sheet")})
}

// onward are the words on the facilitator's button.
var onward = [consent.Expired + 1]string{
	consent.Clarifying: locale.M("Begin with questions"), consent.Reacting: locale.M("Go on to first thoughts"),
	consent.Checking: locale.M("Go on to the consent check"), consent.Integrating: locale.M("Go on to the objections"),
	consent.Testing: locale.M("Look at the objection once more"),
}

func (t *table) voiceActs() []ui.Allowed {
	var out []ui.Allowed
	if t.may(consent.KindSpeak) {
		act := ui.Say
		if t.round.InForce() {
			act = ui.Object
		}
		out = append(out, ui.Allowed{Act: act, URL: t.url("say")})
	}
	if len(t.round.CanRelay(t.at, t.me())) > 0 {
		out = append(out, ui.Allowed{Act: ui.RelayVoice, URL: t.url("relay")})
	}
	if t.round.State.Open() && t.round.Eligible(t.me()) && len(t.round.Lacking(t.at, t.unix, t.trusted)) == 0 && t.allBegin() {
		out = append(out, ui.Allowed{Act: ui.Adopt, URL: t.url("adopt")})
	}
	return out
}

func (t *table) objectionActs() []ui.Allowed {
	var out []ui.Allowed
	for _, x := range t.round.OpenObjections() {
		id := x.Ref.String()
		if t.may(consent.KindTest) {
			out = append(out, ui.Allowed{Act: ui.AskHarm, URL: t.url("o", id, "harm"), Target: id})
			out = append(out, ui.Allowed{Act: ui.FindWay, URL: t.url("o", id, "way"), Target: id})
		}
		if x.Owner == t.me() && t.may(consent.KindResolve) {
			out = append(out, ui.Allowed{Act: ui.TakeBack, URL: t.url("o", id, "back"), Target: id})
		}
		if t.maySoften(x) {
			out = append(out, ui.Allowed{Act: ui.Soften, URL: t.url("o", id, "concern"), Target: id})
		}
	}
	return out
}

// maySoften reports whether this person can let an objection be a concern: their
// own, or that of somebody who has left (C3).
func (t *table) maySoften(x consent.Objection) bool {
	return t.may(consent.KindResolve) && x.Fate == consent.FateOpen && (x.Owner == t.me() || !t.people.IsActive(x.Owner))
}

func (t *table) answerActs() []ui.Allowed {
	if !t.may(consent.KindAnswer) {
		return nil
	}
	var out []ui.Allowed
	for _, q := range t.round.Talks {
		if q.Kind == consent.KindAsk {
			id := q.Ref.String()
			out = append(out, ui.Allowed{Act: ui.Reply, URL: t.url("q", id, "answer"), Target: id})
		}
	}
	return out
}

// act drafts one act on this round.
func (t *table) act(a consent.Act) op.Draft {
	return op.Draft{Kind: a.Kind(), Subject: t.round.Ref, Content: a}
}

// adopting adds the act that adopts, should this have been the last voice.
func (t *table) adopting(a consent.Act) []op.Draft {
	adopt := t.act(&consent.Adopt{Text: t.round.Current})
	adopt.Try = true
	drafts := []op.Draft{t.act(a), adopt}
	if t.yes(a) {
		return append(drafts, t.carried()...)
	}
	return append(drafts, t.after(2)...)
}

// yes reports whether an act is this person's own yes: with their voice, or by
// letting the objection that they gave to this text stay as a concern.
func (t *table) yes(a consent.Act) bool {
	switch a := a.(type) {
	case *consent.Speak:
		return a.For.IsZero() && assents(a.Stance)
	case *consent.Resolve:
		own, spoke := t.round.VoiceOf(t.me())
		return a.As == consent.FateConcern && spoke && !t.round.Stale(own) && own.Stance == consent.Object &&
			slices.ContainsFunc(t.round.OpenObjections(), func(x consent.Objection) bool { return x.Ref == a.Objection && x.Owner == t.me() })
	}
	return false
}

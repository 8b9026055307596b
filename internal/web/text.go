package web

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

// newText shows the form of a new text; answering names an objection that it
// is meant to answer.
func (t *table) newText() error {
	if !t.may(consent.KindRevise) || t.answering() {
		return away(t.url())
	}
	return t.showText(http.StatusOK, ui.Form{Action: t.url("text"), Values: valuesOf(t.round.Text())}, ui.Wrong{})
}

// answering reports whether a new text answers the objection that is looked at:
// then it is written on the page of a way together.
func (t *table) answering() bool {
	return t.round.State == consent.Testing || t.round.State == consent.Integrating
}

// answers reports whether a text can be brought that answers that objection: it is
// the one that is looked at.
func (t *table) answers(x consent.Objection) bool {
	now, _ := t.round.UnderTest()
	return t.may(consent.KindRevise) && t.answering() && now.Ref == x.Ref
}

func (t *table) newAnswer(x consent.Objection) error {
	if !t.answers(x) {
		return away(t.url("o", x.Ref.String(), "way"))
	}
	f := ui.Form{Action: t.url("o", x.Ref.String(), "text"), Values: valuesOf(t.round.Text())}
	if t.r.URL.Query().Get(ui.FieldWay) == ui.WayTrial {
		t.asTrial(f.Values)
	}
	return t.showText(http.StatusOK, f, ui.Wrong{})
}

// asTrial makes of a text one that is tried at first: people look again as late
// as a trial may last, unless the text names an earlier day (C11). Who does not
// know the date leaves the day to whoever writes.
func (t *table) asTrial(values map[string]string) {
	values[ui.FieldWay] = ui.WayTrial
	now, trusted := t.clocked()
	if last := now + consent.FirstTrial; trusted && (t.round.Text().ReviewOn == 0 || t.round.Text().ReviewOn > last) {
		values[ui.FieldReview] = at(last).Format(time.DateOnly)
	}
}

func (t *table) showText(status int, f ui.Form, wrong ui.Wrong) error {
	spoken := 0
	for _, x := range t.round.Voices {
		if !t.round.Stale(x) {
			spoken++
		}
	}
	p := t.page(t.lang.T("Change the text"))
	p.Back = ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	p.Wrong = wrong
	view := ui.TextView{Form: f, Title: t.round.Title(), Version: t.round.VersionNumber(t.round.Current), Base: t.shown(wrong), Spoken: spoken}
	return t.visit.show(status, ui.TextPage(p, view))
}

func (t *table) putText() error { return t.revise(op.Ref{}, t.url("text")) }

func (t *table) putAnswer(x consent.Objection) error {
	return t.revise(x.Ref, t.url("o", x.Ref.String(), "text"))
}

func (t *table) revise(resolves op.Ref, action string) error {
	f := t.form(action)
	text, wrong := t.readText(f)
	if wrong != nil {
		return t.showText(http.StatusUnprocessableEntity, f, *wrong)
	}
	old := t.round.Text()
	text.Title, text.Effect = old.Title, old.Effect
	a := &consent.Revise{Base: t.base(), Text: text, Note: t.value(ui.FieldNote), Resolves: resolves,
		Trial: t.value(ui.FieldWay) == ui.WayTrial}
	_, err := t.submit(t.act(a))
	if again, ok := t.refused(&f, err, textFields); ok {
		again.Link = t.changed()
		return t.showText(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	if !resolves.IsZero() {
		return t.done(t.url("o", resolves.String(), "way"), t.lang.T("The new text lies on the table."), t.lang.T("Whoever objected and whoever asks have to say yes to it."))
	}
	return t.done(t.url(), t.lang.T("The new text lies on the table."), t.lang.T("Who spoke before is asked again."))
}

// spell is how a form names a text.
func spell(h consent.Hash) string { return hex.EncodeToString(h[:]) }

// base is the text that a form was opened on. Whoever sends it may have looked
// at that for an hour, while somebody changed the text: what they say is about
// what they saw.
func (t *table) base() consent.Hash {
	name := t.value(ui.FieldBase)
	for _, x := range t.round.Versions {
		if spell(x.Hash) == name {
			return x.Hash
		}
	}
	return t.round.Current
}

// changed leads to what was changed since a form was opened, if anything was.
func (t *table) changed() ui.Link {
	if base := t.base(); base != t.round.Current {
		return ui.Link{URL: t.url("changes") + "?from=" + strconv.Itoa(t.round.VersionNumber(base)), Text: t.lang.T("See what changed")}
	}
	return ui.Link{}
}

// shown is the text that a form is about from here on: the one that it was
// opened on, until the page has told that there is another.
func (t *table) shown(wrong ui.Wrong) string {
	if wrong.Link.URL != "" {
		return spell(t.round.Current)
	}
	return spell(t.base())
}

// changes shows what changed between two texts: by default from the one on
// which this person spoke, or the first, to the current one.
func (t *table) changes() error {
	taken := t.taken()
	from := 0
	if own, ok := t.round.VoiceOf(t.me()); ok && t.round.Stale(own) {
		from = max(0, t.round.VersionNumber(own.Text)-1)
	}
	if n, err := strconv.Atoi(t.r.URL.Query().Get("from")); err == nil {
		from = min(max(0, n-1), len(taken)-1)
	}
	to := len(taken) - 1
	last := taken[to]
	v := ui.ChangesView{Title: t.round.Title(), RoundURL: t.url(), From: from + 1, To: to + 1, Note: last.Note,
		By: t.people.Name(last.Author), Parts: t.parts(taken[from].Text, last.Text)}
	if last.Time > 0 {
		v.When = t.lang.On(at(last.Time), t.date)
	}
	for i := range taken[:to] {
		if i != from {
			v.Versions = append(v.Versions, ui.Link{URL: t.url("changes") + "?from=" + strconv.Itoa(i+1), Text: t.lang.T("From the {1}", ui.Ordinal(t.lang, i+1))})
		}
	}
	if t.may(consent.KindSpeak) && t.round.State.Open() {
		v.SayURL = t.url("say")
	}
	p := t.page(t.lang.T("What changed"))
	p.Back = ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	return t.visit.show(http.StatusOK, ui.ChangesPage(p, v))
}

func (t *table) taken() []consent.Version {
	var out []consent.Version
	for _, x := range t.round.Versions {
		if x.Taken {
			out = append(out, x)
		}
	}
	return out
}

// parts sets two texts beside each other, question by question.
func (t *table) parts(before, after consent.Text) []ui.PartDiff {
	a, b := t.text(before), t.text(after)
	var out []ui.PartDiff
	for _, q := range []struct{ question, before, after string }{
		{t.lang.T("What"), a.What, b.What}, {t.lang.T("Why"), a.Why, b.Why}, {t.lang.T("Who does it"), a.Who, b.Who},
		{t.lang.T("What it takes"), a.Effort, b.Effort}, {t.lang.T("How we will know"), a.Criteria, b.Criteria},
		{t.lang.T("We look again"), a.Review, b.Review}, {t.lang.T("It ends"), a.Expires, b.Expires},
	} {
		if q.before != "" || q.after != "" {
			out = append(out, ui.PartDiff{Question: q.question, Words: differ(q.before, q.after)})
		}
	}
	return out
}

// differ marks the words that came and went: the longest common run of words
// stays. Texts are short, so the plain table is enough.
func differ(before, after string) []ui.Span {
	a, b := strings.Fields(before), strings.Fields(after)
	common := longest(a, b)
	var out []ui.Span
	put := func(op ui.SpanOp, word string) {
		if n := len(out); n > 0 && out[n-1].Op == op {
			out[n-1].Text += " " + word
			return
		}
		out = append(out, ui.Span{Text: word, Op: op})
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			put(ui.Same, a[i])
			i, j = i+1, j+1
		case j >= len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			put(ui.Removed, a[i])
			i++
		default:
			put(ui.Added, b[j])
			j++
		}
	}
	return out
}

// longest tabulates, for every pair of ends, how many words they share in order.
func longest(a, b []string) [][]uint16 {
	t := make([][]uint16, len(a)+1)
	for i := range t {
		t[i] = make([]uint16, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

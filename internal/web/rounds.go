package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

const roundsPerPage = 20

// onRound finds the round that an address names and goes on with it.
func onRound(f func(*table) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		r, _ := v.state.Value(consent.Key(ref)).(*consent.Round)
		if r == nil {
			return errNotFound
		}
		return f(v.table(r))
	}
}

func roundList(s *cell.State) *consent.Rounds {
	list, _ := s.Value(consent.KeyRounds).(*consent.Rounds)
	return list
}

func (v *visit) rounds() error {
	list := roundList(v.state)
	_, settled := list.Len()
	part, view := v.span(roundsPerPage, settled), ui.RoundsView{NewURL: "/rounds/new"}
	if part.page == 0 {
		view.Open = v.roundRows(list.Live())
	}
	view.Closed = v.roundRows(list.Settled(part.from(), roundsPerPage))
	view.Previous, view.Next = part.ways("/rounds?page=")
	return v.show(http.StatusOK, ui.RoundsPage(v.page(v.lang.T("All rounds")), view))
}

func (v *visit) roundRows(list []consent.Summary) []ui.RoundRow {
	var out []ui.RoundRow
	now, trusted := v.clocked()
	for _, s := range list {
		due := trusted && s.ReviewDue(now)
		row := ui.RoundRow{URL: roundURL(s.Ref), Title: s.Title, Phase: phaseOf(s.State, s.Contested, due)}
		if s.Decided > 0 && !s.State.Open() {
			row.Detail = v.lang.On(at(s.Decided), v.date)
		}
		if s.State.Open() {
			row.Places = v.placesOf(s.Ref)
		}
		out = append(out, row)
	}
	return out
}

func (v *visit) placesOf(r op.Ref) []ui.Place {
	round, _ := v.state.Value(consent.Key(r)).(*consent.Round)
	if round == nil {
		return nil
	}
	return v.table(round).places()
}

func (t *table) show() error { return t.showWith(http.StatusOK, ui.Form{}) }

// showWith shows the round with a form of this page that came back.
func (t *table) showWith(status int, f ui.Form) error {
	p := t.page(t.round.Title())
	p.Wide = true
	p.Banners = t.banners()
	view := t.view()
	view.Form = f
	return t.visit.show(status, ui.RoundPage(p, view))
}

// banners say what this person should know first: the text changed after they
// spoke, or somebody passed on their word; and what else changed the same agreement.
func (t *table) banners() []ui.Banner { return append(t.ownBanners(), t.twin()...) }

func (t *table) ownBanners() []ui.Banner {
	own, spoke := t.round.VoiceOf(t.me())
	switch {
	case spoke && t.round.InForce() && !own.Relayed.IsZero() && own.Text == t.round.Adopted.Text:
		return []ui.Banner{ui.RelayedThenBanner(t.lang, t.people.Name(own.Relayed), stances[own.Stance], own.Reason, t.url("say"))}
	case !spoke || !t.round.State.Open():
		return nil
	case t.round.Stale(own):
		return []ui.Banner{ui.StaleBanner(t.lang, stances[own.Stance], t.round.VersionNumber(own.Text), t.url("changes"))}
	case !own.Relayed.IsZero():
		return []ui.Banner{ui.RelayedBanner(t.lang, t.people.Name(own.Relayed), stances[own.Stance], own.Reason, t.keepURL(own), t.sayURL())}
	}
	return nil
}

// twin tells of the other rounds that stand in the place of one agreement: two that
// were brought to change it are both in force, whatever they say, unless a round that
// follows says what counts (C11).
func (t *table) twin() []ui.Banner {
	old := t.round
	if old.State != consent.Amended {
		old, _ = t.state.Value(consent.Key(t.round.Amends)).(*consent.Round)
	}
	if old == nil || t.round.State > consent.Amended {
		return nil
	}
	var links []ui.Link
	for _, ref := range old.AmendedBy {
		r, _ := t.state.Value(consent.Key(ref)).(*consent.Round)
		if r != nil && ref != t.round.Ref && (r.State == consent.InForce || r.State == consent.Amended) {
			links = append(links, ui.Link{URL: roundURL(ref), Text: r.Title()})
		}
	}
	if len(links) == 0 || old == t.round && len(links) == 1 {
		return nil
	}
	return []ui.Banner{{Kind: ui.NoteBanner, Title: t.lang.T("Another round changed the same agreement."),
		Text: t.lang.T("Each that is agreed counts. Where they differ, bring a round that says which."), Links: links}}
}

// sayURL leads to where a voice is given, at the steps that ask for one.
func (t *table) sayURL() string {
	if !t.may(consent.KindSpeak) {
		return ""
	}
	return t.url("say")
}

// keepURL makes a word that was passed on one's own. An objection needs no such
// thing: it stands as its owner's already.
func (t *table) keepURL(own consent.Voice) string {
	if !t.may(consent.KindSpeak) || own.Stance == consent.Object {
		return ""
	}
	return t.url("keep")
}

func (v *visit) newRound() error {
	form := ui.Form{Action: "/rounds/new", Values: map[string]string{}}
	for _, from := range []string{"again", "amends"} {
		if asked := v.r.URL.Query().Get(from); asked != "" {
			form.Action = "/rounds/new?" + from + "=" + url.QueryEscape(asked)
		}
		if r := v.roundFrom(from); r != nil {
			form.Values = valuesOf(r.Text())
		}
	}
	return v.showNewRound(http.StatusOK, form, ui.Wrong{})
}

// roundFrom is the round whose words the address asks to begin from, if any.
func (v *visit) roundFrom(name string) *consent.Round {
	ref, err := op.ParseRef(v.r.URL.Query().Get(name))
	if err != nil {
		return nil
	}
	r, _ := v.state.Value(consent.Key(ref)).(*consent.Round)
	return r
}

// wordsAlone says of a round that is brought again, or changed, what the house does by
// it and the form does not bring along.
func (v *visit) wordsAlone() []ui.Banner {
	r, ends := v.roundFrom("amends"), ""
	if r == nil {
		r = v.roundFrom("again")
	} else if !v.isFounding(r.Ref) { // whose seats stay
		ends = v.lang.T("That ends when this takes its place.")
	}
	if r == nil || r.Text().Effect == nil {
		return nil
	}
	return []ui.Banner{{Kind: ui.NoteBanner, Title: v.lang.T("Only the words come along, and not what the house does by itself."),
		Text: join(append(v.table(r).effect(*r.Text().Effect), ends)...)}}
}

func (v *visit) showNewRound(status int, f ui.Form, wrong ui.Wrong) error {
	view := v.bringing(status, f)
	view.Classes = []ui.Class{ui.Routine, ui.Standard, ui.Agreement}
	least := ui.Standard.Value()
	if r := v.roundFrom("amends"); r != nil { // is not changed with less care
		view.Classes = slices.DeleteFunc(view.Classes, func(c ui.Class) bool { return classNamed(c.Value()) < min(r.Class, consent.Agreement) })
		least = view.Classes[max(0, len(view.Classes)-2)].Value() // standard, where that will do
	}
	if f.Values[ui.FieldClass] == "" {
		f.Values[ui.FieldClass] = least
	}
	p := v.page(v.lang.T("Bring something to the table"))
	p.Wrong, p.Banners = wrong, v.wordsAlone()
	return v.show(status, ui.NewRoundPage(p, view))
}

// bringing is a form that opens a round, or says why none can be opened now (C12).
// One that comes back hands back what was written, whatever was wrong.
func (v *visit) bringing(status int, f ui.Form) ui.NewRoundView {
	view := ui.NewRoundView{Form: f}
	if status == http.StatusOK && v.twoOpen() {
		view.Closed = v.lang.T("You have two rounds open already. Let the others be heard on those first.")
	}
	return view
}

// twoOpen reports whether this person has as many rounds open as one may (C12).
func (v *visit) twoOpen() bool { return roundList(v.state).OpenBy(v.me()) >= consent.MaxOpen }

func (v *visit) openRound() error {
	f := v.form(v.r.URL.RequestURI())
	text, wrong := v.readText(f)
	draft := consent.Opening{Class: classNamed(v.value(ui.FieldClass)), Text: text, Phases: v.value(ui.FieldSteps) != "",
		Simultaneous: v.value(ui.FieldTogether) != ""}
	if amends, err := op.ParseRef(v.r.URL.Query().Get("amends")); err == nil {
		draft.Amends = amends
	}
	full := v.twoOpen() // what was written comes back on a page of its own then
	if wrong != nil && !full {
		return v.showNewRound(http.StatusUnprocessableEntity, f, *wrong)
	}
	opening, err := consent.Open(v.state.Now(), v.me(), draft)
	var refs []op.Ref
	if err == nil {
		refs, err = v.submit(op.Draft{Kind: consent.KindOpen, Content: &opening})
	}
	if again, ok := v.refused(&f, err, textFields); ok && !full {
		return v.showNewRound(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return v.done(roundURL(refs[0]), v.lang.T("It lies on the table."), v.lang.T("Everyone in the cell can see it now. Say what you think of it yourself, too."))
}

func classNamed(s string) consent.Class {
	for k, c := range classes {
		if k > 0 && c.Value() == s {
			return consent.Class(k)
		}
	}
	return consent.Standard
}

// readText reads the questions of a text from the form.
func (v *visit) readText(f ui.Form) (consent.Text, *ui.Wrong) {
	x := consent.Text{What: v.value(ui.FieldWhat), Why: v.value(ui.FieldWhy), Who: v.value(ui.FieldWho), Effort: v.value(ui.FieldEffort)}
	for line := range strings.SplitSeq(v.value(ui.FieldCriteria), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			x.Criteria = append(x.Criteria, line)
		}
	}
	var bad string
	if x.ReviewOn, bad = v.readDay(ui.FieldReview, bad); bad == "" {
		x.ExpiresOn, bad = v.readDay(ui.FieldExpires, bad)
	}
	if bad == "" {
		return x, nil
	}
	f.Errors[bad] = v.noDate()
	return x, &ui.Wrong{Title: f.Errors[bad], Field: bad}
}

// noDate says how a date is written, where no calendar came up to tap on.
func (v *visit) noDate() string {
	return join(v.lang.T("That is not a date."), v.lang.T("Write it as 2026-11-30."))
}

// typedDay reads a date as a phone's calendar sends it, or as somebody types it.
func typedDay(s string, where *time.Location) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, strings.Map(latinDigit, s), where)
}

// readDay reads a date at noon, so that no time zone moves it to another day.
func (v *visit) readDay(field, bad string) (uint64, string) {
	s := v.value(field)
	if s == "" {
		return 0, bad
	}
	d, err := typedDay(s, time.Local)
	if err != nil {
		return 0, field
	}
	return uint64(d.Add(12 * time.Hour).Unix()), bad
}

func valuesOf(x consent.Text) map[string]string {
	day := func(unix uint64) string {
		if unix == 0 {
			return ""
		}
		return at(unix).Format(time.DateOnly)
	}
	return map[string]string{
		ui.FieldWhat: x.What, ui.FieldWhy: x.Why, ui.FieldWho: x.Who, ui.FieldEffort: x.Effort,
		ui.FieldCriteria: strings.Join(x.Criteria, "\n"), ui.FieldReview: day(x.ReviewOn), ui.FieldExpires: day(x.ExpiresOn),
	}
}

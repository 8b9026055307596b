package sample

import (
	"slices"

	"celld/ui"
	"celld/ui/locale"
)

// Pages are all pages in one language.
func Pages(l locale.Lang) []Page {
	c := casts[l]
	return slices.Concat(c.rounds(l), c.people(l), c.routers(l), c.commons(l), c.meetings(l), c.care(l), c.knowledge(l))
}

func (c cast) rounds(l locale.Lang) []Page {
	page, inner := c.page(l, l.T("What waits for your voice")), c.inner(l, c.title)
	wide := inner
	wide.Wide = true
	done := wide
	done.Flash = ui.Flash{Title: l.T("Heard. You consent."), Text: l.T("This router writes it down for {1}.", c.moss), Link: ui.Link{URL: "#", Text: l.T("Change what you said")}, Seat: ui.Consent}
	wrong := inner
	wrong.Wrong = ui.Wrong{Title: l.T("Say why. One line is enough, and the others can only answer what they know."), Field: "reason-objection"}
	out := []Page{
		{"home", ui.HomePage(page, c.home(l))},
		{"home-quiet", ui.HomePage(page, c.quiet(l))},
		{"rounds", ui.RoundsPage(c.inner(l, l.T("All rounds")), c.list(l))},
		{"round", ui.RoundPage(wide, c.round(l))},
		{"round-done", ui.RoundPage(done, c.plain(l))},
		{"stance", ui.StancePage(inner, c.stance(l, nil))},
		{"stance-objection", ui.StancePage(inner, c.stance(l, map[string]string{"voice": "objection"}))},
		{"stance-wrong", ui.StancePage(wrong, c.stanceWrong(l))},
		{"round-long", ui.RoundPage(long().inner(l, l.T("All rounds")), long().round(l))},
		{"relay", ui.RelayPage(inner, c.relay())},
		{"new", ui.NewRoundPage(c.inner(l, l.T("Bring something to the table")), ui.NewRoundView{Form: ui.Form{Action: "#"}, Classes: []ui.Class{ui.Routine, ui.Standard, ui.Agreement}})},
		{"new-open", ui.NewRoundPage(c.inner(l, l.T("Bring something to the table")), c.newOpen())},
		{"text", ui.TextPage(inner, ui.TextView{Form: ui.Form{Action: "#", Values: map[string]string{"what": c.what, "why": c.why}}, Title: c.title, Version: 1, Spoken: 5})},
		{"changes", ui.ChangesPage(inner, c.changes(l))},
	}
	for name, phase := range map[string]ui.Phase{
		"clarify": ui.Clarifying, "react": ui.Reacting, "awaiting": ui.Awaiting, "in-force": ui.InForce,
		"review-due": ui.ReviewDue, "contested": ui.Contested, "lapsed": ui.Lapsed, "tabled": ui.Tabled,
	} {
		out = append(out, Page{"round-" + name, ui.RoundPage(wide, c.in(l, phase))})
	}
	return out
}

func (c cast) home(l locale.Lang) ui.HomeView {
	stale := seats(ui.Stale, ui.Consent, 0, 0, 0, 0, 0)
	two := []ui.Place{{You: true}, {Seat: ui.Consent}}
	return ui.HomeView{
		Members: 7,
		Waiting: []ui.Waiting{
			{URL: "#", Seats: c.table(), Title: c.title, Text: ui.TableSentence(l, c.table()), Verb: l.T("Say what you think")},
			{URL: "#", Seats: two, Title: "2 h · " + c.tide, Text: c.concern},
			{URL: "#", Seats: stale, Title: c.criteria, Text: l.T("The text changed after you spoke.")},
		},
		WithOthers: []ui.Row{{URL: "#", Seats: seats(ui.Consent, ui.Consent, ui.Consent, ui.Concern, ui.Consent, 0, 0), Title: c.who, Text: l.T("Not heard yet: {1}.", l.List([]string{c.kite, c.fern}))}},
		Changes:    []ui.Change{{When: c.saturday, Text: c.title, URL: "#"}, {When: c.evening, Text: c.review}},
		NewURL:     "/rounds/new",
	}
}

func (c cast) quiet(l locale.Lang) ui.HomeView {
	v := c.home(l)
	v.Waiting = nil
	return v
}

func (c cast) list(l locale.Lang) ui.RoundsView {
	full := seats(ui.Consent, ui.Consent, ui.Concern, ui.Aside, ui.Consent, ui.Consent, ui.Recused)
	return ui.RoundsView{
		Open: []ui.RoundRow{{URL: "#", Title: c.title, Phase: ui.Check, Places: c.table(), Detail: ui.SpokenSentence(l, 5, 7)}},
		Closed: []ui.RoundRow{
			{URL: "#", Title: c.what, Phase: ui.InForce, Places: full, Detail: c.saturday},
			{URL: "#", Title: c.criteria, Phase: ui.ReviewDue, Places: full},
			{URL: "#", Title: c.who, Phase: ui.Tabled, Places: seats(ui.Consent, ui.Objection, 0, 0, ui.Left, 0, 0)},
		},
		Next: "?before=9", NewURL: "/rounds/new",
	}
}

func (c cast) text() ui.Text {
	return ui.Text{Why: c.why, What: c.what, Who: c.who, Criteria: c.criteria, Review: c.review}
}

func (c cast) voices(l locale.Lang) []ui.Voice {
	var out []ui.Voice
	for _, p := range c.table() {
		v := ui.Voice{Place: p}
		switch p.Seat {
		case ui.Concern:
			v.Why = c.concern
		case ui.Objection:
			v.Why = c.objection
		case ui.NeedTime:
			v.Why = c.evening
		}
		out = append(out, v)
	}
	return out
}

func (c cast) round(l locale.Lang) ui.RoundView {
	return ui.RoundView{
		URL: "/r/x", Title: c.title, Phase: ui.Check, Class: ui.Standard, Version: 2, Proposer: c.lantern, Facilitator: c.heron,
		Places: c.table(), Voices: c.voices(l), OpenUntil: c.evening, ChangesURL: "#", Text: c.text(),
		Awaited: []ui.Awaited{{Name: c.moss, You: true}, {Name: c.kite, Until: c.evening}},
		Objections: []ui.ObjectionView{{
			ID: "1", By: c.ember, Text: c.objection, About: []ui.Lens{ui.Harm}, When: c.saturday, Standing: true,
		}},
		Questions: []ui.Question{{ID: "7", Speech: ui.Speech{Text: c.concern, By: c.tide, Details: []string{c.saturday}}, Answers: []ui.Speech{{Text: c.who, By: c.lantern, Answer: true}}}},
		Allowed: []ui.Allowed{
			{Act: ui.Say, URL: "#"}, {Act: ui.FindWay, URL: "#", Target: "1"}, {Act: ui.AskHarm, URL: "#", Target: "1"}, {Act: ui.Ask, URL: "#"},
			{Act: ui.RelayVoice, URL: "#"}, {Act: ui.Sheet, URL: "#"}, {Act: ui.StepByStep, URL: "#"}, {Act: ui.Reply, URL: "#", Target: "7"},
		},
		History: []ui.Change{{When: c.saturday, Text: c.title}},
	}
}

func (c cast) plain(l locale.Lang) ui.RoundView {
	v := c.round(l)
	v.Plain, v.Version, v.Facilitator, v.Objections, v.ChangesURL = true, 1, "", nil, ""
	for i := range v.Places {
		v.Places[i].Seat = ui.Consent
		v.Voices[i].Seat, v.Voices[i].Why = ui.Consent, ""
	}
	v.Spoken = true
	v.Places[6].Seat, v.Voices[6].Seat = ui.Unheard, ui.Unheard
	v.Awaited = []ui.Awaited{{Name: c.kite}}
	return v
}

func (c cast) in(l locale.Lang, phase ui.Phase) ui.RoundView {
	v := c.plain(l)
	if phase == ui.Contested || phase == ui.Awaiting {
		v = c.round(l)
		v.Held = true
		v.ClockURL = "/router/clock"
	}
	v.Plain, v.Facilitator = false, c.heron
	v.Phase = phase
	v.Since, v.ReviewOn = c.saturday, c.evening
	v.Ending = c.concern
	v.Missing = 2
	v.Allowed = append(v.Allowed, ui.Allowed{Act: ui.Pass, URL: "#"}, ui.Allowed{Act: ui.React, URL: "#"}, ui.Allowed{Act: ui.Object, URL: "#"},
		ui.Allowed{Act: ui.Review, URL: "#"}, ui.Allowed{Act: ui.Again, URL: "#"}, ui.Allowed{Act: ui.Onward, URL: "#", Text: l.T("On to first thoughts")})
	v.Worries = []ui.Speech{{Text: c.concern, By: c.tide}}
	return v
}

func (c cast) stance(l locale.Lang, values map[string]string) ui.StanceView {
	return ui.StanceView{Form: ui.Form{Action: "#", Values: values}, Title: c.title, RoundURL: "#", Version: 2, Text: c.text(), Until: c.evening}
}

func (c cast) stanceWrong(l locale.Lang) ui.StanceView {
	v := c.stance(l, map[string]string{"voice": "objection"})
	v.Form.Errors = map[string]string{"reason-objection": "One sentence is enough."}
	return v
}

func (c cast) relay() ui.RelayView {
	return ui.RelayView{Form: ui.Form{Action: "#"}, Title: c.title, Who: []ui.Choice{{Value: "1", Text: c.kite}}, Only: []ui.Seat{ui.Consent, ui.Concern, ui.Objection, ui.Aside}, Consents: true}
}

func (c cast) newOpen() ui.NewRoundView {
	return ui.NewRoundView{
		Form:    ui.Form{Action: "#", Values: map[string]string{"what": c.what, "class": "membership"}, Errors: map[string]string{"class": "?"}},
		Classes: []ui.Class{ui.Routine, ui.Standard, ui.Agreement, ui.Membership}, Who: []ui.Choice{{Value: "1", Text: c.kite}},
	}
}

func (c cast) changes(l locale.Lang) ui.ChangesView {
	return ui.ChangesView{
		Title: c.title, From: 1, To: 2, Note: c.concern, By: c.lantern, When: c.saturday, SayURL: "#",
		Parts: []ui.PartDiff{{Question: l.T("What"), Words: []ui.Span{{Text: c.what, Op: ui.Removed}, {Text: c.who, Op: ui.Added}, {Text: c.review}}}},
	}
}

// long are people who write without a space and take the longest names.
func long() cast {
	c := casts[locale.English]
	c.moss, c.heron, c.ember, c.kite = "Wwwwwwwwwwwwwwwwwwwwwwww", "Bartholomew-of-the-Hill", "شجرة الزيتون القديمة جدًا", "Ēēēēēēēēēēēēēēēēēēēēēēēē"
	c.title = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " + c.title
	c.objection = "https://example.org/a/very/long/address/that/nobody/would/ever/write/by/hand/but/somebody/pastes/anyway?and=more"
	return c
}

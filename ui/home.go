package ui

import (
	"strings"

	"celld/ui/locale"
)

// HomeView is the first screen: what waits for my voice, then the rest.
type HomeView struct {
	Waiting    []Waiting // the oldest first; the first one lies on the card
	WithOthers []Row     // what others have to do now
	Meetings   []Row     // those that are near
	Fits       []Row     // what may fit what the viewer needs or offers
	Changes    []Change  // what changed lately, the newest first
	Members    int
	NewURL     string // where a new round begins; empty when there is none to begin
}

// Waiting is one thing that cannot go on without me, of whatever kind.
type Waiting struct {
	URL   string
	Seats []Place
	Title string
	Text  string // who is heard, who asks, what for
	Verb  string // the button's words, when it lies on the card
}

// Change is one thing that happened.
type Change struct {
	When string
	Text string
	URL  string // empty when there is nothing more to see
}

// rows are all that waits but the first.
func (v HomeView) rows() []Row {
	var out []Row
	for i, w := range v.Waiting {
		if i > 0 {
			out = append(out, Row{URL: w.URL, Seats: w.Seats, Title: w.Title, Text: w.Text})
		}
	}
	return out
}

// lead counts what waits.
func (v HomeView) lead(l locale.Lang) string {
	n := len(v.Waiting)
	return inWords(l, l.Plural("One thing.", "{1} things. The oldest comes first.", n), n)
}

// TableSentence says what a ring shows: "Five of seven have spoken. Ember
// objects. Not heard yet: you and Kite."
func TableSentence(l locale.Lang, places []Place) string {
	heard, of, _ := counts(places)
	out := []string{SpokenSentence(l, heard, of)}
	if who := named(places, func(p Place) bool { return p.Seat == Objection && !p.You }); len(who) > 0 {
		out = append(out, strings.ReplaceAll(l.Plural("{2} objects.", "{2} object.", len(who)), "{2}", l.List(who)))
	}
	if heard > 0 && heard < of {
		out = append(out, awaitedSentence(l, places))
	}
	return strings.Join(out, " ")
}

// fewNames is how many people a sentence names; beyond, it counts them.
const fewNames = 3

// awaitedSentence names who has not been heard, the viewer first.
func awaitedSentence(l locale.Lang, places []Place) string {
	you := len(named(places, func(p Place) bool { return p.You && p.Seat.Awaited() })) > 0
	others := named(places, func(p Place) bool { return !p.You && p.Seat.Awaited() })
	n := len(others)
	switch {
	case you && n > fewNames:
		return inWords(l, l.Plural("Not heard yet: you and one other.", "Not heard yet: you and {1} others.", n), n)
	case you && n > 0:
		return l.T("Not heard yet: you and {1}.", l.List(others))
	case you:
		return l.T("Only you have not been heard yet.")
	case n > fewNames:
		return inWords(l, l.Plural("Not heard yet: one person.", "Not heard yet: {1} people.", n), n)
	case n > 0:
		return l.T("Not heard yet: {1}.", l.List(others))
	}
	return l.T("Everyone has been heard.")
}

func named(places []Place, want func(Place) bool) []string {
	var out []string
	for _, p := range places {
		if want(p) {
			out = append(out, p.Name)
		}
	}
	return out
}

// fewRows is how many rows the first screen shows of a list before it folds the
// others away.
const fewRows = 3

// DoorGroup is a few ways on with the same errand.
type DoorGroup struct {
	Title string
	Doors []Link
}

// Doors are the ways from the first screen, always the same.
func Doors(l locale.Lang) []DoorGroup {
	return []DoorGroup{
		{l.T("Decide together"), []Link{{"/rounds", l.T("All rounds")}, {"/meetings", l.T("When we meet")}, {"/commons", l.T("Our pages")}}},
		{l.T("Help each other"), []Link{{"/directory", l.T("Needs and offers")}, {"/ledger", l.T("Hours and money")}, {"/projects", l.T("Projects")}}},
		{l.T("Stay in touch"), []Link{{"/board", l.T("The board")}, {"/people", l.T("People")}, {"/router", l.T("This router")}}},
	}
}

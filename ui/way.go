package ui

import "celld/ui/locale"

// WayView is the page on which an objection and a text come together.
type WayView struct {
	Title     string // of the round
	RoundURL  string
	Objection ObjectionView
	Proposer  string
	Mine      bool       // the viewer proposed it
	Candidate *Candidate // the text that is meant to answer the objection; nil when there is none
	Failed    int        // candidates that were turned down
	ChangeURL string     // where a text is written; ?way= is added for each way out
	MeetURL   string     // POST: go on in one room; empty when it was asked already
	AsideURL  string     // POST: set the round aside
	AskURL    string     // POST: help me see the harm, field "harm-<id>"
	SoftenURL string     // POST, for the objector
	BackURL   string     // POST, for the objector
	Meeting   string     // who asked to go on in one room
	Form      Form
}

// Candidate is a text on which the objector and the proposer have a word each.
type Candidate struct {
	By       string
	Note     string
	Parts    []PartDiff
	Answers  Confirmed // the objector: it removes my objection
	Serves   Confirmed // the proposer: it still does what it is for
	Confirm  string    // POST with the field "yes" 1 or 0; empty when the viewer is not asked
	AskedFor Asked
}

// Confirmed is one of the two words that a candidate needs.
type Confirmed struct {
	Name string
	You  bool
	Yes  bool
}

// Asked tells what a confirmation by the viewer means.
type Asked uint8

// What the viewer is asked.
const (
	DoesItAnswer Asked = iota // the objector
	DoesItServe               // the proposer
)

// wayOut is one of the ways out that neighbours have found before.
type wayOut struct {
	value, text, hint string
}

// WayTrial is the way out that ends within six weeks (C11).
const WayTrial = "trial"

var waysOut = []wayOut{
	{"change", locale.M("Change the text"), locale.M("Add or take away what answers the objection")},
	{WayTrial, locale.M("Try it smaller or shorter"), locale.M("A few weeks, one street, then we look again")},
	{"defer", locale.M("Leave that part for later"), locale.M("With somebody who looks after it, and a day")},
	{"delegate", locale.M("Give it to one or two of us"), locale.M("The objector may be one of them")},
	{"watch", locale.M("Go ahead and keep watch"), locale.M("Write down what would make us stop")},
	{"sleep", locale.M("Sleep on it"), locale.M("Nothing changes until tomorrow")},
}

// links lead to the text with the way in hand; sleeping on it leads home.
func (v WayView) links(l locale.Lang) []Row {
	var out []Row
	for _, w := range waysOut {
		url := v.RoundURL
		if w.value != "sleep" {
			url = v.ChangeURL + "?way=" + w.value
		}
		out = append(out, Row{URL: url, Title: l.T(w.text), Text: l.T(w.hint)})
	}
	return out
}

// ReviewView is the page on which an agreement is looked at again.
type ReviewView struct {
	Form      Form
	Title     string
	RoundURL  string
	Text      Text
	Since     string
	Worries   []Speech
	Said      []Speech // what others have said in this review
	Drops     int      // how many would let it go already
	NeedsDrop int      // how many it takes; 0 when only a new round can end it
	AmendURL  string   // a new round, filled in with this text
}

// The fields of a review.
const (
	FieldOutcome = "outcome" // keep, drop
	FieldNext    = "next"
	FieldWords   = "words"
)

// SheetView is a round on paper.
type SheetView struct {
	Round RoundView // drawn with nobody as "you"
	AsOf  string    // the moment and the router: "Sunday 22 November, 14:05, by the kitchen router"
	Words string    // the check words, to compare with any router
}

// paper is the round without a "you" in it: a sheet on a wall is everybody's.
func (v SheetView) paper() RoundView {
	r := v.Round
	r.Places = append([]Place{}, r.Places...)
	for i := range r.Places {
		r.Places[i].You = false
	}
	r.Voices = append([]Voice{}, r.Voices...)
	for i := range r.Voices {
		r.Voices[i].You = false
	}
	return r
}

// unseen is paper for the line that says who asks.
func (v SheetView) unseen() RoundView {
	r := v.Round
	r.Mine, r.Care = false, false
	return r
}

// dropHint counts who would let it go already.
func dropHint(l locale.Lang, v ReviewView) string {
	if left := v.NeedsDrop - v.Drops; left > 1 {
		return l.N("It takes one of us", "It takes {1} of us", left)
	}
	return l.T("One word more lets it go")
}

// ProblemView is a page for what did not work: why, and a way on.
type ProblemView struct {
	Title string
	Text  string
	Wrote []string // what came with it and was not taken
	Way   Link
}

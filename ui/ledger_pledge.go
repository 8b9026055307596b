package ui

import "celld/ui/locale"

// PledgesView is who promised what to whom. Promises are no money.
type PledgesView struct {
	Yours   []PledgeRow // the viewer gives or receives
	Due     []PledgeRow // the viewer gives, and the day has come
	Others  []PledgeRow
	Past    []PledgeRow
	NewURL  string
	Members int

	Previous, Next string
}

// PledgeRow is a promise in a list.
type PledgeRow struct {
	URL      string
	What     string
	From, To Side
	Sum      Sum // N is zero for a skill or a thing
	Every    Every
	State    PledgeState
	Yours    bool   // it waits for the viewer
	Day      string // the day it is meant for
}

// Every says how often a promise comes back.
type Every uint8

// How often.
const (
	Once Every = iota
	EveryWeek
	EveryMonth
)

var everyWords = [...]string{locale.M("once"), locale.M("every week"), locale.M("every month")}

// PledgeState is where a promise stands.
type PledgeState uint8

// The states of a promise.
const (
	PledgeOffered PledgeState = iota
	PledgeAccepted
	PledgeScheduled
	PledgePart
	PledgeKept
	PledgeOver // nobody kept it
	PledgeBack
)

var pledgeStates = [...]string{
	locale.M("offered, waits for a yes"), locale.M("accepted"), locale.M("has a day"), locale.M("kept in part"),
	locale.M("kept"), locale.M("over"), locale.M("taken back"),
}

// who says from whom to whom.
func who(l locale.Lang, from, to Side) string {
	return l.T("{1}, {2}", locale.Capital(from.From(l)), to.For(l))
}

// Row is the promise in a list.
func (r PledgeRow) Row(l locale.Lang) Row {
	state := l.T(pledgeStates[r.State])
	switch {
	case r.State == PledgeOffered && r.Yours:
		state = l.T("Waits for your yes")
	case r.State == PledgeScheduled && r.Day != "":
		state = r.Day
	}
	row := Row{URL: r.URL, Title: r.What, Text: who(l, r.From, r.To) + " · " + state, Struck: r.State == PledgeBack}
	if r.Sum.N != 0 {
		row.Number = r.Sum.Words(l)
	}
	if r.Every != Once {
		row.Text += " · " + l.T(everyWords[r.Every])
	}
	return row
}

func pledgeRows(l locale.Lang, pledges []PledgeRow) []Row {
	var out []Row
	for _, r := range pledges {
		out = append(out, r.Row(l))
	}
	return out
}

// PledgeView is one promise.
type PledgeView struct {
	PledgeRow
	Until    string // the last day
	Given    Sum    // of this turn
	Turns    int    // how often a recurring one was kept
	Kept     []Link // what kept it
	YesURL   string // POST: I accept it
	DayURL   string // POST with FieldDay
	PayURL   string // leads to the form that writes down what keeps it
	DoneURL  string // POST: it was kept, where no amount is counted
	PartURL  string // POST: it was kept in part
	OverURL  string // POST: nobody will keep it
	BackURL  string // POST: the viewer takes the own promise back
	Form     Form
	History  []Change
	FromMine bool   // the viewer promised it
	BoardURL string // begins a note about it
	Need     Link   // what it answers
	Due      string // when it is to be kept next
}

// The fields of a promise.
const (
	FieldEvery = "every" // once, week, month
	FieldUntil = "until"
)

// facts of a promise.
func (v PledgeView) facts(l locale.Lang) []Fact {
	out := []Fact{{Question: l.T("Who"), Answer: who(l, v.From, v.To)}}
	if v.Sum.N != 0 {
		out = append(out, Fact{Question: l.T("How much"), Answer: v.Sum.Words(l)})
	}
	if v.Sum.N != 0 && v.Given.N != 0 {
		out = append(out, Fact{Question: l.T("Given so far"), Answer: l.T("{1} of {2}", v.Given.Words(l), v.Sum.Words(l))})
	}
	out = append(out, Fact{Question: l.T("How often"), Answer: l.T(everyWords[v.Every])},
		Fact{Question: l.T("On which day"), Answer: v.Day}, Fact{Question: l.T("It ends"), Answer: v.Until}, Fact{Question: l.T("Due next"), Answer: v.Due})
	if v.Turns > 0 {
		out = append(out, Fact{Question: l.T("Kept so far"), Answer: l.N("one time", "{1} times", v.Turns)})
	}
	return out
}

// NewPledgeView is the form of a promise.
type NewPledgeView struct {
	Form     Form
	To       []Choice
	Measures []Measure
	Need     Link   // what it answers
	NeedRef  string // the value of FieldNeed
	Clear    string // the form for nothing in particular
}

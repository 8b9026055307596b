package ui

// TurnsView is whose turn it is to do one of the things that go round, and whose
// is next.
type TurnsView struct {
	Title   string
	About   string   // what it is, and how long a turn is
	Void    string   // what it means that nobody has the turn
	NoNext  string   // what it means that everybody said no
	Holder  string   // has the turn, or had it last; empty for nobody
	Mine    bool     // it is the viewer's
	Over    bool     // its time is up, and nobody has taken the next one
	Until   string   // when it ends, in a sentence
	Next    string   // whose turn comes next; empty: everybody said no
	Handing *Handing // what is being handed over; nil for nothing
	Rows    []Row    // the members in the order of their turns

	NextIsMe   bool
	BeginURL   string // POST: the viewer takes the next turn; empty for not yet
	DeclineURL string // POST: not this time; empty for not theirs
	EndURL     string // POST: hands it back; empty for not theirs
	Choose     Link   // gives it by reasons instead
}

// Handing is a list that two people go through together.
type Handing struct {
	Giver, Taker string
	Things       []Handed
	URL          string // POST; empty for somebody who is neither of them
}

// Handed is one thing of such a list.
type Handed struct {
	Text         string
	Given, Taken bool // ticked by who gives it and by who takes it
	Mine         bool // ticked by the viewer
}

// FieldThing is the number of a thing that is ticked.
const FieldThing = "thing"

// by says who ticked it.
func (h Handed) by(p Page, of Handing) string {
	switch {
	case h.Given && h.Taken:
		return p.T("both say so")
	case h.Given:
		return p.T("{1} says so", of.Giver)
	case h.Taken:
		return p.T("{1} says so", of.Taker)
	}
	return p.T("not yet")
}

// rows are the things for somebody who only looks on.
func (h Handing) rows(p Page) []Row {
	var out []Row
	for _, t := range h.Things {
		out = append(out, Row{Title: t.Text, Text: t.by(p, h)})
	}
	return out
}

// DutiesView is all that goes round, and how even it is.
type DutiesView struct {
	Duties []Row
	Void   []Row     // nobody has these, and all can see that
	Even   *EvenView // nil before anybody had a turn
}

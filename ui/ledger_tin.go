package ui

import "celld/ui/locale"

// TinView is a tin of real money.
type TinView struct {
	Name      string // what the cell calls it, and where it stands: "In the kitchen"; may be empty
	Sum       Sum
	Flows     []Flow // month by month, the oldest first
	Counted   *Counted
	Counting  *Counting // a count that waits for a second pair of eyes
	Overdrawn bool      // two people who had not seen each other took more than there was
	Lately    []Entry
	Asked     []Row // what the tin is asked to pay, open ones first
	AskURL    string
	PutURL    string // POST: FieldAmount, FieldFor
	CountURL  string // POST: FieldCounted
	URL       string // this tin's page
	All       string // the statement
	Others    []Link // tins of other currencies
	Form      Form
}

// Counted is the newest count that two agreed on.
type Counted struct {
	When   string   // "on 20 November"
	By     []string // both
	Found  Sum
	Booked Sum  // what the book said then
	Solved bool // a difference has been settled by a round
}

// Counting is a count that one person made.
type Counting struct {
	By      Side
	When    string
	Found   Sum
	Booked  Sum
	SameURL string // POST: I counted the same; empty for who counted first
}

// The fields of a tin's page.
const FieldCounted = "counted"

func (t TinView) chart(l locale.Lang, id string) TinChart {
	return TinChart{Lang: l, In: t.Sum.In, Flows: t.Flows, ID: id}
}

// lead says where it is and when it was counted.
func (t TinView) lead(l locale.Lang) string {
	s := ""
	if t.Name != "" {
		s = t.Name + ". "
	}
	if t.Counted == nil {
		return s + l.T("It has not been counted yet.")
	}
	return s + l.T("Counted {1} by {2}.", t.Counted.When, l.List(t.Counted.By))
}

// gap says that a count and the book differ; empty when they agree.
func gap(l locale.Lang, found, booked Sum) string {
	switch d := found.N - booked.N; {
	case d > 0:
		return l.T("That is {1} more than the book says.", found.Of(d).Words(l))
	case d < 0:
		return l.T("That is {1} less than the book says.", found.Of(-d).Words(l))
	}
	return l.T("That is what the book says.")
}

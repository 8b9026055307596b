package ui

import "celld/ui/locale"

// ShownRule says whether guests see how the fund goes.
func ShownRule(on bool) string {
	if on {
		return locale.M("Guests of our Wi-Fi see what came in and went out, by month, without names.")
	}
	return locale.M("Guests of our Wi-Fi see nothing of our money.")
}

// StockView is one sort of thing in store, by its batches.
type StockView struct {
	Name    string
	N       int
	Takes   bool // there is something to take
	Facts   []Fact
	Warning []Banner
	Lots    []Lot
	Uses    []Choice
	Form    Form
	URL     string // the acts stand below it, and POST
	Promise string // the promise that what comes keeps; empty for none
	HelpURL string // where somebody promises some; empty while there is enough
	All     string // the statement
}

// Lot is a batch: what is taken first comes first.
type Lot struct {
	UseBy, Batch string
	N            int
	Past         bool
}

// The fields of a batch, and of what a thing is kept for.
const (
	FieldUseBy = "useby"
	FieldBatch = "batch"
	FieldUse   = "use"
	FieldLeast = "least"
	FieldLost  = "lost" // how many are thrown away
)

// FundView is how the money that we share went.
type FundView struct {
	Tin       TinView
	In, Out   []Row // where it came from, and what it went to
	Shown     bool  // guests may see the figures
	GuestURL  string
	RuleURL   string // where that is proposed
	Newest    int    // how many movements In and Out tell of, where those are not all
	Statement string
	Others    []Link
}

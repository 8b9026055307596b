package ui

import "celld/ui/locale"

// CloseView is the month's close: that every book sums to zero.
type CloseView struct {
	Month    string // "November 2026"; empty when nobody knows which it is
	Books    []TrialBook
	Words    string // the check words of the state
	By       string // who closed it, and when; empty while it is open
	CloseURL string // POST; empty when it cannot be closed now
	Why      string // why it cannot be closed now
	SheetURL string
	Past     []Link // months that are closed
}

// TrialBook is one book of a trial balance.
type TrialBook struct {
	In    Measure
	Lines []Holder
}

// sum of a book, which is nothing: it is shown so that anybody can see it.
func (b TrialBook) sum() (n int64) {
	for _, h := range b.Lines {
		n += h.N
	}
	return n
}

func (b TrialBook) of(n int64) Sum { return Sum{n, b.In} }

func (b TrialBook) title(l locale.Lang) string {
	if b.In.Kind == InMoney {
		return l.T("Money, in {1}", b.In.unit(l))
	}
	return locale.Capital(b.In.unit(l))
}

// CloseSheetView is the close on paper.
type CloseSheetView struct {
	CloseView
	AsOf string // the moment and the router
}

// ImportView brings the old notebook in, step by step.
type ImportView struct {
	Step    ImportStep
	Form    Form
	File    string
	Columns []ImportColumn
	Fields  []Choice // what a column can be
	Units   []Choice
	Rows    []ImportRow // their fates
	Good    int
	Bad     int
	Sums    []TrialBook // what each account would hold
	Maker   Side        // who brought it
	When    string
	YesURL  string // POST: the second person
	BackURL string // POST
	Most    int    // rows at most
}

// ImportStep is where an import stands.
type ImportStep uint8

// The steps of an import.
const (
	ImportFile ImportStep = iota
	ImportColumns
	ImportRows
	ImportWaits
	ImportDone
	ImportBack
)

// ImportColumn is a column of the file, with some of what stands in it.
type ImportColumn struct {
	Name    string // the field of the form: "col-0"
	Title   string // as the file calls it
	Samples string
	Chosen  string
}

// ImportRow is the fate of one row of the file.
type ImportRow struct {
	Line   int // in the file
	Text   string
	Number string
	Reason string // why it cannot stand; empty when it can
}

// The field of a file that is brought in.
const FieldFile = "file"

var importSteps = [...]string{
	locale.M("Step 1 of 4: the file"), locale.M("Step 2 of 4: what the columns are"), locale.M("Step 3 of 4: every row"),
	locale.M("Step 4 of 4: a second person"), locale.M("Brought in"), locale.M("Taken back"),
}

// ImportFields are what a column of an old notebook can be.
func ImportFields(l locale.Lang) []Choice {
	return []Choice{
		{"", l.T("Leave it out")}, {"day", l.T("The day")}, {"giver", l.T("Who gave")}, {"receiver", l.T("Who received")},
		{"amount", l.T("How much")}, {"unit", l.T("In what")}, {"note", l.T("What for")},
	}
}

// bad are the rows that cannot stand.
func (v ImportView) bad() []ImportRow { return v.rows(false) }

// good are the rows that can.
func (v ImportView) good() []ImportRow { return v.rows(true) }

func (v ImportView) rows(good bool) []ImportRow {
	var out []ImportRow
	for _, r := range v.Rows {
		if (r.Reason == "") == good {
			out = append(out, r)
		}
	}
	return out
}

// ExportView is how to take the books along.
type ExportView struct {
	Files  []ExportFile
	Months int  // how many months are closed
	Bands  bool // only the own account is in it, because we agreed on bands
}

// ExportFile is one notation of the books.
type ExportFile struct {
	URL  string
	Kind ExportKind
	Size string
}

// ExportKind is a notation.
type ExportKind uint8

// The notations.
const (
	ExportHledger ExportKind = iota
	ExportBeancount
	ExportCSV
)

var exportNames = [...]string{"hledger", "beancount", "CSV"}

var exportHints = [...]string{
	locale.M("A text that the program hledger reads and checks. Every month’s close stands in it as a check."),
	locale.M("A text that the program beancount reads and checks."),
	locale.M("A table for any spreadsheet, one line a change."),
}

// RulesView is what the cell agreed for its books.
type RulesView struct {
	Limits   []Limit
	Spending []SpendingLine
	Gift     Agreed
	Bands    Agreed
	Silence  Agreed
	Shown    Agreed
	Changes  []Row  // rounds about these rules that are open
	NewURL   string // leads to the round that changes a rule; ?rule=
	Members  int
}

// Limit is what a member's balance in one book stays between.
type Limit struct {
	In       Measure
	Min, Max int
	By       Agreed
}

// SpendingLine says how many approve what.
type SpendingLine struct {
	Small, Large Sum
	ByLarge      int
	By           Agreed
}

// Agreed says by which round something is in force; the zero value is what
// stands before any agreement.
type Agreed struct {
	On   bool // of a mode: whether it is in force
	URL  string
	When string // "on 3 May"
}

// by says who agreed.
func (a Agreed) by(l locale.Lang) string {
	if a.URL == "" {
		return l.T("Where every cell begins. We have not agreed on anything else.")
	}
	return l.T("All of us agreed on it {1}.", a.When)
}

package ui

import "celld/ui/locale"

// ExpenseView is what somebody asks the tin, or the cell, to pay for.
type ExpenseView struct {
	Purpose   string
	Sum       Sum
	From      Side // the tin, or a bucket
	To        Side // who gets the money
	Requester Side
	When      string
	State     ExpenseState
	Voices    []Approval // who may approve, each by name
	Need      int        // how many of them must
	ByRound   *Link      // it is decided by a round: where; URL empty while nobody has opened it
	Paid      []Paid     // more than one when two paid at the same time
	Checked   *Paid      // who compared it with the receipt
	Why       string     // why it was refused
	By        string     // who refused it
	Disputed  bool       // paid by one while another refused it or took it back
	Receipt   ReceiptView
	YesURL    string // POST
	NoURL     string // POST with FieldWhy
	BackURL   string // POST: take it back
	PayURL    string // POST: I have paid it out
	CheckURL  string // POST: it agrees with the receipt
	RoundURL  string // POST: open the round
	Form      Form
	History   []Change
}

// ExpenseState is where an expense stands.
type ExpenseState uint8

// The states of an expense.
const (
	ExpenseAsked ExpenseState = iota
	ExpenseApproved
	ExpensePaid
	ExpenseChecked
	ExpenseRefused
	ExpenseBack
)

// Approval is somebody who may approve, and whether they did.
type Approval struct {
	Name string
	You  bool
	Yes  bool
}

// Paid is who did something with the money, and when.
type Paid struct {
	By   Side
	When string
	Sum  Sum
}

// ReceiptView is the picture of a receipt, or what is left of it.
type ReceiptView struct {
	Given bool
	URL   string // the picture, for who has to see it; empty when it is gone or not for the viewer
	Until string // until when it is kept
	Gone  bool   // its time is over
	Print string // the first signs of its fingerprint

	Elsewhere bool // it is not on this router
}

var expenseStates = [...]string{
	locale.M("waits for approval"), locale.M("approved, not paid yet"), locale.M("paid, not checked yet"),
	locale.M("paid and checked"), locale.M("refused"), locale.M("taken back"),
}

func (v ExpenseView) over(l locale.Lang) string {
	if v.State == ExpenseAsked && v.ByRound != nil {
		return locale.Capital(l.T("waits for a round"))
	}
	return locale.Capital(l.T(expenseStates[v.State]))
}

// asks is the line under the title.
func (v ExpenseView) asks(l locale.Lang) string {
	from := v.From.Word(l)
	if v.Requester.You {
		return l.T("You ask for {1} from {2}, {3}.", v.Sum.Words(l), from, v.When)
	}
	return l.T("{1} asks for {2} from {3}, {4}.", v.Requester.Name, v.Sum.Words(l), from, v.When)
}

// rule says how many must approve, and who cannot.
func (v ExpenseView) rule(l locale.Lang) string {
	if v.ByRound != nil {
		return l.T("It is large, or too few of us could approve it without being part of it. So all of us decide, in a round.")
	}
	s := l.Plural("One of these has to approve it. Who asks and who receives cannot.", "{1} of these have to approve it. Who asks and who receives cannot.", v.Need)
	return inWords(l, s, v.Need)
}

// shown are those who may still approve it, or, once that is over, who did.
func (v ExpenseView) shown() []Approval {
	var out []Approval
	for _, a := range v.Voices {
		if a.Yes || v.State == ExpenseAsked {
			out = append(out, a)
		}
	}
	return out
}

// Row is the expense in a list.
func (v ExpenseView) Row(l locale.Lang, url string) Row {
	return Row{
		URL: url, Title: v.Purpose, Number: v.Sum.Words(l), Struck: v.State == ExpenseRefused || v.State == ExpenseBack,
		Text: l.T("{1}: {2}", capitalName(l, v.Requester), lower(v.over(l))),
	}
}

// NewExpenseView is the form that asks the tin to pay.
type NewExpenseView struct {
	Form     Form
	From     []Choice // the tins and the buckets that are kept
	To       []Choice // members, and somebody outside
	Measure  Measure
	InIt     Sum    // what lies in the tin
	Rule     string // how many approve what, see SpendingRule
	Picture  bool   // a picture can be sent along
	Kept     int    // how many days it stays after it was checked
	MaxBytes string // how large it may be: "200 KB"
}

// The fields of an expense.
const (
	FieldFrom    = "from"
	FieldPayee   = "payee"
	FieldPicture = "picture"
)

// SpendingRule says how many approve what.
func SpendingRule(l locale.Lang, small, large Sum, byLarge int) string {
	s := l.T("Below {1} one other approves it, below {2} two.", small.Words(l), large.Words(l))
	if byLarge == 0 {
		return s + " " + l.T("From there on it is decided in a round.")
	}
	return s + " " + l.N("From there on it takes one.", "From there on it takes {1}.", byLarge)
}

// TinEmptyWrong says that there is less than asked.
func TinEmptyWrong(l locale.Lang, from Side, has, asked Sum, field string) Wrong {
	return Wrong{
		Title: l.T("There is {1} in {2}, not {3}.", has.Words(l), from.Word(l), asked.Words(l)),
		Text:  l.T("What others have been promised counts as taken out already."),
		Field: field,
	}
}

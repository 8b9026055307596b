package ui

import "celld/ui/locale"

// StatementView is one account, line by line, the newest first.
type StatementView struct {
	Of             Side
	Sum            Sum // the balance now
	Lines          []Entry
	Previous, Next string
	Closed         string // when it was closed; empty while it is open
	Members        int
}

func (v StatementView) title(l locale.Lang) string { return capitalName(l, v.Of) }

// LeavingView helps somebody to leave with nothing open.
type LeavingView struct {
	Who       Side
	Accounts  []Open // one a book
	SettleURL string // POST with FieldHow, FieldTo, FieldBook
	CloseURL  string // POST: close the account; empty until everything is settled
	RoundURL  string // leads to the round that lets the cell bear what is owed
	TakeURL   string // leads to the round that lets all of us have what was left behind
	To        []Choice
	Form      Form
}

// Open is what somebody who leaves still has in one book.
type Open struct {
	Sum     Sum
	Pending int // transfers that still wait for a yes
	URL     string
}

// The fields of leaving.
const (
	FieldHow  = "how"  // gift
	FieldBook = "book" // the place of a balance in Accounts
)

// settled tells whether nothing is open any more.
func (v LeavingView) settled() bool {
	for _, a := range v.Accounts {
		if a.Sum.N != 0 || a.Pending > 0 {
			return false
		}
	}
	return true
}

// has returns the balances on one side of zero.
func (v LeavingView) has(side int) []Open {
	var out []Open
	for _, a := range v.Accounts {
		if n := a.Sum.N; n > 0 && side > 0 || n < 0 && side < 0 {
			out = append(out, a)
		}
	}
	return out
}

func (v LeavingView) waits() int {
	n := 0
	for _, a := range v.Accounts {
		n += a.Pending
	}
	return n
}

// lead says where the account stands.
func (v LeavingView) lead(l locale.Lang) string {
	switch {
	case v.settled():
		return l.T("Nothing is open. The account can be closed.")
	case v.Who.You:
		return l.T("Before you go, what is open between you and us is settled. What was written down stays.")
	}
	return l.T("What is open between {1} and us has to be settled. What was written down stays.", v.Who.Name)
}

// owedChoices are the books in which there is something to give away.
func (v LeavingView) giveChoices(l locale.Lang) []Choice {
	var out []Choice
	for i, a := range v.Accounts {
		if a.Sum.N > 0 {
			out = append(out, Choice{digit(i), a.Sum.Words(l)})
		}
	}
	return out
}

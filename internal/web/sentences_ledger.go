package web

import (
	"time"

	"celld/internal/cell/ledger"
	"celld/ui"
	"celld/ui/locale"
)

// ledgerSentences are those refusals of the ledger that name sums, sides or
// days; ui has the words of all others.
var ledgerSentences = []refused{
	{"ledger.room-to-give", tell(roomLeft)},
	{"ledger.room-to-receive", tell(roomLeft)},
	{"ledger.overdrawn", tell(func(t telling) string {
		b := t.books()
		return join(t.lang.T("More was taken out than there was: {1} stands at {2}.", b.side(t.account(0)).Word(t.lang), b.sum(t.unit(1), t.amount(2)).Words(t.lang)),
			t.lang.T("Nothing more leaves it until that is settled."))
	})},
	{"ledger.unit", tell(func(t telling) string { return notCounted(t, t.unit(0)) })},
	{"ledger.closed", tell(func(t telling) string {
		return join(t.lang.T("This account is closed: {1}.", t.books().side(t.account(0)).Word(t.lang)), t.lang.T("Nothing more can be written down on it."))
	})},
	{"ledger.other-left", tell(func(t telling) string {
		return join(t.lang.T("{1} no longer has a seat at our table.", t.books().side(t.account(0)).Name), t.lang.T("Nothing new can be written down with them."))
	})},
	{"ledger.early", tell(early)},
	{"ledger.approvals", tell(approvals)},
	{"ledger.not-empty", tell(func(t telling) string {
		balance := t.books().sum(t.unit(0), t.amount(1))
		if balance.N == 0 {
			return t.lang.N("One thing on this account still waits for a yes. When that is said, the account can be closed.",
				"{1} things on this account still wait for a yes. When that is said, the account can be closed.", t.number(2))
		}
		return t.lang.T("This account stands at {1}. Settle that first, then it can be closed.", balance.Signed(t.lang))
	})},
	{"ledger.month", tell(func(t telling) string {
		words := join(t.lang.T("This month cannot be closed now."), t.lang.T("It is not over, or it is closed already."))
		if last := argument[ledger.Month](t, 0); last.Valid() {
			first := time.Date(int(last/100), time.Month(last%100), 1, 0, 0, 0, 0, time.UTC)
			return join(words, t.lang.T("The last one that we closed is {1}.", t.lang.Month(first)))
		}
		return words
	})},
	{"ledger.import", tell(func(t telling) string {
		return t.lang.T("Row {1} of the old notebook cannot stand. Look at it again: it takes more than there was, or is not whole.", t.number(0)+1)
	})},
	{"ledger.declared", tell(func(t telling) string {
		return t.lang.T("We count in this already: {1}. Write it down under that name.", t.books().name(t.unit(0)))
	})},
}

func (t telling) account(i int) ledger.Account { return argument[ledger.Account](t, i) }

func (t telling) unit(i int) ledger.Unit { return argument[ledger.Unit](t, i) }

func (t telling) amount(i int) ledger.Amount { return argument[ledger.Amount](t, i) }

// name is what a unit is called: "hours", "EUR", "honey".
func (b *books) name(u ledger.Unit) string {
	switch u.Class() {
	case ledger.ClassTime:
		return b.lang.T("hours")
	case ledger.ClassCredit:
		return b.lang.T("credits")
	}
	return b.label(u)
}

// roomLeft says how much still fits, and what we agreed.
func roomLeft(t telling) string {
	b := t.books()
	who, left, ok := b.lacksRoom(t.refusal)
	if !ok {
		w, _ := ui.LedgerWrong(t.lang, t.refusal.Code)
		return join(w.Title, w.Text)
	}
	w := b.roomWrong(t.refusal, t.unit(1), who, left, t.amount(3), "")
	return join(w.Title, w.Text)
}

func notCounted(t telling, u ledger.Unit) string {
	return join(t.lang.T("We do not count in this: {1}.", t.books().name(u)), t.lang.T("A round can add it to what we agreed."))
}

// approvals says how many more have to approve an expense, or that it takes a round.
func approvals(t telling) string {
	has, needed, byRound := t.number(0), t.number(1), argument[bool](t, 2)
	if byRound || needed <= has {
		return t.lang.T("A sum this large takes a decision of all of us. Bring it as a round.")
	}
	return t.lang.N("One more of us has to approve it first.", "{1} more of us have to approve it first.", needed-has)
}

// importSentences are why a file, or a row of it, cannot be brought in.
var importSentences = []refused{
	{"import.size", tell(func(t telling) string {
		return t.lang.T("The file is too large: {1} kB fit. Split the table and bring it in parts.", t.number(0)/1024)
	})},
	{"import.rows", tell(func(t telling) string {
		return t.lang.T("The table is too long: {1} rows fit. Split it and bring it in parts.", t.number(0))
	})},
	{"import.empty", say{locale.M("There are no rows in this file. Choose the one that has them.")}},
	{"import.quotes", tell(func(t telling) string {
		if t.number(0) == 0 {
			return t.lang.T("A quotation mark in this file is opened and not closed. Put it right there, and choose the file again.")
		}
		return t.lang.T("In line {1} a quotation mark is opened and not closed. Put it right there, and choose the file again.", t.number(0))
	})},
	{"import.binary", say{locale.M("This file is not a table of words and numbers. Save it as CSV in your spreadsheet, and choose that.")}},
	{"import.column", tell(func(t telling) string { return t.lang.T("This row has no column {1}.", t.number(0)) })},
	{"import.date", quoted{locale.M("“{1}” does not read as a date."), locale.M("The date is missing.")}},
	{"import.from", quoted{locale.M("Nobody has been chosen for “{1}”, who gave."), locale.M("It does not say who gave.")}},
	{"import.to", quoted{locale.M("Nobody has been chosen for “{1}”, who received."), locale.M("It does not say who received.")}},
	{"import.two", tell(func(t telling) string { return t.lang.T(rowReasons.at("import.two"), t.text(0)) })},
	{"import.same", say{locale.M("Both sides are the same.")}},
	{"import.amount", quoted{locale.M("“{1}” does not read as an amount."), locale.M("The amount is missing.")}},
	{"import.ambiguous", quoted{locale.M("“{1}” could mean thousands or a fraction. Write it in the file so that it means one thing."), locale.M("The amount is missing.")}},
	{"import.fraction", quoted{locale.M("“{1}” is finer than we count."), locale.M("The amount is missing.")}},
	{"import.zero", say{locale.M("Nothing was given in this row.")}},
	{"import.large", quoted{locale.M("“{1}” is more than a book can hold."), locale.M("The amount is missing.")}},
	{"import.unit", tell(func(t telling) string { return notCounted(t, ledger.Unit(t.text(0))) })},
	{"import.unit-clash", tell(func(t telling) string {
		return t.lang.T("“{1}” is of another sort than its column says: “{2}”.", t.text(0), t.text(1))
	})},
	{"import.fits", tell(func(t telling) string {
		b := t.books()
		return t.lang.T("There is no such account: {1}, {2}.", b.side(ledger.Account(t.text(0))).Word(t.lang), b.name(ledger.Unit(t.text(1))))
	})},
	{"import.note", say{locale.M("The note is too long, or holds signs that cannot be seen. Put it right in the file.")}},
	{"import.refused", tell(func(t telling) string {
		return t.N("The rows have changed since you looked: one of them cannot stand. Look at them again.",
			"The rows have changed since you looked: {1} of them cannot stand. Look at them again.")
	})},
	{"import.nothing", say{locale.M("None of the rows can be brought in. The reason stands beside each.")}},
}

package ui

import "celld/ui/locale"

// reason is why something was not written down, and a way on.
type reason struct{ title, text string }

// coded is a reason, by the code that the ledger has for it.
type coded struct {
	code string
	*reason
}

var (
	movedOn  = reason{locale.M("Things changed while you looked."), locale.M("Nothing was written down. Load the page again and see how it stands now.")}
	unread   = reason{locale.M("This could not be read."), locale.M("Nothing was written down. Load the page again and send it once more.")}
	notHere  = reason{locale.M("Nothing goes this way."), locale.M("Choose the other side anew.")}
	noKeeper = reason{locale.M("This does not keep that promise."), locale.M("It is between others, or of another sort.")}
)

// ledgerReasons are the sentences of the ledger's refusals by code. Those that
// name sums have makers of their own: LimitWrong, TinEmptyWrong, CapWrong and
// FundedWrong.
var ledgerReasons = []coded{
	{"ledger.content", &unread},
	{"ledger.kind", &unread},
	{"ledger.effect", &unread},
	{"ledger.contra", &movedOn},
	{"ledger.crosses", &movedOn},
	{"ledger.roster", &movedOn},
	{"ledger.mismatch", &reason{locale.M("It is not the same sum."), locale.M("Look at both again, and count once more if you have to.")}},
	{"ledger.booked", &movedOn},
	{"ledger.totals", &movedOn},
	{"ledger.marked", &movedOn},
	{"ledger.route", &notHere},
	{"ledger.account", &notHere},
	{"ledger.pledge", &noKeeper},
	{"ledger.pledge-transfer", &noKeeper},
	{"ledger.member", &reason{locale.M("Only who has a seat here can do this."), ""}},
	{"ledger.router", &reason{locale.M("A router does this by itself."), ""}},
	{"ledger.clock", &reason{locale.M("This router does not know the date."), locale.M("Nothing ends by the clock until it does.")}},
	{"ledger.unit", &reason{locale.M("We do not count in this."), locale.M("A round can add it to what we agreed.")}},
	{"ledger.same-account", &reason{locale.M("Both sides are the same."), locale.M("Choose somebody else.")}},
	{"ledger.amount", &reason{locale.M("How much is missing, or is too large."), locale.M("Only a number belongs here, greater than zero.")}},
	{"ledger.text", &reason{locale.M("A few words are missing."), locale.M("Say what it is for.")}},
	{"ledger.closed", &reason{locale.M("This account is closed."), locale.M("Nothing more can be written down on it.")}},
	{"ledger.other-left", &reason{locale.M("They no longer have a seat here."), locale.M("Nothing new can be written down with them.")}},
	{"ledger.not-yours", &reason{locale.M("This is between others."), locale.M("Only one of the two can write it down.")}},
	{"ledger.ask-the-pool", &reason{locale.M("What we share does not pay by itself."), locale.M("Ask it to pay, and others approve it.")}},
	{"ledger.use-bucket", &reason{locale.M("What is put aside has a page of its own."), locale.M("Put in and take back there.")}},
	{"ledger.gift-mode", &reason{locale.M("We do not count amounts."), locale.M("We agreed to write down only that something was given.")}},
	{"ledger.no-gift-mode", &reason{locale.M("We count amounts."), locale.M("A gift without an amount has no place in our books.")}},
	{"ledger.room-to-give", &reason{locale.M("There is not that much room."), locale.M("Write down less, or wait until something has come back.")}},
	{"ledger.room-to-receive", &reason{locale.M("There is not that much room."), locale.M("Write down less, or wait until something has come back.")}},
	{"ledger.overdrawn", &reason{locale.M("The book shows more taken out than there was."), locale.M("Nothing more leaves it until that is settled.")}},
	{"ledger.unknown", &reason{locale.M("There is no such thing here."), locale.M("Perhaps it has not reached this router yet.")}},
	{"ledger.not-pending", &reason{locale.M("It does not wait any more."), locale.M("Somebody has answered it, or it was taken back.")}},
	{"ledger.not-maker", &reason{locale.M("Only who wrote it down can do this."), ""}},
	{"ledger.not-awaited", &reason{locale.M("It is not your yes that it waits for."), ""}},
	{"ledger.early", &reason{locale.M("It is too early for that."), locale.M("The time that we agreed on is not over.")}},
	{"ledger.not-done", &reason{locale.M("Only what counts already can be put right."), locale.M("What still waits can be taken back.")}},
	{"ledger.struck", &reason{locale.M("It is put right already, or that waits for a yes."), ""}},
	{"ledger.pledge-state", &reason{locale.M("The promise has moved on."), locale.M("See how it stands now.")}},
	{"ledger.date", &reason{locale.M("That is no date."), locale.M("Write it as 2026-11-30.")}},
	{"ledger.expense-state", &reason{locale.M("The request has moved on."), locale.M("See how it stands now.")}},
	{"ledger.own-expense", &reason{locale.M("Who asks or receives does not approve."), locale.M("One of the others has to.")}},
	{"ledger.twice", &reason{locale.M("You have approved it already."), ""}},
	{"ledger.requester-pays", &reason{locale.M("Whoever asked does not pay it out."), locale.M("One of the others has to.")}},
	{"ledger.approvals", &reason{locale.M("More of us have to approve it first."), ""}},
	{"ledger.mandate", &reason{locale.M("No round says exactly this."), locale.M("It takes a decision of all of us.")}},
	{"ledger.mandate-used", &reason{locale.M("That decision was carried out already."), ""}},
	{"ledger.payer-reconciles", &reason{locale.M("Whoever paid does not check it."), locale.M("One of the others has to.")}},
	{"ledger.bucket-state", &reason{locale.M("This purpose has moved on."), locale.M("See how it stands now.")}},
	{"ledger.cap", &reason{locale.M("It takes less than that."), locale.M("We agreed on a most when it was opened.")}},
	{"ledger.funded", &reason{locale.M("That is more than you put in."), locale.M("The rest is from others.")}},
	{"ledger.not-empty", &reason{locale.M("Something is still open."), locale.M("Settle it first, then the account can be closed.")}},
	{"ledger.month", &reason{locale.M("This month cannot be closed now."), locale.M("It is not over, or it is closed already.")}},
	{"ledger.import", &reason{locale.M("A row cannot stand."), locale.M("Look at the rows again: one takes more than there was.")}},
	{"ledger.declared", &reason{locale.M("This has its name already."), ""}},
}

// LedgerWrong is why the ledger did not write something down, and false for a
// code that is none of its own.
func LedgerWrong(l locale.Lang, code string) (Wrong, bool) {
	for _, r := range ledgerReasons {
		if r.code != code {
			continue
		}
		w := Wrong{Title: l.T(r.title)}
		if r.text != "" {
			w.Text = l.T(r.text)
		}
		return w, true
	}
	return Wrong{}, false
}

// LedgerCodes lists the refusals that have a sentence, so that a test can hold
// them against those of the ledger itself.
func LedgerCodes() []string {
	var codes []string
	for _, r := range ledgerReasons {
		codes = append(codes, r.code)
	}
	return codes
}

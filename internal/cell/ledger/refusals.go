package ledger

// The codes that this room refuses with. What stands in brackets in a meaning
// are the arguments, in order.
const (
	codeContent      = "ledger.content"
	codeKind         = "ledger.kind"
	codeMember       = "ledger.member"
	codeRouter       = "ledger.router"
	codeClock        = "ledger.clock"
	codeUnit         = "ledger.unit"
	codeAccount      = "ledger.account"
	codeSame         = "ledger.same-account"
	codeAmount       = "ledger.amount"
	codeText         = "ledger.text"
	codeClosed       = "ledger.closed"
	codeOther        = "ledger.other-left"
	codeParty        = "ledger.not-yours"
	codeAsk          = "ledger.ask-the-pool"
	codeRoute        = "ledger.route"
	codeUseBucket    = "ledger.use-bucket"
	codeGift         = "ledger.gift-mode"
	codeNoGift       = "ledger.no-gift-mode"
	codeGive         = "ledger.room-to-give"
	codeReceive      = "ledger.room-to-receive"
	codeOverdrawn    = "ledger.overdrawn"
	codeUnknown      = "ledger.unknown"
	codeNotPending   = "ledger.not-pending"
	codeNotMaker     = "ledger.not-maker"
	codeNotAwaited   = "ledger.not-awaited"
	codeEarly        = "ledger.early"
	codeMarked       = "ledger.marked"
	codeNotDone      = "ledger.not-done"
	codeStruck       = "ledger.struck"
	codeContra       = "ledger.contra"
	codeCrosses      = "ledger.crosses"
	codePledge       = "ledger.pledge"
	codePledgeState  = "ledger.pledge-state"
	codePledgeTx     = "ledger.pledge-transfer"
	codeDate         = "ledger.date"
	codeExpenseState = "ledger.expense-state"
	codeRoster       = "ledger.roster"
	codeSelf         = "ledger.own-expense"
	codeTwice        = "ledger.twice"
	codeRequester    = "ledger.requester-pays"
	codeMismatch     = "ledger.mismatch"
	codeApprovals    = "ledger.approvals"
	codeMandate      = "ledger.mandate"
	codeUsed         = "ledger.mandate-used"
	codePayer        = "ledger.payer-reconciles"
	codeBucketState  = "ledger.bucket-state"
	codeCap          = "ledger.cap"
	codeFunded       = "ledger.funded"
	codeBooked       = "ledger.booked"
	codeNotEmpty     = "ledger.not-empty"
	codeMonth        = "ledger.month"
	codeTotals       = "ledger.totals"
	codeImport       = "ledger.import"
	codeEffect       = "ledger.effect"
	codeDeclared     = "ledger.declared"
	codeBatch        = "ledger.batch"
	codeLots         = "ledger.lots"
)

// Refusals lists every code of this room with its meaning, for the test that
// the pages have a sentence for each.
var Refusals = map[string]string{
	codeContent:      "the content does not read as this kind's",
	codeKind:         "the ledger knows no such kind [kind]",
	codeMember:       "only an active member can do this",
	codeRouter:       "only a router's timer can do this",
	codeClock:        "the router does not know the date well enough",
	codeUnit:         "the cell does not use this unit [unit]",
	codeAccount:      "this account cannot exist in this unit [account, unit]",
	codeSame:         "from and to are the same account",
	codeAmount:       "the amount is not between 1 and the largest [amount, largest]",
	codeText:         "words are missing",
	codeClosed:       "the account is closed [account]",
	codeOther:        "the other person is not an active member [account]",
	codeParty:        "the transfer is between others; only one of the two sides can propose it",
	codeAsk:          "what leaves the pool is asked for as an expense [account]",
	codeRoute:        "nothing goes this way [from, to]",
	codeUseBucket:    "a bucket is filled and emptied by its own ways [account]",
	codeGift:         "the cell counts giving, not amounts (gift mode)",
	codeNoGift:       "the cell is not in gift mode",
	codeGive:         "the account cannot give that much [account, unit, room, asked, limit]",
	codeReceive:      "the account cannot receive that much [account, unit, room, asked, limit]",
	codeOverdrawn:    "the account is overdrawn; nothing more leaves it until that is settled [account, unit, balance]",
	codeUnknown:      "there is no such thing [ref]",
	codeNotPending:   "it is not waiting any more [state]",
	codeNotMaker:     "only who proposed it can take it back",
	codeNotAwaited:   "it is not your yes that is awaited",
	codeEarly:        "the deadline has not passed [unix seconds of the deadline, 0 when no trusted clock has marked it]",
	codeMarked:       "a trusted clock has marked it already",
	codeNotDone:      "only a completed transfer can be put right [state]",
	codeStruck:       "it is put right already, or that waits for a yes [ref]",
	codeContra:       "a correction has the same amount and the accounts swapped",
	codeCrosses:      "whether the correction crosses a limit is not as told [crosses]",
	codePledge:       "the pledge is not between these two accounts, or not of this unit",
	codePledgeState:  "the pledge does not allow this now [state]",
	codePledgeTx:     "the transfer does not fulfil this pledge",
	codeDate:         "that is no date",
	codeExpenseState: "the expense does not allow this now [state]",
	codeRoster:       "who can approve, and how many must, is not as the cell stands [needed, by a round]",
	codeSelf:         "who asks or receives does not approve",
	codeTwice:        "you have approved it already",
	codeRequester:    "who asked for the money does not pay it out",
	codeMismatch:     "it is not what was asked for",
	codeApprovals:    "more approvals or a round are needed [has, needed, by a round]",
	codeMandate:      "no round in force says exactly this [round]",
	codeUsed:         "that decision has been carried out already [round]",
	codePayer:        "who paid does not reconcile",
	codeBucketState:  "the bucket does not allow this now [state]",
	codeCap:          "the bucket takes no more than its cap [room, asked]",
	codeFunded:       "it is more than you put in [yours, asked]",
	codeBooked:       "the book says another sum [booked]",
	codeNotEmpty:     "the account is not settled [unit, balance, pending]",
	codeMonth:        "the month is closed, or not over, or no month [last closed]",
	codeTotals:       "the totals are not those of the book",
	codeImport:       "a row of the import cannot stand [row]",
	codeEffect:       "the effect does not read as a rule of the ledger [kind]",
	codeDeclared:     "the unit is declared already [unit]",
	codeBatch:        "only goods that come to what we share have a batch or a last day",
	codeLots:         "no more batches of a good lie in one place [most]",
}

package ledger

import "celld/internal/op"

// The kinds of operation that this room owns.
const (
	KindPropose op.Kind = "tx.propose" // Transfer; begins a credit or a bill
	KindContra  op.Kind = "tx.contra"  // Transfer with Of; begins a correction
	KindMark    op.Kind = "tx.mark"    // a trusted clock has seen it waiting
	KindSign    op.Kind = "tx.sign"
	KindErase   op.Kind = "tx.erase"
	KindRefuse  op.Kind = "tx.refuse"
	KindExpire  op.Kind = "tx.expire"
	KindGift    op.Kind = "tx.gift"     // GiftGiven
	KindWrite   op.Kind = "tx.writeoff" // Posting citing a round
	KindImport  op.Kind = "tx.import"   // Notebook; begins an import

	KindConfirm op.Kind = "import.confirm"
	KindDrop    op.Kind = "import.drop"

	KindOffer    op.Kind = "pledge.offer" // Offer
	KindAccept   op.Kind = "pledge.accept"
	KindSchedule op.Kind = "pledge.schedule" // Schedule
	KindFulfil   op.Kind = "pledge.fulfil"   // Fulfil
	KindLapse    op.Kind = "pledge.lapse"
	KindWithdraw op.Kind = "pledge.withdraw"

	KindRequest   op.Kind = "expense.request" // Request
	KindApprove   op.Kind = "expense.approve"
	KindDecline   op.Kind = "expense.refuse" // Reason
	KindRecall    op.Kind = "expense.withdraw"
	KindPay       op.Kind = "expense.pay" // Posting
	KindReconcile op.Kind = "expense.reconcile"

	KindBucket  op.Kind = "bucket.open"    // Purpose
	KindFund    op.Kind = "bucket.fund"    // Posting
	KindRetract op.Kind = "bucket.retract" // Posting
	KindCommit  op.Kind = "bucket.commit"
	KindCancel  op.Kind = "bucket.cancel" // Returns

	KindCount op.Kind = "tin.count" // Counted
	KindAgree op.Kind = "tin.agree" // Counted

	KindDeclare op.Kind = "unit.declare" // UnitInfo; KindKeep is in stock.go
	KindShut    op.Kind = "acct.close"   // Shut
	KindClose   op.Kind = "book.close"   // Close
)

// Longest texts, in characters.
const (
	maxNote  = 200
	maxLabel = 60
)

// Transfer is the content of tx.propose and tx.contra. When its author owns
// From it is a credit, when its author owns To it is a bill.
type Transfer struct {
	Unit    Unit    `cbor:"1,keyasint"`
	From    Account `cbor:"2,keyasint"`
	To      Account `cbor:"3,keyasint"`
	Amount  Amount  `cbor:"4,keyasint"`
	Note    string  `cbor:"5,keyasint,omitempty"`
	Pledge  op.Ref  `cbor:"6,keyasint,omitzero"`
	Of      op.Ref  `cbor:"7,keyasint,omitzero"`  // what a contra corrects
	Crosses bool    `cbor:"8,keyasint,omitempty"` // a contra that crosses a limit says so
	UseBy   Day     `cbor:"9,keyasint,omitempty"` // of goods that come: their last day
	Batch   string  `cbor:"10,keyasint,omitempty"`
}

// Posting is the content of the kinds that move money at once: what an
// expense pays, what a bucket takes and gives back, what a decision writes off.
type Posting struct {
	Unit   Unit    `cbor:"1,keyasint"`
	From   Account `cbor:"2,keyasint"`
	To     Account `cbor:"3,keyasint"`
	Amount Amount  `cbor:"4,keyasint"`
	Note   string  `cbor:"5,keyasint,omitempty"`
	Round  op.Ref  `cbor:"6,keyasint,omitzero"` // the mandate
	Count  op.Ref  `cbor:"7,keyasint,omitzero"` // the count whose difference a write-off posts
}

func (p Posting) entries() Entries { return Move(p.Unit, p.From, p.To, p.Amount) }

// Reason is the content of expense.refuse.
type Reason struct {
	Text string `cbor:"1,keyasint"`
}

// UnitInfo declares a unit and says how people call it.
type UnitInfo struct {
	Unit  Unit   `cbor:"1,keyasint"`
	Label string `cbor:"2,keyasint,omitempty"`
}

// Prefixes of keys that end in a reference or an account.
const (
	prefixAcct    = "acct/"
	prefixTx      = "tx/"
	prefixPledge  = "pledge/"
	prefixExpense = "expense/"
	prefixBucket  = "bucket/"
	prefixCount   = "count/"
	prefixImport  = "import/"
	prefixGifts   = "gifts/"
	prefixClosed  = "closed/"
	prefixMandate = "mandate/"
	prefixFlow    = "flow/"
	KeyBook       = "book"
)

// AcctKey is the subject of an account in a unit.
func AcctKey(u Unit, a Account) string { return prefixAcct + string(u) + "/" + string(a) }

// TxKey is the subject of the transfer that began at r.
func TxKey(r op.Ref) string { return prefixTx + r.String() }

// PledgeKey is the subject of the pledge that began at r.
func PledgeKey(r op.Ref) string { return prefixPledge + r.String() }

// ExpenseKey is the subject of the expense that began at r.
func ExpenseKey(r op.Ref) string { return prefixExpense + r.String() }

// BucketKey is the subject of the bucket that began at r.
func BucketKey(r op.Ref) string { return prefixBucket + r.String() }

// CountKey is the subject of the count that began at r.
func CountKey(r op.Ref) string { return prefixCount + r.String() }

// ImportKey is the subject of the import that began at r.
func ImportKey(r op.Ref) string { return prefixImport + r.String() }

// GiftsKey is the subject of what an account gave and received in gift mode.
func GiftsKey(a Account) string { return prefixGifts + string(a) }

// ClosedKey is the subject that says whether an account is closed.
func ClosedKey(a Account) string { return prefixClosed + string(a) }

// MandateKey is the subject of what the mandate of a round was used for.
func MandateKey(r op.Ref) string { return prefixMandate + r.String() }

package ledger

import (
	"bytes"
	"slices"
	"sort"

	"celld/internal/op"
)

// Request is the content of expense.request. It copies who can approve and
// how many must, so that the expense is judged by the roster of its opening
// (X3) and reads nothing but itself afterwards.
type Request struct {
	Unit     Unit        `cbor:"1,keyasint"`
	From     Account     `cbor:"2,keyasint"`
	To       Account     `cbor:"3,keyasint"`
	Amount   Amount      `cbor:"4,keyasint"`
	Purpose  string      `cbor:"5,keyasint"`
	Payee    op.Member   `cbor:"6,keyasint,omitzero"` // zero: somebody outside
	Receipt  []byte      `cbor:"7,keyasint,omitempty"`
	Eligible []op.Member `cbor:"8,keyasint,omitempty"` // sorted
	Need     uint8       `cbor:"9,keyasint,omitempty"`
	ByRound  bool        `cbor:"10,keyasint,omitempty"`
}

// ExpenseState is where an expense stands.
type ExpenseState uint8

// The states of an expense.
const (
	ExpenseRequested ExpenseState = iota + 1
	ExpenseApproved
	ExpensePaid
	ExpenseReconciled
	ExpenseRefused
	ExpenseWithdrawn
)

func (s ExpenseState) String() string {
	return [...]string{"", "requested", "approved", "paid", "reconciled", "refused", "withdrawn"}[min(s, ExpenseWithdrawn)]
}

// Expense is the value of a request to the pool.
type Expense struct {
	State      ExpenseState `cbor:"1,keyasint"`
	Unit       Unit         `cbor:"2,keyasint"`
	From       Account      `cbor:"3,keyasint"`
	To         Account      `cbor:"4,keyasint"`
	Amount     Amount       `cbor:"5,keyasint"`
	Requester  op.Member    `cbor:"6,keyasint"`
	Payee      op.Member    `cbor:"7,keyasint,omitzero"`
	Receipt    []byte       `cbor:"8,keyasint,omitempty"`
	Eligible   []op.Member  `cbor:"9,keyasint,omitempty"`
	Need       uint8        `cbor:"10,keyasint,omitempty"`
	ByRound    bool         `cbor:"11,keyasint,omitempty"`
	Approvers  []op.Member  `cbor:"12,keyasint,omitempty"`
	Paid       []Payment    `cbor:"13,keyasint,omitempty"`
	Reconciler op.Member    `cbor:"14,keyasint,omitzero"`
	Reconciled uint64       `cbor:"15,keyasint,omitempty"` // Unix seconds, if a trusted clock wrote it
	Disputed   bool         `cbor:"16,keyasint,omitempty"` // paid by one while another refused or withdrew it
}

// Payment is one paying out. Two show that people paid without having seen
// each other.
type Payment struct {
	_      struct{} `cbor:",toarray"`
	Ref    op.Ref
	By     op.Member
	Amount Amount
	Round  op.Ref
}

// ReceiptDays is how long the picture of a receipt stays after reconciling.
const ReceiptDays = 30

// ReceiptUntil returns when the picture of the receipt may go, 0 while that is
// not known. Its hash stays for ever.
func (e Expense) ReceiptUntil() uint64 {
	if e.Reconciled == 0 {
		return 0
	}
	return e.Reconciled + ReceiptDays*secondsOfDay
}

// ReceiptOver reports whether nobody has to look at the picture any more: its
// time is over, or nothing was paid.
func (e Expense) ReceiptOver(now uint64) bool {
	if e.State == ExpenseRefused || e.State == ExpenseWithdrawn {
		return !e.Disputed
	}
	until := e.ReceiptUntil()
	return until != 0 && until <= now
}

// Needs returns how many approvals an expense needs, and whether it needs a
// round instead: when it is large, or when fewer than that many independent
// members are there to ask.
func Needs(s Spending, amount Amount, independent int) (need uint8, byRound bool) {
	switch {
	case amount < s.Small:
		need = 1
	case amount < s.Large:
		need = 2
	default:
		need = s.ByLarge
	}
	return need, need == 0 || independent < int(need)
}

// Independent returns, sorted, who of the members neither asks nor receives.
func Independent(members []op.Member, requester, payee op.Member) []op.Member {
	var out []op.Member
	for _, m := range members {
		if m != requester && m != payee {
			out = append(out, m)
		}
	}
	sort.Slice(out, func(i, j int) bool { return bytes.Compare(out[i][:], out[j][:]) < 0 })
	return out
}

// RequestAt completes r with who can approve it and how many must, as its
// author sees the cell.
func RequestAt(at Reader, by op.Member, r Request) Request {
	p := past{at}
	if m, ok := r.To.Holder(); ok {
		r.Payee = m
	}
	r.Eligible = Independent(p.everyone(), by, r.Payee)
	r.Need, r.ByRound = Needs(p.rules().Spending(r.Unit), r.Amount, len(r.Eligible))
	return r
}

func applyExpense(ref op.Ref, e Expense, o op.Opened) Expense {
	if o.Ref == ref {
		c, _ := read[Request](o)
		return Expense{State: ExpenseRequested, Unit: c.Unit, From: c.From, To: c.To, Amount: c.Amount,
			Requester: o.Member, Payee: c.Payee, Receipt: c.Receipt,
			Eligible: c.Eligible, Need: c.Need, ByRound: c.ByRound}
	}
	switch o.Kind {
	case KindApprove:
		return e.approve(o.Member)
	case KindDecline:
		return e.stop(ExpenseRefused)
	case KindRecall:
		return e.stop(ExpenseWithdrawn)
	case KindPay:
		return e.pay(o)
	case KindReconcile:
		return e.reconcile(o)
	}
	return e
}

// approve keeps who approved whatever else was done meanwhile: a payment that
// rests on it shows that it does, also when another refused without having seen it.
func (e Expense) approve(m op.Member) Expense {
	if slices.Contains(e.Approvers, m) {
		return e
	}
	e.Approvers = append(slices.Clone(e.Approvers), m)
	if e.State == ExpenseRequested && !e.ByRound && len(e.Approvers) >= int(e.Need) {
		e.State = ExpenseApproved
	}
	return e
}

// stop refuses or withdraws. What was paid stays paid, and shows the dispute.
func (e Expense) stop(to ExpenseState) Expense {
	switch e.State {
	case ExpenseRequested, ExpenseApproved:
		e.State = to
	case ExpensePaid, ExpenseReconciled:
		e.Disputed = true
	}
	return e
}

func (e Expense) pay(o op.Opened) Expense {
	p, _ := read[Posting](o)
	e.Paid = append(slices.Clone(e.Paid), Payment{Ref: o.Ref, By: o.Member, Amount: p.Amount, Round: p.Round})
	e.Disputed = e.Disputed || e.State >= ExpenseRefused
	if e.State != ExpenseReconciled {
		e.State = ExpensePaid
	}
	return e
}

func (e Expense) reconcile(o op.Opened) Expense {
	if e.State != ExpensePaid {
		return e
	}
	e.State, e.Reconciler = ExpenseReconciled, o.Member
	if o.Clock.Trusted() {
		e.Reconciled = o.Time
	}
	return e
}

func touchExpense(o op.Opened, _ past) ([]string, error) { return []string{ExpenseKey(o.Thing())}, nil }

func touchPay(o op.Opened, at past) ([]string, error) {
	p, ok := read[Posting](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	keys := append(at.accounts(p.Unit, p.From, p.To), ExpenseKey(o.Subject), TxKey(o.Ref))
	return append(keys, at.buckets(p.From, p.To)...), nil
}

func judgeRequest(o op.Opened, at past) error {
	c, _ := read[Request](o)
	if err := must(
		checkMove(c.Unit, c.From, c.To, c.Amount),
		refuseIf(!c.From.shared() || c.Unit.Class() == ClassGood, codeRoute, c.From, c.To),
		checkWords(c.Purpose),
		refuseIf(len(c.Receipt) != 0 && len(c.Receipt) != 32, codeContent),
		at.amounts(c.Unit),
		at.open(c.Unit, c.From, c.To),
		refuseIf(!c.Payee.IsZero() && !at.active(c.Payee), codeOther, MemberAccount(c.Payee)),
		at.fills(c.Unit, c.To, c.Amount),
	); err != nil {
		return err
	}
	want := RequestAt(at, o.Member, c)
	return refuseIf(want.Need != c.Need || want.ByRound != c.ByRound || want.Payee != c.Payee ||
		!slices.Equal(want.Eligible, c.Eligible), codeRoster, int(want.Need), want.ByRound)
}

// fills keeps a bucket from being filled past its cap or after its end.
func (p past) fills(u Unit, to Account, amount Amount) error {
	if b, ok := p.bucketOf(to); ok {
		return p.takes(b, u, amount)
	}
	return nil
}

// empties keeps a bucket from being spent before it is committed.
func (p past) empties(from Account) error {
	b, ok := p.bucketOf(from)
	return refuseIf(ok && b.State != BucketCommitted, codeBucketState, b.State)
}

// expense returns the expense that o speaks of, in one of the states.
func (p past) expense(o op.Opened, states ...ExpenseState) (Expense, error) {
	e, ok := value[Expense](p, ExpenseKey(o.Subject))
	if !ok {
		return e, op.Refuse(codeUnknown, o.Subject)
	}
	return e, refuseIf(!slices.Contains(states, e.State), codeExpenseState, e.State)
}

func judgeApprove(o op.Opened, at past) error {
	e, err := at.expense(o, ExpenseRequested, ExpenseApproved)
	return must(err,
		refuseIf(!slices.Contains(e.Eligible, o.Member), codeSelf),
		refuseIf(slices.Contains(e.Approvers, o.Member), codeTwice))
}

func judgeDecline(o op.Opened, at past) error {
	r, _ := read[Reason](o)
	e, err := at.expense(o, ExpenseRequested, ExpenseApproved)
	return must(err, checkWords(r.Text), refuseIf(!slices.Contains(e.Eligible, o.Member), codeSelf))
}

func judgeRecall(o op.Opened, at past) error {
	e, err := at.expense(o, ExpenseRequested, ExpenseApproved)
	return must(err, refuseIf(e.Requester != o.Member, codeNotMaker))
}

// judgePay lets anybody but the requester pay what enough others approved, or
// what a round in force granted.
func judgePay(o op.Opened, at past) error {
	p, _ := read[Posting](o)
	e, err := at.expense(o, ExpenseRequested, ExpenseApproved)
	if err := must(err,
		checkMove(p.Unit, p.From, p.To, p.Amount),
		CheckNote(p.Note),
		refuseIf(e.Requester == o.Member, codeRequester),
		refuseIf(p.Unit != e.Unit || p.From != e.From || p.To != e.To || p.Amount > e.Amount || !p.Count.IsZero(), codeMismatch),
	); err != nil {
		return err
	}
	if p.Round.IsZero() {
		err = refuseIf(e.ByRound || len(e.Approvers) < int(e.Need), codeApprovals, len(e.Approvers), int(e.Need), e.ByRound)
	} else {
		err = at.granted(p, o.Subject)
	}
	return must(err, at.open(p.Unit, p.From, p.To), at.empties(p.From), at.fills(p.Unit, p.To, p.Amount),
		at.room(p.Unit, p.From, p.To, p.Amount))
}

// granted asks whether the round that p cites granted at least this.
func (p past) granted(pay Posting, expense op.Ref) error {
	var g Grant
	err := p.cites(pay.Round, EffectExpense, &g)
	return must(err, refuseIf(g.Expense != expense || g.Unit != pay.Unit || pay.Amount > g.Amount, codeMandate, pay.Round))
}

// cites reads the effect of a round, which has to be in force.
func (p past) cites(round op.Ref, kind string, effect any) error {
	r, ok := value[mandate](p, prefixRound+round.String())
	if !ok || !r.InForce() {
		return op.Refuse(codeMandate, round)
	}
	k, content := r.Mandate()
	return refuseIf(k != kind || op.Unmarshal(content, effect) != nil, codeMandate, round)
}

func judgeReconcile(o op.Opened, at past) error {
	e, err := at.expense(o, ExpensePaid)
	paid := func(p Payment) bool { return p.By == o.Member }
	return must(err, refuseIf(slices.ContainsFunc(e.Paid, paid), codePayer))
}

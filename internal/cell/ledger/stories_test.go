package ledger_test

import (
	"errors"
	"slices"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"
)

// table is a cell of people who sit together: what one writes, all see.
type table struct {
	*testing.T
	*ledgertest.World
	now uint64
}

const day = 24 * 3600

func sit(t *testing.T, members int) *table {
	w := ledgertest.New(members)
	for _, u := range []ledger.Unit{ledgertest.EUR, ledgertest.Flour} {
		w.Adopt(0, ledger.EffectUnit, ledger.UnitInfo{Unit: u})
	}
	w.MeetAll()
	return &table{t, w, 1767225600}
}

func (t *table) try(i int, kind op.Kind, subject op.Ref, content any) (op.Ref, error) {
	t.MeetAll()
	defer t.MeetAll()
	return t.Write(i, ledgertest.Draft{Kind: kind, Subject: subject, Content: content, Time: t.now, Clock: op.ClockNTP})
}

// do writes what has to be lawful.
func (t *table) do(i int, kind op.Kind, subject op.Ref, content any) op.Ref {
	t.Helper()
	ref, err := t.try(i, kind, subject, content)
	if err != nil {
		t.Fatalf("%s by %d: %v", kind, i, err)
	}
	return ref
}

// not writes what has to be refused with a code, and arguments where given.
func (t *table) not(code string, i int, kind op.Kind, subject op.Ref, content any, args ...any) {
	t.Helper()
	_, err := t.try(i, kind, subject, content)
	var r op.Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Fatalf("%s by %d: %v, want %s", kind, i, err, code)
	}
	if len(args) > 0 && !slices.Equal(r.Args, args) {
		t.Fatalf("%s by %d: refused with %v, want %v", kind, i, r.Args, args)
	}
}

func (t *table) account(i int) ledger.Account { return ledger.MemberAccount(t.Members[i]) }

func (t *table) state() ledgertest.State { return t.Fold(t.All()) }

func (t *table) balance(u ledger.Unit, a ledger.Account) ledger.Amount {
	h, _ := t.state().At(ledger.AcctKey(u, a)).(ledger.Holding)
	return h.Balance
}

func (t *table) holds(u ledger.Unit, a ledger.Account, want ledger.Amount) {
	t.Helper()
	if got := t.balance(u, a); got != want {
		t.Fatalf("%s holds %d %s, want %d", a, got, u, want)
	}
}

func (t *table) minutes(from, to int, n ledger.Amount) ledger.Transfer {
	return ledger.Transfer{Unit: ledger.Minutes, From: t.account(from), To: t.account(to), Amount: n, Note: "hours"}
}

// give lets one member give minutes to another, signed by both.
func (t *table) give(from, to int, n ledger.Amount) op.Ref {
	t.Helper()
	ref := t.do(from, ledger.KindPropose, op.Ref{}, t.minutes(from, to, n))
	t.do(to, ledger.KindSign, ref, nil)
	return ref
}

func (t *table) fillTin(n ledger.Amount) {
	t.Helper()
	ref := t.do(0, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledgertest.EUR, From: "world:sale", To: ledger.Tin, Amount: n})
	t.not("ledger.not-awaited", 0, ledger.KindSign, ref, nil) // two people, always
	t.do(1, ledger.KindSign, ref, nil)
}

// TestHoursBreadAndATin is story 5.
func TestHoursBreadAndATin(t *testing.T) {
	c := sit(t, 4)
	const fern, tide, kite, moss = 0, 1, 2, 3

	// Fern pledges two hours to Tide, and nothing moves.
	pledge := c.do(fern, ledger.KindOffer, op.Ref{}, ledger.Offer{From: c.account(fern), To: c.account(tide),
		What: "mending the gate", Unit: ledger.Minutes, Amount: 120})
	c.not("ledger.pledge-state", fern, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledger.Minutes,
		From: c.account(fern), To: c.account(tide), Amount: 120, Pledge: pledge})
	c.not("ledger.not-awaited", kite, ledger.KindAccept, pledge, nil)
	c.do(tide, ledger.KindAccept, pledge, nil)
	c.do(fern, ledger.KindSchedule, pledge, ledger.Schedule{Day: 20260301})
	c.holds(ledger.Minutes, c.account(tide), 0)

	// The gate is mended: a bill, signed by who pays; in two parts.
	for i, n := range []ledger.Amount{80, 40} {
		tr := c.minutes(fern, tide, n)
		tr.Pledge = pledge
		tx := c.do(tide, ledger.KindPropose, op.Ref{}, tr)
		c.awaits(tide)
		c.awaits(fern, ledger.Await{Kind: ledger.KindSign, Ref: tx})
		c.not("ledger.not-awaited", tide, ledger.KindSign, tx, nil)
		c.not("ledger.not-awaited", kite, ledger.KindSign, tx, nil)
		c.do(fern, ledger.KindSign, tx, nil)
		f, err := ledger.FulfilOf(c.state(), pledge, tx)
		if err != nil || f.Part != (i == 0) {
			t.Fatal(f, err)
		}
		c.do(tide, ledger.KindFulfil, pledge, f)
		p := c.state().At(ledger.PledgeKey(pledge)).(ledger.Pledge)
		if want := []ledger.PledgeState{ledger.PledgePart, ledger.PledgeFulfilled}[i]; p.State != want {
			t.Fatalf("after %d minutes the pledge is %v, want %v", n, p.State, want)
		}
		if open := c.state().At(ledger.KeyOpen).(ledger.Open); len(open.Things) != 1-i {
			t.Fatalf("after %d minutes %+v is under way", n, open.Things)
		}
	}
	c.holds(ledger.Minutes, c.account(tide), 120)
	if open := c.state().At(ledger.KeyOpen).(ledger.Open); len(open.Things) != 0 {
		t.Fatalf("%+v is still under way", open.Things)
	}

	// A mistaken five hours, put right by both; the original stays.
	wrong := c.give(kite, moss, 300)
	c.not("ledger.not-yours", fern, ledger.KindContra, op.Ref{}, contra(c, wrong))
	other := contra(c, wrong)
	other.Amount--
	c.not("ledger.contra", moss, ledger.KindContra, op.Ref{}, other)
	fix := c.do(moss, ledger.KindContra, op.Ref{}, contra(c, wrong))
	c.not("ledger.struck", kite, ledger.KindContra, op.Ref{}, contra(c, wrong))
	c.do(kite, ledger.KindSign, fix, nil)
	c.not("ledger.struck", kite, ledger.KindContra, op.Ref{}, contra(c, wrong))
	c.holds(ledger.Minutes, c.account(kite), 0)
	c.holds(ledger.Minutes, c.account(moss), 0)
	lines := ledger.Statement(ledger.Minutes, c.account(kite), slices.Values(c.Ordered(c.All())), 0)
	if len(lines) != 2 || lines[0].Struck != fix || lines[0].Amount != -300 || lines[0].Balance != -300 || lines[1].Balance != 0 {
		t.Fatalf("the statement reads %+v", lines)
	}

	// Kite comes to the limit, and hears how much is left.
	c.give(kite, moss, 525)
	c.not("ledger.room-to-give", kite, ledger.KindPropose, op.Ref{}, c.minutes(kite, fern, 120),
		c.account(kite), ledger.Minutes, ledger.Amount(75), ledger.Amount(120), ledger.Amount(-600))
	waits := c.do(kite, ledger.KindPropose, op.Ref{}, c.minutes(kite, fern, 60))
	c.not("ledger.room-to-give", kite, ledger.KindPropose, op.Ref{}, c.minutes(kite, fern, 16))
	c.do(kite, ledger.KindErase, waits, nil)

	// Bread and a tin.
	c.fillTin(8420)
	flour := c.do(moss, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledgertest.Flour, From: "world:mill", To: "pool:store", Amount: 5})
	c.do(fern, ledger.KindSign, flour, nil)
	c.not("ledger.room-to-give", moss, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledgertest.Flour, From: "pool:store", To: "world:used", Amount: 6})
	c.not("ledger.ask-the-pool", moss, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledgertest.EUR, From: ledger.Tin, To: "world:shop", Amount: 6})

	// What waits 14 days by a trusted clock ends.
	waits = c.do(fern, ledger.KindPropose, op.Ref{}, c.minutes(fern, moss, 10))
	router := len(c.Members)
	c.now += 14*day - 1
	c.not("ledger.early", router, ledger.KindExpire, waits, nil)
	c.now++
	c.not("ledger.router", fern, ledger.KindExpire, waits, nil)
	c.do(router, ledger.KindExpire, waits, nil)
	c.not("ledger.not-pending", moss, ledger.KindSign, waits, nil)

	for _, u := range ledger.Totals(c.state()) {
		if u.Sum != 0 {
			t.Fatalf("%s sums to %d", u.Unit, u.Sum)
		}
	}
	c.do(fern, ledger.KindClose, op.Ref{}, ledger.Close{Month: 202601, Lines: ledger.TrialBalance(c.state()), Head: make([]byte, 32)})
	c.not("ledger.month", fern, ledger.KindClose, op.Ref{}, ledger.Close{Month: 202601, Lines: ledger.TrialBalance(c.state()), Head: make([]byte, 32)})
	c.now += 31 * day
	c.not("ledger.totals", fern, ledger.KindClose, op.Ref{}, ledger.Close{Month: 202602, Head: make([]byte, 32)})
}

// awaits checks what waits for a member.
func (t *table) awaits(i int, want ...ledger.Await) {
	t.Helper()
	if got := ledger.Awaits(t.state(), t.Members[i]); !slices.Equal(got, want) {
		t.Fatalf("for %d waits %v, want %v", i, got, want)
	}
}

func contra(c *table, of op.Ref) ledger.Transfer {
	t, err := ledger.ContraOf(c.state(), of, "we misread the clock")
	if err != nil {
		c.Fatal(err)
	}
	return t
}

func (t *table) ask(by int, r ledger.Request) ledger.Request {
	if r.Unit == "" {
		r.Unit, r.From, r.To, r.Purpose = ledgertest.EUR, ledger.Tin, "world:bus", "bus fare"
	}
	return ledger.RequestAt(t.state(), t.Members[by], r)
}

func payment(r ledger.Request) ledger.Posting {
	return ledger.Posting{Unit: r.Unit, From: r.From, To: r.To, Amount: r.Amount}
}

// TestBusFareFromThePool is story 6.
func TestBusFareFromThePool(t *testing.T) {
	c := sit(t, 4)
	c.fillTin(10000)
	r := c.ask(0, ledger.Request{Amount: 3000, Receipt: make([]byte, 32)})
	if r.Need != 2 || r.ByRound || len(r.Eligible) != 3 {
		t.Fatalf("thirty euro need %d of %v", r.Need, r.Eligible)
	}
	easy := r
	easy.Need = 1
	c.not("ledger.roster", 0, ledger.KindRequest, op.Ref{}, easy)
	fare := c.do(0, ledger.KindRequest, op.Ref{}, r)
	c.not("ledger.own-expense", 0, ledger.KindApprove, fare, nil)
	c.awaits(0)
	c.awaits(1, ledger.Await{Kind: ledger.KindApprove, Ref: fare})
	c.do(1, ledger.KindApprove, fare, nil)
	c.awaits(1)
	c.not("ledger.twice", 1, ledger.KindApprove, fare, nil)
	c.not("ledger.approvals", 3, ledger.KindPay, fare, payment(r), 1, 2, false)
	c.do(2, ledger.KindApprove, fare, nil)
	c.not("ledger.requester-pays", 0, ledger.KindPay, fare, payment(r))
	more := payment(r)
	more.Amount++
	c.not("ledger.mismatch", 3, ledger.KindPay, fare, more)
	c.do(3, ledger.KindPay, fare, payment(r))
	c.holds(ledgertest.EUR, ledger.Tin, 7000)
	c.not("ledger.expense-state", 3, ledger.KindPay, fare, payment(r))
	c.awaits(3)
	c.awaits(1, ledger.Await{Kind: ledger.KindReconcile, Ref: fare})
	c.not("ledger.payer-reconciles", 3, ledger.KindReconcile, fare, nil)
	c.do(1, ledger.KindReconcile, fare, nil)
	if open, _ := c.state().At(ledger.KeyOpen).(ledger.Open); len(open.Things) != 0 {
		t.Fatalf("%+v is still under way", open.Things)
	}
	e := c.state().At(ledger.ExpenseKey(fare)).(ledger.Expense)
	if e.State != ledger.ExpenseReconciled || e.ReceiptUntil() != c.now+30*day {
		t.Fatalf("%+v keeps its receipt until %d", e, e.ReceiptUntil())
	}
	flows := ledger.Months(ledgertest.EUR, ledger.Tin, slices.Values(c.Ordered(c.All())))
	if len(flows) != 1 || flows[0] != (ledger.MonthFlow{Month: 202601, In: 10000, Out: 3000, Left: 7000}) {
		t.Fatalf("the tin went %+v", flows)
	}
}

// TestWithTooFewToAskItBecomesARound is the end of story 6: one other awake.
func TestWithTooFewToAskItBecomesARound(t *testing.T) {
	c := sit(t, 4)
	c.fillTin(10000)
	for _, i := range []int{2, 3} {
		c.do(i, ledgertest.KindLeave, op.Ref{}, nil)
	}
	r := c.ask(0, ledger.Request{Amount: 3000})
	if !r.ByRound {
		t.Fatalf("with one other to ask, the request is %+v", r)
	}
	fare := c.do(0, ledger.KindRequest, op.Ref{}, r)
	c.do(1, ledger.KindApprove, fare, nil)
	p := payment(r)
	c.not("ledger.approvals", 1, ledger.KindPay, fare, p)
	p.Round = c.Adopt(0, ledger.EffectExpense, ledger.Grant{Expense: fare, Unit: r.Unit, Amount: 2999})
	c.not("ledger.mandate", 1, ledger.KindPay, fare, p)
	p.Round = c.Adopt(0, ledger.EffectExpense, ledger.Grant{Expense: fare, Unit: r.Unit, Amount: 3000})
	c.do(1, ledger.KindPay, fare, p)
	c.holds(ledgertest.EUR, ledger.Tin, 7000)
}

func TestALargeExpenseIsARound(t *testing.T) {
	c := sit(t, 5)
	if r := c.ask(0, ledger.Request{Amount: 20000}); !r.ByRound {
		t.Fatalf("two hundred euro need %+v", r)
	}
	c.Adopt(0, ledger.EffectSpending, ledger.SpendingEffect{Unit: ledgertest.EUR, Small: 1000, Large: 5000, ByLarge: 3})
	c.MeetAll()
	for amount, want := range map[ledger.Amount]uint8{999: 1, 1000: 2, 4999: 2, 5000: 3} {
		if r := c.ask(0, ledger.Request{Amount: amount}); r.Need != want || r.ByRound {
			t.Errorf("%d needs %d (%v), want %d", amount, r.Need, r.ByRound, want)
		}
	}
}

// TestWhoReceivesDoesNotApprove is the other half of I8.
func TestWhoReceivesDoesNotApprove(t *testing.T) {
	c := sit(t, 4)
	c.give(0, 1, 100)
	gift := c.do(1, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledger.Minutes, From: c.account(1), To: ledger.Common, Amount: 90})
	c.do(2, ledger.KindSign, gift, nil)
	r := c.ask(0, ledger.Request{Unit: ledger.Minutes, From: ledger.Common, To: c.account(3), Amount: 60, Purpose: "cooking for all"})
	e := c.do(0, ledger.KindRequest, op.Ref{}, r)
	c.not("ledger.own-expense", 3, ledger.KindApprove, e, nil)
	c.do(1, ledger.KindApprove, e, nil)
	c.do(2, ledger.KindPay, e, payment(r))
	c.holds(ledger.Minutes, c.account(3), 60)
}

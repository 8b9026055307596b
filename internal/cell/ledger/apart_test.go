package ledger_test

import (
	"bytes"
	"slices"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"
)

// apart lets devices write without meeting.
func (t *table) apart(i int, kind op.Kind, subject op.Ref, content any) op.Ref {
	t.Helper()
	ref, err := t.Write(i, ledgertest.Draft{Kind: kind, Subject: subject, Content: content, Time: t.now, Clock: op.ClockNTP})
	if err != nil {
		t.Fatalf("%s by %d: %v", kind, i, err)
	}
	return ref
}

// everyOrder checks that a subject comes out the same when the newest four
// operations arrive in any order, or before all others.
func (t *table) everyOrder(key string, want ledger.Value) {
	t.Helper()
	ops := t.Ops
	last := ops[max(0, len(ops)-4):]
	permute(slices.Clone(last), 0, func(late []op.Opened) {
		for _, arrivals := range [][]op.Opened{
			slices.Concat(ops[:len(ops)-len(last)], late), slices.Concat(late, ops[:len(ops)-len(last)]),
		} {
			r := router{}
			for _, o := range arrivals {
				r.receive(o, t.Touched[o.Ref])
			}
			values := r[key].values
			if got := values[len(values)-1].(ledger.Value); !bytes.Equal(got.MarshalState(), want.MarshalState()) {
				t.Fatalf("in another order %s is %+v, want %+v", key, got, want)
			}
		}
	})
}

func permute(list []op.Opened, from int, f func([]op.Opened)) {
	if from == len(list) {
		f(list)
	}
	for i := from; i < len(list); i++ {
		list[from], list[i] = list[i], list[from]
		permute(list, from+1, f)
		list[from], list[i] = list[i], list[from]
	}
}

// approved returns a request for so much of the tin, ready to be paid.
func (t *table) approved(amount ledger.Amount) (op.Ref, ledger.Request) {
	t.Helper()
	r := t.ask(0, ledger.Request{Amount: amount})
	e := t.do(0, ledger.KindRequest, op.Ref{}, r)
	t.do(1, ledger.KindApprove, e, nil)
	t.do(2, ledger.KindApprove, e, nil)
	return e, r
}

// TestTwoSpendsOfOneTinAreOverdrawn is I6: both stand, the tin shows it, and
// nothing more leaves it until people have settled it.
func TestTwoSpendsOfOneTinAreOverdrawn(t *testing.T) {
	c := sit(t, 4)
	c.fillTin(5000)
	bus, forBus := c.approved(3000)
	oven, forOven := c.approved(4000)
	soap, forSoap := c.approved(100)
	c.apart(1, ledger.KindPay, bus, payment(forBus))
	c.apart(2, ledger.KindPay, oven, payment(forOven))
	c.MeetAll()
	h := c.state().At(ledger.AcctKey(ledgertest.EUR, ledger.Tin)).(ledger.Holding)
	if h.Balance != -2000 || !ledger.Overdrawn(ledgertest.EUR, ledger.Tin, h) {
		t.Fatalf("the tin holds %d", h.Balance)
	}
	c.everyOrder(ledger.AcctKey(ledgertest.EUR, ledger.Tin), h)
	c.not("ledger.overdrawn", 1, ledger.KindPay, soap, payment(forSoap), ledger.Tin, ledgertest.EUR, ledger.Amount(-2000))
	c.fillTin(2100)
	c.do(1, ledger.KindPay, soap, payment(forSoap))
	c.holds(ledgertest.EUR, ledger.Tin, 0)
}

// TestAnExpensePaidTwiceShowsBoth: who paid while apart really paid.
func TestAnExpensePaidTwiceShowsBoth(t *testing.T) {
	c := sit(t, 4)
	c.fillTin(10000)
	bus, r := c.approved(3000)
	c.apart(1, ledger.KindPay, bus, payment(r))
	second := c.apart(2, ledger.KindPay, bus, payment(r))
	c.apart(0, ledger.KindRecall, bus, nil)
	c.MeetAll()
	e := c.state().At(ledger.ExpenseKey(bus)).(ledger.Expense)
	if len(e.Paid) != 2 || !e.Disputed || e.State != ledger.ExpensePaid {
		t.Fatalf("%+v", e)
	}
	c.holds(ledgertest.EUR, ledger.Tin, 4000)
	fix := c.do(0, ledger.KindContra, op.Ref{}, contra(c, second))
	c.do(3, ledger.KindSign, fix, nil)
	c.holds(ledgertest.EUR, ledger.Tin, 7000)
}

// TestAPaymentKeepsItsApprovals: one refuses while another, who cannot know,
// approves and a third pays. Whatever comes first in the order, the expense
// shows who approved what was paid, and that it is disputed.
func TestAPaymentKeepsItsApprovals(t *testing.T) {
	for _, refuser := range []int{1, 2} {
		c := sit(t, 4)
		c.fillTin(5000)
		r := c.ask(0, ledger.Request{Amount: 100})
		bus := c.do(0, ledger.KindRequest, op.Ref{}, r)
		c.apart(refuser, ledger.KindDecline, bus, ledger.Reason{Text: "not this week"})
		c.apart(3-refuser, ledger.KindApprove, bus, nil)
		c.Meet(3, 3-refuser)
		c.apart(3, ledger.KindPay, bus, payment(r))
		c.MeetAll()
		e := c.state().At(ledger.ExpenseKey(bus)).(ledger.Expense)
		if len(e.Approvers) != 1 || e.Approvers[0] != c.Members[3-refuser] || len(e.Paid) != 1 || !e.Disputed {
			t.Fatalf("%+v", e)
		}
		c.everyOrder(ledger.ExpenseKey(bus), e)
	}
}

// TestSignedAndErasedAtOnceHasOneEnd: the first in the order, on both accounts
// and the transfer alike.
func TestSignedAndErasedAtOnceHasOneEnd(t *testing.T) {
	for _, signer := range []int{0, 1} {
		c := sit(t, 2)
		tx := c.do(1-signer, ledger.KindPropose, op.Ref{}, c.minutes(1-signer, signer, 60))
		c.apart(signer, ledger.KindSign, tx, nil)
		c.apart(1-signer, ledger.KindErase, tx, nil)
		c.MeetAll()
		state := c.state().At(ledger.TxKey(tx)).(ledger.Tx).State
		want := map[ledger.TxState]ledger.Amount{ledger.TxDone: 60, ledger.TxErased: 0}[state]
		c.holds(ledger.Minutes, c.account(signer), want)
		c.holds(ledger.Minutes, c.account(1-signer), -want)
		journalAgrees(t, c.World)
	}
}

// TestTwoCorrectionsApartAreBothShown: struck twice, which people see and undo.
func TestTwoCorrectionsApartAreBothShown(t *testing.T) {
	c := sit(t, 2)
	tx := c.give(0, 1, 60)
	a := c.apart(0, ledger.KindContra, op.Ref{}, contra(c, tx))
	b := c.apart(1, ledger.KindContra, op.Ref{}, contra(c, tx))
	c.MeetAll()
	c.apart(1, ledger.KindSign, a, nil)
	c.apart(0, ledger.KindSign, b, nil)
	c.MeetAll()
	if struck := c.state().At(ledger.TxKey(tx)).(ledger.Tx).Struck(); len(struck) != 2 {
		t.Fatalf("struck by %v", struck)
	}
	c.holds(ledger.Minutes, c.account(0), 60)
	undo := c.do(0, ledger.KindContra, op.Ref{}, contra(c, b))
	c.do(1, ledger.KindSign, undo, nil)
	c.holds(ledger.Minutes, c.account(0), 0)
}

// TestTwoProposalsPastALimitDoNotBothComplete: apart both may wait; together
// only what fits is signed.
func TestTwoProposalsPastALimitDoNotBothComplete(t *testing.T) {
	c := sit(t, 3)
	a := c.apart(0, ledger.KindPropose, op.Ref{}, c.minutes(0, 1, 400))
	b := c.apart(2, ledger.KindPropose, op.Ref{}, c.minutes(0, 2, 400))
	c.MeetAll()
	c.do(1, ledger.KindSign, a, nil)
	c.not("ledger.room-to-give", 0, ledger.KindSign, b, nil)
}

func TestBothEndsNeedRoom(t *testing.T) {
	c := sit(t, 4)
	c.give(0, 1, 590)
	c.give(2, 1, 590)
	c.not("ledger.room-to-receive", 3, ledger.KindPropose, op.Ref{}, c.minutes(3, 1, 21),
		c.account(1), ledger.Minutes, ledger.Amount(20), ledger.Amount(21), ledger.Amount(1200))
	c.do(3, ledger.KindPropose, op.Ref{}, c.minutes(3, 1, 15))
	c.not("ledger.room-to-receive", 3, ledger.KindPropose, op.Ref{}, c.minutes(3, 1, 6))
}

// TestACorrectionMayCrossALimitAndSaysSo is L3; a tin is no limit but a thing.
func TestACorrectionMayCrossALimitAndSaysSo(t *testing.T) {
	c := sit(t, 4)
	wrong := c.give(0, 1, 500)
	c.give(1, 2, 1000)
	fix := contra(c, wrong)
	if !fix.Crosses {
		t.Fatal("the correction does not say that it crosses the limit")
	}
	silent := fix
	silent.Crosses = false
	c.not("ledger.crosses", 0, ledger.KindContra, op.Ref{}, silent, true)
	tx := c.do(0, ledger.KindContra, op.Ref{}, fix)
	c.do(1, ledger.KindSign, tx, nil)
	c.holds(ledger.Minutes, c.account(1), -1000)

	c.fillTin(3000)
	var rules ledger.Rules
	if !rules.Past(ledger.Minutes, c.account(1), -1000) {
		t.Error("nobody sees that the limit is crossed")
	}
	bus, r := c.approved(2000)
	c.do(1, ledger.KindPay, bus, payment(r))
	in := c.Ordered(c.All())
	for _, o := range in {
		if v, _ := c.state().At(ledger.TxKey(o.Ref)).(ledger.Tx); v.To == ledger.Tin {
			c.not("ledger.room-to-give", 0, ledger.KindContra, op.Ref{}, contra(c, o.Ref))
		}
	}
}

func TestATransferWithoutAClockWaitsForOne(t *testing.T) {
	c := sit(t, 2)
	router := 2
	tx, err := c.Write(0, ledgertest.Draft{Kind: ledger.KindPropose, Content: c.minutes(0, 1, 10), Time: 5, Clock: op.ClockTold})
	if err != nil {
		t.Fatal(err)
	}
	c.now += 100 * day
	c.not("ledger.early", router, ledger.KindExpire, tx, nil)
	c.do(router, ledger.KindMark, tx, nil)
	c.not("ledger.marked", router, ledger.KindMark, tx, nil)
	c.not("ledger.early", router, ledger.KindExpire, tx, nil, c.now+14*day)
	c.now += 14 * day
	_, err = c.Write(router, ledgertest.Draft{Kind: ledger.KindExpire, Subject: tx, Time: c.now, Clock: op.ClockTold})
	if err == nil {
		t.Fatal("a clock that nobody trusts let it expire")
	}
	c.do(router, ledger.KindExpire, tx, nil)
}

func TestLeavingSettlesFirst(t *testing.T) {
	c := sit(t, 4)
	c.give(0, 1, 60)
	gift := c.do(2, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledger.Minutes, From: c.account(2), To: ledger.Common, Amount: 50})
	c.do(3, ledger.KindSign, gift, nil)
	shut := ledger.Shut{Account: c.account(0)}
	c.not("ledger.not-empty", 0, ledger.KindShut, op.Ref{}, shut, ledger.Minutes, ledger.Amount(-60), 0)
	c.not("ledger.not-yours", 1, ledger.KindShut, op.Ref{}, shut)
	w := ledger.WriteOff{Unit: ledger.Minutes, From: ledger.Common, To: c.account(0), Amount: 60}
	p := ledger.Posting{Unit: w.Unit, From: w.From, To: w.To, Amount: 59}
	p.Round = c.Adopt(1, ledger.EffectWriteOff, w)
	c.not("ledger.mandate", 1, ledger.KindWrite, op.Ref{}, p)
	p.Amount = 60
	c.do(0, ledgertest.KindLeave, op.Ref{}, nil)
	c.do(1, ledger.KindWrite, op.Ref{}, p)
	c.not("ledger.mandate-used", 2, ledger.KindWrite, op.Ref{}, p)
	c.holds(ledger.Minutes, ledger.Common, -10) // the pool bears it, by decision
	c.do(1, ledger.KindShut, op.Ref{}, shut)
	c.not("ledger.closed", 1, ledger.KindPropose, op.Ref{}, c.minutes(0, 1, 5))
	c.not("ledger.closed", 1, ledger.KindShut, op.Ref{}, shut)

	// Who left without giving away what was theirs leaves it to the pool.
	w = ledger.WriteOff{Unit: ledger.Minutes, From: c.account(1), To: ledger.Common, Amount: 60}
	p = ledger.Posting{Unit: w.Unit, From: w.From, To: w.To, Amount: w.Amount, Round: c.Adopt(2, ledger.EffectWriteOff, w)}
	c.not("ledger.not-yours", 2, ledger.KindWrite, op.Ref{}, p)
	c.do(1, ledgertest.KindLeave, op.Ref{}, nil)
	c.do(2, ledger.KindWrite, op.Ref{}, p)
	c.do(2, ledger.KindShut, op.Ref{}, ledger.Shut{Account: c.account(1)})
	c.holds(ledger.Minutes, ledger.Common, 50)
}

func TestBucketsGiveBackWhatWasPutIn(t *testing.T) {
	c := sit(t, 3)
	b := c.do(0, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: ledger.Minutes, Target: 100, Cap: 120})
	oven := ledger.ProjectAccount(b)
	put := func(i int, n ledger.Amount) ledger.Posting {
		return ledger.Posting{Unit: ledger.Minutes, From: c.account(i), To: oven, Amount: n}
	}
	take := func(i int, n ledger.Amount) ledger.Posting {
		return ledger.Posting{Unit: ledger.Minutes, From: oven, To: c.account(i), Amount: n}
	}
	c.not("ledger.use-bucket", 1, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: ledger.Minutes, From: c.account(1), To: oven, Amount: 5})
	c.do(1, ledger.KindFund, b, put(1, 70))
	c.not("ledger.not-yours", 1, ledger.KindFund, b, put(2, 5))
	c.not("ledger.cap", 2, ledger.KindFund, b, put(2, 51), ledger.Amount(50), ledger.Amount(51))
	c.do(2, ledger.KindFund, b, put(2, 50))
	c.not("ledger.funded", 1, ledger.KindRetract, b, take(1, 71))
	c.do(1, ledger.KindRetract, b, take(1, 30))
	c.not("ledger.cap", 0, ledger.KindCommit, b, nil)
	c.do(1, ledger.KindFund, b, put(1, 10))
	c.do(0, ledger.KindCommit, b, nil)
	c.not("ledger.bucket-state", 1, ledger.KindRetract, b, take(1, 1))
	back, err := ledger.ReturnsOf(c.state(), b)
	if err != nil {
		t.Fatal(err)
	}
	c.not("ledger.not-maker", 1, ledger.KindCancel, b, back)
	c.do(0, ledger.KindCancel, b, back)
	for _, a := range []ledger.Account{oven, c.account(1), c.account(2)} {
		c.holds(ledger.Minutes, a, 0)
	}
	if got := c.state().At(ledger.BucketKey(b)).(ledger.Bucket); got.Funders != nil || got.Full() {
		t.Fatalf("%+v", got)
	}
}

func TestATinIsCountedByTwo(t *testing.T) {
	c := sit(t, 3)
	c.fillTin(5000)
	n := ledger.Counted{Unit: ledgertest.EUR, Account: ledger.Tin, Counted: 4990, Booked: 5000}
	count := c.do(0, ledger.KindCount, op.Ref{}, n)
	c.not("ledger.not-awaited", 0, ledger.KindAgree, count, n)
	other := n
	other.Counted = 5000
	c.not("ledger.mismatch", 1, ledger.KindAgree, count, other)
	c.do(1, ledger.KindAgree, count, n)
	c.holds(ledgertest.EUR, ledger.Tin, 5000) // a difference is posted by decision only
	w := ledger.WriteOff{Unit: n.Unit, From: ledger.Tin, To: ledger.Difference, Amount: 10, Count: count}
	p := ledger.Posting{Unit: w.Unit, From: w.From, To: w.To, Amount: w.Amount, Count: count, Round: c.Adopt(0, ledger.EffectWriteOff, w)}
	c.do(2, ledger.KindWrite, op.Ref{}, p)
	c.holds(ledgertest.EUR, ledger.Tin, 4990)
	p.Round = c.Adopt(0, ledger.EffectWriteOff, w)
	c.not("ledger.mismatch", 2, ledger.KindWrite, op.Ref{}, p)
}

func TestGiftModeCountsGivingAndNoAmounts(t *testing.T) {
	c := sit(t, 2)
	gift := ledger.GiftGiven{From: c.account(0), To: c.account(1), Note: "soup"}
	c.not("ledger.no-gift-mode", 0, ledger.KindGift, op.Ref{}, gift)
	c.Adopt(0, ledger.EffectGiftMode, ledger.Switch{On: true})
	c.do(0, ledger.KindGift, op.Ref{}, gift)
	c.not("ledger.gift-mode", 0, ledger.KindPropose, op.Ref{}, c.minutes(0, 1, 5))
	c.fillTin(100) // the tin goes on
	if g := c.state().At(ledger.GiftsKey(c.account(0))).(ledger.Gifts); g != (ledger.Gifts{Given: 1}) {
		t.Fatalf("%+v", g)
	}
	c.holds(ledger.Minutes, c.account(0), 0)
}

// TestInGiftModeNoAmountBegins: not on the way round by what is put aside, nor by
// what the pool gives. What was begun before goes back.
func TestInGiftModeNoAmountBegins(t *testing.T) {
	c := sit(t, 3)
	hours := ledger.Purpose{Name: "a bench", Unit: ledger.Minutes, Target: 60, Cap: 60}
	bench := c.do(0, ledger.KindBucket, op.Ref{}, hours)
	put := ledger.Posting{Unit: ledger.Minutes, From: c.account(0), To: ledger.ProjectAccount(bench), Amount: 30}
	c.do(0, ledger.KindFund, bench, put)
	c.Adopt(0, ledger.EffectGiftMode, ledger.Switch{On: true})
	c.not("ledger.gift-mode", 0, ledger.KindFund, bench, put)
	c.not("ledger.gift-mode", 1, ledger.KindBucket, op.Ref{}, hours)
	ask := ledger.Request{Unit: ledger.Minutes, From: ledger.Common, To: c.account(1), Amount: 5, Purpose: "soup"}
	c.not("ledger.gift-mode", 1, ledger.KindRequest, op.Ref{}, ledger.RequestAt(c.state(), c.Members[1], ask))
	put.From, put.To = put.To, put.From
	c.do(0, ledger.KindRetract, bench, put)
	c.holds(ledger.Minutes, c.account(0), 0)
	old := []ledger.Line{{Day: 20251103, Unit: ledger.Minutes, From: c.account(0), To: c.account(1), Amount: 60}}
	c.not("ledger.gift-mode", 0, ledger.KindImport, op.Ref{}, ledger.NewNotebook(old))
	old[0] = ledger.Line{Day: 20251105, Unit: ledgertest.EUR, From: "world:gift", To: ledger.Tin, Amount: 1234}
	c.do(0, ledger.KindImport, op.Ref{}, ledger.NewNotebook(old)) // the tin goes on
}

func TestAnImportCountsWholeOnceASecondConfirms(t *testing.T) {
	c := sit(t, 3)
	lines := []ledger.Line{
		{Day: 20251103, Unit: ledger.Minutes, From: c.account(0), To: c.account(1), Amount: 700},
		{Day: 20251104, Unit: ledger.Minutes, From: c.account(1), To: c.account(2), Amount: 100, Note: "bread"},
		{Day: 20251105, Unit: ledgertest.EUR, From: "world:gift", To: ledger.Tin, Amount: 1234},
	}
	imp := c.do(0, ledger.KindImport, op.Ref{}, ledger.NewNotebook(lines))
	c.holds(ledger.Minutes, c.account(1), 0)
	c.not("ledger.not-awaited", 0, ledger.KindConfirm, imp, nil)
	waits := c.do(0, ledger.KindPropose, op.Ref{}, c.minutes(0, 2, 100)) // history takes up no room
	c.do(0, ledger.KindErase, waits, nil)
	c.do(2, ledger.KindConfirm, imp, nil)
	c.holds(ledger.Minutes, c.account(0), -700) // history may lie past a limit
	c.holds(ledger.Minutes, c.account(1), 600)
	c.holds(ledgertest.EUR, ledger.Tin, 1234)
	c.not("ledger.not-pending", 1, ledger.KindConfirm, imp, nil)
	c.not("ledger.not-pending", 1, ledger.KindDrop, imp, nil)
	for _, u := range ledger.Totals(c.state()) {
		if want := map[ledger.Unit]uint64{ledger.Minutes: 2, ledgertest.EUR: 1}[u.Unit]; u.Transactions != want || u.Sum != 0 {
			t.Fatalf("%+v", u)
		}
	}
	other := ledger.NewNotebook(lines)
	other.Sums[0].Amount++
	c.not("ledger.content", 0, ledger.KindImport, op.Ref{}, other)
	other = ledger.NewNotebook(lines)
	other.Rows++
	c.not("ledger.import", 0, ledger.KindImport, op.Ref{}, other, 4)
	lines[0].Amount = 0
	c.not("ledger.import", 0, ledger.KindImport, op.Ref{}, ledger.NewNotebook(lines), 1)
}

// TestNothingIsLockedInAClosedAccount: somebody closes an account on one router
// while a transfer completes on another. What arrived or went stays to be seen,
// and the cell decides what becomes of it (L8), whether they left or not.
func TestNothingIsLockedInAClosedAccount(t *testing.T) {
	for _, n := range []ledger.Amount{30, -30} {
		for _, leaves := range []bool{true, false} {
			c := sit(t, 4)
			tx := c.minutes(2, 1, 30)
			w := ledger.WriteOff{Unit: ledger.Minutes, From: c.account(1), To: ledger.Common, Amount: 30}
			if n < 0 {
				tx.From, tx.To, w.From, w.To = tx.To, tx.From, w.To, w.From
			}
			// Member 1 says yes on the router of member 2, and closes the account at home.
			ref := c.apart(2, ledger.KindPropose, op.Ref{}, tx)
			c.writeAs(2, 1, ledger.KindSign, ref, nil)
			c.apart(1, ledger.KindShut, op.Ref{}, ledger.Shut{Account: c.account(1)})
			c.MeetAll()
			c.holds(ledger.Minutes, c.account(1), n)
			if leaves {
				c.do(1, ledgertest.KindLeave, op.Ref{}, nil)
			}
			p := ledger.Posting{Unit: w.Unit, From: w.From, To: w.To, Amount: w.Amount, Round: c.Adopt(0, ledger.EffectWriteOff, w)}
			c.do(3, ledger.KindWrite, op.Ref{}, p)
			c.holds(ledger.Minutes, c.account(1), 0)
		}
	}
}

// writeAs lets a member write on another's router, with what that has seen.
func (t *table) writeAs(i, member int, kind op.Kind, subject op.Ref, content any) {
	t.Helper()
	own := t.Devices[i].Member
	t.Devices[i].Member = t.Members[member]
	defer func() { t.Devices[i].Member = own }()
	t.apart(i, kind, subject, content)
}

// TestABucketOutlivesItsOpener: when the one who opened it has left, anybody
// keeps it for its purpose or gives everything back.
func TestABucketOutlivesItsOpener(t *testing.T) {
	c := sit(t, 3)
	b := c.do(0, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: ledger.Minutes, Target: 20, Cap: 20})
	c.do(1, ledger.KindFund, b, ledger.Posting{Unit: ledger.Minutes, From: c.account(1), To: ledger.ProjectAccount(b), Amount: 20})
	c.not("ledger.not-maker", 1, ledger.KindCommit, b, nil)
	c.do(0, ledgertest.KindLeave, op.Ref{}, nil)
	back, err := ledger.ReturnsOf(c.state(), b)
	if err != nil {
		t.Fatal(err)
	}
	c.not("ledger.member", 0, ledger.KindCancel, b, back)
	c.do(2, ledger.KindCommit, b, nil)
	c.do(1, ledger.KindCancel, b, back)
	c.holds(ledger.Minutes, c.account(1), 0)
}

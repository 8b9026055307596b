package ledger_test

import (
	"errors"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"
)

// putAside is a bucket into which each of some members put the same.
func (t *table) putAside(n ledger.Amount, members ...int) (op.Ref, ledger.Account) {
	t.Helper()
	all := n * ledger.Amount(len(members))
	b := t.do(0, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: ledger.Minutes, Target: all, Cap: 2 * all})
	for _, i := range members {
		t.do(i, ledger.KindFund, b, ledger.Posting{Unit: ledger.Minutes, From: t.account(i), To: ledger.ProjectAccount(b), Amount: n})
	}
	return b, ledger.ProjectAccount(b)
}

func (t *table) takeBack(i int, b op.Ref, n ledger.Amount) ledger.Posting {
	return ledger.Posting{Unit: ledger.Minutes, From: ledger.ProjectAccount(b), To: t.account(i), Amount: n}
}

// postings are the transfers that made up an account, the oldest first.
func (t *table) postings(a ledger.Account) (out []op.Ref) {
	for _, o := range t.Ordered(t.All()) {
		if v, ok := t.state().At(ledger.TxKey(o.Ref)).(ledger.Tx); ok && (v.From == a || v.To == a) {
			out = append(out, o.Ref)
		}
	}
	return out
}

// TestNoCorrectionTakesFromABucket: with a friend's yes somebody "puts right" what
// they put in. The bucket would not know, and pay it back to them once more, out of
// what others put in, or after it was kept for its purpose.
func TestNoCorrectionTakesFromABucket(t *testing.T) {
	for _, kept := range []bool{false, true} {
		c := sit(t, 4)
		b, oven := c.putAside(100, 1, 2)
		if kept {
			c.do(0, ledger.KindCommit, b, nil)
		}
		for _, tx := range c.postings(oven) {
			for _, i := range []int{1, 3} { // who put it in, and who did not
				c.not("ledger.use-bucket", i, ledger.KindContra, op.Ref{}, contra(c, tx))
			}
		}
		c.holds(ledger.Minutes, oven, 200)
	}
}

// TestWhoTookBackDoesNotHoldTheBucketFast: what came back into it past its count
// would keep its opener from giving all of it back.
func TestWhoTookBackDoesNotHoldTheBucketFast(t *testing.T) {
	c := sit(t, 4)
	b, oven := c.putAside(100, 1, 2)
	tx := c.do(1, ledger.KindRetract, b, c.takeBack(1, b, 10))
	c.not("ledger.use-bucket", 1, ledger.KindContra, op.Ref{}, contra(c, tx))
	back, err := ledger.ReturnsOf(c.state(), b)
	if err != nil {
		t.Fatal(err)
	}
	c.do(0, ledger.KindCancel, b, back)
	c.holds(ledger.Minutes, oven, 0)
	c.holds(ledger.Minutes, c.account(1), 0)
}

// TestWhatWasGivenBackTwiceApartIsPutRight: a funder takes back while the opener, who
// cannot know, gives everything back. What that one has twice is seen, and goes back
// by a correction.
func TestWhatWasGivenBackTwiceApartIsPutRight(t *testing.T) {
	c := sit(t, 4)
	b, oven := c.putAside(100, 1, 2)
	back, err := ledger.ReturnsOf(c.state(), b)
	if err != nil {
		t.Fatal(err)
	}
	tx := c.apart(1, ledger.KindRetract, b, c.takeBack(1, b, 100))
	c.apart(0, ledger.KindCancel, b, back)
	c.MeetAll()
	c.holds(ledger.Minutes, c.account(1), 100)
	c.holds(ledger.Minutes, oven, -100)
	c.everyOrder(ledger.BucketKey(b), c.state().At(ledger.BucketKey(b)).(ledger.Bucket))
	fix := c.do(1, ledger.KindContra, op.Ref{}, contra(c, tx))
	c.do(3, ledger.KindSign, fix, nil)
	c.holds(ledger.Minutes, c.account(1), 0)
	c.holds(ledger.Minutes, oven, 0)
}

// TestWhoTookBackTwiceApartOwesIt: at two routers that are apart a funder takes the
// same back twice. The bucket remembers it, and when it is given up they bear it, not
// those who put in beside them.
func TestWhoTookBackTwiceApartOwesIt(t *testing.T) {
	c := sit(t, 4)
	b, oven := c.putAside(100, 1, 2)
	c.apart(1, ledger.KindRetract, b, c.takeBack(1, b, 100))
	c.writeAs(3, 1, ledger.KindRetract, b, c.takeBack(1, b, 100))
	c.MeetAll()
	c.holds(ledger.Minutes, c.account(1), 100)
	back, err := ledger.ReturnsOf(c.state(), b)
	if err != nil {
		t.Fatal(err)
	}
	c.do(0, ledger.KindCancel, b, back)
	for _, a := range []ledger.Account{oven, c.account(1), c.account(2)} {
		c.holds(ledger.Minutes, a, 0)
	}
}

// TestNobodyClosesWhatIsOthersToo: an empty tin or bucket is quickly closed by one
// member, and then nothing comes in for good.
func TestNobodyClosesWhatIsOthersToo(t *testing.T) {
	c := sit(t, 3)
	b := c.do(0, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: ledger.Minutes, Target: 10, Cap: 10})
	for _, a := range []ledger.Account{ledger.Tin, ledger.Common, ledger.ProjectAccount(b)} {
		c.not("ledger.account", 2, ledger.KindShut, op.Ref{}, ledger.Shut{Account: a})
	}
	c.do(2, ledger.KindShut, op.Ref{}, ledger.Shut{Account: "pool:drawer"})
	c.fillTin(100)
}

// TestAMonthIsClosedByAClockThatIsTrusted: by the clock of one phone somebody would
// close a month of a year to come, and all months before it were never closed.
func TestAMonthIsClosedByAClockThatIsTrusted(t *testing.T) {
	c := sit(t, 2)
	c.give(0, 1, 60)
	c.MeetAll()
	month := ledger.Close{Month: 209912, Lines: ledger.TrialBalance(c.state()), Head: make([]byte, 32)}
	for _, clock := range []op.Clock{op.ClockNone, op.ClockTold} {
		_, err := c.Write(1, ledgertest.Draft{Kind: ledger.KindClose, Content: month, Time: c.now, Clock: clock})
		if !errors.Is(err, op.Refuse("ledger.clock")) {
			t.Errorf("by clock %d: %v", clock, err)
		}
	}
	c.not("ledger.month", 1, ledger.KindClose, op.Ref{}, month)
	month.Month = 202601
	c.do(1, ledger.KindClose, op.Ref{}, month)
}

// TestWhatTheTinPutIntoAGivenUpBucketComesBack: somebody pays from the tin into a
// bucket while its opener, who cannot know, gives it up. Nobody takes back for the
// tin; two of them put it right, once.
func TestWhatTheTinPutIntoAGivenUpBucketComesBack(t *testing.T) {
	c := sit(t, 4)
	c.fillTin(5000)
	b := c.do(0, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: ledgertest.EUR, Target: 100, Cap: 1000})
	r := c.ask(0, ledger.Request{Unit: ledgertest.EUR, From: ledger.Tin, To: ledger.ProjectAccount(b), Amount: 1000, Purpose: "the oven"})
	e := c.do(0, ledger.KindRequest, op.Ref{}, r)
	c.do(1, ledger.KindApprove, e, nil)
	back, err := ledger.ReturnsOf(c.state(), b)
	if err != nil {
		t.Fatal(err)
	}
	paid := c.apart(2, ledger.KindPay, e, payment(r))
	c.apart(0, ledger.KindCancel, b, back)
	c.MeetAll()
	c.holds(ledgertest.EUR, ledger.ProjectAccount(b), 1000)
	fix := c.do(1, ledger.KindContra, op.Ref{}, contra(c, paid))
	c.do(3, ledger.KindSign, fix, nil)
	c.holds(ledgertest.EUR, ledger.Tin, 5000)
	c.not("ledger.struck", 1, ledger.KindContra, op.Ref{}, contra(c, paid))
}

// TestWhatCameIntoAGivenUpBucketIsTakenBackOnce: two put in while the opener gives it
// up elsewhere. Each takes back what is theirs, and no more by a friend's yes.
func TestWhatCameIntoAGivenUpBucketIsTakenBackOnce(t *testing.T) {
	c := sit(t, 4)
	b := c.do(0, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: ledger.Minutes, Target: 100, Cap: 200})
	oven := ledger.ProjectAccount(b)
	c.MeetAll()
	for _, i := range []int{1, 2} {
		c.apart(i, ledger.KindFund, b, ledger.Posting{Unit: ledger.Minutes, From: c.account(i), To: oven, Amount: 100})
	}
	c.apart(0, ledger.KindCancel, b, ledger.Returns{Unit: ledger.Minutes})
	c.MeetAll()
	c.holds(ledger.Minutes, oven, 200)
	for _, tx := range c.postings(oven) {
		c.not("ledger.use-bucket", 1, ledger.KindContra, op.Ref{}, contra(c, tx))
	}
	for _, i := range []int{1, 2} {
		c.do(i, ledger.KindRetract, b, c.takeBack(i, b, 100))
		c.not("ledger.funded", i, ledger.KindRetract, b, c.takeBack(i, b, 1))
		c.holds(ledger.Minutes, c.account(i), 0)
	}
}

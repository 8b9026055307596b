package ledgertest

import (
	"slices"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// Dice yields numbers from 0 to n-1.
type Dice func(n int) int

// EUR is the currency of random histories.
var EUR = ledger.Cash("EUR")

// Flour is their good.
var Flour = ledger.Good("flour")

// Cell is a world under way: the founding rules are in force, and Steps adds
// random operations, many of them unlawful.
type Cell struct {
	*World
	dice Dice
	now  uint64
}

// Found returns a cell that uses minutes, credit, euro and flour.
func Found(members int, dice Dice) *Cell {
	c := &Cell{World: New(members), dice: dice, now: 1767225600} // 1 January 2026
	c.Adopt(0, ledger.EffectUnit, ledger.UnitInfo{Unit: EUR})
	c.Adopt(0, ledger.EffectUnit, ledger.UnitInfo{Unit: Flour})
	c.MeetAll()
	tin := c.write(0, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: EUR, From: "world:gift", To: ledger.Tin, Amount: 3000})
	c.MeetAll()
	c.write(1, ledger.KindSign, tin, nil)
	c.MeetAll()
	return c
}

// Run takes n random steps. People meet in one of three, which is enough for
// things to be carried on, and leaves much that was done apart.
func (c *Cell) Run(n int) {
	for range n {
		i := c.dice(len(c.Devices))
		c.now += 60 * uint64(c.dice(3*24*60))
		if c.dice(20) == 0 {
			c.MeetAll()
		}
		if c.dice(3) == 0 {
			c.Meet(i, c.dice(len(c.Devices)))
			continue
		}
		c.step(i)
	}
}

func (c *Cell) step(i int) {
	if i == len(c.Members) {
		c.timer(i)
		return
	}
	steps := []func(int){
		c.propose, c.propose, c.propose, c.end, c.end, c.end, c.contra, c.cashIn, c.flour,
		c.request, c.request, c.approve, c.approve, c.approve, c.approve, c.pay, c.pay, c.pay, c.pay, c.reconcile,
		c.pledge, c.pledgeOn, c.bucket, c.fund, c.fund, c.bucketOn,
		c.count, c.agree, c.writeOff, c.closeMonth, c.notebook, c.confirm, c.leave,
	}
	steps[c.dice(len(steps))](i)
}

func (c *Cell) write(i int, kind op.Kind, subject op.Ref, content any) op.Ref {
	clock := op.ClockNTP
	if c.dice(4) == 0 {
		clock = op.ClockTold
	}
	ref, _ := c.Write(i, Draft{Kind: kind, Subject: subject, Content: content, Time: c.now, Clock: clock})
	return ref
}

func (c *Cell) mine(i int) ledger.Account { return ledger.MemberAccount(c.Devices[i].Member) }

func (c *Cell) anybody() ledger.Account {
	return ledger.MemberAccount(c.Members[c.dice(len(c.Members))])
}

// thing picks one of what device i knows of, by the prefix of its key: mostly
// one that fits, so that histories get somewhere.
func (c *Cell) thing(i int, prefix string, fits func(v any) bool) (op.Ref, any) {
	s := c.Devices[i].State
	keys := s.Keys(prefix)
	if c.dice(5) > 0 {
		keys = slices.DeleteFunc(keys, func(k string) bool { return !fits(s[k]) })
	}
	if len(keys) == 0 {
		return op.Ref{}, nil
	}
	k := keys[c.dice(len(keys))]
	ref, _ := op.ParseRef(k[len(prefix):])
	return ref, c.Devices[i].State[k]
}

func (c *Cell) propose(i int) {
	t := ledger.Transfer{Unit: ledger.Minutes, From: c.mine(i), To: c.anybody(),
		Amount: ledger.Amount(1 + c.dice(400)), Note: "bread"}
	if c.dice(3) == 0 {
		t.Unit, t.Amount = ledger.Credit, ledger.Amount(1+c.dice(40))
	}
	if c.dice(2) == 0 {
		t.From, t.To = t.To, t.From
	}
	if c.dice(8) == 0 {
		t.To = ledger.Common
	}
	c.write(i, ledger.KindPropose, op.Ref{}, t)
}

func (c *Cell) end(i int) {
	endings := []op.Kind{ledger.KindSign, ledger.KindSign, ledger.KindSign, ledger.KindSign, ledger.KindErase, ledger.KindRefuse}
	kind := endings[c.dice(len(endings))]
	me := c.Devices[i].Member
	ref, v := c.thing(i, "tx/", func(v any) bool {
		t := v.(ledger.Tx)
		return t.State == ledger.TxPending && t.MaySign(me) == (kind != ledger.KindErase)
	})
	if v != nil {
		c.write(i, kind, ref, nil)
	}
}

func (c *Cell) contra(i int) {
	ref, v := c.thing(i, "tx/", func(v any) bool { return v.(ledger.Tx).State == ledger.TxDone })
	if v == nil {
		return
	}
	if t, err := ledger.ContraOf(c.Devices[i].State, ref, "a mistake"); err == nil {
		c.write(i, ledger.KindContra, op.Ref{}, t)
	}
}

func (c *Cell) cashIn(i int) {
	c.write(i, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: EUR, From: "world:gift", To: ledger.Tin,
		Amount: ledger.Amount(1 + c.dice(5000)), Note: "cake sale"})
}

func (c *Cell) flour(i int) {
	t := ledger.Transfer{Unit: Flour, From: "world:mill", To: "pool:store", Amount: ledger.Amount(1 + c.dice(20))}
	if c.dice(2) == 0 {
		t.From, t.To = "pool:store", "world:used"
	}
	c.write(i, ledger.KindPropose, op.Ref{}, t)
}

func (c *Cell) request(i int) {
	r := ledger.Request{Unit: EUR, From: ledger.Tin, To: "world:bus", Purpose: "bus fare",
		Amount: ledger.Amount(1 + c.dice(4000))}
	if c.dice(2) == 0 {
		r.Amount = ledger.Amount(1 + c.dice(1999)) // one approval will do
	}
	switch c.dice(6) {
	case 0:
		r.Unit, r.From, r.To = ledger.Minutes, ledger.Common, c.anybody()
	case 1:
		if ref, v := c.thing(i, "bucket/", isBucket(ledger.BucketOpen)); v != nil {
			r.To = ledger.ProjectAccount(ref)
		}
	case 2:
		if ref, v := c.thing(i, "bucket/", isBucket(ledger.BucketCommitted)); v != nil {
			r.From, r.Unit = ledger.ProjectAccount(ref), v.(ledger.Bucket).Unit
		}
	}
	c.write(i, ledger.KindRequest, op.Ref{}, ledger.RequestAt(c.Devices[i].State, c.Devices[i].Member, r))
}

func isBucket(s ledger.BucketState) func(any) bool {
	return func(v any) bool { return v.(ledger.Bucket).State == s }
}

func isExpense(f func(ledger.Expense) bool) func(any) bool {
	return func(v any) bool { return f(v.(ledger.Expense)) }
}

func (c *Cell) approve(i int) {
	ref, v := c.thing(i, "expense/", isExpense(func(e ledger.Expense) bool { return e.State <= ledger.ExpenseApproved }))
	switch {
	case v == nil:
	case c.dice(10) == 0:
		c.write(i, ledger.KindDecline, ref, ledger.Reason{Text: "walk"})
	case c.dice(10) == 0:
		c.write(i, ledger.KindRecall, ref, nil)
	default:
		c.write(i, ledger.KindApprove, ref, nil)
	}
}

func (c *Cell) pay(i int) {
	me := c.Devices[i].Member
	ref, v := c.thing(i, "expense/", isExpense(func(e ledger.Expense) bool {
		return e.Requester != me && (e.State == ledger.ExpenseApproved || e.ByRound && e.State == ledger.ExpenseRequested)
	}))
	if v == nil {
		return
	}
	e := v.(ledger.Expense)
	p := ledger.Posting{Unit: e.Unit, From: e.From, To: e.To, Amount: e.Amount}
	if e.ByRound {
		p.Round = c.Adopt(i, ledger.EffectExpense, ledger.Grant{Expense: ref, Unit: e.Unit, Amount: e.Amount})
	}
	c.write(i, ledger.KindPay, ref, p)
}

func (c *Cell) reconcile(i int) {
	paid := isExpense(func(e ledger.Expense) bool { return e.State == ledger.ExpensePaid })
	if ref, v := c.thing(i, "expense/", paid); v != nil {
		c.write(i, ledger.KindReconcile, ref, nil)
	}
}

func (c *Cell) pledge(i int) {
	c.write(i, ledger.KindOffer, op.Ref{}, ledger.Offer{From: c.mine(i), To: c.mine((i + 1) % len(c.Members)), What: "an hour of bicycles",
		Unit: ledger.Minutes, Amount: ledger.Amount(1 + c.dice(120)), Every: ledger.Every(c.dice(3))})
}

func (c *Cell) pledgeOn(i int) {
	ref, v := c.thing(i, "pledge/", func(v any) bool { return v.(ledger.Pledge).State < ledger.PledgeFulfilled })
	if v == nil {
		return
	}
	p := v.(ledger.Pledge)
	switch c.dice(6) {
	case 0, 1:
		c.write(i, ledger.KindAccept, ref, nil)
	case 2:
		c.write(i, ledger.KindPropose, op.Ref{}, ledger.Transfer{Unit: p.Unit, From: p.From, To: p.To, Amount: p.Amount, Pledge: ref})
	case 3:
		fits := func(v any) bool {
			t := v.(ledger.Tx)
			return t.State == ledger.TxDone && t.From == p.From && t.To == p.To
		}
		if tx, t := c.thing(i, "tx/", fits); t != nil {
			f, _ := ledger.FulfilOf(c.Devices[i].State, ref, tx)
			c.write(i, ledger.KindFulfil, ref, f)
		}
	case 4:
		c.write(i, ledger.KindSchedule, ref, ledger.Schedule{Day: 20260401})
	case 5:
		c.write(i, ledger.KindWithdraw, ref, nil)
	}
}

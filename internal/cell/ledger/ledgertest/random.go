package ledgertest

import (
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
	return c
}

// Run takes n random steps. In three of four nobody meets, so that histories
// are full of people who had not seen each other.
func (c *Cell) Run(n int) {
	for range n {
		i := c.dice(len(c.Devices))
		c.now += uint64(c.dice(3 * 24 * 3600))
		if c.dice(4) == 0 {
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
		c.request, c.approve, c.approve, c.pay, c.pay, c.reconcile,
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

// thing picks one of what device i knows of, by the prefix of its key.
func (c *Cell) thing(i int, prefix string) (op.Ref, any) {
	keys := c.Devices[i].State.Keys(prefix)
	if len(keys) == 0 {
		return op.Ref{}, nil
	}
	// The newest are in nobody's particular place, so any will do.
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
	if ref, v := c.thing(i, "tx/"); v != nil {
		c.write(i, endings[c.dice(len(endings))], ref, nil)
	}
}

func (c *Cell) contra(i int) {
	ref, v := c.thing(i, "tx/")
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
	switch c.dice(6) {
	case 0:
		r.Unit, r.From, r.To = ledger.Minutes, ledger.Common, c.anybody()
	case 1:
		if ref, v := c.thing(i, "bucket/"); v != nil {
			r.To = ledger.ProjectAccount(ref)
		}
	case 2:
		if ref, v := c.thing(i, "bucket/"); v != nil {
			r.From, r.Unit = ledger.ProjectAccount(ref), v.(ledger.Bucket).Unit
		}
	}
	c.write(i, ledger.KindRequest, op.Ref{}, ledger.RequestAt(c.Devices[i].State, c.Devices[i].Member, r))
}

func (c *Cell) approve(i int) {
	ref, v := c.thing(i, "expense/")
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
	ref, v := c.thing(i, "expense/")
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
	if ref, v := c.thing(i, "expense/"); v != nil {
		c.write(i, ledger.KindReconcile, ref, nil)
	}
}

func (c *Cell) pledge(i int) {
	c.write(i, ledger.KindOffer, op.Ref{}, ledger.Offer{From: c.mine(i), To: c.anybody(), What: "an hour of bicycles",
		Unit: ledger.Minutes, Amount: ledger.Amount(1 + c.dice(120)), Every: ledger.Every(c.dice(3))})
}

func (c *Cell) pledgeOn(i int) {
	ref, v := c.thing(i, "pledge/")
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
		if tx, t := c.thing(i, "tx/"); t != nil {
			c.write(i, ledger.KindFulfil, ref, ledger.Fulfil{Tx: tx, Amount: t.(ledger.Tx).Amount})
		}
	case 4:
		c.write(i, ledger.KindSchedule, ref, ledger.Schedule{Day: 20260401})
	case 5:
		c.write(i, ledger.KindWithdraw, ref, nil)
	}
}

package ledgertest

import (
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

func (c *Cell) bucket(i int) {
	u := []ledger.Unit{ledger.Minutes, EUR}[c.dice(2)]
	target := ledger.Amount(1 + c.dice(200))
	c.write(i, ledger.KindBucket, op.Ref{}, ledger.Purpose{Name: "a new oven", Unit: u, Target: target, Cap: 2 * target})
}

func (c *Cell) fund(i int) {
	ref, v := c.thing(i, "bucket/", isBucket(ledger.BucketOpen))
	if v == nil {
		return
	}
	p := ledger.Posting{Unit: v.(ledger.Bucket).Unit, From: c.mine(i), To: ledger.ProjectAccount(ref), Amount: ledger.Amount(1 + c.dice(80))}
	if c.dice(3) == 0 {
		p.From, p.To = p.To, p.From
		c.write(i, ledger.KindRetract, ref, p)
		return
	}
	c.write(i, ledger.KindFund, ref, p)
}

func (c *Cell) bucketOn(i int) {
	me := c.Devices[i].Member
	ref, v := c.thing(i, "bucket/", func(v any) bool { return v.(ledger.Bucket).Opener == me })
	if v == nil {
		return
	}
	if c.dice(2) == 0 {
		c.write(i, ledger.KindCommit, ref, nil)
		return
	}
	back, err := ledger.ReturnsOf(c.Devices[i].State, ref)
	if err == nil {
		c.write(i, ledger.KindCancel, ref, back)
	}
}

func (c *Cell) count(i int) {
	s := c.Devices[i].State
	h, _ := s.At(ledger.AcctKey(EUR, ledger.Tin)).(ledger.Holding)
	n := ledger.Counted{Unit: EUR, Account: ledger.Tin, Booked: h.Balance, Counted: max(0, h.Balance+ledger.Amount(c.dice(3)-1))}
	c.write(i, ledger.KindCount, op.Ref{}, n)
}

func (c *Cell) agree(i int) {
	me := c.Devices[i].Member
	other := func(v any) bool { return v.(ledger.Count).By != me }
	if ref, v := c.thing(i, "count/", other); v != nil {
		c.write(i, ledger.KindAgree, ref, v.(ledger.Count).Counted)
	}
}

func (c *Cell) writeOff(i int) {
	w := ledger.WriteOff{Unit: ledger.Minutes, From: ledger.Common, To: c.anybody(), Amount: ledger.Amount(1 + c.dice(300))}
	if h, _ := c.Devices[i].State.At(ledger.AcctKey(w.Unit, w.To)).(ledger.Holding); h.Balance < 0 {
		w.Amount = -h.Balance
	}
	h, _ := c.Devices[i].State.At(ledger.AcctKey(EUR, ledger.Tin)).(ledger.Holding)
	if h.Count != nil && c.dice(2) == 0 {
		w = ledger.WriteOff{Unit: EUR, From: ledger.Difference, To: ledger.Tin, Amount: h.Count.Counted - h.Count.Booked, Count: h.Count.Ref}
		if w.Amount < 0 {
			w.From, w.To, w.Amount = w.To, w.From, -w.Amount
		}
	}
	round := c.Adopt(i, ledger.EffectWriteOff, w)
	c.write(i, ledger.KindWrite, op.Ref{}, ledger.Posting{Unit: w.Unit, From: w.From, To: w.To, Amount: w.Amount, Count: w.Count, Round: round})
}

func (c *Cell) closeMonth(i int) {
	c.write(i, ledger.KindClose, op.Ref{}, ledger.Close{Month: ledger.DayOf(c.now).Month(),
		Lines: ledger.TrialBalance(c.Devices[i].State), Head: make([]byte, 32)})
}

func (c *Cell) notebook(i int) {
	var lines []ledger.Line
	for range 1 + c.dice(3) {
		lines = append(lines, ledger.Line{Day: 20251101 + ledger.Day(c.dice(28)), Unit: ledger.Minutes,
			From: c.mine(i), To: c.mine((i + 1 + c.dice(len(c.Members)-1)) % len(c.Members)), Amount: ledger.Amount(1 + c.dice(200)), Note: "from the notebook"})
	}
	if c.dice(2) == 0 {
		lines = append(lines, ledger.Line{Day: 20251130, Unit: EUR, From: "world:gift", To: ledger.Tin, Amount: 100})
	}
	c.write(i, ledger.KindImport, op.Ref{}, ledger.NewNotebook(lines))
}

func (c *Cell) confirm(i int) {
	kind := ledger.KindConfirm
	if c.dice(4) == 0 {
		kind = ledger.KindDrop
	}
	if ref, v := c.thing(i, "import/", func(v any) bool { return v.(ledger.Import).State == ledger.TxPending }); v != nil {
		c.write(i, kind, ref, nil)
	}
}

// leave is rare: at most one of five who could.
func (c *Cell) leave(i int) {
	switch c.dice(10) {
	case 0:
		if i > 1 {
			c.write(i, KindLeave, op.Ref{}, nil)
		}
	default:
		c.write(i, ledger.KindShut, op.Ref{}, ledger.Shut{Account: c.anybody()})
	}
}

func (c *Cell) timer(i int) {
	ref, v := c.thing(i, "tx/", func(v any) bool { return v.(ledger.Tx).State == ledger.TxPending })
	if v == nil {
		return
	}
	kind := ledger.KindExpire
	if c.dice(2) == 0 {
		kind = ledger.KindMark
	}
	c.write(i, kind, ref, nil)
}

package main

import (
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// favours are what neighbours did for each other, and how many minutes it took.
var favours = []struct {
	what string
	took ledger.Amount
}{
	{"Mending the gate", 120}, {"Bread on Friday", 45}, {"Carrying water", 90}, {"A haircut", 30}, {"Watching the twins", 150},
	{"Help with a letter", 40}, {"Fixing the stove", 75}, {"A ride to the clinic", 60}, {"Digging potatoes", 110}, {"Sharpening knives", 25},
	{"A German lesson", 60}, {"Sewing a zip", 35}, {"Cleaning the gutter", 95}, {"Grafting the plum", 50}, {"Sitting with grandmother", 120},
}

// exchange lets two neighbours write down what one did for the other, on more
// than half of the days.
func (d *demo) exchange(day int) {
	if d.err != nil || d.chance.IntN(100) >= 62 {
		return
	}
	giver := d.chance.IntN(len(d.seats))
	receiver := (giver + 1 + d.chance.IntN(len(d.seats)-1)) % len(d.seats)
	f := favours[d.chance.IntN(len(favours))]
	d.at(day, 15)
	made := d.transfer(d.seats[giver].name, d.seats[receiver].name, f.took+ledger.Amount(5*d.chance.IntN(4)), f.what)
	if made.IsZero() || day < 4 {
		return // it would have gone past a limit, or waits for a yes
	}
	d.submit(d.seats[receiver].name, op.Draft{Kind: ledger.KindSign, Subject: made})
	if d.chance.IntN(40) == 0 {
		d.correct(made, d.seats[giver].name, d.seats[receiver].name, f.took)
	}
}

// transfer is a bill: who gave writes it down, who received says yes.
func (d *demo) transfer(giver, receiver string, amount ledger.Amount, note string) op.Ref {
	return d.submit(giver, op.Draft{Try: true, Kind: ledger.KindPropose, Content: ledger.Transfer{
		Unit: ledger.Minutes, From: d.account(receiver), To: d.account(giver), Amount: amount, Note: note}})[0]
}

func (d *demo) account(name string) ledger.Account { return ledger.MemberAccount(d.by(name).Member) }

// correct puts an entry right together.
func (d *demo) correct(made op.Ref, giver, receiver string, amount ledger.Amount) {
	t, ok := d.log.State().Value(ledger.TxKey(made)).(ledger.Tx)
	if !ok {
		return
	}
	contra := d.submit(giver, op.Draft{Try: true, Kind: ledger.KindContra, Content: ledger.Transfer{
		Unit: t.Unit, From: t.To, To: t.From, Amount: t.Amount, Note: "It was the week before, and written down already", Of: made}})[0]
	if !contra.IsZero() {
		d.submit(receiver, op.Draft{Kind: ledger.KindSign, Subject: contra})
	}
}

// money is what happens to the tin: gifts at the beginning of a month, an
// expense in its middle, a count and the close at its end.
func (d *demo) money(day int) {
	if d.err != nil {
		return
	}
	switch day % 30 {
	case 28:
		d.gift("Moss", "Heron", 800+ledger.Amount(100*d.chance.IntN(6)))
	case 26:
		d.gift("Lantern", "Fern", 1000+ledger.Amount(100*d.chance.IntN(9)))
	case 15:
		d.expense(900+ledger.Amount(50*d.chance.IntN(12)), demoPurposes[d.chance.IntN(len(demoPurposes))])
	case 3:
		d.closeMonth()
	}
}

var demoPurposes = []string{"Bus fares for the clinic", "Lamp oil", "Rope and hooks", "Flour, two sacks", "Paint for the bench", "Screws and hinges"}

func (d *demo) gift(giver, witness string, cents ledger.Amount) {
	ref := d.submit(giver, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{
		Unit: ledger.Cash("EUR"), From: "world:outside", To: ledger.Tin, Amount: cents, Note: "Into the tin, from " + giver}})[0]
	d.submit(witness, op.Draft{Kind: ledger.KindSign, Subject: ref})
}

// expense is asked for by one, approved by others, paid by a third and
// compared with the receipt by a fourth.
func (d *demo) expense(cents ledger.Amount, purpose string) {
	if d.err != nil {
		return
	}
	ask := ledger.RequestAt(d.log.State().Now(), d.by("Kite").Member, ledger.Request{
		Unit: ledger.Cash("EUR"), From: ledger.Tin, To: "world:outside", Amount: cents, Purpose: purpose})
	ref := d.submit("Kite", op.Draft{Kind: ledger.KindRequest, Content: ask})[0]
	d.submit("Heron", op.Draft{Kind: ledger.KindApprove, Subject: ref})
	d.submit("Tide", op.Draft{Kind: ledger.KindApprove, Subject: ref, Try: true})
	d.submit("Ember", op.Draft{Kind: ledger.KindPay, Subject: ref, Content: ledger.Posting{
		Unit: ask.Unit, From: ask.From, To: ask.To, Amount: cents, Note: purpose}})
	d.submit("Fern", op.Draft{Kind: ledger.KindReconcile, Subject: ref})
}

func (d *demo) closeMonth() {
	if d.err != nil {
		return
	}
	state := d.log.State()
	month := ledger.DayOf(uint64(d.now.Unix())).Month()
	head := state.Digest()
	d.submit("Heron", op.Draft{Try: true, Kind: ledger.KindClose, Content: ledger.Close{
		Month: month, Lines: ledger.TrialBalance(state.Now()), Head: head[:]}})
}

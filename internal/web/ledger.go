package web

import (
	"net/http"
	"slices"
	"sort"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

const latelyLines = 8

// ledger is hours and money as one person sees them.
func (b *books) ledger() error {
	v := ui.LedgerView{Doors: ui.LedgerDoors(b.lang), PayURL: "/ledger/pay", AskURL: "/ledger/pledges", AllURL: accountURL(ledger.Minutes, b.mine())}
	if b.rules.GiftMode() {
		v.Gifts, v.AllURL = b.gifts(), ""
	} else {
		for _, u := range b.mutual() {
			v.Books = append(v.Books, b.bookView(u))
		}
	}
	v.Waiting = b.waitingEntries()
	v.Lately = b.lately()
	for _, u := range b.cash() {
		v.Tins = append(v.Tins, b.tin(u))
	}
	goods := b.goods()
	v.Goods = b.goodsView(goods[:min(len(goods), goodsAtOnce)])
	if len(goods) > goodsAtOnce {
		v.AllGoods = ui.Link{URL: goodsURL, Text: b.lang.T("All {1}", len(goods))}
	}
	p := b.page(b.lang.T("Hours and money"))
	p.Wide = true
	return b.show(http.StatusOK, ui.LedgerPage(p, v))
}

// bookView is one book of what members owe one another.
func (b *books) bookView(u ledger.Unit) ui.BookView {
	limits := b.rules.Limits(u)
	v := ui.BookView{Mine: b.sum(u, b.holding(u, b.mine()).Balance), Min: int(limits.Min), Max: int(limits.Max), Bands: b.rules.Bands()}
	listed := map[ledger.Account]bool{}
	for _, m := range b.people.Active() {
		a := ledger.MemberAccount(m)
		listed[a] = true
		v.Everyone = append(v.Everyone, b.holder(u, a, b.holding(u, a).Balance))
	}
	for k, h := range ledger.Accounts(b.at) {
		switch {
		case k.Unit != u || listed[k.Account]:
		case k.Account.Place() == ledger.OfMember && h.Balance != 0:
			v.Everyone = append(v.Everyone, b.holder(u, k.Account, h.Balance)) // left, and not settled
		case k.Account.Place() != ledger.OfMember:
			v.Shared = append(v.Shared, b.holder(u, k.Account, h.Balance))
		}
	}
	rank := func(n int) int { return n }
	if v.Bands { // who is where within a band is theirs
		rank = func(n int) int { return int(b.band(u, n)) }
	}
	sort.SliceStable(v.Everyone, func(i, j int) bool { return rank(int(v.Everyone[i].N)) > rank(int(v.Everyone[j].N)) })
	v.Nudge = b.nudge(u)
	return v
}

func (b *books) band(u ledger.Unit, n int) ledger.Side {
	return ledger.Band(b.rules.Limits(u), ledger.Amount(n))
}

func (b *books) holder(u ledger.Unit, a ledger.Account, n ledger.Amount) ui.Holder {
	h := ui.Holder{Side: b.side(a), N: int64(n)}
	if b.maySee(u, a) {
		h.URL = accountURL(u, a)
	}
	return h
}

// nudge leads who is far to one side towards what others need or offer.
func (b *books) nudge(u ledger.Unit) ui.Link {
	switch ledger.Nudge(b.rules.Limits(u), b.holding(u, b.mine()).Balance) {
	case ledger.Giving:
		return ui.Link{URL: "/ledger/pledges", Text: b.lang.T("See what others offer")}
	case ledger.Receiving:
		return ui.Link{URL: "/ledger/pledge/new", Text: b.lang.T("Say what you could do for somebody")}
	}
	return ui.Link{}
}

func (b *books) gifts() *ui.GiftsView {
	v := &ui.GiftsView{}
	for _, m := range b.people.Active() {
		g, _ := b.state.Value(ledger.GiftsKey(ledger.MemberAccount(m))).(ledger.Gifts)
		v.Everyone = append(v.Everyone, ui.Giver{Side: b.person(m), Given: int(g.Given), Received: int(g.Received)})
		if m == b.me() {
			v.Given, v.Received = int(g.Given), int(g.Received)
		}
	}
	return v
}

// waitingEntries are the transfers that wait for the viewer's yes.
func (b *books) waitingEntries() (out []ui.Entry) {
	for _, x := range ledger.Awaits(b.at, b.me()) {
		if x.Kind == ledger.KindSign {
			out = append(out, b.entryFor(x.Ref))
		}
	}
	return out
}

// entryFor is a transfer as the viewer sees it, from whichever side is theirs.
func (b *books) entryFor(r op.Ref) ui.Entry {
	t, _ := b.state.Value(ledger.TxKey(r)).(ledger.Tx)
	a := t.To
	if t.From == b.mine() || t.To.Place() == ledger.OfWorld {
		a = t.From
	}
	return b.proposal(b.read(r), t, a)
}

// lately is what was written down for the viewer, the newest first.
func (b *books) lately() []ui.Entry {
	var all []line
	for _, u := range b.mutual() {
		some, _ := b.lines(ledger.AcctKey(u, b.mine()), u, b.mine(), newest, latelyLines)
		all = append(all, some...)
	}
	some, _ := b.lines(ledger.GiftsKey(b.mine()), ledger.Minutes, b.mine(), newest, latelyLines)
	all = append(all, some...)
	all = slices.DeleteFunc(all, func(l line) bool { return l.State == ui.TransferWaits && l.Yours })
	var out []ui.Entry
	for _, l := range latest(all) {
		out = append(out, l.Entry)
	}
	return out
}

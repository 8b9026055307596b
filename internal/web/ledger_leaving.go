package web

import (
	"net/http"
	"net/url"
	"strconv"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// leaving helps somebody to go with nothing open.
type leaving struct {
	*books
	who   op.Member
	form  ui.Form
	wrong ui.Wrong
}

// onLeaving finds out whom an address is about.
func onLeaving(f func(*leaving) error) func(*visit) error {
	return func(v *visit) error {
		x := &leaving{books: v.books(), who: v.me()}
		if s := v.r.URL.Query().Get("who"); s != "" {
			m, err := op.ParseMember(s)
			if _, known := x.people.Trust.Member(m); err != nil || !known {
				return errNotFound
			}
			if x.who = m; x.theirs(x.account()) {
				return errNotFound
			}
		}
		return f(x)
	}
}

func (x *leaving) url() string {
	if x.who == x.me() {
		return "/ledger/leaving"
	}
	return "/ledger/leaving?who=" + x.who.String()
}

func (x *leaving) account() ledger.Account { return ledger.MemberAccount(x.who) }

func (x *leaving) show() error { return x.showWith(http.StatusOK) }

func (x *leaving) showWith(status int) error {
	v := ui.LeavingView{Who: x.person(x.who), Form: x.form, To: append([]ui.Choice{x.cellChoice()}, x.partners()...)}
	settled := true
	p := x.leaf(x.lang.T("Settle before you leave"))
	for _, u := range x.mutual() {
		h := x.holding(u, x.account())
		v.Accounts = append(v.Accounts, ui.Open{Sum: x.sum(u, h.Balance), Pending: len(h.Pending), URL: accountURL(u, x.account())})
		settled = settled && h.Balance == 0 && len(h.Pending) == 0
		if w, owes := x.owed(u, x.account()); owes {
			v.RoundURL, _ = x.mandate(w, x.ruleURL(ruleBear, u))
		}
		if w, left := x.left(u, x.account()); left {
			v.TakeURL, _ = x.mandate(w, x.ruleURL(ruleTake, u))
		}
	}
	shut := x.shut(x.account())
	if x.who == x.me() && !shut {
		v.SettleURL = x.url()
	}
	if settled && !shut && (x.who == x.me() || !x.people.IsActive(x.who)) {
		v.CloseURL = x.url()
	}
	p.Wrong = x.wrong
	return x.books.show(status, ui.LeavingPage(p, v))
}

func (x *leaving) ruleURL(rule string, u ledger.Unit) string {
	return "/ledger/rules/new?rule=" + rule + "&unit=" + url.QueryEscape(u.Code()) + "&who=" + x.who.String()
}

// theirs reports whether the figures of an account are for its holder alone:
// where bands were agreed, until that one is gone and the others have to settle.
func (b *books) theirs(a ledger.Account) bool {
	m, _ := a.Holder()
	return b.hides(a) && b.people.IsActive(m)
}

// left is the posting by which all of us take what somebody gave and left
// behind: who is gone, or whose account was closed while it came in elsewhere.
func (b *books) left(u ledger.Unit, a ledger.Account) (ledger.WriteOff, bool) {
	n := b.holding(u, a).Balance
	m, personal := a.Holder()
	return ledger.WriteOff{Unit: u, From: a, To: ledger.Common, Amount: n}, personal && n > 0 && (b.shut(a) || !b.people.IsActive(m)) && !b.theirs(a)
}

// owed is the posting by which the cell bears what somebody received and did
// not give back.
func (b *books) owed(u ledger.Unit, a ledger.Account) (ledger.WriteOff, bool) {
	n := b.holding(u, a).Balance
	return ledger.WriteOff{Unit: u, From: ledger.Common, To: a, Amount: -n}, n < 0 && a.Place() == ledger.OfMember && !b.theirs(a)
}

// settle leaves a balance to somebody, or closes the account when nothing is
// open.
func (x *leaving) settle() error {
	if x.value(ui.FieldBook) == "" {
		return x.close()
	}
	x.form = x.visit.form(x.url())
	to, ok := x.books.account(x.value(ui.FieldTo))
	i, err := strconv.Atoi(x.value(ui.FieldBook))
	units := x.mutual()
	if !ok || err != nil || i < 0 || i >= len(units) || x.who != x.me() {
		x.wrong = ui.Wrong{Title: x.lang.T("Choose one of these."), Field: ui.FieldTo}
		return x.showWith(http.StatusUnprocessableEntity)
	}
	c := ledger.Transfer{Unit: units[i], From: x.mine(), To: to, Amount: x.holding(units[i], x.mine()).Balance, Note: locale.Plain(x.lang.T("Left behind by {1}", x.people.Name(x.me())))}
	refs, err := x.submit(op.Draft{Kind: ledger.KindPropose, Content: c})
	if wrong, refused := x.refusal(c.Unit, c.Amount, err); refused {
		x.wrong = wrong
		return x.showWith(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return x.done(ledgerURL("t", refs[0]), x.lang.T("Written down."), x.lang.T("It counts when they say yes."))
}

func (x *leaving) close() error {
	_, err := x.submit(op.Draft{Kind: ledger.KindShut, Content: ledger.Shut{Account: x.account()}})
	if wrong, refused := x.refusal(ledger.Minutes, 0, err); refused {
		x.wrong = wrong
		return x.showWith(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return x.done("/ledger", x.lang.T("The account is closed."), x.recorded())
}

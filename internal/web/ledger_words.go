package web

import (
	"errors"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// ledgerDeeds say what somebody did in the ledger: {1} is who.
var ledgerDeeds = deedList{
	{ledger.KindPropose, locale.M("{1} wrote it down.")}, {ledger.KindContra, locale.M("{1} wrote a correction down.")},
	{ledger.KindSign, locale.M("{1} said yes.")}, {ledger.KindRefuse, locale.M("{1} said no.")}, {ledger.KindErase, locale.M("{1} took it back.")},
	{ledger.KindExpire, locale.M("The time was over without an answer.")},
	{ledger.KindRequest, locale.M("{1} asked for it.")}, {ledger.KindApprove, locale.M("{1} approved it.")}, {ledger.KindDecline, locale.M("{1} refused it.")},
	{ledger.KindRecall, locale.M("{1} took it back.")}, {ledger.KindPay, locale.M("{1} paid it out.")}, {ledger.KindReconcile, locale.M("{1} compared it with the receipt.")},
	{ledger.KindOffer, locale.M("{1} promised it.")}, {ledger.KindAccept, locale.M("{1} accepted it.")}, {ledger.KindSchedule, locale.M("{1} wrote a day down.")},
	{ledger.KindFulfil, locale.M("{1} wrote down that it was kept.")}, {ledger.KindLapse, locale.M("It ended without being kept.")}, {ledger.KindWithdraw, locale.M("{1} took it back.")},
	{ledger.KindBucket, locale.M("{1} opened it.")}, {ledger.KindFund, locale.M("{1} put something in.")}, {ledger.KindRetract, locale.M("{1} took something back.")},
	{ledger.KindCommit, locale.M("{1} kept it for its purpose.")}, {ledger.KindCancel, locale.M("{1} gave everything back.")}, {ledger.KindWrite, locale.M("{1} carried out what a round decided.")},
}

// deedsOf tells how a thing went, the newest last.
func (b *books) deedsOf(key string) (out []ui.Change) {
	for _, r := range b.stood(key) {
		o := b.read(r)
		if words, ok := ledgerDeeds.of(o.Kind); ok {
			out = append(out, ui.Change{Text: b.lang.T(words, b.people.Name(o.Member)), When: b.when(o)})
		}
	}
	return out
}

// recorded is rule X6: what the router signs for a member, it says.
func (b *books) recorded() string {
	return b.lang.T("This router has written it down for {1}.", b.people.Name(b.me()))
}

// refusal turns the ledger's no into words, with figures where it has some.
func (b *books) refusal(u ledger.Unit, asked ledger.Amount, err error) (ui.Wrong, bool) {
	var r op.Refusal
	if !errors.As(err, &r) {
		return ui.Wrong{}, false
	}
	if who, left, ok := b.lacksRoom(r); ok {
		return b.roomWrong(r, u, who, left, asked, ""), true
	}
	if w, ok := ui.LedgerWrong(b.lang, r.Code); ok {
		return w, true
	}
	return ui.Wrong{Title: b.reason(r)}, true
}

// roomWrong says that an account has less room than asked: a tin is empty, or
// a member is at a limit.
func (b *books) roomWrong(r op.Refusal, u ledger.Unit, who ledger.Account, left room, asked ledger.Amount, field string) ui.Wrong {
	fits, much := b.sum(u, left.fits), b.sum(u, asked)
	if who.Place() != ledger.OfMember && r.Code == "ledger.room-to-give" {
		return ui.TinEmptyWrong(b.lang, b.side(who), fits, much, field)
	}
	if b.hides(who) {
		return ui.LimitReached(b.lang, b.side(who), r.Code == "ledger.room-to-receive", b.sum(u, left.limit), field)
	}
	return ui.LimitWrong(b.lang, b.side(who), r.Code == "ledger.room-to-receive", fits, much, b.sum(u, left.limit), field)
}

// refused is refusal for a form: the words also stand beside the field.
func (b *books) refused(f *ui.Form, err error, fields byCode) (ui.Wrong, bool) {
	wrong, ok := b.visit.refused(f, err, fields)
	var r op.Refusal
	if !ok || !errors.As(err, &r) {
		return wrong, ok
	}
	if w, known := ui.LedgerWrong(b.lang, r.Code); known {
		wrong.Title, wrong.Text = w.Title, w.Text
		if wrong.Field != "" {
			f.Errors[wrong.Field] = w.Title
		}
	}
	return wrong, true
}

// expenseAsks says what an expense waits for: {1} is who asked, {2} how much.
func expenseAsks(k op.Kind) string {
	switch k {
	case ledger.KindApprove:
		return locale.M("{1} asks for {2}. You can approve it.")
	case ledger.KindPay:
		return locale.M("{1} asked for {2}. It is approved, and somebody has to pay it out.")
	}
	return locale.M("{1} asked for {2}. It is paid: compare it with the receipt.")
}

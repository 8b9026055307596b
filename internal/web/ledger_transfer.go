package web

import (
	"net/http"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// transfer is one transfer, or another posting, as one visitor sees it.
type transfer struct {
	*books
	ref   op.Ref
	tx    ledger.Tx
	begun op.Opened
}

// onTransfer finds the transfer that an address names and goes on with it.
func onTransfer(f func(*transfer) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		t := &transfer{books: v.books(), ref: ref}
		t.tx, _ = v.state.Value(ledger.TxKey(ref)).(ledger.Tx)
		if t.begun = t.read(ref); t.begun.Kind != ledger.KindGift && (t.tx.State == 0 || !t.visible()) {
			return errNotFound
		}
		return f(t)
	}
}

// visible keeps to what was agreed: where others' balances are bands, what two
// others wrote down is theirs.
func (t *transfer) visible() bool {
	between := t.tx.From.Place() == ledger.OfMember && t.tx.To.Place() == ledger.OfMember
	return !t.rules.Bands() || !between || t.tx.From == t.mine() || t.tx.To == t.mine()
}

func (t *transfer) url(more ...string) string { return ledgerURL("t", t.ref, more...) }

func (t *transfer) show() error { return t.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (t *transfer) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	v := t.view()
	v.Form = f
	p := t.leaf(t.lang.T("What was given"))
	p.Wrong = wrong
	return t.books.show(status, ui.TransferPage(p, v))
}

func (t *transfer) view() ui.TransferView {
	if t.begun.Kind == ledger.KindGift {
		return t.giftView()
	}
	x := t.tx
	v := ui.TransferView{
		Giver: t.side(x.To), Receiver: t.side(x.From), What: t.what(t.ref), Sum: t.sum(x.Unit, x.Amount), State: txState[x.State],
		Mine: x.Maker == t.me(), By: t.people.Name(t.begun.Member), When: t.when(t.begun), History: t.history(), Thing: t.thing(),
	}
	v.GiverYes, v.ReceiverYes = t.yeses()
	if _, quality := t.Clock.Now(); !quality.Trusted() {
		v.Held = true
	}
	if due := x.Deadline(); due != 0 {
		v.Until = t.lang.Moment(at(due), t.date)
	}
	if x.More != nil {
		v.Crosses = x.More.Crosses
	}
	v.Twice = t.twice()
	t.corrections(&v)
	t.answers(&v)
	return v
}

// twice reports whether what a round decided was carried out more than once, by
// people who had not seen each other, and none of it is put right yet.
func (t *transfer) twice() bool {
	var p ledger.Posting
	if t.begun.Kind != ledger.KindWrite || t.begun.Decode(&p) != nil {
		return false
	}
	m, _ := t.state.Value(ledger.MandateKey(p.Round)).(ledger.Mandate)
	stand := 0
	for _, r := range m.Uses {
		if x, _ := t.state.Value(ledger.TxKey(r)).(ledger.Tx); len(x.Struck()) == 0 {
			stand++
		}
	}
	return stand > 1
}

func (t *transfer) giftView() ui.TransferView {
	var c ledger.GiftGiven
	_ = t.begun.Decode(&c) // the log holds only what decodes
	return ui.TransferView{Giver: t.side(c.From), Receiver: t.side(c.To), What: c.Note, NoAmount: true, State: ui.TransferDone,
		GiverYes: true, ReceiverYes: true, By: t.people.Name(t.begun.Member), When: t.when(t.begun)}
}

// yeses tells who stands behind the transfer: both once it counts, before that
// the side that wrote it down. A posting that needed no yes has both.
func (t *transfer) yeses() (giver, receiver bool) {
	maker := ledger.MemberAccount(t.tx.Maker)
	switch {
	case t.tx.State == ledger.TxDone:
		return true, true
	case t.tx.To == maker:
		return true, false
	case t.tx.From == maker:
		return false, true
	}
	return t.tx.To.Place() == ledger.OfWorld, t.tx.From.Place() == ledger.OfWorld
}

// what says what a transfer was for.
func (b *books) what(r op.Ref) string {
	o := b.read(r)
	switch o.Kind {
	case ledger.KindPropose, ledger.KindContra:
		var c ledger.Transfer
		_ = o.Decode(&c) // the log holds only what decodes
		return c.Note
	}
	for _, x := range b.txns(o) {
		return x.Note
	}
	return ""
}

// thing is what a posting belongs to.
func (t *transfer) thing() *ui.Link {
	if t.tx.More == nil {
		return nil
	}
	for _, x := range []struct {
		ref  op.Ref
		kind op.Kind
		part string
	}{{t.tx.More.Pledge, ledger.KindOffer, "pledge"}, {t.tx.More.Thing, ledger.KindRequest, "expense"}, {t.tx.More.Thing, ledger.KindBucket, "bucket"}} {
		if o := t.read(x.ref); !x.ref.IsZero() && o.Kind == x.kind {
			return &ui.Link{URL: ledgerURL(x.part, x.ref), Text: t.named(o)}
		}
	}
	return nil
}

// named is what people called the thing that an operation began.
func (b *books) named(o op.Opened) string {
	switch o.Kind {
	case ledger.KindOffer:
		var c ledger.Offer
		_ = o.Decode(&c) // the log holds only what decodes
		return c.What
	case ledger.KindRequest:
		var c ledger.Request
		_ = o.Decode(&c)
		return c.Purpose
	case ledger.KindBucket:
		var c ledger.Purpose
		_ = o.Decode(&c)
		return c.Name
	}
	return ""
}

// corrections links what this puts right, and what put it right.
func (t *transfer) corrections(v *ui.TransferView) {
	link := func(r op.Ref) ui.Link {
		words := t.what(r)
		if words == "" {
			words = t.lang.T("Something given")
		}
		return ui.Link{URL: ledgerURL("t", r), Text: words}
	}
	if of := t.tx.Of(); !of.IsZero() {
		first := link(of)
		v.Corrects = &first
	}
	for _, r := range t.tx.Struck() {
		v.Right = append(v.Right, link(r))
	}
	if r, waits := t.correcting(); waits {
		next := link(r)
		v.RightWaits = &next
	}
}

// correcting is the correction that waits for a yes, if there is one.
func (t *transfer) correcting() (op.Ref, bool) {
	if t.tx.More == nil {
		return op.Ref{}, false
	}
	for _, c := range t.tx.More.Contras {
		if c.State == ledger.TxPending {
			return c.Ref, true
		}
	}
	return op.Ref{}, false
}

// answers are what the viewer can do.
func (t *transfer) answers(v *ui.TransferView) {
	if t.tx.State == ledger.TxPending {
		v.Barred = t.barred()
	}
	switch {
	case t.tx.State == ledger.TxPending && t.tx.MaySign(t.me()):
		if v.Yours, v.NoURL = true, t.url("no"); v.Barred == "" {
			v.YesURL = t.url("yes")
		}
	case t.tx.State == ledger.TxPending && t.tx.Maker == t.me():
		v.BackURL = t.url("back")
	case t.tx.State == ledger.TxDone && len(v.Right) == 0 && v.RightWaits == nil && t.mayRight():
		v.RightURL = t.url("right")
	}
	for _, a := range []ledger.Account{t.tx.From, t.tx.To} {
		if a == t.mine() {
			h := t.holding(t.tx.Unit, a).Balance
			after := t.sum(t.tx.Unit, h+t.tx.Amount)
			if a == t.tx.From {
				after = t.sum(t.tx.Unit, h-t.tx.Amount)
			}
			v.After = &after
		}
	}
}

// mayRight asks the rules whether the viewer could correct this.
func (t *transfer) mayRight() bool {
	between := t.tx.From.Place() == ledger.OfMember && t.tx.To.Place() == ledger.OfMember
	return (!between || t.tx.From == t.mine() || t.tx.To == t.mine()) && ledger.Corrigible(t.at, t.tx) && t.barred() == ""
}

// barred says why no yes counts between the two any more: one has left, or has closed
// the account.
func (t *transfer) barred() (words string) {
	var err error
	for _, a := range []ledger.Account{t.tx.From, t.tx.To} {
		if m, personal := a.Holder(); t.shut(a) {
			err = op.Refuse("ledger.closed", a)
		} else if personal && !t.people.IsActive(m) {
			err = op.Refuse("ledger.other-left", a)
		}
	}
	if err != nil {
		_, _, words = t.explain(err)
	}
	return words
}

func (t *transfer) history() (out []ui.Change) {
	for _, r := range t.stood(ledger.TxKey(t.ref)) {
		o := t.read(r)
		words, known := ledgerDeeds.of(o.Kind)
		if !known {
			continue
		}
		c := ui.Change{Text: t.lang.T(words, t.people.Name(o.Member)), When: t.when(o)}
		if o.Kind == ledger.KindContra && r != t.ref {
			c.URL = ledgerURL("t", r)
		}
		out = append(out, c)
	}
	return out
}

// yes counts the transfer. A promise that it keeps is marked so at once.
func (t *transfer) yes() error {
	drafts := []op.Draft{{Kind: ledger.KindSign, Subject: t.ref}}
	if t.tx.More != nil && !t.tx.More.Pledge.IsZero() {
		if f, err := ledger.FulfilOf(t.at, t.tx.More.Pledge, t.ref); err == nil {
			drafts = append(drafts, op.Draft{Kind: ledger.KindFulfil, Subject: t.tx.More.Pledge, Content: f, If: 1, Try: true})
		}
	}
	return t.act(t.lang.T("You said yes."), drafts...)
}

func (t *transfer) no() error {
	return t.act(t.lang.T("You said no. Nothing changed."), op.Draft{Kind: ledger.KindRefuse, Subject: t.ref})
}

func (t *transfer) back() error {
	return t.act(t.lang.T("You took it back."), op.Draft{Kind: ledger.KindErase, Subject: t.ref})
}

// act does what the drafts say and leads back to the transfer. A limit that
// was reached meanwhile is said with its figures.
func (t *transfer) act(said string, drafts ...op.Draft) error {
	_, err := t.submit(drafts...)
	if wrong, ok := t.refusal(t.tx.Unit, t.tx.Amount, err); ok {
		return t.showWith(http.StatusUnprocessableEntity, ui.Form{}, wrong)
	}
	if err != nil {
		return err
	}
	return t.done(t.url(), said, t.recorded())
}

// right writes down a correction: the same amount back, for both to agree to.
func (t *transfer) right() error {
	f := t.form(t.url("right"))
	if t.value(ui.FieldWhy) == "" {
		f.Errors[ui.FieldWhy] = t.lang.T("Say what was wrong.")
		return t.showWith(http.StatusUnprocessableEntity, f, ui.Wrong{Title: t.lang.T("A few words are missing."), Field: ui.FieldWhy})
	}
	c, err := ledger.ContraOf(t.at, t.ref, t.value(ui.FieldWhy))
	var refs []op.Ref
	if err == nil {
		refs, err = t.submit(op.Draft{Kind: ledger.KindContra, Content: c})
	}
	if wrong, ok := t.refused(&f, err, byCode{{"text.long", ui.FieldWhy}, {"text.hidden", ui.FieldWhy}, {"text.spelling", ui.FieldWhy}}); ok {
		wrong.Wrote = t.handBack(wrong)
		return t.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return t.done(ledgerURL("t", refs[0]), t.lang.T("The correction is written down."), t.lang.T("It counts when the other says yes too. The first line stays, and is struck then."))
}

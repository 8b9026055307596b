package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

const payURL = "/ledger/pay"

// payment is the form in which people write down what was given.
type payment struct {
	*books
	form   ui.Form
	wrong  ui.Wrong
	ways   *ui.PayWays
	gave   bool
	other  ledger.Account
	unit   ledger.Unit
	amount ledger.Amount
}

// pay shows the form, filled in with what the address says.
func (b *books) pay() error {
	p := &payment{books: b, form: ui.Form{Action: payURL, Values: map[string]string{}}}
	for _, name := range []string{ui.FieldWay, ui.FieldTo, ui.FieldUnit, ui.FieldHours, ui.FieldMinutes, ui.FieldAmount, ui.FieldFor} {
		p.form.Values[name] = b.r.URL.Query().Get(name)
	}
	return p.show(http.StatusOK)
}

func (p *payment) show(status int) error {
	v := ui.PayView{Form: p.form, To: append(p.partners(), p.cellChoice()), Gift: p.rules.GiftMode(), Ways: p.ways}
	for _, u := range p.mutual() {
		v.Measures = append(v.Measures, p.measure(u))
	}
	if v.Gift {
		v.To = p.partners()
	}
	if len(v.To) > 1 {
		v.To = append([]ui.Choice{{Text: p.lang.T("Choose a name")}}, v.To...)
	}
	page := p.leaf(p.lang.T("Write down hours"))
	page.Wrong = p.wrong
	return p.openly(status, page, ui.PayPage(page, v))
}

// payFields are the fields that refusals of a transfer are about.
var payFields = byCode{
	{"ledger.text", ui.FieldFor}, {"text.long", ui.FieldFor}, {"text.hidden", ui.FieldFor}, {"text.spelling", ui.FieldFor}, {"text.space", ui.FieldFor},
	{"ledger.same-account", ui.FieldTo}, {"ledger.account", ui.FieldTo}, {"ledger.other-left", ui.FieldTo}, {"ledger.closed", ui.FieldTo},
	{"ledger.not-yours", ui.FieldTo},
}

// paid writes down a transfer, which waits for the other's yes.
func (b *books) paid() error {
	p := &payment{books: b, form: b.form(payURL)}
	if !p.take() {
		return p.show(http.StatusUnprocessableEntity)
	}
	if b.rules.GiftMode() {
		return p.give()
	}
	refs, err := b.submit(op.Draft{Kind: ledger.KindPropose, Content: p.transfer()})
	if p.refuse(err) {
		return p.show(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return b.done(ledgerURL("t", refs[0]), b.lang.T("Written down."), p.waitsFor())
}

func (p *payment) waitsFor() string {
	if p.other == ledger.Common {
		return p.lang.T("It counts when a second person says yes.")
	}
	return p.lang.T("It counts when {1} says yes.", p.side(p.other).Name)
}

// take reads the form, and notes what is missing beside its field.
func (p *payment) take() bool {
	p.gave = p.value(ui.FieldWay) != "got"
	var ok bool
	if p.other, ok = p.account(p.value(ui.FieldTo)); !ok {
		return p.lacks(ui.FieldTo, p.lang.T("Choose one of these."), p.lang.T("With whom was it?"))
	}
	if p.value(ui.FieldFor) == "" {
		return p.lacks(ui.FieldFor, p.lang.T("Say what it is for."), p.lang.T("A few words are missing."))
	}
	if p.rules.GiftMode() {
		return true
	}
	units := p.mutual()
	i, _ := strconv.Atoi(p.value(ui.FieldUnit))
	p.unit = units[min(max(i, 0), len(units)-1)]
	p.amount, ok = p.books.amount(p.unit, ui.FieldHours, ui.FieldMinutes, ui.FieldAmount)
	if !ok || p.amount <= 0 {
		return p.lacks(amountField(p.unit), p.noAmount(p.unit), p.noAmount(p.unit))
	}
	return true
}

// lacks notes what is wrong at a field. It returns false, for who reads a form.
func (p *payment) lacks(field, atField, title string) bool {
	p.form.Errors[field] = atField
	p.wrong = ui.Wrong{Title: title, Field: field}
	return false
}

// transfer is what the form says in the words of the books: who received pays.
func (p *payment) transfer() ledger.Transfer {
	t := ledger.Transfer{Unit: p.unit, From: p.other, To: p.mine(), Amount: p.amount, Note: p.value(ui.FieldFor)}
	if !p.gave {
		t.From, t.To = t.To, t.From
	}
	return t
}

// give writes down a gift, which counts at once.
func (p *payment) give() error {
	g := ledger.GiftGiven{From: p.mine(), To: p.other, Note: p.value(ui.FieldFor)}
	if !p.gave {
		g.From, g.To = g.To, g.From
	}
	_, err := p.submit(op.Draft{Kind: ledger.KindGift, Content: g})
	if p.refuse(err) {
		return p.show(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return p.done("/ledger", p.lang.T("Written down."), p.lang.T("A gift needs no yes."))
}

// refuse puts the law's no into the form. It reports whether there was one.
func (p *payment) refuse(err error) bool {
	var r op.Refusal
	if !errors.As(err, &r) {
		return false
	}
	if who, room, ok := p.lacksRoom(r); ok {
		p.limit(r.Code == "ledger.room-to-receive", who, room)
		return true
	}
	p.wrong, _ = p.refused(&p.form, r, payFields)
	if r.Code == "ledger.ask-the-pool" {
		p.wrong.Link = ui.Link{URL: "/ledger/expense/new?from=" + string(ledger.Common), Text: p.lang.T("Ask the others")}
	}
	return true
}

// room is what a refused side still has room for, and the limit in its way.
type room struct{ fits, limit ledger.Amount }

// lacksRoom reads a refusal that is about a limit.
func (b *books) lacksRoom(r op.Refusal) (who ledger.Account, left room, ok bool) {
	if r.Code != "ledger.room-to-give" && r.Code != "ledger.room-to-receive" || len(r.Args) != 5 {
		return "", room{}, false
	}
	who, a := r.Args[0].(ledger.Account)
	fits, f := r.Args[2].(ledger.Amount)
	limit, l := r.Args[4].(ledger.Amount)
	return who, room{fits, limit}, a && f && l
}

// limit says whose limit leaves less room than asked, and the ways on. In the
// words of the books who gives units is who receives hours.
func (p *payment) limit(giving bool, who ledger.Account, left room) {
	field := amountField(p.unit)
	if p.hides(who) {
		p.wrong = ui.LimitReached(p.lang, p.side(who), giving, p.sum(p.unit, left.limit), field)
		p.form.Errors[field] = p.wrong.Title
		return
	}
	fits := left.fits
	if !p.hides(p.other) {
		fits = min(fits, p.fits())
	}
	p.form.Errors[field] = ui.FitsError(p.lang, p.sum(p.unit, fits))
	p.wrong = ui.LimitWrong(p.lang, p.side(who), giving, p.sum(p.unit, left.fits), p.sum(p.unit, p.amount), p.sum(p.unit, left.limit), field)
	p.ways = &ui.PayWays{Other: p.side(p.other).Word(p.lang), Fits: p.sum(p.unit, fits), Gave: p.gave}
	if fits > 0 {
		p.ways.FitsURL = p.filled(fits)
	}
	if words := p.offersOf(p.other); words != "" {
		p.ways.Offers, p.ways.OffersURL = words, "/ledger/pledges"
	}
}

// fits is what both sides have room for.
func (p *payment) fits() ledger.Amount {
	t := p.transfer()
	from := ledger.RoomOf(p.rules, t.Unit, t.From, p.holding(t.Unit, t.From))
	to := ledger.RoomOf(p.rules, t.Unit, t.To, p.holding(t.Unit, t.To))
	return min(from.Give, to.Receive)
}

// filled leads to the form with an amount that fits.
func (p *payment) filled(a ledger.Amount) string {
	q := url.Values{}
	for _, name := range []string{ui.FieldWay, ui.FieldTo, ui.FieldUnit, ui.FieldFor} {
		if s := p.value(name); s != "" {
			q.Set(name, s)
		}
	}
	words := typed(p.unit, a)
	for _, name := range slices.Sorted(maps.Keys(words)) {
		q.Set(name, words[name])
	}
	return payURL + "?" + q.Encode()
}

// offersOf lists what somebody offers, of the promises that are open.
func (b *books) offersOf(a ledger.Account) string {
	var words []string
	for _, g := range b.openPledges() {
		if g.From == a && !slices.Contains(words, g.What) {
			words = append(words, g.What)
		}
	}
	slices.Sort(words)
	return b.lang.List(words)
}

// pledgeAt is a promise and its name.
type pledgeAt struct {
	ref op.Ref
	ledger.Pledge
}

// openPledges are the promises that can still be kept, the oldest first.
func (b *books) openPledges() (out []pledgeAt) {
	for _, t := range b.under(ledger.KindOffer) {
		if g, ok := b.state.Value(t.Key()).(ledger.Pledge); ok && !g.Finished() {
			out = append(out, pledgeAt{t.Ref, g})
		}
	}
	return out
}

// under lists what is under way of one kind.
func (b *books) under(k op.Kind) (out []ledger.Thing) {
	open, _ := b.state.Value(ledger.KeyOpen).(ledger.Open)
	for _, t := range open.Things {
		if t.Kind == k {
			out = append(out, t)
		}
	}
	return out
}

package web

import (
	"net/http"
	"net/url"
	"slices"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

func tinURL(u ledger.Unit) string { return "/ledger/tin?unit=" + url.QueryEscape(u.Code()) }

// tin is the tin of one currency as the first page of the ledger has it.
func (b *books) tin(u ledger.Unit) ui.TinView {
	h := b.holding(u, ledger.Tin)
	t := ui.TinView{Sum: b.sum(u, h.Balance), URL: tinURL(u), AskURL: "/ledger/expense/new?unit=" + url.QueryEscape(u.Code()),
		Flows: b.flows(u, h.Balance), Counted: b.counted(u, h), Overdrawn: ledger.Overdrawn(u, ledger.Tin, h)}
	if label := b.label(u); label != u.Code() {
		t.Name = label
	}
	return t
}

// overdrawn tells, where everybody looks first, that two who could not know of
// each other emptied a tin.
func (v *visit) overdrawn() (out []ui.Banner) {
	b := v.books()
	for _, u := range b.cash() {
		if ledger.Overdrawn(u, ledger.Tin, b.holding(u, ledger.Tin)) {
			out = append(out, ui.Banner{Kind: ui.NoteBanner, Title: v.lang.T("The book shows more taken out than there was."),
				Links: []ui.Link{{URL: tinURL(u), Text: v.lang.T("The tin")}}})
		}
	}
	return out
}

// monthsShown is a year; the chart draws as many of them as have room.
const monthsShown = 12

// flowOf is how the tin of a currency went.
func (b *books) flowOf(u ledger.Unit) ledger.Flow {
	f, _ := b.state.Value(ledger.FlowKey(u)).(ledger.Flow)
	return f
}

// flows are the newest months of a tin, and what was left after each.
func (b *books) flows(u ledger.Unit, now ledger.Amount) (out []ui.Flow) {
	months := b.flowOf(u).Months
	for _, m := range slices.Backward(months[max(0, len(months)-monthsShown):]) {
		first := dayTime(ledger.Day(m.Month*100 + 1))
		f := ui.Flow{Month: b.lang.Month(first), Short: b.lang.MonthShort(first.Month()), In: int64(m.In), Out: int64(m.Out), Left: int64(now)}
		now -= m.In - m.Out
		out = append(out, f)
	}
	slices.Reverse(out)
	return out
}

// counted is the newest count that two agreed on.
func (b *books) counted(u ledger.Unit, h ledger.Holding) *ui.Counted {
	if h.Count == nil {
		return nil
	}
	c, _ := b.state.Value(ledger.CountKey(h.Count.Ref)).(ledger.Count)
	return &ui.Counted{When: b.when(b.read(h.Count.Ref)), By: []string{b.people.Name(c.By), b.people.Name(c.Agreed)},
		Found: b.sum(u, h.Count.Counted), Booked: b.sum(u, h.Count.Booked), Solved: h.Count.Settled}
}

// till is the tin's page at work: one currency, and the form that came back.
type till struct {
	*books
	unit  ledger.Unit
	typed ui.Form
	wrong ui.Wrong
}

// onTill finds the tin that an address names. A cell without a currency is led
// to where one is agreed on.
func onTill(f func(*till) error) func(*visit) error {
	return func(v *visit) error {
		t := &till{books: v.books()}
		all := t.cash()
		if len(all) == 0 {
			return away("/ledger/rules/new?rule=" + ruleCash)
		}
		t.unit = all[0]
		for _, u := range all {
			if u.Code() == v.r.URL.Query().Get("unit") {
				t.unit = u
			}
		}
		return f(t)
	}
}

// path is an address below the tin's, for its currency.
func (t *till) path(more string) string {
	return "/ledger/tin" + more + "?unit=" + url.QueryEscape(t.unit.Code())
}

func (t *till) show() error { return t.showWith(http.StatusOK) }

func (t *till) showWith(status int) error {
	v := t.tin(t.unit)
	v.Form, v.PutURL, v.CountURL = t.typed, t.path("/in"), t.path("/count")
	if p := t.r.URL.Query().Get("pledge"); p != "" {
		v.PutURL += "&pledge=" + url.QueryEscape(p)
	}
	v.All = accountURL(t.unit, ledger.Tin)
	v.Counting, v.Asked = t.counting(), t.asked()
	lines, _ := t.lines(ledger.AcctKey(t.unit, ledger.Tin), t.unit, ledger.Tin, newest, latelyLines)
	for _, l := range lines {
		v.Lately = append(v.Lately, l.Entry)
	}
	for _, u := range t.cash() {
		if u != t.unit {
			v.Others = append(v.Others, ui.Link{URL: tinURL(u), Text: u.Code()})
		}
	}
	p := t.leaf(t.lang.T("The tin"))
	p.Wrong = t.wrong
	return t.books.show(status, ui.TinPage(p, v))
}

// counting is the newest count that waits for a second pair of eyes.
func (t *till) counting() *ui.Counting {
	for _, x := range slices.Backward(t.under(ledger.KindCount)) {
		c, ok := t.state.Value(x.Key()).(ledger.Count)
		if !ok || c.Unit != t.unit || c.Account != ledger.Tin || !c.Agreed.IsZero() {
			continue
		}
		v := &ui.Counting{By: t.person(c.By), When: t.when(t.read(x.Ref)), Found: t.sum(t.unit, c.Counted.Counted), Booked: t.sum(t.unit, c.Booked)}
		if c.By != t.me() {
			v.SameURL = t.path("/count/" + x.Ref.String())
		}
		return v
	}
	return nil
}

// asked are the requests that lie before this tin, and what becomes of a
// difference that two have counted.
func (t *till) asked() (out []ui.Row) {
	for _, x := range t.under(ledger.KindRequest) {
		e, ok := t.state.Value(x.Key()).(ledger.Expense)
		if ok && e.Unit == t.unit && e.From == ledger.Tin {
			asked := &expense{books: t.books, ref: x.Ref, Expense: e, begun: t.read(x.Ref)}
			out = append(out, asked.view().Row(t.lang, ledgerURL("expense", x.Ref)))
		}
	}
	if w, differs := t.gap(); differs {
		to, words := t.mandate(w, "/ledger/rules/new?rule="+ruleGap+"&unit="+url.QueryEscape(t.unit.Code()))
		out = append(out, ui.Row{URL: to, Title: t.lang.T("The count and the book differ."), Text: words, Number: t.sum(t.unit, w.Amount).Words(t.lang)})
	}
	return out
}

// back shows the page again with what was wrong.
func (t *till) back(field string, err error) error {
	if wrong, ok := t.refused(&t.typed, err, byCode{
		{"ledger.amount", field}, {"text.long", ui.FieldFor}, {"text.hidden", ui.FieldFor}, {"text.spelling", ui.FieldFor},
	}); ok {
		t.wrong = wrong
		return t.showWith(http.StatusUnprocessableEntity)
	}
	return err
}

// money reads an amount of the tin's currency.
func (t *till) money(field string) (ledger.Amount, bool) {
	t.typed = t.form("")
	n, ok := figure(t.value(field), t.unit.Decimals())
	if !ok {
		t.typed.Errors[field] = t.lang.T("Write it as 12.50.")
		t.wrong = ui.Wrong{Title: t.typed.Errors[field], Field: field}
	}
	return n, ok
}

// put writes down what somebody laid into the tin.
func (t *till) put() error {
	n, ok := t.money(ui.FieldAmount)
	if !ok {
		return t.showWith(http.StatusUnprocessableEntity)
	}
	c := ledger.Transfer{Unit: t.unit, From: outside, To: ledger.Tin, Amount: n, Note: t.value(ui.FieldFor)}
	if p, err := op.ParseRef(t.r.URL.Query().Get("pledge")); err == nil {
		c.Pledge = p
	}
	refs, err := t.submit(op.Draft{Kind: ledger.KindPropose, Content: c})
	if err != nil {
		return t.back(ui.FieldAmount, err)
	}
	return t.done(ledgerURL("t", refs[0]), t.lang.T("Written down."), t.lang.T("It counts when a second person says yes."))
}

// count writes down what somebody found in the tin.
func (t *till) count() error {
	n, ok := t.money(ui.FieldCounted)
	if !ok {
		return t.showWith(http.StatusUnprocessableEntity)
	}
	c := ledger.Counted{Unit: t.unit, Account: ledger.Tin, Counted: n, Booked: t.holding(t.unit, ledger.Tin).Balance}
	if _, err := t.submit(op.Draft{Kind: ledger.KindCount, Content: c}); err != nil {
		return t.back(ui.FieldCounted, err)
	}
	return t.done(t.path(""), t.lang.T("Your count is written down."), t.lang.T("It stands when a second person found the same."))
}

// same is the second pair of eyes.
func (t *till) same() error {
	ref, err := op.ParseRef(t.r.PathValue("ref"))
	if err != nil {
		return errNotFound
	}
	c, ok := t.state.Value(ledger.CountKey(ref)).(ledger.Count)
	if !ok {
		return errNotFound
	}
	if _, err := t.submit(op.Draft{Kind: ledger.KindAgree, Subject: ref, Content: c.Counted}); err != nil {
		return t.back(ui.FieldCounted, err)
	}
	return t.done(t.path(""), t.lang.T("Counted by two."), t.recorded())
}

// gap is the posting that makes the book follow the last count.
func (t *till) gap() (ledger.WriteOff, bool) {
	h := t.holding(t.unit, ledger.Tin)
	if h.Count == nil || h.Count.Settled || h.Count.Counted == h.Count.Booked {
		return ledger.WriteOff{}, false
	}
	w := ledger.WriteOff{Unit: t.unit, From: ledger.Difference, To: ledger.Tin, Amount: h.Count.Counted - h.Count.Booked, Count: h.Count.Ref}
	if w.Amount < 0 {
		w.From, w.To, w.Amount = w.To, w.From, -w.Amount
	}
	return w, true
}

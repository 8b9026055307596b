package web

import (
	"net/http"
	"net/url"
	"slices"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// expense is one request to what we share, as one visitor sees it.
type expense struct {
	*books
	ref   op.Ref
	begun op.Opened
	ledger.Expense
}

// onExpense finds the request that an address names and goes on with it.
func onExpense(f func(*expense) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		e := &expense{books: v.books(), ref: ref}
		var ok bool
		if e.Expense, ok = v.state.Value(ledger.ExpenseKey(ref)).(ledger.Expense); !ok {
			return errNotFound
		}
		e.begun = e.read(ref)
		return f(e)
	}
}

func (e *expense) url(more ...string) string { return ledgerURL("expense", e.ref, more...) }

func (e *expense) show() error { return e.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (e *expense) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	v := e.view()
	v.Form = f
	e.answers(&v)
	p := e.leaf(v.Purpose)
	p.Wrong = wrong
	return e.books.show(status, ui.ExpensePage(p, v))
}

var expenseStates = [...]ui.ExpenseState{
	ledger.ExpenseRequested: ui.ExpenseAsked, ledger.ExpenseApproved: ui.ExpenseApproved, ledger.ExpensePaid: ui.ExpensePaid,
	ledger.ExpenseReconciled: ui.ExpenseChecked, ledger.ExpenseRefused: ui.ExpenseRefused, ledger.ExpenseWithdrawn: ui.ExpenseBack,
}

func (e *expense) view() ui.ExpenseView {
	v := ui.ExpenseView{
		Purpose: e.named(e.begun), Sum: e.sum(e.Unit, e.Amount), From: e.side(e.From), To: e.payee(), Requester: e.person(e.Requester),
		When: e.when(e.begun), State: expenseStates[e.State], Need: int(e.Need), Disputed: e.Disputed,
		Receipt: e.receipt(), History: e.deedsOf(ledger.ExpenseKey(e.ref)),
	}
	for _, m := range e.Eligible {
		v.Voices = append(v.Voices, ui.Approval{Name: e.people.Name(m), You: m == e.me(), Yes: slices.Contains(e.Approvers, m)})
	}
	for _, p := range e.Paid {
		v.Paid = append(v.Paid, ui.Paid{By: e.person(p.By), When: e.when(e.read(p.Ref)), Sum: e.sum(e.Unit, p.Amount)})
	}
	if e.ByRound {
		v.Voices, v.ByRound = nil, &ui.Link{}
		if r, ok := e.round(); ok {
			v.ByRound = &ui.Link{URL: roundURL(r.Ref), Text: r.Title()}
		}
	}
	e.endings(&v)
	return v
}

// payee is who gets the money in the end: a member's is paid in the open, and
// leaves the books as any money does.
func (e *expense) payee() ui.Side {
	if !e.Payee.IsZero() {
		return e.person(e.Payee)
	}
	return e.side(e.To)
}

// endings are who refused it and why, and who compared it with the receipt.
func (e *expense) endings(v *ui.ExpenseView) {
	for _, r := range e.stood(ledger.ExpenseKey(e.ref)) {
		switch o := e.read(r); o.Kind {
		case ledger.KindDecline:
			var why ledger.Reason
			_ = o.Decode(&why) // the log holds only what decodes
			v.Why, v.By = why.Text, e.people.Name(o.Member)
		case ledger.KindReconcile:
			v.Checked = &ui.Paid{By: e.person(o.Member), When: e.when(o)}
		}
	}
}

// round is the round that decides about this request.
func (e *expense) round() (*consent.Round, bool) {
	return e.effectRound(ledger.EffectExpense, func(r *consent.Round) bool {
		var g ledger.Grant
		return op.Unmarshal(r.Text().Effect.Content, &g) == nil && g.Expense == e.ref
	})
}

// granted is the round that lets this request be paid.
func (e *expense) granted() (op.Ref, bool) {
	if !e.ByRound || e.State != ledger.ExpenseRequested {
		return op.Ref{}, false
	}
	r, ok := e.round()
	if !ok || !r.InForce() {
		return op.Ref{}, false
	}
	return r.Ref, true
}

// answers are what the viewer can do.
func (e *expense) answers(v *ui.ExpenseView) {
	open := e.State == ledger.ExpenseRequested || e.State == ledger.ExpenseApproved
	eligible := slices.Contains(e.Eligible, e.me())
	_, granted := e.granted()
	if open && eligible && !e.ByRound && e.State == ledger.ExpenseRequested && !slices.Contains(e.Approvers, e.me()) {
		v.YesURL = e.url("yes")
	}
	if open && eligible {
		v.NoURL = e.url("no")
	}
	if open && e.Requester == e.me() {
		v.BackURL = e.url("back")
	}
	if e.Requester != e.me() && (e.State == ledger.ExpenseApproved || granted) {
		v.PayURL = e.url("pay")
	}
	if e.State == ledger.ExpensePaid && !slices.ContainsFunc(e.Paid, func(p ledger.Payment) bool { return p.By == e.me() }) {
		v.CheckURL = e.url("checked")
	}
	if e.ByRound && open && v.ByRound.URL == "" && !e.twoOpen() {
		v.RoundURL = e.url("round")
	}
}

// act does what a draft says and leads back to the request.
func (e *expense) act(said string, d op.Draft) error {
	d.Subject = e.ref
	_, err := e.submit(d)
	if wrong, ok := e.refusal(e.Unit, e.Amount, err); ok {
		return e.showWith(http.StatusUnprocessableEntity, ui.Form{}, wrong)
	}
	if err != nil {
		return err
	}
	return e.done(e.url(), said, e.recorded())
}

func (e *expense) yes() error {
	return e.act(e.lang.T("You approved it."), op.Draft{Kind: ledger.KindApprove})
}

func (e *expense) no() error {
	f := e.form(e.url("no"))
	_, err := e.submit(op.Draft{Kind: ledger.KindDecline, Subject: e.ref, Content: ledger.Reason{Text: e.value(ui.FieldWhy)}})
	if wrong, ok := e.refused(&f, err, byCode{{"ledger.text", ui.FieldWhy}, {"text.long", ui.FieldWhy}, {"text.hidden", ui.FieldWhy}, {"text.spelling", ui.FieldWhy}}); ok {
		wrong.Wrote = e.handBack(wrong)
		return e.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return e.done(e.url(), e.lang.T("You refused it."), e.recorded())
}

func (e *expense) takeBack() error {
	return e.act(e.lang.T("You took it back."), op.Draft{Kind: ledger.KindRecall})
}

func (e *expense) pay() error {
	p := ledger.Posting{Unit: e.Unit, From: e.From, To: e.To, Amount: e.Amount}
	if r, ok := e.granted(); ok {
		p.Round = r
	}
	return e.act(e.lang.T("You paid it out."), op.Draft{Kind: ledger.KindPay, Content: p})
}

func (e *expense) checked() error {
	return e.act(e.lang.T("You compared it with the receipt."), op.Draft{Kind: ledger.KindReconcile})
}

// bring opens the round that decides about a request.
func (e *expense) bring() error {
	if r, ok := e.round(); ok {
		return away(roundURL(r.Ref))
	}
	v := e.view()
	grant := ledger.Grant{Expense: e.ref, Unit: e.Unit, Amount: e.Amount}
	text := consent.Text{Title: cutTo(v.Purpose, consent.MaxTitle), What: locale.Plain(e.lang.T("We pay {1} for: {2}.", v.Sum.Words(e.lang), v.Purpose)),
		Why:    locale.Plain(e.lang.T("{1} asks for it.", e.people.Name(e.Requester))),
		Effect: &consent.Effect{Kind: ledger.EffectExpense, Content: op.MustMarshal(grant)}}
	ref, err := e.open(consent.Standard, text)
	if err != nil {
		return err
	}
	return e.done(roundURL(ref), e.lang.T("It lies on the table."), e.lang.T("When it is agreed, somebody who did not ask for it pays it out."))
}

// open brings a text with an effect to the circle.
func (b *books) open(class consent.Class, text consent.Text) (op.Ref, error) {
	opening, err := consent.Open(b.at, b.me(), consent.Opening{Class: class, Text: text})
	if err != nil {
		return op.Ref{}, err
	}
	refs, err := b.submit(op.Draft{Kind: consent.KindOpen, Content: &opening})
	if err != nil {
		return op.Ref{}, err
	}
	return refs[0], nil
}

// cutTo cuts a text to so many letters.
func cutTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return trimmed(string(r[:most]))
	}
	return s
}

// asking is the form that asks what we share to pay for something.
type asking struct {
	*books
	unit  ledger.Unit
	form  ui.Form
	wrong ui.Wrong
	file  []byte // the picture, drawn anew
}

const askURL = "/ledger/expense/new"

// onAsking finds out in which unit the address asks.
func onAsking(f func(*asking) error) func(*visit) error {
	return func(v *visit) error {
		a := &asking{books: v.books()}
		code, from := v.r.URL.Query().Get("unit"), v.r.URL.Query().Get("from")
		mutual := a.mutual()
		if a.rules.GiftMode() {
			mutual = nil
		}
		units := append(a.cash(), mutual...)
		if from == string(ledger.Common) {
			units = mutual
		}
		i := slices.IndexFunc(units, func(u ledger.Unit) bool { return code == "" || u.Code() == code })
		if i < 0 {
			return away("/ledger/tin") // where a currency is agreed on
		}
		a.unit = units[i]
		return f(a)
	}
}

func (a *asking) action() string {
	return askURL + "?unit=" + url.QueryEscape(a.unit.Code())
}

func (a *asking) show() error {
	a.form = ui.Form{Action: a.action(), Values: map[string]string{ui.FieldFrom: a.r.URL.Query().Get("from")}}
	return a.showWith(http.StatusOK)
}

func (a *asking) showWith(status int) error {
	a.form.Action = a.action()
	from := a.sources()
	s := a.rules.Spending(a.unit)
	v := ui.NewExpenseView{Picture: true, Kept: ledger.ReceiptDays, MaxBytes: "8 MB", Form: a.form, To: a.payees(), Measure: a.measure(a.unit), InIt: a.sum(a.unit, a.holding(a.unit, from[0]).Balance),
		Rule: ui.SpendingRule(a.lang, a.sum(a.unit, s.Small), a.sum(a.unit, s.Large), int(s.ByLarge))}
	for _, x := range from {
		v.From = append(v.From, ui.Choice{Value: string(x), Text: locale.Capital(a.side(x).Word(a.lang))})
	}
	p := a.leaf(a.lang.T("Ask the others"))
	p.Wrong = a.wrong
	return a.books.show(status, ui.NewExpensePage(p, v))
}

// sources are what can pay in this unit: the tin or the common account, and
// the buckets that are kept for their purpose.
func (a *asking) sources() []ledger.Account {
	out := []ledger.Account{ledger.Tin}
	if a.unit.Mutual() {
		out[0] = ledger.Common
	}
	return append(append(out, a.buckets(ledger.BucketCommitted)...), a.projectAccounts(a.unit, true)...)
}

// buckets are the accounts of the buckets in one state.
func (a *asking) buckets(s ledger.BucketState) (out []ledger.Account) {
	for _, t := range a.under(ledger.KindBucket) {
		if x, ok := a.state.Value(t.Key()).(ledger.Bucket); ok && x.Unit == a.unit && x.State == s {
			out = append(out, ledger.ProjectAccount(t.Ref))
		}
	}
	return out
}

// payees are the members, somebody outside where there is money, and buckets
// that the tin can fill.
func (a *asking) payees() (out []ui.Choice) {
	if !a.unit.Mutual() {
		out = append(out, ui.Choice{Value: string(outside), Text: a.lang.T("Somebody outside")})
	}
	out = append(out, ui.Choice{Value: a.me().String(), Text: a.people.Name(a.me())})
	out = append(out, a.others()...)
	for _, x := range append(a.buckets(ledger.BucketOpen), a.projectAccounts(a.unit, false)...) {
		out = append(out, ui.Choice{Value: string(x), Text: a.side(x).Name})
	}
	return out
}

// ask writes the request down, with who may approve it as the cell is now.
func (a *asking) ask() error {
	a.form = a.visit.form("")
	r, ok := a.request()
	if ok {
		r.Receipt, ok = a.picture()
	}
	if !ok {
		return a.showWith(http.StatusUnprocessableEntity)
	}
	refs, err := a.submit(op.Draft{Kind: ledger.KindRequest, Content: ledger.RequestAt(a.at, a.me(), r)})
	if wrong, refused := a.refused(&a.form, err, byCode{
		{"ledger.text", ui.FieldFor}, {"text.long", ui.FieldFor}, {"text.hidden", ui.FieldFor}, {"text.spelling", ui.FieldFor},
		{"ledger.account", ui.FieldPayee}, {"ledger.same-account", ui.FieldPayee}, {"ledger.amount", ui.FieldAmount}, {"ledger.cap", ui.FieldAmount},
	}); refused {
		a.wrong = wrong
		return a.showWith(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return a.done(ledgerURL("expense", refs[0]), a.lang.T("You have asked."), a.lang.T("The others see it now. You cannot approve it yourself, nor pay it out.")+a.keep(refs[0]))
}

// request reads the form. What is asked for in hours may be "1:30".
func (a *asking) request() (ledger.Request, bool) {
	r := ledger.Request{Unit: a.unit, Purpose: a.value(ui.FieldFor), From: a.sources()[0]}
	var ok bool
	if a.unit == ledger.Minutes {
		r.Amount, ok = minutes(a.value(ui.FieldAmount), "")
	} else {
		r.Amount, ok = figure(a.value(ui.FieldAmount), a.unit.Decimals())
	}
	if !ok || r.Amount <= 0 {
		a.form.Errors[ui.FieldAmount] = a.lang.T("Only a number belongs here, greater than zero.")
		a.wrong = ui.Wrong{Title: a.form.Errors[ui.FieldAmount], Field: ui.FieldAmount}
		return r, false
	}
	if i := slices.Index(a.sources(), ledger.Account(a.value(ui.FieldFrom))); i >= 0 {
		r.From = a.sources()[i]
	}
	a.to(&r)
	return r, true
}

// to fills in who gets it. Money that a member gets leaves the books.
func (a *asking) to(r *ledger.Request) {
	value := a.value(ui.FieldPayee)
	r.To = outside
	if x := ledger.Account(value); x.Place() == ledger.OfProject {
		r.To = x
		return
	}
	if m, err := op.ParseMember(value); err == nil {
		r.Payee = m
		if a.unit.Mutual() {
			r.To = ledger.MemberAccount(m)
		}
	}
}

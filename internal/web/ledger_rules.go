package web

import (
	"net/http"
	"net/url"
	"strconv"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// The rules that can be changed, as addresses name them.
const (
	ruleHours    = "hours"
	ruleCredit   = "credit"
	ruleCash     = "cash"
	ruleSpending = "spending"
	ruleBands    = "bands"
	ruleGift     = "gift"
	ruleGap      = "gap"  // what becomes of a difference in the tin
	ruleBear     = "bear" // the cell bears what somebody owes
	ruleTake     = "take" // the cell takes what somebody left behind
	ruleSilence  = "silence"
	ruleShown    = "shown" // guests see how the fund goes
)

// rulesPage is what the cell agreed for its books.
func (b *books) rulesPage() error {
	v := ui.RulesView{NewURL: "/ledger/rules/new", Members: len(b.people.Active()),
		Gift: b.agreedOn(ledger.EffectGiftMode, nil), Bands: b.agreedOn(ledger.EffectBands, nil)}
	v.Gift.On, v.Bands.On = b.rules.GiftMode(), b.rules.Bands()
	v.Shown = b.agreedOn(ledger.EffectShown, nil)
	v.Shown.On = b.rules.Shown()
	v.Silence = b.agreedOn(cell.EffectSilence, nil)
	v.Silence.On = cell.RulesOf(b.state).SilenceConsents()
	for _, u := range b.mutual() {
		l := b.rules.Limits(u)
		v.Limits = append(v.Limits, ui.Limit{In: b.measure(u), Min: int(l.Min), Max: int(l.Max), By: b.limitsBy(u)})
	}
	for _, u := range b.cash() {
		s := b.rules.Spending(u)
		v.Spending = append(v.Spending, ui.SpendingLine{Small: b.sum(u, s.Small), Large: b.sum(u, s.Large), ByLarge: int(s.ByLarge), By: b.spendingBy(u)})
	}
	for _, s := range roundList(b.state).Live() {
		r, _ := b.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil || r.Text().Effect == nil {
			continue
		}
		if words := b.effectWords(*r.Text().Effect); words == s.Title {
			v.Changes = append(v.Changes, ui.Row{URL: roundURL(s.Ref), Title: s.Title})
		} else if words != "" {
			v.Changes = append(v.Changes, ui.Row{URL: roundURL(s.Ref), Title: s.Title, Text: words})
		}
	}
	return b.show(http.StatusOK, ui.RulesPage(b.leaf(b.lang.T("What we agreed")), v))
}

// agreedOn says by which round a rule is in force.
func (b *books) agreedOn(kind string, fits func(*consent.Effect) bool) ui.Agreed {
	r, ok := b.agreed(kind, fits)
	if !ok {
		return ui.Agreed{}
	}
	a := ui.Agreed{URL: roundURL(r.Ref)}
	if a.When = b.lang.T("then"); r.Adopted.Time != 0 {
		a.When = b.lang.On(at(r.Adopted.Time), b.date)
	}
	return a
}

// limitsBy is the round that set the limits of a unit: one of its own, or the
// founding.
func (b *books) limitsBy(u ledger.Unit) ui.Agreed {
	a := b.agreedOn(ledger.EffectLimits, func(e *consent.Effect) bool {
		var l ledger.LimitsEffect
		return op.Unmarshal(e.Content, &l) == nil && l.Unit == u
	})
	if a.URL != "" {
		return a
	}
	return b.agreedOn(cell.EffectFounding, func(e *consent.Effect) bool {
		var f cell.Founding
		if op.Unmarshal(e.Content, &f) != nil {
			return false
		}
		for _, l := range f.Limits {
			if l.Unit == u {
				return true
			}
		}
		return false
	})
}

func (b *books) spendingBy(u ledger.Unit) ui.Agreed {
	return b.agreedOn(ledger.EffectSpending, func(e *consent.Effect) bool {
		var s ledger.SpendingEffect
		return op.Unmarshal(e.Content, &s) == nil && s.Unit == u
	})
}

// change is a change of a rule that somebody proposes: the figures that it
// takes, and why.
type change struct {
	*books
	rule  string
	unit  ledger.Unit
	who   ledger.Account
	form  ui.Form
	wrong ui.Wrong
}

// The fields of a change.
const (
	fieldLow      = "low"
	fieldHigh     = "high"
	fieldSmall    = "small"
	fieldLarge    = "large"
	fieldByLarge  = "bylarge"
	fieldCurrency = "currency"
	fieldPlace    = "place"
)

// onChange finds out which rule an address is about.
func onChange(f func(*change) error) func(*visit) error {
	return func(v *visit) error {
		q := v.r.URL.Query()
		c := &change{books: v.books(), rule: q.Get("rule"), unit: ledger.Minutes}
		for _, u := range append(append(c.cash(), ledger.Minutes), ledger.Credit) {
			if u.Code() == q.Get("unit") {
				c.unit = u
			}
		}
		if c.rule == ruleCredit {
			c.unit = ledger.Credit
		}
		if m, err := op.ParseMember(q.Get("who")); err == nil {
			c.who = ledger.MemberAccount(m)
		}
		return f(c)
	}
}

func (c *change) action() string {
	q := url.Values{"rule": {c.rule}, "unit": {c.unit.Code()}}
	if m, ok := c.who.Holder(); ok {
		q.Set("who", m.String())
	}
	return "/ledger/rules/new?" + q.Encode()
}

func (c *change) show() error {
	if c.rule == "" {
		return c.choose()
	}
	c.form = ui.Form{Values: c.asItIs()}
	return c.showWith(http.StatusOK)
}

// choose asks which rule it is about.
func (c *change) choose() error {
	l := c.lang
	rows := []ui.Row{{URL: "?rule=" + ruleHours, Title: l.T("How far hours may go"), Text: c.limitsNow(ledger.Minutes)},
		{URL: "?rule=" + ruleCredit, Title: l.T("Credits, beside hours"), Text: l.T("A second thing to count, with limits of its own")},
		{URL: "?rule=" + ruleCash, Title: l.T("A tin for a currency"), Text: l.T("Real money, counted by two")}}
	for _, u := range c.cash() {
		rows = append(rows, ui.Row{URL: "?rule=" + ruleSpending + "&unit=" + u.Code(), Title: l.T("Who approves what the tin pays: {1}", u.Code())})
	}
	rows = append(rows,
		ui.Row{URL: "?rule=" + ruleBands, Title: l.T("How much we see of each other"), Text: c.turnWords(ruleBands)},
		ui.Row{URL: "?rule=" + ruleGift, Title: l.T("Counting, or not"), Text: c.turnWords(ruleGift)},
		ui.Row{URL: "?rule=" + ruleShown, Title: l.T("What guests see of our money"), Text: c.turnWords(ruleShown)},
		ui.Row{URL: "?rule=" + ruleSilence, Title: l.T("What silence means"), Text: c.turnWords(ruleSilence)})
	for i := range rows {
		rows[i].URL = "/ledger/rules/new" + rows[i].URL
	}
	p := c.leaf(l.T("Propose a change"))
	p.Back = ui.Link{URL: "/ledger/rules", Text: l.T("What we agreed")}
	return c.books.show(http.StatusOK, ui.Around(ui.Layout(p), ui.Within("h1", "", ui.Words(l.T("What should change?"))), ui.Rows(rows)))
}

func (c *change) limitsNow(u ledger.Unit) string {
	l := c.rules.Limits(u)
	return c.effectWords(c.effectOf(ledger.EffectLimits, ledger.LimitsEffect{Unit: u, Min: l.Min, Max: l.Max, Cap: l.Cap}))
}

func (c *change) effectOf(kind string, content any) consent.Effect {
	return consent.Effect{Kind: kind, Content: op.MustMarshal(content)}
}

// turnWords says what turning a switch would mean.
func (c *change) turnWords(rule string) string {
	e, _ := (&change{books: c.books, rule: rule}).effect()
	return c.effectWords(e)
}

// asItIs fills the form with the rule in force.
func (c *change) asItIs() map[string]string {
	l, s := c.rules.Limits(c.unit), c.rules.Spending(c.unit)
	switch c.rule {
	case ruleHours:
		return map[string]string{fieldLow: strconv.Itoa(int(-l.Min / 60)), fieldHigh: strconv.Itoa(int(l.Max / 60))}
	case ruleCredit:
		return map[string]string{fieldLow: strconv.Itoa(int(-l.Min)), fieldHigh: strconv.Itoa(int(l.Max))}
	case ruleSpending:
		d := c.unit.Decimals()
		return map[string]string{fieldSmall: ledger.Decimal(s.Small, d), fieldLarge: ledger.Decimal(s.Large, d), fieldByLarge: strconv.Itoa(int(s.ByLarge))}
	case ruleCash:
		return map[string]string{fieldCurrency: "EUR"}
	}
	return map[string]string{}
}

// fields are the questions of a change.
func (c *change) fields() []ui.Component {
	l, f := c.lang, c.form
	figure := func(name, label, hint string) ui.Component {
		return ui.Input(f.Field(name, label, hint).As(ui.Figure).UpTo(12).Must())
	}
	switch c.rule {
	case ruleHours:
		return []ui.Component{figure(fieldLow, l.T("How many hours can one receive more than one gave?"), ""), figure(fieldHigh, l.T("How many hours can one give more than one received?"), "")}
	case ruleCredit:
		return []ui.Component{figure(fieldLow, l.T("How many credits can one receive more than one gave?"), ""), figure(fieldHigh, l.T("How many credits can one give more than one received?"), "")}
	case ruleSpending:
		return []ui.Component{figure(fieldSmall, l.T("Below how much is one approval enough, in {1}?", c.unit.Code()), ""),
			figure(fieldLarge, l.T("Below how much are two enough, in {1}?", c.unit.Code()), ""),
			figure(fieldByLarge, l.T("How many approve more than that?"), l.T("0 means: a round decides"))}
	case ruleCash:
		return []ui.Component{ui.Input(f.Field(fieldCurrency, l.T("Which currency?"), l.T("Its three letters: EUR, USD, BRL")).As(ui.Code).UpTo(3).Must()),
			ui.Input(f.Field(fieldPlace, l.T("Where does the tin stand?"), l.T("In the kitchen, for example. You may leave it out.")).UpTo(60))}
	}
	return nil
}

// showWith asks for the figures of a change and why; where there are no
// figures, it says what would change.
func (c *change) showWith(status int) error {
	l := c.lang
	e, ok := c.effect()
	fields := c.fields()
	if !ok && fields == nil {
		return errNotFound
	}
	if c.wrong.Title == "" && fields == nil {
		fields = []ui.Component{ui.Within("p", "speak", ui.Words(c.effectWords(e)))}
	}
	c.form.Action = c.action()
	if view := c.bringing(status, c.form); view.Closed != "" {
		p := c.leaf(l.T("Propose a change"))
		p.Back = ui.Link{URL: "/ledger/rules", Text: l.T("What we agreed")}
		return c.books.show(status, ui.NewRoundPage(p, view))
	}
	parts := append(fields,
		ui.Input(c.form.Field(ui.FieldWhy, l.T("Why? What is it for?"), l.T("What do you see or need that makes you ask?")).Lines(3).UpTo(4000).Must()),
		ui.Send(l.T("Bring it to the circle")),
		ui.Within("p", "small soft", ui.Words(l.T("Everyone in the cell sees it at once. It is agreed when all have been heard and nobody objects. This router writes it down for {1}.", c.people.Name(c.me())))))
	p := c.leaf(l.T("Propose a change"))
	p.Back = ui.Link{URL: "/ledger/rules", Text: l.T("What we agreed")}
	p.Wrong = c.wrong
	return c.books.show(status, ui.Around(ui.Layout(p), ui.Within("h1", "", ui.Words(l.T("Propose a change"))), ui.Around(ui.Post(p, c.form.Action), parts...)))
}

// effect is what the change would do, as far as the form says it.
func (c *change) effect() (consent.Effect, bool) {
	switch c.rule {
	case ruleHours, ruleCredit:
		return c.limitsEffect()
	case ruleSpending:
		return c.spendingEffect()
	case ruleCash:
		u := ledger.Cash(c.value(fieldCurrency))
		return c.effectOf(ledger.EffectUnit, ledger.UnitInfo{Unit: u, Label: c.value(fieldPlace)}), u.Class() == ledger.ClassCash
	case ruleBands:
		return c.effectOf(ledger.EffectBands, ledger.Switch{On: !c.rules.Bands()}), true
	case ruleGift:
		return c.effectOf(ledger.EffectGiftMode, ledger.Switch{On: !c.rules.GiftMode()}), true
	case ruleShown:
		return c.effectOf(ledger.EffectShown, ledger.Switch{On: !c.rules.Shown()}), true
	case ruleSilence:
		return c.effectOf(cell.EffectSilence, cell.Switch{On: !cell.RulesOf(c.state).SilenceConsents()}), true
	case ruleGap:
		w, ok := (&till{books: c.books, unit: c.unit}).gap()
		return c.effectOf(ledger.EffectWriteOff, w), ok
	case ruleBear:
		w, ok := c.owed(c.unit, c.who)
		return c.effectOf(ledger.EffectWriteOff, w), ok
	case ruleTake:
		w, ok := c.left(c.unit, c.who)
		return c.effectOf(ledger.EffectWriteOff, w), ok
	}
	return consent.Effect{}, false
}

func (c *change) limitsEffect() (consent.Effect, bool) {
	part := ledger.Amount(1)
	if c.unit == ledger.Minutes {
		part = 60
	}
	low, ok := figure(c.value(fieldLow), 0)
	high, fine := figure(c.value(fieldHigh), 0)
	if !ok || !fine {
		return consent.Effect{}, false
	}
	l := ledger.LimitsEffect{Unit: c.unit, Min: -low * part, Max: high * part, Cap: c.rules.Limits(c.unit).Cap}
	return c.effectOf(ledger.EffectLimits, l), true
}

func (c *change) spendingEffect() (consent.Effect, bool) {
	small, a := figure(c.value(fieldSmall), c.unit.Decimals())
	large, b := figure(c.value(fieldLarge), c.unit.Decimals())
	by, d := figure(c.value(fieldByLarge), 0)
	s := ledger.SpendingEffect{Unit: c.unit, Small: small, Large: large, ByLarge: uint8(min(by, 255))}
	return c.effectOf(ledger.EffectSpending, s), a && b && d
}

// unread notes which of the figures of a change is none.
func (c *change) unread() bool {
	if c.rule == ruleCash && ledger.Cash(c.value(fieldCurrency)).Class() != ledger.ClassCash {
		c.form.Errors[fieldCurrency] = c.lang.T("Its three letters: EUR, USD, BRL")
		c.wrong = ui.Wrong{Title: c.form.Errors[fieldCurrency], Field: fieldCurrency}
		return true
	}
	money := c.unit.Decimals()
	for _, x := range []struct {
		field  string
		places int
	}{{fieldLow, 0}, {fieldHigh, 0}, {fieldSmall, money}, {fieldLarge, money}, {fieldByLarge, 0}} {
		if _, ok := figure(c.value(x.field), x.places); ok || !c.r.PostForm.Has(x.field) {
			continue
		}
		c.form.Errors[x.field] = c.lang.T("Only a number belongs here, greater than zero.")
		if x.places == 0 {
			c.form.Errors[x.field] = c.lang.T("Write a whole number.")
		}
		c.wrong = ui.Wrong{Title: c.form.Errors[x.field], Field: x.field}
		return true
	}
	return false
}

// propose opens the round.
func (c *change) propose() error {
	c.form = c.visit.form(c.action())
	e, ok := c.effect()
	if !ok || e.Kind != cell.EffectSilence && ledger.CheckEffect(e.Kind, e.Content) != nil {
		if c.fields() == nil {
			return errNotFound
		}
		if c.unread() {
			return c.showWith(http.StatusUnprocessableEntity)
		}
		c.wrong = ui.Wrong{Title: c.lang.T("These figures do not go together."), Text: c.lang.T("None of them can be zero or less, and the first limit lies below the second. A currency has three letters.")}
		return c.showWith(http.StatusUnprocessableEntity)
	}
	words := c.effectWords(e)
	words = locale.Plain(words)
	text := consent.Text{Title: cutTo(words, consent.MaxTitle), What: words, Why: c.value(ui.FieldWhy), Effect: &e}
	ref, err := c.open(consent.Agreement, text)
	if wrong, refused := c.refused(&c.form, err, textFields); refused {
		c.wrong = wrong
		return c.showWith(http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return c.done(roundURL(ref), c.lang.T("It lies on the table."), c.lang.T("Everyone in the cell can see it now. Say what you think of it yourself, too."))
}

package web

import (
	"net/http"
	"slices"
	"strconv"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

func goodURL(u ledger.Unit, more ...string) string {
	url := "/ledger/goods/" + u.Code()
	for _, m := range more {
		url += "/" + m
	}
	return url
}

var useWords = [...]string{
	ledger.OfFirstAid: locale.M("First aid"), ledger.OfTransport: locale.M("Getting around"), ledger.OfKits: locale.M("Parts of our kits"),
	ledger.OfFood: locale.M("Food"), ledger.OfElse: locale.M("Something else"),
}

// good is one sort of thing in store, as one visitor sees it.
type good struct {
	*books
	unit ledger.Unit
	ledger.Holding
	kept ledger.Kept
}

func (b *books) good(u ledger.Unit) *good {
	return &good{b, u, b.holding(u, store), b.book.KeptAs(u)}
}

func onGood(f func(*good) error) func(*visit) error {
	return func(v *visit) error {
		b, u := v.books(), ledger.Good(v.r.PathValue("good"))
		if !slices.Contains(b.goods(), u) {
			return errNotFound
		}
		return f(b.good(u))
	}
}

// low reports whether there is less than there should be.
func (g *good) low() bool { return g.kept.Use != ledger.OfNothing && g.Balance < g.kept.Least }

// outlook looks ahead from today, where today is known.
func (g *good) outlook() (out ledger.Outlook) {
	if now, trusted := g.clocked(); trusted {
		out = g.Outlook(ledger.DayOf(now))
	}
	return out
}

// lacks says in one line what has to be seen to; empty for nothing.
func (g *good) lacks() string {
	out := g.outlook()
	switch {
	case g.low():
		return g.lang.T("{1} of at least {2} are there.", int(g.Balance), int(g.kept.Least))
	case out.Past > 0:
		return g.lang.N("One is past its day.", "{1} are past their day.", int(out.Past))
	case out.Spoil > 0:
		return g.lang.N("One will be past its day before it is used: {2}.", "{1} will be past their day before they are used: {2}.", int(out.Spoil), g.lang.ShortYear(dayTime(out.Day)))
	}
	return ""
}

// goodNote is lacks for a list.
func (b *books) goodNote(u ledger.Unit) string { return b.good(u).lacks() }

// stockNeeds are what the store needs, as needs of all of us: they come by
// themselves when something runs low or will spoil, and go when it is seen to.
func (b *books) stockNeeds() (out []ui.Row) {
	promised := b.promisedFor()
	for _, k := range b.book.Kept() {
		g := b.good(k.Unit)
		words := g.lacks()
		if words == "" {
			continue
		}
		if who := promised[k.Ref]; len(who) > 0 {
			words += " · " + b.lang.T("promised by {1}", b.lang.List(b.givers(who)))
		}
		out = append(out, ui.Row{URL: goodURL(k.Unit), Title: b.label(k.Unit), Text: b.lang.T("In store") + " · " + words})
	}
	return out
}

func (g *good) show() error {
	f := ui.Form{Values: map[string]string{ui.FieldUse: strconv.Itoa(int(g.kept.Use)), ui.FieldLeast: strconv.Itoa(int(g.kept.Least))}}
	if p, ok := g.promise(g.r.URL.Query().Get("pledge")); ok {
		f.Values[ui.FieldNeed], f.Values[ui.FieldAmount] = p.ref.String(), strconv.Itoa(int(p.Amount-p.Given))
	}
	return g.showWith(http.StatusOK, f, ui.Wrong{})
}

// promise finds a promise of this good.
func (g *good) promise(name string) (pledgeAt, bool) {
	ref, err := op.ParseRef(name)
	if err != nil {
		return pledgeAt{}, false
	}
	p, _ := g.state.Value(ledger.PledgeKey(ref)).(ledger.Pledge)
	return pledgeAt{ref, p}, p.Unit == g.unit && p.Running()
}

func (g *good) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	l := g.lang
	v := ui.StockView{Name: g.label(g.unit), N: int(g.Balance), Takes: status != http.StatusOK || g.Balance > g.Out(), Form: f, URL: goodURL(g.unit), Promise: f.Values[ui.FieldNeed], All: accountURL(g.unit, store)}
	now, trusted := g.clocked()
	for _, x := range g.Lots() {
		lot := ui.Lot{UseBy: l.T("keeps"), Batch: x.Batch, N: int(x.Amount)}
		if x.UseBy != 0 {
			lot.UseBy, lot.Past = l.ShortYear(dayTime(x.UseBy)), trusted && x.UseBy < ledger.DayOf(now)
		}
		v.Lots = append(v.Lots, lot)
	}
	if words := g.lacks(); words != "" {
		v.Warning = []ui.Banner{{Kind: ui.NoteBanner, Title: words}}
		if !g.kept.Ref.IsZero() {
			v.HelpURL = helpURL(g.kept.Ref)
		}
	}
	v.Facts = g.facts()
	for _, u := range ledger.Uses {
		v.Uses = append(v.Uses, ui.Choice{Value: strconv.Itoa(int(u)), Text: l.T(useWords[u])})
	}
	v.Uses = append(v.Uses, ui.Choice{Value: "0", Text: l.T("For nothing in particular any more")})
	p := g.leaf(v.Name)
	p.Back, p.Wrong = ui.Link{URL: "/ledger/goods", Text: l.T("In store")}, wrong
	return g.books.show(status, ui.StockPage(p, v))
}

func (g *good) facts() (out []ui.Fact) {
	if g.kept.Use != ledger.OfNothing {
		out = append(out, ui.Fact{Question: g.lang.T("Kept for"), Answer: g.lang.T(useWords[g.kept.Use])}, ui.Fact{Question: g.lang.T("At least"), Answer: g.lang.Number(int(g.kept.Least))})
	}
	if in, gone := g.In(), g.Out(); in > 0 || gone > 0 {
		out = append(out, ui.Fact{Question: g.lang.T("Waits for a second person"), Answer: g.lang.T("{1} that came, {2} that went", int(in), int(gone))})
	}
	for _, p := range g.promisedFor()[g.kept.Ref] {
		out = append(out, ui.Fact{Question: g.lang.T("Promised"), Answer: g.lang.T("{1}, promised by {2}", p.What, g.side(p.From).Word(g.lang))})
	}
	return out
}

// act writes down what came or went, or what there should be.
func (g *good) act() error {
	f := g.form("")
	if f.Values[ui.FieldUse] == "" {
		f.Values[ui.FieldUse], f.Values[ui.FieldLeast] = strconv.Itoa(int(g.kept.Use)), strconv.Itoa(int(g.kept.Least))
	}
	switch g.r.PathValue("act") {
	case "keep":
		return g.keep(f)
	case "in":
		return g.came(f)
	case "out":
		return g.went(f, ui.FieldTaken, outside)
	case "lost":
		return g.went(f, ui.FieldLost, ledger.Spoilt)
	}
	return errNotFound
}

// back shows the page again, with what is wrong beside a field.
func (g *good) back(f ui.Form, field, words string) error {
	f.Errors[field] = words
	return g.showWith(http.StatusUnprocessableEntity, f, ui.Wrong{Title: words, Field: field})
}

func (g *good) keep(f ui.Form) error {
	n, ok := figure(g.value(ui.FieldLeast), 0)
	if !ok {
		return g.back(f, ui.FieldLeast, g.lang.T("Write a whole number."))
	}
	use, err := strconv.ParseUint(g.value(ui.FieldUse), 10, 8)
	if err != nil {
		return errNotFound
	}
	_, err = g.submit(op.Draft{Kind: ledger.KindKeep, Content: ledger.Keep{Unit: g.unit, Use: ledger.Use(use), Least: n}})
	if wrong, refused := g.refusal(g.unit, n, err); refused {
		return g.back(f, ui.FieldLeast, wrong.Title)
	}
	if err != nil {
		return err
	}
	return g.done(goodURL(g.unit), g.lang.T("Written down."), g.recorded())
}

// came writes down a batch that somebody brought.
func (g *good) came(f ui.Form) error {
	n, ok := figure(g.value(ui.FieldAmount), 0)
	if !ok || n <= 0 {
		return g.back(f, ui.FieldAmount, g.lang.T("Only a whole number belongs here, greater than zero."))
	}
	c := ledger.Transfer{Unit: g.unit, From: outside, To: store, Amount: n, Batch: g.value(ui.FieldBatch)}
	if s := g.value(ui.FieldUseBy); s != "" {
		if c.UseBy, ok = dayOf(s); !ok {
			return g.back(f, ui.FieldUseBy, g.noDate())
		}
	}
	if p, ok := g.promise(g.value(ui.FieldNeed)); ok {
		c.Pledge, c.Note = p.ref, p.What
	}
	return g.move(f, ui.FieldAmount, c, "")
}

// went writes down what was taken, and says from which batches.
func (g *good) went(f ui.Form, field string, to ledger.Account) error {
	n, ok := figure(g.value(field), 0)
	if !ok || n <= 0 {
		return g.back(f, field, g.lang.T("Only a whole number belongs here, greater than zero."))
	}
	var from []string
	for _, x := range g.Take(n) {
		if x.UseBy != 0 {
			from = append(from, g.lang.T("{1} of {2}", int(x.Amount), g.lang.ShortYear(dayTime(x.UseBy))))
		}
	}
	said := ""
	if len(from) > 0 {
		said = " " + g.lang.T("Take those first whose day comes first: {1}.", g.lang.List(from))
	}
	return g.move(f, field, ledger.Transfer{Unit: g.unit, From: store, To: to, Amount: n, Note: g.value(ui.FieldFor)}, said)
}

func (g *good) move(f ui.Form, field string, c ledger.Transfer, said string) error {
	refs, err := g.submit(op.Draft{Kind: ledger.KindPropose, Content: c})
	if wrong, refused := g.refusal(g.unit, c.Amount, err); refused {
		wrong.Field = atText(f, err, field)
		f.Errors[wrong.Field] = wrong.Title
		return g.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return g.done(ledgerURL("t", refs[0]), g.lang.T("Written down."), g.lang.T("It counts when a second person says yes.")+said)
}

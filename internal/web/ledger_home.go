package web

import (
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// waitingElsewhere lists what waits for this person outside the rounds.
func (v *visit) waitingElsewhere() (out []ui.Waiting) {
	b := v.books()
	if b.me().IsZero() {
		return nil
	}
	for _, x := range append(ledger.Awaits(b.at, b.me()), b.granted()...) {
		if w, ok := b.waiting(x); ok && !b.overtaken(x) {
			out = append(out, w)
		}
	}
	return out
}

// overtaken reports whether somebody counted the same tin again since, or the
// cell has no such tin now: then nobody has to look for the older sum.
func (b *books) overtaken(x ledger.Await) bool {
	mine, ok := b.state.Value(ledger.CountKey(x.Ref)).(ledger.Count)
	if x.Kind != ledger.KindAgree || !ok {
		return false
	}
	if !slices.Contains(b.cash(), mine.Unit) {
		return true
	}
	newest := x.Ref
	for _, t := range b.under(ledger.KindCount) {
		if c, _ := b.state.Value(t.Key()).(ledger.Count); c.Unit == mine.Unit && c.Account == mine.Account {
			newest = t.Ref
		}
	}
	return newest != x.Ref
}

// granted are the requests that a round decided, and that the viewer can pay.
func (b *books) granted() (out []ledger.Await) {
	for _, t := range b.under(ledger.KindRequest) {
		e := &expense{books: b, ref: t.Ref}
		e.Expense, _ = b.state.Value(t.Key()).(ledger.Expense)
		if _, ok := e.granted(); ok && e.Requester != b.me() {
			out = append(out, ledger.Await{Kind: ledger.KindPay, Ref: t.Ref})
		}
	}
	return out
}

// waiting says one thing that waits, as a table for two: who asked, and the
// free seat of who is asked.
func (b *books) waiting(x ledger.Await) (ui.Waiting, bool) {
	o := b.read(x.Ref)
	w := ui.Waiting{Seats: b.forTwo(o.Member), Verb: b.lang.T("Look at it")}
	name := b.people.Name(o.Member)
	switch x.Kind {
	case ledger.KindSign:
		e := b.entryFor(x.Ref)
		w.URL, w.Title = e.URL, b.titled(e.What)
		w.Text = b.lang.T("{1} wrote down {2}. It counts when you say yes.", name, e.Sum.Words(b.lang))
	case ledger.KindAccept:
		w.URL, w.Title, w.Text = ledgerURL("pledge", x.Ref), b.named(o), b.lang.T("{1} promises it. Say whether you accept.", name)
	case ledger.KindApprove, ledger.KindPay, ledger.KindReconcile:
		var c ledger.Request
		_ = o.Decode(&c) // the log holds only what decodes
		w.URL, w.Title = ledgerURL("expense", x.Ref), c.Purpose
		w.Text = b.lang.T(expenseAsks(x.Kind), name, b.sum(c.Unit, c.Amount).Words(b.lang))
	case ledger.KindAgree:
		var c ledger.Counted
		_ = o.Decode(&c)
		w.URL, w.Title = tinURL(c.Unit), b.lang.T("Count the tin")
		w.Text = b.lang.T("{1} counted {2}. Count it, too.", name, b.sum(c.Unit, c.Counted).Words(b.lang))
	case ledger.KindConfirm:
		w.URL, w.Title, w.Text = ledgerURL("import", x.Ref), b.lang.T("The old notebook"), b.lang.T("{1} brought it in. It counts when a second person says yes.", name)
	default:
		return w, false
	}
	return w, o.Kind != ""
}

func (b *books) titled(what string) string {
	if what == "" {
		return b.lang.T("Something given")
	}
	return what
}

// forTwo are the seats of the viewer and of who asks.
func (b *books) forTwo(asks op.Member) []ui.Place {
	return []ui.Place{{Name: b.people.Name(b.me()), You: true, Turn: true}, {Name: b.people.Name(asks), Seat: ui.Consent, Asks: true}}
}

// ledgerEffect says what an agreement changes in the ledger.
func (t *table) ledgerEffect(e consent.Effect) []string {
	if words := t.books().effectWords(e); words != "" {
		return []string{words}
	}
	return nil
}

func (b *books) effectWords(e consent.Effect) string {
	say, ok := map[string]func([]byte) string{
		ledger.EffectUnit: b.unitWords, ledger.EffectLimits: b.limitWords, ledger.EffectSpending: b.spendingWords,
		ledger.EffectGiftMode: b.giftWords, ledger.EffectBands: b.bandWords, ledger.EffectWriteOff: b.writeOffWords, ledger.EffectExpense: b.grantWords,
		ledger.EffectShown: func(content []byte) string {
			return b.switched(content, b.lang.T(ui.ShownRule(true)), b.lang.T(ui.ShownRule(false)))
		},
		cell.EffectSilence: func(content []byte) string { return silenceWords(b.lang, content) },
	}[e.Kind]
	if !ok {
		return ""
	}
	return say(e.Content)
}

func (b *books) unitWords(content []byte) string {
	var u ledger.UnitInfo
	if op.Unmarshal(content, &u) != nil {
		return ""
	}
	if u.Unit.Class() == ledger.ClassCash {
		return b.lang.T("There is a tin in {1}.", u.Unit.Code())
	}
	return b.lang.T("We also count {1}.", u.Label)
}

func (b *books) limitWords(content []byte) string {
	var l ledger.LimitsEffect
	if op.Unmarshal(content, &l) != nil {
		return ""
	}
	if !l.Unit.Mutual() {
		return b.lang.T("What we share holds at most {1}.", b.sum(l.Unit, l.Cap).Words(b.lang))
	}
	return b.lang.T("Nobody goes below {1} or above {2}.", b.sum(l.Unit, l.Min).Words(b.lang), b.sum(l.Unit, l.Max).Signed(b.lang))
}

func (b *books) spendingWords(content []byte) string {
	var s ledger.SpendingEffect
	if op.Unmarshal(content, &s) != nil {
		return ""
	}
	return ui.SpendingRule(b.lang, b.sum(s.Unit, s.Small), b.sum(s.Unit, s.Large), int(s.ByLarge))
}

func (b *books) giftWords(content []byte) string {
	return b.switched(content, b.lang.T("We write down that something was given, and no amount."), b.lang.T("We write down how much was given."))
}

func (b *books) bandWords(content []byte) string {
	return b.switched(content, b.lang.T("Everyone sees which way the others lean, and their own figure."), b.lang.T("Every member sees every balance. Nobody outside the cell does."))
}

func (b *books) switched(content []byte, on, off string) string {
	var s ledger.Switch
	if op.Unmarshal(content, &s) != nil {
		return ""
	}
	if s.On {
		return on
	}
	return off
}

func (b *books) writeOffWords(content []byte) string {
	var w ledger.WriteOff
	if op.Unmarshal(content, &w) != nil {
		return ""
	}
	much := b.sum(w.Unit, w.Amount).Words(b.lang)
	switch {
	case w.From == ledger.Difference:
		return b.lang.T("The book follows the count: {1} more in the tin.", much)
	case w.To == ledger.Difference:
		return b.lang.T("The book follows the count: {1} less in the tin.", much)
	}
	if _, personal := w.From.Holder(); personal {
		return b.lang.T("{1} that {2} gave and did not receive back goes to all of us.", much, b.side(w.From).Name)
	}
	return b.lang.T("The cell bears {1} that {2} received and did not give back.", much, b.side(w.To).Name)
}

func (b *books) grantWords(content []byte) string {
	var g ledger.Grant
	if op.Unmarshal(content, &g) != nil {
		return ""
	}
	return b.lang.T("Up to {1} may be paid out for: {2}.", b.sum(g.Unit, g.Amount).Words(b.lang), b.named(b.read(g.Expense)))
}

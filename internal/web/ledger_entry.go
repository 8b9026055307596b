package web

import (
	"net/http"
	"slices"
	"strconv"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// A page is read from its end, so that it stays quick however long the books
// are: linesPerPage lines, and the balances after them as far back as mostWalk
// operations.
const (
	linesPerPage = 20
	mostWalk     = 400
)

// line is an entry and where it stands.
type line struct {
	ui.Entry
	place op.Place
	gain  ledger.Amount // what it changed of the balance
}

// lines reads a subject's history backwards from operation number end, as it
// concerns one account, until there are n lines. It returns them, the newest
// first, and the number of the operation before the last one.
func (b *books) lines(key string, u ledger.Unit, a ledger.Account, end, n int) (out []line, rest int) {
	refs := b.state.Operations(key)
	for i := min(end, len(refs)) - 1; i >= 0; i-- {
		if len(out) >= n {
			return out, i + 1
		}
		if l, ok := b.line(b.read(refs[i]), u, a); ok {
			out = append(out, l)
		}
	}
	return out, 0
}

// newest is where a walk from the end begins.
const newest = 1<<31 - 1

// line tells what an operation means to an account.
func (b *books) line(o op.Opened, u ledger.Unit, a ledger.Account) (line, bool) {
	if !b.counts(o) {
		return line{}, false
	}
	switch o.Kind {
	case ledger.KindPropose, ledger.KindContra:
		return b.waits(o, a)
	case ledger.KindErase, ledger.KindRefuse, ledger.KindExpire:
		return b.ended(o, a)
	case ledger.KindImport, ledger.KindDrop:
		return line{}, false
	case ledger.KindGift:
		return b.gift(o, a)
	}
	return b.posted(o, u, a)
}

// ending tells how that is found which an operation of this kind ends: something that
// waits for a second person's yes. It is nil where the kind ends nothing.
func ending(k op.Kind) func(op.Ref) string {
	switch k {
	case ledger.KindSign, ledger.KindErase, ledger.KindRefuse, ledger.KindExpire:
		return ledger.TxKey
	case ledger.KindConfirm, ledger.KindDrop:
		return ledger.ImportKey
	}
	return nil
}

// counts reports whether an operation did what it says. It did not where its key
// was taken back before others had seen it; and of two endings by people who had
// not seen each other the first in the order counts.
func (b *books) counts(o op.Opened) bool {
	if b.state.Refused(o.Ref) != nil {
		return false
	}
	key := ending(o.Kind)
	if key == nil {
		return true
	}
	for _, r := range b.stood(key(o.Subject)) {
		if x := b.read(r); x.Subject == o.Subject && ending(x.Kind) != nil {
			return r == o.Ref && b.state.Refused(o.Subject) == nil
		}
	}
	return false
}

// txState are the states of a transfer in the words of the pages.
var txState = [...]ui.TransferState{
	ledger.TxPending: ui.TransferWaits, ledger.TxDone: ui.TransferDone, ledger.TxErased: ui.TransferBack,
	ledger.TxRefused: ui.TransferRefused, ledger.TxExpired: ui.TransferLapsed,
}

// waits is a proposal that nobody has answered yet; one that was answered
// stands where its end does.
func (b *books) waits(o op.Opened, a ledger.Account) (line, bool) {
	t, _ := b.state.Value(ledger.TxKey(o.Ref)).(ledger.Tx)
	if t.State != ledger.TxPending {
		return line{}, false
	}
	return line{Entry: b.proposal(o, t, a), place: o.Place}, true
}

func (b *books) ended(o op.Opened, a ledger.Account) (line, bool) {
	t, _ := b.state.Value(ledger.TxKey(o.Subject)).(ledger.Tx)
	begun := b.read(o.Subject)
	if t.State == ledger.TxPending || begun.Kind == "" {
		return line{}, false
	}
	e := b.proposal(begun, t, a)
	e.When = b.when(o)
	return line{Entry: e, place: o.Place}, true
}

// proposal is the entry of what a transfer's first operation says.
func (b *books) proposal(o op.Opened, t ledger.Tx, a ledger.Account) ui.Entry {
	var c ledger.Transfer
	_ = o.Decode(&c) // the log holds only what decodes
	e := ui.Entry{URL: ledgerURL("t", o.Ref), What: c.Note, Other: b.side(c.From), Gave: true, Sum: b.sum(c.Unit, c.Amount),
		When: b.when(o), State: txState[t.State], Corrects: !c.Of.IsZero()}
	if c.From == a {
		e.Other, e.Gave = b.side(c.To), false
	}
	if t.State == ledger.TxPending {
		e.Yours, e.Awaits = t.MaySign(b.me()), b.awaits(t)
	}
	return e
}

// awaits names the one whose yes a transfer waits for; nobody when that is any
// second person.
func (b *books) awaits(t ledger.Tx) string {
	for _, a := range []ledger.Account{t.From, t.To} {
		if m, ok := a.Holder(); ok && t.MaySign(m) {
			return b.people.Name(m)
		}
	}
	return ""
}

func (b *books) gift(o op.Opened, a ledger.Account) (line, bool) {
	var c ledger.GiftGiven
	if o.Decode(&c) != nil {
		return line{}, false
	}
	e := ui.Entry{URL: ledgerURL("t", o.Ref), What: c.Note, Other: b.side(c.To), Gave: true, NoAmount: true, When: b.when(o), State: ui.TransferDone}
	if c.To == a {
		e.Other, e.Gave = b.side(c.From), false
	}
	return line{Entry: e, place: o.Place}, true
}

// posted is a line that changed the balance.
func (b *books) posted(o op.Opened, u ledger.Unit, a ledger.Account) (line, bool) {
	l := line{place: o.Place}
	l.When, l.State = b.when(o), ui.TransferDone
	n := 0
	for _, t := range b.txns(o) {
		sum, legs := t.Entries.For(a)
		if legs == 0 || t.Entries.Unit() != u {
			continue
		}
		n++
		l.gain += sum
		l.URL, l.What, l.Other, l.Corrects = b.txnURL(t, o), t.Note, b.across(t.Entries, a), !t.Of.IsZero()
		l.Right = b.putRight(t)
	}
	if o.Kind == ledger.KindConfirm {
		l.URL, l.What, l.Right = ledgerURL("import", o.Subject), b.lang.N("One line of the old notebook", "{1} lines of the old notebook", n), ""
	}
	l.Gave, l.Sum = l.gain > 0, b.sum(u, max(l.gain, -l.gain))
	return l, n > 0
}

// txns are the postings that o completes, with what began them.
func (b *books) txns(o op.Opened) []ledger.Txn {
	var j ledger.Journal
	if !o.Subject.IsZero() {
		j.Read(b.read(o.Subject))
	}
	return j.Read(o)
}

// txnURL is the page of a posting. What a cancelled bucket gave back is on the
// bucket's.
func (b *books) txnURL(t ledger.Txn, o op.Opened) string {
	if o.Kind == ledger.KindCancel {
		return ledgerURL("bucket", o.Subject)
	}
	return ledgerURL("t", t.Ref)
}

// across is the other side of a posting.
func (b *books) across(e ledger.Entries, a ledger.Account) ui.Side {
	for l := range e.Legs() {
		if l.Account != a {
			return b.side(l.Account)
		}
	}
	return ui.Side{Kind: ui.OfCell}
}

// putRight says when a posting was corrected, if it was.
func (b *books) putRight(t ledger.Txn) string {
	tx, _ := b.state.Value(ledger.TxKey(t.Ref)).(ledger.Tx)
	struck := tx.Struck()
	if len(struck) == 0 {
		return ""
	}
	if w := b.when(b.read(struck[0])); w != "" {
		return w
	}
	return b.lang.T("since then")
}

// statement is one account in one unit, line by line.
func (b *books) statement() error {
	u, a := ledger.Unit(b.r.PathValue("unit")), ledger.Account(b.r.PathValue("account"))
	if !b.maySee(u, a) {
		return errNotFound
	}
	h := b.holding(u, a)
	end := newest
	if n, err := strconv.Atoi(b.r.URL.Query().Get("before")); err == nil && n > 0 {
		end = n
	}
	view := ui.StatementView{Of: b.side(a), Sum: b.sum(u, h.Balance), Members: len(b.people.Active())}
	lines, rest := b.lines(ledger.AcctKey(u, a), u, a, end, linesPerPage)
	b.balances(u, a, h.Balance, end, lines)
	for _, l := range lines {
		view.Lines = append(view.Lines, l.Entry)
	}
	if rest > 0 {
		view.Next = accountURL(u, a) + "?before=" + strconv.Itoa(rest)
	}
	if end != newest {
		view.Previous = accountURL(u, a)
	}
	if c, ok := b.state.Value(ledger.ClosedKey(a)).(ledger.Closed); ok {
		view.Closed = b.when(b.read(c.By))
	}
	return b.show(http.StatusOK, ui.StatementPage(b.leaf(b.lang.T("Line by line")), view))
}

// maySee keeps to what was agreed: where it is bands, others' figures are
// their own. What is shared can always be seen.
func (b *books) maySee(u ledger.Unit, a ledger.Account) bool {
	return (b.state.Value(ledger.AcctKey(u, a)) != nil || b.empty(u, a)) && !b.hides(a)
}

// empty reports whether pages lead to an account, though nothing may stand on it yet.
func (b *books) empty(u ledger.Unit, a ledger.Account) bool {
	switch m, _ := a.Holder(); a {
	case ledger.Tin:
		return slices.Contains(b.cash(), u)
	case store:
		return slices.Contains(b.goods(), u)
	default:
		_, known := b.people.Trust.Member(m)
		return known && u.Mutual()
	}
}

func (b *books) hides(a ledger.Account) bool {
	return b.rules.Bands() && a.Place() == ledger.OfMember && a != b.mine()
}

// balances writes beside each line what was on the account after it. Of pages
// far back it says nothing rather than read all that came since.
func (b *books) balances(u ledger.Unit, a ledger.Account, now ledger.Amount, end int, lines []line) {
	if refs := b.state.Operations(ledger.AcctKey(u, a)); end < len(refs) {
		if len(refs)-end > mostWalk {
			return
		}
		for _, r := range refs[end:] {
			if l, ok := b.line(b.read(r), u, a); ok {
				now -= l.gain
			}
		}
	}
	for i := range lines {
		left := b.sum(u, now)
		lines[i].Left = &left
		now -= lines[i].gain
	}
}

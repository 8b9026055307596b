package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

// closings are the newest operations of the index of books, of which every
// close is one.
const closingsBack = 200

// closed is a month that was closed.
type closed struct {
	ledger.Close
	o op.Opened
}

// closes are the months that were closed, the newest first. Of one that two
// routers closed apart the first in the order counts, as in the book.
func (b *books) closes() (out []closed) {
	refs := b.stood(keyBook)
	for _, r := range refs[max(0, len(refs)-closingsBack):] {
		c := closed{o: b.read(r)}
		twice := func(x closed) bool { return x.Month == c.Month }
		if c.o.Kind == ledger.KindClose && c.o.Decode(&c.Close) == nil && !slices.ContainsFunc(out, twice) {
			out = append(out, c)
		}
	}
	slices.Reverse(out)
	return out
}

func (b *books) month(m ledger.Month) string {
	return b.lang.Month(dayTime(ledger.Day(m*100 + 1)))
}

func monthOf(t time.Time) ledger.Month { return ledger.Month(t.Year()*100 + int(t.Month())) }

// closable is the month that can be closed now: the one before this, if the
// books had begun then and it is open; else this one.
func (b *books) closable() (ledger.Month, bool) {
	now, quality := b.Clock.Now()
	if !quality.Trusted() {
		return monthOf(b.date), false
	}
	this := monthOf(now)
	before := monthOf(now.AddDate(0, 0, -now.Day()))
	if before > b.book.Last && before >= b.began() {
		return before, true
	}
	return this, this > b.book.Last
}

// began is the month in which the first account was used.
func (b *books) began() ledger.Month {
	refs := b.stood(keyBook)
	if len(refs) == 0 {
		return monthOf(b.date)
	}
	return ledger.DayOf(b.read(refs[0]).Time).Month()
}

func (b *books) closePage() error { return b.showClose(http.StatusOK, ui.Wrong{}) }

func (b *books) showClose(status int, wrong ui.Wrong) error {
	p := b.leaf(b.lang.T("The month’s close"))
	p.Wrong = wrong
	return b.show(status, ui.ClosePage(p, b.closeView()))
}

func (b *books) closeView() ui.CloseView {
	m, can := b.closable()
	digest := b.state.Digest()
	v := ui.CloseView{Month: b.month(m), Books: b.trial(ledger.TrialBalance(b.at)), Words: fingerprint(digest[:])}
	switch _, quality := b.Clock.Now(); {
	case can:
		v.CloseURL = "/ledger/close"
	case !quality.Trusted():
		v.Month = ""
		v.Why = b.lang.T("This router does not know which month it is. Two of us can set the time together.")
	default:
		v.Why = b.lang.T("This month is closed. The next one can be closed when it has begun.")
	}
	for _, c := range b.closes() {
		v.Past = append(v.Past, ui.Link{URL: "/ledger/close/" + c.Month.String() + "/sheet", Text: b.month(c.Month)})
	}
	return v
}

func fingerprint(digest []byte) string { return strings.Join(words.Fingerprint(digest), " · ") }

// trial sets out a trial balance, book by book. Where bands were agreed,
// others' figures stay theirs, so their lines are added up as one.
func (b *books) trial(lines []ledger.Total) (out []ui.TrialBook) {
	last := ledger.Unit("")
	rest := int64(0)
	flush := func() {
		if rest != 0 && len(out) > 0 {
			t := &out[len(out)-1]
			t.Lines = append(t.Lines, ui.Holder{Side: ui.Side{Name: b.lang.T("the others")}, N: rest})
		}
		rest = 0
	}
	for _, l := range lines {
		if l.Unit != last {
			flush()
			out, last = append(out, ui.TrialBook{In: b.measure(l.Unit)}), l.Unit
		}
		if b.hides(l.Account) {
			rest += int64(l.Balance)
			continue
		}
		t := &out[len(out)-1]
		t.Lines = append(t.Lines, b.holder(l.Unit, l.Account, l.Balance))
	}
	flush()
	return out
}

// closeMonth writes down where everything stands.
func (b *books) closeMonth() error {
	m, _ := b.closable()
	digest := b.state.Digest()
	c := ledger.Close{Month: m, Lines: ledger.TrialBalance(b.at), Head: digest[:]}
	_, err := b.submit(op.Draft{Kind: ledger.KindClose, Content: c})
	if wrong, ok := b.refusal(ledger.Minutes, 0, err); ok {
		return b.showClose(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return b.done("/ledger/close/"+m.String()+"/sheet", b.lang.T("{1} is closed.", b.month(m)), b.recorded())
}

// closeSheet is a close on paper: that of a month, or how it stands now.
func (b *books) closeSheet() error {
	for _, c := range b.closes() {
		if c.Month.String() != b.r.PathValue("month") {
			continue
		}
		v := ui.CloseView{Month: b.month(c.Month), Books: b.onPaper(b.trial(c.Lines)), Words: fingerprint(c.Head),
			By: b.lang.T("Closed {1} by {2}.", b.when(c.o), b.closer(c.o))}
		p := b.page(v.Month)
		p.Paper, p.Back = true, ui.Link{URL: "/ledger/close", Text: b.lang.T("Back to the close")}
		return b.show(http.StatusOK, ui.CloseSheetPage(p, ui.CloseSheetView{CloseView: v, AsOf: b.asOf(at(c.o.Time), c.o.Clock.Trusted())}))
	}
	return errNotFound
}

// onPaper writes the viewer's name where their own page says "you": a sheet on
// the wall has many readers.
func (b *books) onPaper(books []ui.TrialBook) []ui.TrialBook {
	for _, t := range books {
		for i := range t.Lines {
			if s := &t.Lines[i].Side; s.You {
				*s = ui.Side{Name: b.people.Name(b.me())}
			}
		}
	}
	return books
}

// closer is who closed a month; a router does it by itself when it knows the
// date.
func (b *books) closer(o op.Opened) string {
	if o.Member.IsZero() {
		return b.Name
	}
	return b.people.Name(o.Member)
}

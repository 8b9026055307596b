package web

import (
	"fmt"
	"net/http"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// rowReasons say why a row of an old notebook cannot stand: {1} is what it
// says there.
var rowReasons = byCode{
	{"import.column", locale.M("The row ends before column {1}.")}, {"import.date", locale.M("“{1}” is not a day.")},
	{"import.from", locale.M("There is nobody called {1} here.")}, {"import.to", locale.M("There is nobody called {1} here.")},
	{"import.two", locale.M("More than one is called {1} here. Write this row down by hand.")},
	{"import.same", locale.M("Both sides are the same.")}, {"import.amount", locale.M("“{1}” is not an amount.")},
	{"import.ambiguous", locale.M("“{1}” could be thousands or a fraction. Write it out.")},
	{"import.fraction", locale.M("“{1}” is finer than we count.")}, {"import.zero", locale.M("The amount is nothing.")},
	{"import.large", locale.M("“{1}” is more than fits.")}, {"import.unit", locale.M("We do not count in “{1}”.")},
	{"import.unit-clash", locale.M("“{1}” and “{2}” are not the same.")}, {"import.fits", locale.M("That cannot be counted there.")},
	{"import.note", locale.M("The note is too long, or has signs that cannot be seen.")},
}

// whyNot says why a row cannot stand. Of what is missing nothing can be quoted.
func (b *books) whyNot(r op.Refusal) string {
	words := rowReasons.at(r.Code)
	if words == "" || len(r.Args) > 0 && fmt.Sprint(r.Args[0]) == "" {
		return b.reason(r)
	}
	args := make([]any, len(r.Args))
	for i, a := range r.Args {
		args[i] = fmt.Sprint(a)
	}
	return b.lang.T(words, args...)
}

// imported is an import that was laid before the others.
type imported struct {
	*importing
	ref   op.Ref
	begun op.Opened
	ledger.Import
}

// onImport finds the import that an address names and goes on with it.
func onImport(f func(*imported) error) func(*visit) error {
	return atDesk(func(x *importing) error {
		ref, err := op.ParseRef(x.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		i, ok := x.state.Value(ledger.ImportKey(ref)).(ledger.Import)
		if !ok {
			return errNotFound
		}
		return f(&imported{x, ref, x.books.read(ref), i})
	})
}

func (i *imported) url(more ...string) string { return ledgerURL("import", i.ref, more...) }

func (i *imported) show() error { return i.showWith(http.StatusOK, ui.Wrong{}) }

func (i *imported) showWith(status int, wrong ui.Wrong) error {
	v := ui.ImportView{Step: importSteps[i.State], Good: int(i.Rows), Maker: i.person(i.Maker), When: i.when(i.begun)}
	var n ledger.Notebook
	_ = i.begun.Decode(&n) // the log holds only what decodes
	at := map[ledger.Known]ledger.Amount{}
	for _, l := range ledger.TrialBalance(i.books.at) {
		at[ledger.Known{Unit: l.Unit, Account: l.Account}] = l.Balance
	}
	for row, l := range n.Lines() {
		if row <= rowsShown && i.tells(l) {
			v.Rows = append(v.Rows, i.row(row, l))
		}
		if i.State == ledger.TxPending {
			at[ledger.Known{Unit: l.Unit, Account: l.From}] -= l.Amount
			at[ledger.Known{Unit: l.Unit, Account: l.To}] += l.Amount
		}
	}
	v.Sums = i.trialOf(at)
	if i.State == ledger.TxPending {
		v.BackURL = i.url("back")
		if i.Maker != i.me() {
			v.YesURL = i.url("yes")
		}
	}
	return i.showStep(status, v, wrong)
}

// tells reports whether a row is shown: all of them to whoever compares them with the
// notebook; then, where bands were agreed, only those that are the viewer's.
func (i *imported) tells(l ledger.Line) bool {
	return i.State == ledger.TxPending || !i.rules.Bands() || i.concerns(l.From, l.To)
}

var importSteps = [ledger.TxExpired + 1]ui.ImportStep{
	ledger.TxPending: ui.ImportWaits, ledger.TxDone: ui.ImportDone, ledger.TxErased: ui.ImportBack,
}

func (i *imported) yes() error {
	return i.act(i.lang.T("You said yes."), op.Draft{Kind: ledger.KindConfirm})
}

func (i *imported) back() error {
	return i.act(i.lang.T("It was taken back."), op.Draft{Kind: ledger.KindDrop})
}

func (i *imported) act(said string, d op.Draft) error {
	d.Subject = i.ref
	_, err := i.submit(d)
	if wrong, ok := i.refusal(ledger.Minutes, 0, err); ok {
		return i.showWith(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return i.done(i.url(), said, i.recorded())
}

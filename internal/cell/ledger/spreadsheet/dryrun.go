package spreadsheet

import (
	"errors"
	"slices"
	"sort"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// Plan is what people chose for a table.
type Plan struct {
	Columns    Columns
	MonthFirst bool
	Minutes    bool                      // a bare number of time is minutes, not hours
	Unit       ledger.Unit               // of amounts that say none
	Units      []ledger.Unit             // that the cell uses
	Names      map[string]ledger.Account // by Key; empty where it is the name of more than one
}

// Fate is what would become of one row.
type Fate struct {
	Record
	As      ledger.Line
	Swapped bool       // the amount had a minus, so who gave and who received change places
	Refused op.Refusal // Code is empty for a row that can be imported
}

// OK reports whether the row can be imported.
func (f Fate) OK() bool { return f.Refused.Code == "" }

// Result is a dry run: every row with its fate, and nothing done.
type Result struct {
	Fates   []Fate
	Refused int
}

// DryRun tells the fate of every row.
func DryRun(t Table, p Plan) Result {
	r := Result{Fates: make([]Fate, len(t.Rows))}
	for i, row := range t.Rows {
		f := &r.Fates[i]
		f.Record = row
		if err := p.read(f); err != nil {
			errors.As(err, &f.Refused)
			r.Refused++
		}
	}
	return r
}

// Confirm yields the content of the one operation that imports the rows. Who
// confirms says how many refused rows are left out, as the dry run showed it;
// so nothing is lost unseen.
func (r Result) Confirm(leftOut int) (ledger.Notebook, error) {
	if leftOut != r.Refused {
		return ledger.Notebook{}, op.Refuse(codeRefused, r.Refused)
	}
	var lines []ledger.Line
	for _, f := range r.Fates {
		if f.OK() {
			lines = append(lines, f.As)
		}
	}
	if len(lines) == 0 {
		return ledger.Notebook{}, op.Refuse(codeNothing)
	}
	return ledger.NewNotebook(lines), nil
}

// Change is what an import would bring to one account.
type Change struct {
	ledger.Known
	Amount ledger.Amount
}

// Changes sums up the rows that can be imported, by unit and account.
func (r Result) Changes() []Change {
	var all []Change
	add := func(u ledger.Unit, a ledger.Account, n ledger.Amount) {
		k := ledger.Known{Unit: u, Account: a}
		i := slices.IndexFunc(all, func(c Change) bool { return c.Known == k })
		if i < 0 {
			i, all = len(all), append(all, Change{Known: k})
		}
		all[i].Amount += n
	}
	for _, f := range r.Fates {
		if f.OK() {
			add(f.As.Unit, f.As.From, -f.As.Amount)
			add(f.As.Unit, f.As.To, f.As.Amount)
		}
	}
	sort.Slice(all, func(i, j int) bool { return ledger.CompareKnown(all[i].Known, all[j].Known) < 0 })
	return all
}

// read fills f.As from f's cells.
func (p Plan) read(f *Fate) error {
	date, err := f.cell(p.Columns.Date)
	if err != nil {
		return err
	}
	if f.As.Day, err = parseDay(date, p.MonthFirst); err != nil {
		return err
	}
	if f.As.From, err = p.who(f, p.Columns.From, codeFrom); err != nil {
		return err
	}
	if f.As.To, err = p.who(f, p.Columns.To, codeTo); err != nil {
		return err
	}
	if err := p.amount(f); err != nil {
		return err
	}
	if i := p.Columns.Note; i >= 0 && i < len(f.Cells) {
		f.As.Note = f.Cells[i]
	}
	return p.check(f)
}

func (f *Fate) cell(i int) (string, error) {
	if i < 0 || i >= len(f.Cells) {
		return "", op.Refuse(codeColumn, i+1)
	}
	return f.Cells[i], nil
}

func (p Plan) who(f *Fate, column int, code string) (ledger.Account, error) {
	name, err := f.cell(column)
	if err != nil {
		return "", err
	}
	a, ok := p.Names[Key(name)]
	switch {
	case !ok:
		return "", op.Refuse(code, name)
	case a == "":
		return "", op.Refuse(codeTwo, name)
	}
	return a, nil
}

// amount reads the amount, in the unit of the unit's column, of its own word,
// or of the plan.
func (p Plan) amount(f *Fate) error {
	text, err := f.cell(p.Columns.Amount)
	if err != nil {
		return err
	}
	bare, told, err := p.bare(f)
	if err != nil {
		return err
	}
	a, err := parseAmount(text, bare)
	switch {
	case err != nil:
		return err
	case told != "" && a.unit != bare.unit:
		return op.Refuse(codeClash, text, told)
	case !slices.Contains(p.Units, a.unit):
		return op.Refuse(codeUnit, string(a.unit))
	}
	f.As.Unit, f.As.Amount, f.Swapped = a.unit, a.amount, a.minus
	if a.minus {
		f.As.From, f.As.To = f.As.To, f.As.From
	}
	return nil
}

// bare returns what a number without a word is counted in, and the word of the
// unit's column, if it has one.
func (p Plan) bare(f *Fate) (m measure, told string, err error) {
	if i := p.Columns.Unit; i >= 0 && i < len(f.Cells) && f.Cells[i] != "" {
		told = f.Cells[i]
		m, ok := measureOf(told)
		if !ok {
			return m, told, op.Refuse(codeUnit, told)
		}
		return m, told, nil
	}
	m, ok := measureOf(string(p.Unit))
	if !ok {
		return m, "", op.Refuse(codeUnit, string(p.Unit))
	}
	if m.unit == ledger.Minutes && !p.Minutes {
		m = hours
	}
	return m, "", nil
}

func (p Plan) check(f *Fate) error {
	l := f.As
	switch {
	case l.From == l.To:
		return op.Refuse(codeSame)
	case l.Amount == 0:
		return op.Refuse(codeZero)
	case !l.Unit.Fits(l.From):
		return op.Refuse(codeFits, string(l.From), string(l.Unit))
	case !l.Unit.Fits(l.To):
		return op.Refuse(codeFits, string(l.To), string(l.Unit))
	case ledger.CheckNote(l.Note) != nil:
		return op.Refuse(codeNote, l.Note)
	}
	return nil
}

package web

import (
	"bytes"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/spreadsheet"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// An old notebook is looked at in steps before anything of it is written:
// meanwhile its table lies in memory, for a while and for a few at once.
const (
	importUpload   = spreadsheet.MaxBytes + 64<<10
	importPatience = 30 * time.Minute
	importsAtOnce  = 4
	rowsShown      = 500
	cellsMost      = 40 * ledger.MaxRows // more than a full notebook has
	importURL      = "/ledger/import"
)

// desk holds the tables that are looked at, by who looks.
type desk struct {
	mu     sync.Mutex
	tables map[*session]*sheet
}

// sheet is a table on the desk.
type sheet struct {
	spreadsheet.Table
	file   string
	since  time.Time
	plan   spreadsheet.Plan
	result spreadsheet.Result
}

// lay puts a table on the desk while who brought it is still there, in the place of
// who was longest at it if there are too many.
func (d *desk) lay(s *session, x *sheet, still func(*session) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !still(s) {
		return // the router was locked while it was read
	}
	if d.tables == nil {
		d.tables = map[*session]*sheet{}
	}
	d.tables[s] = x
	for len(d.tables) > importsAtOnce {
		oldest := s
		for k, t := range d.tables {
			if t.since.Before(d.tables[oldest].since) {
				oldest = k
			}
		}
		delete(d.tables, oldest)
	}
}

// find returns what lies there for somebody, and clears away what was left.
func (d *desk) find(s *session, now time.Time) *sheet {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, t := range d.tables {
		if now.Sub(t.since) > importPatience {
			delete(d.tables, k)
		}
	}
	return d.tables[s]
}

// lock takes all of it off.
func (d *desk) lock() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.tables)
}

func (d *desk) clear(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.tables, s)
}

// importing is somebody at the desk.
type importing struct{ *books }

// atDesk returns the handler of one who comes to the desk.
func atDesk(f func(*importing) error) func(*visit) error {
	return func(v *visit) error { return f(&importing{v.books()}) }
}

// begin asks for the file, and forgets one that lay there. The steps after it are at the
// same address: a page there that looks again by itself begins nothing anew.
func (x *importing) begin() error {
	if !byItself(x.r) {
		x.desk.clear(x.session)
	}
	return x.ask(http.StatusOK, ui.Wrong{})
}

func (x *importing) ask(status int, wrong ui.Wrong) error {
	f := ui.Form{Action: importURL, Errors: map[string]string{}}
	if wrong.Field != "" {
		f.Errors[wrong.Field] = wrong.Title
	}
	return x.showStep(status, ui.ImportView{Form: f, Most: ledger.MaxRows}, wrong)
}

func (x *importing) showStep(status int, v ui.ImportView, wrong ui.Wrong) error {
	p := x.leaf(x.lang.T("Bring the old notebook in"))
	p.Wrong = wrong
	return x.show(status, ui.ImportPage(p, v))
}

// step takes the file, then what its columns are, then the go-ahead: each of
// them is posted to the same address.
func (x *importing) step() error {
	if file, ok := x.upload(ui.FieldFile); ok && file != nil {
		return x.read(file)
	}
	t := x.desk.find(x.session, x.now)
	switch {
	case t == nil:
		return x.ask(http.StatusUnprocessableEntity, ui.Wrong{Title: x.lang.T("Choose the file once more."), Field: ui.FieldFile})
	case x.r.PostForm.Has("col-0"):
		return x.plan(t)
	case t.result.Fates != nil:
		return x.lay(t)
	}
	return x.columns(http.StatusOK, t, ui.Wrong{})
}

// cells counts what a file can be cut into, whatever parts its columns.
func cells(file []byte) (n int) {
	for _, c := range file {
		if c == ',' || c == ';' || c == '\t' || c == '\n' || c == '\r' {
			n++
		}
	}
	return n
}

// read opens the file as a table. One of nothing but columns would take
// many times its size.
func (x *importing) read(file []byte) error {
	var table spreadsheet.Table
	err := error(op.Refuse("import.rows", ledger.MaxRows))
	if cells(file) <= cellsMost {
		table, err = spreadsheet.Read(file)
	}
	if err != nil {
		f := ui.Form{}
		wrong, ok := x.refused(&f, err, nil)
		if !ok {
			return err
		}
		wrong.Field = ui.FieldFile
		return x.ask(http.StatusUnprocessableEntity, wrong)
	}
	t := &sheet{Table: table, since: x.now, file: x.r.MultipartForm.File[ui.FieldFile][0].Filename}
	t.plan = spreadsheet.Plan{Columns: table.Guess(), Unit: ledger.Minutes, Units: x.importable(), Names: x.names()}
	if len(t.plan.Units) > 0 {
		t.plan.Unit = t.plan.Units[0]
	}
	t.plan.MonthFirst = table.MonthFirst(t.plan.Columns)
	x.desk.lay(x.session, t, x.sessions.has)
	return x.columns(http.StatusOK, t, ui.Wrong{})
}

// importable are the units that a notebook can be in.
func (x *importing) importable() []ledger.Unit { return append(x.putUnits(), x.goods()...) }

// names are what the rows can call an account: members by their names, and
// what is shared by what this language or English calls it.
func (x *importing) names() map[string]ledger.Account {
	names := map[string]ledger.Account{}
	for _, l := range []locale.Lang{locale.English, x.lang} {
		for side, a := range map[ui.SideKind]ledger.Account{ui.OfCell: ledger.Common, ui.OfTin: ledger.Tin, ui.OfOutside: outside} {
			names[spreadsheet.Key(ui.Side{Kind: side}.Word(l))] = a
		}
	}
	for _, m := range x.people.Active() {
		name, a := spreadsheet.Key(x.people.Name(m)), ledger.MemberAccount(m)
		if _, taken := names[name]; taken {
			a = "" // two took it who had not seen each other, or somebody is called as what we share
		}
		names[name] = a
	}
	return names
}

// columnOf ties what a column can be to its place in the plan.
func columnsOf(c *spreadsheet.Columns) map[string]*int {
	return map[string]*int{"day": &c.Date, "giver": &c.From, "receiver": &c.To, "amount": &c.Amount, "unit": &c.Unit, "note": &c.Note}
}

// columns asks what is in which column, as far as it could be guessed.
func (x *importing) columns(status int, t *sheet, wrong ui.Wrong) error {
	v := ui.ImportView{Step: ui.ImportColumns, File: t.file, Fields: ui.ImportFields(x.lang), Form: ui.Form{Action: importURL, Values: map[string]string{ui.FieldUnit: string(t.plan.Unit)}}}
	v.Form.Errors = map[string]string{}
	if wrong.Field != "" {
		v.Form.Errors[wrong.Field] = wrong.Title
	}
	chosen := map[int]string{}
	for name, i := range columnsOf(&t.plan.Columns) {
		chosen[*i] = name
	}
	for i := range width(t.Table) {
		v.Columns = append(v.Columns, ui.ImportColumn{Name: "col-" + strconv.Itoa(i), Title: x.heading(t.Table, i), Samples: samples(t.Table, i), Chosen: chosen[i]})
	}
	for _, u := range x.importable() {
		v.Units = append(v.Units, ui.Choice{Value: string(u), Text: x.unitName(u)})
	}
	return x.showStep(status, v, wrong)
}

func (b *books) unitName(u ledger.Unit) string {
	switch u {
	case ledger.Minutes:
		return b.lang.T("hours")
	case ledger.Credit:
		return b.lang.T("credits")
	}
	return b.label(u)
}

func (x *importing) heading(t spreadsheet.Table, i int) string {
	if i < len(t.Header) && t.Header[i] != "" {
		return t.Header[i]
	}
	return x.lang.T("Column {1}", i+1)
}

// width is how many columns a table has: no more than anybody would map.
func width(t spreadsheet.Table) int {
	n := len(t.Header)
	for _, r := range t.Rows[:min(len(t.Rows), 20)] {
		n = max(n, len(r.Cells))
	}
	return min(n, 24)
}

// samples are the first different things that stand in a column.
func samples(t spreadsheet.Table, i int) string {
	var out []string
	for _, r := range t.Rows {
		if len(out) == 3 {
			break
		}
		if i < len(r.Cells) && r.Cells[i] != "" && !slices.Contains(out, r.Cells[i]) {
			out = append(out, cutTo(r.Cells[i], 40))
		}
	}
	return strings.Join(out, ", ")
}

// plan takes what the columns are and tells the fate of every row.
func (x *importing) plan(t *sheet) error {
	c := spreadsheet.Columns{Date: -1, From: -1, To: -1, Amount: -1, Unit: -1, Note: -1}
	places := columnsOf(&c)
	for i := range width(t.Table) {
		if place := places[x.value("col-"+strconv.Itoa(i))]; place != nil {
			*place = i
		}
	}
	next := *t
	next.plan.Columns, next.plan.Names, next.plan.Units = c, x.names(), x.importable()
	if u := ledger.Unit(x.value(ui.FieldUnit)); slices.Contains(next.plan.Units, u) {
		next.plan.Unit = u
	}
	next.plan.MonthFirst = t.MonthFirst(c)
	if c.Date < 0 || c.From < 0 || c.To < 0 || c.Amount < 0 {
		return x.columns(http.StatusUnprocessableEntity, &next, ui.Wrong{Title: x.lang.T("Say where the day, who gave, who received and how much are."), Field: "col-0"})
	}
	next.result = owed(x.tried(t.Table, next.plan))
	x.desk.lay(x.session, &next, x.sessions.has)
	return x.rows(http.StatusOK, &next, x.twice(next.result))
}

// twice warns of rows that were brought in before, and wait or count: of a notebook
// that somebody sends again, since they did not see that it had come.
func (x *importing) twice(r spreadsheet.Result) ui.Wrong {
	n, err := r.Confirm(r.Refused)
	if err != nil {
		return ui.Wrong{}
	}
	content := op.MustMarshal(n)
	refs := x.stood(ledger.AcctKey(n.Units[0], n.Accounts[n.Sums[0].Account]))
	for _, ref := range refs[max(0, len(refs)-mostWalk):] {
		o := x.books.read(ref)
		i, _ := x.state.Value(ledger.ImportKey(ref)).(ledger.Import)
		if o.Kind == ledger.KindImport && i.State != ledger.TxErased && bytes.Equal(o.Content, content) {
			return ui.Wrong{Title: x.lang.T("The same rows were brought in before."), Text: x.lang.T("Brought in once more, they count twice."),
				Link: ui.Link{URL: ledgerURL("import", ref), Text: x.lang.T("Look at it")}}
		}
	}
	return ui.Wrong{}
}

// tried is the fate of every row, told as it comes where the notebook is long.
func (x *importing) tried(t spreadsheet.Table, p spreadsheet.Plan) (all spreadsheet.Result) {
	var done atomic.Uint64
	g := &growing{title: x.lang.T("Bring the old notebook in"), far: func() (Doing, bool) { return Doing{Trying, done.Load(), uint64(len(t.Rows))}, true }}
	x.while(g, func() {
		for rows := range slices.Chunk(t.Rows, 100) {
			some := t
			some.Rows = rows
			r := spreadsheet.DryRun(some, p)
			all.Fates, all.Refused = append(all.Fates, r.Fates...), all.Refused+r.Refused
			done.Add(uint64(len(rows)))
		}
	})
	return all
}

// owed turns the rows about hours and credit into the words of the books:
// there, who receives hours pays with them. Money goes the way it is told.
func owed(r spreadsheet.Result) spreadsheet.Result {
	for i := range r.Fates {
		if f := &r.Fates[i]; f.OK() && f.As.Unit.Mutual() {
			f.As.From, f.As.To = f.As.To, f.As.From
		}
	}
	return r
}

// rows shows what would become of every row. Nothing is written.
func (x *importing) rows(status int, t *sheet, wrong ui.Wrong) error {
	v := ui.ImportView{Step: ui.ImportRows, File: t.file, Form: ui.Form{Action: importURL}, Bad: t.result.Refused, Good: len(t.result.Fates) - t.result.Refused}
	for _, f := range t.result.Fates {
		if row := x.fate(f); row.Reason != "" || len(v.Rows) < rowsShown {
			v.Rows = append(v.Rows, row)
		}
	}
	v.Sums = x.after(t.result)
	return x.showStep(status, v, wrong)
}

func (x *importing) fate(f spreadsheet.Fate) ui.ImportRow {
	if !f.OK() {
		return ui.ImportRow{Line: f.Line, Text: cutTo(strings.Join(f.Cells, " · "), 160), Reason: x.whyNot(f.Refused)}
	}
	return x.row(f.Line, f.As)
}

func (x *importing) row(n int, l ledger.Line) ui.ImportRow {
	giver, receiver := l.From, l.To
	if l.Unit.Mutual() {
		giver, receiver = receiver, giver
	}
	words := []string{x.lang.Short(dayTime(l.Day)), x.lang.T("{1} → {2}", x.side(giver).Word(x.lang), x.side(receiver).Word(x.lang))}
	if l.Note != "" {
		words = append(words, l.Note)
	}
	return ui.ImportRow{Line: n, Text: strings.Join(words, " · "), Number: x.sum(l.Unit, l.Amount).Words(x.lang)}
}

// after is where everybody would stand with the rows that can.
func (x *importing) after(r spreadsheet.Result) []ui.TrialBook {
	at := map[ledger.Known]ledger.Amount{}
	for _, l := range ledger.TrialBalance(x.books.at) {
		at[ledger.Known{Unit: l.Unit, Account: l.Account}] = l.Balance
	}
	for _, c := range r.Changes() {
		at[c.Known] += c.Amount
	}
	return x.trialOf(at)
}

func (b *books) trialOf(at map[ledger.Known]ledger.Amount) []ui.TrialBook {
	var lines []ledger.Total
	for k, n := range at {
		lines = append(lines, ledger.Total{Unit: k.Unit, Account: k.Account, Balance: n})
	}
	known := func(i int) ledger.Known { return ledger.Known{Unit: lines[i].Unit, Account: lines[i].Account} }
	sort.Slice(lines, func(i, j int) bool { return ledger.CompareKnown(known(i), known(j)) < 0 })
	return b.trial(lines)
}

// lay brings the rows before a second person, as one operation.
func (x *importing) lay(t *sheet) error {
	n, err := t.result.Confirm(t.result.Refused)
	var refs []op.Ref
	if err == nil {
		refs, err = x.submit(op.Draft{Kind: ledger.KindImport, Content: n})
	}
	if wrong, ok := x.refusal(ledger.Minutes, 0, err); ok {
		return x.rows(http.StatusUnprocessableEntity, t, wrong)
	}
	if err != nil {
		return err
	}
	x.desk.clear(x.session)
	return x.done(ledgerURL("import", refs[0]), x.lang.T("It lies before the others."), x.lang.T("It counts when a second person has compared it with the notebook."))
}

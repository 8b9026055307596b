package ledger

import (
	"iter"
	"slices"
	"strings"

	"celld/internal/op"
)

// MaxRows bounds an import, and rowsAPage one array inside it.
const (
	MaxRows   = 5000
	rowsAPage = 1000
)

// Notebook is the content of tx.import: what the cell wrote down before it had
// this ledger. It is one operation, and counts as a whole or not at all: from
// the moment a second member confirms it. Names stand in tables, so that a row
// is a few bytes.
type Notebook struct {
	Units    []Unit    `cbor:"1,keyasint"` // sorted
	Accounts []Account `cbor:"2,keyasint"` // sorted
	Pages    [][]Row   `cbor:"3,keyasint"` // full pages of 1000 rows, then the rest
}

// Row is one line of a notebook; Unit, From and To are places in its tables.
type Row struct {
	_      struct{} `cbor:",toarray"`
	Day    Day
	Unit   uint16
	From   uint16
	To     uint16
	Amount Amount
	Note   string
}

// Line is one line of a notebook with its names.
type Line struct {
	Day    Day
	Unit   Unit
	From   Account
	To     Account
	Amount Amount
	Note   string
}

func (l Line) entries() Entries { return Move(l.Unit, l.From, l.To, l.Amount) }

// NewNotebook returns the content that imports the lines.
func NewNotebook(lines []Line) Notebook {
	var n Notebook
	for _, l := range lines {
		n.Units = append(n.Units, l.Unit)
		n.Accounts = append(n.Accounts, l.From, l.To)
	}
	slices.Sort(n.Units)
	slices.Sort(n.Accounts)
	n.Units, n.Accounts = slices.Compact(n.Units), slices.Compact(n.Accounts)
	for page := range slices.Chunk(lines, rowsAPage) {
		rows := make([]Row, len(page))
		for i, l := range page {
			rows[i] = Row{Day: l.Day, Amount: l.Amount, Note: l.Note,
				Unit: place(n.Units, l.Unit), From: place(n.Accounts, l.From), To: place(n.Accounts, l.To)}
		}
		n.Pages = append(n.Pages, rows)
	}
	return n
}

func place[T ~string](table []T, v T) uint16 {
	i, _ := slices.BinarySearchFunc(table, v, func(a, b T) int { return strings.Compare(string(a), string(b)) })
	return uint16(i)
}

// notebookOf reads the content of tx.import.
func notebookOf(o op.Opened) Notebook {
	n, _ := read[Notebook](o)
	return n
}

// Lines yields the lines of n by number, from 1. It ends at a line whose names
// stand in no table.
func (n Notebook) Lines() iter.Seq2[int, Line] {
	return func(yield func(int, Line) bool) {
		i := 0
		for _, page := range n.Pages {
			for _, r := range page {
				i++
				if !n.named(r) || !yield(i, n.line(r)) {
					return
				}
			}
		}
	}
}

func (n Notebook) named(r Row) bool {
	return int(r.Unit) < len(n.Units) && int(r.From) < len(n.Accounts) && int(r.To) < len(n.Accounts)
}

func (n Notebook) line(r Row) Line {
	return Line{r.Day, n.Units[r.Unit], n.Accounts[r.From], n.Accounts[r.To], r.Amount, r.Note}
}

func (n Notebook) size() (rows int) {
	for _, p := range n.Pages {
		rows += len(p)
	}
	return rows
}

// known returns the accounts that n posts on, sorted.
func (n Notebook) known() (all []Known) {
	seen := map[Known]bool{}
	for _, l := range n.Lines() {
		seen[Known{Unit: l.Unit, Account: l.From}] = true
		seen[Known{Unit: l.Unit, Account: l.To}] = true
	}
	for k := range seen {
		all = append(all, k)
	}
	slices.SortFunc(all, CompareKnown)
	return all
}

// pending returns what n would post on one account.
func (n Notebook) pending(u Unit, a Account, ref op.Ref) (Pending, bool) {
	p := Pending{Ref: ref, Soft: true}
	for _, l := range n.Lines() {
		if l.Unit != u || l.From != a && l.To != a {
			continue
		}
		one := pendingFor(a, ref, l.entries())
		p.Amount, p.Legs, p.Leads = p.Amount+one.Amount, p.Legs+one.Legs, p.Leads+one.Leads
	}
	return p, p.Legs > 0
}

// Import is the value of an import.
type Import struct {
	State    TxState   `cbor:"1,keyasint"` // pending, completed or erased
	Maker    op.Member `cbor:"2,keyasint"`
	Rows     uint64    `cbor:"3,keyasint"`
	Accounts []Known   `cbor:"4,keyasint"`
}

func applyImport(ref op.Ref, i Import, o op.Opened) Import {
	if o.Ref == ref {
		n := notebookOf(o)
		return Import{State: TxPending, Maker: o.Member, Rows: uint64(n.size()), Accounts: n.known()}
	}
	if i.State != TxPending {
		return i
	}
	switch o.Kind {
	case KindConfirm:
		i.State = TxDone
	case KindDrop:
		i.State = TxErased
	}
	return i
}

func touchImport(o op.Opened, at past) ([]string, error) {
	n, ok := read[Notebook](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	return append(at.known(n.known()), ImportKey(o.Ref)), nil
}

func touchImported(o op.Opened, at past) ([]string, error) {
	i, ok := value[Import](at, ImportKey(o.Subject))
	if !ok {
		return nil, op.Refuse(codeUnknown, o.Subject)
	}
	return append(at.known(i.Accounts), ImportKey(o.Subject)), nil
}

func judgeImport(o op.Opened, at past) error {
	n := notebookOf(o)
	size := n.size()
	if err := must(
		refuseIf(size == 0 || size > MaxRows, codeAmount, size, MaxRows),
		refuseIf(!strictly(n.Units) || !strictly(n.Accounts), codeContent),
	); err != nil {
		return err
	}
	read := 0
	for i, l := range n.Lines() {
		read = i
		if checkMove(l.Unit, l.From, l.To, l.Amount) != nil || !l.Day.Valid() || CheckNote(l.Note) != nil {
			return op.Refuse(codeImport, i)
		}
	}
	if read != size {
		return op.Refuse(codeImport, read+1)
	}
	for _, k := range n.known() {
		if err := at.open(k.Unit, k.Account); err != nil {
			return err
		}
	}
	return nil
}

func strictly[T ~string](table []T) bool {
	for i := 1; i < len(table); i++ {
		if table[i-1] >= table[i] {
			return false
		}
	}
	return true
}

func (p past) imported(o op.Opened) (Import, error) {
	i, ok := value[Import](p, ImportKey(o.Subject))
	if !ok {
		return i, op.Refuse(codeUnknown, o.Subject)
	}
	return i, refuseIf(i.State != TxPending, codeNotPending, i.State)
}

// judgeConfirm lets the history be, limits or not; but what is in a tin cannot
// be less than nothing, and nobody comes back to a closed account.
func judgeConfirm(o op.Opened, at past) error {
	i, err := at.imported(o)
	if err := must(err, refuseIf(i.Maker == o.Member, codeNotAwaited)); err != nil {
		return err
	}
	for _, k := range i.Accounts {
		h := at.holding(k.Unit, k.Account)
		after := h.end(o.Subject, true)
		if floored(k.Unit, k.Account) && after.Balance < min(0, h.Balance) {
			return op.Refuse(codeGive, k.Account, k.Unit, h.Balance, h.Balance-after.Balance, Amount(0))
		}
		if err := at.open(k.Unit, k.Account); err != nil {
			return err
		}
	}
	return nil
}

func judgeDrop(o op.Opened, at past) error {
	_, err := at.imported(o)
	return err
}

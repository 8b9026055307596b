package ledger

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sort"
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
// is a few bytes; the sums let an account be folded without reading the rows.
type Notebook struct {
	Units    []Unit    `cbor:"1,keyasint"` // sorted
	Accounts []Account `cbor:"2,keyasint"` // sorted
	Sums     []Sum     `cbor:"3,keyasint"` // by unit and account
	Rows     uint64    `cbor:"4,keyasint"`
	Pages    [][]byte  `cbor:"5,keyasint"` // each the encoding of []Row: full pages of 1000, then the rest
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

// Sum is what a notebook posts on one account in all.
type Sum struct {
	_       struct{} `cbor:",toarray"`
	Unit    uint16
	Account uint16
	Amount  Amount
	Legs    uint64
	Leads   uint64
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
	n := Notebook{Rows: uint64(len(lines))}
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
		n.Pages = append(n.Pages, op.MustMarshal(rows))
	}
	n.Sums = n.sums()
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

// rows yields the rows of n by number, from 1. It ends at what does not read.
func (n Notebook) rows() iter.Seq2[int, Row] {
	return func(yield func(int, Row) bool) {
		i := 0
		for _, page := range n.Pages {
			var rows []Row
			if op.Unmarshal(page, &rows) != nil {
				return
			}
			for _, r := range rows {
				i++
				if !n.named(r) || !yield(i, r) {
					return
				}
			}
		}
	}
}

// Lines yields the lines of n by number, from 1. It ends at a line that does
// not read.
func (n Notebook) Lines() iter.Seq2[int, Line] {
	return func(yield func(int, Line) bool) {
		for i, r := range n.rows() {
			if !yield(i, Line{r.Day, n.Units[r.Unit], n.Accounts[r.From], n.Accounts[r.To], r.Amount, r.Note}) {
				return
			}
		}
	}
}

func (n Notebook) named(r Row) bool {
	return int(r.Unit) < len(n.Units) && int(r.From) < len(n.Accounts) && int(r.To) < len(n.Accounts)
}

// sums adds the rows up, by unit and account.
func (n Notebook) sums() []Sum {
	type key struct{ unit, account uint16 }
	all := map[key]Sum{}
	add := func(u, a uint16, amount Amount, leads uint64) {
		s := all[key{u, a}]
		all[key{u, a}] = Sum{Unit: u, Account: a, Amount: s.Amount + amount, Legs: s.Legs + 1, Leads: s.Leads + leads}
	}
	for _, r := range n.rows() {
		add(r.Unit, r.From, -r.Amount, 1)
		add(r.Unit, r.To, r.Amount, 0)
	}
	sums := slices.Collect(maps.Values(all))
	sort.Slice(sums, func(i, j int) bool {
		a, b := sums[i], sums[j]
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Account, b.Account)) < 0
	})
	return sums
}

// knownOf returns the account of a sum.
func (n Notebook) knownOf(s Sum) (Known, bool) {
	if int(s.Unit) >= len(n.Units) || int(s.Account) >= len(n.Accounts) {
		return Known{}, false
	}
	return Known{Unit: n.Units[s.Unit], Account: n.Accounts[s.Account]}, true
}

// known returns the accounts that n posts on, sorted.
func (n Notebook) known() (all []Known) {
	for _, s := range n.Sums {
		if k, ok := n.knownOf(s); ok {
			all = append(all, k)
		}
	}
	return all
}

// pending returns what n would post on one account.
func (n Notebook) pending(u Unit, a Account, ref op.Ref) (Pending, bool) {
	for _, s := range n.Sums {
		if k, ok := n.knownOf(s); ok && k.Unit == u && k.Account == a {
			return Pending{Ref: ref, Amount: s.Amount, Legs: s.Legs, Leads: s.Leads, Soft: true}, true
		}
	}
	return Pending{}, false
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
		return Import{State: TxPending, Maker: o.Member, Rows: n.Rows, Accounts: n.known()}
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
	if err := must(
		refuseIf(n.Rows == 0 || n.Rows > MaxRows, codeAmount, n.Rows, MaxRows),
		refuseIf(!strictly(n.Units) || !strictly(n.Accounts), codeContent),
		n.check(),
		refuseIf(!slices.Equal(n.Sums, n.sums()), codeContent),
	); err != nil {
		return err
	}
	for _, k := range n.known() {
		if err := must(at.amounts(k.Unit), at.open(k.Unit, k.Account)); err != nil {
			return err
		}
	}
	return nil
}

// check refuses the first row that no state could make lawful.
func (n Notebook) check() error {
	read := 0
	for i, l := range n.Lines() {
		read = i
		if checkMove(l.Unit, l.From, l.To, l.Amount) != nil || !l.Day.Valid() || CheckNote(l.Note) != nil {
			return op.Refuse(codeImport, i)
		}
	}
	return refuseIf(uint64(read) != n.Rows, codeImport, read+1)
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

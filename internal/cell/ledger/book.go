package ledger

import (
	"cmp"
	"slices"
	"strings"

	"celld/internal/op"
)

// Known is an account that exists in a unit.
type Known struct {
	_       struct{} `cbor:",toarray"`
	Unit    Unit
	Account Account
}

// CompareKnown orders accounts by unit and name.
func CompareKnown(a, b Known) int {
	return cmp.Or(strings.Compare(string(a.Unit), string(b.Unit)), strings.Compare(string(a.Account), string(b.Account)))
}

// Book is the value of the index of all books. It changes only when an account
// is first used, a good is declared or a month is closed, so that a late
// transfer does not fold it again.
type Book struct {
	Accounts []Known    `cbor:"1,keyasint,omitempty"` // sorted
	Goods    []UnitInfo `cbor:"2,keyasint,omitempty"` // sorted
	Last     Month      `cbor:"3,keyasint,omitempty"` // the newest month closed
	LastRef  op.Ref     `cbor:"4,keyasint,omitzero"`
	Closes   uint64     `cbor:"5,keyasint,omitempty"`
	Keeps    []Kept     `cbor:"6,keyasint,omitempty"` // sorted
}

func (b Book) has(k Known) bool {
	_, found := slices.BinarySearchFunc(b.Accounts, k, CompareKnown)
	return found
}

func (b Book) declares(u Unit) bool {
	return slices.ContainsFunc(b.Goods, func(i UnitInfo) bool { return i.Unit == u })
}

func (b Book) know(k Known) Book {
	i, found := slices.BinarySearchFunc(b.Accounts, k, CompareKnown)
	if !found {
		b.Accounts = op.Insert(slices.Clone(b.Accounts), i, k)
	}
	return b
}

// accounts returns the keys of the accounts, and that of the book where one of
// them is new to it.
func (p past) accounts(u Unit, accounts ...Account) []string {
	all := make([]Known, len(accounts))
	for i, a := range accounts {
		all[i] = Known{Unit: u, Account: a}
	}
	return p.known(all)
}

// known does the same for accounts of several units.
func (p past) known(all []Known) (keys []string) {
	book, fresh := p.book(), false
	for _, k := range all {
		keys = append(keys, AcctKey(k.Unit, k.Account))
		fresh = fresh || !book.has(k)
	}
	if fresh {
		keys = append(keys, KeyBook)
	}
	return keys
}

// applyBook folds o into the index.
func applyBook(b Book, o op.Opened) Book {
	switch o.Kind {
	case KindDeclare:
		if i, _ := read[UnitInfo](o); !b.declares(i.Unit) {
			b.Goods = put(b.Goods, i, func(i UnitInfo) Unit { return i.Unit })
		}
		return b
	case KindClose:
		return b.close(o)
	case KindKeep:
		return b.keep(o)
	case KindPropose, KindContra:
		return b.knowAll(transferOf(o).entries())
	case KindImport:
		for _, k := range notebookOf(o).known() {
			b = b.know(k)
		}
		return b
	case KindAgree:
		c, _ := read[Counted](o)
		return b.know(Known{Unit: c.Unit, Account: c.Account})
	}
	for _, e := range postedAtOnce(o) {
		b = b.knowAll(e)
	}
	return b
}

func (b Book) knowAll(e Entries) Book {
	for l := range e.Legs() {
		b = b.know(Known{Unit: e.Unit(), Account: l.Account})
	}
	return b
}

func touchBook(op.Opened, past) ([]string, error) { return []string{KeyBook}, nil }

// judgeDeclare lets any member name a good. Currencies are agreed by a round.
func judgeDeclare(o op.Opened, at past) error {
	i, _ := read[UnitInfo](o)
	return must(
		refuseIf(i.Unit.Class() != ClassGood, codeUnit, i.Unit),
		op.CheckText(i.Label, maxLabel, false),
		refuseIf(i.Label == "", codeText),
		refuseIf(at.uses(i.Unit), codeDeclared, i.Unit),
	)
}

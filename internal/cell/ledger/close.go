package ledger

import (
	"bytes"
	"iter"
	"slices"
	"sort"
	"strings"

	"celld/internal/op"
)

// Close is the content of book.close: a month's trial balance, as its author
// saw it, with the digest of the whole state, for the sheet on the wall.
type Close struct {
	Month Month   `cbor:"1,keyasint"`
	Lines []Total `cbor:"2,keyasint,omitempty"`
	Head  []byte  `cbor:"3,keyasint"`
}

// Total is one line of a trial balance.
type Total struct {
	_       struct{} `cbor:",toarray"`
	Unit    Unit
	Account Account
	Balance Amount
}

// keyDigest is the subject by which a state offers its digest to who closes a
// month. Where it is nil, the head is the author's word.
const keyDigest = "digest"

type digest interface{ Digest() []byte }

// KeyAccounts is the view by which an engine lists the keys of every account
// that was ever used. Where there is none, the book's own index stands in: it
// misses an account whose first use turned out void.
const KeyAccounts = "accounts"

// AccountPrefix begins the key of every account.
const AccountPrefix = prefixAcct

// Accounts yields every account that exists, by unit and name, with what it
// holds.
func Accounts(at Reader) iter.Seq2[Known, Holding] {
	p := past{at}
	return func(yield func(Known, Holding) bool) {
		for _, k := range p.everyAccount() {
			if !yield(k, p.holding(k.Unit, k.Account)) {
				return
			}
		}
	}
}

func (p past) everyAccount() []Known {
	keys, ok := p.At(KeyAccounts).([]string)
	if !ok {
		return p.book().Accounts
	}
	var all []Known
	for _, key := range keys {
		if p.At(key) != nil {
			unit, account, _ := strings.Cut(strings.TrimPrefix(key, prefixAcct), "/")
			all = append(all, Known{Unit: Unit(unit), Account: Account(account)})
		}
	}
	sort.Slice(all, func(i, j int) bool { return CompareKnown(all[i], all[j]) < 0 })
	return all
}

// TrialBalance returns all balances that are not zero, by unit and account.
func TrialBalance(at Reader) (lines []Total) {
	for k, h := range Accounts(at) {
		if h.Balance != 0 {
			lines = append(lines, Total{Unit: k.Unit, Account: k.Account, Balance: h.Balance})
		}
	}
	return lines
}

// close keeps the newest month; a second close of it, by somebody who had not
// seen the first, changes nothing but the number of closes.
func (b Book) close(o op.Opened) Book {
	c, _ := read[Close](o)
	b.Closes++
	if c.Month > b.Last {
		b.Last, b.LastRef = c.Month, o.Ref
	}
	return b
}

// judgeClose wants a clock that can be trusted, since no month before the last one
// is ever closed: by one phone's a month of a year to come would end them all (X2).
func judgeClose(o op.Opened, at past) error {
	c, _ := read[Close](o)
	last := at.book().Last
	timer := o.Member.IsZero()
	return must(
		refuseIf(!timer && !at.active(o.Member), codeMember),
		refuseIf(!o.Clock.Trusted(), codeClock),
		refuseIf(!c.Month.Valid() || c.Month <= last, codeMonth, last),
		refuseIf(c.Month > DayOf(o.Time).Month(), codeMonth, last),
		refuseIf(timer && c.Month >= DayOf(o.Time).Month(), codeMonth, last),
		refuseIf(!slices.Equal(c.Lines, TrialBalance(at)), codeTotals),
		refuseIf(len(c.Head) != 32, codeContent),
		at.head(c.Head),
	)
}

func (p past) head(want []byte) error {
	if d, ok := value[digest](p, keyDigest); ok {
		return refuseIf(!bytes.Equal(d.Digest(), want), codeTotals)
	}
	return nil
}

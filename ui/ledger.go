package ui

import (
	"strings"

	"celld/ui/locale"
)

// The addresses of the ledger. GET shows, POST changes.
//
//	GET  /ledger                             hours, all of us, the tin, goods
//	GET  /ledger/pay                         write down hours or credit; ?to= ?way= ?pledge=    POST /ledger/pay
//	GET  /ledger/t/{ref}                     one transfer        POST /ledger/t/{ref}/yes, /no, /back, /right
//	GET  /ledger/account/{unit}/{account}    a statement; ?before=
//	GET  /ledger/tin                         a tin; ?unit=       POST /ledger/tin/in, /ledger/tin/count, /ledger/tin/count/{ref}
//	GET  /ledger/expense/new                 ask the tin         POST /ledger/expense/new
//	GET  /ledger/expense/{ref}               a request           POST /ledger/expense/{ref}/yes, /no, /back, /pay, /checked, /round
//	GET  /ledger/pledges                     who promised what
//	GET  /ledger/pledge/new                  promise something   POST /ledger/pledge/new
//	GET  /ledger/pledge/{ref}                one pledge          POST /ledger/pledge/{ref}/yes, /day, /done, /part, /over, /back
//	GET  /ledger/buckets                     what we put aside for
//	GET  /ledger/bucket/new                  a new bucket        POST /ledger/bucket/new
//	GET  /ledger/bucket/{ref}                one bucket          POST /ledger/bucket/{ref}/in, /out, /keep, /cancel
//	GET  /ledger/goods                       what is in store    POST /ledger/goods, /ledger/goods/new
//	GET  /ledger/close                       the month's close   POST /ledger/close
//	GET  /ledger/close/{month}/sheet         the close for the wall
//	GET  /ledger/import                      the old notebook    POST /ledger/import (the file, then the columns, then the rows)
//	GET  /ledger/import/{ref}                an import that waits for a second person    POST /ledger/import/{ref}/yes, /back
//	GET  /ledger/export                      take the books along; /ledger/export.journal, .beancount, .csv
//	GET  /ledger/rules                       what we agreed
//	GET  /ledger/leaving                     settle, before one leaves; ?who=    POST /ledger/leaving
//
// The giver is the side whose balance goes up: in the words of the books the
// giver is the payee, and the receiver pays. Of hours and credit that is who
// gave; money and things go up where they arrive, and the pages say it so.

// LedgerView is the ledger as one person sees it.
type LedgerView struct {
	Books   []BookView // hours first; empty in gift mode
	Gifts   *GiftsView // in gift mode, in place of the books
	Waiting []Entry    // what waits for the viewer's yes
	Lately  []Entry    // what is written down, the newest first
	Tins    []TinView
	Goods   []Good
	Doors   []Link // see LedgerDoors
	PayURL  string
	AskURL  string // where to ask for something; empty to leave the button out
	AllURL  string // the viewer's whole statement

	AllGoods Link // where Goods are not all
}

// BookView is one book of what members owe one another.
type BookView struct {
	Mine     Sum
	Min, Max int
	Bands    bool // we agreed to show only which way others lean
	Everyone []Holder
	Shared   []Holder // the cell's own accounts and the buckets, which everybody may always see
	Nudge    Link     // who needs what the viewer could do, or offers what the viewer could use
}

// Holder is an account in the table of all of us.
type Holder struct {
	Side
	N   int64
	URL string // the statement; empty where it is not shown
}

// GiftsView is the ledger of a cell that counts giving, and no amounts.
type GiftsView struct {
	Given, Received int
	Everyone        []Giver
}

// Giver is somebody who gave and received that many times.
type Giver struct {
	Side
	Given, Received int
}

// Entry is one transfer as a list has it, seen from one account.
type Entry struct {
	URL      string
	What     string // what for, in people's words
	Other    Side
	Gave     bool // this account goes up: it gave hours or credit, or took in money or things
	Sum      Sum
	NoAmount bool // gift mode
	When     string
	State    TransferState
	Yours    bool   // it waits for the viewer's yes
	Awaits   string // who else it waits for; empty when that is anyone
	Right    string // when it was put right, as "on the 15th"; empty when it was not
	Corrects bool   // it puts another one right
	Left     *Sum   // the balance after it, in a statement
}

// TransferState is where a transfer stands.
type TransferState uint8

// The states of a transfer.
const (
	TransferWaits TransferState = iota
	TransferDone
	TransferBack    // taken back
	TransferRefused // the other said no
	TransferLapsed  // nobody said anything in time
)

// title is the entry's line: "Mending the gate, for Tide".
func (e Entry) title(l locale.Lang) string {
	other := e.Other.From(l)
	if e.Gave != e.Sum.In.Kind.moves() {
		other = e.Other.For(l)
	}
	if e.What == "" {
		return locale.Capital(other)
	}
	return l.T("{1}, {2}", e.What, other)
}

// state says what is still to be said of the entry: "Waits for your yes".
func (e Entry) state(l locale.Lang) string {
	var parts []string
	if e.When != "" {
		parts = append(parts, e.When)
	}
	switch {
	case e.State == TransferWaits && e.Yours:
		return l.T("Waits for your yes")
	case e.State == TransferWaits && e.Awaits != "":
		return l.T("Waits for {1}", e.Awaits)
	case e.State == TransferWaits:
		return l.T("Waits for a second person")
	case e.State != TransferDone:
		parts = append(parts, l.T(transferEnds[e.State]))
	case e.Right != "":
		parts = append(parts, l.T("put right {1}", e.Right))
	case e.Corrects:
		parts = append(parts, l.T("puts another one right"))
	}
	return locale.Capital(strings.Join(parts, " · "))
}

var transferEnds = [...]string{TransferBack: locale.M("taken back"), TransferRefused: locale.M("refused"), TransferLapsed: locale.M("ended without an answer")}

// signed is the sum as it changes this account.
func (e Entry) signed() Sum {
	if e.Gave {
		return e.Sum
	}
	return e.Sum.Of(-e.Sum.N)
}

// struck tells whether the entry counts no more.
func (e Entry) struck() bool {
	return e.Right != "" || e.State == TransferBack || e.State == TransferRefused || e.State == TransferLapsed
}

// Row is the entry in a list.
func (e Entry) Row(l locale.Lang) Row {
	r := Row{URL: e.URL, Title: e.title(l), Mixed: true, Text: e.state(l), Struck: e.struck()}
	if !e.NoAmount {
		r.Number = e.signed().Signed(l)
	}
	return r
}

func entryRows(l locale.Lang, entries []Entry) []Row {
	var out []Row
	for _, e := range entries {
		out = append(out, e.Row(l))
	}
	return out
}

// leaning says how far a balance is from zero, of what its side allows.
type leaning int

const (
	farReceived leaning = iota
	received
	even
	given
	farGiven
)

func lean(n, low, high int) leaning {
	limit := high
	if n < 0 {
		limit = -low
	}
	size := max(n, -n)
	switch {
	case n == 0:
		return even
	case 2*size <= limit && n > 0:
		return given
	case 2*size <= limit:
		return received
	case n > 0:
		return farGiven
	}
	return farReceived
}

var leaningWords = [...]string{
	even:        locale.M("You have given as much as you received."),
	given:       locale.M("You have given a little more than you received. It is for you to spend."),
	farGiven:    locale.M("You have given much more than you received. Let others do something for you."),
	received:    locale.M("You have received a little more than you gave. That is what it is for."),
	farReceived: locale.M("You have received much more than you gave. Somebody may need what you can do."),
}

// lead says the balance in words.
func (b BookView) lead(l locale.Lang) string {
	return l.T(leaningWords[lean(int(b.Mine.N), b.Min, b.Max)])
}

// past says that a balance lies beyond what was agreed, which corrections and
// two people who wrote at the same time can bring about.
func (b BookView) past(l locale.Lang) string {
	switch n := int(b.Mine.N); {
	case n < b.Min:
		return l.T("That is past what we agreed, {1}. A correction, or two of us writing at the same time, can do that. Nothing more can be received until it is settled.", b.Mine.Of(int64(b.Min)).Words(l))
	case n > b.Max:
		return l.T("That is past what we agreed, {1}. A correction, or two of us writing at the same time, can do that. Nothing more can be given until it is settled.", b.Mine.Of(int64(b.Max)).Signed(l))
	}
	return ""
}

// band says which way somebody leans, where we agreed to show no more.
func (b BookView) band(l locale.Lang, n int) string {
	switch {
	case 10*n > b.Max:
		return l.T("gave more")
	case 10*n < b.Min:
		return l.T("received more")
	}
	return l.T("near zero")
}

// rows are all holders of the book, and how long the longest bar is.
func (b BookView) rows() (all []Holder, largest int) {
	all = append(append(all, b.Everyone...), b.Shared...)
	for _, h := range all {
		largest = max(largest, int(h.N), -int(h.N))
	}
	return all, largest
}

func (b BookView) together() (sum int64) {
	for _, h := range append(append([]Holder{}, b.Everyone...), b.Shared...) {
		sum += h.N
	}
	return sum
}

// title of a book beside the hours.
func (b BookView) title(l locale.Lang) string {
	if b.Mine.In.Kind == InHours {
		return l.T("Hours")
	}
	return locale.Capital(b.Mine.In.unit(l))
}

// LedgerDoors are the ways from the ledger, always the same.
func LedgerDoors(l locale.Lang) []Link {
	return []Link{
		{"/ledger/tin", l.T("The tin")},
		{"/ledger/fund", l.T("How the fund goes")},
		{"/ledger/pledges", l.T("Promises")},
		{"/ledger/buckets", l.T("Put aside")},
		{"/ledger/goods", l.T("In store")},
		{"/ledger/close", l.T("The month’s close")},
		{"/ledger/rules", l.T("What we agreed")},
		{"/ledger/import", l.T("Bring the old notebook in")},
		{"/ledger/export", l.T("Take the books along")},
	}
}

// Ledger is the way back from the pages of the ledger.
func Ledger(l locale.Lang) Link { return Link{URL: "/ledger", Text: l.T("Hours and money")} }

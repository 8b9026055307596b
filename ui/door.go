package ui

import (
	"hash/crc32"
	"strconv"
	"strings"

	"celld/ui/locale"
)

// The fields of the pages at the door.
const (
	FieldCode    = "code"
	FieldName    = "name"
	FieldSecret  = "words"
	FieldCell    = "cell"
	FieldWritten = "written" // "I have written them down"
	FieldNextURL = "next"
)

// SignInView is the door for who has a seat.
type SignInView struct {
	Form    Form
	Next    string // where to go afterwards
	Sealed  bool   // this router is locked: signing in wakes it
	Kept    bool   // a form was sent while nobody was signed in; it is kept
	JoinURL string // for who has a code
	LostURL string
	FundURL string // how the fund goes, where guests may see it
	Open    bool   // the Wi-Fi has no key, and neither has this page
	SafeURL string // the same page encrypted; empty: there is none
	Ours    string // the Wi-Fi with a key, where there is one beside
}

// KeptView is what somebody wrote before they had to sign in again.
type KeptView struct {
	To      string   // the address that it was for
	Fields  []Choice // name and value of every field
	Words   []string // what of it people read
	DropURL string
}

// ClaimView is the first page of a router that belongs to nobody yet.
type ClaimView struct {
	Form  Form
	Joins bool // somebody said yes to a cell, and it is on its way
	Over  bool // the code is too old; the router makes another when it starts or the button is pressed
}

// FoundView asks three things, and founds the cell.
type FoundView struct {
	Form    Form
	Words   []string // the five words, made on this router
	Tongues []Choice // in which languages words can be had
	TakeURL string   // for a router whose cell is there already; empty when it cannot be taken in
}

// DoorView is the hour in which people come in.
type DoorView struct {
	Open     bool
	Until    string // the time when it closes; empty while the router does not know it
	Code     string
	Address  string // what to write in the browser
	QR       QR
	Arrivals []Arrival
	Places   []Place // who sits already
	OpenURL  string
	CloseURL string
	RoundURL string // the founding round, where all are seated; empty before two are there
}

// Arrival is somebody who waits to be known.
type Arrival struct {
	Name       string
	ConfirmURL string
	RefuseURL  string
}

// JoinView is the page for who has a code.
type JoinView struct {
	Form    Form
	Places  []Place // who sits already; the first one is the free seat
	Sponsor string  // who invited; empty at the open door
	Closed  string  // why nobody can sit down now
}

// MarkOf tells five words from five others, on the form that says that they are on
// paper: a browser that goes back can show a page whose words were others since.
func MarkOf(five []string) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(strings.Join(five, " ")))), 36)
}

// WordsView shows five words once.
type WordsView struct {
	Form    Form
	Words   []string
	Tongues []Choice
	Name    string // what the person is called
	Change  bool   // new words in place of old ones
}

// WaitView is the page of who has asked for a seat.
type WaitView struct {
	Name    string
	Places  []Place
	Sponsor string
	Refused bool
}

// FirstDayView is home while the table is not yet full.
type FirstDayView struct {
	Places   []Place // the viewer, who else sits, and the free seats
	Free     int
	Written  bool // the words were said to be on paper
	Seated   bool // three sit at the table
	Agreed   bool // the founding round is closed
	DoorURL  string
	RoundURL string // the founding round; empty before it is open
	NewURL   string
	PaperURL string // the recovery sheet, for who is alone
}

// freeSeats is the word on the board.
func (v FirstDayView) freeSeats(l locale.Lang) string {
	return l.N("{1} free seat", "{1} free seats", v.Free)
}

func (v FirstDayView) ring(l locale.Lang) Ring {
	g := Ring{Lang: l, Places: FromSeat(v.Places), Bare: v.Free == len(v.Places)-1}
	g.Middle = []Middle{{v.freeSeats(l), Word}}
	g.Title = SeatsSentence(l, len(v.Places)) + " " + locale.Capital(v.freeSeats(l)) + "."
	g.Desc = l.T("Around the table: {1}.", l.List(named(v.Places, func(p Place) bool { return p.Seat == Consent })))
	for i := range g.Places {
		if g.Places[i].You {
			g.Places[i].Name = l.T("you")
		}
		if g.Places[i].Seat == Free {
			g.Places[i].Seat = Unheard // a broken outline would shout six times
		}
	}
	return g
}

// SeatedRing draws who sits at the table, with no count: nobody is asked anything.
func SeatedRing(l locale.Lang, places []Place, middle string) Ring {
	g := Ring{Lang: l, Places: FromSeat(places), Middle: []Middle{{middle, Word}}}
	g.Title = SeatsSentence(l, len(places))
	if names := named(places, func(p Place) bool { return p.Seat != Free && p.Name != "" }); len(names) > 0 {
		g.Desc = l.T("Around the table: {1}.", l.List(names))
	}
	for i := range g.Places {
		if g.Places[i].You {
			g.Places[i].Name = l.T("you")
			if g.Places[i].Seat == Free {
				g.Places[i].Name = l.T("you?")
			}
		}
	}
	return g
}

// OfUs is the word on the board of a table where all are known: "seven of us".
func OfUs(l locale.Lang, n int) string {
	return numbered(l, l.Plural("one of us", "{1} of us", n), n)
}

// freeTable is the picture of a router that belongs to nobody.
func freeTable() []Place { return make([]Place, 7) }

// name is how every field for a pseudonym is typed.
func name(f Field) Field { f = f.UpTo(24).Must(); f.Complete = "username"; return f }

// secret is how every field for five words is typed.
func secret(f Field) Field {
	f = f.As(Secret).UpTo(120).Must()
	f.Complete = "current-password"
	return f
}

// sittingSentence counts who is inside.
func sittingSentence(l locale.Lang, n int) string {
	return inWords(l, l.Plural("One person sits at the table.", "{1} people sit at the table.", n), n)
}

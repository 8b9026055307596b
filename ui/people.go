package ui

import "celld/ui/locale"

// PeopleView is the ring of members.
type PeopleView struct {
	Places    []Place // away: seat Left
	Rows      []PersonRow
	Asking    []Row // who asks for a seat: the membership rounds
	InviteURL string
	TurnsURL  string // whose turn it is to look after the rounds
	DoorURL   string // while the founding round is open
}

// PersonRow is one member in the list.
type PersonRow struct {
	URL   string
	Name  string
	You   bool
	Away  bool
	Words string // "since 3 May", a role, anything short
}

// rows of the list; a dot stands beside who is away.
func (v PeopleView) rows(l locale.Lang) []Row {
	var out []Row
	for _, r := range v.Rows {
		seat, text := Consent, r.Words
		if r.Away {
			seat = Left
			text = join(l.T("away"), r.Words)
		}
		if r.You {
			text = join(l.T("you"), text)
		}
		out = append(out, Row{URL: r.URL, Seats: []Place{{Seat: seat, You: r.You}}, Title: r.Name, Text: text})
	}
	return out
}

func join(a, b string) string {
	if b == "" {
		return a
	}
	return a + " · " + b
}

// PersonView is one member, as the others see them.
type PersonView struct {
	Name      string
	You       bool
	Away      bool
	Since     string // the day they sat down, as Lang.Date writes it
	Sponsor   string
	Roles     []string
	Rounds    []Row
	RebindURL string // GET: they have lost their words; empty when it is not for the viewer
	LeaveURL  string // GET: a membership round about them
	LedgerURL string
	PacketURL string // their first weeks
}

// firstWeeks is what their packet is called.
func (v PersonView) firstWeeks(l locale.Lang) string {
	if v.You {
		return l.T("Your first weeks")
	}
	return l.T("The first weeks of {1}", v.Name)
}

// leave is the way out of the cell, for them or by a round.
func (v PersonView) leave(l locale.Lang) string {
	if v.You {
		return l.T("Leave the cell")
	}
	return l.T("A round about their seat")
}

// MeView is what the house knows of the viewer, and their own switches.
type MeView struct {
	Name        string
	Sessions    []Session
	Lang        locale.Lang
	Language    Form // POST with the field "lang"
	Away        bool
	AwayURL     string // POST: I am away for a while
	BackURL     string // POST: I am here again
	WordsURL    string
	PaperURL    string
	OutURL      string // POST
	OutAllURL   string // POST
	CalendarURL string
	PersonURL   string // how the others see me
	Knows       []Fact // what this router keeps about the viewer
	Waiting     []Row  // relayed voices, veto rights: what the viewer alone can answer
}

// Session is one place where the viewer is signed in.
type Session struct {
	Where string // the browser, in a word
	When  string
	This  bool
}

// InviteView is the page on which a member invites.
type InviteView struct {
	Form Form
	Open []Row  // invitations that are not used yet
	Too  string // why no further invitation can be made now
}

// InvitationView is an invitation, to be shown or printed.
type InvitationView struct {
	Sponsor string
	Code    string
	Address string
	QR      QR
	Until   string // as Lang.Date writes it; empty for "until it is used"
	BackURL string
	WiFi    WiFiView
}

// WiFiView is how to join the Wi-Fi, where the router knows.
type WiFiView struct {
	SSID string // empty: it does not
	Key  string // empty: it has none
	QR   QR
}

// LostView is for who has lost the five words.
type LostView struct {
	Form   Form
	Others int    // how many neighbours have to say yes
	Done   bool   // asked: what to tell the neighbours
	Words  string // the check words of the new key, to be said aloud
	Until  string // when the waiting ends
}

// RebindView is a neighbour's page about somebody's new words.
type RebindView struct {
	Form      Form
	Name      string
	Words     string // the check words of the new key
	Others    []Row  // further requests in the same name, by their check words
	Assents   []string
	Needed    int
	Until     string
	Mine      bool   // the viewer is the person: the old words still work here
	AssentURL string // POST; empty when the viewer has assented
	HandURL   string // POST, once the wait is over
	VetoURL   string // POST with the old words, for the viewer's own old key
	Vetoed    bool   // somebody with the old words said no
	RoundURL  string // where a round decides then
}

// PaperView is the sheet on which somebody keeps five words.
type PaperView struct {
	Name, Router string
}

// away names who is not at the table now.
func (v PeopleView) away() []string {
	var out []string
	for _, r := range v.Rows {
		if r.Away {
			out = append(out, r.Name)
		}
	}
	return out
}

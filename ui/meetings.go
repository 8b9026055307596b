package ui

import "strings"

// MeetingsView is when we meet: what is to come, then what was.
type MeetingsView struct {
	Coming, Past   []Row
	NewURL         string
	Previous, Next string
}

// MeetingView is one meeting.
type MeetingView struct {
	Title    string
	When     string // the day, as people say it
	Time     string // as they wrote it
	Place    string
	By       string // who called it
	Off      bool
	Why      string // why it was called off
	Places   []Place
	Speaking []string // who speaks in which order
	Rounds   []Row    // open ones
	Items    []MeetingItem
	Duties   []MeetingDuty
	Minutes  *MeetingMinutes
	Form     Form // for something to talk about; its Action empty for none

	MinutesURL, MoveURL, CancelURL, SheetURL string // empty: not for the viewer
	AsOf                                     string // on paper
}

// MeetingItem is something to talk about.
type MeetingItem struct {
	Words, By string
	DropURL   string // POST: the viewer takes it back
}

// MeetingDuty is what one of those who meet does for the others.
type MeetingDuty struct {
	Title, Name string // Name is empty while nobody does it
	You         bool
	URL         string // POST
	Duty        string
	No, Yes     bool // the viewer may say no to it, or take it on
}

// MeetingMinutes is what was written down.
type MeetingMinutes struct {
	Words  string
	By     string
	When   string
	There  []string
	Rounds []Row
}

// paragraphs are the words as they were set: an empty line parts them.
func (m MeetingMinutes) paragraphs() (out []string) {
	for x := range strings.SplitSeq(m.Words, "\n\n") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// facts say when and where.
func (v MeetingView) facts(p Page) []Fact {
	return []Fact{{Question: p.T("Which day?"), Answer: v.When}, {Question: p.T("At what time?"), Answer: v.Time},
		{Question: p.T("Where?"), Answer: v.Place}, {Question: p.T("Who called it"), Answer: v.By}}
}

// ring draws the table, with a wedge to who speaks first.
func (v MeetingView) ring(p Page) Ring {
	first := p.T("{1} speaks first.", v.Speaking[0])
	return Ring{Lang: p.Lang, Places: v.Places, Title: first, Desc: p.T("Around the table, one after another: {1}.", p.Lang.List(v.Speaking)), ID: "m", Closed: true}
}

// MeetingFormView is where a meeting is called, or moved.
type MeetingFormView struct {
	Form Form
	New  bool
}

// MinutesView is where somebody writes down what was said.
type MinutesView struct {
	Form   Form
	Title  string
	There  []Choice
	Rounds []Choice
}

// The fields of the forms of meetings that no other form has.
const (
	FieldTime  = "time"
	FieldThere = "there"
	FieldRound = "round"
	FieldDuty  = "duty"
)

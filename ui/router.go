package ui

import "celld/ui/locale"

// RouterView is what this router can say about itself.
type RouterView struct {
	Name       string
	Unattended bool
	ModeURL    string
	MeshURL    string // all routers of the cell
	Room       string // what is left on its disk: "410 MB"
	RoomLow    bool
	Clock      ClockView
	Backup     string // when the last backup was made; empty when this router does not know
	LockURL    string // POST
	Check      string // six words that are the same on every router of the cell
	Facts      []Fact // version, operations, whatever else is known
}

// words are the time and where it is known from.
func (v ClockView) words(l locale.Lang) string {
	if v.Source == "" {
		return v.Now
	}
	return l.T("{1}, {2}", v.Now, v.Source)
}

// ClockView is how sure this router is of the time.
type ClockView struct {
	Now     string // what it believes
	Trusted bool
	Source  string // "from the internet", "set by Fern and Kite"
	URL     string // the page where two members set it
	Form    Form   // POST with the fields "day" and "hour"
	By      string // who proposed a time already
	Offered string // that time
	Yes     string // POST: the second member confirms; empty when it was the viewer's own
}

// The fields of the clock.
const (
	FieldDay  = "day"
	FieldHour = "hour"
)

// ModeView explains sealed and unattended.
type ModeView struct {
	Unattended bool
	RoundURL   string // a new round that would change it
}

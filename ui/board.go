package ui

// BoardView is the board: short notes for everybody, the newest first.
type BoardView struct {
	Form     Form
	About    Link   // what the next note is about; the zero value for nothing
	Ref      string // names it in the form
	Clear    string // leads to the board without it
	Days     []NoteDay
	Previous string
	Next     string
	Stay     int // days that a note stays
}

// NoteDay is what was written on one day.
type NoteDay struct {
	Name  string
	Notes []BoardNote
}

// BoardNote is one note of somebody.
type BoardNote struct {
	Text, By string
	When     string // the time of day, or that nobody knows it
	About    Link
	OnlyHere bool   // no other router is known to have it
	DownURL  string // POST: the viewer takes it down; empty for who may not
}

// said is a note as people's words stand everywhere.
func (n BoardNote) said() Speech { return Speech{Text: n.Text, By: n.By, Details: []string{n.When}} }

// FieldAbout says what a note is about.
const FieldAbout = "about"

package ui

// The fields of the pages about routers.
const (
	FieldRouter = "router" // the code of a router that is to be taken in
	FieldPlace  = "place"  // what a router is called
	FieldParcel = "parcel" // the carried file that is meant
)

// RoutersView is every router of the cell.
type RoutersView struct {
	Places        []Place // this router first
	Reach         string  // how many are within reach, in a sentence
	Rows          []Row
	Gone          []Row // routers that were let go
	AddURL        string
	NeighboursURL string
	CarryURL      string // empty: nothing is carried here
	Unmet         bool   // none of the others has met this one
}

// CarryView is where files for routers out of reach come from, and go to.
type CarryView struct {
	FileURL string // the download
	Form    Form   // a file from elsewhere
}

// ParcelView is a file that was looked at.
type ParcelView struct {
	ID       string
	Facts    []Fact
	Action   string // POST: take it in
	LeaveURL string // POST: remove it
}

// OneRouterView is one router of the cell.
type OneRouterView struct {
	Name    string
	Met     string // when it was last met, in a sentence
	Facts   []Fact
	Words   []string // the check words of its key
	Here    bool     // it is the one that shows the page
	Gone    bool     // it was let go
	Form    Form     // a new name
	GoURL   string   // the page that lets it go
	KeepURL string   // POST: takes that back
}

// LetGoView says what letting a router go does.
type LetGoView struct {
	Name   string
	Here   bool
	Action string // POST
}

// AddRouterView finds the router that is to be taken in.
type AddRouterView struct {
	Found []Button // routers nearby that look for a cell
	Form  Form     // its code, where it is not in sight
}

// Button is a button with words beside it.
type Button struct {
	URL, Title, Text string
}

// CheckRouterView compares six words with those on the other router's page.
type CheckRouterView struct {
	Words []string
	Form  Form
	Code  string // carried along
}

// NeighboursView is who is in sight and does not belong to the cell.
type NeighboursView struct {
	Rows []Row
	Off  bool // this router neither looks nor shows itself
}

// TakenInView is the page of a router that lets a cell take it in.
type TakenInView struct {
	Words []string // the check words of its key
	Code  string
	QR    QR
	Asked *Asking // a cell that wants to; nil while none has asked
	Joins bool    // somebody said yes to it
	Back  string  // POST: not any more
}

// Asking is a cell that would take this router in.
type Asking struct {
	Words  []string // the check words of the router that asks
	YesURL string
	NoURL  string
}

package ui

import (
	"celld/ui/locale"
	"celld/ui/markdown"
)

// LeafView is a page that says something and leads on: the shelf of all pages,
// one page, its versions, an agreement.
type LeafView struct {
	Over     string // a small line above the title
	Title    string
	Said     bool // Title is in people's own words
	Lead     string
	Prose    Prose
	Empty    string // what to say where there is nothing
	Facts    []Fact
	Parts    []LeafPart
	Go       Link     // the primary way on
	Ways     []Link   // others
	Posts    []Action // others that change something
	Note     string
	Previous string
	Next     string
}

// LeafPart is a list under a heading.
type LeafPart struct {
	Title, Text string
	Rows        []Row
}

// Prose is what people wrote, with the few marks of package markdown, in a
// language; empty for nothing.
type Prose struct {
	Text, Language string
	Pictures       markdown.Pictures // nil: it shows none
}

// dir is the direction of its language, which that of the page may not be.
func (x Prose) dir() string {
	if l, known := locale.Find(x.Language); known {
		return l.Dir()
	}
	return "auto"
}

func (x Prose) markup() Component { return piece(markdown.Page(x.Text, x.Pictures)) }

// PenView is the form of a page.
type PenView struct {
	Form      Form
	Title     string
	Kinds     []Choice // empty: it stays what it is
	Languages []Choice
	Scopes    []Choice
	Theirs    Prose // what somebody else wrote meanwhile, where the two clash
	Merged    string
	Keep      bool // it may be kept beside the page instead
	Room      string
	Long      int
	Hidden    []Choice // name and value
}

// The fields of a page's form.
const (
	FieldLanguage = "language"
	FieldScope    = "scope"
	FieldBase     = "base"
	FieldOther    = "other"
	FieldBeside   = "beside"
	FieldWas      = "was"
	FieldMine     = "mine"
	FieldPick     = "pick"
	FieldAll      = "all"
)

// DiffView is two versions beside each other, paragraph by paragraph.
type DiffView struct {
	Over, Title string
	Note        Speech
	Parts       []DiffPart
	Ways        []Link
}

// DiffPart is a paragraph, or how many of them are alike.
type DiffPart struct {
	Alike string
	Words []Span
}

// OffersView are the paragraphs of another cell's page.
type OffersView struct {
	Over, Title, Lead string
	Form              Form
	Offers            []OfferPart
	Hidden            []Choice
	SeenText          string // the button that takes nothing over; empty for none
	Credit            string
}

// OfferPart is one of them, and what stands in its place here.
type OfferPart struct{ Theirs, Place string }

// OutView is how something is taken out for good.
type OutView struct {
	Form  Form
	Title string
	About string // what happens with copies elsewhere
	Wait  string
	Long  int
	Picks []PickView
}

// BringView takes in a file.
type BringView struct{ Form Form }

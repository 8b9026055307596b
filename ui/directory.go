package ui

// DirectoryView is what people can, offer and need.
type DirectoryView struct {
	Fits           []Row // what may help the viewer, or what the viewer may help with
	Lists          []EntryList
	Previous, Next string
	NewURL         string
}

// EntryList is one sort of entries.
type EntryList struct {
	Title string
	Rows  []Row
	All   Link // where the others stand
}

// EntryView is one entry, and what may answer it.
type EntryView struct {
	Words    string
	Sort     string
	Facts    []Fact
	Project  Link
	Promised []Row // what was promised for it
	Fits     []Row
	HelpURL  string // where the viewer promises something for it
	WantURL  string // where the viewer says a need that it may answer
	EndURL   string // POST: it is taken down
	BoardURL string
}

// The fields of an entry. What it says are FieldWords, until when FieldUntil.
const (
	FieldSort = "sort"
	FieldArea = "area"
	FieldNeed = "need" // what a promise is for
)

package ui

// SafetyView is a page of things to know, with what leads on from each. Most
// pages about safety are one.
type SafetyView struct {
	Lead  string
	Parts []Part
}

// Part is one heading and what stands under it.
type Part struct {
	Title string
	Lines []string // paragraphs
	List  []string // one after the other, marked
	Facts []Fact
	Rows  []Row
	Ways  []Link
	Posts []Action // one quiet button each
	Sure  *Sure
}

// Sure is a form that destroys something, once it was ticked that one knows.
type Sure struct {
	Form Form
	Tick string
	Send string
}

// FieldSure is the tick of a Sure.
const FieldSure = "sure"

// NoTitle is what every page is called in the history of a browser, and on the
// list of its windows: whoever looks there learns nothing. What a page is about
// says its heading.
const NoTitle = "Wi-Fi"

package ui

// MainBegins is where the page itself begins, below its head.
const MainBegins = `<main id="main">`

// FarView is how far long work has come.
type FarView struct {
	Title   string
	Text    string // a sentence with the percent in it
	Percent int
}

package ui

import "celld/ui/locale"

// CallView is the form that calls a circle.
type CallView struct {
	Form   Form
	People []Choice
}

// CircleView is a circle as its people see it, and nobody else.
type CircleView struct {
	Name   string
	About  string // what the stage means
	Since  string
	Gone   string // when nothing of it is left
	Keeper string
	Rows   []Row // those between whom it is
	Aloud  []string
	Acts   []CircleAct
	More   []CircleAct // ways out
	Plan   []CirclePlan
	Form   Form // what was typed and came back

	HelpURL string
}

// CircleAct is one thing that can be done.
type CircleAct struct {
	URL, Button, Hint string
	Lead              bool
	Whom              []Choice
	Label             string // of Whom
	Text              bool   // asks for a line of words
	Day               string // the question for a day
	DayField          string // its name
	Mark              string // what it is about
}

// CirclePlan is something that somebody will do.
type CirclePlan struct {
	What, Who, By     string
	Done              bool
	URL, Button, Mark string
	NeedURL           string // POST: the form of a need, with the words filled in; empty for none
}

// The fields of a circle. There is none for what happened.
const (
	FieldWhom  = "whom"
	FieldYes   = "yes"
	FieldMark  = "mark"
	FieldAgain = "again" // the day on which all meet again
)

// text says who does it, by when, and whether it is done.
func (x CirclePlan) text(p Page) string {
	out := x.Who
	if x.By != "" {
		out = p.T("{1}, by {2}", x.Who, x.By)
	}
	if x.Done {
		out = p.T("{1} · done", out)
	}
	return out
}

// AskedBefore, AskedInside and AskedAfter are questions to be read aloud.
func AskedBefore(l locale.Lang) []string {
	return []string{l.T("What happened, as you saw it?"), l.T("What do you need?"), l.T("What would make it safe enough to sit down together?"), l.T("Who is at your side?")}
}

func AskedInside(l locale.Lang) []string {
	return []string{l.T("What do you want the others to know of how it is for you now?"), l.T("What did you hear them say?"), l.T("What were you looking for when you did what you did?"), l.T("What do you offer, and what do you ask for?")}
}

func AskedAfter(l locale.Lang) []string {
	return []string{l.T("What was done, and how was that for you?"), l.T("What is still missing?"), l.T("Is it good enough to let it go?")}
}

package ui

import "celld/ui/locale"

// NewRoundView is the form of a new round. Two fields are enough.
type NewRoundView struct {
	Form    Form
	Classes []Class  // those the viewer may open
	Who     []Choice // members whom a membership round may be about; empty hides the question
	Closed  string   // why no round can be brought now; empty when one can
}

// The names of the fields of a new round and of a new text.
const (
	FieldTitle    = "title"
	FieldWhat     = "what"
	FieldWhy      = "why"
	FieldWho      = "who"
	FieldEffort   = "effort"
	FieldCriteria = "criteria"
	FieldReview   = "review"
	FieldExpires  = "expires"
	FieldClass    = "class"
	FieldSteps    = "steps"
	FieldTogether = "together"
	FieldNote     = "note"
)

var classHints = [...]string{
	locale.M("Small things. One day, half of us"), locale.M("Most things. Three days, three in four of us"),
	locale.M("Rules, limits, links. Five days, all of us"), locale.M("Who belongs. Seven days, all of us but the one it is about"),
}

var classTitles = [...]string{locale.M("Routine"), locale.M("Standard"), locale.M("An agreement"), locale.M("Membership")}

// Value is the class as a form sends it.
func (c Class) Value() string {
	return [...]string{"routine", "standard", "agreement", "membership"}[c]
}

// folded tells whether the further questions can stay out of sight.
func (v NewRoundView) folded() bool {
	for _, name := range []string{FieldWho, FieldEffort, FieldCriteria, FieldReview, FieldExpires, FieldClass} {
		if v.Form.Errors[name] != "" {
			return false
		}
	}
	return true
}

// TextView is the form of a new text of an open round.
type TextView struct {
	Form    Form
	Title   string
	Version int // of the text as it stands
	Base    string
	Spoken  int // how many voices will be stale
}

// again says when people look again, of a text that is there to be tried too.
func (v TextView) again(l locale.Lang) string {
	if v.Form.Is(FieldWay, WayTrial) {
		return l.T("A first trial lasts six weeks at most")
	}
	return l.T("Left empty, in three months")
}

// ChangesView shows what changed from one text to another.
type ChangesView struct {
	Title    string
	RoundURL string
	From, To int
	Note     string // why, in the words of who changed it
	By       string
	When     string
	Parts    []PartDiff
	Versions []Link // the other texts
	SayURL   string // where to speak again
}

// PartDiff is one question of the text, and its answer before and after.
type PartDiff struct {
	Question string
	Words    []Span
}

// Span is a stretch of words that stayed, came or went.
type Span struct {
	Text string
	Op   SpanOp
}

// SpanOp tells what happened to a stretch of words.
type SpanOp uint8

// What may happen to words.
const (
	Same SpanOp = iota
	Added
	Removed
)

// when is a detail that may be missing.
func when(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

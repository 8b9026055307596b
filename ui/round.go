package ui

import (
	"slices"
	"sort"
	"strings"

	"celld/ui/locale"
)

// Phase is where a round stands, as a person would say it.
type Phase uint8

// The phases of a round.
const (
	Draft Phase = iota
	Clarifying
	Reacting
	Check // voices are given
	Testing
	Integrating
	Awaiting // the time is over and voices are missing
	InForce
	ReviewDue
	Contested // adopted, and something stands against it
	Lapsed
	Tabled
	Withdrawn
	Expired
	Dropped
	Amended // another round took its place
)

// Open tells whether the round can still be agreed.
func (s Phase) Open() bool { return s <= Awaiting || s == Contested }

// states name a phase in a list of rounds.
var states = [...]string{
	locale.M("brought, and not begun"), locale.M("questions"), locale.M("first thoughts"), locale.M("open to every voice"),
	locale.M("looking at an objection"), locale.M("finding a way"), locale.M("waiting for voices"),
	locale.M("in force"), locale.M("time to look again"), locale.M("contested"),
	locale.M("lapsed"), locale.M("set aside"), locale.M("taken back"), locale.M("ended on its day"), locale.M("dropped"), locale.M("replaced by another"),
}

// Words names the phase in a list: "in force".
func (s Phase) Words(l locale.Lang) string { return l.T(states[s]) }

// steps name the phases of a round that goes step by step.
var steps = [Amended + 1]string{
	Draft:       locale.M("Step 1 of 5: bringing it"),
	Clarifying:  locale.M("Step 2 of 5: questions"),
	Reacting:    locale.M("Step 3 of 5: first thoughts"),
	Check:       locale.M("Step 4 of 5: consent check"),
	Testing:     locale.M("Step 4 of 5: looking at an objection"),
	Integrating: locale.M("Step 4 of 5: finding a way"),
	Awaiting:    locale.M("Step 4 of 5: waiting for voices"),
}

// Class is how weighty a decision is.
type Class uint8

// The classes of a round.
const (
	Routine Class = iota
	Standard
	Agreement
	Membership
)

var classNames = [...]string{locale.M("routine"), locale.M("standard"), locale.M("agreement"), locale.M("membership")}

// Words names the class.
func (c Class) Words(l locale.Lang) string { return l.T(classNames[c]) }

// Lens is what an objection is about.
type Lens uint8

// The three lenses.
const (
	Driver Lens = iota // it would not do what it is for
	Harm
	Better
)

var lensWords = [...]string{locale.M("it would not do what it is for"), locale.M("harm it would do"), locale.M("a clearly better way")}

// Act names what a person may do on a round. Which of them are allowed, the
// view model says; the page only knows where each one stands.
type Act uint8

// The acts.
const (
	Say        Act = iota // give a voice: leads to a page
	Object                // to an agreement in force: leads to a page
	Ask                   // a question, written in place
	Reply                 // an answer, written in place; Target is the question
	React                 // a first thought, written in place
	Pass                  // nothing to ask, nothing to add
	Onward                // the facilitator moves the phase; Text says to what
	StepByStep            // asks for the phases of a round that has none
	ChangeText            // a new text: leads to a page
	FindWay               // leads to a page
	TakeBack              // one's own objection; Target is the objection
	Soften                // one's own objection becomes a concern
	AskHarm               // "help me see the harm", written in place; Target is the objection
	RelayVoice            // leads to a page
	Withdraw              // one's own proposal
	SetAside              // table it
	Again                 // bring it again: leads to the new round, filled in
	Review                // leads to a page
	Sheet                 // leads to the wall sheet
	Adopt                 // close a round in which all have spoken, held clock or not
	MoreTime              // the one extension of a round that waits for voices
)

// Allowed is one act that this person may do now.
type Allowed struct {
	Act    Act
	URL    string
	Target string // what it concerns, when a round has several
	Text   string // the button's own words, when they differ from the usual
}

// Voice is a row of the table of voices.
type Voice struct {
	Place
	Why string // the reason, or the day until which time is needed
	How string // how a relayed voice came: "by phone, on Saturday"
}

// Awaited is somebody whom the table has not heard.
type Awaited struct {
	Name  string
	You   bool
	Until string // the moment until which they asked for time
}

// ObjectionView is an objection and its own life.
type ObjectionView struct {
	ID       string
	By       string
	Mine     bool
	Text     string
	About    []Lens
	When     string
	Relayed  string // who passed it on
	Standing bool   // false once it is answered, softened or taken back
	Gone     bool   // who objected has left the cell
	Outcome  string // what became of it, when it no longer stands
	Thread   []Speech
}

// Question is something that was asked, and its answers.
type Question struct {
	ID      string
	Speech  Speech
	Answers []Speech
}

// Text is what would be agreed.
type Text struct {
	Why, What, Who, Criteria, Effort, Review, Expires string
	Effects                                           []string // what the house itself will do: "The limit becomes −15 h."
}

// RoundView is a round as one person sees it.
type RoundView struct {
	URL         string
	Title       string
	Phase       Phase
	Within      Phase // where a contested round stands meanwhile
	Plain       bool  // one page, no steps
	Class       Class
	Version     int
	Proposer    string
	Mine        bool // the viewer proposed it
	Facilitator string
	Care        bool     // the viewer looks after it
	StandIn     string   // who may go on for a facilitator who does not come
	StandsIn    bool     // that is the viewer
	Speaking    []string // in which order the table speaks
	Together    bool     // voices are shown when all have spoken
	ManyAside   bool     // so many stand aside that nothing is agreed
	FewYeses    bool     // so few said yes that nobody comes or goes by it
	Founding    bool     // it takes a yes from everybody, whatever the clock says
	Others      bool     // other people sit at the table than when the founding was opened
	Reworded    bool     // the text on the table is not the one that was agreed
	Concerns    string   // the person whom a membership round is about
	Places      []Place
	Voices      []Voice
	Awaited     []Awaited
	Spoken      bool   // the viewer's voice counts already
	OpenUntil   string // the moment before which nothing is closed
	Held        bool   // no clock that can be trusted
	ClockURL    string // where two members set the date
	Missing     int    // voices that are needed before it can be agreed
	Objections  []ObjectionView
	Questions   []Question
	Reactions   []Speech
	Worries     []Speech // concerns, noted beside an agreement
	Text        Text
	Since       string // when it was agreed, as Lang.Date writes it
	ReviewOn    string // as Lang.Date writes it
	Ending      string // why it ended, in people's words
	NextURL     string // the round that took its place
	ChangesURL  string // what changed since the first text
	History     []Change
	Allowed     []Allowed
	Form        Form   // what was typed in a field of this page that came back
	BoardURL    string // begins a note about it
}

// Can returns the allowance of an act, and whether there is one.
func (v RoundView) Can(a Act) (Allowed, bool) {
	i := slices.IndexFunc(v.Allowed, func(x Allowed) bool { return x.Act == a })
	if i < 0 {
		return Allowed{}, false
	}
	return v.Allowed[i], true
}

// at is the address at which the viewer does an act; empty when they may not.
func (v RoundView) at(a Act) string {
	x, _ := v.Can(a)
	return x.URL
}

// on returns the allowance of an act on one objection or question.
func (v RoundView) on(a Act, target string) (Allowed, bool) {
	i := slices.IndexFunc(v.Allowed, func(x Allowed) bool { return x.Act == a && x.Target == target })
	if i < 0 {
		return Allowed{}, false
	}
	return v.Allowed[i], true
}

// allows tells whether one of the acts is allowed.
func (v RoundView) allows(acts ...Act) bool {
	return slices.ContainsFunc(v.Allowed, func(x Allowed) bool { return slices.Contains(acts, x.Act) })
}

// over is the line above the title: the step and the text.
func (v RoundView) over(l locale.Lang) string {
	step := steps[v.Phase]
	line := l.T(step)
	if step == "" || v.Plain {
		line = locale.Capital(v.Phase.Words(l))
	}
	if v.Version > 1 {
		line += "\u00a0· " + Ordinal(l, v.Version)
	}
	if v.Class != Standard {
		line += "\u00a0· " + v.Class.Words(l)
	}
	return line
}

var ordinals = [...]string{locale.M("first text"), locale.M("second text"), locale.M("third text"), locale.M("fourth text"), locale.M("fifth text")}

// Ordinal names a version: "second text".
func Ordinal(l locale.Lang, version int) string {
	if version >= 1 && version <= len(ordinals) {
		return l.T(ordinals[version-1])
	}
	return l.T("text {1}", version)
}

// readFirst tells whether the text stands above what is asked: nobody can
// question what they have not read.
func (v RoundView) readFirst() bool { return v.stands() == Clarifying || v.stands() == Reacting }

// stands is where the round stands, contested or not.
func (v RoundView) stands() Phase {
	if v.Phase == Contested {
		return v.Within
	}
	return v.Phase
}

// ring is the table of this round.
func (v RoundView) ring(l locale.Lang) Ring {
	g := NewRing(l, v.places())
	g.Closed = !v.Phase.Open()
	return g
}

// standing are the objections that still stop the round.
func (v RoundView) standing() []ObjectionView {
	var out []ObjectionView
	for _, o := range v.Objections {
		if o.Standing {
			out = append(out, o)
		}
	}
	return out
}

// settled are the objections that no longer do.
func (v RoundView) settled() []ObjectionView {
	var out []ObjectionView
	for _, o := range v.Objections {
		if !o.Standing {
			out = append(out, o)
		}
	}
	return out
}

// places are the seats as this step counts them: before voices are given, who
// asked or thought aloud has been heard.
func (v RoundView) places() []Place {
	if !v.readFirst() {
		return v.Places
	}
	out := slices.Clone(v.Places)
	for i := range out {
		out[i].Seat = v.inStep(out[i])
	}
	return out
}

func (v RoundView) inStep(p Place) Seat {
	awaited := slices.ContainsFunc(v.Awaited, func(a Awaited) bool { return a.Name == p.Name || a.You && p.You })
	if p.Seat == Unheard && !awaited {
		return Spoke
	}
	return p.Seat
}

// voices in the order of the table: who is awaited comes first.
func (v RoundView) voices() []Voice {
	out := slices.Clone(v.Voices)
	if v.readFirst() {
		for i := range out {
			out[i].Seat = v.inStep(out[i].Place)
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if a, b := out[i].Seat.Order(), out[j].Seat.Order(); a != b {
			return a < b
		}
		return out[i].You && !out[j].You
	})
	return out
}

// others are the awaited without the viewer.
func (v RoundView) others() (names []string, alone Awaited) {
	for _, a := range v.Awaited {
		if !a.You {
			names, alone = append(names, a.Name), a
		}
	}
	return names, alone
}

// you tells whether the table waits for the viewer.
func (v RoundView) you() bool {
	return slices.ContainsFunc(v.Awaited, func(a Awaited) bool { return a.You })
}

// about is the line under an objection.
func (o ObjectionView) about(l locale.Lang) []string {
	var out []string
	var lenses []string
	for _, a := range o.About {
		lenses = append(lenses, l.T(lensWords[a]))
	}
	if len(lenses) > 0 {
		out = append(out, l.T("About: {1}", l.List(lenses)))
	}
	if o.When != "" {
		out = append(out, o.When)
	}
	if o.Relayed != "" {
		out = append(out, l.T("Passed on by {1}.", o.Relayed))
	}
	return out
}

// facts of a text, in the order of the questions that a neighbour asks. What
// stands in the title is not said twice.
func (t Text) facts(l locale.Lang, title string) []Fact {
	what := t.What
	if what == title {
		what = ""
	}
	return []Fact{
		{l.T("Why"), t.Why, true}, {l.T("What"), what, true}, {l.T("Who does it"), t.Who, true}, {l.T("What it takes"), t.Effort, true},
		{l.T("How we will know"), t.Criteria, true}, {l.T("We look again"), t.Review, false}, {l.T("It ends"), t.Expires, false},
	}
}

var endings = [Amended + 1]string{
	Lapsed:    locale.M("It lapsed: voices were missing"),
	Tabled:    locale.M("We leave it as it is. Anyone can bring it again"),
	Withdrawn: locale.M("It was taken back"),
	Expired:   locale.M("It ended on the day we had agreed"),
	Dropped:   locale.M("We looked again, and let it go"),
	Amended:   locale.M("Another round took its place"),
}

// ending is the sentence over a round that is no longer open nor in force.
func ending(l locale.Lang, s Phase) string { return l.T(endings[s]) }

// HeldBanner says that no deadline is decided, and who can change that.
func HeldBanner(l locale.Lang, clockURL string) Banner {
	b := Banner{
		Kind:  ClockBanner,
		Title: l.T("Deadlines are waiting."),
		Text:  l.T("This router does not know the time for sure, so nothing is decided by the clock. Any two of us can set it together."),
	}
	if clockURL != "" {
		b.Links = []Link{{clockURL, l.T("Tell it the time")}}
	}
	return b
}

// StaleBanner says that the text changed after the viewer spoke.
func StaleBanner(l locale.Lang, said Seat, version int, changesURL string) Banner {
	return Banner{
		Kind:  ChangedBanner,
		Title: l.T("The text changed after you spoke."),
		Text:  l.T("On the {1} you had said: {2}. That no longer counts.", Ordinal(l, version), said.noun(l)),
		Links: []Link{{changesURL, l.T("See what changed")}},
	}
}

// PassedOn says in a line that somebody passed on the viewer's word.
func PassedOn(l locale.Lang, by string, said Seat) string {
	return l.T("{1} passed on your word: {2}.", by, said.noun(l))
}

// RelayedThenBanner says so when it was agreed meanwhile.
func RelayedThenBanner(l locale.Lang, by string, said Seat, how, sayURL string) Banner {
	return Banner{
		Kind:  PassedBanner,
		Title: PassedOn(l, by, said),
		Text:  strings.TrimSpace(how + " " + l.T("If that was not your word, you can object to what was agreed.")),
		Links: []Link{{sayURL, l.T("Say it yourself")}},
	}
}

// RelayedBanner says that somebody passed on the viewer's word, and what the viewer
// can do about it now: an address is empty where that is not to be done.
func RelayedBanner(l locale.Lang, by string, said Seat, how, keepURL, sayURL string) Banner {
	b := Banner{Kind: PassedBanner, Title: PassedOn(l, by, said), Text: how}
	if sayURL != "" {
		b.Links = []Link{{sayURL, l.T("Say it yourself")}}
	}
	if keepURL != "" {
		b.Posts = []Action{{keepURL, l.T("Leave it so")}}
	}
	return b
}

// rosterSentence says who counts.
func rosterSentence(l locale.Lang, n int) string {
	s := l.Plural("One person was in the cell when the round opened.", "{1} people were in the cell when the round opened. Only they count.", n)
	return inWords(l, s, n)
}

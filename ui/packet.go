package ui

import "celld/ui/locale"

// PacketView is how far somebody has come in their first weeks.
type PacketView struct {
	Title     string
	Name      string // whose it is
	You       bool
	Buddy     string // goes along with them; empty for nobody
	BuddyIsMe bool

	GoAlongURL string // POST: the viewer goes along; empty where they cannot
	AloneURL   string // POST: not any more

	Inside     bool // the viewer is one of the two: all below is for them
	Done       bool
	Things     []PacketThing
	TickURL    string // POST
	Agreements []Row
	None       bool   // there are no agreements
	Words      string // stands for the agreements as they are shown
	SignURL    string // POST; empty for who goes along
	Signed     string // when, as a sentence

	BookletURL, PracticeURL, PledgeURL string
}

// PacketThing is one thing of the list.
type PacketThing struct {
	Value, Text string
	Own, Theirs bool // ticked by the newcomer, and by who goes along
	Both        bool // both tick it
	Mine        bool // the viewer may tick it
	Ticked      bool // and has
}

// FieldAgreements carries what was on the page when it was signed.
const FieldAgreements = "agreements"

// by says who ticked it.
func (t PacketThing) by(p Page, v PacketView) string {
	switch {
	case t.Own && (t.Theirs || !t.Both):
		return p.T("done")
	case t.Own:
		return p.T("{1} says so", v.Name)
	case t.Theirs && t.Both:
		return p.T("{1} says so", v.Buddy)
	}
	return p.T("not yet")
}

// PracticeView is a round that is none.
type PracticeView struct {
	Form    Form
	Said    Seat   // what was said; Unheard before
	Reason  string // and why
	Answer  string // "yes" or "no" to the new text
	Again   string
	BackURL string
}

func (v PracticeView) stance() StanceView {
	return StanceView{Form: v.Form, Only: []Seat{Consent, Concern, Objection, Aside, NeedTime}}
}

// places are three who have spoken, and the viewer.
func (v PracticeView) places(p Page) []Place {
	seat := v.Said
	if v.Said == Objection && v.Answer == "yes" {
		seat = Consent
	}
	return []Place{{Name: p.T("you"), Seat: seat, You: true}, {Name: "Ada", Seat: Consent}, {Name: "Bo", Seat: Consent, Asks: true}, {Name: "Cleo", Seat: Concern}}
}

// practiceSays is what comes of each voice.
var practiceSays = [Spoke + 1]string{
	Consent:   locale.M("Heard. You were the last one, so it is agreed. In a real round it would be looked at again on a day that the text names."),
	Concern:   locale.M("Heard. You consent, so it is agreed; and your worry stands beside the text until it is looked at again."),
	Objection: locale.M("Heard. Nothing is decided while your objection stands. The others ask what you see, and look for a text that takes care of it."),
	Aside:     locale.M("Heard. You need not carry it, and it is agreed. Where too many stand aside, the text goes back to be changed."),
	NeedTime:  locale.M("Heard. The round waits for you, once. Nobody has to hurry."),
}

func (v PracticeView) says() string { return practiceSays[v.Said] }

// Talk is what newcomer and companion talk through.
func talk(p Page) []string {
	return []string{
		p.T("Your five words open your seat. They belong on paper, not in a phone."),
		p.T("Somebody is at the door: one tap locks this router."),
		p.T("A phone or a router is lost: tell the others at once, so that it opens nothing any more."),
		p.T("What is written here all of us can read. What could hurt somebody if it were found, we say aloud instead."),
		p.T("Real names, addresses and numbers of people do not belong in here."),
		p.T("In danger people come first, then the router."),
	}
}

func roundInShort(p Page) []string {
	return []string{
		p.T("Somebody says what, and why."),
		p.T("First we ask what we do not understand; then each says what comes to mind."),
		p.T("Then everybody says what they think: I consent, I have a worry, I stand aside, I need time, or I object."),
		p.T("An objection stops it, until a text is found that takes care of it. It is a gift, not an error."),
		p.T("Who cannot come sends word by a neighbour."),
	}
}

// PacketBook is the packet on paper.
type PacketBook struct {
	Name, Buddy, AsOf string
	WiFi              WiFiView
	Address           string
	QR                QR
	Things            []PacketThing
	Agreements        []Speech
}

// practiceText is what the round would be about.
func practiceText(p Page, v PracticeView) []Fact {
	what := p.T("We take a cat in.")
	if v.Answer == "yes" {
		what = p.T("We take a cat in, for a month to see, and never where the dough rises.")
	}
	return []Fact{{Question: p.T("What?"), Answer: what}, {Question: p.T("Why?"), Answer: p.T("There are mice at the flour.")}}
}

package ui

import "celld/ui/locale"

// StanceView is the page on which a person gives a voice.
type StanceView struct {
	Form      Form
	Title     string // of the round
	RoundURL  string
	Version   int
	Base      string // the text that the page shows, as its form names it
	Text      Text
	Until     string // the moment until which "I need time" waits; empty when it was used up
	Only      []Seat // the voices that may be given now, in the order of the page
	InForce   bool   // an objection to what is in force already
	Concerned bool   // the round is about the viewer, who is heard and not counted
}

// The names of the fields of a voice.
const (
	FieldVoice  = "voice"
	FieldReason = "reason" // the field of each voice is reason-<voice>
	FieldLens   = "lens"   // driver, harm, better; several
)

// voice is one option of the stance page.
type voice struct {
	seat       Seat
	value      string
	text, hint string
	ask        string
	asked      string
	rows       int
}

var voiceOptions = []voice{
	{Consent, "consent", locale.M("I consent"), locale.M("Good enough for now"), "", "", 0},
	{Concern, "concern", locale.M("I consent, with a concern"), locale.M("Go ahead, and note my worry"), locale.M("What should we keep an eye on?"), "", 3},
	{Objection, "objection", locale.M("I object"), locale.M("I see harm, or a better way"), locale.M("What do you see?"), locale.M("A reason, not a proof. The circle helps you find the words."), 3},
	{Aside, "aside", locale.M("I stand aside"), locale.M("I won’t carry it, nor stop it"), locale.M("Why? One line is enough"), "", 2},
	{NeedTime, "time", locale.M("I need time"), locale.M("The round waits for you, once"), "", "", 0},
	{Recused, "recused", locale.M("I am too close to this one"), locale.M("I gain or lose by it myself"), "", "", 0},
}

// VoiceNamed is what a value of the field "voice" says, as forms send it.
func VoiceNamed(value string) (Seat, bool) {
	for _, o := range voiceOptions {
		if o.value == value {
			return o.seat, true
		}
	}
	return Unheard, false
}

// VoiceName is the value of that field for a seat; empty where it has none.
func VoiceName(s Seat) string {
	for _, o := range voiceOptions {
		if o.seat == s {
			return o.value
		}
	}
	return ""
}

// offered are the options that the round allows now.
func (v StanceView) offered() []voice {
	if v.Only == nil {
		return voiceOptions
	}
	var out []voice
	for _, o := range voiceOptions {
		for _, s := range v.Only {
			if s == o.seat {
				out = append(out, o)
			}
		}
	}
	return out
}

// opt is the radio of a voice.
func (v StanceView) opt(l locale.Lang, o voice) Opt {
	hint := l.T(o.hint)
	if o.seat == NeedTime && v.Until != "" {
		hint = l.T("The round waits until {1}", v.Until)
	}
	return Opt{Name: FieldVoice, Value: o.value, Text: l.T(o.text), Hint: hint, Seat: o.seat, Drawn: true, More: o.ask != ""}
}

// reason is the field of a voice that has one.
func (v StanceView) reason(l locale.Lang, o voice) Field {
	hint := ""
	if o.asked != "" {
		hint = l.T(o.asked)
	}
	return v.Form.Field(FieldReason+"-"+o.value, l.T(o.ask), hint).Lines(o.rows).UpTo(1000)
}

// RelayView is the page on which a member passes on another's word.
type RelayView struct {
	Form     Form
	Title    string
	RoundURL string
	Version  int
	Base     string   // the text that the page was opened on
	Who      []Choice // the members who have not been heard
	Only     []Seat   // what may be passed on
	Consents bool     // false when the class lets only objections be passed on
	InForce  bool     // it is agreed already, so only an objection to it can be
}

// relayable are the options of the relay page.
func (v RelayView) stance() StanceView { return StanceView{Form: v.Form, Only: v.Only} }

// said in the third person.
var relayWords = [...]string{
	Consent: locale.M("They consent"), Concern: locale.M("They consent, with a concern"), Objection: locale.M("They object"),
	Aside: locale.M("They stand aside"), NeedTime: locale.M("They need time"), Recused: locale.M("They are too close to this one"),
}

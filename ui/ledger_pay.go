package ui

import "celld/ui/locale"

// PayView is the form that writes down what was given.
type PayView struct {
	Form     Form
	To       []Choice  // members, and the cell as a whole
	Measures []Measure // hours first, and credit where the cell uses it
	Gift     bool      // gift mode: no amounts
	Pledge   string    // the promise that this keeps, in its own words
	Ways     *PayWays  // ways on, when it did not fit
}

// The fields of a transfer.
const (
	FieldWay     = "way" // gave, got
	FieldTo      = "to"
	FieldUnit    = "unit" // the place of a measure in Measures: "0"
	FieldHours   = "h"
	FieldMinutes = "m"
	FieldAmount  = "amount"
	FieldFor     = "for"
)

// PayWays are the ways on when somebody's limit leaves less room than asked.
type PayWays struct {
	Other     string
	Fits      Sum    // what fits today; nothing when N is zero
	FitsURL   string // the form, filled in with what fits
	Gave      bool   // the viewer gave
	Offers    string // what the other offers, in a list; empty when nothing
	OffersURL string
	GiftURL   string // the form, to be noted without an amount; empty when the cell does not do that
}

// LimitWrong says that somebody's limit leaves less room: giving tells whether
// it is the giver's, limit is what we agreed, field is where to change it.
func LimitWrong(l locale.Lang, who Side, giving bool, fits, asked, limit Sum, field string) Wrong {
	w := Wrong{Field: field}
	switch room, much := fits.Words(l), asked.Words(l); {
	case who.You && giving:
		w.Title = l.T("You can give {1} more, not {2}.", room, much)
	case who.You:
		w.Title = l.T("You can receive {1} more, not {2}.", room, much)
	case giving:
		w.Title = l.T("{1} can give {2} more, not {3}.", locale.Capital(who.Word(l)), room, much)
	default:
		w.Title = l.T("{1} can receive {2} more, not {3}.", locale.Capital(who.Word(l)), room, much)
	}
	if giving {
		w.Text = l.T("We agreed that nobody goes above {1}.", limit.Signed(l))
	} else {
		w.Text = l.T("We agreed that nobody goes below {1}.", limit.Words(l))
	}
	return w
}

// LimitReached says the same without a figure of theirs: we agreed to see only
// which way others lean.
func LimitReached(l locale.Lang, who Side, giving bool, limit Sum, field string) Wrong {
	w := LimitWrong(l, who, giving, limit, limit, limit, field)
	if w.Title = l.T("{1} cannot receive that much.", locale.Capital(who.Word(l))); giving {
		w.Title = l.T("{1} cannot give that much.", locale.Capital(who.Word(l)))
	}
	return w
}

// FitsError stands at the field of an amount that does not fit.
func FitsError(l locale.Lang, fits Sum) string {
	if fits.N <= 0 {
		return l.T("Nothing more fits today.")
	}
	return l.T("Up to {1} fits today.", fits.Words(l))
}

func (v PayView) title(l locale.Lang) string {
	switch {
	case v.Gift:
		return l.T("Write down a gift")
	case len(v.Measures) > 1:
		return l.T("Write down what was given")
	}
	return l.T("Write down hours")
}

// way is whether the viewer gave, before anything was chosen too.
func (v PayView) way() string {
	if v.Form.Values[FieldWay] == "got" {
		return "got"
	}
	return "gave"
}

// unitValue is the measure that is chosen, the first one before any is.
func (v PayView) unitValue() string {
	if u := v.Form.Values[FieldUnit]; u != "" {
		return u
	}
	return "0"
}

// TransferView is one transfer as one person sees it.
type TransferView struct {
	Giver, Receiver Side // the giver's account goes up
	What            string
	Sum             Sum
	NoAmount        bool // gift mode
	State           TransferState
	GiverYes        bool
	ReceiverYes     bool
	Mine            bool   // the viewer wrote it down
	Yours           bool   // it waits for the viewer's yes
	Barred          string // why no yes counts any more; empty while one does
	By              string // who wrote it down
	When            string // "on 20 November"
	Until           string // the moment after which it ends without an answer; empty while no clock has marked it
	Held            bool   // this router does not know the time
	Crosses         bool   // a correction that goes past a limit
	Twice           bool   // two carried out what a round decided, once
	After           *Sum   // the viewer's balance once it counts
	Corrects        *Link  // the transfer that this puts right
	Right           []Link // what put this one right: more than one when two did so at the same time
	RightWaits      *Link  // a correction that waits for a yes
	Thing           *Link  // the expense, bucket, promise or import that it belongs to
	YesURL          string // POST
	NoURL           string // POST
	BackURL         string // POST
	RightURL        string // POST with FieldWhy; empty when it cannot be put right by the viewer
	Form            Form
	History         []Change
}

// over is the line above the title.
func (v TransferView) over(l locale.Lang) string {
	var s string
	switch {
	case v.State == TransferWaits:
		s = l.T("waits for a yes")
	case len(v.Right) > 0:
		s = l.T("put right")
	case v.State == TransferDone && v.NoAmount:
		s = l.T("a gift")
	case v.State == TransferDone:
		s = l.T("written down and agreed")
	default:
		s = l.T(transferEnds[v.State])
	}
	if v.Corrects != nil {
		s = l.T("a correction") + " · " + s
	}
	return locale.Capital(s)
}

func (v TransferView) title(l locale.Lang) string {
	if v.What != "" {
		return v.What
	}
	return l.T("Something given")
}

// struck tells whether it counts no more.
func (v TransferView) struck() bool {
	return len(v.Right) > 0 || v.State == TransferBack || v.State == TransferRefused || v.State == TransferLapsed
}

// gave is the sentence under the title: "Moss gave Tide 2 h."
func (v TransferView) gave(l locale.Lang) string {
	giver, receiver, sum := v.Giver.Word(l), v.Receiver.Word(l), v.Sum.Words(l)
	switch {
	case v.Sum.In.Kind.moves():
		return l.T("From {1} to {2}: {3}.", receiver, giver, sum)
	case v.NoAmount && v.Giver.You:
		return l.T("You gave this to {1}.", receiver)
	case v.NoAmount && v.Receiver.You:
		return l.T("You received this from {1}.", giver)
	case v.NoAmount:
		return l.T("Given by {1} to {2}.", giver, receiver)
	case v.Giver.You:
		return l.T("You gave {1}: {2}.", receiver, sum)
	case v.Receiver.You:
		return l.T("You received from {1}: {2}.", giver, sum)
	}
	return l.T("From {1} to {2}: {3}.", giver, receiver, sum)
}

// Table is the table for two: who has said yes sits at a full seat.
func (v TransferView) Table(l locale.Lang) Ring {
	seat := func(s Side, yes bool) Place {
		p := Place{Name: s.Word(l), You: s.You, Asks: yes && v.State == TransferWaits, Turn: !yes && v.State == TransferWaits}
		if yes {
			p.Seat = Consent
		} else if v.State != TransferWaits {
			p.Seat = Left
		}
		return p
	}
	places := FromSeat([]Place{seat(v.Receiver, v.ReceiverYes), seat(v.Giver, v.GiverYes)})
	return Ring{Lang: l, Places: places, Middle: v.middle(l), Title: v.gave(l), Desc: v.waits(l)}
}

// middle writes the amount on the board, which has room for five figures.
func (v TransferView) middle(l locale.Lang) []Middle {
	switch {
	case v.NoAmount:
		return []Middle{{l.T("a gift"), Word}}
	case v.Sum.In.Kind == InHours:
		figures := Sum{v.Sum.N, v.Sum.In}.Size().Figures(l)
		return []Middle{{unsigned(figures), Count}, {l.T("hours"), Word}}
	}
	if figures := v.Sum.Figures(l); len(figures) <= 5 {
		return []Middle{{figures, Count}, {v.Sum.In.unit(l), Word}}
	}
	return []Middle{{v.Sum.Words(l), Word}}
}

// unsigned drops the plus of a figure that is no balance.
func unsigned(s string) string {
	for i, r := range s {
		if r >= '0' && r <= '9' {
			return s[i:]
		}
	}
	return s
}

// waits says what it waits for, or how it ended.
func (v TransferView) waits(l locale.Lang) string {
	other := v.Giver
	if v.GiverYes {
		other = v.Receiver
	}
	switch {
	case v.State == TransferRefused:
		return l.T("The answer was no, so nothing changed.")
	case v.State == TransferBack:
		return l.T("It was taken back before it counted.")
	case v.State == TransferLapsed:
		return l.T("Two weeks went by without an answer, so nothing changed. Anyone of the two can write it down again.")
	case v.State == TransferDone && v.NoAmount:
		return l.T("A gift needs no yes.")
	case v.State == TransferDone:
		return l.T("Both said yes, and it counts.")
	case v.Yours:
		return l.T("It counts when you say yes. Until then nothing changes.")
	case other.Kind != OfPerson:
		return l.T("It counts when a second person says yes. Until then it can be taken back.")
	}
	return l.T("It counts when {1} says yes. Until then it can be taken back.", other.Word(l))
}

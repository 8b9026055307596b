package ui

import (
	"strconv"
	"strings"

	"celld/ui/locale"
)

// NewRing draws the table of a round: the viewer at the near seat, the count
// in the middle, and the sentences that say the same.
func NewRing(l locale.Lang, places []Place) Ring {
	g := Ring{Lang: l, Places: FromSeat(places)}
	heard, of, objections := counts(places)
	g.Middle = []Middle{
		{l.T("{1} of {2}", heard, of), Count},
		{l.Plural("heard", "heard", heard), Word},
	}
	if objections > 0 {
		g.Middle = append(g.Middle, Middle{l.N("{1} objection", "{1} objections", objections), Note})
	}
	g.Title = SeatsSentence(l, of) + " " + SpokenSentence(l, heard, of)
	g.Desc = describe(l, g.Places)
	for i := range g.Places {
		if g.Places[i].You {
			g.Places[i].Name = l.T("you")
		}
	}
	return g
}

// counts leaves out who has left: nobody waits for them.
func counts(places []Place) (heard, of, objections int) {
	for _, p := range places {
		if p.Seat == Left || p.Seat == Free {
			continue
		}
		of++
		if p.Seat.Heard() {
			heard++
		}
		if p.Seat == Objection {
			objections++
		}
	}
	return heard, of, objections
}

// SeatsSentence is "Seven seats round the table."
func SeatsSentence(l locale.Lang, n int) string {
	return locale.Capital(l.N("{1} seat round the table.", "{1} seats round the table.", n))
}

// SpokenSentence is "Five of seven have spoken."
func SpokenSentence(l locale.Lang, heard, of int) string {
	if heard == of {
		return l.T("Everyone has been heard.")
	}
	if heard == 0 {
		return l.T("Nobody has spoken yet.")
	}
	s := l.Plural("{1} of {2} has spoken.", "{1} of {2} have spoken.", heard)
	return inWords(l, s, heard, of)
}

// inWords is numbered for the beginning of a sentence.
func inWords(l locale.Lang, s string, numbers ...int) string {
	return locale.Capital(numbered(l, s, numbers...))
}

// numbered fills a sentence with numbers in words, as they count people.
func numbered(l locale.Lang, s string, numbers ...int) string {
	for i, n := range numbers {
		s = strings.ReplaceAll(s, "{"+strconv.Itoa(i+1)+"}", l.People(n))
	}
	return s
}

// phrases say a seat in the description of a ring: who, and what.
var phrases = [...]string{
	locale.M("{1}: not heard yet."), locale.M("{1}: consents."), locale.M("{1}: consents, with a concern."), locale.M("{1}: objects."),
	locale.M("{1}: stands aside."), locale.M("{1}: needs time."), locale.M("{1}: not part of this one."),
	locale.M("{1}: spoke before the text changed."), locale.M("{1}: no longer in the cell."), locale.M("A free seat."),
	locale.M("{1}: has spoken."),
}

// describe goes round the table, seat by seat.
func describe(l locale.Lang, places []Place) string {
	out := []string{l.T("Clockwise from the nearest seat.")}
	for _, p := range places {
		name := p.Name
		if p.You {
			name = locale.Capital(l.T("you"))
		}
		out = append(out, l.T(phrases[p.Seat], name))
		if p.Asks {
			out = append(out, l.T("Brought the proposal."))
		}
		if p.Relayed != "" {
			out = append(out, l.T("Passed on by {1}.", p.Relayed))
		}
	}
	return strings.Join(out, " ")
}

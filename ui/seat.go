package ui

import (
	"math"
	"strconv"
	"strings"

	"celld/ui/locale"
)

// Seat is what one place at a table shows.
type Seat uint8

// The states of a seat. Each differs from every other by its shape.
const (
	Unheard   Seat = iota // not heard yet
	Consent               // consents
	Concern               // consents, with a concern
	Objection             // objects
	Aside                 // stands aside
	NeedTime              // needs time
	Recused               // not part of this one
	Stale                 // spoke before the text changed
	Left                  // no longer in the cell, or away
	Free                  // a free seat
	Spoke                 // has spoken in this step, without giving a voice
)

// classes name the states in the style sheet.
var classes = [...]string{"empty", "consent", "concern", "objection", "aside", "time", "recused", "stale", "left", "open", "consent"}

// words say the states in the table beside a ring.
var words = [...]string{
	locale.M("not heard yet"), locale.M("consents"), locale.M("consents, with a concern"), locale.M("objects"),
	locale.M("stands aside"), locale.M("needs time"), locale.M("not part of this one"),
	locale.M("spoke before the text changed"), locale.M("no longer in the cell"), locale.M("a free seat"),
	locale.M("has spoken"),
}

// Words says the state as the table of voices does: "consents".
func (s Seat) Words(l locale.Lang) string { return l.T(words[s]) }

// nouns name what was said, where "you consent" and "she consents" would differ.
var nouns = [...]string{
	locale.M("nothing yet"), locale.M("consent"), locale.M("consent, with a concern"), locale.M("an objection"),
	locale.M("standing aside"), locale.M("a need for time"), locale.M("staying out of this one"),
	locale.M("nothing yet"), locale.M("nothing yet"), locale.M("nothing yet"), locale.M("nothing yet"),
}

// noun says the state as a thing that was said: "consent, with a concern".
func (s Seat) noun(l locale.Lang) string { return l.T(nouns[s]) }

// Heard tells whether the seat counts as having spoken.
func (s Seat) Heard() bool {
	return s == Consent || s == Concern || s == Objection || s == Aside || s == Recused || s == Spoke
}

// Awaited tells whether the table still waits for the seat.
func (s Seat) Awaited() bool { return s == Unheard || s == NeedTime || s == Stale }

// tableOrder is the order of a table of voices: who is awaited comes first.
var tableOrder = [...]int{Unheard: 0, NeedTime: 1, Stale: 2, Objection: 3, Aside: 4, Concern: 5, Consent: 6, Recused: 7, Left: 8, Free: 9, Spoke: 6}

// Order is the seat's place in a table of voices.
func (s Seat) Order() int { return tableOrder[s] }

// place is how far from the centre a seat of radius r stands on a ring of
// radius R: an objection comes forward to the table, who stands aside back.
func (s Seat) place(R, r float64) float64 {
	switch s {
	case Objection:
		return R - .25*r
	case Aside:
		return R + .6*r
	}
	return R
}

// shape draws the seat round (0,0) with radius r and stroke sw.
func (s Seat) shape(r, sw float64) string {
	switch s {
	case Consent, Spoke:
		return `<circle r="` + f(r) + `" fill="currentColor"/>`
	case Concern:
		q := r - sw/2
		return outline(q, sw) + `<path d="M` + f(-q) + ` 0a` + f(q) + ` ` + f(q) + ` 0 0 0 ` + f(2*q) + ` 0z" fill="currentColor"/>`
	case Objection:
		return diamond(r, sw)
	case Aside:
		return outline(.8*r, sw) + line("M"+f(-.38*r)+" 0h"+f(.76*r), sw, true)
	case NeedTime:
		return outline(r-sw/2, sw) + line("M0 "+f(-.58*r)+"V0l"+f(.4*r)+" "+f(.24*r), sw, true)
	case Recused:
		return outline(r-sw/2, sw) + line("M"+f(-.66*r)+" "+f(.66*r)+"L"+f(.66*r)+" "+f(-.66*r), sw, false)
	case Stale:
		q := f(r - sw/2)
		return line("M0 -"+q+"A"+q+" "+q+" 0 1 0 "+q+" 0", sw, true) + `<circle r="` + f(.3*r) + `" fill="currentColor"/>`
	case Left:
		return `<circle r="` + f(.22*r) + `" fill="currentColor"/>`
	case Free:
		return line("M0 "+f(-.5*r)+"V"+f(.5*r)+"M"+f(-.5*r)+" 0H"+f(.5*r), sw, true) +
			`<circle r="` + f(r-sw/2) + `" fill="none" stroke="currentColor" stroke-width="` + f(sw) + `" stroke-dasharray="` + f(.5*r) + " " + f2(.285*r) + `"/>`
	}
	return outline(r, sw)
}

// diamond is the objection: it has corners, so that the round cannot roll on.
func diamond(r, sw float64) string {
	d := f(1.18 * r)
	return `<path d="M0 -` + d + "L" + d + " 0L0 " + d + "L-" + d + ` 0z" fill="currentColor" stroke="currentColor" stroke-width="` + f(sw) + `" stroke-linejoin="round"/>` +
		`<path class="gap" d="M` + f(-.36*r) + " " + f(.2*r) + "L0 " + f(-.3*r) + "L" + f(.36*r) + " " + f(.2*r) +
		`" fill="none" stroke="#fff" stroke-width="` + f(.2*r) + `" stroke-linecap="round" stroke-linejoin="round"/>`
}

// dots is the ring of sixteen dots round a voice that somebody passed on.
func dots(r, sw float64) string {
	gap := math.Pi*r/8 - .1
	return `<circle class="dots" r="` + f(r) + `" fill="none" stroke="currentColor" stroke-width="` + f(sw) +
		`" stroke-linecap="round" stroke-dasharray="0.1 ` + f2(gap) + `"/>`
}

func outline(r, sw float64) string {
	return `<circle r="` + f(r) + `" fill="none" stroke="currentColor" stroke-width="` + f(sw) + `"/>`
}

func line(d string, sw float64, round bool) string {
	ends := ""
	if round {
		ends = ` stroke-linecap="round" stroke-linejoin="round"`
	}
	return `<path d="` + d + `" fill="none" stroke="currentColor" stroke-width="` + f(sw) + `"` + ends + `/>`
}

// full draws a seat with all that may surround it.
func (s Seat) full(r, sw float64, relayed bool) string {
	if !relayed {
		return s.shape(r, sw)
	}
	return dots(r, sw) + s.shape(.66*r, sw)
}

func (s Seat) class(you bool) string {
	if you {
		return "seat " + classes[s] + " you"
	}
	return "seat " + classes[s]
}

// f writes a coordinate with one decimal at most, as a drawing on paper needs.
func f(v float64) string { return trim(v, 1) }

// f2 writes lengths that add up round a circle.
func f2(v float64) string { return trim(v, 2) }

func trim(v float64, places int) string {
	s := strconv.FormatFloat(v, 'f', places, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

package ui

import (
	"context"
	"io"
)

// EvenView is how even it is: who served how long, drawn and in numbers.
type EvenView struct {
	Since  string // what is counted
	Even   string // how far the most and the fewest turns lie apart; empty for nothing to say
	Shares []Share
}

// Share is what one member has had of all that goes round.
type Share struct {
	Name, URL string
	Turns     []ShareTurn
	Words     string // in numbers
	Largest   int    // the days of who had most
}

// ShareTurn is one turn: how long it was, and whether it was the rounds'.
type ShareTurn struct {
	Days   int
	Rounds bool
}

// Render writes the bar as SVG.
func (s Share) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, s.SVG())
	return err
}

// SVG draws a member's turns one after the other, as long as they were: full
// for the rounds, hollow for anything else. The table says the same in numbers.
func (s Share) SVG() string {
	const still = ` vector-effect="non-scaling-stroke"`
	b := `<svg class="bar flip" width="120" height="24" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">`
	x := 1.0
	for _, t := range s.Turns {
		long := 116 * float64(t.Days) / float64(max(s.Largest, 1))
		if wide := max(long-1.5, 1); t.Rounds {
			b += rect(x, 7, wide, 10, solid)
		} else {
			b += rect(x, 7.5, wide, 9, hollow+still)
		}
		x += long
	}
	return b + `<path d="M1 0V24" stroke="currentColor" stroke-width="2"` + still + ` class="base"/></svg>`
}

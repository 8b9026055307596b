package ui

import "celld/ui/locale"

// RoundsView is the list of all rounds, a page at a time.
type RoundsView struct {
	Open     []RoundRow // those that wait for somebody; on the first page only
	Closed   []RoundRow // the rest, the newest first
	Previous string     // address of the page before; empty on the first
	Next     string
	NewURL   string
}

// RoundRow is one round in a list.
type RoundRow struct {
	URL    string
	Title  string
	Phase  Phase
	Places []Place
	Detail string // when it was agreed, or who is awaited
}

// row says the phase in words, since the small ring is not read aloud.
func (r RoundRow) row(l locale.Lang) Row {
	text := locale.Capital(r.Phase.Words(l))
	if r.Detail != "" {
		text += " · " + r.Detail
	}
	return Row{URL: r.URL, Seats: r.Places, Title: r.Title, Text: text}
}

func roundRows(l locale.Lang, rounds []RoundRow) []Row {
	var out []Row
	for _, r := range rounds {
		out = append(out, r.row(l))
	}
	return out
}

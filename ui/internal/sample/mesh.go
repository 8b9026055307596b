package sample

import (
	"celld/ui"
	"celld/ui/locale"
)

// routers are the pages about several routers, the board and turns.
func (c cast) routers(l locale.Lang) []Page {
	six := []string{"floor", "stadium", "crater", "private", "perhaps", "baby"}
	here, met, never := ui.Place{Seat: ui.Consent, You: true}, ui.Place{Seat: ui.Stale}, ui.Place{}
	kitchen := ui.Row{URL: "#", Title: c.moss, Text: l.T("this one"), Seats: []ui.Place{here}}
	barn := ui.Row{URL: "#", Title: c.heron, Text: l.N("within reach; {1} thing is on its way here", "within reach; {1} things are on their way here", 12), Number: "−61 dBm", Seats: []ui.Place{{Seat: ui.Consent}}}
	attic := ui.Row{URL: "#", Title: c.tide, Text: l.T("not met yet"), Seats: []ui.Place{never}}
	form := ui.Form{Action: "#", Values: map[string]string{}, Errors: map[string]string{}}
	page := func(title string) ui.Page { return c.inner(l, title) }
	starting := ui.Page{Lang: l, Title: l.T("This router is starting"), Tongues: true}
	note := ui.BoardNote{Text: c.concern, By: c.fern, When: l.Clock(noon), OnlyHere: true, DownURL: "#"}
	turn := []ui.Row{{Title: c.moss, Text: l.T("no turn so far")}, {Title: c.heron, Text: l.T("no turn so far")}}
	return []Page{
		{"routers", ui.RoutersPage(page(l.T("Our routers")), ui.RoutersView{Places: []ui.Place{here, {Seat: ui.Consent}, met, never}, Reach: l.T("{1} of {2} within reach.", l.Number(2), l.Number(4)),
			Rows: []ui.Row{kitchen, barn, attic}, Gone: []ui.Row{{URL: "#", Title: c.kite}}, AddURL: "#", NeighboursURL: "#", CarryURL: "#"})},
		{"router-one", ui.OneRouterPage(page(l.T("Our routers")), ui.OneRouterView{Name: c.heron, Met: barn.Text, Facts: []ui.Fact{{Question: l.T("How well it is heard"), Answer: l.T("well ({1})", l.T("{1} dBm", l.Number(-61)))}, {Question: l.T("How much arrives"), Answer: l.T("{1} of 100", l.Number(88))}, {Question: l.T("How long a word takes there and back"), Answer: l.T("{1} ms", l.Number(14))}}, Words: six, Form: form, GoURL: "#"})},
		{"router-add", ui.AddRouterPage(page(l.T("Take in another router")), ui.AddRouterView{Form: form, Found: []ui.Button{{URL: "#", Title: l.T("A router that looks for its cell"), Text: l.T("At {1}, in sight since {2}.", "10.13.0.7", l.Clock(noon))}}})},
		{"router-check", ui.CheckRouterPage(page(l.T("Is it this one?")), ui.CheckRouterView{Words: six, Form: form})},
		{"router-taken", ui.TakenInPage(starting, ui.TakenInView{Words: six, Code: "celld-router-Eu0S27JSAIwk8wFgM8kX9CeVxJ_DCGZsPCkJXOERh9a6Bjp6txSOsKh57jN7r9TV", QR: square(), Back: "#"})},
		{"neighbours", ui.NeighboursPage(page(l.T("Other routers in sight")), ui.NeighboursView{})},
		{"carry", ui.CarryPage(page(l.T("Carry it on a stick")), ui.CarryView{FileURL: "#", Form: form})},
		{"carry-parcel", ui.ParcelPage(page(l.T("What is in the file")), ui.ParcelView{ID: "1", Action: "#", LeaveURL: "#", Facts: []ui.Fact{{Question: l.T("Made by"), Answer: c.heron}, {Question: l.T("Things in it"), Answer: l.Number(966)}}})},
		{"board", ui.BoardPage(page(l.T("The board")), ui.BoardView{Form: form, Days: []ui.NoteDay{{Name: locale.Capital(l.Date(noon)), Notes: []ui.BoardNote{note}}}, Stay: 14})},
		{"turns", ui.TurnsPage(page(l.T("Looking after the rounds")), ui.TurnsView{Title: l.T("Looking after the rounds"), About: l.T("Who looks after a round leads it from step to step and decides nothing."), Holder: c.heron, Until: l.T("Until {1}.", l.Date(noon)), Next: c.moss, NextIsMe: true, Rows: turn, DeclineURL: "#"})},
		{"starting", ui.StartingPage(starting, ui.FarView{Title: starting.Title, Text: l.T("It reads what was written: {1} %.", l.Number(40)), Percent: 40}, "#")},
	}
}

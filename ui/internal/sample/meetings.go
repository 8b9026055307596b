package sample

import (
	"celld/ui"
	"celld/ui/locale"
)

// meetings are the pages of when we sit together, and of turns given by reasons.
func (c cast) meetings(l locale.Lang) []Page {
	p := c.inner(l, l.T("When we meet"))
	form := ui.Form{Action: "#", Values: map[string]string{}}
	m := ui.MeetingView{Title: l.T("We sit together"), When: locale.Capital(l.DateYear(noon)), Time: "19:30", Place: c.title, By: c.heron,
		Items: []ui.MeetingItem{{Words: c.title, By: c.fern}, {Words: c.cell, By: c.moss, DropURL: "#"}}, Rounds: c.homeRows(l), SheetURL: "#"}
	planned, held := m, m
	planned.Places, planned.Speaking, planned.Form = c.joining(), []string{c.heron, c.fern, c.moss}, form
	planned.Duties = []ui.MeetingDuty{{Title: l.T("Looks after it"), Name: c.moss, You: true, URL: "#", Duty: "1", No: true}, {Title: l.T("Takes the notes"), Name: c.heron, URL: "#", Duty: "2", Yes: true}}
	planned.MoveURL, planned.CancelURL = "#", "#"
	held.Minutes, held.Rounds = &ui.MeetingMinutes{Words: c.title + ".\n\n" + c.cell + ".", By: c.heron, There: []string{c.heron, c.fern, c.moss}, Rounds: c.homeRows(l)}, nil
	named := ui.ChoosingView{Title: l.T("Talking with other cells"), Under: true, Form: form, Shown: true, Names: true, CloseURL: "#", ProposeURL: "#",
		Rows: []ui.Nominated{{By: c.moss, Who: c.fern, Why: c.title}, {By: c.heron, Who: c.moss, Before: c.fern}}, Who: []ui.Choice{{Value: "1", Text: c.fern}}, Among: []ui.Choice{{Value: "1", Text: c.fern}}}
	even := &ui.EvenView{Since: l.T("The last three months."), Shares: []ui.Share{
		{Name: c.heron, URL: "#", Turns: []ui.ShareTurn{{Days: 14, Rounds: true}, {Days: 70}}, Words: l.N("one turn", "{1} turns", 2), Largest: 84},
		{Name: c.moss, URL: "#", Turns: []ui.ShareTurn{{Days: 14, Rounds: true}}, Words: l.N("one turn", "{1} turns", 1), Largest: 84}}}
	return []Page{
		{"meetings", ui.MeetingsPage(p, ui.MeetingsView{NewURL: "#", Coming: c.homeRows(l), Past: c.homeRows(l)})},
		{"meeting", ui.MeetingPage(p, planned)},
		{"meeting-held", ui.MeetingPage(p, held)},
		{"meeting-new", ui.MeetingFormPage(p, ui.MeetingFormView{Form: form, New: true})},
		{"choosing", ui.ChoosingPage(p, named)},
		{"turns-all", ui.DutiesPage(p, ui.DutiesView{Duties: c.homeRows(l), Void: c.homeRows(l), Even: even})},
	}
}

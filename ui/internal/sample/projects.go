package sample

import (
	"celld/ui"
	"celld/ui/locale"
)

// commons are the pages of projects, needs, the store and the fund.
func (c cast) commons(l locale.Lang) []Page {
	p := c.inner(l, l.T("Projects"))
	row := ui.Row{URL: "#", Title: c.title, Text: l.T("{1} of {2} done.", 2, 5)}
	open := ui.ProjectView{Title: c.title, Why: c.why, Steps: ui.Steps{Lang: l, Done: 2, Taken: 1, Void: 14}, URL: "#", ChangeURL: "#", NeedURL: "#", AskURL: "#", Keeps: true, Mine: true,
		With: []string{c.moss, c.tide}, Decision: ui.Link{URL: "#", Text: c.title}, Needs: []ui.Row{row}, Money: []ui.Row{{URL: "#", Title: cents(4500).Words(l)}},
		Units: []ui.Choice{{Value: "0", Text: l.T("hours")}}, Facts: []ui.Fact{{Question: l.T("Begun"), Answer: l.Short(sunday)}},
		Tasks: []ui.Task{{Ref: "a", Words: c.what, Who: l.T("Nobody has taken it on yet."), Void: true, Take: true, End: true},
			{Ref: "b", Words: c.why, Who: l.T("Taken on by {1}.", c.tide), Give: true, End: true}, {Ref: "c", Words: c.what, Who: l.T("Done by {1}.", c.moss), Done: true, End: true}}}
	over := open
	over.Closed, over.Keeps, over.AgainURL, over.Words = true, false, "#", c.why
	stock := ui.StockView{Name: c.what, N: 82, Takes: true, Form: ui.Form{}, URL: "#", HelpURL: "#", All: "#", Uses: []ui.Choice{{Value: "1", Text: l.T("First aid")}},
		Warning: []ui.Banner{{Kind: ui.NoteBanner, Title: l.T("{1} of at least {2} are there.", 82, 90)}},
		Lots:    []ui.Lot{{UseBy: l.ShortYear(sunday), Batch: "7F", N: 22, Past: true}, {UseBy: l.T("keeps"), N: 60}}}
	fund := ui.FundView{Tin: c.tin(l, library[l]), In: []ui.Row{row}, Out: []ui.Row{row}, Newest: 200, Statement: "#", RuleURL: "#"}
	shown := fund
	shown.Shown, shown.GuestURL = true, "#"
	return []Page{
		{"projects", ui.ProjectsPage(p, ui.ProjectsView{Open: []ui.Row{row}, Past: []ui.Row{row}, Next: "#", NewURL: "#"})},
		{"projects-empty", ui.ProjectsPage(p, ui.ProjectsView{NewURL: "#"})},
		{"project", ui.ProjectPage(p, open)}, {"project-over", ui.ProjectPage(p, over)},
		{"project-new", ui.AskPage(p, c.title, c.why, "#", c.what, ui.Input(ui.Form{}.Field(ui.FieldName, c.what, "")))},
		{"directory", ui.DirectoryPage(p, ui.DirectoryView{Fits: []ui.Row{row}, Lists: []ui.EntryList{{Title: c.title, Rows: []ui.Row{row}, All: ui.Link{URL: "#", Text: c.what}}}, NewURL: "#"})},
		{"directory-empty", ui.DirectoryPage(p, ui.DirectoryView{NewURL: "#"})},
		{"entry", ui.EntryPage(p, ui.EntryView{Words: c.what, Sort: l.T("A need"), Promised: []ui.Row{row}, Fits: []ui.Row{row}, HelpURL: "#", EndURL: "#", BoardURL: "#", Project: ui.Link{URL: "#", Text: c.title}})},
		{"stock", ui.StockPage(p, stock)}, {"fund", ui.FundPage(p, fund)}, {"fund-shown", ui.FundPage(p, shown)},
		{"fund-guests", ui.PublicFundPage(p, []ui.FundView{fund, fund})},
	}
}

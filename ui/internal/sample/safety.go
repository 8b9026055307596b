package sample

import (
	"celld/ui"
	"celld/ui/locale"
)

// care are the pages of first weeks, of safety, of conflicts and of what one
// finds again after having been away.
func (c cast) care(l locale.Lang) []Page {
	p := c.inner(l, l.T("Safety"))
	still, paper := p, p
	still.Title, still.Still, paper.Paper = ui.NoTitle, true, true
	form := ui.Form{Action: "#", Values: map[string]string{}}
	row := ui.Row{URL: "#", Title: c.title, Text: l.T("not signed")}
	things := []ui.PacketThing{
		{Value: "1", Text: l.T("A round was tried out, without a trace"), Mine: true, Own: true, Ticked: true},
		{Value: "2", Text: l.T("What to be careful about was talked through"), Mine: true, Both: true, Theirs: true}}
	packet := ui.PacketView{Title: l.T("Your first weeks"), Name: c.moss, You: true, Buddy: c.heron, AloneURL: "#", Inside: true, Things: things, TickURL: "#",
		Agreements: []ui.Row{row, row}, Words: "1", SignURL: "#", BookletURL: "#", PracticeURL: "#", PledgeURL: "#"}
	alone := ui.PacketView{Title: l.T("The first weeks of {1}", c.fern), Name: c.fern, GoAlongURL: "#"}
	practice := ui.PracticeView{Form: form, Again: "#", BackURL: "#"}
	objected := practice
	objected.Said, objected.Reason = ui.Objection, c.objection
	wrong := ui.Form{Action: "#", Errors: map[string]string{ui.FieldSure: l.T("I know what is lost, and want it.")}}
	sure := ui.Part{Title: l.T("The law"), List: []string{c.why, c.what}, Sure: &ui.Sure{Form: wrong, Tick: l.T("I know what is lost, and want it."), Send: l.T("Wipe this router now")}}
	circle := ui.CircleView{Name: c.cell, About: c.why, Since: c.saturday, Keeper: c.tide, Rows: []ui.Row{{Title: c.moss}, {Title: c.heron}}, HelpURL: "#", Form: form,
		Aloud: ui.AskedInside(l), Plan: []ui.CirclePlan{{What: c.what, Who: c.heron, By: c.evening, URL: "#", Button: l.T("It is done"), Mark: "1"}},
		Acts: []ui.CircleAct{{URL: "#", Button: l.T("Write it down"), Text: true, Lead: true}}}
	did, stays := l.T("{1} did it.", c.moss), l.T("It ends by itself: {1}.", c.evening)
	pause := ui.PauseView{Form: form, Accounts: []ui.Choice{{Text: l.T("Choose an account")}, {Value: "1", Text: c.heron}},
		WiFi: l.T("Whoever looks after the router can also give the Wi-Fi another key, in its own settings. Tell all of us who did it, and why, within a day.")}
	paused := pause
	paused.Now = []ui.PauseRow{{Account: c.heron, Text: did + " " + stays, TellURL: "#", EndURL: "#"}, {Account: c.fern, Text: did + " " + stays, Why: c.concern, By: c.moss, ConfirmURL: "#"}}
	return []Page{
		{"pause", ui.PausePage(p, paused)}, {"pause-none", ui.PausePage(p, pause)},
		{"packet", ui.PacketPage(p, packet)}, {"packet-alone", ui.PacketPage(p, alone)},
		{"packet-book", ui.PacketBookPage(paper, ui.PacketBook{Name: c.moss, Buddy: c.heron, AsOf: l.Date(sunday), Address: "http://mill-lane.internal/", Things: things, Agreements: []ui.Speech{{By: c.title, Text: c.what}}})},
		{"practice", ui.PracticePage(p, practice)}, {"practice-objection", ui.PracticePage(p, objected)},
		{"safety", ui.SafetyPage(p, ui.SafetyView{Lead: c.why, Parts: []ui.Part{{Title: l.T("If something happens now"), Rows: []ui.Row{row, row}, Posts: []ui.Action{{URL: "#", Text: l.T("Lock this router")}}}, {Title: l.T("All of us"), Rows: []ui.Row{row}}}})},
		{"safety-wipe", ui.SafetyPage(p, ui.SafetyView{Lead: c.what, Parts: []ui.Part{sure}})},
		{"safety-sheet", ui.SafetyPage(paper, ui.SafetyView{Lead: c.why, Parts: []ui.Part{{Title: l.T("What it does"), List: []string{c.what, c.why}}}})},
		{"away", ui.StillPage(still)},
		{"circles", ui.CirclesPage(p, []string{c.tide, c.kite}, false)}, {"circles-none", ui.YourCirclesPage(p, nil, 7)},
		{"circle-call", ui.CallPage(p, ui.CallView{Form: form, People: []ui.Choice{{Value: "1", Text: c.heron}, {Value: "2", Text: c.fern}}})},
		{"circle", ui.CirclePage(p, circle)},
	}
}

// knowledge are the pages of what the cell knows, and the ways they leave the house.
func (c cast) knowledge(l locale.Lang) []Page {
	p := c.inner(l, l.T("Our pages"))
	paper := p
	paper.Paper = true
	form := ui.Form{Action: "#", Values: map[string]string{ui.FieldTitle: c.title, ui.FieldWords: c.what}}
	prose := ui.Prose{Text: "## " + c.title + "\n\n" + c.why + "\n\n- " + c.what + "\n- " + c.who + "\n\n> " + c.concern, Language: l.Code()}
	row := ui.Row{URL: "#", Title: c.title, Text: l.Name()}
	leaf := ui.LeafView{Over: l.Name(), Title: c.title, Said: true, Prose: prose, Go: ui.Link{URL: "#", Text: l.T("Go on writing")},
		Facts: []ui.Fact{{Question: l.T("Written by"), Answer: c.fern}}, Ways: []ui.Link{{URL: "#", Text: l.T("All versions")}}}
	list := ui.LeafView{Title: l.T("Our pages"), Lead: l.T("What we know and how we do things, written by all of us."), Go: ui.Link{URL: "#", Text: l.T("Write a page")},
		Parts: []ui.LeafPart{{Title: l.T("Guides"), Rows: []ui.Row{row, row}}, {Title: l.T("Ready to begin with"), Text: c.why, Rows: []ui.Row{row}}}}
	none := ui.LeafView{Title: l.T("Our pages"), Empty: l.T("Nothing is written down yet. Begin with a page that others have written for you, and make it yours."), Go: list.Go}
	pen := ui.PenView{Form: form, Title: l.T("Go on writing"), Merged: c.why, Theirs: prose, Keep: true, Room: c.who, Long: 1000,
		Languages: []ui.Choice{{Value: l.Code(), Text: l.Name()}}, Scopes: []ui.Choice{{Value: "1", Text: l.T("for us alone")}}}
	book := ui.Book{Lang: l, Title: c.cell, AsOf: l.Date(sunday), Licence: "CC BY-SA 4.0", Contents: []ui.Link{{URL: "#leaf", Text: c.title}}, Leaves: []ui.Leaf{{ID: "leaf", Title: c.title, Language: l.Code(), Text: prose.Text}}}
	take := ui.TakeView{Booklets: []ui.Row{{URL: "#", Title: l.Name()}}, FileURL: "#", ZipURL: "#", Public: "http://mill-lane.internal/commons.git", MakeURL: "#", EndURL: "#", Address: "http://mill-lane.internal/git/heron-lamp-river-stone/commons.git"}
	missed := ui.Form{Action: "#", Values: map[string]string{}, Errors: map[string]string{ui.FieldPicture: l.T("Choose a picture first.")}}
	picture := ui.PictureView{Form: ui.Form{Action: "#"}, Title: c.title, MaxBytes: "8 MB",
		Room: l.T("A picture takes {1} kB at most, and counts until it is taken out for good; {2} more fit on this page.", l.Number(200), l.Number(19))}
	again := picture
	again.Form = missed
	full := picture
	full.Full = l.T("There is room for {1} of these. Begin a new page, or take one out for good.", l.Number(16))
	full.Way = ui.Link{URL: "#", Text: l.T("Take something out for good")}
	return []Page{
		{"page-picture", ui.PicturePage(p, picture)}, {"page-picture-none", ui.PicturePage(p, again)}, {"page-picture-full", ui.PicturePage(p, full)},
		{"pages", ui.LeafPage(p, list)}, {"pages-empty", ui.LeafPage(p, none)}, {"page", ui.LeafPage(p, leaf)}, {"page-edit", ui.PenPage(p, pen)},
		{"page-changes", ui.DiffPage(p, ui.DiffView{Over: c.title, Title: c.saturday, Note: ui.Speech{Text: c.concern, By: c.tide}, Parts: []ui.DiffPart{{Alike: c.who}}, Ways: leaf.Ways})},
		{"page-theirs", ui.OffersPage(p, ui.OffersView{Over: c.title, Title: l.T("How {1} has it", c.cell), Lead: c.why, Form: form, Offers: []ui.OfferPart{{Theirs: c.what, Place: c.who}}, SeenText: l.T("We have seen it, and take nothing over"), Credit: c.cell})},
		{"page-out", ui.OutPage(p, ui.OutView{Form: ui.Form{Action: "#"}, Title: c.title, About: c.why, Wait: c.who, Long: 200})},
		{"page-bring", ui.BringPage(p, ui.BringView{Form: ui.Form{Action: "#"}})},
		{"take", ui.TakePage(p, take)}, {"take-none", ui.TakePage(p, ui.TakeView{})}, {"take-book", ui.BookletPage(paper, book)},
	}
}

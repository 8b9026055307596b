package sample

import (
	"celld/ui"
	"celld/ui/locale"
)

// people are the pages at the door, about people and about the router.
func (c cast) people(l locale.Lang) []Page {
	visitor := c.page(l, c.cell)
	visitor.Me, visitor.Foot.LockURL, visitor.Tongues = "", "", true
	nobody := visitor
	nobody.Cell = ""
	signpost := ui.Page{Lang: l, Title: l.T("Come to the table"), Cell: c.cell, Bare: true, Tongues: true}
	hola := ui.HolaView{Address: "mill-lane.internal", Other: "10.13.0.1:8080", QR: square(), Alone: true, URL: "/hola"}
	read, seen := signpost, hola
	seen.Seen, read.Flash = true, ui.Flash{Title: l.T("Good. You know the way now."),
		Text: l.T("You can close this window. If your phone asks, use this Wi-Fi without internet.")}
	inner := c.inner(l, c.cell)
	form := ui.Form{Action: "#"}
	return append([]Page{
		{"hola", ui.HolaPage(signpost, hola)},
		{"hola-read", ui.HolaPage(read, seen)},
		{"in", ui.SignInPage(visitor, ui.SignInView{Form: form, JoinURL: "/join", LostURL: "/lost"})},
		{"sealed", ui.SignInPage(visitor, ui.SignInView{Form: form, Sealed: true})},
		{"in-open", ui.SignInPage(visitor, ui.SignInView{Form: form, Open: true, SafeURL: "#"})},
		{"claim", ui.ClaimPage(nobody, ui.ClaimView{Form: form})},
		{"found", ui.FoundPage(nobody, ui.FoundView{Form: form, Words: c.five(), Tongues: tongues()})},
		{"first-day", ui.FirstDayPage(c.page(l, c.cell), c.firstDay(l))},
		{"door", ui.DoorPage(inner, c.door())},
		{"join", ui.JoinPage(visitor, ui.JoinView{Form: form, Places: c.joining(), Sponsor: c.fern})},
		{"join-words", ui.WordsPage(visitor, ui.WordsView{Form: form, Words: c.five(), Name: c.kite, Tongues: tongues()})},
		{"join-wait", ui.WaitPage(visitor, ui.WaitView{Name: c.kite, Places: c.joining()})},
		{"people", ui.PeoplePage(inner, c.all())},
		{"person", ui.PersonPage(inner, ui.PersonView{Name: c.fern, Since: c.saturday, Sponsor: c.heron, Rounds: c.homeRows(l), RebindURL: "#", LeaveURL: "#", LedgerURL: "#"})},
		{"me", ui.MePage(inner, c.me(l))},
		{"invite", ui.InvitePage(inner, ui.InviteView{Form: form, Open: []ui.Row{{URL: "#", Title: "K7TR-29QX", Text: c.saturday}}})},
		{"invitation", ui.InvitationPage(inner, ui.InvitationView{Sponsor: c.fern, Code: "K7TR-29QX", Address: "mill-lane.internal", QR: square(), BackURL: "/people",
			WiFi: ui.WiFiView{SSID: "Mill Lane", Key: "otter-ladder-plum-window-seed", QR: square()}})},
		{"lost", ui.LostPage(visitor, ui.LostView{Form: form, Others: 4})},
		{"rebind", ui.RebindPage(inner, ui.RebindView{Name: c.kite, Words: "harbour oat violet", Assents: []string{c.heron, c.fern}, Needed: 4, AssentURL: "#"})},
		{"words", ui.WordsPage(inner, ui.WordsView{Form: form, Words: c.five(), Change: true})},
		{"problem", ui.ProblemPage(inner, ui.ProblemView{Title: c.title, Text: c.concern, Way: ui.Home(l)})},
	}, c.routerPages(l, inner)...)
}

func (c cast) routerPages(l locale.Lang, inner ui.Page) []Page {
	paper := inner
	paper.Paper = true
	clock := ui.ClockView{Now: c.saturday, URL: "#", Form: ui.Form{Action: "#"}, By: c.fern, Offered: l.Clock(noon), Yes: "#"}
	return []Page{
		{"router", ui.RouterPage(inner, ui.RouterView{Name: c.cell, Room: "410 MB", RoomLow: true, Clock: clock, LockURL: "#", ModeURL: "#", Check: "harbour · oat · violet · ladder · nine · wren"})},
		{"clock", ui.ClockPage(inner, clock)},
		{"mode", ui.ModePage(inner, ui.ModeView{RoundURL: "#"})},
		{"board", ui.BoardPage(inner, c.board(l))},
		{"paper", ui.PaperPage(paper, ui.PaperView{Name: c.moss, Router: c.cell})},
		{"sheet", ui.SheetPage(paper, ui.SheetView{Round: c.round(l), AsOf: l.Date(noon) + ", " + l.Clock(noon), Words: "harbour · oat · violet · ladder · nine · wren"})},
		{"way", ui.WayPage(inner, c.way(l))},
		{"way-text", ui.WayPage(inner, c.wayText(l))},
		{"review", ui.ReviewPage(inner, ui.ReviewView{Form: ui.Form{Action: "#", Values: map[string]string{"outcome": "keep"}}, Title: c.title, Text: c.text(), Since: l.Date(noon), NeedsDrop: 2, AmendURL: "#"})},
	}
}

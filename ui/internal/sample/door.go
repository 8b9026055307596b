package sample

import (
	"time"

	"celld/ui"
	"celld/ui/locale"
)

var noon = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)

func (c cast) five() []string {
	return []string{c.moss, c.lantern, c.tide, c.ember, c.kite}
}

func tongues() []ui.Choice {
	var out []ui.Choice
	for _, l := range locale.All {
		out = append(out, ui.Choice{Value: l.Code(), Text: l.Name()})
	}
	return out
}

// square is no real code; it only takes its room.
func square() ui.QR {
	return ui.QR{Size: 25, Dark: func(x, y int) bool { return (x*7+y*13+x*y)%3 == 0 }, Says: "mill-lane.internal"}
}

func (c cast) joining() []ui.Place {
	places := []ui.Place{{Seat: ui.Free, You: true}}
	for _, p := range c.table() {
		places = append(places, ui.Place{Name: p.Name, Seat: ui.Consent})
	}
	return places
}

func (c cast) seated() []ui.Place {
	var places []ui.Place
	for i, p := range c.table() {
		places = append(places, ui.Place{Name: p.Name, Seat: ui.Consent, You: i == 0})
	}
	return places
}

func (c cast) firstDay(l locale.Lang) ui.FirstDayView {
	places := seats(ui.Consent, ui.Free, ui.Free, ui.Free, ui.Free, ui.Free, ui.Free)
	places[0].Name = c.moss
	return ui.FirstDayView{Places: places, Free: 6, Written: true, DoorURL: "/door", PaperURL: "/me/paper"}
}

func (c cast) door() ui.DoorView {
	return ui.DoorView{
		Open: true, Code: "K7TR-29QX", Address: "mill-lane.internal", QR: square(), Places: c.seated()[:4],
		Arrivals: []ui.Arrival{{Name: c.kite, ConfirmURL: "#", RefuseURL: "#"}}, CloseURL: "#", RoundURL: "#",
	}
}

func (c cast) all() ui.PeopleView {
	v := ui.PeopleView{Places: c.seated(), InviteURL: "/invite"}
	v.Places[6].Seat = ui.Left
	for i, p := range v.Places {
		v.Rows = append(v.Rows, ui.PersonRow{URL: "#", Name: p.Name, You: i == 0, Away: i == 6})
	}
	return v
}

func (c cast) homeRows(l locale.Lang) []ui.Row { return c.home(l).WithOthers }

func (c cast) me(l locale.Lang) ui.MeView {
	return ui.MeView{
		Name: c.moss, Lang: l, Language: ui.Form{Action: "#"}, AwayURL: "#", WordsURL: "#", PaperURL: "#", OutURL: "#", OutAllURL: "#", PersonURL: "#",
		Sessions: []ui.Session{{When: c.evening, This: true}, {Where: "Firefox", When: c.saturday}},
	}
}

func (c cast) way(l locale.Lang) ui.WayView {
	return ui.WayView{Title: c.title, RoundURL: "#", Objection: c.round(l).Objections[0], Proposer: c.lantern, ChangeURL: "/r/x/text", AskURL: "#"}
}

func (c cast) wayText(l locale.Lang) ui.WayView {
	v := c.way(l)
	v.Failed, v.MeetURL, v.AsideURL, v.Meeting = 2, "#", "#", c.heron
	v.Candidate = &ui.Candidate{
		By: c.lantern, Note: c.concern, Parts: c.changes(l).Parts, Confirm: "#", AskedFor: ui.DoesItServe,
		Answers: ui.Confirmed{Name: c.ember, Yes: true}, Serves: ui.Confirmed{Name: c.moss, You: true},
	}
	return v
}

// board has a note of somebody else, and one of one's own that nobody else has.
func (c cast) board(l locale.Lang) ui.BoardView {
	return ui.BoardView{Form: ui.Form{Action: "#", Values: map[string]string{}}, Stay: 14, Next: "#",
		About: ui.Link{URL: "#", Text: c.title}, Ref: "r-1", Clear: "#",
		Days: []ui.NoteDay{{Name: c.saturday, Notes: []ui.BoardNote{
			{Text: c.what, By: c.moss, When: "19:40", OnlyHere: true, About: ui.Link{URL: "#", Text: c.title}, DownURL: "#"},
			{Text: c.concern, By: c.heron, When: "18:05"},
		}}}}
}

package web

import (
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/ui"
)

// home is the first screen: what waits for my voice, then what changed.
func (v *visit) home() error {
	if v.session == nil {
		return away("/in")
	}
	view := ui.HomeView{Doors: ui.Doors(v.lang), Members: len(cell.PeopleOf(v.state).Active()), NewURL: "/rounds/new"}
	for _, s := range roundList(v.state).Live() {
		v.placeRound(&view, s)
	}
	view.Waiting = append(view.Waiting, v.waitingPeople()...)
	view.Waiting = append(view.Waiting, v.waitingElsewhere()...)
	for _, s := range roundList(v.state).Settled(0, 5) {
		view.Changes = append(view.Changes, v.settledChange(s))
	}
	if !cell.PeopleOf(v.state).Trust.Closed && len(view.Waiting) == 0 {
		return v.firstDay()
	}
	p := v.page(v.lang.T("What waits for your voice"))
	p.Back = ui.Link{}
	p.Banners = v.homeBanners()
	return v.show(http.StatusOK, ui.HomePage(p, view))
}

// placeRound puts an open round where it belongs: it waits for me, or for others.
func (v *visit) placeRound(view *ui.HomeView, s consent.Summary) {
	r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round)
	if r == nil {
		return
	}
	t := v.table(r)
	places := t.places()
	if r.Waits(t.at, v.me()) {
		w := ui.Waiting{URL: t.url(), Seats: places, Title: r.Title(), Text: t.asks(places), Verb: v.lang.T("Look at it")}
		if t.may(consent.KindSpeak) && slices.Contains(r.Awaited(t.at), v.me()) {
			w.Verb = v.lang.T("Say what you think")
		}
		view.Waiting = append(view.Waiting, w)
		return
	}
	view.WithOthers = append(view.WithOthers, ui.Row{URL: t.url(), Seats: places, Title: r.Title(), Text: ui.TableSentence(v.lang, places)})
}

// asks says in one line why the round waits for this person.
func (t *table) asks(places []ui.Place) string {
	own, spoke := t.round.VoiceOf(t.me())
	if spoke && t.round.Stale(own) {
		return t.lang.T("The text changed after you spoke.")
	}
	return ui.TableSentence(t.lang, places)
}

func (v *visit) settledChange(s consent.Summary) ui.Change {
	c := ui.Change{URL: roundURL(s.Ref), Text: s.Title + ": " + phaseOf(s.State, s.Contested, false).Words(v.lang)}
	if s.Decided > 0 {
		c.When = v.lang.On(at(s.Decided), v.date)
	}
	return c
}

// homeBanners say what is so of the router itself.
func (v *visit) homeBanners() []ui.Banner {
	banners := v.loneliness()
	if _, quality := v.Clock.Now(); !quality.Trusted() {
		banners = append(banners, ui.HeldBanner(v.lang, "/router/time"))
	}
	return banners
}

// firstDay is home while the table fills: until the founding round waits for
// this person, or is over.
func (v *visit) firstDay() error {
	places := v.seatsAround()
	view := ui.FirstDayView{Places: places, Written: true, Seated: len(places) > 2, DoorURL: "/door", NewURL: "/rounds/new"}
	for len(view.Places) < 7 {
		view.Places = append(view.Places, ui.Place{Seat: ui.Free})
		view.Free++
	}
	if len(places) > 1 {
		view.RoundURL = v.foundingURL()
	}
	if len(places) == 1 {
		view.PaperURL = "/me/paper"
	}
	p := v.page(v.lang.T("The table fills"))
	p.Back, p.Banners = ui.Link{}, v.homeBanners()
	return v.show(http.StatusOK, ui.FirstDayPage(p, view))
}

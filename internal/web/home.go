package web

import (
	"net/http"
	"slices"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/ui"
)

// home is the first screen: what waits for my voice, then what changed.
func (v *visit) home() error {
	if v.session == nil {
		return away("/in")
	}
	view := ui.HomeView{Members: len(cell.PeopleOf(v.state).Active()), NewURL: "/rounds/new"}
	for _, s := range roundList(v.state).Live() {
		v.placeRound(&view, s)
	}
	view.Waiting = append(view.Waiting, v.waitingReviews()...)
	view.Waiting = append(view.Waiting, v.waitingPeople()...)
	view.Waiting = append(view.Waiting, v.waitingElsewhere()...)
	view.Waiting = append(view.Waiting, v.waitingTurns()...)
	view.Waiting = append(view.Waiting, v.waitingPauses()...)
	view.Waiting = append(view.Waiting, v.waitingPages()...)
	view.Waiting = append(view.Waiting, v.waitingPackets()...)
	meetings, notes := v.comingMeetings()
	view.Meetings, view.Waiting = meetings, append(view.Waiting, notes...)
	view.Waiting = append(view.Waiting, v.waitingProjects()...)
	view.Fits = v.fitting(fitsShown)
	view.Waiting = append(view.Waiting, v.waitingCircles()...)
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
	if r.Contested {
		view.Waiting = append(view.Waiting, ui.Waiting{URL: t.url(), Seats: places, Title: r.Title(), Verb: v.lang.T("Look at it"),
			Text: v.lang.T("It was agreed, and is not in force now.")})
		return
	}
	if own, spoke := r.VoiceOf(v.me()); spoke && !own.Relayed.IsZero() && !r.Stale(own) {
		// Whose word was passed on sees that first (C9).
		view.Waiting = append([]ui.Waiting{{URL: t.url(), Seats: places, Title: r.Title(), Verb: v.lang.T("Look at it"),
			Text: ui.PassedOn(v.lang, t.people.Name(own.Relayed), stances[own.Stance])}}, view.Waiting...)
		return
	}
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

// reviewsShown is how many agreements the first screen asks to look at again, at once.
const reviewsShown = 3

// waitingReviews are the agreements whose day to look again has come (C11).
func (v *visit) waitingReviews() (out []ui.Waiting) {
	now, trusted := v.clocked()
	if !trusted {
		return nil
	}
	for _, s := range roundList(v.state).Dated(1, reviewsShown) {
		if s.ReviewDue(now) {
			out = append(out, ui.Waiting{URL: roundURL(s.Ref), Title: s.Title, Text: v.lang.T("The day to look again has come."), Verb: v.lang.T("Look at it")})
		}
	}
	return out
}

// asks says in one line why the round waits for this person.
func (t *table) asks(places []ui.Place) string {
	own, spoke := t.round.VoiceOf(t.me())
	if spoke && t.round.Stale(own) {
		return t.lang.T("The text changed after you spoke.")
	}
	return ui.TableSentence(t.lang, places)
}

// tellFor is how long somebody is told that their word was passed on in a round
// that is over. Older ones are not read back for that.
const tellFor = 30 * 24 * time.Hour

func (v *visit) settledChange(s consent.Summary) ui.Change {
	c := ui.Change{URL: roundURL(s.Ref), Text: s.Title + ": " + phaseOf(s.State, s.Contested, false).Words(v.lang)}
	if s.Decided > 0 {
		c.When = v.lang.On(at(s.Decided), v.date)
	}
	if s.State != consent.InForce || v.date.Sub(at(s.Decided)) > tellFor {
		return c
	}
	r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round)
	if r == nil {
		return c
	}
	if own, spoke := r.VoiceOf(v.me()); spoke && !own.Relayed.IsZero() && own.Text == r.Adopted.Text {
		c.Text += ". " + ui.PassedOn(v.lang, cell.PeopleOf(v.state).Name(own.Relayed), stances[own.Stance])
	}
	return c
}

// homeBanners say what is so of the router itself.
func (v *visit) homeBanners() []ui.Banner {
	banners := append(v.forkBanners(), v.overdrawn()...)
	banners = append(banners, v.loneliness()...)
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

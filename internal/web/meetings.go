package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	meetings "celld/internal/cell/meeting"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const (
	meetingsURL     = "/meetings"
	meetingsPerPage = 20
	// roundsOffered is how many rounds that were decided lately can be named as
	// what a meeting decided.
	roundsOffered = 10
	near7         = 7 // days before which the first screen tells of a meeting
)

// meetingRoutes are those about when people sit together.
func meetingRoutes() []Route {
	return []Route{
		{"GET", "/meetings", Member, (*visit).sittings},
		{"GET", "/meetings/new", Member, (*visit).newMeeting},
		{"POST", "/meetings/new", Member, (*visit).callMeeting},
		{"GET", "/meetings/{ref}", Member, onMeeting((*sitting).show)},
		{"GET", "/meetings/{ref}/sheet", Member, onMeeting((*sitting).sheet)},
		{"GET", "/meetings/{ref}/move", Member, onMeeting((*sitting).moveForm)},
		{"POST", "/meetings/{ref}/move", Member, onMeeting((*sitting).move)},
		{"POST", "/meetings/{ref}/off", Member, onMeeting((*sitting).callOff)},
		{"POST", "/meetings/{ref}/item", Member, onMeeting((*sitting).bringItem)},
		{"POST", "/meetings/{ref}/item/{item}/drop", Member, onMeeting((*sitting).dropItem)},
		{"POST", "/meetings/{ref}/duty", Member, onMeeting((*sitting).takeDuty)},
		{"GET", "/meetings/{ref}/minutes", Member, onMeeting((*sitting).minutesForm)},
		{"POST", "/meetings/{ref}/minutes", Member, onMeeting((*sitting).writeMinutes)},
	}
}

// sitting is one meeting as one visitor sees it.
type sitting struct {
	*visit
	m      *meetings.Meeting
	at     cell.Reader
	people cell.People
}

func onMeeting(f func(*sitting) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		s := v.sitting(ref)
		if s == nil {
			return errNotFound
		}
		return f(s)
	}
}

func (v *visit) sitting(ref op.Ref) *sitting {
	m, _ := v.state.Value(meetings.Key(ref)).(*meetings.Meeting)
	if m == nil {
		return nil
	}
	return &sitting{visit: v, m: m, at: v.state.Now(), people: cell.PeopleOf(v.state)}
}

func (v *visit) meetingList() *meetings.List {
	l, _ := v.state.Value(meetings.KeyList).(*meetings.List)
	return l
}

func (s *sitting) url(more ...string) string {
	url := meetingsURL + "/" + s.m.Ref.String()
	for _, x := range more {
		url += "/" + x
	}
	return url
}

// A day of a meeting is a date that people set; noon keeps it from slipping
// into another by a time zone.
func dateOf(day uint64) time.Time {
	y, m, d := time.Date(1970, 1, 1+int(min(day, 1<<20)), 12, 0, 0, 0, time.UTC).Date()
	return time.Date(y, m, d, 12, 0, 0, 0, time.Local)
}

func dayNumber(t time.Time) uint64 {
	y, m, d := t.Date()
	return uint64(max(0, int(time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Sub(time.Date(1970, 1, 1, 12, 0, 0, 0, time.UTC))/(24*time.Hour))))
}

// fromDay is the day from which on a meeting is to come: today or, while no
// clock can be trusted, the last that anything was written down of.
func (v *visit) fromDay(l *meetings.List) uint64 {
	if _, trusted := v.clocked(); trusted {
		return dayNumber(v.date)
	}
	return l.LastHeld()
}

func (v *visit) sittings() error {
	l := v.meetingList()
	from := v.fromDay(l)
	page := v.pageNumber()
	view := ui.MeetingsView{NewURL: meetingsURL + "/new"}
	if page == 0 {
		for _, x := range l.Coming(from, meetingsPerPage) {
			view.Coming = append(view.Coming, v.meetingRow(x.Ref))
		}
	} else {
		view.Previous = meetingsURL + "?page=" + strconv.Itoa(page-1)
	}
	for _, x := range l.Past(from, page*meetingsPerPage, meetingsPerPage+1) {
		view.Past = append(view.Past, v.meetingRow(x.Ref))
	}
	if len(view.Past) > meetingsPerPage {
		view.Past = view.Past[:meetingsPerPage]
		view.Next = meetingsURL + "?page=" + strconv.Itoa(page+1)
	}
	return v.show(http.StatusOK, ui.MeetingsPage(v.page(v.lang.T("When we meet")), view))
}

func (v *visit) meetingRow(ref op.Ref) ui.Row {
	s := v.sitting(ref)
	row := ui.Row{URL: s.url(), Title: s.title(), Text: s.when()}
	switch s.m.State() {
	case meetings.Held:
		row.Text += " · " + v.lang.T("written down")
	case meetings.Off:
		row.Text += " · " + v.lang.T("called off")
	}
	return row
}

func (s *sitting) title() string {
	if s.m.What != "" {
		return s.m.What
	}
	return s.lang.T("We sit together")
}

// when is the day and what people wrote beside it, in one line.
func (s *sitting) when() string {
	out := locale.Capital(s.lang.Date(dateOf(s.m.When.Day)))
	for _, x := range []string{s.m.When.Time, s.m.When.Place} {
		if x != "" {
			out += " · " + s.lang.Isolate(x)
		}
	}
	return out
}

func (s *sitting) show() error { return s.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (s *sitting) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	p := s.leaf(s.title())
	p.Back, p.Wrong = ui.Link{URL: meetingsURL, Text: s.lang.T("When we meet")}, wrong
	view := s.view()
	if s.m.State() == meetings.Planned {
		view.Form = f
		view.Form.Action = s.url("item")
	}
	return s.visit.show(status, ui.MeetingPage(p, view))
}

func (s *sitting) leaf(title string) ui.Page {
	p := s.page(title)
	p.Back = ui.Link{URL: s.url(), Text: s.lang.T("Back to the meeting")}
	return p
}

func (s *sitting) sheet() error {
	p := s.leaf(s.title())
	p.Paper = true
	_, trusted := s.clocked()
	view := s.view()
	view.AsOf = s.asOf(s.date, trusted)
	return s.visit.show(http.StatusOK, ui.MeetingSheetPage(p, view))
}

func (s *sitting) view() ui.MeetingView {
	m := s.m
	v := ui.MeetingView{Title: s.title(), When: locale.Capital(s.lang.DateYear(dateOf(m.When.Day))), Time: m.When.Time, Place: m.When.Place,
		By: s.people.Name(m.By), Off: m.Off, Why: m.Why, SheetURL: s.url("sheet")}
	planned := m.State() == meetings.Planned
	for _, i := range m.Items {
		item := ui.MeetingItem{Words: i.Words, By: s.people.Name(i.By)}
		if planned && i.By == s.me() {
			item.DropURL = s.url("item", i.Ref.String(), "drop")
		}
		v.Items = append(v.Items, item)
	}
	if m.Minutes != nil {
		v.Minutes = s.minutes()
	}
	if !m.Off && m.Who(s.at, meetings.Pen) == s.me() {
		v.MinutesURL = s.url("minutes")
	}
	if !planned {
		return v
	}
	v.Rounds = s.openRounds()
	v.Duties = []ui.MeetingDuty{s.duty(meetings.Lead, s.lang.T("Looks after it")), s.duty(meetings.Pen, s.lang.T("Takes the notes"))}
	s.order(&v)
	if m.Cares(s.at, s.me()) {
		v.MoveURL, v.CancelURL = s.url("move"), s.url("off")
	}
	return v
}

// openRounds are those that lie on the table anyway.
func (s *sitting) openRounds() (out []ui.Row) {
	for _, r := range s.roundRows(roundList(s.state).Live()) {
		out = append(out, ui.Row{URL: r.URL, Seats: r.Places, Title: r.Title, Text: r.Phase.Words(s.lang)})
	}
	return out
}

// order draws the table, and says who speaks in which order.
func (s *sitting) order(v *ui.MeetingView) {
	speaking := s.m.Speaking(s.at)
	for _, m := range speaking {
		v.Speaking = append(v.Speaking, s.people.Name(m))
	}
	for _, m := range s.people.Active() {
		seat := ui.Unheard
		if !slices.Contains(speaking, m) {
			seat = ui.Left
		}
		v.Places = append(v.Places, ui.Place{Name: s.people.Name(m), Seat: seat, You: m == s.me(), Turn: len(speaking) > 0 && m == speaking[0]})
	}
	v.Places = near(v.Places)
}

func (s *sitting) duty(d meetings.Duty, title string) ui.MeetingDuty {
	who := s.m.Who(s.at, d)
	out := ui.MeetingDuty{Title: title, You: who == s.me(), URL: s.url("duty"), Duty: strconv.Itoa(int(d))}
	out.No, out.Yes = out.You, !out.You && s.m.MayTake(s.at, d, s.me())
	if !who.IsZero() {
		out.Name = s.people.Name(who)
	}
	return out
}

func (s *sitting) minutes() *ui.MeetingMinutes {
	x := s.m.Minutes
	out := &ui.MeetingMinutes{Words: x.Words, By: s.people.Name(x.By)}
	if x.Dated {
		out.When = locale.Capital(s.lang.On(at(x.Time), s.date)) + "."
	}
	for _, m := range x.There {
		out.There = append(out.There, s.people.Name(m))
	}
	for _, r := range x.Rounds {
		if round, _ := s.state.Value(consent.Key(r)).(*consent.Round); round != nil {
			out.Rounds = append(out.Rounds, ui.Row{URL: roundURL(r), Title: round.Title()})
		}
	}
	return out
}

// comingMeetings are those that the first screen tells of: within a week or,
// while nobody knows the date, the next one. Who was to write one down that is
// over is called.
func (v *visit) comingMeetings() (rows []ui.Row, waiting []ui.Waiting) {
	l := v.meetingList()
	_, trusted := v.clocked()
	from := v.fromDay(l)
	for _, x := range l.Coming(from, 3) {
		if !trusted && len(rows) > 0 || trusted && x.Day > from+near7 {
			break
		}
		rows = append(rows, v.meetingRow(x.Ref))
	}
	if !trusted {
		return rows, nil
	}
	for _, x := range l.Coming(max(from, 2*near7)-2*near7, 5) {
		if s := v.sitting(x.Ref); x.Day < from && s.m.Who(s.at, meetings.Pen) == v.me() {
			waiting = append(waiting, ui.Waiting{URL: s.url(), Title: s.title(), Text: v.lang.T("You take the notes, and they are not written down yet."), Verb: v.lang.T("Look at it")})
		}
	}
	return rows, waiting
}

// meetingDays are the meetings in a calendar: those to come, and as many as have
// room of those that were.
func (v *visit) meetingDays() (out []event) {
	l := v.meetingList()
	from := max(v.fromDay(l), 90) - 90
	coming := l.Coming(from, l.Len())
	for _, x := range coming[max(0, len(coming)-maxDays):] {
		s := v.sitting(x.Ref)
		text := s.title()
		if s.m.When.Time != "" {
			text += " · " + s.m.When.Time
		}
		out = append(out, event{id: "meeting-" + x.Ref.String(), day: dateOf(x.Day), text: text, url: v.address() + s.url(), place: s.m.When.Place})
	}
	return out
}

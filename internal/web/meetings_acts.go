package web

import (
	"net/http"
	"slices"
	"time"

	"celld/internal/cell/consent"
	meetings "celld/internal/cell/meeting"
	"celld/internal/op"
	"celld/ui"
)

func (v *visit) newMeeting() error {
	return v.showMeetingForm(http.StatusOK, ui.Form{Action: meetingsURL + "/new"}, nil, ui.Wrong{})
}

// showMeetingForm asks when and where; s is nil for a new one.
func (v *visit) showMeetingForm(status int, f ui.Form, s *sitting, wrong ui.Wrong) error {
	p := v.page(v.lang.T("Call a meeting"))
	p.Back = ui.Link{URL: meetingsURL, Text: v.lang.T("When we meet")}
	if s != nil {
		p = s.leaf(v.lang.T("Another day or place"))
	}
	p.Wrong = wrong
	return v.show(status, ui.MeetingFormPage(p, ui.MeetingFormView{Form: f, New: s == nil}))
}

// meetingFields are the fields that refusals are about.
var meetingFields = byCode{
	{"meeting.day", ui.FieldDay}, {"meeting.empty", ui.FieldWords}, {"meeting.full", ui.FieldWords},
	{"text.long", ui.FieldWords}, {"text.hidden", ui.FieldWords}, {"text.spelling", ui.FieldWords},
}

// readWhen reads when and where. What is no date is day 0, which nobody may set.
func (v *visit) readWhen() meetings.When {
	w := meetings.When{Time: v.value(ui.FieldTime), Place: v.value(ui.FieldPlace)}
	if d, err := typedDay(v.value(ui.FieldDay), time.UTC); err == nil {
		w.Day = dayNumber(d)
	}
	return w
}

func (v *visit) callMeeting() error {
	f := v.form(meetingsURL + "/new")
	c := meetings.Plan{Number: uint64(v.meetingList().Len()) + 1, When: v.readWhen(), What: v.value(ui.FieldWhat)}
	refs, err := v.submit(op.Draft{Kind: meetings.KindPlan, Content: c})
	fields := append(byCode{{"text.long", ui.FieldWhat}, {"text.hidden", ui.FieldWhat}, {"text.spelling", ui.FieldWhat}}, meetingFields...)
	if wrong, ok := v.refused(&f, err, fields); ok {
		return v.showMeetingForm(http.StatusUnprocessableEntity, f, nil, wrong)
	}
	if err != nil {
		return err
	}
	return v.done(meetingsURL+"/"+refs[0].String(), v.lang.T("The day is set."), v.lang.T("Everyone in the cell sees it now. Bring what you want to talk about."))
}

func (s *sitting) moveForm() error {
	if s.m.State() != meetings.Planned || !s.m.Cares(s.at, s.me()) {
		return away(s.url())
	}
	w := s.m.When
	f := ui.Form{Action: s.url("move"), Values: map[string]string{
		ui.FieldDay: dateOf(w.Day).Format(time.DateOnly), ui.FieldTime: w.Time, ui.FieldPlace: w.Place}}
	return s.showMeetingForm(http.StatusOK, f, s, ui.Wrong{})
}

func (s *sitting) move() error {
	f := s.form(s.url("move"))
	_, err := s.submit(s.draft(meetings.KindMove, meetings.Move{When: s.readWhen()}))
	fields := append(byCode{{"text.long", ui.FieldTime}, {"text.hidden", ui.FieldTime}, {"text.spelling", ui.FieldTime}}, meetingFields...)
	if wrong, ok := s.refused(&f, err, fields); ok {
		return s.showMeetingForm(http.StatusUnprocessableEntity, f, s, wrong)
	}
	return s.told(err, s.lang.T("It is moved."))
}

func (s *sitting) draft(k op.Kind, content any) op.Draft {
	return op.Draft{Kind: k, Subject: s.m.Ref, Content: content}
}

// told leads back to the meeting.
func (s *sitting) told(err error, said string) error {
	if err != nil {
		return err
	}
	return s.done(s.url(), said, s.lang.T("This router has written it down for {1}.", s.people.Name(s.me())))
}

func (s *sitting) callOff() error {
	_, err := s.submit(s.draft(meetings.KindCancel, meetings.Cancel{Why: s.value(ui.FieldReason)}))
	return s.told(err, s.lang.T("It was called off."))
}

func (s *sitting) bringItem() error {
	f := s.form(s.url("item"))
	_, err := s.submit(s.draft(meetings.KindItem, meetings.AddItem{Words: s.value(ui.FieldWords)}))
	if wrong, ok := s.refused(&f, err, meetingFields); ok {
		return s.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	return s.told(err, s.lang.T("We talk about it."))
}

func (s *sitting) dropItem() error {
	ref, err := op.ParseRef(s.r.PathValue("item"))
	if err != nil {
		return errNotFound
	}
	_, err = s.submit(s.draft(meetings.KindDrop, meetings.DropItem{Item: ref}))
	return s.told(err, s.lang.T("You took it back."))
}

// takeDuty says yes or no to looking after the meeting, or to its notes.
func (s *sitting) takeDuty() error {
	t := meetings.Take{Duty: meetings.Lead, Yes: s.value("yes") != ""}
	if s.value(ui.FieldDuty) == "2" {
		t.Duty = meetings.Pen
	}
	_, err := s.submit(s.draft(meetings.KindDuty, t))
	if t.Yes {
		return s.told(err, s.lang.T("You do it."))
	}
	return s.told(err, s.lang.T("Then the next one is asked."))
}

func (s *sitting) minutesForm() error {
	if s.m.Off || s.m.Who(s.at, meetings.Pen) != s.me() {
		return away(s.url())
	}
	f := ui.Form{Action: s.url("minutes"), Values: map[string]string{}}
	if x := s.m.Minutes; x != nil {
		f.Values[ui.FieldWords] = x.Words
		for _, m := range x.There {
			f.Values[ui.FieldThere+"-"+m.String()] = "1"
		}
		for _, r := range x.Rounds {
			f.Values[ui.FieldRound+"-"+r.String()] = "1"
		}
	}
	return s.showMinutes(http.StatusOK, f, ui.Wrong{})
}

func (s *sitting) showMinutes(status int, f ui.Form, wrong ui.Wrong) error {
	view := ui.MinutesView{Form: f, Title: s.title() + " · " + s.when()}
	for _, m := range s.people.Active() {
		view.There = append(view.There, ui.Choice{Value: m.String(), Text: s.people.Name(m)})
	}
	for _, r := range s.offered() {
		if x, _ := s.state.Value(consent.Key(r)).(*consent.Round); x != nil {
			view.Rounds = append(view.Rounds, ui.Choice{Value: r.String(), Text: x.Title()})
		}
	}
	p := s.leaf(s.lang.T("What was said"))
	p.Wrong = wrong
	return s.visit.show(status, ui.MinutesPage(p, view))
}

// offered are the rounds that the meeting may have decided: those named
// already, and the last ones.
func (s *sitting) offered() (out []op.Ref) {
	if s.m.Minutes != nil {
		out = slices.Clone(s.m.Minutes.Rounds)
	}
	list := roundList(s.state)
	for _, x := range append(list.Settled(0, roundsOffered), list.Live()...) {
		if !slices.Contains(out, x.Ref) {
			out = append(out, x.Ref)
		}
	}
	return out
}

func (s *sitting) writeMinutes() error {
	f := s.form(s.url("minutes"))
	c := meetings.WriteMinutes{Words: s.value(ui.FieldWords)}
	for _, t := range s.ticked(ui.FieldRound) {
		if r, err := op.ParseRef(t); err == nil {
			c.Rounds = append(c.Rounds, r)
		}
	}
	there := s.ticked(ui.FieldThere)
	for _, m := range s.people.Active() {
		if slices.Contains(there, m.String()) {
			c.There = append(c.There, m)
		}
	}
	_, err := s.submit(s.draft(meetings.KindMinutes, c))
	if wrong, ok := s.refused(&f, err, meetingFields); ok {
		return s.showMinutes(http.StatusUnprocessableEntity, f, wrong)
	}
	return s.told(err, s.lang.T("It is written down."))
}

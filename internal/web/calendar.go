package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/cell/rota"
	"celld/internal/op"
	"celld/ui"
)

// calendarPage offers the days of the cell to the calendar of a phone.
func (v *visit) calendarPage() error {
	return v.showCalendar(http.StatusOK, ui.CalendarView{})
}

func (v *visit) showCalendar(status int, view ui.CalendarView) error {
	view.MakeURL = "/calendar"
	if view.Address != "" || cell.PeopleOf(v.state).Names().Subscribes(v.me()) {
		view.EndURL = "/calendar/end"
	}
	p := v.page(v.lang.T("In your calendar"))
	p.Back = ui.Link{URL: "/me", Text: cell.PeopleOf(v.state).Name(v.me())}
	return v.show(status, ui.CalendarPage(p, view))
}

// makeCalendar makes an address, and ends the one before. It is shown now and
// never again: what is kept is its hash.
func (v *visit) makeCalendar() error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	if err := v.subscribe(sha256.Sum256(secret)); err != nil {
		return err
	}
	address := v.address() + "/calendar/" + base64.RawURLEncoding.EncodeToString(secret) + ".ics"
	return v.showCalendar(http.StatusOK, ui.CalendarView{Address: address, QR: qrOf(address, v.lang.T("The address of the calendar"))})
}

func (v *visit) endCalendar() error {
	if err := v.subscribe([32]byte{}); err != nil {
		return err
	}
	return v.done("/calendar", v.lang.T("That address leads nowhere any more."), "")
}

func (v *visit) subscribe(code [32]byte) error {
	_, err := v.submit(op.Draft{Kind: people.KindCalendar, Content: people.Calendar{Code: code}})
	return err
}

// calendarFeed is what a calendar reads by itself, again and again. Nobody signs
// in there; the address is the key.
func (v *visit) calendarFeed() error {
	secret, err := base64.RawURLEncoding.DecodeString(strings.TrimSuffix(v.r.PathValue("address"), ".ics"))
	if err != nil || len(secret) != 32 {
		return errNotFound
	}
	p := cell.PeopleOf(v.state)
	if p.Names() == nil {
		return problem(http.StatusServiceUnavailable, "lost.asleep")
	}
	who, ok := p.Names().Subscriber(sha256.Sum256(secret))
	if !ok || !p.IsActive(who) {
		return errNotFound
	}
	v.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, err = v.w.Write(iCalendar(p.Cell(), v.date, v.days(who)))
	return err
}

// days are all that have a date: meetings, rounds that are looked at again, what
// ends, and turns that are over.
func (v *visit) days(who op.Member) (out []event) {
	p := cell.PeopleOf(v.state)
	out = v.meetingDays()
	from := uint64(0)
	if now, trusted := v.clocked(); trusted {
		from = now - min(now, 90*24*60*60)
	}
	for _, s := range roundList(v.state).Dated(from, maxDays) {
		if s.ReviewOn != 0 && s.Class != consent.Membership {
			out = append(out, event{id: "review-" + s.Ref.String(), day: at(s.ReviewOn), text: v.lang.T("Look again: {1}", s.Title), url: v.address() + roundURL(s.Ref)})
		}
		if s.ExpiresOn != 0 {
			out = append(out, event{id: "end-" + s.Ref.String(), day: at(s.ExpiresOn), text: v.lang.T("It ends: {1}", s.Title), url: v.address() + roundURL(s.Ref)})
		}
	}
	for _, x := range v.projectList().Open() {
		if x.Review != 0 {
			out = append(out, event{id: "project-" + x.Ref.String(), day: at(x.Review), text: v.lang.T("Look again: {1}", x.Title), url: v.address() + projectURL(x.Ref)})
		}
	}
	for _, r := range rota.Roles {
		d := v.duty(r)
		if t := d.post.Term; t.To != 0 && !t.Ended && (t.Member == who || d.next() == who) {
			out = append(out, event{id: "turn-" + t.Ref.String(), day: at(t.To), text: v.lang.T("{1}: the turn of {2} is over", v.lang.T(d.title), p.Name(t.Member)), url: v.address() + d.url()})
		}
	}
	return out
}

// maxDays is how many of a sort stand in a calendar.
const maxDays = 200

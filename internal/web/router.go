package web

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

// saidTime is a date that one member has given and nobody has confirmed.
type saidTime struct {
	mu   sync.Mutex
	by   op.Member
	says time.Time
	when time.Time // by the monotonic clock
}

// now is what the said date has become by now.
func (s *saidTime) now() (op.Member, time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := time.Since(s.when)
	return s.by, s.says.Add(since), !s.by.IsZero() && since < 24*time.Hour
}

func (s *saidTime) set(by op.Member, says time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by, s.says, s.when = by, says, time.Now()
}

func (v *visit) routerPage() error {
	digest := v.state.Digest()
	view := ui.RouterView{Name: v.Name, Unattended: cell.RulesOf(v.state).Unattended, ModeURL: "/router/mode", MeshURL: "/routers",
		Clock: v.clockView(), LockURL: "/lock", Check: strings.Join(words.Fingerprint(digest[:]), " · ")}
	if v.Room != nil {
		if free, little, err := v.Room(); err == nil {
			view.Room, view.RoomLow = v.bytes(free), little
		}
	}
	view.Facts = []ui.Fact{
		{Question: v.lang.T("Things written down"), Answer: v.lang.Number(v.state.Lasting())},
		{Question: v.lang.T("The cell’s own number"), Answer: v.Log.Cell().String()[:16]},
	}
	view.Facts = append(view.Facts, v.machineFacts()...)
	p := v.page(v.Name)
	p.Banners = append(v.forkBanners(), v.busyBanners()...)
	return v.show(http.StatusOK, ui.RouterPage(p, view))
}

// Machine is what this router runs on, as far as it says.
type Machine struct {
	Model       string
	Free, Total uint64 // of its memory; both 0: it does not say
}

func (v *visit) machineFacts() (facts []ui.Fact) {
	if v.Machine == nil {
		return nil
	}
	m := v.Machine()
	if m.Model != "" {
		facts = append(facts, ui.Fact{Question: v.lang.T("Kind of router"), Answer: m.Model})
	}
	if m.Total > 0 {
		facts = append(facts, ui.Fact{Question: v.lang.T("Memory left"), Answer: v.lang.T("{1} of {2}", v.bytes(m.Free), v.bytes(m.Total))})
	}
	return facts
}

func (v *visit) bytes(n uint64) string {
	switch {
	case n >= 1<<30:
		return v.lang.Decimal(int64(n>>20*10/1024), 1) + " GB"
	case n >= 1<<20:
		return v.lang.Number(int(n>>20)) + " MB"
	}
	return v.lang.Number(int(n>>10)) + " kB"
}

func (v *visit) clockView() ui.ClockView {
	now, quality := v.Clock.Now()
	c := ui.ClockView{Trusted: quality.Trusted(), URL: "/router/time", Form: ui.Form{Action: "/router/time", Values: map[string]string{}},
		Now: v.lang.DateYear(now) + ", " + v.lang.Clock(now)}
	switch quality {
	case op.ClockNTP:
		c.Source = v.lang.T("from the network")
	case op.ClockMembers:
		c.Source = v.lang.T("set by two of us")
	case op.ClockNeighbour:
		c.Source = v.lang.T("from a neighbour’s router")
	}
	if by, says, ok := v.said.now(); ok && !c.Trusted {
		c.By, c.Offered = cell.PeopleOf(v.state).Name(by), v.lang.DateYear(says)+", "+v.lang.Clock(says)
		if by != v.me() {
			c.Yes = "/router/time/yes"
		}
	}
	return c
}

func (v *visit) timePage() error { return v.showTime(http.StatusOK, v.clockView(), ui.Wrong{}) }

func (v *visit) showTime(status int, view ui.ClockView, wrong ui.Wrong) error {
	p := v.page(v.lang.T("Tell this router the time"))
	p.Back = ui.Link{URL: "/router", Text: v.Name}
	p.Wrong = wrong
	return v.show(status, ui.ClockPage(p, view))
}

func (v *visit) tellTime() error {
	f := v.form("/router/time")
	says, err := time.ParseInLocation("2006-01-02 15:04", strings.Map(latinDigit, f.Values[ui.FieldDay]+" "+f.Values[ui.FieldHour]), time.Local)
	if err != nil || says.Year() < 2025 || says.Year() > 2200 {
		view := v.clockView()
		view.Form = f
		field, words := ui.FieldDay, v.lang.T("A day and a time, as on the clock on the wall.")
		if _, none := typedDay(f.Values[ui.FieldDay], time.Local); none != nil {
			words = v.noDate()
		} else if err != nil {
			field = ui.FieldHour
		}
		f.Errors[field] = words
		return v.showTime(http.StatusUnprocessableEntity, view, ui.Wrong{Title: words, Field: field})
	}
	return v.told(says)
}

// confirmTime is the second member's yes.
func (v *visit) confirmTime() error {
	_, says, ok := v.said.now()
	if !ok {
		return away("/router/time")
	}
	return v.told(says)
}

func (v *visit) told(says time.Time) error {
	if v.Clock.Tell(v.me(), says) {
		v.said.set(op.Member{}, time.Time{})
		return v.done("/router", v.lang.T("Now it knows the time."), v.lang.T("You two have set it together. Deadlines go on from here."))
	}
	v.said.set(v.me(), says)
	return v.done("/router/time", v.lang.T("Written down. Now a second member has to say so too."), "")
}

// lock forgets every key at once. Nothing is lost.
func (v *visit) lock() error {
	if err := v.Keys.Lock(); err != nil {
		return err
	}
	v.Locked()
	setCookie(v.w, v.r, cookieName, "")
	return away("/in")
}

// Locked ends what people have begun here. Who locks the keys by another way than
// a page says so: else the browsers that are signed in would go on where they were
// as soon as anybody wakes the router.
func (s *Server) Locked() {
	s.sessions.end(func(*session) bool { return true })
	s.kept.clear()
	s.taps.clear()
	s.door.lock()
	s.desk.lock()
}

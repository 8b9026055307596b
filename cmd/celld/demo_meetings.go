package main

import (
	"time"

	"celld/internal/cell/consent"
	"celld/internal/cell/meeting"
	"celld/internal/op"
)

// gathering is a meeting of the demo year: on which day before today it was
// called, and how many days later people sat together.
type gathering struct {
	called, after     int
	by                string
	what, time, place string
	items             [][2]string // who, what
	minutes           string      // none: it is to come
	there             []string
}

var demoGatherings = []gathering{
	{47, 6, "Heron", "What the winter needs", "after supper", "Fern’s kitchen",
		[][2]string{{"Tide", "Who has a key to the hall"}, {"Kite", "The lamp on the back stairs"}},
		"Tide has one key, Moss the other. A third hangs behind number nine.\n\nThe lamp: Kite asks what it costs and brings it as a round.\n\nWe eat together again on the first Sunday.",
		[]string{"Moss", "Heron", "Tide", "Fern", "Kite"}},
	{19, 5, "Moss", "", "half past seven", "the hall",
		[][2]string{{"Ember", "Bread: who bakes over the holidays"}},
		"Ember bakes until the new year, Lantern helps with the flour.\n\nWhoever cannot come says so on the board.",
		[]string{"Moss", "Lantern", "Ember", "Fern", "Kite", "Tide"}},
	{4, 7, "Moss", "Before the year ends", "after supper", "Fern’s kitchen",
		[][2]string{{"Heron", "What was hard this year, and what helped"}, {"Moss", "Who looks after the old walnut"}}, "", nil},
}

// meetings lets people call, hold and write down their meetings.
func (d *demo) meetings(day int) {
	for _, g := range demoGatherings {
		switch day {
		case g.called:
			d.call(g)
		case g.called - g.after:
			if g.minutes != "" {
				d.writeDown(g)
			}
		}
	}
}

func (d *demo) call(g gathering) {
	if d.err != nil {
		return
	}
	list, _ := d.log.State().Value(meeting.KeyList).(*meeting.List)
	c := meeting.Plan{Number: uint64(list.Len()) + 1, What: g.what, When: meeting.When{Day: d.dayIn(g.after), Time: g.time, Place: g.place}}
	ref := d.submit(g.by, op.Draft{Kind: meeting.KindPlan, Content: c})[0]
	if g.minutes == "" {
		d.submit("Moss", op.Draft{Kind: meeting.KindDuty, Subject: ref, Content: meeting.Take{Duty: meeting.Pen, Yes: true}})
	}
	for _, i := range g.items {
		d.submit(i[0], op.Draft{Kind: meeting.KindItem, Subject: ref, Content: meeting.AddItem{Words: i[1]}})
	}
}

// dayIn is the number of the day that is so many days from the demo's today.
func (d *demo) dayIn(days int) uint64 {
	y, m, day := d.now.AddDate(0, 0, days).Date()
	return uint64(time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// writeDown lets whose notes it is write the minutes of today's meeting.
func (d *demo) writeDown(g gathering) {
	if d.err != nil {
		return
	}
	s := d.log.State()
	list, _ := s.Value(meeting.KeyList).(*meeting.List)
	for _, x := range list.Coming(d.dayIn(0), 1) {
		m, _ := s.Value(meeting.Key(x.Ref)).(*meeting.Meeting)
		c := meeting.WriteMinutes{Words: g.minutes}
		for _, name := range g.there {
			c.There = append(c.There, d.by(name).Member)
		}
		if rounds, _ := s.Value(consent.KeyRounds).(*consent.Rounds); rounds != nil {
			for _, r := range rounds.Settled(0, 1) {
				c.Rounds = append(c.Rounds, r.Ref)
			}
		}
		d.submit(d.named(m.Who(s.Now(), meeting.Pen)), op.Draft{Kind: meeting.KindMinutes, Subject: x.Ref, Content: c})
	}
}

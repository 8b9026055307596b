package main

import (
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"celld/internal/op"
)

// watch is the edge of the world: a machine whose clocks a test turns.
type watch struct {
	wall time.Time
	mono time.Duration
	ntp  bool
}

func (w *watch) pass(d time.Duration) { w.wall, w.mono = w.wall.Add(d), w.mono+d }

func (w *watch) edge() edge {
	return edge{func() time.Time { return w.wall }, func() time.Duration { return w.mono }, func() bool { return w.ntp }}
}

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func quality(c *clock) op.Clock {
	_, q := c.Now()
	return q
}

func TestTheClockSaysHowFarItCanBeTrusted(t *testing.T) {
	for name, c := range map[string]struct {
		wall time.Time
		ntp  bool
		want op.Clock
	}{
		"after a power cut":          {time.Unix(0, 0), false, op.ClockNone},
		"1970, and somebody vouches": {time.Unix(0, 0), true, op.ClockNone},
		"set by hand":                {today, false, op.ClockTold},
		"kept right":                 {today, true, op.ClockNTP},
	} {
		w := &watch{wall: c.wall, ntp: c.ntp}
		if got := quality(newClock(w.edge(), quiet())); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestTwoMembersSetTheDateAndOneDoesNot(t *testing.T) {
	w := &watch{wall: time.Unix(0, 0)}
	c := newClock(w.edge(), quiet())
	moss, fern := op.Member{1}, op.Member{2}
	if c.Tell(moss, today) || c.Tell(moss, today.Add(time.Second)) {
		t.Error("one member set the date")
	}
	w.pass(3 * time.Minute)
	if c.Tell(fern, today.Add(time.Hour)) || quality(c) != op.ClockNone {
		t.Error("two who do not agree set the date")
	}
	if !c.Tell(fern, today.Add(3*time.Minute+40*time.Second)) {
		t.Fatal("two who agree did not set the date")
	}
	w.pass(time.Hour)
	now, q := c.Now()
	if want := today.Add(time.Hour + 3*time.Minute); q != op.ClockMembers || now.Sub(want).Abs() > time.Minute {
		t.Errorf("%v (%v), want about %v", now, q, want)
	}
	w.wall = today.Add(-48 * time.Hour)
	if after, q := c.Now(); q != op.ClockMembers || !after.Equal(now) {
		t.Errorf("the wall clock moved what members had set: %v (%v)", after, q)
	}
}

func TestARouterThatKnowsTheTimeTellsIt(t *testing.T) {
	w := &watch{wall: time.Unix(0, 0)}
	c := newClock(w.edge(), quiet())
	for _, q := range []op.Clock{op.ClockNone, op.ClockTold, op.ClockMembers, op.ClockNeighbour} {
		c.Hear(today, q)
	}
	c.Hear(time.Unix(1000, 0), op.ClockNTP)
	if q := quality(c); q != op.ClockNone {
		t.Fatalf("who does not know the time was believed: %v", q)
	}
	c.Hear(today, op.ClockNTP)
	w.pass(time.Hour)
	c.Hear(today.Add(time.Hour+20*time.Second), op.ClockNTP)
	if now, q := c.Now(); q != op.ClockNeighbour || !now.Equal(today.Add(time.Hour)) {
		t.Errorf("%v (%v), want %v", now, q, today.Add(time.Hour))
	}
	w.wall, w.ntp = today.Add(2*time.Hour), true
	w.pass(probation) // it was set, and is believed after a while
	c.Now()
	w.pass(probation)
	if q := quality(c); q != op.ClockNTP {
		t.Errorf("its own network comes first: %v", q)
	}
}

func TestAClockThatLeapsIsNotTrustedForAWhile(t *testing.T) {
	var said strings.Builder
	w := &watch{wall: today, ntp: true}
	c := newClock(w.edge(), slog.New(slog.NewTextHandler(&said, nil)))
	w.pass(time.Hour)
	w.wall = w.wall.Add(time.Minute) // as NTP corrects a poor crystal
	if q := quality(c); q != op.ClockNTP || said.Len() > 0 {
		t.Fatalf("a small correction: %v %s", q, said.String())
	}
	w.wall = w.wall.Add(3 * time.Minute)
	if q := quality(c); q != op.ClockTold || !strings.Contains(said.String(), "3m0s") {
		t.Errorf("after a leap forward: %v, said %q", q, said.String())
	}
	w.pass(14 * time.Minute)
	if q := quality(c); q != op.ClockTold {
		t.Errorf("a little later: %v", q)
	}
	w.pass(time.Minute)
	if q := quality(c); q != op.ClockNTP {
		t.Errorf("when it has held: %v", q)
	}
	w.wall = w.wall.Add(-24 * time.Hour)
	if q := quality(c); q != op.ClockTold {
		t.Errorf("after a leap back: %v", q)
	}
}

func TestANegativeTimeIsWrittenAsNone(t *testing.T) {
	w := &watch{wall: time.Unix(-5, 0)}
	if now, q := newClock(w.edge(), quiet()).unix(); now != 0 || q != op.ClockNone {
		t.Errorf("%d, %v", now, q)
	}
}

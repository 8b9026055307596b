package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"celld/internal/op"
)

const (
	agree     = 5 * time.Minute  // two members' dates, at most this far apart, are one
	leap      = 2 * time.Minute  // a wall clock that moves further was set
	probation = 15 * time.Minute // before a clock that leapt is believed again
	lookAgain = 30 * time.Second
)

// firstYear is when this program was not yet written: a clock before it is no
// clock.
const firstYear = 2025

// edge is what the machine tells of the time.
type edge struct {
	wall   func() time.Time
	mono   func() time.Duration // since the program began, never set
	synced func() bool          // some other program keeps the wall clock right
}

// clock knows the time, and how far it can be trusted (protocol.md "Clock").
type clock struct {
	edge   edge
	logger *slog.Logger

	mu     sync.Mutex // guards what follows
	ahead  time.Duration
	leapt  time.Duration // when, by mono; negative: never
	told   map[op.Member]time.Time
	agreed time.Time // what members set together, as the time when mono was 0
	heard  time.Time // what a router of the cell that knows it tells, likewise
}

func newClock(e edge, logger *slog.Logger) *clock {
	c := &clock{edge: e, logger: logger, leapt: -1, told: map[op.Member]time.Time{}}
	c.ahead = c.offset()
	return c
}

// offset is how far the wall clock is from the monotonic one. It changes only
// when somebody sets the wall clock.
func (c *clock) offset() time.Duration {
	return c.edge.wall().Sub(time.Unix(0, 0)) - c.edge.mono()
}

// Now returns the best time there is and its quality.
func (c *clock) Now() (time.Time, op.Clock) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look()
	wall := c.edge.wall()
	switch {
	case wall.Year() >= firstYear && c.edge.synced() && c.steady():
		return wall, op.ClockNTP
	case !c.heard.IsZero():
		return c.heard.Add(c.edge.mono()), op.ClockNeighbour
	case !c.agreed.IsZero():
		return c.agreed.Add(c.edge.mono()), op.ClockMembers
	case wall.Year() < firstYear:
		return wall, op.ClockNone
	}
	return wall, op.ClockTold
}

// unix is Now as operations carry it.
func (c *clock) unix() (uint64, op.Clock) {
	t, quality := c.Now()
	return uint64(max(t.Unix(), 0)), quality
}

// look notices a wall clock that was set. c.mu is held.
func (c *clock) look() {
	ahead := c.offset()
	moved := ahead - c.ahead
	c.ahead = ahead
	if moved.Abs() > leap {
		c.leapt = c.edge.mono()
		c.logger.Warn("the clock of this router was set; its time is not trusted for a while",
			"by", moved.Round(time.Second).String(), "now", c.edge.wall().UTC().Format(time.DateTime))
	}
}

// steady reports whether the wall clock has not leapt lately. c.mu is held.
func (c *clock) steady() bool { return c.leapt < 0 || c.edge.mono()-c.leapt >= probation }

// Tell takes a date that a member says it is. Two different members who agree
// set the time; it is forgotten when the program ends.
func (c *clock) Tell(by op.Member, now time.Time) (set bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	said := now.Add(-c.edge.mono()) // comparable, whenever it was said
	c.told[by] = said
	for other, theirs := range c.told {
		if apart := said.Sub(theirs); other != by && apart.Abs() <= agree {
			c.agreed = theirs.Add(apart / 2)
			c.logger.Info("two members set the date", "now", now.UTC().Format(time.DateTime))
			return true
		}
	}
	return false
}

// Hear takes the time of a router of the cell that knows it from the network.
// What one that was itself told says is not passed on: an error would go round.
// A time that differs little from what was heard before is jitter.
func (c *clock) Hear(now time.Time, quality op.Clock) {
	if quality != op.ClockNTP || now.Year() < firstYear {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if said := now.Add(-c.edge.mono()); said.Sub(c.heard).Abs() > agree {
		c.heard = said
		c.logger.Info("another router of the cell tells the time", "now", now.UTC().Format(time.DateTime))
	}
}

// clockTask looks at the clock when nobody else does, so that a leap is told.
type clockTask struct{ clock *clock }

// Run looks once in a while until ctx ends.
func (t clockTask) Run(ctx context.Context) error {
	return regularly(ctx, lookAgain, func() { t.clock.Now() })
}

// edgeFor returns this machine's clock, or for tests one that is told.
func edgeFor(flag string) (edge, error) {
	began := time.Now()
	mono := func() time.Duration { return time.Since(began) }
	never, always := func() bool { return false }, func() bool { return true }
	from := func(t time.Time) func() time.Time { return func() time.Time { return t.Add(mono()) } }
	switch flag {
	case "":
		return edge{wallClock, mono, synced}, nil
	case "none":
		return edge{from(time.Unix(0, 0)), mono, never}, nil
	case "told":
		return edge{wallClock, mono, never}, nil
	case "ntp":
		return edge{wallClock, mono, always}, nil
	}
	seconds, err := strconv.ParseUint(flag, 10, 40)
	if err != nil {
		return edge{}, fmt.Errorf("-clock %q: there are none, told, ntp and a time in Unix seconds", flag)
	}
	return edge{from(time.Unix(int64(seconds), 0)), mono, always}, nil
}

// wallClock has no monotonic reading in it: it shows what was set.
func wallClock() time.Time { return time.Now().Round(0) }

// synced reports whether an NTP daemon vouches for the clock, to the kernel or,
// as on OpenWrt, to the scripts that it calls.
func synced() bool { return kernelSynced() || machine.NTP(wallClock()) }

// kernelSynced asks the kernel whether an NTP daemon vouches for its clock.
func kernelSynced() bool {
	state, err := unix.Adjtimex(&unix.Timex{})
	return err == nil && state != unix.TIME_ERROR
}

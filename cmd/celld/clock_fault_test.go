package main

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

// TestAClockThatJumpsIsToldOnThePage turns the clock of a router under a
// running program: back to 1970 and to the day again.
func TestAClockThatJumpsIsToldOnThePage(t *testing.T) {
	dir := t.TempDir()
	demoIn(t, dir, "")
	c, err := parseConfig(programArgs(dir))
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	w := &watch{wall: time.Now(), ntp: true}
	h.clock.edge = w.edge()
	h.clock.ahead = h.clock.offset()
	v := signIn(t, &program{url: serveHouse(t, h)}, 0)
	const unsure = "It does not know the date for sure."
	kept := map[string]string{}
	for _, step := range []struct {
		name   string
		turn   func()
		unsure bool
	}{
		{"kept right", func() {}, false},
		{"1970", func() { w.wall = time.Unix(0, 0) }, true},
		{"the day again, just now", func() { w.wall = time.Now() }, true},
		{"and steady for a while", func() { w.pass(probation) }, false},
		{"an hour ahead", func() { w.wall = w.wall.Add(time.Hour) }, true},
	} {
		h.clock.mu.Lock() // the program's own tasks look at the clock, too
		step.turn()
		h.clock.mu.Unlock()
		page, err := v.get("/router")
		if err != nil || strings.Contains(page.body, unsure) != step.unsure {
			t.Errorf("%s: %v, the page does not tell: %s", step.name, err, page.body)
		}
		at, r, err := v.promise("Written under any clock: " + step.name + ".")
		if at == "" {
			t.Fatalf("%s: %d, %v: %s", step.name, r.status, err, r.body)
		}
		kept[at] = step.name
	}
	v.finds(t, kept)
}

package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// looks is how often every page is fetched, to tell its percentiles.
const looks = 25

// visitors is how many sign in at once.
const visitors = 20

// figures are measured on a router with a cell of many operations.
type figures struct {
	story
	open string // a round that waits for voices
}

// measure prints what a filled cell costs. What takes time is told twice: on the
// wall, and as the processor's time that the emulator took for it, which is what
// it would take on the wall if nothing else ran on this machine.
func measure(m *machine, seats string) error {
	f := &figures{story: story{machine: m}}
	if err := f.read(seats); err != nil {
		return err
	}
	if err := f.on(); err != nil { // the package is there, and has started celld once
		return err
	}
	for _, kind := range []string{"without a snapshot", "with a snapshot"} {
		if err := f.starts(kind); err != nil {
			return err
		}
	}
	for _, step := range []func() error{f.pages, f.crowd, f.least} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func figure(name string, value float64, unit string) {
	fmt.Printf("figure %-44s %9.2f %s\n", name, value, unit)
}

// read takes the round and the seats from what filled the cell.
func (f *figures) read(seats string) error {
	b, err := os.ReadFile(seats)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		name, words, seat := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case strings.HasPrefix(name, "/r/"):
			f.open = name
		case seat:
			f.people = append(f.people, &person{name: name, words: words})
		}
	}
	if f.open == "" || len(f.people) < 2 {
		return fmt.Errorf("%s tells no cell: %s", seats, b)
	}
	return nil
}

// spent is time on the wall, and the emulator's of a processor.
type spent struct{ wall, busy time.Duration }

// timed says how long it takes to do something.
func (f *figures) timed(do func() error) (s spent, err error) {
	busy, began := f.busy(), time.Now()
	err = do()
	return spent{time.Since(began), f.busy() - busy}, err
}

// busy is how much of a processor the emulator has had, in all its threads
// (Documentation/scheduler/sched-stats: nanoseconds come first).
func (f *figures) busy() (all time.Duration) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", f.cmd.Process.Pid)) // no bad pattern
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that ended
		}
		var one time.Duration
		_, _ = fmt.Sscan(string(b), &one) // digits, by the kernel
		all += one
	}
	return all
}

func (s spent) figure(name string) {
	figure(name+", on the wall", s.wall.Seconds(), "s")
	figure(name, s.busy.Seconds(), "s-busy")
}

// starts measures from the call of the init script to the program's first page, and
// to the home page of who wakes it.
func (f *figures) starts(kind string) error {
	if _, err := f.ask("/etc/init.d/celld stop"); err != nil {
		return err
	}
	told, err := f.timed(func() error {
		_, err := f.ask("/etc/init.d/celld start >/dev/null 2>&1")
		return errors.Join(err, f.answers(600)) // it says that it is starting
	})
	if err != nil {
		return err
	}
	first, err := f.timed(f.serves)
	if err != nil {
		return err
	}
	first.wall, first.busy = first.wall+told.wall, first.busy+told.busy
	woken, err := f.timed(f.wakes)
	if err != nil {
		return err
	}
	home, err := f.page("/")
	if err != nil {
		return err
	}
	told.figure("first page after celld starts, " + kind)
	first.figure("and the page to sign in at, " + kind)
	woken.figure("five words wake it, " + kind)
	home.figure("the first screen after that, " + kind)
	return f.memory("awake, " + kind)
}

// waking is how long it may take to open and judge 10 000 operations where other
// work keeps this machine busy.
const waking = 30 * time.Minute

func (f *figures) wakes() error {
	p := f.people[0]
	p.Browser = f.visit().Patient(waking)
	return p.SignIn(p.name, p.words)
}

// page is how long one page of who signed in takes.
func (f *figures) page(path string) (spent, error) {
	return f.timed(func() error {
		p, err := f.people[0].Get(path)
		if err == nil && p.Status != http.StatusOK {
			err = fmt.Errorf("%s: %v", path, p)
		}
		return err
	})
}

var memoryLine = regexp.MustCompile(`(?m)^(VmRSS|VmHWM|RssAnon):\s+(\d+) kB`)

// memory prints what the program holds.
func (f *figures) memory(when string) error {
	said, err := f.ask("cat /proc/$(cat /var/run/supervised/celld.cell)/status")
	if err != nil {
		return err
	}
	lines := memoryLine.FindAllStringSubmatch(said, -1)
	if len(lines) != 3 {
		return fmt.Errorf("the router does not tell what celld holds: %q", said)
	}
	names := map[string]string{"VmRSS": "resident", "VmHWM": "peak", "RssAnon": "of its own"}
	for _, l := range lines {
		figure(names[l[1]]+", "+when, number(l[2])/1000, "MB")
	}
	return nil
}

func number(text string) (n float64) {
	_, _ = fmt.Sscan(text, &n) // digits, by the pattern
	return n
}

// pages measures the pages that people look at, one after the other.
func (f *figures) pages() error {
	var all []spent
	for _, path := range []string{"/", "/rounds", f.open, "/ledger"} {
		var took []spent
		for range looks {
			one, err := f.page(path)
			if err != nil {
				return err
			}
			took = append(took, one)
		}
		percentile(took, 50).figure("page " + strings.ReplaceAll(path, f.open, "/r/...") + ", median")
		all = append(all, took...)
	}
	percentile(all, 95).figure("page, p95 of all")
	if err := f.memory("after the pages"); err != nil {
		return err
	}
	if err := f.signIn(f.people[1]); err != nil { // gives back what a collector can find
		return err
	}
	return f.memory("idle")
}

// crowd lets many sign in at once. Whoever is not asked to come back sits down, and
// nobody is killed.
func (f *figures) crowd() error {
	before, err := f.ask("cat /var/run/supervised/celld.cell")
	if err != nil {
		return err
	}
	var in sync.WaitGroup
	answers := make([]int, visitors)
	errs := make([]error, visitors)
	for i := range visitors {
		p := f.people[i%len(f.people)]
		in.Go(func() {
			page, err := f.visit().Post("/in", "name", p.name, "words", p.words)
			answers[i], errs[i] = page.Status, err
		})
	}
	in.Wait()
	seated := 0
	for i, status := range answers {
		switch {
		case errs[i] != nil:
			return errs[i]
		case status == 303:
			seated++
		case status != 503:
			return fmt.Errorf("one of twenty who sign in is answered %d", status)
		}
	}
	after, err := f.ask("cat /var/run/supervised/celld.cell")
	if err != nil {
		return err
	}
	if seated == 0 || after != before {
		return fmt.Errorf("of %d who sign in at once %d sit down; the program was no. %s and is no. %s", visitors, seated, before, after)
	}
	figure("of 20 sign-ins at once sit down", float64(seated), "")
	return f.memory("20 sign-ins at once")
}

// least prints how little memory the router had.
func (f *figures) least() error {
	said, err := f.ask("cat /tmp/lowest && sed -n 's/^MemTotal: *//p' /proc/meminfo && df -k /overlay && ls -l " + folder)
	if err != nil {
		return err
	}
	lines := strings.Split(said, "\n")
	figure("least free memory of the router", number(lines[0])/1000, "MB")
	figure("of", number(lines[1])/1000, "MB")
	return nil
}

// percentile takes each of the two times by itself.
func percentile(all []spent, percent int) spent {
	at := func(of func(spent) time.Duration) time.Duration {
		var sorted []time.Duration
		for _, s := range all {
			sorted = append(sorted, of(s))
		}
		slices.Sort(sorted)
		return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
	}
	return spent{at(func(s spent) time.Duration { return s.wall }), at(func(s spent) time.Duration { return s.busy })}
}

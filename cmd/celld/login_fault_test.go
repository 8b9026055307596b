package main

import (
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// router is the memory that celld has on a small one.
const router = 64 << 10 // kB

// TestTwentyLoginsAtOnceNeverNeedTheMemoryOfTwo lets twenty people sign in in
// the same moment under a limit of 64 MB. One derivation runs at a time and two
// wait; the others are told to come back, and all get in.
func TestTwentyLoginsAtOnceNeverNeedTheMemoryOfTwo(t *testing.T) {
	dir := t.TempDir()
	demoIn(t, dir, "")
	cmd := exec.Command(celldPath(t), programArgs(dir)...)
	cmd.Env = append(cmd.Environ(), "GOMEMLIMIT=64MiB")
	p := startCommand(t, cmd)

	people := make([]*visitor, 20)
	first := make([]reply, len(people))
	var all sync.WaitGroup
	for i := range people {
		people[i] = newVisitor(p)
		all.Go(func() {
			var err error
			if first[i], err = people[i].tryIn(i % len(demoNames)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	in, later := 0, 0
	for i, r := range first {
		switch {
		case r.leadsTo() == "/":
			in++
		case r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") != "" && strings.Contains(r.body, "Somebody else is signing in."):
			later++
			comeBack(t, people[i], i%len(demoNames))
		default:
			t.Errorf("person %d is answered with %d: %s", i, r.status, r.body)
		}
	}
	if in == 0 || later == 0 {
		t.Errorf("%d got in and %d were asked to come back: that was no crowd", in, later)
	}
	peak := p.memory(t, "VmHWM")
	t.Logf("%d got in at once, %d were asked to come back and did; the peak was %d kB", in, later, peak)
	if peak > router && !raced {
		t.Errorf("the peak was %d kB, over %d", peak, router)
	}
}

// comeBack tries again, a little later each time, until the crowd is gone.
func comeBack(t *testing.T, v *visitor, seat int) {
	t.Helper()
	until := time.Now().Add(5 * time.Minute)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		time.Sleep(wait) // another process: there is no clock to fake
		r, err := v.tryIn(seat)
		if err == nil && r.leadsTo() == "/" {
			return
		}
		if err != nil || r.status != http.StatusServiceUnavailable || time.Now().After(until) {
			t.Errorf("coming back: %d, %v", r.status, err)
			return
		}
	}
}

package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"
)

// TestSIGKILLDuringACatchUpLosesNothing: a second router takes in a history of
// 5 000 operations and is killed again and again meanwhile, while people write
// on it as soon as it knows them. It ends with the same digest, and with
// everything that it ever acknowledged.
func TestSIGKILLDuringACatchUpLosesNothing(t *testing.T) {
	size, kills := 5_000, 6
	if raced { // slow, and of no use against what happens to files
		size, kills = 1_000, 3
	}
	history := cellOf(t, size)
	p := newPairOn(t, history.copyTo(t, storeSQLite))
	p.enrol(t)
	p.knock(t)
	p.there.form(t, "POST", "/taken/yes")
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	kept, partly := map[string]string{}, 0
	for cycle := range kills {
		if cycle%2 == 0 {
			p.growing(t, uint32(size))
		} else if page, what := p.promised(cycle); page != "" {
			kept[page] = what
		}
		if cycle > 0 { // the first time in the middle, however fast the machine
			time.Sleep(time.Duration(chance.IntN(100)) * time.Millisecond) // other processes: there is no clock to fake
		}
		before := asked(t, p.hall).Operations
		p.second.kill()
		p.second = startProgram(t, p.hall, p.secondArgs...)
		after := asked(t, p.hall).Operations
		if after < before {
			t.Fatalf("%d operations were on disk, and %d are (seed %d)", before, after, seed)
		}
		if after > 0 && after < uint32(size) {
			partly++
		}
	}
	if partly == 0 {
		t.Error("it was never killed in the middle: the test proved nothing")
	}
	until(t, "both hold the same", func() bool { return p.same(t) })
	v := signIn(t, p.second, 0)
	late, _, err := v.promise("At last.")
	if err != nil || late == "" {
		t.Fatalf("nothing was written: %v", err)
	}
	maps.Copy(kept, map[string]string{late: "At last."})
	until(t, "both add up to the same", func() bool { return p.agree(t) })
	v.finds(t, kept)
	p.moss.finds(t, kept)
	t.Logf("killed %d times, %d of them in the middle; %d acknowledged, all found on both (seed %d)", kills, partly, len(kept), seed)
}

// growing returns once the second router has taken in more than it had, or all.
func (p *pair) growing(t *testing.T, all uint32) {
	t.Helper()
	had := asked(t, p.hall).Operations
	until(t, "more is brought to the second router", func() bool {
		now := asked(t, p.hall).Operations
		return now > had || now >= all
	})
}

// promised is what somebody writes on the second router, if it knows them yet.
func (p *pair) promised(cycle int) (page, what string) {
	what = fmt.Sprintf("Bread no. %d.", cycle)
	v := newVisitor(p.second)
	if r, err := v.tryIn(0); err == nil && r.leadsTo() == "/" && v.sit(r) == nil {
		page, _, _ = v.promise(what) // no page: it was not acknowledged
	}
	return page, what
}

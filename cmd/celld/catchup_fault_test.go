package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"
)

// TestSIGKILLDuringACatchUpLosesNothing: a second router takes in a history of
// 10 000 operations and is killed again and again meanwhile, while people write
// on it as soon as it knows them. It ends with the same digest, and with
// everything that it ever acknowledged.
func TestSIGKILLDuringACatchUpLosesNothing(t *testing.T) {
	if raced {
		t.Skip("what happens to files is the same without the race detector")
	}
	history := cellOf(t, 10_000)
	p := newPairOn(t, history.copyTo(t, storeSQLite))
	p.enrol(t)
	p.knock(t)
	p.there.form(t, "POST", "/taken/yes")
	seed := rand.Uint64()
	chance := rand.New(rand.NewPCG(seed, 0))
	kept, partly := map[string]string{}, 0
	for cycle := range 8 {
		time.Sleep(time.Duration(200+chance.IntN(700)) * time.Millisecond) // other processes: there is no clock to fake
		page, what := "", fmt.Sprintf("Bread no. %d.", cycle)
		v := newVisitor(p.second)
		if r, err := v.tryIn(0); err == nil && r.leadsTo() == "/" && v.sit(r) == nil {
			page, _, _ = v.promise(what)
		}
		if page != "" {
			kept[page] = what
		}
		before := asked(t, p.hall).Operations
		p.second.kill()
		p.second = startProgram(t, p.hall, p.secondArgs...)
		after := asked(t, p.hall).Operations
		if after < before {
			t.Fatalf("%d operations were on disk, and %d are (seed %d)", before, after, seed)
		}
		if after > 0 && after < 10_000 {
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
	t.Logf("killed 8 times, %d of them in the middle; %d acknowledged, all found on both (seed %d)", partly, len(kept), seed)
}

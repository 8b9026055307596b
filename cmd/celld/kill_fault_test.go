package main

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

var killsFlag = flag.Int("kills", 25, "how often the program is killed with SIGKILL, on each engine")

// freshCell is after how many kills a new cell begins, so that the histories
// that thousands of kills leave do not grow without end.
const freshCell = 50

// TestNothingThatAPageAcknowledgedIsLostToSIGKILL kills the program while
// several browsers post at once, and looks for everything that was answered
// with a page of its own.
func TestNothingThatAPageAcknowledgedIsLostToSIGKILL(t *testing.T) {
	for _, store := range []string{storeSQLite, storeFile} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			chance := rand.New(rand.NewPCG(seed, 0))
			total, kills := 0, *killsFlag
			if raced { // slow, and of no use against what happens to files
				kills = min(kills, 5)
			}
			for left := kills; left > 0; left -= freshCell {
				total += killAgainAndAgain(t, store, min(left, freshCell), chance)
			}
			if total < kills/2 {
				t.Errorf("only %d promises were acknowledged before %d kills: the load was none", total, kills)
			}
			t.Logf("%d kills, %d acknowledged promises, all found (seed %d)", kills, total, seed)
		})
	}
}

// killAgainAndAgain returns how many promises were acknowledged.
func killAgainAndAgain(t *testing.T, store string, kills int, chance *rand.Rand) int {
	dir, all := t.TempDir(), map[string]string{}
	p := startCheaply(t, dir, "-demo", "-store", store)
	v := signIn(t, p, 0)
	for cycle := range kills {
		kept := loadUntilKilled(p, v, cycle, time.Duration(chance.IntN(120_000))*time.Microsecond)
		p = startCheaply(t, dir)
		v = signIn(t, p, cycle%len(demoNames)) // the first to come wakes the cell
		v.finds(t, kept)
		maps.Copy(all, kept)
	}
	v.finds(t, all)
	p.kill()
	return len(all)
}

// startCheaply starts a program where to sign in takes next to nothing: it was nine
// tenths of what a kill took, and is not what is tried.
func startCheaply(t *testing.T, dir string, args ...string) *program {
	t.Helper()
	cmd := exec.Command("celld", programArgs(dir, args...)...)
	cmd.Env = append(os.Environ(), cheapLogins+"=1")
	return startCommand(t, cmd)
}

// loadUntilKilled posts from four browsers at once, kills the program after a
// while, and returns what was acknowledged: page and words. Every other time
// the while begins with the first acknowledgement, so that a slow machine is
// killed under load, too.
func loadUntilKilled(p *program, v *visitor, cycle int, after time.Duration) map[string]string {
	var mu sync.Mutex // guards kept
	kept := map[string]string{}
	begun := make(chan struct{}, 1)
	if cycle%2 == 1 {
		begun <- struct{}{}
	}
	var browsers sync.WaitGroup
	for n := range 4 {
		browsers.Go(func() {
			for i := 0; ; i++ {
				what := fmt.Sprintf("Bread no. %d-%d-%d.", cycle, n, i)
				page, _, err := v.promise(what)
				if err != nil {
					return // the power is gone
				}
				if page != "" {
					mu.Lock()
					kept[page] = what
					mu.Unlock()
					select {
					case begun <- struct{}{}:
					default:
					}
				}
			}
		})
	}
	gone := make(chan struct{})
	go func() {
		browsers.Wait()
		close(gone)
	}()
	select {
	case <-begun:
	case <-gone: // it ended by itself, which the next start will tell
	}
	time.Sleep(after) // another process: there is no clock to fake
	p.kill()
	<-gone
	return kept
}

// Command cell is the people of test/netns/partition, and what befalls their five
// routers: they write at the pages of real programs while those are cut off from
// each other, killed and started again. In the end all routers must be one.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	seed := flag.Uint64("seed", 1, "seed of the first schedule; the next ones follow it")
	schedules := flag.Int("schedules", 10, "how many to play")
	loss := flag.Int("loss", 5, "frames in a hundred that are lost")
	g := &rig{apart: map[[2]int]bool{}}
	flag.StringVar(&g.script, "netns", "scripts/netns", "what made the routers")
	flag.StringVar(&g.name, "rig", "celld-0", "what their name spaces begin with")
	flag.StringVar(&g.celld, "celld", "celld", "the program")
	flag.StringVar(&g.work, "work", "", "a folder for all that they write")
	flag.Parse()
	folders(g, 5)
	if err := run(g, *seed, *schedules, *loss); err != nil {
		fmt.Fprintln(os.Stderr, err)
		for _, x := range g.routers {
			said := x.said(0)
			fmt.Fprintf(os.Stderr, "--- %s ends\n%s", filepath.Base(x.log), said[max(0, len(said)-2000):])
		}
		os.Exit(1)
	}
}

func run(g *rig, seed uint64, schedules, loss int) error {
	began := time.Now()
	if err := g.netns("loss", fmt.Sprint(loss)); err != nil {
		return err
	}
	c, err := begin(g)
	if err != nil {
		return fmt.Errorf("the cell does not begin: %w", err)
	}
	fmt.Printf("the cell began on five routers: %.0f s\n", time.Since(began).Seconds())
	all := tally{}
	for i := range schedules {
		began := time.Now()
		s, err := c.play(seed+uint64(i), loss)
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed+uint64(i), err)
		}
		fmt.Printf("seed %d: %d cuts, %d kills, %d acknowledged and found at all five, contested %d, overdrawn %d; one after %.1f s, in all %.0f s\n",
			seed+uint64(i), s.cuts, s.kills, len(s.kept), s.contested, s.overdrawn, s.took.Seconds(), time.Since(began).Seconds())
		all.add(s.tally)
	}
	fmt.Printf("%d schedules came to one state: %d cuts, %d kills, %d contested, %d overdrawn\n", schedules, all.cuts, all.kills, all.contested, all.overdrawn)
	return nil
}

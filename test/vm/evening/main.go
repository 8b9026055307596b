// Command evening is the people of scripts/vm router: they found a cell at the
// pages of one router, decide, write hours down, and lose the power without
// warning, several times. What a page has acknowledged must be there again.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	m := &machine{}
	var ctl, other, seats, log string
	var i installing
	cuts := flag.Int("cuts", 3, "how often the power goes while people write")
	flag.StringVar(&ctl, "ctl", "", "what asks the router's program, in words; empty: its own shell, at the port {shell}")
	flag.StringVar(&other, "other", "", "what runs a router of another kind on the same disk, in words: in the end it must come to the same state")
	flag.StringVar(&seats, "figures", "", "measure a filled cell instead; a file of its members and their words")
	flag.StringVar(&i.disk, "install", "", "the router's disk, which is empty: cut the power while the package is installed, starts and is upgraded")
	flag.StringVar(&i.newer, "newer", "", "where the router has a newer package, with -install")
	flag.IntVar(&i.moments, "moments", 8, "how often the power goes in each of these, with -install")
	flag.Uint64Var(&i.seed, "seed", 1, "chooses the moments")
	flag.StringVar(&log, "log", "", "a file for all that the router says")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: evening [flags] -- COMMAND... runs a router, whose pages are at 127.0.0.1:{http}")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	m.command, m.asks = flag.Args(), strings.Fields(ctl)
	m.other = strings.Fields(other)
	if err := play(m, &i, log, seats, *cuts); err != nil {
		fmt.Fprintf(os.Stderr, "FAILED: %v\n--- the router said last\n%s", err, m.last())
		os.Exit(1)
	}
}

func play(m *machine, i *installing, log, seats string, cuts int) error {
	if err := m.open(log); err != nil {
		return err
	}
	defer m.close()
	if seats != "" {
		return measure(m, seats)
	}
	if i.disk != "" {
		i.machine = m
		return i.tell()
	}
	return tell(m, cuts)
}

// began is when the story did.
var began = time.Now()

func say(format string, args ...any) {
	fmt.Printf("story: %6.1f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
}

package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// meter shows how far long work has come: on a terminal as one line that
// changes, elsewhere as a line for every tenth. It never stops the work.
type meter struct {
	out      io.Writer
	terminal bool
	shown    int // percent; -1 before the first
}

func newMeter(out io.Writer) *meter {
	m := &meter{out: out, shown: -1}
	if f, ok := out.(*os.File); ok {
		_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
		m.terminal = err == nil
	}
	return m
}

func (m *meter) show(p progress) error {
	percent := 100
	if p.Of > 0 {
		percent = int(min(p.Done, p.Of) * 100 / p.Of)
	}
	switch {
	case percent == m.shown:
	case m.terminal:
		m.shown = percent
		fmt.Fprintf(m.out, "\r%s %3d %%", p.Doing, percent)
		if percent == 100 {
			fmt.Fprintln(m.out)
		}
	case m.shown < 0 || percent/10 > m.shown/10:
		m.shown = percent
		fmt.Fprintf(m.out, "%s %d %%\n", p.Doing, percent/10*10)
	}
	return nil
}

// teller passes on every hundredth of long work, so that telling costs little.
func teller(doing string, of uint64, send func(progress) error) func(done uint32) error {
	step := max(of/100, 1)
	return func(done uint32) error {
		if n := uint64(done); n%step == 0 || n == of {
			return send(progress{doing, n, of})
		}
		return nil
	}
}

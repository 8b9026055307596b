package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

const (
	pulseTime = 3 * time.Second
	pulseName = "pulse"
)

// pulseTask says regularly whether there is an internet, to whoever sets the
// router's names and rules by it. Who has not heard it for a while takes it that
// we are gone, and takes back what was set.
type pulseTask struct {
	signs *signs
	fifo  string
}

// prepare makes the FIFO, once for all: it is nothing that is written on the
// disk, and stays.
func (t pulseTask) prepare() error {
	if at, err := os.Lstat(t.fifo); err == nil && at.Mode()&os.ModeNamedPipe == 0 {
		return fmt.Errorf("%s is in the way of the pulse", t.fifo)
	}
	if err := syscall.Mkfifo(t.fifo, 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make %s: %w", t.fifo, err)
	}
	return nil
}

func (t pulseTask) Run(ctx context.Context) error {
	t.beat()
	return regularly(ctx, pulseTime, t.beat)
}

// beat writes one line, unless nobody reads.
func (t pulseTask) beat() {
	f, err := os.OpenFile(t.fifo, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.signs.house.logger.Debug("nobody listens to the pulse", "err", err)
		return
	}
	defer f.Close()
	state := "online"
	if alone() {
		state = "alone"
	}
	words := []string{state, strings.TrimSuffix(t.signs.host(), ownZone)}
	if t.signs.Public != "" {
		words = append(words, t.signs.Public)
	}
	// A reader that is late finds the next one.
	_, _ = f.WriteString(strings.Join(words, " ") + "\n")
}

package main

import (
	"context"
	"log/slog"
	"time"
)

// plenty is room for years of a cell, however large the disk.
const plenty = 1 << 30

// little reports whether a disk is nearly full: below a megabyte, or below a
// tenth of it where that is not plenty.
func little(free, total uint64) bool { return free < max(1<<20, min(total/10, plenty)) }

// roomTask tells the operator when the disk fills up, once each time.
type roomTask struct {
	room   func() (free, total uint64, err error)
	logger *slog.Logger
	warned bool
}

// Run looks at once and then every minute, until ctx ends.
func (t *roomTask) Run(ctx context.Context) error {
	t.look()
	return regularly(ctx, time.Minute, t.look)
}

func (t *roomTask) look() {
	free, total, err := t.room()
	if err != nil {
		t.logger.Debug("room on the disk is not known", "err", err)
		return
	}
	switch full := little(free, total); {
	case full && !t.warned:
		t.logger.Warn("the disk is nearly full", "free", free, "of", total)
		t.warned = true
	case !full && t.warned:
		t.logger.Info("there is room on the disk again", "free", free, "of", total)
		t.warned = false
	}
}

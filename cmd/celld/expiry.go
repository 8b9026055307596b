package main

import (
	"context"
	"errors"
	"time"
)

// expiryTask drops what has had its time, also while the router is locked. The
// log looks at the clock itself: one that nobody trusts drops nothing. It also
// drops what the cell has decided to take out, and that from every file.
type expiryTask struct {
	house *house
	every time.Duration
}

// Run looks at once and then once in a while, until ctx ends.
func (t expiryTask) Run(ctx context.Context) error {
	t.look()
	return regularly(ctx, t.every, t.look)
}

func (t expiryTask) look() {
	n, err := t.house.log.Expire()
	err = errors.Join(err, t.house.takeOut())
	switch {
	case err != nil:
		t.house.logger.Error("what has had its time does not go", "err", err)
	case n > 0:
		t.house.logger.Debug("what had its time is gone", "things", n)
	}
}

// compactTask gives back the room of what is gone. That writes the log anew, so
// it is done seldom.
type compactTask struct {
	house *house
	every time.Duration
}

// Run does it once in a while until ctx ends.
func (t compactTask) Run(ctx context.Context) error { return regularly(ctx, t.every, t.compact) }

func (t compactTask) compact() {
	if err := t.house.log.Compact(); err != nil {
		t.house.logger.Warn("the room of what is gone is not given back; it is tried again", "err", err)
	}
}

// takeOut drops what the cell has decided to take out of its pages, and has the
// log written anew at once: people wait for it to be gone.
func (h *house) takeOut() error {
	n, err := h.log.TakeOut()
	if err != nil || n == 0 {
		return err
	}
	return h.log.Compact()
}

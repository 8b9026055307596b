package main

import (
	"context"
	"time"
)

// expiryTask drops what has had its time, also while the router is locked. The
// log looks at the clock itself: one that nobody trusts drops nothing.
type expiryTask struct {
	house *house
	every time.Duration
	room  time.Duration // how often the room of it is given back: that writes the log anew
}

// Run looks at once and then once in a while, until ctx ends.
func (t expiryTask) Run(ctx context.Context) error {
	look, compact := time.NewTicker(t.every), time.NewTicker(t.room)
	defer look.Stop()
	defer compact.Stop()
	for {
		if n, err := t.house.log.Expire(); err != nil {
			t.house.logger.Error("what has had its time does not go", "err", err)
		} else if n > 0 {
			t.house.logger.Debug("what had its time is gone", "things", n)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		case <-compact.C:
			if err := t.house.log.Compact(); err != nil {
				t.house.logger.Warn("the room of what is gone is not given back; it is tried again", "err", err)
			}
		}
	}
}

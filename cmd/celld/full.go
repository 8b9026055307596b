package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"syscall"
	"time"

	"celld/internal/logfile"
	"celld/internal/vault"
	"celld/internal/web"
)

// roomToBegin is what a new cell's first files want, and a little more.
const roomToBegin = 64 << 10

// noRoom reports whether err came of a full disk. SQLite calls that otherwise than
// the kernel does.
func noRoom(dir string, err error) bool {
	if err == nil || errors.Is(err, syscall.ENOSPC) {
		return err != nil
	}
	free, _, bad := logfile.Room(dir)
	return bad == nil && free < roomToBegin
}

// findRoom is findHouse that waits while it cannot begin: while the disk is full,
// or a wipe does not finish. A page says so, and whoever mends it need not know
// how to start a program.
func findRoom(ctx context.Context, c config, logger *slog.Logger, every time.Duration) (*house, error) {
	h, err := findHouse(c, logger)
	page, why := waits(c, logger, err)
	if page == nil {
		return h, err
	}
	logger.Error(why, "dir", c.dir, "err", err)
	door, err := listen("http", c.http, nil, page, logger)
	if err != nil {
		return nil, err
	}
	logger.Info("serving", "url", door.address().Scheme+"://"+door.address().Addr)
	wait := &fullTask{config: c, logger: logger, every: every}
	if err := supervise(ctx, door, wait); !errors.Is(err, errRoomAgain) {
		return nil, err
	}
	logger.Info("celld begins after all", "dir", c.dir)
	return wait.found, wait.failed
}

// waits returns what is shown and said while err lasts; nil where waiting helps
// nobody.
func waits(c config, logger *slog.Logger, err error) (page http.Handler, why string) {
	house := web.House{Name: c.name, Hosts: c.hosts, Logger: logger}
	var wipe *unfinished
	switch {
	case errors.As(err, &wipe):
		return web.Unwiped(house, wipe.did), "a wipe did not finish; celld tries again until it does"
	case noRoom(c.dir, err):
		return web.Full(house), "there is no room to begin; celld waits until there is"
	}
	return nil, ""
}

// errRoomAgain ends the waiting.
var errRoomAgain = errors.New("there is room again")

// fullTask tries again and again.
type fullTask struct {
	config config
	logger *slog.Logger
	every  time.Duration
	found  *house // when it is over
	failed error
}

// Run tries until there is room, or ctx ends.
func (t *fullTask) Run(ctx context.Context) error {
	tick := time.NewTicker(t.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			// A wipe that was cut short makes room.
			if free, _, err := logfile.Room(t.config.dir); err == nil && free < roomToBegin && !t.config.unwiped && !vault.At(t.config.dir).Wiping() {
				continue
			}
			t.found, t.failed = findHouse(t.config, t.logger)
			if page, _ := waits(t.config, t.logger, t.failed); page == nil {
				return errRoomAgain
			}
		}
	}
}

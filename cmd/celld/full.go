package main

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
	"time"

	"celld/internal/logfile"
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

// findRoom is findHouse that waits while the disk is full: a page says so, and
// whoever makes room need not know how to start a program.
func findRoom(ctx context.Context, c config, logger *slog.Logger, every time.Duration) (*house, error) {
	h, err := findHouse(c, logger)
	if !noRoom(c.dir, err) {
		return h, err
	}
	logger.Error("there is no room to begin; celld waits until there is", "dir", c.dir, "wants", roomToBegin, "err", err)
	door, err := listen("http", c.http, nil, web.Full(web.House{Name: c.name, Hosts: c.hosts, Logger: logger}), logger)
	if err != nil {
		return nil, err
	}
	logger.Info("serving", "url", door.address().Scheme+"://"+door.address().Addr)
	wait := &fullTask{config: c, logger: logger, every: every}
	if err := supervise(ctx, door, wait); !errors.Is(err, errRoomAgain) {
		return nil, err
	}
	logger.Info("there is room again", "dir", c.dir)
	return wait.found, wait.failed
}

// errRoomAgain ends the waiting.
var errRoomAgain = errors.New("there is room again")

// fullTask tries again and again, while the disk is full.
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
			if free, _, err := logfile.Room(t.config.dir); err == nil && free < roomToBegin {
				continue
			}
			if t.found, t.failed = findHouse(t.config, t.logger); !noRoom(t.config.dir, t.failed) {
				return errRoomAgain
			}
		}
	}
}

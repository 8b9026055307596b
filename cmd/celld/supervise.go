package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"celld/internal/op"
	"celld/internal/oplog"
)

// task is long work. Run returns nil when ctx asked it to stop.
type task interface {
	Run(ctx context.Context) error
}

// supervise runs the tasks until ctx ends or one of them returns, asks the
// others to stop, and waits for all.
func supervise(ctx context.Context, tasks ...task) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error)
	for _, t := range tasks {
		go func() { ended <- runTask(ctx, t) }()
	}
	var all error
	for range tasks {
		all = errors.Join(all, <-ended)
		stop()
	}
	return all
}

// runTask tells a task that gave up from one that was asked to stop.
func runTask(ctx context.Context, t task) error {
	err := t.Run(ctx)
	if err == nil && ctx.Err() == nil {
		return fmt.Errorf("%T ended by itself", t)
	}
	return err
}

// regularly is the Run of a task that does the same thing every so often, the
// first time after one such while.
func regularly(ctx context.Context, every time.Duration, do func()) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_ = unlessLocked(func() error { do(); return nil }) // the next time is soon enough
		}
	}
}

// errLockedMeanwhile is op.ErrNoKey, as people at a console are told.
var errLockedMeanwhile = fmt.Errorf("the router was locked meanwhile: %w", op.ErrNoKey)

// unlessLocked does what reads sealed things, and leaves off where a lock takes the keys
// from under it: nothing is damaged then, but what was applied cannot be read back, and
// the core knows no other way to say so than a panic. The log forgets what it read as soon
// as whoever locks it has its turn.
func unlessLocked(do func() error) (err error) {
	defer func() {
		what := recover()
		if broken, is := what.(error); is && errors.Is(broken, oplog.ErrWaiting) {
			err = errLockedMeanwhile
		} else if what != nil {
			panic(what)
		}
	}()
	return do()
}

// upon is the Run of a task that looks again when one of the channels that it returned
// is closed: at once, but after a pause where it has just looked.
func upon(ctx context.Context, pause time.Duration, look func() [3]<-chan struct{}) error {
	for {
		news := look()
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-news[0]:
		case <-news[1]:
		case <-news[2]:
		}
	}
}

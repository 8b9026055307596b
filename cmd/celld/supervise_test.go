package main

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// looker looks, and is told that something has changed.
type looker struct {
	mu      sync.Mutex
	changed chan struct{}
	looks   int
	last    time.Time
}

func (l *looker) look() [3]<-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks++
	l.last = time.Now()
	return [3]<-chan struct{}{nil, l.changed, nil}
}

func (l *looker) change() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
}

// seen tells how often it has looked when nothing happens any more, and when last.
func (l *looker) seen() (int, time.Time) {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.looks, l.last
}

// TestWhatChangesWithoutEndIsLookedAtOnceInAWhile, and what changes once at once.
func TestWhatChangesWithoutEndIsLookedAtOnceInAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l, done := &looker{changed: make(chan struct{})}, make(chan error)
		go func() { done <- upon(ctx, lookPause, l.look) }()
		time.Sleep(time.Minute)
		for _, wait := range []time.Duration{0, time.Second} { // just now, or long ago
			time.Sleep(time.Second)
			l.change()
			before, _ := l.seen()
			time.Sleep(wait)
			now := time.Now()
			l.change()
			time.Sleep(lookPause)
			if n, last := l.seen(); n != before+1 || wait > 0 && last != now {
				t.Errorf("%v after the last look: %d more, at %v after the change", wait, n-before, last.Sub(now))
			}
		}
		before, _ := l.seen()
		for range 5000 {
			l.change()
			time.Sleep(time.Millisecond)
		}
		if n, _ := l.seen(); n-before < 45 || n-before > 55 {
			t.Errorf("%d looks in five seconds", n-before)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

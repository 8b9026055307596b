package main

import (
	"log/slog"
	"slices"
	"sync"
	"time"

	"celld/internal/web"
)

// work is what takes this router long just now, so that its pages can tell.
type work struct {
	logger *slog.Logger

	mu  sync.Mutex // guards what follows
	now []*job
}

// job is one such thing. What changes of it is guarded by work.mu.
type job struct {
	work  *work
	since time.Time
	at    web.Doing
	said  uint64 // tenths, to the log
}

// quietTime is how long something may take before the log says how far it is.
const quietTime = 2 * time.Second

func (w *work) begin(what web.Labor) *job {
	w.mu.Lock()
	defer w.mu.Unlock()
	j := &job{work: w, since: time.Now(), at: web.Doing{What: what}}
	w.now = append(w.now, j)
	return j
}

// tell notes how far it is, and says every tenth of what takes really long.
func (j *job) tell(p progress) {
	j.work.mu.Lock()
	defer j.work.mu.Unlock()
	j.at.Done, j.at.Of = p.Done, p.Of
	if tenth := p.Done * 10 / max(p.Of, 1); tenth > j.said && time.Since(j.since) > quietTime {
		j.said = tenth
		j.work.logger.Info("at work", "on", j.at.What, "percent", tenth*10)
	}
}

func (j *job) end() {
	j.work.mu.Lock()
	defer j.work.mu.Unlock()
	j.work.now = slices.DeleteFunc(j.work.now, func(x *job) bool { return x == j })
}

// doing lists it.
func (w *work) doing() (out []web.Doing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, j := range w.now {
		out = append(out, j.at)
	}
	return out
}

// alsoTo returns a teller of progress that pages learn from, too.
func (j *job) alsoTo(told func(progress) error) func(progress) error {
	return func(p progress) error {
		j.tell(p)
		return told(p)
	}
}

// watched is a store that tells how far a long reading of it has come.
type watched struct {
	store
	work *work
}

// longRead is how many operations nobody has to be told about.
const longRead = 256

// Each implements oplog.Storage.
func (s watched) Each(from uint32, f func(pos uint32, operation []byte) error) error {
	all := s.Len()
	if all < from+longRead {
		return s.store.Each(from, f)
	}
	j := s.work.begin(web.Reading)
	defer j.end()
	tell := teller(string(web.Reading), uint64(all-from), func(p progress) error { j.tell(p); return nil })
	return s.store.Each(from, func(pos uint32, operation []byte) error {
		if err := tell(pos - from + 1); err != nil {
			return err
		}
		return f(pos, operation)
	})
}

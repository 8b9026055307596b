package oplog

import (
	"errors"
	"fmt"
	"slices"

	"celld/internal/op"
)

// TakeOut drops the payloads that the cell has decided to take out, with their
// chunks, and returns how many. It needs no clock: what decided it had one, or
// was people. A locked router cannot tell, and does it once somebody signs in.
func (l *Log) TakeOut() (int, error) {
	eraser, can := l.storage.(Eraser)
	refs := l.State().Erased()
	if !can || len(refs) == 0 {
		return 0, nil
	}
	l.writer.Lock()
	defer l.writer.Unlock()
	due, waited, err := l.stillThere(refs)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	stripped, chunks, err := l.strip(due)
	if err != nil {
		return 0, err
	}
	if err := eraser.Erase(stripped, chunks); err != nil {
		return 0, fmt.Errorf("oplog: take out: %w", err)
	}
	l.forget(due, chunks)
	l.left = slices.DeleteFunc(l.left, func(r op.Ref) bool { return slices.Contains(due, r) })
	// What waited for a chunk that is gone everywhere waits no more.
	l.publish(l.State().Passed(waited, 0), l.Waiting()-waited)
	return len(stripped), nil
}

// stillThere leaves those whose payload is here and may be taken out, and counts
// how many of them wait for a key or a chunk. What it has once seen gone it does
// not look for again.
func (l *Log) stillThere(refs []op.Ref) (due []op.Ref, waited int, err error) {
	if l.taken == nil {
		l.taken = map[op.Ref]bool{}
	}
	for _, r := range refs {
		if l.taken[r] || !l.has(r) {
			continue
		}
		o, err := l.Stored(r)
		if err != nil {
			return nil, 0, err
		}
		if o.Payload == nil || o.Header.Expires != op.AtWill {
			l.taken[r] = true
			continue
		}
		if _, err := l.body(o); errors.Is(err, ErrWaiting) {
			waited++
		}
		due = append(due, r)
	}
	return due, waited, nil
}

func (l *Log) has(r op.Ref) bool {
	_, here := l.lies(r)
	return here
}

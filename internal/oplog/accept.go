package oplog

import (
	"errors"
	"fmt"

	"celld/internal/op"
)

// isRefusal reports whether err is the law speaking, and not a fault.
func isRefusal(err error) bool {
	var r op.Refusal
	return errors.As(err, &r)
}

// Accept takes in an operation that another router made. It must be authentic;
// lawful it need not be: an operation without effect stays in the log with its
// reason, refused alike everywhere. op.ErrKnown and op.MissingError tell what
// a log has to know; op.ErrFork is a proof against its author.
func (l *Log) Accept(o op.Operation) error {
	l.writer.Lock()
	defer l.writer.Unlock()
	if err := l.authentic(o); err != nil {
		return err
	}
	pos, err := l.keep(o)
	if err != nil {
		return err
	}
	if err := l.place(pos, o); err != nil {
		return err
	}
	opened, err := l.open(o)
	if errors.Is(err, ErrWaiting) || errors.Is(err, ErrDropped) {
		l.publish(l.state.Load().Settle(), l.Waiting()+1)
		return nil
	}
	if err != nil {
		return err
	}
	state, _ := l.state.Load().Apply(opened)
	l.unwrap(state)
	l.publish(state, l.Waiting())
	return nil
}

// keep appends o, if it has a place.
func (l *Log) keep(o op.Operation) (uint32, error) {
	l.index.RLock()
	_, err := l.graph.Try(o)
	l.index.RUnlock()
	if err != nil {
		return 0, err
	}
	pos, err := l.storage.Append([][]byte{o.Encode()}, nil)
	if err != nil {
		return 0, fmt.Errorf("oplog: append: %w", err)
	}
	return pos, nil
}

// authentic checks scope and signature. The first operation of a log brings
// its key with it, and the name of the device is the key's own hash.
func (l *Log) authentic(o op.Operation) error {
	l.index.RLock()
	who, known := l.authors[o.Header.Device]
	id := l.id
	l.index.RUnlock()
	if scope := op.Scope(o.Header.Scope); id != (op.ID{}) && scope != op.CellScope(id) && o.ID != id {
		return fmt.Errorf("oplog: %v belongs to another cell", o.Ref())
	}
	if !known {
		who = introduced(o)
	}
	return o.Verify(who.key)
}

package oplog

import (
	"errors"
	"iter"
	"slices"
	"sort"

	"celld/internal/op"
)

// Lawful yields every operation that has an effect in the state of now, in the
// one order, each time it is ranged over. It ends early where one cannot be
// read; failed tells so afterwards.
func (l *Log) Lawful() (ops iter.Seq[op.Opened], failed func() error) {
	state, places := l.State(), l.places()
	places = slices.DeleteFunc(places, func(p op.Place) bool { return state.Refused(p.Ref) != nil })
	var fault error
	ops = func(yield func(op.Opened) bool) {
		for _, p := range places {
			o, err := l.load(p.Ref)
			if errors.Is(err, ErrDropped) {
				continue // it had its effect and its time
			}
			if err != nil {
				fault = err
				return
			}
			if !yield(o) {
				return
			}
		}
	}
	return ops, func() error { return fault }
}

// places returns where every operation stands, in the one order.
func (l *Log) places() []op.Place {
	l.index.RLock()
	defer l.index.RUnlock()
	var all []op.Place
	for d, length := range l.graph.Now() {
		for seq := uint64(1); seq <= length; seq++ {
			p, _ := l.graph.Place(op.Ref{Device: d, Seq: seq})
			all = append(all, p)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Before(all[j]) })
	return all
}

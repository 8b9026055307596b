package cell

import (
	"slices"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// way is how a value of a subject comes about: where it begins, and what is
// folded then, in order. Two that are alike lead to the same.
type way struct {
	key   string
	from  *check
	steps []step
}

// step is an operation, and how it stands.
type step struct {
	mark    mark
	footing footing
}

// sight is what a way led to.
type sight struct {
	way
	value any
	used  int // how many operations had been applied when it was last looked at
}

// What is remembered of ways. While routers that were apart tell each other
// what they hold, each operation of the one lies before some of the other's, and
// whoever wrote it had seen none of those: nearly what the one before it had
// seen. So the last few ways are enough, and not for long.
const (
	sightsKept = 16
	sightsFor  = 256 // operations
)

// way finds the one that leads to a subject's value as its operations stand in
// somebody's sight. It begins at the newest value on the way before which nothing
// differs from the value on the shelf.
func (s *State) way(key string, sub *subject, in func(mark) footing) way {
	from := sub.checkpoint(func(m mark) bool { return in(m) == s.footing(m) })
	return way{key, from, stepsOf(sub, from.after, in)}
}

func stepsOf(sub *subject, from int, in func(mark) footing) (steps []step) {
	for _, m := range sub.list().all(from) {
		if f := in(m); f != unseen {
			steps = append(steps, step{m, f})
		}
	}
	return steps
}

// begins reports whether w goes as far as v, and on the same way.
func (v way) begins(w way) bool {
	return v.key == w.key && v.from == w.from && len(v.steps) <= len(w.steps) && slices.Equal(v.steps, w.steps[:len(v.steps)])
}

// recall returns what is known of the longest beginning of a way; nil if nothing is.
func (s *State) recall(w way) *sight {
	var known *sight
	for i := range s.sights {
		if x := &s.sights[i]; x.begins(w) && (known == nil || len(known.steps) < len(x.steps)) {
			known = x
		}
	}
	return known
}

// remember keeps a sight while a State is made: in the place of what it goes on
// from, else of what nobody has looked at for the longest.
func (s *State) remember(x sight) {
	if s.late == nil {
		return
	}
	x.used = s.applied
	if known := s.recall(x.way); known != nil {
		*known = x
		return
	}
	if len(s.sights) < sightsKept {
		s.sights = append(s.sights, x)
		return
	}
	oldest := 0
	for i := range s.sights {
		if s.sights[i].used < s.sights[oldest].used {
			oldest = i
		}
	}
	s.sights[oldest] = x
}

// forget lets go of sights that nobody has looked at for a while.
func (s *State) forget() {
	kept := s.sights[:0]
	for _, x := range s.sights {
		if x.used+sightsFor >= s.applied {
			kept = append(kept, x)
		}
	}
	clear(s.sights[len(kept):])
	s.sights = kept
}

// closings tells which logs are closed for somebody who has seen that much, and
// where; nil stands for all of it.
func (s *State) closings(past op.Past) map[op.Device]uint64 {
	saw := func(m mark) bool { return past == nil || past.Has(s.devices.ref(m)) }
	if !slices.ContainsFunc(s.closing(), saw) {
		return nil
	}
	w := way{"closings", &beginning, stepsOf(s.shelf.get(trust.Key), 0, func(m mark) footing {
		if saw(m) {
			return stands
		}
		return unseen
	})}
	reaches := func(st step) bool { return trust.Reaches(s.loadMark(st.mark)) }
	known := s.recall(w)
	if known == nil || s.forked || slices.ContainsFunc(w.steps[len(known.steps):], reaches) {
		known = &sight{value: trust.Closings(s.loaded(w.steps), s.covered(past))}
	}
	closed := known.value.(map[op.Device]uint64)
	s.remember(sight{way: w, value: closed})
	return closed
}

// covered asks the history within a past; nil stands for all of it.
func (s *State) covered(within op.Past) trust.Covered {
	return func(d op.Device, proof op.Ref) uint64 {
		if within == nil {
			within = s.history.Now()
		}
		return s.history.Covered(d, proof, within)
	}
}

// closing returns the operations that close logs. A State that was written down
// does not hold them; it has to look.
func (s *State) closing() []mark {
	if s.closers != nil {
		return s.closers
	}
	list := []mark{}
	for _, m := range s.shelf.get(trust.Key).list().all(0) {
		if trust.Closes(s.loadMark(m)) {
			list = append(list, m)
		}
	}
	if s.late != nil {
		s.closers = list
	}
	return list
}

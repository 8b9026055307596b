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
}

// sightsKept is how many ways are remembered. While routers that were apart tell
// each other what they hold, each operation of the one lies before some of the
// other's, and whoever wrote it had seen none of those: nearly what the one before
// it had seen. So the last few are enough, and not for long.
const sightsKept = 16

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

// recall returns what is known of the longest beginning of a way, and which it
// is of what is remembered; nil if nothing is.
func (s *State) recall(w way) (known *sight, at int) {
	for i := range s.sights {
		if x := &s.sights[i]; x.begins(w) && (known == nil || len(known.steps) < len(x.steps)) {
			known, at = x, i
		}
	}
	return known, at
}

// remember keeps a sight while a State is made, as the newest: instead of what it
// goes on from, else of the oldest when there are enough.
func (s *State) remember(x sight) {
	if s.late == nil {
		return
	}
	s.looked = true
	if known, at := s.recall(x.way); known != nil || len(s.sights) == sightsKept {
		s.sights = append(s.sights[:at], s.sights[at+1:]...)
	}
	s.sights = append(s.sights, x)
}

// closings tells which logs are closed for somebody who has seen that much, and
// where; nil stands for all of it.
func (s *State) closings(past op.Past) map[op.Device]uint64 {
	if s.quiet {
		return nil
	}
	w := way{"closings", &beginning, stepsOf(s.shelf.get(trust.Key), 0, func(m mark) footing {
		if past == nil || past.Has(s.devices.ref(m)) {
			return stands
		}
		return unseen
	})}
	reaches := func(st step) bool { return trust.Reaches(s.loadMark(st.mark)) }
	known, _ := s.recall(w)
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

package cell

import (
	"maps"

	"celld/internal/op"
)

// fold puts a lawful operation into a subject's list and brings its value up
// to date: by one step when it is the newest. What comes late has the subject
// folded again from where it stands, once for all that comes together: when
// somebody asks for it, or in the end.
func (s *State) fold(key string, m mark, o op.Opened) {
	old := s.shelf.get(key)
	if old == nil {
		s.note(key)
	}
	sub := old.insert(&s.devices, m)
	last, late := s.late[key]
	switch apply := roomAt(key).applied(s.footing(m)); {
	case apply == nil:
		sub.value = old.current()
	case !sub.isLast(m):
		if !late || s.devices.compare(last, m) < 0 {
			s.late[key] = m
		}
	case !late:
		sub.set(apply(key, s.valueOf(key, old), o))
	}
	s.shelf.put(key, sub)
}

// catchUp folds what came late into a subject. It remembers the value where
// the last of that stands, since what comes next will hardly stand before it,
// and leaves values on the way.
func (s *State) catchUp(key string) *subject {
	sub, last := s.shelf.get(key).copy(), s.late[key]
	delete(s.late, key)
	w := s.way(key, sub, s.footing)
	sub.set(s.follow(w, func(n int, value any) {
		if at := w.from.after + n; at%checkEvery == 0 {
			sub.check(at, value)
		}
		if w.steps[n-1].mark == last {
			s.remember(sight{way: way{key, w.from, w.steps[:n:n]}, value: value})
		}
	}))
	s.shelf.put(key, sub)
	return sub
}

// refold computes a subject's value as its operations stand in somebody's
// sight.
func (s *State) refold(key string, sub *subject, in func(mark) footing) any {
	w := s.way(key, sub, in)
	value := s.follow(w, func(int, any) {})
	s.remember(sight{way: w, value: value})
	return value
}

// follow folds what is on a way, from where somebody else's goes another one
// or ends. It tells of every operation that it folds, and what that led to.
func (s *State) follow(w way, told func(n int, value any)) any {
	n, value := 0, w.from.value
	if known, _ := s.recall(w); known != nil {
		n, value = len(known.steps), known.value
	}
	r := roomAt(w.key)
	for ; n < len(w.steps); n++ {
		if apply := r.applied(w.steps[n].footing); apply != nil {
			value = apply(w.key, value, s.loadMark(w.steps[n].mark))
		}
		told(n+1, value)
	}
	return value
}

// valueOf returns a subject's value, folding it again if something came late,
// or if it was finished and put away.
func (s *State) valueOf(key string, sub *subject) any {
	if sub == nil || sub.marks.len() == 0 {
		return nil
	}
	if _, late := s.late[key]; late {
		sub = s.catchUp(key)
	}
	if sub.putAway() {
		return s.refold(key, sub, s.footing)
	}
	return sub.value
}

// reach brings the closings up to date and has whatever holds an operation that
// stands no more, or stands again, folded again.
func (s *State) reach() {
	before := s.closed
	s.closed = s.closings(nil)
	if maps.Equal(before, s.closed) {
		return
	}
	changed := func(m mark) bool { return footingUnder(before, s.devices.ref(m)) != s.footing(m) }
	s.shelf.each(func(key string, sub *subject) {
		if !sub.any(changed) {
			return
		}
		again := sub.copy()
		again.forgetChecks()
		s.shelf.put(key, again)
		if _, late := s.late[key]; !late {
			s.late[key] = mark{}
		}
	})
}

package cell

import (
	"hash/fnv"
	"maps"
	"slices"
)

// shelf holds the subjects by key. It is cut into boards, and an edit copies
// only the boards that it changes, so that a new State costs little. What was
// put away leaves the boards once there is enough of it.
type shelf struct {
	boards [boards]map[string]*subject
	mine   *[boards]bool // boards that this edit has copied; nil when sealed
	away   int           // how many subjects on the boards were put away, or more
	cold   cold
}

const boards = 32

// Sizes at which a state changes its form. They are variables so that the laws
// can be tried on short histories, too.
var (
	roomFor    = 256 // subjects on the boards that were put away
	packSize   = 64  // marks that are packed together
	checkEvery = 64  // marks from one value on the way to the next
)

func boardOf(key string) int {
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % boards)
}

func (s *shelf) edit() shelf {
	next := *s
	next.mine = new([boards]bool)
	return next
}

func (s *shelf) seal() {
	if s.away >= roomFor {
		s.clear()
	}
	s.mine = nil
}

func (s *shelf) get(key string) *subject {
	if sub, ok := s.boards[boardOf(key)][key]; ok {
		return sub
	}
	return s.cold.get(key)
}

func (s *shelf) put(key string, sub *subject) {
	if sub.putAway() {
		s.away++
	}
	s.board(boardOf(key))[key] = sub
}

// board returns a board to be changed.
func (s *shelf) board(b int) map[string]*subject {
	if !s.mine[b] {
		s.mine[b] = true
		if s.boards[b] = maps.Clone(s.boards[b]); s.boards[b] == nil {
			s.boards[b] = map[string]*subject{}
		}
	}
	return s.boards[b]
}

// clear takes what was put away from the boards.
func (s *shelf) clear() {
	r, last := &run{}, ""
	for _, key := range s.keys() {
		b := boardOf(key)
		if sub := s.boards[b][key]; sub.putAway() {
			r.write([]byte(last), sub.record(key))
			last = key
			delete(s.board(b), key)
		}
	}
	s.away = 0
	if r.count > 0 {
		s.cold = s.cold.with(r)
	}
}

// keys returns the keys of all subjects on the boards, in order.
func (s *shelf) keys() []string {
	var keys []string
	for _, board := range s.boards {
		keys = slices.AppendSeq(keys, maps.Keys(board))
	}
	slices.Sort(keys)
	return keys
}

// each calls f for every subject in the order of the keys. f may put subjects.
func (s *shelf) each(f func(string, *subject)) {
	keys := s.keys()
	for key, rec := range s.cold.all {
		for len(keys) > 0 && keys[0] < key {
			f(keys[0], s.get(keys[0]))
			keys = keys[1:]
		}
		if len(keys) == 0 || keys[0] != key {
			f(key, rec.subject())
		}
	}
	for _, key := range keys {
		f(key, s.get(key))
	}
}

// all yields what is cold, in order, each subject once.
func (c cold) all(yield func(string, record) bool) {
	var heads []*cursor // the newest first
	for _, r := range slices.Backward(c.runs) {
		heads = append(heads, r.cursor())
	}
	for len(heads) > 0 {
		least := heads[0]
		for _, h := range heads[1:] {
			if h.compare(least) < 0 {
				least = h
			}
		}
		if !least.ok {
			return
		}
		key := string(least.key)
		if !yield(key, least.record) {
			return
		}
		for _, h := range heads {
			if h.ok && string(h.key) == key {
				h.move()
			}
		}
	}
}

package cell

import (
	"hash/fnv"
	"maps"
	"slices"
)

// shelf holds the subjects by key. It is cut into boards, and an edit copies
// only the boards that it changes, so that a new State costs little.
type shelf struct {
	boards [boards]map[string]*subject
	mine   *[boards]bool // boards that this edit has copied; nil when sealed
}

const boards = 128

func boardOf(key string) int {
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % boards)
}

func (s *shelf) edit() shelf { return shelf{boards: s.boards, mine: new([boards]bool)} }

func (s *shelf) seal() { s.mine = nil }

func (s *shelf) get(key string) *subject { return s.boards[boardOf(key)][key] }

func (s *shelf) put(key string, sub *subject) {
	b := boardOf(key)
	if !s.mine[b] {
		s.mine[b] = true
		if s.boards[b] = maps.Clone(s.boards[b]); s.boards[b] == nil {
			s.boards[b] = map[string]*subject{}
		}
	}
	s.boards[b][key] = sub
}

// each calls f for every subject in the order of the keys.
func (s *shelf) each(f func(string, *subject)) {
	for _, key := range s.keys() {
		f(key, s.get(key))
	}
}

func (s *shelf) keys() []string {
	var keys []string
	for _, board := range s.boards {
		keys = slices.AppendSeq(keys, maps.Keys(board))
	}
	slices.Sort(keys)
	return keys
}

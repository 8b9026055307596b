package cell

import (
	"iter"

	"celld/internal/cell/letter"
	"celld/internal/op"
)

// Letters yields the letters that are held, in the one order.
func (s *State) Letters() iter.Seq[letter.Letter] {
	return s.letters.Held(func(r op.Ref) bool { return s.Refused(r) == nil })
}

// Burned returns those that are to be dropped at once, whatever the time.
func (s *State) Burned() []op.Ref { return s.letters.Burned() }

// letterRoom is the room of letters. It holds no subject.
var letterRoom = &room{
	owns:    letter.Owns,
	holds:   func(string) bool { return false },
	touches: func(op.Opened, *reader) ([]string, error) { return nil, nil },
	judge:   func(o op.Opened, _ *reader) error { return letter.Judge(o) },
}

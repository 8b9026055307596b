package cell

import (
	"slices"

	"celld/internal/cell/board"
	"celld/internal/cell/letter"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// Notes returns what is on the board, the newest first.
func (s *State) Notes() []board.Note {
	return s.board.Notes(func(r op.Ref) bool { return s.Refused(r) == nil })
}

// NotesHeld counts the notes in memory.
func (s *State) NotesHeld() int { return s.board.Len() }

// Recall returns the state with the board and the letters made again from what
// has a time to go and is still there: refs against the one order, all of them
// applied before. Of nobody more is loaded than the board holds, beside what is
// as long as a letter.
func (s *State) Recall(refs []op.Ref, load func(r op.Ref, onlyLetters bool) (op.Opened, bool)) *State {
	next := *s
	next.board, next.letters = nil, nil
	var kept []op.Opened
	t, _ := s.Value(trust.Key).(*trust.Trust)
	written := map[op.Member]int{}
	for _, r := range refs {
		d, _ := t.Device(r.Device)
		if s.refused.of(r) != nil {
			continue
		}
		switch o, ok := load(r, written[d.Member] >= board.Each); {
		case !ok:
		case letter.Owns(o.Kind):
			next.letters = next.letters.With(o)
		case board.Owns(o.Kind) && written[d.Member] < board.Each:
			kept = append(kept, o)
			if o.Kind == board.KindWrite {
				written[o.Member]++
			}
		}
	}
	for _, o := range slices.Backward(kept) { // a note comes before what takes it down
		next.board = next.board.With(o)
	}
	return &next
}

// Passed counts operations whose time was over before they were read here, and
// how many of them were public. Whatever they said, nothing leans on it.
func (s *State) Passed(all, public int) *State {
	if all == 0 {
		return s
	}
	next := *s
	next.applied += all
	next.passing += all
	next.unseen += all
	next.public += public
	return &next
}

func judgeNote(o op.Opened, at *reader) error {
	return board.Judge(o, func(d op.Device) (op.Member, bool) {
		device, known := at.trust().Device(d)
		return device.Member, known
	})
}

// noteRoom is the room of what is on the board. It holds no subject.
var noteRoom = &room{
	owns:    board.Owns,
	holds:   func(string) bool { return false },
	touches: func(op.Opened, *reader) ([]string, error) { return nil, nil },
	judge:   judgeNote,
}

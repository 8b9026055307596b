package oplog

import (
	"slices"

	"celld/internal/op"
)

// What arrives and cannot be taken in yet is remembered for a while: a row of
// operations whose last signature fails until a later one vouches for them, and
// operations that have seen what is still on its way here.
const (
	maxHeld  = 128 // operations, of 1.2 kB at most
	heldTime = 16  // batches
)

// waitingRoom holds them. Whoever holds the log's writer lock may use it.
type waitingRoom struct {
	list []held
	was  map[signed]int // age of those that were taken out to be tried again
}

type held struct {
	op.Operation
	age int
}

// take empties the room, to try everybody once more.
func (w *waitingRoom) take() (ops []op.Operation) {
	w.was = map[signed]int{}
	for _, h := range w.list {
		ops = append(ops, h.Operation)
		w.was[signedOf(h.Operation)] = h.age + 1
	}
	w.list = nil
	return ops
}

// put lets o wait, unless it has waited long enough. The oldest make room.
func (w *waitingRoom) put(o op.Operation) bool {
	age := w.was[signedOf(o)]
	if age >= heldTime {
		return false
	}
	if len(w.list) == maxHeld {
		i := slices.IndexFunc(w.list, func(h held) bool { return h.age > 0 })
		if i < 0 {
			return false
		}
		w.list = slices.Delete(w.list, i, i+1)
	}
	w.list = append(w.list, held{o, age})
	return true
}

func (w *waitingRoom) len() int { return len(w.list) }

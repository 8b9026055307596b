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
	was  map[signed]held         // those that were taken out to be tried again
	owed map[op.Device][]Refused // to whoever brought it, what came to nothing in another's batch
}

type held struct {
	op.Operation
	age int
	by  op.Device // the neighbour that brought it
}

// take empties the room, to try everybody once more.
func (w *waitingRoom) take() (ops []op.Operation) {
	w.was = map[signed]held{}
	for _, h := range w.list {
		ops = append(ops, h.Operation)
		w.was[signedOf(h.Operation)] = held{age: h.age + 1, by: h.by}
	}
	w.list = nil
	return ops
}

// broughtBy tells who brought o: the neighbour whose batch this is, unless it waited.
func (w *waitingRoom) broughtBy(o op.Operation, from op.Device) op.Device {
	if h, waited := w.was[signedOf(o)]; waited {
		return h.by
	}
	return from
}

// owe keeps what came to nothing for whoever answers for it, as much as the room holds.
func (w *waitingRoom) owe(by op.Device, r Refused) {
	if w.owed == nil {
		w.owed = map[op.Device][]Refused{}
	}
	if by != (op.Device{}) && len(w.owed[by]) < maxHeld {
		w.owed[by] = append(w.owed[by], r)
	}
}

// pay gives what is owed.
func (w *waitingRoom) pay(by op.Device) []Refused {
	defer delete(w.owed, by)
	return w.owed[by]
}

// put lets o wait, unless it has waited long enough. The oldest make room.
func (w *waitingRoom) put(o op.Operation, from op.Device) bool {
	age := w.was[signedOf(o)].age
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
	w.list = append(w.list, held{o, age, w.broughtBy(o, from)})
	return true
}

func (w *waitingRoom) len() int { return len(w.list) }

package trust

import (
	"slices"

	"celld/internal/op"
)

// roll tells where in a list each thing stands. Values that came of one another share
// it, and the list's memory: each sees no further than its own length, and the first
// that makes the list longer writes behind it. Without that every yes would cost a copy
// of all before it, and a member can say as many as they like. It is for the fold alone,
// which one goroutine does; who only looks at a value goes through its list. With none
// (nil) the fold does, too.
type roll[K comparable] struct {
	n  int // how long the list is where it is longest
	at map[K]int
}

type named[K comparable] interface{ name() K }

func (a Assents) name() [32]byte     { return a.Act }
func (r Rebinding) name() [32]byte   { return r.Act }
func (e EpochKeys) name() op.Epoch   { return e.ID }
func (r RouterKeys) name() op.Device { return r.Name }
func (d Device) name() op.Device     { return d.Name }

// place finds the first of that name; -1 if there is none.
func place[K comparable, T named[K]](list []T, r *roll[K], name K) int {
	if r == nil {
		return slices.IndexFunc(list, func(x T) bool { return x.name() == name })
	}
	if i, ok := r.at[name]; ok && i < len(list) {
		return i
	}
	return -1
}

// grow adds x to a list, and leaves the values before as they are.
func grow[K comparable, T named[K]](list *[]T, r **roll[K], x T) {
	if (*r).longer(len(*list), x.name()) {
		*list = append(*list, x)
		return
	}
	*list = append(slices.Clone(*list), x)
	*r = &roll[K]{n: len(*list), at: make(map[K]int, len(*list))}
	for i, x := range slices.Backward(*list) {
		(*r).at[x.name()] = i
	}
}

// longer reports whether a list of that length may grow in its place.
func (r *roll[K]) longer(length int, name K) bool {
	if r == nil || r.n != length {
		return false
	}
	if _, twice := r.at[name]; !twice {
		r.at[name] = length
	}
	r.n++
	return true
}

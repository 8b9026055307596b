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
type roll struct {
	n  int // how long the list is where it is longest
	at map[name]int
}

// name is by what a thing is found: the names of devices with zeros behind.
type name [32]byte

type named interface{ name() name }

func (a Assents) name() name    { return a.Act }
func (r Rebinding) name() name  { return r.Act }
func (e EpochKeys) name() name  { return name(e.ID) }
func (r RouterKeys) name() name { return nameOf(r.Name) }
func (d Device) name() name     { return nameOf(d.Name) }

func nameOf(d op.Device) (n name) {
	copy(n[:], d[:])
	return n
}

// place finds the first of that name; -1 if there is none.
func place[T named](list []T, r *roll, n name) int {
	if r == nil {
		return slices.IndexFunc(list, func(x T) bool { return x.name() == n })
	}
	return r.place(n, len(list))
}

func (r *roll) place(n name, length int) int {
	if i, ok := r.at[n]; ok && i < length {
		return i
	}
	return -1
}

// grow adds x to a list, and leaves the values before as they are.
func grow[T named](list *[]T, r **roll, x T) {
	if *r == nil || (*r).n != len(*list) { // somebody else has made it longer
		*r, *list = &roll{at: map[name]int{}}, slices.Clip(*list)
		for _, x := range *list {
			(*r).longer(x.name())
		}
	}
	(*r).longer(x.name())
	*list = append(*list, x)
}

// longer notes one more at the end.
func (r *roll) longer(n name) {
	if _, twice := r.at[n]; !twice {
		r.at[n] = r.n
	}
	r.n++
}

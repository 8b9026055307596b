// Package letter owns what some members seal for some members, as all others
// see it: something of one size that goes after a month.
//
// Whom a letter is for and what it says the cell does not know; see package op.
// Letters are no subject of the state and no part of its digest. Each of them
// may also say, to who compares it with others, that those are to be dropped at
// once; it looks no different for that.
package letter

import (
	"iter"
	"slices"

	"celld/internal/op"
)

// KindWrite is the one kind of this room. It expires.
const KindWrite op.Kind = "letter.write"

// Kinds lists it.
var Kinds = []op.Kind{KindWrite}

// Stays is how long every letter stays, in seconds: as long as a note at most.
const Stays = 30 * 24 * 60 * 60

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"letter.content": "the content or the subject is not that of a letter",
	"letter.expires": "a letter stays for 30 days, no more and no less; the argument is how many",
}

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return k == KindWrite }

// Judge says whether o is lawful. Every letter is like every other.
func Judge(o op.Opened) error {
	if o.Expires != o.Time+Stays {
		return op.Refuse("letter.expires", Stays/(24*60*60))
	}
	if !o.Subject.IsZero() || len(o.Content) != op.LetterSize {
		return op.Refuse("letter.content")
	}
	return nil
}

// Each is how many letters of one writer are held: their newest ones. So nobody
// crowds out another's.
const Each = 128

// Letter is one that is held. What is sealed in it stays in the log, for who
// tries to read it.
type Letter struct {
	op.Place
	Time   uint64 // when it was written, by its writer's clock
	tinder op.Tinder
	by     op.Member
	burned bool
}

// Letters are all that are held, in the one order. It is a value: nobody changes
// it after With has returned it. Nil holds none.
type Letters struct{ list []Letter }

// With returns the letters with a lawful one more. To add it again changes
// nothing.
func (l *Letters) With(o op.Opened) *Letters {
	x := Letter{Place: o.Place, Time: o.Time, tinder: op.TinderOf(o.Content), by: o.Member}
	var list []Letter
	if l != nil {
		list = slices.Clone(l.list)
	}
	i, there := slices.BinarySearchFunc(list, x, inOrder)
	if there {
		return l
	}
	for j := range list {
		other := list[j].tinder
		list[j].burned = list[j].burned || x.tinder.Burns(other)
		x.burned = x.burned || other.Burns(x.tinder)
	}
	return &Letters{crowded(op.Insert(list, i, x), o.Member)}
}

// crowded leaves out the oldest letter of somebody who has too many.
func crowded(list []Letter, by op.Member) []Letter {
	n, first := 0, -1
	for i, x := range list {
		if x.by != by {
			continue
		}
		if n++; first < 0 {
			first = i
		}
	}
	if n > Each {
		return slices.Delete(list, first, first+1)
	}
	return list
}

func inOrder(a, b Letter) int {
	switch {
	case a.Ref == b.Ref:
		return 0
	case a.Before(b.Place):
		return -1
	}
	return 1
}

// Held yields the letters of logs that stand, in the one order, but for those
// that were burned.
func (l *Letters) Held(stands func(op.Ref) bool) iter.Seq[Letter] {
	return func(yield func(Letter) bool) {
		if l == nil {
			return
		}
		for _, x := range l.list {
			if !x.burned && stands(x.Ref) && !yield(x) {
				return
			}
		}
	}
}

// Burned returns the letters that another one says are to be dropped, whoever
// wrote either and whichever came first: who could say so had read them.
func (l *Letters) Burned() (refs []op.Ref) {
	if l == nil {
		return nil
	}
	for _, x := range l.list {
		if x.burned {
			refs = append(refs, x.Ref)
		}
	}
	return refs
}

// Package board owns the notes that people leave for each other for a while.
//
// A note is forgotten when its time is over, on every router that knows the
// time. So nothing may lean on it: notes are no subject of the state and no
// part of its digest, and this room's value is made again from those notes that
// are still there, whoever brought them and in whatever order.
package board

import (
	"maps"
	"slices"
	"sort"

	"celld/internal/op"
)

// The kinds of this room. Both expire.
const (
	KindWrite  op.Kind = "note.write"
	KindRemove op.Kind = "note.remove"
)

// Kinds lists them.
var Kinds = []op.Kind{KindWrite, KindRemove}

// How long a note stays, in seconds, how long it may be, and how many of one
// person are held in memory: their newest ones.
const (
	Usual   = 14 * 24 * 60 * 60
	Longest = 30 * 24 * 60 * 60
	MaxText = 500
	Each    = 100
)

// Write is a note.
type Write struct {
	Text  string `cbor:"1,keyasint"`
	About op.Ref `cbor:"2,keyasint"` // a round or a pledge; zero for none
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"note.content": "the content or the subject is not that of a note",
	"note.expires": "a note has to say how long it stays, 30 days at most; the argument is how many",
	"note.empty":   "there are no words",
	"note.other":   "only who wrote a note takes it down",
}

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return slices.Contains(Kinds, k) }

// Judge says whether o is lawful. Whose tells which member a device spoke for
// at o's frontier.
func Judge(o op.Opened, whose func(op.Device) (op.Member, bool)) error {
	if o.Expires <= o.Time || o.Expires-o.Time > Longest {
		return op.Refuse("note.expires", Longest/(24*60*60))
	}
	if o.Kind == KindRemove {
		return judgeRemove(o, whose)
	}
	var w Write
	if !o.Subject.IsZero() || o.Decode(&w) != nil {
		return op.Refuse("note.content")
	}
	if w.Text == "" {
		return op.Refuse("note.empty")
	}
	return op.CheckText(w.Text, MaxText, true)
}

func judgeRemove(o op.Opened, whose func(op.Device) (op.Member, bool)) error {
	if o.Subject.IsZero() || len(o.Content) > 0 || !o.Saw(o.Subject) {
		return op.Refuse("note.content")
	}
	if m, known := whose(o.Subject.Device); !known || m != o.Member {
		return op.Refuse("note.other")
	}
	return nil
}

// Note is one note.
type Note struct {
	op.Place
	By      op.Member
	Router  op.Device // where it was written
	Time    uint64    // by that router's clock
	Dated   bool      // that clock could be trusted
	Expires uint64
	Text    string
	About   op.Ref
	down    []op.Ref // what took it down
}

// Over reports whether a note's own last day has passed. One that was written
// without a date has none: it stays until its payload is dropped.
func (n Note) Over(now uint64) bool { return n.Dated && n.Expires <= now }

// Board is all notes that are held. It is a value: nobody changes it after With
// or Without has returned it. Nil is the empty board.
type Board struct {
	by map[op.Member][]Note // in the one order; the newest Each of everybody
}

// With returns the board with a lawful operation on it. To put it there again
// changes nothing.
func (b *Board) With(o op.Opened) *Board {
	if o.Kind == KindRemove {
		return b.takeDown(o)
	}
	var w Write
	_ = o.Decode(&w) // judged
	n := Note{Place: o.Place, By: o.Member, Router: o.Router, Time: o.Time, Dated: o.Clock.Trusted(), Expires: o.Expires, Text: w.Text, About: w.About}
	list := b.of(o.Member)
	i, there := slices.BinarySearchFunc(list, n, inOrder)
	if there || i == 0 && len(list) == Each {
		return b
	}
	list = op.Insert(slices.Clone(list), i, n)
	return b.put(o.Member, list[max(0, len(list)-Each):])
}

func (b *Board) takeDown(o op.Opened) *Board {
	list := b.of(o.Member)
	i := slices.IndexFunc(list, func(n Note) bool { return n.Ref == o.Subject })
	if i < 0 || slices.Contains(list[i].down, o.Ref) {
		return b
	}
	list = slices.Clone(list)
	list[i].down = append(slices.Clip(list[i].down), o.Ref)
	return b.put(o.Member, list)
}

func (b *Board) of(m op.Member) []Note {
	if b == nil {
		return nil
	}
	return b.by[m]
}

func (b *Board) put(m op.Member, list []Note) *Board {
	next := &Board{by: map[op.Member][]Note{}}
	if b != nil {
		next.by = maps.Clone(b.by)
	}
	next.by[m] = list
	return next
}

func inOrder(a, b Note) int { return inPlace(a.Place, b.Place) }

func inPlace(a, b op.Place) int {
	switch {
	case a.Ref == b.Ref:
		return 0
	case a.Before(b):
		return -1
	}
	return 1
}

// Len counts the notes that are held.
func (b *Board) Len() (n int) {
	if b != nil {
		for _, list := range b.by {
			n += len(list)
		}
	}
	return n
}

// Notes returns what people see, the newest first: notes of logs that stand and
// that nobody has taken down. Those with a date are in the order of their
// dates, since what somebody wrote far away today is read today; one without
// stands behind the note before it in the one order.
func (b *Board) Notes(stands func(op.Ref) bool) (out []Note) {
	if b == nil {
		return nil
	}
	var all []*Note
	for _, list := range b.by {
		for i := range list {
			if n := &list[i]; stands(n.Ref) && !slices.ContainsFunc(n.down, stands) {
				all = append(all, n)
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return inPlace(all[i].Place, all[j].Place) < 0 })
	when, order := make([]uint64, len(all)), make([]int, len(all))
	last := uint64(0)
	for i, n := range all {
		if n.Dated {
			last = n.Time
		}
		when[i], order[i] = last, i
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return when[a] > when[b] || when[a] == when[b] && a > b
	})
	out = slices.Grow(out, len(all))
	for _, i := range order {
		out = append(out, *all[i])
	}
	return out
}

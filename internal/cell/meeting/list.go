package meeting

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"sort"

	"celld/internal/op"
)

// KeyList is the subject of the list of all meetings.
const KeyList = "meetings"

// List is all meetings in the order of their days, so that a page finds those
// it shows without looking at the others. It is a value like Meeting.
type List struct{ lines []Line }

// Line is a meeting in the list.
type Line struct {
	Ref   op.Ref
	Day   uint64
	State State
}

func (a Line) compare(b Line) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), bytes.Compare(a.Ref.Device[:], b.Ref.Device[:]), cmp.Compare(a.Ref.Seq, b.Ref.Seq))
}

// MarshalState is the one spelling of l, for digests and snapshots: there is
// no bound on how many meetings a cell may have, as there is on other lists.
func (l *List) MarshalState() (b []byte) {
	if l == nil {
		return nil
	}
	for _, x := range l.lines {
		b = append(b, x.Ref.Device[:]...)
		b = binary.AppendUvarint(b, x.Ref.Seq)
		b = binary.AppendUvarint(b, x.Day)
		b = append(b, byte(x.State))
	}
	return b
}

// UnmarshalList reads what MarshalState wrote.
func UnmarshalList(b []byte) (*List, error) {
	l, in := new(List), op.NewReader(b)
	for in.Left() > 0 {
		x := Line{Ref: op.Ref{Device: op.Device(in.Bytes(8)), Seq: in.Uvarint()}, Day: in.Uvarint(), State: State(in.Bytes(1)[0])}
		if i := len(l.lines); x.State < Planned || x.State > Off || i > 0 && l.lines[i-1].compare(x) >= 0 {
			return nil, errors.New("meeting: not a list")
		}
		l.lines = append(l.lines, x)
	}
	return l, in.End()
}

// Len counts the meetings. It may be asked of a nil List, as all may.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.lines)
}

// From returns the place of the first meeting on a day or later.
func (l *List) From(day uint64) int {
	return sort.Search(l.Len(), func(i int) bool { return l.lines[i].Day >= day })
}

// Coming returns up to n meetings that are planned for a day or later, the
// next one first.
func (l *List) Coming(day uint64, n int) (out []Line) {
	for i := l.From(day); i < l.Len() && len(out) < n; i++ {
		if l.lines[i].State == Planned {
			out = append(out, l.lines[i])
		}
	}
	return out
}

// LastHeld returns the day of the last meeting with minutes; 0 for none. Where
// no clock can be trusted, what is planned for later is to come.
func (l *List) LastHeld() uint64 {
	for i := l.Len() - 1; i >= 0; i-- {
		if l.lines[i].State == Held {
			return l.lines[i].Day
		}
	}
	return 0
}

// after returns the list after an act, which a meeting itself takes alike: what
// is held or called off is moved no more.
func (l *List) after(a act, o op.Opened) *List {
	if o.Kind == KindPlan {
		return l.with(Line{Ref: o.Ref, Day: a.When.Day, State: Planned}, -1)
	}
	i := l.find(o.Subject)
	if i < 0 {
		return l
	}
	x := l.lines[i]
	switch {
	case o.Kind == KindMinutes:
		x.State = Held
	case x.State != Planned:
		return l
	case o.Kind == KindMove:
		x.Day = a.When.Day
	case o.Kind == KindCancel:
		x.State = Off
	}
	if x == l.lines[i] {
		return l
	}
	return l.with(x, i)
}

// with returns the list with x in it, in place of the line at old.
func (l *List) with(x Line, old int) *List {
	next := new(List)
	if l != nil {
		next.lines = slices.Clone(l.lines)
	}
	if old >= 0 {
		next.lines = slices.Delete(next.lines, old, old+1)
	}
	i, there := slices.BinarySearchFunc(next.lines, x, Line.compare)
	if !there {
		next.lines = slices.Insert(next.lines, i, x)
	}
	return next
}

// find looks for a meeting, beginning at the last, which is nearly always meant.
func (l *List) find(ref op.Ref) int {
	for i := l.Len() - 1; i >= 0; i-- {
		if l.lines[i].Ref == ref {
			return i
		}
	}
	return -1
}

// Past returns up to n meetings that are not to come from a day on, the last
// first, after skipping some: those before that day, and those after it that
// were held or called off.
func (l *List) Past(day uint64, skip, n int) (out []Line) {
	for i := l.Len() - 1; i >= 0 && len(out) < n; i-- {
		x := l.lines[i]
		if x.Day >= day && x.State == Planned {
			continue
		}
		if skip--; skip < 0 {
			out = append(out, x)
		}
	}
	return out
}

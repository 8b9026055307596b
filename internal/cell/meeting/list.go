package meeting

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
	"sort"

	"celld/internal/op"
)

// KeyList is the subject of the list of all meetings.
const KeyList = "meetings"

// List is all meetings in the order of their days, so that a page finds those
// it shows without looking at the others. It is a value like Meeting: its lines
// stand in blocks, none of them empty, which older values share.
type List struct{ blocks [][]Line }

// perBlock is how many lines are copied when one of them changes.
const perBlock = 32

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
	for x := range l.from(0) {
		b = append(b, x.Ref.Device[:]...)
		b = binary.AppendUvarint(b, x.Ref.Seq)
		b = binary.AppendUvarint(b, x.Day)
		b = append(b, byte(x.State))
	}
	return b
}

// UnmarshalList reads what MarshalState wrote.
func UnmarshalList(b []byte) (*List, error) {
	l, in, last := new(List), op.NewReader(b), Line{}
	for in.Left() > 0 {
		x := Line{Ref: op.Ref{Device: op.Device(in.Bytes(8)), Seq: in.Uvarint()}, Day: in.Uvarint(), State: State(in.Bytes(1)[0])}
		if x.State < Planned || x.State > Off || last.State != 0 && last.compare(x) >= 0 {
			return nil, errors.New("meeting: not a list")
		}
		l.blocks, last = put(l.blocks, len(l.blocks)-1, x), x
	}
	return l, in.End()
}

// Len counts the meetings. It may be asked of a nil List, as all may.
func (l *List) Len() (n int) {
	if l != nil {
		for _, block := range l.blocks {
			n += len(block)
		}
	}
	return n
}

// from yields the lines of a day and later days.
func (l *List) from(day uint64) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		if l == nil {
			return
		}
		first := sort.Search(len(l.blocks), func(i int) bool { return l.blocks[i][len(l.blocks[i])-1].Day >= day })
		for _, block := range l.blocks[first:] {
			for _, x := range block {
				if x.Day >= day && !yield(x) {
					return
				}
			}
		}
	}
}

// backward yields all lines, the last first.
func (l *List) backward(yield func(Line) bool) {
	if l == nil {
		return
	}
	for _, block := range slices.Backward(l.blocks) {
		for _, x := range slices.Backward(block) {
			if !yield(x) {
				return
			}
		}
	}
}

// Coming returns up to n meetings that are planned for a day or later, the
// next one first.
func (l *List) Coming(day uint64, n int) (out []Line) {
	for x := range l.from(day) {
		if len(out) == n {
			break
		}
		if x.State == Planned {
			out = append(out, x)
		}
	}
	return out
}

// LastHeld returns the day of the last meeting with minutes; 0 for none. Where
// no clock can be trusted, what is planned for later is to come.
func (l *List) LastHeld() uint64 {
	for x := range l.backward {
		if x.State == Held {
			return x.Day
		}
	}
	return 0
}

// after returns the list after an act, which a meeting itself takes alike: what
// is held or called off is moved no more.
func (l *List) after(a act, o op.Opened) *List {
	if o.Kind == KindPlan {
		return l.with(Line{Ref: o.Ref, Day: a.When.Day, State: Planned})
	}
	old, there := l.find(o.Subject)
	x := old
	switch {
	case !there:
		return l
	case o.Kind == KindMinutes:
		x.State = Held
	case x.State != Planned:
		return l
	case o.Kind == KindMove:
		x.Day = a.When.Day
	case o.Kind == KindCancel:
		x.State = Off
	}
	if x == old {
		return l
	}
	return l.without(old).with(x)
}

// with returns the list with x in it.
func (l *List) with(x Line) *List {
	if l == nil {
		l = new(List)
	}
	b := l.blockOf(x)
	return &List{put(slices.Clone(l.blocks), b, x)}
}

// blockOf returns the number of the block that x belongs into.
func (l *List) blockOf(x Line) int {
	b := sort.Search(len(l.blocks), func(i int) bool { return l.blocks[i][len(l.blocks[i])-1].compare(x) >= 0 })
	return min(b, len(l.blocks)-1)
}

// put adds x to a block, in its place; to no block, as the first. Of one that is
// full it makes two, the second of which is all that comes behind x.
func put(blocks [][]Line, b int, x Line) [][]Line {
	if b < 0 {
		return [][]Line{{x}}
	}
	i, there := slices.BinarySearchFunc(blocks[b], x, Line.compare)
	before, behind := blocks[b][:i], blocks[b][i:]
	switch {
	case there:
	case len(blocks[b]) < perBlock:
		blocks[b] = op.Insert(slices.Clone(blocks[b]), i, x)
	case len(behind) == 0:
		return op.Insert(blocks, b+1, []Line{x})
	default:
		blocks[b] = append(slices.Clip(before), x)
		return op.Insert(blocks, b+1, slices.Clone(behind))
	}
	return blocks
}

// without returns the list without one of its lines.
func (l *List) without(x Line) *List {
	next, b := &List{slices.Clone(l.blocks)}, l.blockOf(x)
	i, _ := slices.BinarySearchFunc(l.blocks[b], x, Line.compare)
	next.blocks[b] = slices.Delete(slices.Clone(l.blocks[b]), i, i+1)
	if len(next.blocks[b]) == 0 {
		next.blocks = slices.Delete(next.blocks, b, b+1)
	}
	return next
}

// find looks for a meeting, beginning at the last, which is nearly always meant.
func (l *List) find(ref op.Ref) (Line, bool) {
	for x := range l.backward {
		if x.Ref == ref {
			return x, true
		}
	}
	return Line{}, false
}

// Past returns up to n meetings that are not to come from a day on, the last
// first, after skipping some: those before that day, and those after it that
// were held or called off.
func (l *List) Past(day uint64, skip, n int) (out []Line) {
	for x := range l.backward {
		if len(out) == n {
			break
		}
		if x.Day >= day && x.State == Planned {
			continue
		}
		if skip--; skip < 0 {
			out = append(out, x)
		}
	}
	return out
}

// Package ledgertest owns a small engine to try the ledger with: a few
// devices that write while apart, meet, and fold what they have seen.
package ledgertest

import (
	"encoding/binary"
	"maps"
	"slices"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// Kinds that stand for other rooms: somebody leaves, a round comes into force.
const (
	KindLeave op.Kind = "test.leave"
	KindRound op.Kind = "test.round"
)

// Effect is the content of KindRound.
type Effect struct {
	Kind    string `cbor:"1,keyasint"`
	Content []byte `cbor:"2,keyasint"`
}

// World is a cell of some devices. Device 0 to n-1 are members', the last one
// is a router that speaks for itself.
type World struct {
	Members []op.Member
	Devices []*Device
	Ops     []op.Opened         // lawful ones, in the order of writing
	Touched map[op.Ref][]string // the subjects of each
	Before  map[op.Ref]State    // what the author of each saw
	After   map[op.Ref]State    // what it made of that
	Refused map[string]int      // refusals by code

	folded []op.Ref // what Fold folded last
	passed []State  // and what that was on the way
}

// Device is one log and what it has seen.
type Device struct {
	ID     op.Device
	Member op.Member
	Past   op.Past
	State  State
	rank   uint64
	seq    uint64
}

// State is what some past folds to; it reads as the engine's state would.
type State map[string]any

// At implements ledger.Reader.
func (s State) At(key string) any { return s[key] }

// Keys returns the keys of s with a prefix, sorted.
func (s State) Keys(prefix string) (keys []string) {
	for k := range s {
		if len(k) >= len(prefix) && k[:len(prefix)] == prefix {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// New returns a cell of so many members.
func New(members int) *World {
	w := &World{Touched: map[op.Ref][]string{}, Refused: map[string]int{},
		Before: map[op.Ref]State{}, After: map[op.Ref]State{}}
	for i := range members + 1 {
		var d Device
		binary.BigEndian.PutUint64(d.ID[:], uint64(i+1)*0x9e3779b97f4a7c15)
		if i < members {
			binary.BigEndian.PutUint64(d.Member[:], uint64(i+1)*0xbf58476d1ce4e5b9)
			w.Members = append(w.Members, d.Member)
		}
		d.Past = op.Past{}
		w.Devices = append(w.Devices, &d)
	}
	for _, d := range w.Devices {
		d.State = w.start()
	}
	return w
}

// Draft is an operation to be written.
type Draft struct {
	Kind    op.Kind
	Subject op.Ref
	Content any // nil for none
	Time    uint64
	Clock   op.Clock
}

// Write lets device i write an operation, which is judged by what i has seen.
func (w *World) Write(i int, d Draft) (op.Ref, error) {
	dev := w.Devices[i]
	o := op.Opened{
		Place:  op.Place{Rank: dev.rank + 1, Ref: op.Ref{Device: dev.ID, Seq: dev.seq + 1}},
		Member: dev.Member, Router: w.Devices[len(w.Members)].ID,
		Time: d.Time, Clock: d.Clock, Kind: d.Kind, Subject: d.Subject, Past: dev.Past.Clone(),
	}
	if d.Content != nil {
		o.Content = op.MustMarshal(d.Content)
	}
	keys, err := w.judge(o, dev.State)
	dev.seq, dev.rank = o.Seq, o.Rank
	dev.Past[dev.ID] = o.Seq
	if err != nil {
		if r, ok := err.(op.Refusal); ok {
			w.Refused[r.Code]++
		}
		return op.Ref{}, err
	}
	w.Ops = append(w.Ops, o)
	w.Touched[o.Ref], w.Before[o.Ref] = keys, dev.State
	dev.State = w.after(dev.State, o, keys)
	w.After[o.Ref] = dev.State
	return o.Ref, nil
}

func (w *World) judge(o op.Opened, at State) ([]string, error) {
	if !ledger.Owns(o.Kind) {
		return nil, nil
	}
	keys, err := ledger.Touches(o, at)
	if err != nil {
		return nil, err
	}
	return keys, ledger.Judge(o, at)
}

// after returns s with o, leaving s as it is.
func (w *World) after(s State, o op.Opened, keys []string) State {
	next := make(State, len(s)+2)
	for k, v := range s {
		next[k] = v
	}
	for _, k := range keys {
		next[k] = ledger.Apply(k, next[k], o)
	}
	next.foreign(o)
	return next
}

// Meet lets device i see everything that device j has seen.
func (w *World) Meet(i, j int) {
	a, b := w.Devices[i], w.Devices[j]
	if covers(a.Past, b.Past) {
		return
	}
	a.Past.Join(b.Past)
	a.rank = max(a.rank, b.rank)
	a.State = w.Fold(a.Past)
}

func covers(p, q op.Past) bool {
	for d, seq := range q {
		if p[d] < seq {
			return false
		}
	}
	return true
}

// MeetAll lets everybody see everything.
func (w *World) MeetAll() {
	for i := range w.Devices {
		w.Meet(0, i)
	}
	for i := range w.Devices {
		w.Meet(i, 0)
	}
}

// All is the past that holds everything.
func (w *World) All() op.Past {
	all := op.Past{}
	for _, d := range w.Devices {
		all.Join(d.Past)
	}
	return all
}

// Ordered returns the lawful operations of a past in the one order.
func (w *World) Ordered(past op.Past) []op.Opened {
	var ops []op.Opened
	for _, o := range w.Ops {
		if past.Has(o.Ref) {
			ops = append(ops, o)
		}
	}
	slices.SortFunc(ops, func(a, b op.Opened) int {
		if a.Place.Before(b.Place) {
			return -1
		}
		return 1
	})
	return ops
}

// Fold returns the state of a past, as if from nothing: it goes on from where the
// last one that was asked for begins with the same operations. The map is the
// caller's, its values are everybody's.
func (w *World) Fold(past op.Past) State {
	ops := w.Ordered(past)
	same := 0
	for same < min(len(ops), len(w.folded)) && ops[same].Ref == w.folded[same] {
		same++
	}
	at := same / stride
	w.folded, w.passed = w.folded[:at*stride], w.passed[:at]
	s := w.start()
	if at > 0 {
		s = maps.Clone(w.passed[at-1])
	}
	for _, o := range ops[at*stride:] {
		for _, k := range w.Touched[o.Ref] {
			s[k] = ledger.Apply(k, s[k], o)
		}
		s.foreign(o)
		if w.folded = append(w.folded, o.Ref); len(w.folded)%stride == 0 {
			w.passed = append(w.passed, maps.Clone(s))
		}
	}
	return s
}

// stride is after how many operations Fold keeps what it passes.
const stride = 8

// Concurrent reports whether neither author had seen the other operation.
func Concurrent(a, b op.Opened) bool {
	return a.Ref != b.Ref && !a.Saw(b.Ref) && !b.Saw(a.Ref)
}

// Conflicts counts the pairs of concurrent operations that change one subject.
func (w *World) Conflicts() (pairs int) {
	for i, a := range w.Ops {
		for _, b := range w.Ops[:i] {
			if Concurrent(a, b) && w.share(a, b) {
				pairs++
			}
		}
	}
	return pairs
}

// share reports whether two operations change the same subject. The indexes do
// not count: two new accounts are no conflict.
func (w *World) share(a, b op.Opened) bool {
	for _, k := range w.Touched[a.Ref] {
		if k != "book" && k != ledger.KeyOpen && slices.Contains(w.Touched[b.Ref], k) {
			return true
		}
	}
	return false
}

// Package projects owns what members carry out together: what drives it, who
// is with it, what is left to do, and when it is looked at again.
//
// A project belongs to nobody. Whoever is with it changes it; anybody comes in
// by taking a task; and when nobody who is with it is here any more, anybody
// goes on. A task that nobody took is seen and calls nobody (R7). What a
// project has to spend lies on the ledger's account of its reference.
//
// The subjects: "projects", the list of all, and "project/<ref>", one of them.
package projects

import (
	"fmt"
	"slices"
	"strings"

	"celld/internal/op"
)

// The keys of the subjects.
const (
	KeyList = "projects"
	prefix  = "project/"
)

// Key is the subject of the project that began at r.
func Key(r op.Ref) string { return prefix + r.String() }

// OwnsKey reports whether a subject is one of this room.
func OwnsKey(key string) bool { return key == KeyList || strings.HasPrefix(key, prefix) }

// How much people write, in characters; how many tasks a project has at most
// that are not dropped, and how many projects are open at a time.
const (
	MaxTitle = 80
	MaxWhy   = 2000
	MaxTask  = 200
	MaxTasks = 100
	MaxOpen  = 60
)

// Project is one project. It is a value: nobody changes it after Apply has
// returned it.
type Project struct {
	Ref    op.Ref      `cbor:"1,keyasint"`
	Plan   Plan        `cbor:"2,keyasint"`
	By     op.Member   `cbor:"3,keyasint"`
	Opened uint64      `cbor:"4,keyasint,omitempty"` // by a trusted clock, or 0
	With   []op.Member `cbor:"5,keyasint,omitempty"` // in the order in which they came
	Tasks  []Task      `cbor:"6,keyasint,omitempty"`
	Closed bool        `cbor:"7,keyasint,omitempty"`
	Ended  uint64      `cbor:"8,keyasint,omitempty"` // when it was closed, by a trusted clock
	Words  string      `cbor:"9,keyasint,omitempty"` // how it went
}

// Task is one thing to do.
type Task struct {
	Ref   op.Ref      `cbor:"1,keyasint"`
	Words string      `cbor:"2,keyasint"`
	Takes []op.Member `cbor:"3,keyasint,omitempty"` // who signed up
	Done  bool        `cbor:"4,keyasint,omitempty"`
	By    op.Member   `cbor:"5,keyasint,omitzero"` // who said that it is done
}

// Void reports whether nobody has taken a task that is to be done.
func (t Task) Void() bool { return !t.Done && len(t.Takes) == 0 }

// Has reports whether m is with the project.
func (p *Project) Has(m op.Member) bool { return p != nil && slices.Contains(p.With, m) }

// Open reports whether it is there and goes on.
func (p *Project) Open() bool { return p != nil && !p.Closed }

// Finished lets the engine put a closed project away.
func (p *Project) Finished() bool { return p.Closed }

// Task finds a task.
func (p *Project) Task(r op.Ref) (Task, bool) {
	if i := p.task(r); i >= 0 {
		return p.Tasks[i], true
	}
	return Task{}, false
}

func (p *Project) task(r op.Ref) int {
	if p == nil {
		return -1
	}
	return slices.IndexFunc(p.Tasks, func(t Task) bool { return t.Ref == r })
}

// Left counts the tasks that are done, and those that nobody has taken.
func (p *Project) Left() (done, void int) {
	for _, t := range p.Tasks {
		if t.Done {
			done++
		} else if t.Void() {
			void++
		}
	}
	return done, void
}

// MarshalState is the one spelling of p, for digests and snapshots.
func (p *Project) MarshalState() []byte { return op.MustMarshal(p) }

// Line is a project in a list.
type Line struct {
	Ref    op.Ref `cbor:"1,keyasint"`
	Title  string `cbor:"2,keyasint"`
	Review uint64 `cbor:"3,keyasint,omitempty"`
	Ended  uint64 `cbor:"4,keyasint,omitempty"`
}

// blockLen is how many closed projects share a block of the list.
const blockLen = 64

// List is all projects. Those that are closed stand in blocks, which older
// values share. Nil is the empty list.
type List struct {
	Live []Line   `cbor:"1,keyasint,omitempty"` // in the order of their beginning
	Over [][]Line `cbor:"2,keyasint,omitempty"` // the latest closed last
}

// MarshalState is the one spelling of l.
func (l *List) MarshalState() []byte { return op.MustMarshal(l) }

// Open returns the projects that go on, the oldest first.
func (l *List) Open() []Line {
	if l == nil {
		return nil
	}
	return l.Live
}

// Past returns up to n of the closed projects, the latest first, after
// skipping some, and how many there are.
func (l *List) Past(skip, n int) (out []Line, all int) {
	if l == nil {
		return nil, 0
	}
	for _, block := range slices.Backward(l.Over) {
		all += len(block)
		for _, x := range slices.Backward(block) {
			if skip--; skip < 0 && len(out) < n {
				out = append(out, x)
			}
		}
	}
	return out, all
}

// add returns l with a project that goes on; twice is once.
func (l *List) add(x Line) *List {
	next := l.without(x.Ref)
	next.Live = append(slices.Clone(next.Live), x)
	return next
}

// close puts a project among those that are closed.
func (l *List) close(x Line) *List {
	next := l.without(x.Ref)
	last := len(next.Over) - 1
	if last < 0 || len(next.Over[last]) >= blockLen {
		next.Over = append(slices.Clone(next.Over), []Line{x})
		return next
	}
	next.Over = slices.Clone(next.Over)
	next.Over[last] = append(slices.Clone(next.Over[last]), x)
	return next
}

// without returns a copy of l that lacks one project.
func (l *List) without(r op.Ref) *List {
	next := new(List)
	if l != nil {
		*next = *l
	}
	is := func(x Line) bool { return x.Ref == r }
	if i := slices.IndexFunc(next.Live, is); i >= 0 {
		next.Live = slices.Delete(slices.Clone(next.Live), i, i+1)
		return next
	}
	for b, block := range next.Over {
		if i := slices.IndexFunc(block, is); i >= 0 {
			next.Over = slices.Clone(next.Over)
			next.Over[b] = slices.Delete(slices.Clone(block), i, i+1)
			break
		}
	}
	return next
}

// find returns the line of a project, wherever it stands.
func (l *List) find(r op.Ref) (x Line, open bool) {
	if l == nil {
		return Line{}, false
	}
	for _, x := range l.Live {
		if x.Ref == r {
			return x, true
		}
	}
	for _, block := range slices.Backward(l.Over) {
		for _, x := range block {
			if x.Ref == r {
				return x, false
			}
		}
	}
	return Line{}, false
}

// Unmarshal reads what MarshalState wrote for the subject at key.
func Unmarshal(key string, b []byte) (any, error) {
	if key == KeyList {
		return read[List](b)
	}
	return read[Project](b)
}

func read[T any](b []byte) (any, error) {
	v := new(T)
	if err := op.Unmarshal(b, v); err != nil {
		return nil, fmt.Errorf("projects: %w", err)
	}
	return v, nil
}

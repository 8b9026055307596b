package oplog

import (
	"slices"
	"time"

	"celld/internal/op"
)

// maxNeeds bounds how many missing chunks are known by name at once.
const maxNeeds = 2048

// needs are the chunks that something here names and nobody has brought. The
// log's index lock guards it.
type needs struct {
	log   *Log
	ops   map[op.Ref]*lack
	names map[op.Chunk][]*lack
	whole bool // something waits for none of them any more
}

// lack is what an operation waits for.
type lack struct {
	by    op.Member // its author
	names []op.Chunk
	left  int
}

// note takes down what an operation waits for. When there is no room, who has most of
// it has one less: chunks that are nowhere can be named without end.
func (n *needs) note(r op.Ref, names []op.Chunk) {
	n.log.index.Lock()
	defer n.log.index.Unlock()
	if n.ops == nil {
		n.ops, n.names = map[op.Ref]*lack{}, map[op.Chunk][]*lack{}
	}
	if n.ops[r] != nil || len(names) == 0 {
		return
	}
	w := &lack{by: n.author(r.Device)}
	n.ops[r] = w
	for _, name := range names {
		if len(n.names) >= maxNeeds && !n.crowd(w) {
			break
		}
		w.names, w.left = append(w.names, name), w.left+1
		n.names[name] = append(n.names[name], w)
	}
	if w.left == 0 {
		delete(n.ops, r)
	}
}

// author is the member for whom a device may write; all others count as one.
func (n *needs) author(d op.Device) (m op.Member) {
	if s := n.log.state.Load(); s != nil && trustOf(s).May(d) {
		m = n.log.authors[d].member
	}
	return m
}

// crowd makes room for one name more, if somebody has more of them than its author.
func (n *needs) crowd(w *lack) bool {
	most, each := op.Ref{}, map[op.Member]int{}
	for r, x := range n.ops {
		if each[x.by] += x.left; most.IsZero() || each[x.by] > each[n.ops[most].by] {
			most = r
		}
	}
	x := n.ops[most]
	if x.by == w.by {
		return false
	}
	for _, name := range x.names {
		n.drop(name, x)
	}
	delete(n.ops, most)
	return true
}

// drop takes one of those who wait for a chunk off its list: it may be named by others,
// and those go on waiting.
func (n *needs) drop(name op.Chunk, w *lack) {
	n.names[name] = slices.DeleteFunc(n.names[name], func(x *lack) bool { return x == w })
	if len(n.names[name]) == 0 {
		delete(n.names, name)
	}
}

// came crosses a chunk off, which is here or will never be.
func (n *needs) came(name op.Chunk) {
	for _, w := range n.names[name] {
		if w.left--; w.left == 0 {
			n.whole = true
		}
	}
	delete(n.names, name)
}

func (n *needs) clear() {
	n.log.index.Lock()
	defer n.log.index.Unlock()
	n.ops, n.names, n.whole = nil, nil, false
}

// Need returns up to max names of chunks that are missing here, as many of one author's
// as of another's.
func (l *Log) Need(max int) (names []op.Chunk) {
	l.index.RLock()
	defer l.index.RUnlock()
	each := map[op.Member][]op.Chunk{}
	for name, of := range l.needs.names {
		if by := of[0].by; len(each[by]) < max {
			each[by] = append(each[by], name)
		}
	}
	for i := 0; len(names) < max && len(each) > 0; i++ {
		for by, list := range each {
			if i == len(list) {
				delete(each, by)
			} else if len(names) < max {
				names = append(names, list[i])
			}
		}
	}
	return names
}

// foldShare is how much of the time may go into folding again what chunks have made
// whole, one part in so many, while others are missing: those may never come.
const foldShare = 16

// ripe reports whether the history is to be folded again: nothing is missing any more,
// or something is whole and the last time is long enough ago.
func (l *Log) ripe() bool {
	l.index.RLock()
	defer l.index.RUnlock()
	return l.needs.whole && (len(l.needs.names) == 0 || time.Since(l.refolded) >= foldShare*l.refolding)
}

package op

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sort"
)

// Graph is the causal index of one scope: from headers alone it computes the
// rank and the closed past of every operation. A router keeps it while locked.
// It is not safe for concurrent use.
type Graph struct {
	chains  map[Device]*chain
	devices []Device // by the number that steps use
}

// Errors of Add. A fork is two signed operations for one place.
var (
	ErrKnown = errors.New("op: already known")
	ErrFork  = errors.New("op: another operation stands at this place of the log")
	ErrSeen  = errors.New("op: the frontier goes backwards")
)

// MissingError names an operation that has to come first.
type MissingError struct{ Ref Ref }

func (e MissingError) Error() string { return fmt.Sprintf("op: waits for %v", e.Ref) }

// NewGraph returns an empty index.
func NewGraph() *Graph {
	return &Graph{chains: map[Device]*chain{}}
}

// Add places o, whose signature has been checked, and returns its place.
func (g *Graph) Add(o Operation) (Place, error) {
	f, err := g.fit(o)
	if err != nil {
		return Place{}, err
	}
	g.push(f, o)
	return Place{f.rank, o.Ref()}, nil
}

// Try says what Add would, and changes nothing.
func (g *Graph) Try(o Operation) (Place, error) {
	f, err := g.fit(o)
	return Place{f.rank, o.Ref()}, err
}

// TryAll says what Add would for each of ops, one after the other and each
// again when something it waited for has been placed, and changes nothing. It
// returns those that have a place, in an order in which Add takes them, and in
// step with ops why the others have none.
func (g *Graph) TryAll(ops []Operation) (fit []Operation, why []error) {
	fit, why = make([]Operation, 0, len(ops)), make([]error, len(ops))
	left := make([]int, len(ops))
	for i := range left {
		left[i] = i
	}
	was := map[Device]func(){}
	for before := -1; before != len(fit); {
		before = len(fit)
		left = slices.DeleteFunc(left, func(i int) bool {
			if d := ops[i].Header.Device; was[d] == nil {
				was[d] = g.undo(d)
			}
			if _, why[i] = g.Add(ops[i]); why[i] == nil {
				fit = append(fit, ops[i])
			}
			var missing MissingError
			return why[i] == nil || !errors.As(why[i], &missing)
		})
	}
	for d, back := range was {
		back()
		if c := g.chains[d]; c != nil && c.len() == 0 {
			delete(g.chains, d)
		}
	}
	g.devices = g.devices[:len(g.chains)]
	return fit, why
}

// undo returns what makes the log of a device as long as it is now.
func (g *Graph) undo(d Device) func() {
	c := g.chains[d]
	if c == nil {
		return func() {
			if c := g.chains[d]; c != nil {
				*c = chain{}
			}
		}
	}
	then := *c
	then.tip = nil // goes on meanwhile
	return func() { *c = then }
}

// fitting is where an operation would go.
type fitting struct {
	chain      *chain
	last, rank uint64 // of the operation before it in its log, and its own
	// What those two had seen, by number of device. No after: the same.
	before, after []uint32
}

func (g *Graph) fit(o Operation) (fitting, error) {
	c := g.chains[o.Header.Device]
	if c == nil {
		c = &chain{}
	}
	if err := c.admits(o); err != nil {
		return fitting{}, err
	}
	last := c.behind(c.len())
	f := fitting{chain: c, last: uint64(last.rank), before: last.seen}
	if len(o.Header.Seen) > 0 { // else it has the past of the one before
		var err error
		if f.after, f.rank, err = g.absorb(f.before, o); err != nil {
			return fitting{}, err
		}
	}
	f.rank = 1 + max(f.rank, f.last)
	return f, nil
}

// absorb widens a past by what o says it has seen since.
func (g *Graph) absorb(before []uint32, o Operation) (after []uint32, rank uint64, err error) {
	after = make([]uint32, len(g.devices))
	copy(after, before)
	for _, s := range o.Header.Seen {
		c := g.chains[s.Device]
		switch {
		case c == nil || uint64(c.len()) < s.Seq:
			return nil, 0, MissingError{Ref{s.Device, s.Seq}}
		case c.id(s.Seq) != s.Hash:
			return nil, 0, ErrFork
		case c.number < len(before) && s.Seq <= uint64(before[c.number]):
			return nil, 0, ErrSeen
		}
		w := c.behind(int(s.Seq))
		for i, seq := range w.seen {
			after[i] = max(after[i], seq)
		}
		after[c.number], rank = max(after[c.number], uint32(s.Seq)), max(rank, uint64(w.rank))
	}
	return after, rank, nil
}

// see widens a past by the operation at r and all that it had seen, and returns
// its rank.
func (g *Graph) see(p Past, r Ref) uint64 {
	w := g.chains[r.Device].walk(int(r.Seq))
	p.Join(g.pastOf(w))
	p[r.Device] = max(p[r.Device], r.Seq)
	return uint64(w.rank)
}

func (g *Graph) push(f fitting, o Operation) {
	own := o.Header.Device
	if f.chain.len() == 0 {
		f.chain.number = len(g.devices)
		g.chains[own], g.devices = f.chain, append(g.devices, own)
	}
	s := step{rank: uint32(f.rank - f.last)}
	for number, seq := range f.after {
		had := uint32(0)
		if number < len(f.before) {
			had = f.before[number]
		}
		if by := seq - had; by > 0 && number != f.chain.number { // what others saw of this log is no news to it
			s.grew = append(s.grew, growth{uint32(number), by})
		}
	}
	f.chain.push(o.ID, s)
}

// pastOf returns what was seen of other logs.
func (g *Graph) pastOf(w way) Past {
	p := make(Past, len(w.seen)+1)
	for number, seq := range w.seen {
		if seq > 0 {
			p[g.devices[number]] = uint64(seq)
		}
	}
	return p
}

// Past returns the closed past of the operation at r, which must be known:
// everything it had seen, its own log before it included.
func (g *Graph) Past(r Ref) Past {
	p := g.pastOf(g.chains[r.Device].walk(int(r.Seq)))
	p[r.Device] = r.Seq - 1
	return p
}

// Place returns where the operation at r stands, if it is known.
func (g *Graph) Place(r Ref) (Place, bool) {
	c := g.chains[r.Device]
	if c == nil || r.Seq == 0 || r.Seq > uint64(c.len()) {
		return Place{}, false
	}
	return Place{c.rank(r.Seq), r}, true
}

// Hash returns the first bytes of the identity of the operation at r, if it is
// known.
func (g *Graph) Hash(r Ref) ([8]byte, bool) {
	c := g.chains[r.Device]
	if c == nil || r.Seq == 0 || r.Seq > uint64(c.len()) {
		return [8]byte{}, false
	}
	return c.id(r.Seq), true
}

// Head returns the last sequence number and identity of a device's log.
func (g *Graph) Head(d Device) (uint64, ID) {
	c := g.chains[d]
	if c == nil {
		return 0, ID{}
	}
	return uint64(c.len()), c.head
}

// Devices returns every device that has written, in the order of their names.
func (g *Graph) Devices() []Device {
	out := make([]Device, 0, len(g.chains))
	for d := range g.chains {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool { return bytes.Compare(out[i][:], out[j][:]) < 0 })
	return out
}

// Numbered returns every device that has written, in the order in which Bytes
// writes them.
func (g *Graph) Numbered() []Device { return g.devices }

// Covered tells how far the log of d was seen by other devices' operations
// that lie in a past and had not seen the one at proof.
func (g *Graph) Covered(d Device, proof Ref, within Past) uint64 {
	far, shown := uint64(0), g.chains[proof.Device]
	for e, c := range g.chains {
		n := int(min(uint64(c.len()), within[e]))
		switch {
		case e == d:
			continue
		case e == proof.Device:
			n = int(min(uint64(n), proof.Seq-1))
		case c.saw(n, shown) >= proof.Seq: // nearly always nobody did: a look at the end tells
			// Pasts only grow along a chain: find the first that saw the proof.
			n = sort.Search(n, func(i int) bool { return c.saw(i+1, shown) >= proof.Seq })
		}
		far = max(far, c.saw(n, g.chains[d]))
	}
	return far
}

// Now returns the past of an operation that would be written next, by a
// device that has applied everything in the graph.
func (g *Graph) Now() Past {
	p := make(Past, len(g.chains))
	for d, c := range g.chains {
		p[d] = uint64(c.len())
	}
	return p
}

// Frontier returns what the next operation of d has to say it has seen: the
// newest operation of each other log that d's last one had not seen, leaving
// out those that another entry has seen already, and at most MaxSeen. What is
// left over is for the operation after; see Next.
func (g *Graph) Frontier(d Device) []Seen {
	before := Past{}
	if own := g.chains[d]; own != nil {
		before = g.pastOf(own.walk(own.len()))
	}
	var fresh []Ref
	for _, e := range g.Devices() {
		if r := (Ref{e, uint64(g.chains[e].len())}); e != d && !before.Has(r) {
			fresh = append(fresh, r)
		}
	}
	implied := Past{}
	for _, r := range fresh {
		implied.Join(g.pastOf(g.chains[r.Device].walk(int(r.Seq))))
	}
	seen := []Seen{}
	for _, r := range fresh {
		if !implied.Has(r) {
			seen = append(seen, Seen{Device: r.Device, Seq: r.Seq, Hash: g.chains[r.Device].id(r.Seq)})
		}
	}
	return seen[:min(len(seen), MaxSeen)]
}

// Next returns where the next operation of d will stand when it says what
// Frontier does, and its past. The past is Now unless the frontier was too
// long to be said at once.
func (g *Graph) Next(d Device) (Place, Past) {
	own := g.chains[d]
	if own == nil {
		own = &chain{}
	}
	n := own.len()
	last := own.walk(n)
	past, rank := g.pastOf(last), uint64(last.rank)
	for _, s := range g.Frontier(d) {
		rank = max(rank, g.see(past, Ref{s.Device, s.Seq}))
	}
	if past[d] = uint64(n); n == 0 {
		delete(past, d)
	}
	return Place{rank + 1, Ref{d, uint64(n) + 1}}, past
}

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
// It holds about thirty bytes an operation. It is not safe for concurrent use.
type Graph struct {
	chains  map[Device]*chain
	devices []Device // by the number that growths use
	number  map[Device]uint16
}

// chain is what the graph remembers of one log.
type chain struct {
	head  ID
	nodes []node // by sequence number, from 1
	grew  []growth
	marks []Past // the whole past of every markEvery-th operation
}

type node struct {
	id   [8]byte
	rank uint32
	end  uint32 // of this operation's growths in grew
}

// growth is one device's advance in the closed past, against the operation
// before it in the log.
type growth struct {
	device uint16
	seq    uint32
}

const markEvery = 32

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
	return &Graph{chains: map[Device]*chain{}, number: map[Device]uint16{}}
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

// fitting is where an operation would go.
type fitting struct {
	chain         *chain
	before, after Past // without the own log
	rank          uint64
}

func (g *Graph) fit(o Operation) (fitting, error) {
	c := g.chains[o.Header.Device]
	if c == nil {
		c = &chain{}
	}
	if err := c.admits(o); err != nil {
		return fitting{}, err
	}
	f := fitting{chain: c, before: g.past(c, len(c.nodes))}
	var err error
	if f.after, f.rank, err = g.absorb(f.before, o); err != nil {
		return fitting{}, err
	}
	if n := len(c.nodes); n > 0 {
		f.rank = max(f.rank, uint64(c.nodes[n-1].rank))
	}
	f.rank++
	return f, nil
}

func (c *chain) admits(o Operation) error {
	seq, have := o.Header.Seq, uint64(len(c.nodes))
	switch {
	case seq <= have && c.nodes[seq-1].id == o.Seen8():
		return ErrKnown
	case seq <= have:
		return ErrFork
	case seq > have+1:
		return MissingError{Ref{o.Header.Device, have + 1}}
	case have > 0 && !bytes.Equal(o.Header.Prev, c.head[:]):
		return ErrFork
	}
	return nil
}

// absorb widens a past by what o says it has seen since.
func (g *Graph) absorb(before Past, o Operation) (after Past, rank uint64, err error) {
	after = before.Clone()
	for _, s := range o.Header.Seen {
		c := g.chains[s.Device]
		switch {
		case c == nil || uint64(len(c.nodes)) < s.Seq:
			return nil, 0, MissingError{Ref{s.Device, s.Seq}}
		case c.nodes[s.Seq-1].id != s.Hash:
			return nil, 0, ErrFork
		case before.Has(Ref{s.Device, s.Seq}):
			return nil, 0, ErrSeen
		}
		after.Join(g.past(c, int(s.Seq)))
		after[s.Device] = max(after[s.Device], s.Seq)
		rank = max(rank, uint64(c.nodes[s.Seq-1].rank))
	}
	return after, rank, nil
}

func (g *Graph) push(f fitting, o Operation) {
	c, own := f.chain, o.Header.Device
	delete(f.after, own) // what others saw of this log is no news to it
	for _, d := range sortedDevices(f.after) {
		if f.after[d] > f.before[d] {
			c.grew = append(c.grew, growth{g.numberOf(d), uint32(f.after[d])})
		}
	}
	c.nodes = append(c.nodes, node{o.Seen8(), uint32(f.rank), uint32(len(c.grew))})
	c.head = o.ID
	if len(c.nodes)%markEvery == 0 {
		c.marks = append(c.marks, f.after)
	}
	g.numberOf(own)
	g.chains[own] = c
}

func (g *Graph) numberOf(d Device) uint16 {
	n, ok := g.number[d]
	if !ok {
		n = uint16(len(g.devices))
		g.number[d], g.devices = n, append(g.devices, d)
	}
	return n
}

// past returns what the n-th operation of c had seen of other logs.
func (g *Graph) past(c *chain, n int) Past {
	p, from := Past{}, uint32(0)
	if m := n / markEvery; m > 0 {
		p = c.marks[m-1].Clone()
		from = c.nodes[m*markEvery-1].end
	}
	if n > 0 {
		for _, w := range c.grew[from:c.nodes[n-1].end] {
			p[g.devices[w.device]] = uint64(w.seq)
		}
	}
	return p
}

// Past returns the closed past of the operation at r, which must be known:
// everything it had seen, its own log before it included.
func (g *Graph) Past(r Ref) Past {
	p := g.past(g.chains[r.Device], int(r.Seq))
	p[r.Device] = r.Seq - 1
	return p
}

// Place returns where the operation at r stands, if it is known.
func (g *Graph) Place(r Ref) (Place, bool) {
	c := g.chains[r.Device]
	if c == nil || r.Seq == 0 || r.Seq > uint64(len(c.nodes)) {
		return Place{}, false
	}
	return Place{uint64(c.nodes[r.Seq-1].rank), r}, true
}

// Head returns the last sequence number and identity of a device's log.
func (g *Graph) Head(d Device) (uint64, ID) {
	c := g.chains[d]
	if c == nil {
		return 0, ID{}
	}
	return uint64(len(c.nodes)), c.head
}

// Devices returns every device that has written, in the order of their names.
func (g *Graph) Devices() []Device {
	out := make([]Device, 0, len(g.chains))
	for d := range g.chains {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Device) int { return bytes.Compare(a[:], b[:]) })
	return out
}

// Covered tells how far the log of d was seen by other devices' operations
// that lie in a past and had not seen the one at proof.
func (g *Graph) Covered(d Device, proof Ref, within Past) uint64 {
	far := uint64(0)
	for e, c := range g.chains {
		if e == d {
			continue
		}
		// Pasts only grow along a chain: find the first that saw the proof.
		n := sort.Search(int(min(uint64(len(c.nodes)), within[e])), func(i int) bool {
			r := Ref{e, uint64(i + 1)}
			return r == proof || g.Past(r).Has(proof)
		})
		if n > 0 {
			far = max(far, g.past(c, n)[d])
		}
	}
	return far
}

// Now returns the past of an operation that would be written next, by a
// device that has applied everything in the graph.
func (g *Graph) Now() Past {
	p := make(Past, len(g.chains))
	for d, c := range g.chains {
		p[d] = uint64(len(c.nodes))
	}
	return p
}

// Frontier returns what the next operation of d has to say it has seen: the
// newest operation of each other log that d's last one had not seen, leaving
// out those that another entry has seen already, and at most MaxSeen. What is
// left over is for the operation after; see Next.
func (g *Graph) Frontier(d Device) []Seen {
	own := g.chains[d]
	if own == nil {
		own = &chain{}
	}
	before := g.past(own, len(own.nodes))
	var fresh []Ref
	for _, e := range g.Devices() {
		if r := (Ref{e, uint64(len(g.chains[e].nodes))}); e != d && !before.Has(r) {
			fresh = append(fresh, r)
		}
	}
	implied := Past{}
	for _, r := range fresh {
		implied.Join(g.past(g.chains[r.Device], int(r.Seq)))
	}
	seen := []Seen{}
	for _, r := range fresh {
		if !implied.Has(r) {
			seen = append(seen, Seen{Device: r.Device, Seq: r.Seq, Hash: g.chains[r.Device].nodes[r.Seq-1].id})
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
	n := len(own.nodes)
	past, rank := g.past(own, n), uint64(0)
	if n > 0 {
		rank = uint64(own.nodes[n-1].rank)
	}
	for _, s := range g.Frontier(d) {
		c := g.chains[s.Device]
		past.Join(g.past(c, int(s.Seq)))
		past[s.Device] = max(past[s.Device], s.Seq)
		rank = max(rank, uint64(c.nodes[s.Seq-1].rank))
	}
	if past[d] = uint64(n); n == 0 {
		delete(past, d)
	}
	return Place{rank + 1, Ref{d, uint64(n) + 1}}, past
}

func sortedDevices(p Past) []Device {
	out := make([]Device, 0, len(p))
	for d := range p {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b Device) int { return bytes.Compare(a[:], b[:]) })
	return out
}

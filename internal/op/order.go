package op

import "bytes"

// Past is a causal past: for every device, how far its log was seen. It is
// closed: what was seen had seen no more than this.
type Past map[Device]uint64

// Has reports whether the operation at r lies in the past.
func (p Past) Has(r Ref) bool { return r.Seq <= p[r.Device] }

// Join widens p by q.
func (p Past) Join(q Past) {
	for d, seq := range q {
		p[d] = max(p[d], seq)
	}
}

// Clone returns a copy that may be widened.
func (p Past) Clone() Past {
	q := make(Past, len(p)+1)
	q.Join(p)
	return q
}

// Place is where an operation stands in the one order: by rank, then device,
// then sequence number. The order is total, agrees with causality, and never
// changes between two operations when more arrive.
type Place struct {
	Rank uint64
	Ref
}

// Before reports whether p comes before q.
func (p Place) Before(q Place) bool {
	if p.Rank != q.Rank {
		return p.Rank < q.Rank
	}
	if c := bytes.Compare(p.Device[:], q.Device[:]); c != 0 {
		return c < 0
	}
	return p.Seq < q.Seq
}

// Opened is an operation as the rooms of the cell see it: its payload open,
// its author known, its place and its causal past computed.
type Opened struct {
	Place
	ID      ID
	Member  Member // who it speaks for; zero when a router speaks for itself
	Router  Device // the router that wrote it down
	Time    uint64
	Clock   Clock
	Level   Level
	Expires uint64 // Unix seconds; 0 never
	Kind    Kind
	Subject Ref
	Content []byte
	Past    Past
}

// Saw reports whether o was made by somebody who had applied the operation at r.
func (o Opened) Saw(r Ref) bool { return o.Past.Has(r) }

// Thing returns the name of what o acts on: its subject, or, when it begins
// something, its own place.
func (o Opened) Thing() Ref {
	if o.Subject.IsZero() {
		return o.Ref
	}
	return o.Subject
}

// Decode reads o's content into v, canonically.
func (o Opened) Decode(v any) error { return decode(o.Content, v) }

// decode is a variable for laws alone, as verify is: there, each of many routers reads
// what the others read.
var decode = Unmarshal

package consent

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"celld/internal/op"
)

// packed is a settled round in few bytes: a summary, and what its further
// course depends on; voices are not in it, since Judge counts them and Apply
// does not. A round that has ended keeps its summary alone. The Ref
// stands first, so that a search need not decode.
type packed struct {
	_         struct{} `cbor:",toarray"`
	Ref       op.Ref
	Title     string
	Class     Class
	State     State
	Proposer  op.Member
	Roster    uint64
	Amends    op.Ref
	Opened    uint64
	Decided   uint64
	ReviewOn  uint64
	ExpiresOn uint64
	Current   []byte // empty when ended
	Review    uint64 // as the text itself says
	Expires   uint64 // as the text itself says
	Adopted   bool   // by an adoption of the current text
	Open      []packedObjection
	Drops     []op.Member
	AmendedBy []op.Ref
}

type packedObjection struct {
	_     struct{} `cbor:",toarray"`
	Ref   op.Ref
	Owner op.Member
}

// packedRef is how a packed round with that Ref begins: the head of an array
// of 18, and the Ref.
func packedRef(ref op.Ref) string {
	return "\x92" + string(op.MustMarshal(ref))
}

func (r *Round) pack(roster uint64) string {
	p := packed{Ref: r.Ref, Title: r.Title(), Class: r.Class, State: r.State, Proposer: r.Proposer, Roster: roster,
		Amends: r.Amends, Opened: r.Opened, Decided: r.Decided, ReviewOn: r.ReviewOn, ExpiresOn: r.ExpiresOn}
	if !r.State.ended() {
		text := r.Text()
		p.Current, p.Review, p.Expires = r.Current[:], text.ReviewOn, text.ExpiresOn
		p.Adopted = r.Adopted.Text == r.Current
		p.Drops, p.AmendedBy = r.Drops, r.AmendedBy
		for _, x := range r.OpenObjections() {
			p.Open = append(p.Open, packedObjection{Ref: x.Ref, Owner: x.Owner})
		}
	}
	return string(op.MustMarshal(p))
}

// unpack undoes pack as far as Apply and Summary can tell. What was packed by
// us, or was checked when a snapshot was read, decodes.
func unpack(s string, rosters [][]op.Member) *Round {
	var p packed
	if err := op.Unmarshal([]byte(s), &p); err != nil {
		panic("consent: packed round: " + err.Error())
	}
	r := &Round{Ref: p.Ref, Class: p.Class, State: p.State, Proposer: p.Proposer, Roster: rosters[p.Roster], Amends: p.Amends,
		Opened: p.Opened, Decided: p.Decided, ReviewOn: p.ReviewOn, ExpiresOn: p.ExpiresOn, Drops: p.Drops, AmendedBy: p.AmendedBy}
	copy(r.Current[:], p.Current)
	r.Versions = []Version{{Hash: r.Current, Taken: true,
		Text: Text{Title: p.Title, ReviewOn: p.Review, ExpiresOn: p.Expires}}}
	if p.Adopted {
		r.Adopted.Text = r.Current
	}
	for _, x := range p.Open {
		r.Objections = append(r.Objections, Objection{Ref: x.Ref, Owner: x.Owner, Fate: FateOpen})
	}
	return r
}

// standingOf reads what a packed round is, where it stands and on which days it
// is looked at again or ends, and no more.
func standingOf(s string) (class Class, state State, days []uint64) {
	c := op.NewCanon([]byte(s))
	c.Array()
	c.Ref()
	c.Text()
	class, state = Class(c.Uint(math.MaxUint8)), State(c.Uint(math.MaxUint8))
	if state == InForce {
		c.Bytes() // who proposed it
		c.Uint(math.MaxUint64)
		c.Ref()
		c.Uint(math.MaxUint64) // opened
		c.Uint(math.MaxUint64) // decided
		days = []uint64{c.Uint(math.MaxUint64), c.Uint(math.MaxUint64)}
	}
	return class, state, days
}

// check refuses what pack would not have written, so that unpack need not.
func (p packed) check(rosters [][]op.Member) error {
	switch {
	case p.Roster >= uint64(len(rosters)):
		return fmt.Errorf("consent: packed round names roster %d of %d", p.Roster, len(rosters))
	case p.State <= Awaiting || p.State > Expired:
		return fmt.Errorf("consent: packed round in state %d", p.State)
	case len(p.Current) != 0 && len(p.Current) != len(Hash{}):
		return fmt.Errorf("consent: packed round with a hash of %d bytes", len(p.Current))
	}
	return nil
}

// list is how Rounds is written. Long lists are cut, since a decoder bounds
// the length of one.
type list struct {
	_       struct{} `cbor:",toarray"`
	Live    []*Round
	Rosters [][]op.Member
	Settled [][][]byte
}

// perList is how many packed rounds stand in one list, in writing.
const perList = 1024

// MarshalState is the one spelling of l, for digests and snapshots.
func (l *Rounds) MarshalState() []byte {
	if l == nil {
		l = new(Rounds)
	}
	var all [][]byte
	for _, block := range l.settled {
		for _, s := range block {
			all = append(all, []byte(s))
		}
	}
	w := list{Live: l.live, Rosters: l.rosters}
	for part := range slices.Chunk(all, perList) {
		w.Settled = append(w.Settled, part)
	}
	return op.MustMarshal(w)
}

// UnmarshalRounds reads what MarshalState wrote.
func UnmarshalRounds(b []byte) (*Rounds, error) {
	var w list
	if err := op.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("consent: rounds: %w", err)
	}
	l := &Rounds{live: w.Live, rosters: w.Rosters}
	for _, r := range w.Live {
		if r == nil || !r.State.Open() {
			return nil, fmt.Errorf("consent: rounds: a live round that is not open")
		}
	}
	// One string for all, so that thousands of small ones do not hold up the
	// memory that reading them took.
	packed := slices.Concat(w.Settled...)
	all := string(bytes.Join(packed, nil))
	for _, b := range packed {
		if err := checkPacked(b, w.Rosters); err != nil {
			return nil, err
		}
		l.push(all[:len(b)])
		all = all[len(b):]
	}
	return l, l.respells(b)
}

// respells refuses lists that were cut otherwise than MarshalState cuts them.
func (l *Rounds) respells(b []byte) error {
	if string(l.MarshalState()) != string(b) {
		return op.ErrSpelling
	}
	return nil
}

func checkPacked(b []byte, rosters [][]op.Member) error {
	var p packed
	if err := op.Unmarshal(b, &p); err != nil {
		return fmt.Errorf("consent: packed round: %w", err)
	}
	if !bytes.HasPrefix(b, []byte(packedRef(p.Ref))) {
		return fmt.Errorf("consent: packed round of another length")
	}
	return p.check(rosters)
}

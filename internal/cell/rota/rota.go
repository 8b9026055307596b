// Package rota owns whose turn it is: the roles of a cell, their terms, and
// who is next.
//
// The next one is who has served the fewest terms, then whose last term lies
// longest back, then who comes first in a shuffle that is seeded by the role
// and the number of the term, so that everybody can check it (R2). Before the
// first term of a role the order of the table decides. A term begins with its
// holder's own yes; whoever declines gives no reason and has not served.
//
// Of two terms that were begun with the same number by people who had not seen
// each other the first in the one order stands.
package rota

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"celld/internal/op"
)

// Key is the one subject of this room.
const Key = "rota"

// Role is a task that goes round.
type Role uint8

// The roles. Circle keepers are a pool and have no turn; their number is kept
// for them.
const (
	Facilitator Role = iota + 1
	NoteKeeper
	CommsSteward
	Liaison
	Treasurer
	TechCustodian
	CircleKeeper
)

// Roles lists the roles that have terms.
var Roles = []Role{Facilitator, NoteKeeper, CommsSteward, Liaison, Treasurer, TechCustodian}

func (r Role) String() string {
	names := [...]string{"none", "facilitator", "note-keeper", "comms-steward", "liaison", "treasurer", "tech-custodian", "circle-keeper"}
	if int(r) >= len(names) {
		return "unknown"
	}
	return names[r]
}

func (r Role) turns() bool { return r >= Facilitator && r <= TechCustodian }

// Length returns how long a term is, in seconds (R1).
func (r Role) Length() uint64 {
	const week = 7 * 24 * 60 * 60
	if r == Facilitator {
		return 2 * week
	}
	return 10 * week
}

// weighty are the roles of which nobody holds two in a cell of five or more (R3).
var weighty = []Role{Facilitator, Treasurer, Liaison, TechCustodian}

const manyMembers = 5

// Rota is who holds which role and who held it how often. It is a value:
// nobody changes it after Apply has returned it.
type Rota struct {
	Posts   []Post      `cbor:"1,keyasint,omitempty"` // by role
	Keepers []op.Member `cbor:"2,keyasint,omitempty"` // of circles
}

// Post is a role and its history.
type Post struct {
	Role     Role        `cbor:"1,keyasint"`
	Term     Term        `cbor:"2,keyasint"` // the last one begun; its Number is 0 before the first
	Served   []Served    `cbor:"3,keyasint,omitempty"`
	Declined []op.Member `cbor:"4,keyasint,omitempty"` // the coming term
	Handover *Handover   `cbor:"5,keyasint,omitempty"` // into the last term; nil before the first tick
	Spells   []Spell     `cbor:"6,keyasint,omitempty"` // the last terms that are over, the oldest first
}

// Term is one turn.
type Term struct {
	Number uint64    `cbor:"1,keyasint,omitempty"`
	Member op.Member `cbor:"2,keyasint"`
	Ref    op.Ref    `cbor:"3,keyasint"`
	From   uint64    `cbor:"4,keyasint,omitempty"` // Unix seconds by a trusted clock, or 0
	To     uint64    `cbor:"5,keyasint,omitempty"` // 0: until the holder hands over; when it ended, where a trusted clock told
	Ended  bool      `cbor:"6,keyasint,omitempty"`
}

// Served is how often a member held a role, and the number of the last term.
type Served struct {
	Member op.Member `cbor:"1,keyasint"`
	Terms  uint64    `cbor:"2,keyasint"`
	Last   uint64    `cbor:"3,keyasint"`
}

// MarshalState is the one spelling of r, for digests and snapshots.
func (r *Rota) MarshalState() []byte {
	if r == nil {
		r = new(Rota)
	}
	return op.MustMarshal(r)
}

// UnmarshalRota reads what MarshalState wrote.
func UnmarshalRota(b []byte) (*Rota, error) {
	r := new(Rota)
	if err := op.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("rota: %w", err)
	}
	for i, p := range r.Posts {
		if i > 0 && r.Posts[i-1].Role >= p.Role {
			return nil, fmt.Errorf("rota: roles out of order")
		}
	}
	return r, nil
}

// Post returns a role as it stands. It may be asked of a nil Rota, which
// stands for one that nobody has written to.
func (r *Rota) Post(role Role) Post {
	if r != nil {
		for _, p := range r.Posts {
			if p.Role == role {
				return p
			}
		}
	}
	return Post{Role: role}
}

// Holder returns who holds a role, zero while it is void. A term that is over
// by the calendar goes on until somebody else begins or the holder ends it.
func (r *Rota) Holder(role Role) op.Member {
	if t := r.Post(role).Term; !t.Ended {
		return t.Member
	}
	return op.Member{}
}

// Over reports whether a term has ended by hand or, by a trusted clock, by the
// calendar.
func (t Term) Over(now uint64, trusted bool) bool {
	return t.Ended || t.Number == 0 || trusted && t.To != 0 && now >= t.To
}

// Input is what decides whose turn it is, for the page that shows it.
type Input struct {
	Member   op.Member
	Terms    uint64 // held so far
	Last     uint64 // the number of the last one, 0 for none
	Declined bool   // the coming term
	Passed   bool   // not asked now: held the last term
	Barred   bool   // not asked at all: holds another weighty role
}

// Order returns the members who are here in the order of their turns for the
// coming term. Those who are passed over stand at the end.
func (r *Rota) Order(role Role, here []op.Member) []Input {
	post := r.Post(role)
	order := make([]Input, 0, len(here))
	for _, m := range here {
		in := Input{Member: m, Declined: slices.Contains(post.Declined, m), Passed: r.Post(role).Term.Member == m, Barred: r.barred(role, m, len(here))}
		if i := post.served(m); i >= 0 {
			in.Terms, in.Last = post.Served[i].Terms, post.Served[i].Last
		}
		order = append(order, in)
	}
	sort.SliceStable(order, func(i, j int) bool { return post.compare(order[i], order[j]) < 0 })
	return order
}

// barred reports whether m holds another weighty role in a cell of many (R3).
func (r *Rota) barred(role Role, m op.Member, here int) bool {
	if here < manyMembers || !slices.Contains(weighty, role) {
		return false
	}
	return slices.ContainsFunc(weighty, func(other Role) bool { return other != role && r.Holder(other) == m })
}

func (p Post) compare(a, b Input) int {
	if a.group() != b.group() {
		return cmp.Compare(a.group(), b.group())
	}
	if p.Term.Number == 0 {
		return 0 // the order of the table
	}
	return cmp.Or(
		cmp.Compare(a.Terms, b.Terms),
		cmp.Compare(a.Last, b.Last),
		bytes.Compare(p.shuffle(a.Member), p.shuffle(b.Member)),
	)
}

// group ranks those who are asked before those who are not.
func (in Input) group() int {
	switch {
	case in.Declined || in.Barred:
		return 2
	case in.Passed:
		return 1
	}
	return 0
}

// shuffle is where a member falls for the coming term.
func (p Post) shuffle(m op.Member) []byte {
	seed := binary.BigEndian.AppendUint64([]byte("celld rota v1\x00"+p.Role.String()+"\x00"), p.Term.Number+1)
	sum := sha256.Sum256(append(seed, m[:]...))
	return sum[:]
}

func (p Post) served(m op.Member) int {
	return slices.IndexFunc(p.Served, func(s Served) bool { return s.Member == m })
}

// Next returns whose turn it is among those who are here, zero when nobody can:
// then the role is void, and seen to be. Who held it last comes only when nobody
// else can, and who holds another weighty role does not come at all.
func (r *Rota) Next(role Role, here []op.Member) op.Member {
	for _, in := range r.Order(role, here) {
		if !in.Declined && !in.Barred {
			return in.Member
		}
	}
	return op.Member{}
}

// Facilitator returns who looks after a round, of those who are here: the
// holder of the role or, when that is one of except, whose turn comes next.
// A member who declined the coming term is asked last, and still asked.
func (r *Rota) Facilitator(here []op.Member, except ...op.Member) op.Member {
	return r.firstOf(Facilitator, Facilitator, here, except)
}

// NoteKeeper returns who takes the notes, in the same way.
func (r *Rota) NoteKeeper(here []op.Member, except ...op.Member) op.Member {
	return r.firstOf(NoteKeeper, NoteKeeper, here, except)
}

// Surrogate returns who stands in for a facilitator who does not come (R4), of
// those who are here: the note-keeper, then whose turn comes next.
func (r *Rota) Surrogate(here []op.Member, except ...op.Member) op.Member {
	return r.firstOf(NoteKeeper, Facilitator, here, except)
}

// firstOf returns the holder of one role, else who comes first for another.
func (r *Rota) firstOf(held, next Role, here, except []op.Member) op.Member {
	if h := r.Holder(held); slices.Contains(here, h) && !slices.Contains(except, h) {
		return h
	}
	for _, in := range r.Order(next, here) {
		if !slices.Contains(except, in.Member) {
			return in.Member
		}
	}
	return op.Member{}
}

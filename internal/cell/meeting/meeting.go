// Package meeting owns the meetings of a cell: when and where people sit
// together, what they want to talk about, and what they write down of it.
//
// A day is a date that people set, never one that a clock tells, so that all of
// it works on a router that does not know what day it is. Who looks after a
// meeting and who takes its notes is whose turn it is by the rota, unless they
// say "not this time", without a reason, or somebody takes it on.
package meeting

import (
	"fmt"
	"slices"

	"celld/internal/op"
)

// How long people's words may be, in characters, and how many there may be.
const (
	MaxLine    = 120
	MaxItem    = 280
	MaxMinutes = 8000
	MaxItems   = 40
	MaxLinks   = 20
	maxThere   = 24
	maxDay     = 1 << 18 // some seven hundred years
)

// When is when and where people meet. The time is as they write it.
type When struct {
	Day   uint64 `cbor:"1,keyasint"` // days since 1 January 1970
	Time  string `cbor:"2,keyasint,omitempty"`
	Place string `cbor:"3,keyasint,omitempty"`
}

// Duty is something that one of those who meet does for the others.
type Duty uint8

// The duties.
const (
	Lead Duty = iota + 1 // looks after who speaks
	Pen                  // takes the notes
)

// Meeting is one meeting. It is a value: nobody changes it after Apply has
// returned it.
type Meeting struct {
	Ref     op.Ref    `cbor:"1,keyasint"`
	Number  uint64    `cbor:"2,keyasint"` // from 1; it decides who speaks first (R6)
	By      op.Member `cbor:"3,keyasint"` // who called it
	When    When      `cbor:"4,keyasint"`
	What    string    `cbor:"5,keyasint,omitempty"`
	Items   []Item    `cbor:"6,keyasint,omitempty"`
	Lead    Post      `cbor:"7,keyasint"`
	Pen     Post      `cbor:"8,keyasint"`
	Off     bool      `cbor:"9,keyasint,omitempty"` // called off
	Why     string    `cbor:"10,keyasint,omitempty"`
	Minutes *Minutes  `cbor:"11,keyasint,omitempty"`
}

// Item is one thing to talk about, named by the operation that brought it.
type Item struct {
	Ref   op.Ref    `cbor:"1,keyasint"`
	By    op.Member `cbor:"2,keyasint"`
	Words string    `cbor:"3,keyasint"`
}

// Post is a duty at one meeting.
type Post struct {
	Taken    op.Member   `cbor:"1,keyasint"` // who said yes; zero: by the rota
	Declined []op.Member `cbor:"2,keyasint,omitempty"`
}

// Minutes are what was written down of a meeting, as last written.
type Minutes struct {
	By     op.Member   `cbor:"1,keyasint"`
	Words  string      `cbor:"2,keyasint"`
	Rounds []op.Ref    `cbor:"3,keyasint,omitempty"` // what was decided
	There  []op.Member `cbor:"4,keyasint,omitempty"`
	Times  uint64      `cbor:"5,keyasint"` // how often they were written
	Time   uint64      `cbor:"6,keyasint,omitempty"`
	Dated  bool        `cbor:"7,keyasint,omitempty"` // that clock could be trusted
}

// Key is the subject of a meeting.
func Key(r op.Ref) string { return prefix + r.String() }

const prefix = "meeting/"

// State is where a meeting stands.
type State uint8

// The states.
const (
	Planned State = iota + 1
	Held          // there are minutes
	Off           // called off
)

// State returns where m stands.
func (m *Meeting) State() State {
	switch {
	case m.Minutes != nil:
		return Held
	case m.Off:
		return Off
	}
	return Planned
}

// Finished reports whether m will hardly be asked for again.
func (m *Meeting) Finished() bool { return m.State() != Planned }

// MarshalState is the one spelling of m, for digests and snapshots.
func (m *Meeting) MarshalState() []byte { return op.MustMarshal(m) }

// Unmarshal reads what MarshalState wrote.
func Unmarshal(b []byte) (*Meeting, error) {
	m := new(Meeting)
	if err := op.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("meeting: %w", err)
	}
	return m, nil
}

// Read reads back a value of either subject.
func Read(key string, b []byte) (any, error) {
	if key == KeyList {
		return UnmarshalList(b)
	}
	return Unmarshal(b)
}

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface{ At(key string) any }

// People is what this room asks of the subject "people".
type People interface {
	Active() []op.Member // in the order of the table
	IsActive(op.Member) bool
	Away(op.Member) bool
}

// Rota is what this room asks of the subject "rota": whose turn it is, of the
// members who are here, except some.
type Rota interface {
	Facilitator(here []op.Member, except ...op.Member) op.Member
	NoteKeeper(here []op.Member, except ...op.Member) op.Member
}

func peopleAt(at Reader) (active, here []op.Member) {
	people, ok := at.At("people").(People)
	if !ok {
		return nil, nil
	}
	active = people.Active()
	return active, slices.DeleteFunc(slices.Clone(active), people.Away)
}

func (m *Meeting) post(d Duty) *Post {
	if d == Pen {
		return &m.Pen
	}
	return &m.Lead
}

// Who returns who has a duty; zero when everybody said "not this time". Who
// took it on has it, and who wrote the minutes goes on writing them, for as
// long as they belong to the cell; else it goes by the rota. Nobody has both
// while there is another.
func (m *Meeting) Who(at Reader, d Duty) op.Member {
	active, here := peopleAt(at)
	post := m.post(d)
	if slices.Contains(active, post.Taken) {
		return post.Taken
	}
	if d == Pen && m.Minutes != nil && slices.Contains(active, m.Minutes.By) {
		return m.Minutes.By
	}
	except := post.Declined
	if d == Lead {
		return turn(at, d, here, append(slices.Clip(except), m.Pen.Taken))
	}
	if who := turn(at, d, here, append(slices.Clip(except), m.Who(at, Lead))); !who.IsZero() {
		return who
	}
	return turn(at, d, here, except)
}

// turn asks the rota; before anybody wrote to it the order of the table decides.
func turn(at Reader, d Duty, here, except []op.Member) op.Member {
	rota, ok := at.At("rota").(Rota)
	switch {
	case ok && d == Lead:
		return rota.Facilitator(here, except...)
	case ok:
		return rota.NoteKeeper(here, except...)
	}
	for _, m := range here {
		if !slices.Contains(except, m) {
			return m
		}
	}
	return op.Member{}
}

// Speaking returns who speaks in which order (R6): another begins at every
// meeting, and the direction alternates.
func (m *Meeting) Speaking(at Reader) []op.Member {
	_, order := peopleAt(at)
	if len(order) == 0 {
		return nil
	}
	start := int(m.Number % uint64(len(order)))
	order = append(order[start:], order[:start]...)
	if m.Number%2 == 1 {
		slices.Reverse(order[1:])
	}
	return order
}

package consent

import (
	"fmt"
	"slices"

	"celld/internal/op"
)

// State is where a round stands. A draft is on its author's page only and
// never in the log; a review that is due is a date, not a state.
type State uint8

// The states of domain.md section 1.
const (
	Presented State = iota + 1
	Clarifying
	Reacting
	Amending
	Checking
	Testing
	Integrating
	Awaiting // the deadline has passed with voices missing; extended once
	InForce
	Amended // in force until another round took its place
	Withdrawn
	Tabled
	Lapsed
	Dropped
	Expired
)

func (s State) String() string {
	return name(int(s), "none", "presented", "clarifying", "reacting", "amending", "checking", "testing",
		"integrating", "awaiting", "in-force", "amended", "withdrawn", "tabled", "lapsed", "dropped", "expired")
}

// Open reports whether the round is still being decided.
func (s State) Open() bool { return s >= Presented && s <= Awaiting }

// ended reports the states that no operation leads out of.
func (s State) ended() bool {
	return s == Withdrawn || s == Tabled || s == Dropped || s == Expired
}

// Stance is what a member says in the check.
type Stance uint8

// The stances.
const (
	Consent Stance = iota + 1
	Concern        // consent, with a worry that is kept beside the criteria
	StandAside
	Object
	Recused
	NeedTime
)

func (s Stance) String() string {
	return name(int(s), "none", "consent", "concern", "stand-aside", "objection", "recused", "need-time")
}

// Lens is what an objection sees, a set of the three that S3 names.
type Lens uint8

// The lenses.
const (
	Ineffective Lens = 1 << iota // it does not answer the why
	Harmful
	Improvable // a clearly better way is at hand
)

// Fate is what has become of an objection.
type Fate uint8

// The fates. A concern or a withdrawal is its owner's; an integration is the
// owner's and the proposer's together.
const (
	FateOpen Fate = iota + 1
	FateConcern
	FateWithdrawn
	FateIntegrated
)

func (f Fate) String() string {
	return name(int(f), "none", "open", "concern", "withdrawn", "integrated")
}

// Round is one decision and how it came about. It is a value: nobody changes
// a Round, nor anything it points to, after Apply has returned it.
type Round struct {
	Ref          op.Ref      `cbor:"1,keyasint"`
	Class        Class       `cbor:"2,keyasint"`
	Limits       Limits      `cbor:"3,keyasint"`
	Roster       []op.Member `cbor:"4,keyasint,omitempty"` // frozen, in the order of the table
	Proposer     op.Member   `cbor:"5,keyasint"`
	Facilitator  op.Member   `cbor:"6,keyasint"`
	Concerns     op.Member   `cbor:"7,keyasint"`           // heard, never counted
	Plain        bool        `cbor:"8,keyasint,omitempty"` // one page, consent open at once (C13)
	Simultaneous bool        `cbor:"9,keyasint,omitempty"` // stances hidden until all are in (C10)
	Amends       op.Ref      `cbor:"10,keyasint"`

	State      State       `cbor:"11,keyasint"`
	Contested  bool        `cbor:"12,keyasint,omitempty"` // an adoption that does not hold
	Versions   []Version   `cbor:"13,keyasint,omitempty"`
	Current    Hash        `cbor:"14,keyasint"`
	Voices     []Voice     `cbor:"15,keyasint,omitempty"` // one a member, in the order they first spoke
	Objections []Objection `cbor:"16,keyasint,omitempty"`
	Adopted    Adoption    `cbor:"17,keyasint"` // the last adoption that held; zero before

	Opened   uint64 `cbor:"18,keyasint,omitempty"` // as told by the opening router
	Started  uint64 `cbor:"19,keyasint,omitempty"` // first trusted clock mark since the current text
	Asked    bool   `cbor:"20,keyasint,omitempty"` // somebody asked for time
	Extended uint64 `cbor:"21,keyasint,omitempty"` // when the round began awaiting voices
	Decided  uint64 `cbor:"22,keyasint,omitempty"` // when it came into force or ended, as told

	ReviewOn  uint64      `cbor:"23,keyasint,omitempty"` // 0 while no trusted clock has told
	ExpiresOn uint64      `cbor:"24,keyasint,omitempty"`
	Drops     []op.Member `cbor:"25,keyasint,omitempty"` // who said in review that it may go

	AmendedBy  []op.Ref `cbor:"26,keyasint,omitempty"` // rounds that stand in its place
	Amendments []*Round `cbor:"27,keyasint,omitempty"` // rounds brought to amend it, without prose

	Talks  []Talk  `cbor:"28,keyasint,omitempty"`
	Events []Event `cbor:"29,keyasint,omitempty"`

	Silence bool      `cbor:"30,keyasint,omitempty"` // the cell counted silence when it opened (C8)
	Affects op.Member `cbor:"31,keyasint,omitzero"`  // whom its effect is about, and who has a voice in it
}

// Version is one wording. Its number is its position, from 1; a version that
// was not taken stays in the list.
type Version struct {
	Hash     Hash      `cbor:"1,keyasint"`
	Base     Hash      `cbor:"2,keyasint"`
	Text     Text      `cbor:"3,keyasint"`
	Author   op.Member `cbor:"4,keyasint"`
	Note     string    `cbor:"5,keyasint,omitempty"`
	Ref      op.Ref    `cbor:"6,keyasint"`
	Resolves op.Ref    `cbor:"7,keyasint"` // the objection it means to answer
	Time     uint64    `cbor:"8,keyasint,omitempty"`
	Taken    bool      `cbor:"9,keyasint,omitempty"` // is or was the current text
}

// Voice is what a member last said. It is stale when Text is not the round's
// current text: shown, never counted (C1).
type Voice struct {
	Member  op.Member `cbor:"1,keyasint"`
	Text    Hash      `cbor:"2,keyasint"`
	Stance  Stance    `cbor:"3,keyasint"`
	Reason  string    `cbor:"4,keyasint,omitempty"`
	Lenses  Lens      `cbor:"5,keyasint,omitempty"`
	Relayed op.Member `cbor:"6,keyasint"` // who passed it on; zero: the member's own word
	Ref     op.Ref    `cbor:"7,keyasint"`
	Time    uint64    `cbor:"8,keyasint,omitempty"`
}

// Objection is an objection with its own life. It is named by the operation
// that raised it.
type Objection struct {
	Ref       op.Ref    `cbor:"1,keyasint"`
	Owner     op.Member `cbor:"2,keyasint"`
	Relayed   op.Member `cbor:"3,keyasint"`
	Text      Hash      `cbor:"4,keyasint"`
	Argument  string    `cbor:"5,keyasint,omitempty"`
	Lenses    Lens      `cbor:"6,keyasint,omitempty"`
	Fate      Fate      `cbor:"7,keyasint"`
	Notes     []Note    `cbor:"8,keyasint,omitempty"`
	Candidate Hash      `cbor:"9,keyasint"`            // the text that is meant to answer it
	OwnerYes  bool      `cbor:"10,keyasint,omitempty"` // the owner: it removes my objection
	BringsYes bool      `cbor:"11,keyasint,omitempty"` // the proposer: it still answers the why
	Failed    uint64    `cbor:"12,keyasint,omitempty"` // candidates that were turned down
	Time      uint64    `cbor:"13,keyasint,omitempty"`
	Bringer   op.Member `cbor:"14,keyasint"` // who wrote the candidate
}

// Note is a word in the testing of an objection.
type Note struct {
	Ref    op.Ref    `cbor:"1,keyasint"`
	Member op.Member `cbor:"2,keyasint"`
	Words  string    `cbor:"3,keyasint,omitempty"`
	Ask    bool      `cbor:"4,keyasint,omitempty"` // "help me see the harm"
	Time   uint64    `cbor:"5,keyasint,omitempty"`
}

// Talk is a question, an answer, a reaction or a pass.
type Talk struct {
	Ref    op.Ref    `cbor:"1,keyasint"`
	Kind   op.Kind   `cbor:"2,keyasint"`
	Member op.Member `cbor:"3,keyasint"`
	Text   Hash      `cbor:"4,keyasint"` // the current text then
	Phase  State     `cbor:"5,keyasint"`
	To     op.Ref    `cbor:"6,keyasint"` // the question that an answer answers
	Words  string    `cbor:"7,keyasint,omitempty"`
	Time   uint64    `cbor:"8,keyasint,omitempty"`
}

// Adoption is the act that brought a text into force.
type Adoption struct {
	Text  Hash      `cbor:"1,keyasint"`
	By    op.Member `cbor:"2,keyasint"` // zero: a router, when the time had come
	Ref   op.Ref    `cbor:"3,keyasint"`
	Rank  uint64    `cbor:"4,keyasint,omitempty"`
	Time  uint64    `cbor:"5,keyasint,omitempty"`
	Clock op.Clock  `cbor:"6,keyasint,omitempty"`
}

// Place returns where the adoption stands in the one order.
func (a Adoption) Place() op.Place { return op.Place{Rank: a.Rank, Ref: a.Ref} }

// Event is a line of the round's history (I3): who did what, and what it did
// to the round. From and To are equal when it changed no state.
type Event struct {
	Ref       op.Ref    `cbor:"1,keyasint"`
	Kind      op.Kind   `cbor:"2,keyasint"`
	Member    op.Member `cbor:"3,keyasint"` // zero: a router by its clock
	Router    op.Device `cbor:"4,keyasint"`
	Time      uint64    `cbor:"5,keyasint,omitempty"`
	Clock     op.Clock  `cbor:"6,keyasint,omitempty"`
	From      State     `cbor:"7,keyasint,omitempty"`
	To        State     `cbor:"8,keyasint,omitempty"`
	Contested bool      `cbor:"9,keyasint,omitempty"` // it left an adoption contested
}

// MarshalState is the one spelling of r, for digests and snapshots.
func (r *Round) MarshalState() []byte { return op.MustMarshal(r) }

// UnmarshalRound reads what MarshalState wrote.
func UnmarshalRound(b []byte) (*Round, error) {
	r := new(Round)
	if err := op.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("consent: round: %w", err)
	}
	if r.State < Presented || r.State > Expired {
		return nil, fmt.Errorf("consent: round in state %d", r.State)
	}
	if slices.Contains(r.Amendments, nil) {
		return nil, fmt.Errorf("consent: round with an empty amendment")
	}
	return r, nil
}

// version returns the version with that hash, nil where there is none.
func (r *Round) version(h Hash) *Version {
	for i := range r.Versions {
		if r.Versions[i].Hash == h {
			return &r.Versions[i]
		}
	}
	return nil
}

// Text returns the current text.
func (r *Round) Text() Text {
	if v := r.version(r.Current); v != nil {
		return v.Text
	}
	return Text{}
}

// Title returns the heading of the current text.
func (r *Round) Title() string { return r.Text().Heading() }

// InForce reports whether the round is decided and binding now.
func (r *Round) InForce() bool { return r != nil && r.State == InForce }

// Effect returns what the text in force changes by itself, nil when it is not
// in force or changes nothing.
func (r *Round) Effect() *Effect {
	if !r.InForce() {
		return nil
	}
	return r.Text().Effect
}

// Eligible reports whether m is on the frozen roster.
func (r *Round) Eligible(m op.Member) bool { return slices.Contains(r.Roster, m) }

// VoiceOf returns what m last said.
func (r *Round) VoiceOf(m op.Member) (Voice, bool) {
	for _, v := range r.Voices {
		if v.Member == m {
			return v, true
		}
	}
	return Voice{}, false
}

// Stale reports whether v was given to another text than the current one.
func (r *Round) Stale(v Voice) bool { return v.Text != r.Current }

// OpenObjections returns the objections that stand, oldest first.
func (r *Round) OpenObjections() []Objection {
	var open []Objection
	for _, x := range r.Objections {
		if x.Fate == FateOpen {
			open = append(open, x)
		}
	}
	return open
}

// UnderTest returns the objection that is looked at now: the oldest that
// stands, one at a time.
func (r *Round) UnderTest() (Objection, bool) {
	if open := r.OpenObjections(); len(open) > 0 {
		return open[0], true
	}
	return Objection{}, false
}

// openOf returns the open objection of a member.
func (r *Round) openOf(m op.Member) (Objection, bool) {
	for _, x := range r.Objections {
		if x.Fate == FateOpen && x.Owner == m {
			return x, true
		}
	}
	return Objection{}, false
}

package consent

import "celld/internal/op"

// The kinds of this room.
const (
	KindOpen     op.Kind = "round.open"
	KindRevise   op.Kind = "round.text"
	KindAsk      op.Kind = "round.question"
	KindAnswer   op.Kind = "round.answer"
	KindReact    op.Kind = "round.reaction"
	KindPass     op.Kind = "round.pass"
	KindPhases   op.Kind = "round.phases"
	KindMove     op.Kind = "round.phase"
	KindSpeak    op.Kind = "round.stance"
	KindTest     op.Kind = "round.note"
	KindResolve  op.Kind = "round.outcome"
	KindConfirm  op.Kind = "round.confirm"
	KindMeet     op.Kind = "round.meet"
	KindWithdraw op.Kind = "round.withdraw"
	KindTable    op.Kind = "round.table"
	KindAdopt    op.Kind = "round.adopt"
	KindMark     op.Kind = "round.mark"
	KindAwait    op.Kind = "round.await"
	KindLapse    op.Kind = "round.lapse"
	KindReview   op.Kind = "round.review"
	KindExpire   op.Kind = "round.expire"
)

// Act is the content of an operation of this room.
type Act interface {
	Kind() op.Kind
	// judge refuses what is unlawful on the past of o; r is nil for an opening.
	judge(w world, r *Round, o op.Opened) error
	// apply folds the act into r, which is a copy that nobody else holds. Its
	// slices are shared with older values: replace them, never write into them.
	apply(r *Round, o op.Opened)
}

// Kinds lists every kind of this room with an empty act to decode into.
var kinds = map[op.Kind]func() Act{
	KindOpen:     func() Act { return new(Opening) },
	KindRevise:   func() Act { return new(Revise) },
	KindAsk:      func() Act { return new(Ask) },
	KindAnswer:   func() Act { return new(Answer) },
	KindReact:    func() Act { return new(React) },
	KindPass:     func() Act { return new(Pass) },
	KindPhases:   func() Act { return new(Phases) },
	KindMove:     func() Act { return new(Move) },
	KindSpeak:    func() Act { return new(Speak) },
	KindTest:     func() Act { return new(Test) },
	KindResolve:  func() Act { return new(Resolve) },
	KindConfirm:  func() Act { return new(Confirm) },
	KindMeet:     func() Act { return new(Meet) },
	KindWithdraw: func() Act { return new(Withdraw) },
	KindTable:    func() Act { return new(Table) },
	KindAdopt:    func() Act { return new(Adopt) },
	KindMark:     func() Act { return new(Mark) },
	KindAwait:    func() Act { return new(Await) },
	KindLapse:    func() Act { return new(Lapse) },
	KindReview:   func() Act { return new(Review) },
	KindExpire:   func() Act { return new(Expire) },
}

// Opening begins a round. All but the draft is copied from the state at its
// past, and judged to be equal to it; Open fills it in.
type Opening struct {
	Class        Class       `cbor:"1,keyasint"`
	Text         Text        `cbor:"2,keyasint"`
	Phases       bool        `cbor:"3,keyasint,omitempty"` // not plain: begin with the phases
	Simultaneous bool        `cbor:"4,keyasint,omitempty"`
	Amends       op.Ref      `cbor:"5,keyasint"`
	Concerns     op.Member   `cbor:"6,keyasint"` // membership: the person it is about
	Limits       Limits      `cbor:"7,keyasint"`
	Roster       []op.Member `cbor:"8,keyasint,omitempty"`
	Facilitator  op.Member   `cbor:"9,keyasint"`
	Silence      bool        `cbor:"10,keyasint,omitempty"` // routine, in a cell that counts silence (C8)
	Affects      op.Member   `cbor:"11,keyasint,omitzero"`  // whom its effect is about, who has a voice in it: speaks first, and does not look after it (I10)
}

// Revise brings a new text. With Resolves it is a candidate that is meant to
// answer that objection, and becomes current when the objection's owner and
// the proposer have both said yes; whoever of them wrote it has said so.
type Revise struct {
	Base     Hash   `cbor:"1,keyasint"`
	Text     Text   `cbor:"2,keyasint"`
	Note     string `cbor:"3,keyasint,omitempty"` // what changed
	Resolves op.Ref `cbor:"4,keyasint"`
	Trial    bool   `cbor:"5,keyasint,omitempty"` // to try it first, and to look again within six weeks (C11)
}

// Ask asks a question about the text.
type Ask struct {
	Words string `cbor:"1,keyasint,omitempty"`
}

// Answer answers a question.
type Answer struct {
	To    op.Ref `cbor:"1,keyasint"`
	Words string `cbor:"2,keyasint,omitempty"`
}

// React is a brief response; nobody replies to it.
type React struct {
	Words string `cbor:"1,keyasint,omitempty"`
}

// Pass says that one has nothing to ask or to respond.
type Pass struct{}

// Phases asks for the phases in a round that began plain.
type Phases struct{}

// Move leads to another phase.
type Move struct {
	To State `cbor:"1,keyasint"`
}

// Speak gives a stance, or passes one on for somebody who cannot be here.
type Speak struct {
	Text   Hash      `cbor:"1,keyasint"`
	Stance Stance    `cbor:"2,keyasint"`
	Reason string    `cbor:"3,keyasint,omitempty"`
	Lenses Lens      `cbor:"4,keyasint,omitempty"`
	For    op.Member `cbor:"5,keyasint"` // zero: one's own word
}

// Test is a word in the testing of an objection.
type Test struct {
	Objection op.Ref `cbor:"1,keyasint"`
	Words     string `cbor:"2,keyasint,omitempty"`
	Ask       bool   `cbor:"3,keyasint,omitempty"`
}

// Resolve ends an objection: its owner takes it back or lets it stand as a
// concern.
type Resolve struct {
	Objection op.Ref `cbor:"1,keyasint"`
	As        Fate   `cbor:"2,keyasint"`
}

// Confirm says whether a candidate answers the objection (its owner) or still
// answers the why (the proposer).
type Confirm struct {
	Objection op.Ref `cbor:"1,keyasint"`
	Text      Hash   `cbor:"2,keyasint"`
	Yes       bool   `cbor:"3,keyasint,omitempty"`
}

// Meet asks to go on in one room, face to face.
type Meet struct{}

// Withdraw takes one's proposal back.
type Withdraw struct {
	Reason string `cbor:"1,keyasint,omitempty"`
}

// Table lays an unworkable proposal aside.
type Table struct {
	Reason string `cbor:"1,keyasint,omitempty"`
}

// Adopt brings the text into force.
type Adopt struct {
	Text Hash `cbor:"1,keyasint"`
}

// Mark tells a round that was opened without a clock the first trusted time.
type Mark struct{}

// Await says that the deadline has passed with voices missing.
type Await struct{}

// Lapse ends a round that waited in vain.
type Lapse struct{}

// Review writes down what looking again at an agreement came to.
type Review struct {
	Drop  bool   `cbor:"1,keyasint,omitempty"`
	Next  uint64 `cbor:"2,keyasint,omitempty"` // when to look again, if it is kept
	Words string `cbor:"3,keyasint,omitempty"` // how has it helped, how can it be better
}

// Expire ends an agreement on its own date.
type Expire struct{}

func (*Opening) Kind() op.Kind  { return KindOpen }
func (*Revise) Kind() op.Kind   { return KindRevise }
func (*Ask) Kind() op.Kind      { return KindAsk }
func (*Answer) Kind() op.Kind   { return KindAnswer }
func (*React) Kind() op.Kind    { return KindReact }
func (*Pass) Kind() op.Kind     { return KindPass }
func (*Phases) Kind() op.Kind   { return KindPhases }
func (*Move) Kind() op.Kind     { return KindMove }
func (*Speak) Kind() op.Kind    { return KindSpeak }
func (*Test) Kind() op.Kind     { return KindTest }
func (*Resolve) Kind() op.Kind  { return KindResolve }
func (*Confirm) Kind() op.Kind  { return KindConfirm }
func (*Meet) Kind() op.Kind     { return KindMeet }
func (*Withdraw) Kind() op.Kind { return KindWithdraw }
func (*Table) Kind() op.Kind    { return KindTable }
func (*Adopt) Kind() op.Kind    { return KindAdopt }
func (*Mark) Kind() op.Kind     { return KindMark }
func (*Await) Kind() op.Kind    { return KindAwait }
func (*Lapse) Kind() op.Kind    { return KindLapse }
func (*Review) Kind() op.Kind   { return KindReview }
func (*Expire) Kind() op.Kind   { return KindExpire }

// Write returns the body of an operation: a on the round that subject names,
// or the zero Ref for an opening.
func Write(subject op.Ref, a Act) op.Body {
	return op.Body{Kind: a.Kind(), Subject: subject, Content: op.MustMarshal(a), Chunks: []op.Chunk{}}
}

// decode reads the act of o, nil for a kind that is not of this room.
func decode(o op.Opened) (Act, error) {
	empty := kinds[o.Kind]
	if empty == nil {
		return nil, op.Refuse("round.kind", string(o.Kind))
	}
	a := empty()
	if err := o.Decode(a); err != nil {
		return nil, op.Refuse("round.content", err.Error())
	}
	return a, nil
}

// Proposed returns the effect that o would bring, by an opening or a new text,
// and nil when there is none. Whoever knows the effect's kind judges it there,
// before people consent to something that could never work.
func Proposed(o op.Opened) *Effect {
	act, err := decode(o)
	if err != nil {
		return nil
	}
	switch a := act.(type) {
	case *Opening:
		return a.Text.Effect
	case *Revise:
		return a.Text.Effect
	}
	return nil
}

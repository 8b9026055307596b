// Package pause owns what one member may do at once when there is danger: to
// let nothing go from an account for a while.
//
// Such an act is seen by everybody from the first moment. It ends after a day
// unless whoever did it has told why, after three unless another member says
// that it should stay, and after two weeks whatever anybody says (K7): what is
// to last longer is decided in a round. Without a clock that can be trusted it
// is held, and anybody but whose account it is may end it.
package pause

import (
	"fmt"
	"slices"

	"celld/internal/op"
)

// Key is the subject of all pauses.
const Key = "pauses"

// How long a pause lasts, in seconds from its beginning: untold, told, and
// confirmed; and how long the same person may not do the same again.
const (
	Untold    = 24 * 60 * 60
	Told      = 72 * 60 * 60
	Confirmed = 14 * 24 * 60 * 60
	Rest      = 14 * 24 * 60 * 60
)

// Bounds: words in characters, how many are remembered that keep nobody from
// anything any more, and of how many accounts one member may at a time.
const (
	MaxWords = 200
	Most     = 64
	Each     = 16
)

// The kinds of this room.
const (
	KindBegin   op.Kind = "pause.begin"   // Begin
	KindTell    op.Kind = "pause.tell"    // Tell
	KindConfirm op.Kind = "pause.confirm" // of the subject
	KindEnd     op.Kind = "pause.end"     // of the subject
)

// Kinds lists them.
var Kinds = []op.Kind{KindBegin, KindTell, KindConfirm, KindEnd}

// Begin is the content of pause.begin. The account is one of the ledger's; its
// holder is nobody's where it is shared.
type Begin struct {
	Account string `cbor:"1,keyasint"`
	Why     string `cbor:"2,keyasint,omitempty"`
}

// Tell is the content of pause.tell.
type Tell struct {
	Why string `cbor:"1,keyasint"`
}

// Pause is one of them.
type Pause struct {
	Ref       op.Ref    `cbor:"1,keyasint"`
	By        op.Member `cbor:"2,keyasint"`
	Account   string    `cbor:"3,keyasint"`
	Start     uint64    `cbor:"4,keyasint,omitempty"` // Unix seconds of the first trusted clock; 0 while there was none
	Why       string    `cbor:"5,keyasint,omitempty"`
	Confirmed op.Member `cbor:"6,keyasint,omitzero"`
	Ended     bool      `cbor:"7,keyasint,omitempty"`
}

// Until is when it lapses; 0 while nobody knows.
func (p Pause) Until() uint64 {
	switch {
	case p.Start == 0:
		return 0
	case !p.Confirmed.IsZero():
		return p.Start + Confirmed
	case p.Why != "":
		return p.Start + Told
	}
	return p.Start + Untold
}

// Stands reports whether it holds at a time by a clock that is trusted or not.
// A timer that nobody can read is held.
func (p Pause) Stands(now uint64, trusted bool) bool {
	return !p.Ended && (p.Start == 0 || !trusted || now < p.Until())
}

// Book is all pauses that are remembered, the oldest first. It is a value: nobody
// changes it after Apply has returned it. Nil is the empty one.
type Book struct {
	Pauses []Pause `cbor:"1,keyasint,omitempty"`
}

// All returns them.
func (b *Book) All() []Pause {
	if b == nil {
		return nil
	}
	return b.Pauses
}

// Find returns the pause that began at r.
func (b *Book) Find(r op.Ref) (Pause, bool) {
	for _, p := range b.All() {
		if p.Ref == r {
			return p, true
		}
	}
	return Pause{}, false
}

// Of returns the pause that an account is under.
func (b *Book) Of(account string, now uint64, trusted bool) (Pause, bool) {
	for _, p := range b.All() {
		if p.Account == account && p.Stands(now, trusted) {
			return p, true
		}
	}
	return Pause{}, false
}

// MarshalState is the one spelling of b, for digests and snapshots.
func (b *Book) MarshalState() []byte { return op.MustMarshal(b) }

// Unmarshal reads what MarshalState wrote.
func Unmarshal(raw []byte) (*Book, error) {
	b := new(Book)
	if err := op.Unmarshal(raw, b); err != nil {
		return nil, fmt.Errorf("pause: %w", err)
	}
	return b, nil
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"pause.content": "the content or the subject is not that of its kind",
	"pause.member":  "only active members act here",
	"pause.account": "there is no such account",
	"pause.twice":   "the account is paused already",
	"pause.again":   "the same person paused it lately, or had a part in a pause of it that was confirmed, or paused many accounts; another one may",
	"pause.gone":    "it does not stand any more",
	"pause.words":   "the words are missing",
	"pause.other":   "this is for somebody else to say",
	"pause.stands":  "nothing goes from the account while it is paused [account, until]",
}

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface{ At(key string) any }

type people interface{ IsActive(op.Member) bool }

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return slices.Contains(Kinds, k) }

// Touches returns the keys of the subjects that o changes.
func Touches(op.Opened, Reader) ([]string, error) { return []string{Key}, nil }

// Judge says whether o is lawful at its own frontier, and why not. Holder tells
// whose an account is, zero where it is shared, false where there is none such.
func Judge(o op.Opened, at Reader, holder func(account string) (op.Member, bool)) error {
	if who, ok := at.At("people").(people); !ok || !who.IsActive(o.Member) {
		return op.Refuse("pause.member")
	}
	b, _ := at.At(Key).(*Book)
	if o.Kind == KindBegin {
		return b.judgeBegin(o, holder)
	}
	p, ok := b.Find(o.Subject)
	if !ok || !p.Stands(o.Time, o.Clock.Trusted()) {
		return op.Refuse("pause.gone")
	}
	if o.Kind == KindTell {
		return p.judgeTell(o)
	}
	if len(o.Content) > 0 {
		return op.Refuse("pause.content")
	}
	whose, _ := holder(p.Account)
	switch {
	case !p.says(o, whose):
		return op.Refuse("pause.other")
	case o.Kind == KindConfirm && b.Rests(p, o.Member, o.Time, o.Clock.Trusted()):
		return op.Refuse("pause.again")
	}
	return nil
}

// Rests reports whether m has a part in another pause of the same account that was
// confirmed, and two weeks have not passed since. Else two could take turns and
// let nothing go from it for good, which is for a round to decide.
func (b *Book) Rests(p Pause, m op.Member, now uint64, trusted bool) bool {
	return slices.ContainsFunc(b.All(), func(x Pause) bool {
		part := !x.Confirmed.IsZero() && (x.By == m || x.Confirmed == m)
		return x.Ref != p.Ref && x.Account == p.Account && part && x.lately(now, trusted)
	})
}

// lately reports whether who began p rests still.
func (p Pause) lately(now uint64, trusted bool) bool {
	return !trusted || p.Start == 0 || now < p.Until()+Rest
}

// says reports whether somebody may confirm it, or end it: the second person is
// neither who did it nor whose account it is.
func (p Pause) says(o op.Opened, whose op.Member) bool {
	if o.Kind == KindConfirm {
		return o.Member != p.By && o.Member != whose && p.Confirmed.IsZero()
	}
	return o.Member == p.By || o.Member == p.Confirmed || p.Start == 0 && o.Member != whose
}

// spent reports whether p may be forgotten: nobody rests after it any more, or it
// was ended where nobody knew the date, and none could say when they have rested.
func (p Pause) spent(o op.Opened) bool {
	return !p.lately(o.Time, o.Clock.Trusted()) || p.Ended && p.Start == 0
}

func (b *Book) judgeBegin(o op.Opened, holder func(string) (op.Member, bool)) error {
	var c Begin
	if !o.Subject.IsZero() || o.Decode(&c) != nil {
		return op.Refuse("pause.content")
	}
	if _, ok := holder(c.Account); !ok {
		return op.Refuse("pause.account")
	}
	if _, twice := b.Of(c.Account, o.Time, o.Clock.Trusted()); twice {
		return op.Refuse("pause.twice")
	}
	n := 0
	for _, p := range b.All() {
		if p.By == o.Member && !p.spent(o) {
			n++
		}
		same := p.By == o.Member && p.Account == c.Account && p.lately(o.Time, o.Clock.Trusted())
		if same || n >= Each {
			return op.Refuse("pause.again")
		}
	}
	return op.CheckText(c.Why, MaxWords, false)
}

func (p Pause) judgeTell(o op.Opened) error {
	var c Tell
	switch {
	case o.Decode(&c) != nil:
		return op.Refuse("pause.content")
	case o.Member != p.By || p.Why != "":
		return op.Refuse("pause.other")
	case c.Why == "":
		return op.Refuse("pause.words")
	}
	return op.CheckText(c.Why, MaxWords, false)
}

// Apply returns the pauses after o. It is total: of two confirmations that had
// not seen each other the first counts.
func Apply(key string, value any, o op.Opened) any {
	b, _ := value.(*Book)
	if key != Key {
		return value
	}
	next := &Book{Pauses: slices.Clone(b.All())}
	if o.Kind == KindBegin {
		next.begin(o)
		return next
	}
	i := slices.IndexFunc(next.Pauses, func(p Pause) bool { return p.Ref == o.Subject })
	if i < 0 {
		return value
	}
	p := &next.Pauses[i]
	if p.Start == 0 && o.Clock.Trusted() {
		p.Start = o.Time
	}
	switch o.Kind {
	case KindTell:
		var c Tell
		if o.Decode(&c) == nil && p.Why == "" {
			p.Why = c.Why
		}
	case KindConfirm:
		if p.Confirmed.IsZero() {
			p.Confirmed = o.Member
		}
	case KindEnd:
		p.Ended = true
	}
	return next
}

// begin adds one. Where there are many the oldest is forgotten of those that have
// nothing more to say; one that stands, or that somebody rests after, stays, so
// that nobody crowds out another's.
func (b *Book) begin(o op.Opened) {
	var c Begin
	if o.Decode(&c) != nil {
		return
	}
	p := Pause{Ref: o.Ref, By: o.Member, Account: c.Account, Why: c.Why}
	if o.Clock.Trusted() {
		p.Start = o.Time
	}
	if b.Pauses = append(b.Pauses, p); len(b.Pauses) > Most {
		if i := slices.IndexFunc(b.Pauses, func(p Pause) bool { return p.spent(o) }); i >= 0 {
			b.Pauses = slices.Delete(b.Pauses, i, i+1)
		}
	}
}

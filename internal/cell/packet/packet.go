// Package packet owns what a newcomer goes through in the first weeks: who goes
// along with them, what is ticked of a short list, and which agreements they
// have signed (W7).
//
// A signature names agreements by their words: when those change, what was
// signed is seen to be another text.
package packet

import (
	"fmt"
	"math/bits"
	"slices"

	"celld/internal/op"
)

// Key is the one subject of this room.
const Key = "packets"

// The kinds of this room.
const (
	KindBuddy op.Kind = "packet.buddy" // I go along with somebody, or no more
	KindTick  op.Kind = "packet.tick"  // these things are done
	KindSign  op.Kind = "packet.sign"  // I have read these agreements, and stand by them
)

// The things of the list that are ticked, as bits. The buddy ticks the talk, too.
const (
	Rehearsed uint64 = 1 << iota // a round was tried out
	Pledged                      // a first promise was made
	Talked                       // what to be careful about was talked through
	all       = Rehearsed | Pledged | Talked
)

// MaxSigned is how many agreements are signed at once, and kept.
const MaxSigned = 100

// Buddy says that the author goes along with a newcomer; or that nobody does any
// more, which the newcomer may say, too.
type Buddy struct {
	For op.Member `cbor:"1,keyasint"`
	Yes bool      `cbor:"2,keyasint,omitempty"`
}

// Tick ticks things of somebody's list: one's own, or of whom one goes along
// with. What is ticked stays ticked.
type Tick struct {
	For    op.Member `cbor:"1,keyasint"`
	Things uint64    `cbor:"2,keyasint"`
}

// Sign names agreements that were read, instead of those named before.
type Sign struct {
	Agreements []Agreement `cbor:"1,keyasint"`
}

// Agreement is an agreement in the words that were agreed.
type Agreement struct {
	_     struct{} `cbor:",toarray"`
	Round op.Ref
	Text  [16]byte
}

// Packets is the value of this room: one for everybody who has begun. Nobody
// changes it after Apply has returned it.
type Packets struct {
	All []Packet `cbor:"1,keyasint,omitempty"`
}

// Packet is how far somebody has come.
type Packet struct {
	Member op.Member   `cbor:"1,keyasint"`
	Buddy  op.Member   `cbor:"2,keyasint"`           // zero for nobody
	Own    uint64      `cbor:"3,keyasint,omitempty"` // ticked by the member
	Theirs uint64      `cbor:"4,keyasint,omitempty"` // ticked by who went along then
	Signed []Agreement `cbor:"5,keyasint,omitempty"` // the agreements in their words
	Time   uint64      `cbor:"6,keyasint,omitempty"` // when, by a trusted clock
}

// Of returns somebody's packet, an empty one before they began. It may be asked
// of nil Packets.
func (p *Packets) Of(m op.Member) Packet {
	if i := p.index(m); i >= 0 {
		return p.All[i]
	}
	return Packet{Member: m}
}

// Members are all who have begun.
func (p *Packets) Members() (out []op.Member) {
	if p != nil {
		for _, x := range p.All {
			out = append(out, x.Member)
		}
	}
	return out
}

func (p *Packets) index(m op.Member) int {
	if p == nil {
		return -1
	}
	return slices.IndexFunc(p.All, func(x Packet) bool { return x.Member == m })
}

// Has reports whether a thing is ticked by all who tick it.
func (p Packet) Has(thing uint64) bool {
	return p.Own&thing != 0 && (thing != Talked || p.Theirs&thing != 0)
}

// HasSigned reports whether an agreement was signed in these words.
func (p Packet) HasSigned(a Agreement) bool { return slices.Contains(p.Signed, a) }

// Done reports whether nothing is left to do, where there are agreements or not.
func (p Packet) Done(agreements bool) bool {
	return !p.Buddy.IsZero() && p.Has(Rehearsed) && p.Has(Pledged) && p.Has(Talked) && (!agreements || len(p.Signed) > 0)
}

// MarshalState is the one spelling of p, for digests and snapshots.
func (p *Packets) MarshalState() []byte { return op.MustMarshal(p) }

// Read reads what MarshalState wrote.
func Read(b []byte) (*Packets, error) {
	p := new(Packets)
	if err := op.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("packet: %w", err)
	}
	for i, x := range p.All {
		if p.index(x.Member) != i {
			return nil, fmt.Errorf("packet: somebody is there twice")
		}
	}
	return p, nil
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"actor.unknown":  "only active members act here",
	"packet.kind":    "this kind of operation is not one of a packet",
	"packet.content": "the content or the subject is not that of a packet",
	"packet.oneself": "nobody is their own companion",
	"packet.taken":   "somebody goes along with them already",
	"packet.others":  "only the newcomer and who goes along with them do that",
	"packet.things":  "nothing is ticked, or what is not on the list",
	"packet.words":   "none, too many or the same agreement twice; or its words are not those in force",
}

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface{ At(key string) any }

// People is what this room asks of the subject "people".
type People interface{ IsActive(op.Member) bool }

// InForce tells the words in which a round is in force, at that frontier.
type InForce func(round op.Ref) (text [16]byte, ok bool)

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return k == KindBuddy || k == KindTick || k == KindSign }

// Touches returns the keys of the subjects that o changes.
func Touches(op.Opened) ([]string, error) { return []string{Key}, nil }

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader, inForce InForce) error {
	people, ok := at.At("people").(People)
	if !ok || !people.IsActive(o.Member) {
		return op.Refuse("actor.unknown")
	}
	if !o.Subject.IsZero() {
		return op.Refuse("packet.content")
	}
	p, _ := at.At(Key).(*Packets)
	switch o.Kind {
	case KindBuddy:
		return judgeBuddy(p, people, o)
	case KindTick:
		return judgeTick(p, people, o)
	case KindSign:
		return judgeSign(o, inForce)
	}
	return op.Refuse("packet.kind", string(o.Kind))
}

func judgeBuddy(p *Packets, people People, o op.Opened) error {
	var c Buddy
	if o.Decode(&c) != nil || !people.IsActive(c.For) {
		return op.Refuse("packet.content")
	}
	is := p.Of(c.For).Buddy
	switch {
	case !c.Yes && (is.IsZero() || o.Member != is && o.Member != c.For):
		return op.Refuse("packet.others")
	case c.Yes && o.Member == c.For:
		return op.Refuse("packet.oneself")
	case c.Yes && people.IsActive(is):
		return op.Refuse("packet.taken")
	}
	return nil
}

func judgeTick(p *Packets, people People, o op.Opened) error {
	var c Tick
	if o.Decode(&c) != nil || !people.IsActive(c.For) {
		return op.Refuse("packet.content")
	}
	if o.Member != c.For && o.Member != p.Of(c.For).Buddy {
		return op.Refuse("packet.others")
	}
	if c.Things == 0 || bits.Len64(c.Things) > bits.Len64(all) {
		return op.Refuse("packet.things")
	}
	return nil
}

func judgeSign(o op.Opened, inForce InForce) error {
	var c Sign
	if o.Decode(&c) != nil {
		return op.Refuse("packet.content")
	}
	if len(c.Agreements) == 0 || len(c.Agreements) > MaxSigned {
		return op.Refuse("packet.words")
	}
	seen := map[op.Ref]bool{}
	for _, a := range c.Agreements {
		if text, ok := inForce(a.Round); !ok || text != a.Text || seen[a.Round] {
			return op.Refuse("packet.words")
		}
		seen[a.Round] = true
	}
	return nil
}

// Apply returns the value after a lawful o. Of two who said at the same time that
// they go along with somebody, it is the later one in the order.
func Apply(_ string, value any, o op.Opened) any {
	next := &Packets{}
	if old, ok := value.(*Packets); ok {
		next.All = slices.Clone(old.All)
	}
	switch o.Kind {
	case KindBuddy:
		var c Buddy
		if o.Decode(&c) == nil {
			next.buddy(c, o.Member)
		}
	case KindTick:
		var c Tick
		if o.Decode(&c) == nil {
			next.tick(c, o.Member)
		}
	case KindSign:
		var c Sign
		if o.Decode(&c) == nil {
			x := next.at(o.Member)
			x.Signed, x.Time = c.Agreements, 0
			if o.Clock.Trusted() {
				x.Time = o.Time
			}
		}
	}
	return next
}

// at is somebody's packet, to be changed.
func (p *Packets) at(m op.Member) *Packet {
	i := p.index(m)
	if i < 0 {
		i = len(p.All)
		p.All = append(p.All, Packet{Member: m})
	}
	return &p.All[i]
}

func (p *Packets) buddy(c Buddy, by op.Member) {
	x := p.at(c.For)
	switch {
	case c.Yes:
		x.Buddy = by
	case by == c.For || by == x.Buddy:
		x.Buddy = op.Member{}
	}
}

func (p *Packets) tick(c Tick, by op.Member) {
	x := p.at(c.For)
	if by == c.For {
		x.Own |= c.Things & all
	} else {
		x.Theirs |= c.Things & all
	}
}

package rota

import (
	"slices"

	"celld/internal/op"
)

// The kinds of this room.
const (
	KindBegin   op.Kind = "rota.begin"
	KindDecline op.Kind = "rota.decline"
	KindEnd     op.Kind = "rota.end"
)

// Begin begins the author's term: their yes to being next. With a round it
// begins the term that this round gave, whoever writes it down.
type Begin struct {
	Role   Role      `cbor:"1,keyasint"`
	Number uint64    `cbor:"2,keyasint"`
	Length uint64    `cbor:"3,keyasint"` // seconds, as the role has it now
	Round  op.Ref    `cbor:"4,keyasint,omitzero"`
	Member op.Member `cbor:"5,keyasint,omitzero"` // whose it is by that round
}

// Decline passes the coming term on, without a reason.
type Decline struct {
	Role   Role   `cbor:"1,keyasint"`
	Number uint64 `cbor:"2,keyasint"`
}

// End hands a role back.
type End struct {
	Role   Role   `cbor:"1,keyasint"`
	Number uint64 `cbor:"2,keyasint"`
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"actor.unknown": "only active members act here",
	"rota.kind":     "this kind of operation is not one of the rota",
	"rota.content":  "the content cannot be read",
	"rota.role":     "that role has no turns",
	"rota.number":   "the rota has moved on; the argument is the number of the coming term",
	"rota.length":   "the length is not that of the role",
	"rota.running":  "the term before has not ended",
	"rota.not-next": "it is another's turn",
	"rota.holder":   "only who holds the role hands it back before its time",
	"rota.void":     "nobody holds the role",
	"rota.others":   "only who gave the role and who took it tick what was handed over",
	"rota.things":   "the argument is how many things the list of the role has; at least one of them is ticked",

	"rota.selecting":    "reasons for that term are heard already",
	"rota.roster":       "the members are not those who belong",
	"rota.no-selection": "no reasons are heard for that term",
	"rota.outside":      "only who belonged when it began has a voice in it",
	"rota.proposed":     "the round about somebody is open",
	"rota.shown":        "the names are shown already, or there are none",
	"rota.hidden":       "the names are not shown yet",
	"rota.lead":         "only who facilitates and is not named leads this on",
	"rota.barred":       "that member cannot have the turn",
	"rota.round":        "no round says exactly this",
	"rota.own-yes":      "whose turn it would be has not said yes with their own voice",
}

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface {
	At(key string) any
}

// People is what this room asks of the subject "people".
type People interface {
	Active() []op.Member // in the order of the table
	IsActive(op.Member) bool
	Away(op.Member) bool
}

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool {
	return k == KindBegin || k == KindDecline || k == KindEnd || k == KindTick || k == KindKeep || selects(k)
}

// selects reports the kinds of a selection.
func selects(k op.Kind) bool {
	return k == KindSelect || k == KindNominate || k == KindReveal || k == KindPropose || k == KindClose
}

// OwnsKey reports whether a subject belongs to this room.
func OwnsKey(key string) bool { return key == Key || key == KeySelections }

// Touches returns the keys of the subjects that o changes.
func Touches(o op.Opened, _ Reader) ([]string, error) {
	if selects(o.Kind) {
		return []string{KeySelections}, nil
	}
	return []string{Key}, nil
}

// Read reads back a value of either subject.
func Read(key string, b []byte) (any, error) {
	if key == KeySelections {
		return UnmarshalSelections(b)
	}
	return UnmarshalRota(b)
}

// Here returns the members who can be asked: active and not on leave.
func Here(at Reader) []op.Member {
	people, ok := at.At("people").(People)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(people.Active()), people.Away)
}

// act is the content of any kind, decoded.
type act struct {
	role                   Role
	number, length, things uint64
	round                  op.Ref
	who                    op.Member
	words                  string
	roster                 []op.Member
}

func decode(o op.Opened) (act, error) {
	var a act
	var err error
	switch o.Kind {
	case KindBegin:
		var c Begin
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number, length: c.Length, round: c.Round, who: c.Member}
	case KindDecline:
		var c Decline
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number}
	case KindEnd:
		var c End
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number}
	case KindTick:
		var c Tick
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number, things: c.Things}
	default:
		a, err = decodeSelection(o)
	}
	if _, refused := err.(op.Refusal); refused {
		return a, err
	}
	if err != nil {
		return a, op.Refuse("rota.content", err.Error())
	}
	if !a.role.turns() {
		return a, op.Refuse("rota.role")
	}
	return a, nil
}

// decodeSelection decodes what only a selection has.
func decodeSelection(o op.Opened) (a act, err error) {
	switch o.Kind {
	case KindSelect:
		var c Select
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number, words: c.Words, roster: c.Roster}
	case KindNominate:
		var c Nominate
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number, who: c.Who, words: c.Why}
	case KindReveal, KindClose:
		var c Reveal
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number}
	case KindPropose:
		var c Propose
		err = o.Decode(&c)
		a = act{role: c.Role, number: c.Number, who: c.Who}
	default:
		err = op.Refuse("rota.kind", string(o.Kind))
	}
	return a, err
}

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader) error {
	if o.Kind == KindKeep {
		return judgeKeep(o, at)
	}
	a, err := decode(o)
	if err != nil {
		return err
	}
	people, ok := at.At("people").(People)
	if !ok || !people.IsActive(o.Member) {
		return op.Refuse("actor.unknown")
	}
	r, _ := at.At(Key).(*Rota)
	if selects(o.Kind) {
		return a.judgeSelection(o, at, r, people)
	}
	post := r.Post(a.role)
	switch o.Kind {
	case KindBegin:
		if a.length == a.role.Length() && !a.round.IsZero() {
			return a.judgeMandate(at, r, people)
		}
		return a.judgeBegin(o, r, people, Here(at))
	case KindDecline:
		return a.judgeTurn(o, r, Here(at))
	case KindTick:
		return a.judgeTick(o, post)
	}
	return a.judgeEnd(o, post.Term, people)
}

func (a act) judgeBegin(o op.Opened, r *Rota, people People, here []op.Member) error {
	t := r.Post(a.role).Term
	switch {
	case a.length != a.role.Length():
		return op.Refuse("rota.length")
	case !a.who.IsZero():
		return op.Refuse("rota.round")
	case !t.Over(o.Time, o.Clock.Trusted()) && people.IsActive(t.Member):
		return op.Refuse("rota.running")
	}
	return a.judgeTurn(o, r, here)
}

// judgeTurn asks that it is the author's turn for that very term.
func (a act) judgeTurn(o op.Opened, r *Rota, here []op.Member) error {
	coming := r.Post(a.role).Term.Number + 1
	switch {
	case a.number != coming:
		return op.Refuse("rota.number", coming)
	case r.Next(a.role, here) != o.Member:
		return op.Refuse("rota.not-next")
	}
	return nil
}

// judgeEnd lets the holder hand back at any time, and anybody when the term is
// over or the holder has left.
func (a act) judgeEnd(o op.Opened, t Term, people People) error {
	switch {
	case t.Ended || t.Number == 0:
		return op.Refuse("rota.void")
	case a.number != t.Number:
		return op.Refuse("rota.number", t.Number)
	case o.Member != t.Member && people.IsActive(t.Member) && !t.Over(o.Time, o.Clock.Trusted()):
		return op.Refuse("rota.holder")
	}
	return nil
}

// Apply returns the rota after o. It is total: what comes too late for its
// term changes nothing.
func Apply(key string, value any, o op.Opened) any {
	r, _ := value.(*Rota)
	if o.Kind == KindKeep && key == Key {
		return r.keep(o)
	}
	a, err := decode(o)
	switch {
	case err != nil || !OwnsKey(key) || selects(o.Kind) != (key == KeySelections):
		return value
	case key == KeySelections:
		return applySelection(value, a, o)
	}
	post := r.Post(a.role)
	if !post.apply(a, o) {
		return value
	}
	return r.with(post)
}

// apply changes p, a copy, and reports whether it did.
func (p *Post) apply(a act, o op.Opened) bool {
	coming := a.number == p.Term.Number+1
	switch {
	case o.Kind == KindBegin && coming:
		p.begin(a, o)
	case o.Kind == KindDecline && coming && !slices.Contains(p.Declined, o.Member):
		p.Declined = append(slices.Clip(p.Declined), o.Member)
	case o.Kind == KindEnd && a.number == p.Term.Number && p.Term.Number != 0 && !p.Term.Ended:
		p.Term.Ended = true
		if o.Clock.Trusted() && p.Term.From != 0 {
			p.Term.To = max(o.Time, p.Term.From)
		}
	case o.Kind == KindTick && a.number == p.Term.Number:
		return p.tick(a, o.Member)
	default:
		return false
	}
	return true
}

func (p *Post) begin(a act, o op.Opened) {
	who, began := o.Member, uint64(0)
	if !a.who.IsZero() {
		who = a.who
	}
	if o.Clock.Trusted() {
		began = o.Time
	}
	p.over(began)
	p.Term = Term{Number: a.number, Member: who, Ref: o.Ref}
	if began != 0 {
		p.Term.From, p.Term.To = began, began+a.length
	}
	p.Declined, p.Handover = nil, nil
	p.Served = slices.Clone(p.Served)
	i := p.served(who)
	if i < 0 {
		i, p.Served = len(p.Served), append(p.Served, Served{Member: who})
	}
	p.Served[i].Terms++
	p.Served[i].Last = a.number
}

// with returns r with a post replaced or added.
func (r *Rota) with(p Post) *Rota {
	next := new(Rota)
	if r != nil {
		next.Posts, next.Keepers = slices.Clone(r.Posts), r.Keepers
	}
	i, found := slices.BinarySearchFunc(next.Posts, p.Role, func(q Post, role Role) int { return int(q.Role) - int(role) })
	if !found {
		next.Posts = op.Insert(next.Posts, i, p)
	}
	next.Posts[i] = p
	return next
}

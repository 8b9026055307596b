package meeting

import (
	"slices"

	"celld/internal/op"
)

// The kinds of this room.
const (
	KindPlan    op.Kind = "meeting.plan"
	KindMove    op.Kind = "meeting.move"
	KindCancel  op.Kind = "meeting.cancel"
	KindItem    op.Kind = "meeting.item"
	KindDrop    op.Kind = "meeting.drop"
	KindDuty    op.Kind = "meeting.duty"
	KindMinutes op.Kind = "meeting.minutes"
)

// Kinds lists them.
var Kinds = []op.Kind{KindPlan, KindMove, KindCancel, KindItem, KindDrop, KindDuty, KindMinutes}

// Plan calls a meeting.
type Plan struct {
	Number uint64 `cbor:"1,keyasint"` // one more than there are
	When   When   `cbor:"2,keyasint"`
	What   string `cbor:"3,keyasint,omitempty"`
}

// Move sets another day, time or place.
type Move struct {
	When When `cbor:"1,keyasint"`
}

// Cancel calls a meeting off.
type Cancel struct {
	Why string `cbor:"1,keyasint,omitempty"`
}

// AddItem brings something to talk about.
type AddItem struct {
	Words string `cbor:"1,keyasint"`
}

// DropItem takes one's own back.
type DropItem struct {
	Item op.Ref `cbor:"1,keyasint"`
}

// Take takes a duty on, or says "not this time", without a reason.
type Take struct {
	Duty Duty `cbor:"1,keyasint"`
	Yes  bool `cbor:"2,keyasint,omitempty"`
}

// WriteMinutes writes down what was said; it may be written again.
type WriteMinutes struct {
	Words  string      `cbor:"1,keyasint"`
	Rounds []op.Ref    `cbor:"2,keyasint,omitempty"`
	There  []op.Member `cbor:"3,keyasint,omitempty"`
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"actor.unknown":   "only active members act here",
	"meeting.kind":    "this kind of operation is not one of a meeting",
	"meeting.content": "the content cannot be read",
	"meeting.unknown": "there is no such meeting",
	"meeting.number":  "another meeting was called meanwhile; the argument is the number of the next",
	"meeting.day":     "that is not a day",
	"meeting.off":     "the meeting was called off",
	"meeting.held":    "there are minutes of the meeting",
	"meeting.other":   "only who called it, looks after it or takes its notes moves it or calls it off",
	"meeting.empty":   "there are no words",
	"meeting.full":    "there are as many things to talk about as there may be; the argument is how many",
	"meeting.item":    "only who brought something takes it back",
	"meeting.duty":    "somebody else has that duty, or said yes to it",
	"meeting.pen":     "only who takes the notes writes them down",
	"meeting.links":   "too many are named, or one twice, or a round that is not there",
}

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return slices.Contains(Kinds, k) }

// OwnsKey reports whether a subject belongs to this room.
func OwnsKey(key string) bool {
	return key == KeyList || len(key) > len(prefix) && key[:len(prefix)] == prefix
}

// Touches returns the keys of the subjects that o changes. The list hears only
// of what changes a day or how a meeting stands.
func Touches(o op.Opened, _ Reader) ([]string, error) {
	switch o.Kind {
	case KindItem, KindDrop, KindDuty:
		return []string{Key(o.Thing())}, nil
	}
	return []string{Key(o.Thing()), KeyList}, nil
}

// act is the content of any kind, decoded.
type act struct {
	Plan
	Cancel
	DropItem
	Take
	minutes WriteMinutes
	words   string
}

func decode(o op.Opened) (a act, err error) {
	switch o.Kind {
	case KindPlan:
		err = o.Decode(&a.Plan)
	case KindMove:
		var c Move
		err = o.Decode(&c)
		a.When = c.When
	case KindCancel:
		err = o.Decode(&a.Cancel)
	case KindItem:
		var c AddItem
		err = o.Decode(&c)
		a.words = c.Words
	case KindDrop:
		err = o.Decode(&a.DropItem)
	case KindDuty:
		err = o.Decode(&a.Take)
	case KindMinutes:
		err = o.Decode(&a.minutes)
	default:
		return a, op.Refuse("meeting.kind", string(o.Kind))
	}
	if err != nil {
		return a, op.Refuse("meeting.content", err.Error())
	}
	return a, nil
}

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader) error {
	a, err := decode(o)
	if err != nil {
		return err
	}
	people, ok := at.At("people").(People)
	if !ok || !people.IsActive(o.Member) {
		return op.Refuse("actor.unknown")
	}
	if o.Kind == KindPlan {
		return a.judgePlan(o, at)
	}
	m, _ := at.At(Key(o.Subject)).(*Meeting)
	switch {
	case o.Subject.IsZero() || m == nil:
		return op.Refuse("meeting.unknown")
	case m.Off && m.Minutes == nil:
		return op.Refuse("meeting.off")
	case m.Minutes != nil && o.Kind != KindMinutes && o.Kind != KindDuty:
		return op.Refuse("meeting.held")
	}
	return a.judgeOn(m, o, at)
}

func (a act) judgePlan(o op.Opened, at Reader) error {
	list, _ := at.At(KeyList).(*List)
	if !o.Subject.IsZero() {
		return op.Refuse("meeting.content")
	}
	if n := uint64(list.Len()) + 1; a.Number != n {
		return op.Refuse("meeting.number", n)
	}
	if err := a.When.check(); err != nil {
		return err
	}
	return op.CheckText(a.What, MaxLine, false)
}

func (w When) check() error {
	if w.Day == 0 || w.Day >= maxDay {
		return op.Refuse("meeting.day")
	}
	if err := op.CheckText(w.Time, MaxLine, false); err != nil {
		return err
	}
	return op.CheckText(w.Place, MaxLine, false)
}

func (a act) judgeOn(m *Meeting, o op.Opened, at Reader) error {
	switch o.Kind {
	case KindItem:
		return a.judgeItem(m)
	case KindDrop:
		if i := m.item(a.Item); i < 0 || m.Items[i].By != o.Member {
			return op.Refuse("meeting.item")
		}
		return nil
	case KindDuty:
		return a.judgeDuty(m, o.Member, at)
	case KindMinutes:
		return a.judgeMinutes(m, o.Member, at)
	}
	if !m.Cares(at, o.Member) {
		return op.Refuse("meeting.other")
	}
	if o.Kind == KindMove {
		return a.When.check()
	}
	return op.CheckText(a.Why, MaxItem, true)
}

// Cares reports whether who may move m or call it off: who called it, who looks
// after it, and who takes the notes.
func (m *Meeting) Cares(at Reader, who op.Member) bool {
	return who == m.By || who == m.Who(at, Lead) || who == m.Who(at, Pen)
}

func (a act) judgeItem(m *Meeting) error {
	switch {
	case a.words == "":
		return op.Refuse("meeting.empty")
	case len(m.Items) >= MaxItems:
		return op.Refuse("meeting.full", MaxItems)
	}
	return op.CheckText(a.words, MaxItem, false)
}

// MayTake reports whether who may take a duty on: nobody else said yes to it,
// nor has written the minutes.
func (m *Meeting) MayTake(at Reader, d Duty, who op.Member) bool {
	active, _ := peopleAt(at)
	post := m.post(d)
	if slices.Contains(active, post.Taken) || d == Lead && m.Minutes != nil {
		return false
	}
	return d == Lead || m.Minutes == nil || m.Minutes.By != who && !slices.Contains(active, m.Minutes.By)
}

func (a act) judgeDuty(m *Meeting, who op.Member, at Reader) error {
	switch {
	case a.Duty != Lead && a.Duty != Pen:
		return op.Refuse("meeting.content")
	case a.Yes && !m.MayTake(at, a.Duty, who), !a.Yes && m.Who(at, a.Duty) != who:
		return op.Refuse("meeting.duty")
	}
	return nil
}

func (a act) judgeMinutes(m *Meeting, who op.Member, at Reader) error {
	w := a.minutes
	switch {
	case m.Who(at, Pen) != who:
		return op.Refuse("meeting.pen")
	case w.Words == "":
		return op.Refuse("meeting.empty")
	case len(w.Rounds) > MaxLinks || len(w.There) > maxThere || twice(w.Rounds) || twice(w.There):
		return op.Refuse("meeting.links")
	}
	for _, r := range w.Rounds {
		if at.At("round/"+r.String()) == nil {
			return op.Refuse("meeting.links")
		}
	}
	return op.CheckText(w.Words, MaxMinutes, true)
}

func twice[T comparable](list []T) bool {
	for i, x := range list {
		if slices.Contains(list[:i], x) {
			return true
		}
	}
	return false
}

// Apply returns the value of a subject after o. It is total: what comes too
// late, since a meeting was held or called off meanwhile, changes nothing. What
// was called off while somebody wrote its minutes has taken place.
func Apply(key string, value any, o op.Opened) any {
	a, err := decode(o)
	if err != nil {
		return value
	}
	if key == KeyList {
		l, _ := value.(*List)
		return l.after(a, o)
	}
	if o.Kind == KindPlan {
		return &Meeting{Ref: o.Ref, Number: a.Number, By: o.Member, When: a.When, What: a.What}
	}
	m, _ := value.(*Meeting)
	if m == nil {
		return value
	}
	next := *m
	if !next.apply(a, o) {
		return value
	}
	return &next
}

// apply changes m, a copy, and reports whether it did.
func (m *Meeting) apply(a act, o op.Opened) bool {
	planned := m.State() == Planned
	switch {
	case o.Kind == KindMinutes:
		m.write(a.minutes, o)
	case o.Kind == KindDuty:
		return m.duty(a.Take, o.Member)
	case !planned:
		return false
	case o.Kind == KindMove:
		m.When = a.When
	case o.Kind == KindCancel:
		m.Off, m.Why = true, a.Why
	case o.Kind == KindItem && len(m.Items) < MaxItems:
		m.Items = append(slices.Clip(m.Items), Item{o.Ref, o.Member, a.words})
	case o.Kind == KindDrop && m.item(a.Item) >= 0:
		i := m.item(a.Item)
		m.Items = slices.Delete(slices.Clone(m.Items), i, i+1)
	default:
		return false
	}
	return true
}

func (m *Meeting) item(r op.Ref) int {
	return slices.IndexFunc(m.Items, func(x Item) bool { return x.Ref == r })
}

func (m *Meeting) write(w WriteMinutes, o op.Opened) {
	times := uint64(1)
	if m.Minutes != nil {
		times += m.Minutes.Times
	}
	m.Off = false
	m.Minutes = &Minutes{By: o.Member, Words: w.Words, Rounds: w.Rounds, There: w.There, Times: times, Time: o.Time, Dated: o.Clock.Trusted()}
}

// duty takes one on or says no to it. Of two who said yes without having seen
// each other the last in the one order has it.
func (m *Meeting) duty(t Take, who op.Member) bool {
	post := *m.post(t.Duty)
	switch {
	case t.Yes && post.Taken != who:
		post.Taken = who
		post.Declined = slices.DeleteFunc(slices.Clone(post.Declined), func(x op.Member) bool { return x == who })
	case !t.Yes && !slices.Contains(post.Declined, who):
		post.Declined = append(slices.Clip(post.Declined), who)
		if post.Taken == who {
			post.Taken = op.Member{}
		}
	default:
		return false
	}
	*m.post(t.Duty) = post
	return true
}

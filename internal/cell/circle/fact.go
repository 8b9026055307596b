// Package circle owns conflict circles: what the people in one have told each
// other to write down, and the stage that it adds up to (K1 to K5).
//
// A circle lies outside the cell's state. Its facts travel in letters that only
// its people open (packages op and letter), and whoever is one of them folds
// them for themselves. Letters go after a month; so facts say themselves in
// which order they were said, and are carried on in new letters, by whomever.
//
// There is nowhere to write what happened, or who did what to whom: no fact has
// room for it. The one text is what somebody will do (K3).
package circle

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sort"
	"strings"

	"celld/internal/op"
)

// ID names a circle, by chance.
type ID [8]byte

// Verb is what somebody does in a circle.
type Verb uint8

// The verbs. Whom and Day of a fact mean what stands behind each.
const (
	Call      Verb = iota + 1 // calls the circle: Parties, Name
	Come                      // a party: yes, let us look for a keeper
	Ask                       // a party asks somebody to keep it: Whom
	Agree                     // who was asked: yes
	Recuse                    // who was asked, or keeps it: not me
	Accept                    // a party accepts the keeper: Whom
	Begin                     // the keeper begins to talk with each
	Ready                     // a party is ready to sit down
	Plan                      // the keeper: the circle is on a Day
	Held                      // the keeper: it was held
	Act                       // somebody will do something: Whom, What, Day
	Drop                      // an action is taken out again, before all have signed: Mark
	Review                    // when all meet again: Day
	Sign                      // a party signs the plan as it stands: Mark
	Done                      // who took on an action has done it: Mark
	Again                     // the keeper: all met again
	Close                     // the keeper closes it
	Pause                     // anybody in it: not now
	Resume                    // anybody in it: on from where it was
	Decline                   // a party says no to the circle
	Otherwise                 // it is cared for in another way
	Refer                     // it went to others, for safety
	Forget                    // somebody agrees to expunge it now
	verbs
)

// Bounds. An action is also bounded in bytes, so that a fact fits a letter.
const (
	MaxParties = op.Wraps - 1 // the keeper has the last wrap
	MaxAction  = 140
	maxBytes   = 300
)

// Fact is one thing that somebody did.
type Fact struct {
	N    uint64 // one more than of any fact that its writer knew
	By   op.Member
	Day  uint64 // when, in days since 1970; 0 when nobody knew the date
	Verb Verb

	Whom    op.Member
	On      uint64 // a day that is spoken of
	What    string // Act alone
	Mark    [8]byte
	Parties []op.Member
	Name    [5]byte // a language and two words of its list
}

// Bytes is the one spelling of f.
func (f Fact) Bytes() []byte {
	b := binary.AppendUvarint([]byte{byte(f.Verb)}, f.N)
	b = binary.AppendUvarint(append(b, f.By[:]...), f.Day)
	switch f.Verb {
	case Call:
		b = append(append(b, f.Name[:]...), byte(len(f.Parties)))
		for _, m := range f.Parties {
			b = append(b, m[:]...)
		}
	case Ask, Accept:
		b = append(b, f.Whom[:]...)
	case Plan, Review:
		b = binary.AppendUvarint(b, f.On)
	case Act:
		b = binary.AppendUvarint(append(b, f.Whom[:]...), f.On)
		b = op.AppendField(b, []byte(f.What))
	case Drop, Sign, Done:
		b = append(b, f.Mark[:]...)
	}
	return b
}

// readFact reads what Bytes wrote.
func readFact(in *op.Reader) (f Fact) {
	f.Verb = Verb(in.Bytes(1)[0])
	f.N = in.Uvarint()
	copy(f.By[:], in.Bytes(8))
	f.Day = in.Uvarint()
	switch f.Verb {
	case Call:
		copy(f.Name[:], in.Bytes(5))
		for range min(int(in.Bytes(1)[0]), MaxParties) {
			f.Parties = append(f.Parties, op.Member(in.Bytes(8)))
		}
	case Ask, Accept:
		copy(f.Whom[:], in.Bytes(8))
	case Plan, Review:
		f.On = in.Uvarint()
	case Act:
		copy(f.Whom[:], in.Bytes(8))
		f.On, f.What = in.Uvarint(), in.String()
	case Drop, Sign, Done:
		copy(f.Mark[:], in.Bytes(8))
	}
	return f
}

// sound reports whether a fact may stand in a letter at all.
func (f Fact) sound() bool {
	if f.Verb == 0 || f.Verb >= verbs || f.By.IsZero() || f.N == 0 {
		return false
	}
	return f.Verb != Act || CheckAction(f.What) == nil
}

// CheckAction says whether a text will do for an action (K3).
func CheckAction(what string) error {
	if what == "" {
		return op.Refuse("circle.empty")
	}
	if strings.ContainsRune(what, '\n') || len(what) > maxBytes {
		return op.Refuse("text.long", MaxAction)
	}
	return op.CheckText(what, MaxAction, false)
}

// Page is what one letter says: some facts of one circle. Turn counts how often
// its key was turned.
type Page struct {
	ID    ID
	Turn  uint64
	Facts []Fact
}

// Bytes is the one spelling of p.
func (p Page) Bytes() []byte {
	b := binary.AppendUvarint(slices.Clone(p.ID[:]), p.Turn)
	for _, f := range p.Facts {
		b = op.AppendField(b, f.Bytes())
	}
	return b
}

// ParsePage reads what Bytes wrote.
func ParsePage(b []byte) (p Page, ok bool) {
	in := op.NewReader(b)
	copy(p.ID[:], in.Bytes(8))
	p.Turn = in.Uvarint()
	for in.Left() > 0 && !in.Failed() {
		one := op.NewReader(in.Field())
		f := readFact(one)
		if one.End() != nil || !f.sound() {
			return Page{}, false
		}
		p.Facts = append(p.Facts, f)
	}
	return p, in.End() == nil
}

// Pages puts facts on as few pages as it takes, each of which fits a letter.
func Pages(id ID, turn uint64, facts []Fact) (pages []Page) {
	empty := Page{ID: id, Turn: turn}
	size := op.MaxLetter
	for _, f := range facts {
		n := len(op.AppendField(nil, f.Bytes()))
		if size += n; size > op.MaxLetter {
			pages = append(pages, empty)
			size = len(empty.Bytes()) + n
		}
		last := &pages[len(pages)-1]
		last.Facts = append(last.Facts, f)
	}
	return pages
}

// MarkOf names a fact among those of its circle.
func MarkOf(f Fact) [8]byte {
	sum := sha256.Sum256(f.Bytes())
	return [8]byte(sum[:8])
}

// sorted returns facts in the order in which they were said, each once: what two
// said without knowing of each other in an order of its own.
func sorted(facts []Fact) []Fact {
	out := slices.Clone(facts)
	sort.SliceStable(out, func(i, j int) bool { return before(out[i], out[j]) })
	return slices.CompactFunc(out, func(a, b Fact) bool { return bytes.Equal(a.Bytes(), b.Bytes()) })
}

func before(a, b Fact) bool {
	if a.N != b.N {
		return a.N < b.N
	}
	return bytes.Compare(a.Bytes(), b.Bytes()) < 0
}

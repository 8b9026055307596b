// Package directory owns what people say that they can, offer and need.
//
// An entry is a few words under a heading, by its author, until a day or until
// it is taken down. What fits what is arithmetic over the entries that stand:
// the same heading, and the more words alike the better. What is promised for a
// need is a pledge of the ledger, which names the need.
package directory

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"celld/internal/op"
)

// Key is the one subject of this room.
const Key = "directory"

// Sort is what an entry says.
type Sort uint8

// The sorts of entry.
const (
	Skill Sort = iota + 1
	Offer
	Need
)

func (s Sort) String() string { return [...]string{"", "skill", "offer", "need"}[min(s, Need)] }

// Area is the heading that an entry stands under.
type Area uint8

// The headings. Other fits only by its words.
const (
	Other Area = iota
	Hands
	Repair
	Food
	Transport
	Care
	Tools
	Room
	Learning
	Paper
)

// Areas lists them as pages offer them.
var Areas = []Area{Hands, Repair, Food, Transport, Care, Tools, Room, Learning, Paper, Other}

// How long the words of an entry are at most, and how many entries of one
// person stand at a time.
const (
	MaxWords = 200
	Each     = 30
)

// The kinds of this room.
const (
	KindPost op.Kind = "entry.post" // Post
	KindEnd  op.Kind = "entry.end"
)

// Kinds lists them.
var Kinds = []op.Kind{KindPost, KindEnd}

// Post is the content of entry.post.
type Post struct {
	Sort    Sort   `cbor:"1,keyasint"`
	Area    Area   `cbor:"2,keyasint,omitempty"`
	Words   string `cbor:"3,keyasint"`
	Until   uint64 `cbor:"4,keyasint,omitempty"` // Unix seconds; 0: until it is taken down
	Project op.Ref `cbor:"5,keyasint,omitzero"`  // what needs it, where that is a project
}

// Entry is what stands in the directory.
type Entry struct {
	Post
	Ref op.Ref    `cbor:"6,keyasint"`
	By  op.Member `cbor:"7,keyasint"`
}

// Over reports whether the day of an entry has passed.
func (e Entry) Over(now uint64) bool { return e.Until != 0 && e.Until <= now }

// Book is the entries that stand, in the order of their coming. It is a value:
// nobody changes it after Apply has returned it. Nil is the empty one.
type Book struct {
	Entries []Entry `cbor:"1,keyasint,omitempty"`
}

// All returns the entries.
func (b *Book) All() []Entry {
	if b == nil {
		return nil
	}
	return b.Entries
}

// Find returns the entry that was posted at r.
func (b *Book) Find(r op.Ref) (Entry, bool) {
	for _, e := range b.All() {
		if e.Ref == r {
			return e, true
		}
	}
	return Entry{}, false
}

// MarshalState is the one spelling of b, for digests and snapshots.
func (b *Book) MarshalState() []byte { return op.MustMarshal(b) }

// Unmarshal reads what MarshalState wrote.
func Unmarshal(raw []byte) (*Book, error) {
	b := new(Book)
	if err := op.Unmarshal(raw, b); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	return b, nil
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"entry.content": "the content or the subject is not that of its kind",
	"entry.member":  "only active members act here",
	"entry.sort":    "there is no such sort or heading",
	"entry.words":   "the words are missing",
	"entry.many":    "the argument is how many entries of one person stand at a time",
	"entry.until":   "its last day has passed already",
	"entry.project": "only a need is that of a project, and only who is with it says so",
	"entry.gone":    "it does not stand there any more",
	"entry.other":   "only who wrote it, or who is with the project, takes it down",
}

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface{ At(key string) any }

type people interface{ IsActive(op.Member) bool }

// project is what this room asks of a project.
type project interface {
	Has(op.Member) bool
	Open() bool
}

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return slices.Contains(Kinds, k) }

// Touches returns the keys of the subjects that o changes.
func Touches(op.Opened, Reader) ([]string, error) { return []string{Key}, nil }

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader) error {
	who, ok := at.At("people").(people)
	if !ok || !who.IsActive(o.Member) {
		return op.Refuse("entry.member")
	}
	b, _ := at.At(Key).(*Book)
	if o.Kind == KindEnd {
		return judgeEnd(o, at, b, who)
	}
	var p Post
	switch {
	case !o.Subject.IsZero() || o.Decode(&p) != nil:
		return op.Refuse("entry.content")
	case p.Sort < Skill || p.Sort > Need || p.Area > Paper:
		return op.Refuse("entry.sort")
	case p.Words == "":
		return op.Refuse("entry.words")
	case o.Clock.Trusted() && p.Until != 0 && p.Until <= o.Time:
		return op.Refuse("entry.until")
	case b.of(o) >= Each:
		return op.Refuse("entry.many", Each)
	}
	if !p.Project.IsZero() {
		x, ok := at.At("project/" + p.Project.String()).(project)
		if !ok || p.Sort != Need || !x.Open() || !x.Has(o.Member) {
			return op.Refuse("entry.project")
		}
	}
	return op.CheckText(p.Words, MaxWords, false)
}

func judgeEnd(o op.Opened, at Reader, b *Book, who people) error {
	e, ok := b.Find(o.Subject)
	switch {
	case len(o.Content) > 0:
		return op.Refuse("entry.content")
	case !ok:
		return op.Refuse("entry.gone")
	case e.By == o.Member || !who.IsActive(e.By):
		return nil
	}
	if x, is := at.At("project/" + e.Project.String()).(project); is && x.Has(o.Member) {
		return nil
	}
	return op.Refuse("entry.other")
}

// of counts the author's entries that stand at the time of o.
func (b *Book) of(o op.Opened) (n int) {
	for _, e := range b.All() {
		if e.By == o.Member && !(o.Clock.Trusted() && e.Over(o.Time)) {
			n++
		}
	}
	return n
}

// Apply returns the directory after o. With a new entry those of the same
// author go whose day has passed.
func Apply(key string, value any, o op.Opened) any {
	b, _ := value.(*Book)
	if key != Key {
		return value
	}
	if o.Kind == KindEnd {
		return b.without(func(e Entry) bool { return e.Ref == o.Subject })
	}
	var p Post
	if o.Decode(&p) != nil {
		return value
	}
	next := b.without(func(e Entry) bool { return e.By == o.Member && o.Clock.Trusted() && e.Over(o.Time) })
	next.Entries = append(next.Entries, Entry{Post: p, Ref: o.Ref, By: o.Member})
	return next
}

// without returns a copy of b that lacks some entries.
func (b *Book) without(gone func(Entry) bool) *Book {
	rest := slices.DeleteFunc(slices.Clone(b.All()), gone)
	if len(rest) == 0 {
		rest = nil
	}
	return &Book{Entries: rest}
}

// Fit is an entry that may answer another, and how many words they share.
type Fit struct {
	Entry
	Alike int
}

// Fits returns what may answer e, the best first, of the entries of others: for
// a need skills and offers, for those needs.
func (b *Book) Fits(e Entry) (out []Fit) {
	mine := stems(e.Words)
	for _, x := range b.All() {
		if x.By == e.By || (x.Sort == Need) == (e.Sort == Need) || x.Area != e.Area {
			continue
		}
		n := alike(mine, stems(x.Words))
		if n > 0 || e.Area != Other {
			out = append(out, Fit{x, n})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Alike > out[j].Alike })
	return out
}

// stemLen is how much of a word has to be alike; shorter words say too little.
const stemLen = 4

// stems are the beginnings of the longer words of a text, in small letters.
func stems(text string) (out []string) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if r := []rune(w); len(r) >= stemLen {
			out = append(out, string(r[:stemLen]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func alike(a, b []string) (n int) {
	for _, w := range a {
		if slices.Contains(b, w) {
			n++
		}
	}
	return n
}

// Package commons owns the pages that a cell keeps for itself and others: its
// playbook, role sheets, guides, and where each of them came from.
//
// A page is a list of versions. What a version says lies in an operation of its
// own, page.text, that nothing leans on: so a text can be taken out for good,
// bytes and all, and what is left of it is a fingerprint. A fingerprint is
// salted with what goes together with the text, so that nobody finds a
// telephone number again by trying all of them.
package commons

import (
	"crypto/sha256"
	"fmt"

	"celld/internal/op"
)

// Bounds, in bytes, versions and pages (W6). A page may be left with fewer
// versions than Versions only by beginning a new one.
const (
	MaxText  = 64 << 10
	MaxAll   = 4 << 20
	MaxPages = 1000
	Versions = 4000
	MaxNote  = 200
	MaxTitle = 120

	least = 256 // what any text counts at least
	stub  = 128 // what a version counts besides
)

// Licence is what a cell's pages are given under when nothing else is said.
const Licence = "CC BY-SA 4.0"

// Kind is what a page is for.
type Kind string

// The kinds of page. Agreements are made of rounds and never written by hand (W1).
const (
	Playbook  Kind = "playbook"
	RoleSheet Kind = "role"
	Template  Kind = "template"
	Packet    Kind = "packet"
	Guide     Kind = "guide"
	Agreement Kind = "agreement"
)

// Kinds lists those that people write, in the order in which they are read.
var Kinds = []Kind{Playbook, RoleSheet, Template, Packet, Guide}

// Scope is who may read a page.
type Scope string

// The scopes.
const (
	OfCell Scope = "cell"
	Linked Scope = "linked"
	Public Scope = "public"
)

var scopes = []Scope{OfCell, Linked, Public}

// Hash names a version: Sum of its salt and its text.
type Hash [32]byte

// IsZero reports whether h names nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

func (h Hash) String() string { return fmt.Sprintf("%x", h[:]) }

// Salt makes a fingerprint that cannot be guessed at. It goes with the text.
type Salt [16]byte

// Sum is the fingerprint of a text.
func Sum(salt Salt, text string) Hash {
	b := append([]byte("celld page v1\x00"), salt[:]...)
	return sha256.Sum256(append(b, text...))
}

// ID is what a page is called outside of its cell: nothing in it tells which
// cell that is, and it is the same each time.
type ID [16]byte

func (i ID) String() string { return fmt.Sprintf("%x", i[:]) }

// IsZero reports whether i names nothing.
func (i ID) IsZero() bool { return i == ID{} }

// IDOf names a page of a cell to others.
func IDOf(cell op.ID, page op.Ref) ID {
	b := append([]byte("celld page id v1\x00"), cell[:]...)
	sum := sha256.Sum256(append(b, page.Bytes()...))
	return ID(sum[:16])
}

// Origin is where a page, or a paragraph of it, came from (W3).
type Origin struct {
	Cell    string `cbor:"1,keyasint"` // the cell's name; nobody's in it (W4)
	Page    ID     `cbor:"2,keyasint"`
	Title   string `cbor:"3,keyasint"`
	Base    Hash   `cbor:"4,keyasint"` // their version that was taken, or last looked at
	Licence string `cbor:"5,keyasint"`
}

// Page is what a page has become. It is a value: nobody changes it after Apply
// has returned it.
type Page struct {
	Ref      op.Ref    `cbor:"1,keyasint"` // of the operation that began it
	Kind     Kind      `cbor:"2,keyasint"`
	Slug     string    `cbor:"3,keyasint"` // for addresses and file names; two pages may have the same
	Language string    `cbor:"4,keyasint"`
	Title    string    `cbor:"5,keyasint"`
	Scope    Scope     `cbor:"6,keyasint"`
	Copy     bool      `cbor:"7,keyasint,omitempty"` // of another cell's page, as it came
	Origin   *Origin   `cbor:"8,keyasint,omitempty"` // what it was forked from; of a copy, the page itself
	Credits  []Origin  `cbor:"9,keyasint,omitempty"` // everything else that is in it, or once was
	Versions Saved     `cbor:"-"`                    // written down as a list, the tenth of these
	Asks     []Ask     `cbor:"11,keyasint,omitempty"`
	Pictures []Picture `cbor:"12,keyasint,omitempty"`
}

// Version is one saving of a page.
type Version struct {
	Ref    op.Ref    `cbor:"1,keyasint"`
	Hash   Hash      `cbor:"2,keyasint"`
	Base   Hash      `cbor:"3,keyasint"`           // the version that it was written from; zero for the first
	Other  Hash      `cbor:"4,keyasint"`           // another that was merged into it; zero for none
	By     op.Member `cbor:"5,keyasint"`           // for the cell alone: outside it is the cell's (W4)
	Time   uint64    `cbor:"6,keyasint"`           // Unix seconds by the router's clock
	Dated  bool      `cbor:"7,keyasint,omitempty"` // that clock could be trusted
	Size   uint64    `cbor:"8,keyasint"`
	Note   string    `cbor:"9,keyasint,omitempty"`
	Beside bool      `cbor:"10,keyasint,omitempty"` // kept beside the page, as a draft of it (W2)
	Gone   Gone      `cbor:"11,keyasint,omitempty"`
}

// Gone is why the text of a version is no longer there.
type Gone uint8

// What becomes of old texts.
const (
	Here    Gone = iota
	Thinned      // one of several of a day that is long past (W6)
	Taken        // taken out for good by people (W5)
)

// Ask is that somebody wants versions or pictures taken out for good (X4).
type Ask struct {
	Ref      op.Ref    `cbor:"1,keyasint"`
	By       op.Member `cbor:"2,keyasint"`
	Time     uint64    `cbor:"3,keyasint,omitempty"` // 0: nobody knew the date, and a second person has to say yes
	Versions []op.Ref  `cbor:"4,keyasint"`           // and pictures
	Closed   bool      `cbor:"5,keyasint,omitempty"`
}

// Wait is after how long, in seconds, one person's asking is enough.
const Wait = 3 * 24 * 60 * 60

// Due is when an ask needs nobody's yes any more; 0 never.
func (a Ask) Due() uint64 {
	if a.Time == 0 {
		return 0
	}
	return a.Time + Wait
}

// Text is where the text of a version lies.
func (v Version) Text() op.Ref { return op.Ref{Device: v.Ref.Device, Seq: v.Ref.Seq + 1} }

// cost is what a version counts.
func (v Version) cost() uint64 {
	if v.Gone != Here {
		return stub
	}
	return stub + max(v.Size, least)
}

// Used is what the page counts of MaxAll.
func (p *Page) Used() uint64 {
	n := p.Versions.cost
	for _, x := range p.Pictures {
		n += x.cost()
	}
	return n
}

// Current is the version that people read: the last that was not kept beside.
func (p *Page) Current() Version {
	for v := range p.Versions.Backward() {
		if !v.Beside {
			return v
		}
	}
	return p.Versions.At(0)
}

// Find returns the version of a name.
func (p *Page) Find(h Hash) (Version, bool) {
	i := p.Versions.find(h)
	if i < 0 || h.IsZero() {
		return Version{}, false
	}
	return p.Versions.At(i), true
}

// Drafts are versions that nobody has gone on from and that are not the page:
// what was written elsewhere at the same time, or kept beside (W2).
func (p *Page) Drafts() (out []Version) {
	ends := p.ends()
	for v := range p.Versions.All() {
		if ends[v.Hash] && v.Gone != Taken {
			out = append(out, v)
		}
	}
	return out
}

// Open returns the asks that wait.
func (p *Page) Open() (out []Ask) {
	for _, a := range p.Asks {
		if !a.Closed {
			out = append(out, a)
		}
	}
	return out
}

// Empty reports whether all that it ever said was taken out.
func (p *Page) Empty() bool {
	for v := range p.Versions.All() {
		if v.Gone != Taken {
			return false
		}
	}
	return true
}

// Index is all pages there are, in the order in which they began.
type Index struct {
	Pages []op.Ref `cbor:"1,keyasint"`
}

// MarshalState is the one spelling of x.
func (x *Index) MarshalState() []byte { return op.MustMarshal(x) }

// The subjects of this room.
const (
	KeyIndex = "pages"
	prefix   = "page/"
)

// Key is the subject of a page.
func Key(r op.Ref) string { return prefix + r.String() }

// OwnsKey reports whether a subject is of this room.
func OwnsKey(key string) bool {
	return key == KeyIndex || len(key) > len(prefix) && key[:len(prefix)] == prefix
}

// UnmarshalState reads what MarshalState wrote.
func UnmarshalState(key string, b []byte) (any, error) {
	if key == KeyIndex {
		x := new(Index)
		return x, wrap(op.Unmarshal(b, x))
	}
	return readPage(b)
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("commons: %w", err)
	}
	return nil
}

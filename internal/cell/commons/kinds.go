package commons

import "celld/internal/op"

// The kinds of operation of this room.
const (
	KindSave    op.Kind = "page.save"    // a version, without its text
	KindText    op.Kind = "page.text"    // its text, behind it in the same log
	KindPicture op.Kind = "page.picture" // a picture on a page, without its bytes
	KindImage   op.Kind = "page.image"   // its bytes, behind it in the same log
	KindAsk     op.Kind = "page.ask"     // take versions out for good
	KindYes     op.Kind = "page.yes"     // a second person says so too
	KindNo      op.Kind = "page.no"      // anybody says: leave it
	KindOver    op.Kind = "page.over"    // three days passed, and nobody said so
	KindThin    op.Kind = "page.thin"    // of a day that is long past one version is enough
)

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool {
	switch k {
	case KindSave, KindText, KindPicture, KindImage, KindAsk, KindYes, KindNo, KindOver, KindThin:
		return true
	}
	return false
}

// Save is a version of a page: of the subject or, without one, the first of a
// new page. The text follows in the next operation of the log.
type Save struct {
	Kind     Kind     `cbor:"1,keyasint"`
	Slug     string   `cbor:"2,keyasint"`
	Language string   `cbor:"3,keyasint"`
	Title    string   `cbor:"4,keyasint"`
	Scope    Scope    `cbor:"5,keyasint"`
	Copy     bool     `cbor:"6,keyasint,omitempty"`
	Hash     Hash     `cbor:"7,keyasint"`
	Size     uint64   `cbor:"8,keyasint"`
	Base     Hash     `cbor:"9,keyasint"`
	Other    Hash     `cbor:"10,keyasint"`
	Beside   bool     `cbor:"11,keyasint,omitempty"`
	Note     string   `cbor:"12,keyasint,omitempty"`
	Origin   *Origin  `cbor:"13,keyasint,omitempty"`
	Credits  []Origin `cbor:"14,keyasint,omitempty"`
}

// Text is what a version says. Its subject is the page.
type Text struct {
	Salt Salt   `cbor:"1,keyasint"`
	Text string `cbor:"2,keyasint"`
}

// PictureOf is a picture of the subject. The picture itself follows in the next
// operation of the log.
type PictureOf struct {
	Hash Hash   `cbor:"1,keyasint"`
	Size uint64 `cbor:"2,keyasint"`
}

// Image is a picture, as JPEG. Its subject is the page.
type Image struct {
	Salt Salt   `cbor:"1,keyasint"`
	JPEG []byte `cbor:"2,keyasint"`
}

// Wanted names versions and pictures of the subject: to be taken out, or, of
// versions alone, thinned.
type Wanted struct {
	Versions []op.Ref `cbor:"1,keyasint"`
}

// Answer is to an ask about the subject.
type Answer struct {
	Ask op.Ref `cbor:"1,keyasint"`
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"actor.unknown":    "only active members act here",
	"page.content":     "the content or the subject is not one of a page",
	"page.expires":     "a text is kept until people take it out, and says so; nothing else is",
	"page.kind":        "agreements are made by rounds, and a page stays what it is",
	"page.name":        "the short name or the language is not one",
	"page.title":       "there is no title",
	"page.empty":       "there are no words",
	"page.long":        "the text is too long; the argument is how many bytes it may have",
	"page.full":        "the pages have no room left; the argument is how many bytes they may have",
	"page.many":        "there are too many pages, or versions of this one; the argument is how many there may be",
	"page.stale":       "somebody wrote a newer version",
	"page.unknown":     "there is no such page, or version or picture of it",
	"page.text":        "the text or picture is not the one that the operation before it announced",
	"page.picture":     "the picture is too large; the argument is how many bytes it may have",
	"page.ask":         "there is no such wish to take something out, or it has been answered",
	"page.second":      "the second yes is another person's",
	"page.early":       "three days have not passed; the argument is when they have",
	"page.thin":        "these versions are still needed",
	"page.wish-exists": "somebody has asked for the same already",
}

// Drafts are the two operations of a version: page is zero for a new page. The
// caller submits them alone, or after others that tell nothing of subjects.
func Drafts(page op.Ref, s Save, t Text) []op.Draft {
	s.Hash, s.Size = Sum(t.Salt, t.Text), uint64(len(t.Text))
	save := op.Draft{Kind: KindSave, Subject: page, Content: s}
	text := op.Draft{Kind: KindText, Subject: page, Content: t, Keep: op.AtWill}
	if page.IsZero() {
		text.Of = 1
	}
	return []op.Draft{save, text}
}

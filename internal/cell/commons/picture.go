package commons

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"celld/internal/op"
)

// Bounds of pictures (W6), in bytes, and how many may stand on a page at a
// time: a file of all pages holds those of one page in memory.
const (
	MaxPicture  = 200 << 10
	MaxPictures = 16
)

// Picture is one that a page may show. What is to be seen on it stands where a
// text shows it, and nowhere else: so those words go when the text goes.
type Picture struct {
	Ref   op.Ref    `cbor:"1,keyasint"`
	Hash  Hash      `cbor:"2,keyasint"`
	By    op.Member `cbor:"3,keyasint"`
	Time  uint64    `cbor:"4,keyasint"`
	Dated bool      `cbor:"5,keyasint,omitempty"`
	Size  uint64    `cbor:"6,keyasint"`
	Gone  Gone      `cbor:"7,keyasint,omitempty"`
}

// Name is what texts and files call it.
func (x Picture) Name() string { return hex.EncodeToString(x.Hash[:8]) + ".jpg" }

// Image is where its bytes lie.
func (x Picture) Image() op.Ref { return op.Ref{Device: x.Ref.Device, Seq: x.Ref.Seq + 1} }

func (x Picture) cost() uint64 {
	if x.Gone != Here {
		return stub
	}
	return stub + max(x.Size, least)
}

// SumImage is the fingerprint of a picture.
func SumImage(salt Salt, jpeg []byte) Hash {
	b := append([]byte("celld picture v1\x00"), salt[:]...)
	return sha256.Sum256(append(b, jpeg...))
}

// PictureDrafts are the two operations of a picture on a page.
func PictureDrafts(page op.Ref, i Image) []op.Draft {
	about := PictureOf{Hash: SumImage(i.Salt, i.JPEG), Size: uint64(len(i.JPEG))}
	return []op.Draft{{Kind: KindPicture, Subject: page, Content: about}, {Kind: KindImage, Subject: page, Content: i, Keep: op.AtWill}}
}

// NameOf is what texts will call a picture.
func NameOf(i Image) string { return Picture{Hash: SumImage(i.Salt, i.JPEG)}.Name() }

// Mark is how a text shows a picture, with what is to be seen on it.
func Mark(name, seen string) string {
	plain := strings.NewReplacer("[", "(", "]", ")", "\n", " ", "\r", "")
	return "![" + plain.Replace(seen) + "](" + name + ")"
}

// Called finds a picture of the page by its name.
func (p *Page) Called(name string) (Picture, bool) {
	i := slices.IndexFunc(p.Pictures, func(x Picture) bool { return x.Name() == name })
	if i < 0 {
		return Picture{}, false
	}
	return p.Pictures[i], true
}

// Shown are the pictures of the page that a text shows.
func (p *Page) Shown(text string) (out []Picture) {
	for _, x := range p.Pictures {
		if _, _, _, ok := marks(text, x.Name()); ok {
			out = append(out, x)
		}
	}
	return out
}

// marks finds where a text shows a picture, the first time, and the words about it.
func marks(text, name string) (from, to int, seen string, ok bool) {
	for at := 0; ; at = from + len("![") {
		i := strings.Index(text[at:], "![")
		if i < 0 {
			return 0, 0, "", false
		}
		from = at + i
		seen, rest, _ := strings.Cut(text[from+len("!["):], "]")
		if strings.HasPrefix(rest, "("+name+")") && !strings.Contains(seen, "[") {
			return from, from + len("![](") + len(seen) + len(name) + len(")"), seen, true
		}
	}
}

// Seen is what a text says is to be seen on a picture.
func Seen(text, name string) string {
	_, _, seen, _ := marks(text, name)
	return seen
}

// WithoutPicture is a text that shows a picture no more.
func WithoutPicture(text, name, instead string) (string, bool) {
	found := false
	for {
		from, to, _, ok := marks(text, name)
		if !ok {
			return text, found
		}
		text, found = text[:from]+instead+text[to:], true
	}
}

// Read returns the picture itself.
func (x Picture) Read(read func(op.Ref) (op.Opened, error)) ([]byte, error) {
	i, err := x.Whole(read)
	return i.JPEG, err
}

func judgePicture(o op.Opened, p *Page, at Reader) error {
	var x PictureOf
	if o.Decode(&x) != nil || x.Hash.IsZero() || x.Size == 0 {
		return op.Refuse("page.content")
	}
	_, twice := p.Called(Picture{Hash: x.Hash}.Name())
	there := 0
	for _, y := range p.Pictures {
		if y.Gone == Here {
			there++
		}
	}
	switch {
	case x.Size > MaxPicture:
		return op.Refuse("page.picture", MaxPicture)
	case twice:
		return op.Refuse("page.content")
	case there >= MaxPictures || len(p.Pictures) >= Versions:
		return op.Refuse("page.many", MaxPictures)
	}
	return fits(at, Picture{Size: x.Size}.cost())
}

func judgeImage(o op.Opened, p *Page) error {
	var i Image
	if o.Decode(&i) != nil || !bytes.HasPrefix(i.JPEG, []byte("\xff\xd8\xff")) {
		return op.Refuse("page.content")
	}
	n := slices.IndexFunc(p.Pictures, func(x Picture) bool { return x.Image() == o.Ref })
	if n < 0 || p.Pictures[n].Size != uint64(len(i.JPEG)) || p.Pictures[n].Hash != SumImage(i.Salt, i.JPEG) {
		return op.Refuse("page.text")
	}
	return nil
}

func (p *Page) hang(o op.Opened) {
	var x PictureOf
	if o.Decode(&x) != nil {
		return
	}
	p.Pictures = append(slices.Clip(p.Pictures), Picture{Ref: o.Ref, Hash: x.Hash, By: o.Member, Time: o.Time, Dated: o.Clock.Trusted(), Size: x.Size})
}

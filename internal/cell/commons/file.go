package commons

import (
	"encoding/hex"
	"errors"
	"strings"
	"unicode/utf8"

	"celld/internal/op"
)

// File is a page as it travels: readable by people, and by other cells. Nobody's
// name is in it but the cells' (W4).
type File struct {
	Cell     string
	Page     ID
	Kind     Kind
	Slug     string
	Language string
	Title    string
	Version  Hash
	Licence  string
	Origin   *Origin
	Credits  []Origin
	Text     string
	Pictures []Image // that come along, in the order of the file
}

// fileHead begins a file. Another number comes with another form.
const fileHead = "---\ncelld-page: 1\n"

// MaxFile bounds a file: the longest text, what stands above it, and its pictures.
const (
	MaxFile = maxWords + MaxPictures*(MaxPicture*4/3+256)

	maxWords = MaxText + 64<<10
)

// Why a file is not taken.
var (
	ErrNoPage   = errors.New("commons: not a page that a cell wrote out")
	ErrFileLong = errors.New("commons: the page is too long")
)

// FileOf is a version of a page with its text, as a cell gives it away.
func FileOf(cell op.ID, name string, p *Page, v Version, text string) File {
	f := File{Cell: name, Page: IDOf(cell, p.Ref), Kind: p.Kind, Slug: p.Slug, Language: p.Language, Title: p.Title,
		Version: v.Hash, Licence: Licence, Origin: p.Origin, Credits: p.Credits, Text: text}
	if p.Origin != nil {
		f.Licence = p.Origin.Licence
	}
	return f
}

// Source is what somebody who takes the file over says that it came from.
func (f File) Source() Origin {
	return Origin{Cell: f.Cell, Page: f.Page, Title: f.Title, Base: f.Version, Licence: f.Licence}
}

// Lineage are all that has to be named besides: what it came from itself, and
// what that had come from (forks of forks).
func (f File) Lineage() []Origin {
	if f.Origin == nil {
		return f.Credits
	}
	return Credit([]Origin{*f.Origin}, f.Credits...)
}

// Encode writes a file without its pictures, each of which may follow (Along).
// ParseFile reads the same back.
func (f File) Encode() []byte {
	var b strings.Builder
	b.WriteString(fileHead)
	line := func(name, value string) { b.WriteString(name + ": " + value + "\n") }
	line("cell", f.Cell)
	line("page", f.Page.String())
	line("kind", string(f.Kind))
	line("name", f.Slug)
	line("language", f.Language)
	line("title", f.Title)
	line("version", f.Version.String())
	line("licence", f.Licence)
	if f.Origin != nil {
		line("from", f.Origin.line())
	}
	for _, c := range f.Credits {
		line("with", c.line())
	}
	b.WriteString("---\n\n" + f.Text + "\n")
	return []byte(b.String())
}

// line is a source on a line. A bar parts its fields, so none may hold one.
func (o Origin) line() string {
	clean := func(s string) string { return strings.ReplaceAll(s, "|", "/") }
	return strings.Join([]string{o.Page.String(), o.Base.String(), clean(o.Licence), clean(o.Cell), clean(o.Title)}, " | ")
}

func originOf(s string) (o Origin, ok bool) {
	f := strings.Split(s, " | ")
	if len(f) != 5 || strings.Count(s, "|") != 4 {
		return o, false
	}
	o = Origin{Licence: f[2], Cell: f[3], Title: f[4]}
	return o, unhex(o.Page[:], f[0]) && unhex(o.Base[:], f[1]) && o.check() == nil
}

func unhex(to []byte, s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && copy(to, b) == len(to) && len(b) == len(to) && s == hex.EncodeToString(b)
}

// ParseFile reads what a cell wrote out, and takes nothing that a page may not
// hold.
func ParseFile(b []byte) (f File, err error) {
	if len(b) > MaxFile {
		return f, ErrFileLong
	}
	b, pictures, ok := cutAlong(b)
	switch {
	case !ok:
		return f, ErrNoPage
	case len(b) > maxWords:
		return f, ErrFileLong
	}
	text := strings.ReplaceAll(string(b), "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, fileHead)
	head, body, cut := strings.Cut(rest, "\n---\n")
	if !ok || !cut || !utf8.ValidString(text) {
		return f, ErrNoPage
	}
	for _, l := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(l, ": ")
		if !f.set(name, value) {
			return File{}, ErrNoPage
		}
	}
	f.Text, f.Pictures = strings.TrimSpace(body), pictures
	if len(f.Text) > MaxText {
		return File{}, ErrFileLong
	}
	if f.check() != nil {
		return File{}, ErrNoPage
	}
	return f, nil
}

func (f *File) set(name, value string) (ok bool) {
	switch name {
	case "cell":
		f.Cell = value
	case "page":
		return unhex(f.Page[:], value)
	case "kind":
		f.Kind = Kind(value)
	case "name":
		f.Slug = value
	case "language":
		f.Language = value
	case "title":
		f.Title = value
	case "version":
		return unhex(f.Version[:], value)
	case "licence":
		f.Licence = value
	case "from":
		o, ok := originOf(value)
		f.Origin = &o
		return ok
	case "with":
		o, ok := originOf(value)
		f.Credits = append(f.Credits, o)
		return ok && len(f.Credits) <= maxCredits
	} // what a later version says besides is passed over
	return name != ""
}

// check asks of a file what a page is asked.
func (f File) check() error {
	s := Save{Kind: f.Kind, Slug: f.Slug, Language: f.Language, Title: f.Title, Scope: OfCell, Hash: f.Version, Size: uint64(len(f.Text)),
		Credits: []Origin{f.Source()}}
	if err := s.check(); err != nil {
		return err
	}
	return op.CheckText(f.Text, MaxText, true)
}

// Slug makes a short name of a title: what of it every system can store. Where
// nothing is left it is the kind.
func Slug(title string, k Kind) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		default:
			if plain, ok := plainLetters[r]; ok {
				b.WriteByte(plain)
			} else if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
	}
	s := b.String()
	if s = strings.Trim(s[:min(len(s), 40)], "-"); s == "" {
		return string(k)
	}
	return s
}

var plainLetters = map[rune]byte{'á': 'a', 'à': 'a', 'ã': 'a', 'â': 'a', 'ç': 'c', 'é': 'e', 'ê': 'e', 'í': 'i', 'ñ': 'n', 'ó': 'o', 'õ': 'o', 'ô': 'o', 'ú': 'u', 'ü': 'u'}

package commons

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"unicode"

	"celld/internal/op"
)

// Pictures go along with a page below its text, each on a line of its own, as
// Markdown says where something lies.
const (
	alongName = ".jpg]: "
	alongData = "data:image/jpeg;base64,"
)

// Along is a picture as it stands below a file. ParseFile reads it back.
func (i Image) Along() []byte {
	b := append([]byte("\n["+NameOf(i)+"]: "+alongData), base64.StdEncoding.EncodeToString(i.JPEG)...)
	return append(b, ` "`+base64.StdEncoding.EncodeToString(i.Salt[:])+"\"\n"...)
}

// cutAlong takes the pictures off a file. What begins as one and is none spoils it.
func cutAlong(b []byte) (rest []byte, out []Image, ok bool) {
	for {
		b = bytes.TrimRightFunc(b, unicode.IsSpace)
		line := b[bytes.LastIndexByte(b, '\n')+1:]
		name, data, is := bytes.Cut(line, []byte(alongName+alongData))
		if !is || !bytes.HasPrefix(name, []byte("[")) {
			slices.Reverse(out)
			return b, out, true
		}
		i, good := alongOf(string(name[1:])+".jpg", data)
		twice := slices.ContainsFunc(out, func(x Image) bool { return NameOf(x) == NameOf(i) })
		if !good || twice || len(out) == MaxPictures {
			return nil, nil, false
		}
		out, b = append(out, i), b[:len(b)-len(line)]
	}
}

// alongOf reads one: its bytes, and between quotes its salt. Its name says whether
// they are right.
func alongOf(name string, b []byte) (i Image, ok bool) {
	data, salt, _ := bytes.Cut(bytes.TrimSuffix(b, []byte(`"`)), []byte(` "`))
	var own []byte
	if own, ok = plain64(salt); !ok || len(own) != len(i.Salt) {
		return i, false
	}
	copy(i.Salt[:], own)
	i.JPEG, ok = plain64(data)
	return i, ok && len(i.JPEG) <= MaxPicture && NameOf(i) == name
}

// plain64 reads what base64 writes, and no other spelling of it.
func plain64(b []byte) ([]byte, bool) {
	out, err := base64.StdEncoding.Strict().AppendDecode(nil, b)
	return out, err == nil && !bytes.ContainsAny(b, "\r\n")
}

// Shown are the pictures that came along and that the text shows.
func (f File) Shown() (out []Image) {
	for _, i := range f.Pictures {
		if _, _, _, ok := marks(f.Text, NameOf(i)); ok {
			out = append(out, i)
		}
	}
	return out
}

// Whole returns the picture with its salt, as it may hang on another page. Read
// opens an operation by its place.
func (x Picture) Whole(read func(op.Ref) (op.Opened, error)) (i Image, err error) {
	if x.Gone != Here {
		return i, ErrGone
	}
	o, err := read(x.Image())
	if err != nil || o.Kind != KindImage || o.Decode(&i) != nil || SumImage(i.Salt, i.JPEG) != x.Hash {
		return Image{}, errors.Join(ErrMissing, err)
	}
	return i, nil
}

package commons

import (
	"errors"
	"iter"
	"sort"

	"celld/internal/op"
)

// Reader gives the values of subjects, as they are or at a frontier.
type Reader interface{ At(key string) any }

// Find returns a page; nil where there is none.
func Find(at Reader, page op.Ref) *Page {
	p, _ := at.At(Key(page)).(*Page)
	return p
}

// All yields the pages in the order in which they began, those too of which
// everything was taken out.
func All(at Reader) iter.Seq[*Page] {
	return func(yield func(*Page) bool) {
		x, _ := at.At(KeyIndex).(*Index)
		if x == nil {
			return
		}
		for _, r := range x.Pages {
			if p := Find(at, r); p != nil && !yield(p) {
				return
			}
		}
	}
}

// Sorted are the pages that still say something: by kind, name and language.
func Sorted(at Reader) (out []*Page) {
	for p := range All(at) {
		if !p.Empty() {
			out = append(out, p)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].before(out[j]) })
	return out
}

func (p *Page) before(q *Page) bool {
	switch {
	case p.Kind != q.Kind:
		return p.Kind.order() < q.Kind.order()
	case p.Slug != q.Slug:
		return p.Slug < q.Slug
	}
	return p.Language < q.Language
}

func (k Kind) order() int {
	for i, x := range Kinds {
		if x == k {
			return i
		}
	}
	return len(Kinds)
}

// Used is what all pages count of MaxAll.
func Used(at Reader) (n uint64) {
	for p := range All(at) {
		n += p.Used()
	}
	return n
}

// Why a text cannot be had.
var (
	ErrGone    = errors.New("commons: the text is no longer kept")
	ErrMissing = errors.New("commons: the text has not come here yet, or was lost on its way")
)

// Text returns what a version says. Read opens an operation by its place.
func (v Version) Read(read func(op.Ref) (op.Opened, error)) (string, error) {
	if v.Gone != Here {
		return "", ErrGone
	}
	o, err := read(v.Text())
	var t Text
	if err != nil || o.Kind != KindText || o.Decode(&t) != nil || Sum(t.Salt, t.Text) != v.Hash {
		return "", errors.Join(ErrMissing, err)
	}
	return t.Text, nil
}

// Erased are the places of all texts and pictures that are to be gone, for the log to drop.
func Erased(at Reader) (out []op.Ref) {
	for p := range All(at) {
		out = append(out, p.Versions.lost()...)
		for _, x := range p.Pictures {
			if x.Gone != Here {
				out = append(out, x.Image())
			}
		}
	}
	return out
}

package locale

import (
	"compress/bzip2"
	_ "embed"
	"encoding/binary"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
)

// A book holds the sentences of one language, packed: they are a tenth of what a
// router's package carries. It is unpacked when somebody first reads the language,
// and stays so. Sentences part at an end, the plural forms of one at a parting.
const (
	ending  = "\x01"
	parting = "\x00"
)

var (
	//go:embed books/es.bz2
	spanishBook string
	//go:embed books/pt.bz2
	portugueseBook string
	//go:embed books/ar.bz2
	arabicBook string
	// marks holds the English sentences, in the order of the books, which is that of
	// their marks: of each, how far it is from the one before, mostly in two bytes.
	// Nothing holds the sentence itself, since the program does.
	//go:embed books/marks
	marks string
)

var books = [...]func() []string{sync.OnceValue(unpack(&spanishBook)), sync.OnceValue(unpack(&portugueseBook)), sync.OnceValue(unpack(&arabicBook))}

func unpack(book *string) func() []string {
	return func() []string {
		b, err := io.ReadAll(bzip2.NewReader(strings.NewReader(*book)))
		if err != nil {
			panic("locale: a book that was linked cannot be read: " + err.Error())
		}
		return strings.Split(string(b), ending)
	}
}

// order is the marks of the sentences in the books.
var order = sync.OnceValue(func() (out []uint32) {
	last := uint32(0)
	for rest := []byte(marks); len(rest) > 0; {
		step, n := binary.Uvarint(rest)
		last, rest = last+uint32(step), rest[n:]
		out = append(out, last)
	}
	return out
})

// Mark is what stands for an English sentence. The generator sees to it that no
// two sentences of the catalogues have the same.
func Mark(id string) uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, id)
	return h.Sum32()>>24 ^ h.Sum32()&0xffffff
}

// sentence finds a sentence of the catalogues with all its forms; the zero Lang
// has no book.
func (l Lang) sentence(id string) (string, bool) {
	i, there := slices.BinarySearch(order(), Mark(id))
	if !there {
		return "", false
	}
	s := books[l-1]()[i]
	return s, s != ""
}

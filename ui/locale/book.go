package locale

import (
	"compress/bzip2"
	_ "embed"
	"encoding/binary"
	"hash/fnv"
	"io"
	"sort"
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
	// marks holds four bytes for each English sentence, in the order of the books:
	// none holds the sentence, since the program does.
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

// order finds places in the books by their mark.
var order = sync.OnceValue(func() []uint64 {
	out := make([]uint64, len(marks)/4)
	for i := range out {
		out[i] = uint64(binary.BigEndian.Uint32([]byte(marks[4*i:4*i+4])))<<32 | uint64(i)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
})

// Mark is what stands for an English sentence. The generator sees to it that no
// two sentences of the catalogues have the same.
func Mark(id string) uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, id)
	return h.Sum32()
}

// sentence finds a sentence of the catalogues with all its forms; the zero Lang
// has no book.
func (l Lang) sentence(id string) (string, bool) {
	list, mark := order(), uint64(Mark(id))
	i := sort.Search(len(list), func(i int) bool { return list[i]>>32 >= mark })
	if i == len(list) || list[i]>>32 != mark {
		return "", false
	}
	s := books[l-1]()[uint32(list[i])]
	return s, s != ""
}

package commons

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"celld/internal/op"
)

// Saved are the versions of a page, in the one order, the oldest first. A page
// may have thousands, and nearly nobody looks at any but the last: so they lie
// packed, in some eighty bytes each, in blocks that older values of the page
// share. Saved is a value like Page.
type Saved struct {
	blocks []block // each but the last of perBlock versions
	cost   uint64  // what all of them count
	gone   int     // how many have lost their text
}

// block is some versions: their names, one after the other, and then the rest.
type block struct{ names, rest []byte }

// perBlock is how many versions are copied when one more is saved.
const perBlock = 32

const nameSize = len(Hash{})

// What of a version its first byte tells. Where it says nothing of the version
// that it was written from, that follows.
const (
	isDated = 1 << iota
	isBeside
	wasThinned
	wasTaken
	fromBefore  // written from the one before it, as nearly all are
	fromNothing // or the first of its page
	isMerged    // another version was merged into it, which follows
)

// Len counts the versions.
func (l Saved) Len() int {
	last := len(l.blocks) - 1
	if last < 0 {
		return 0
	}
	return last*perBlock + l.blocks[last].len()
}

func (b block) len() int { return len(b.names) / nameSize }

func (b block) name(i int) Hash { return Hash(b.names[i*nameSize:]) }

// before is the name of the version before a block.
func (l Saved) before(b int) (h Hash) {
	if b > 0 {
		h = l.blocks[b-1].name(perBlock - 1)
	}
	return h
}

// unpacked are the versions of a block.
func (l Saved) unpacked(b int) []Version {
	out, before, in := make([]Version, l.blocks[b].len()), l.before(b), op.NewReader(l.blocks[b].rest)
	for i := range out {
		out[i].Hash = l.blocks[b].name(i)
		out[i].read(in, before)
		before = out[i].Hash
	}
	return out
}

// All yields the versions.
func (l Saved) All() iter.Seq[Version] {
	return func(yield func(Version) bool) {
		for b := range l.blocks {
			for _, v := range l.unpacked(b) {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// Backward yields them, the newest first.
func (l Saved) Backward() iter.Seq[Version] {
	return func(yield func(Version) bool) {
		for b := len(l.blocks) - 1; b >= 0; b-- {
			some := l.unpacked(b)
			for i := len(some) - 1; i >= 0; i-- {
				if !yield(some[i]) {
					return
				}
			}
		}
	}
}

// At returns the version of a number, from 0.
func (l Saved) At(n int) Version { return l.unpacked(n / perBlock)[n%perBlock] }

// find returns the number of the first version of a name, or -1.
func (l Saved) find(h Hash) int {
	for b, x := range l.blocks {
		for i := range x.len() {
			if x.name(i) == h {
				return b*perBlock + i
			}
		}
	}
	return -1
}

// lost are the places of the texts that are to be gone.
func (l Saved) lost() (out []op.Ref) {
	if l.gone == 0 {
		return nil
	}
	for v := range l.All() {
		if v.Gone != Here {
			out = append(out, v.Text())
		}
	}
	return out
}

// ends are the names of versions that nobody has gone on from, and that are not
// what people read. Only those may be that the next one was not written from.
func (p *Page) ends() map[Hash]bool {
	ends := map[Hash]bool{}
	var last Version
	for v := range p.Versions.All() {
		if v.Base != last.Hash {
			ends[last.Hash] = true
		}
		last = v
	}
	ends[last.Hash] = true
	for v := range p.Versions.All() {
		delete(ends, v.Base)
		delete(ends, v.Other)
	}
	delete(ends, p.Current().Hash)
	return ends
}

// with returns the versions with one more.
func (l Saved) with(v Version) Saved {
	n := l.Len()
	if n%perBlock == 0 {
		l.blocks = append(slices.Clip(l.blocks), block{})
	} else {
		l.blocks = slices.Clone(l.blocks)
	}
	last := len(l.blocks) - 1
	b, before := &l.blocks[last], l.before(last)
	if i := b.len(); i > 0 {
		before = b.name(i - 1)
	}
	b.names = append(slices.Clip(b.names), v.Hash[:]...)
	b.rest = slices.Concat(b.rest, v.pack(before))
	if l.cost += v.cost(); v.Gone != Here {
		l.gone++
	}
	return l
}

// saved packs a list; what is as it was in an older one shares its memory.
func saved(list []Version, old Saved) (l Saved) {
	var before Hash
	for some := range slices.Chunk(list, perBlock) {
		b := block{names: make([]byte, 0, len(some)*nameSize)}
		for _, v := range some {
			b.names = append(b.names, v.Hash[:]...)
			b.rest = append(b.rest, v.pack(before)...)
			if before, l.cost = v.Hash, l.cost+v.cost(); v.Gone != Here {
				l.gone++
			}
		}
		b.rest = slices.Clone(b.rest)
		if i := len(l.blocks); i < len(old.blocks) && string(old.blocks[i].names) == string(b.names) && string(old.blocks[i].rest) == string(b.rest) {
			b = old.blocks[i]
		}
		l.blocks = append(l.blocks, b)
	}
	return l
}

// list unpacks all of them.
func (l Saved) list() []Version {
	out := make([]Version, 0, l.Len())
	for v := range l.All() {
		out = append(out, v)
	}
	return out
}

// pack writes down a version, but for its name, that stands behind the one named.
func (v Version) pack(before Hash) []byte {
	flags := byte(v.Gone) * wasThinned
	if v.Dated {
		flags |= isDated
	}
	if v.Beside {
		flags |= isBeside
	}
	switch v.Base {
	case Hash{}:
		flags |= fromNothing
	case before:
		flags |= fromBefore
	}
	if !v.Other.IsZero() {
		flags |= isMerged
	}
	b := append([]byte{flags}, v.Ref.Device[:]...)
	b = append(binary.AppendUvarint(b, v.Ref.Seq), v.By[:]...)
	b = binary.AppendUvarint(binary.AppendUvarint(b, v.Time), v.Size)
	b = op.AppendField(b, []byte(v.Note))
	if flags&(fromBefore|fromNothing) == 0 {
		b = append(b, v.Base[:]...)
	}
	if flags&isMerged != 0 {
		b = append(b, v.Other[:]...)
	}
	return b
}

// read reads what pack wrote.
func (v *Version) read(in *op.Reader, before Hash) {
	flags := in.Bytes(1)[0]
	v.Ref.Device = op.Device(in.Bytes(len(v.Ref.Device)))
	v.Ref.Seq, v.By = in.Uvarint(), op.Member(in.Bytes(len(v.By)))
	v.Time, v.Size, v.Note = in.Uvarint(), in.Uvarint(), in.String()
	v.Dated, v.Beside, v.Gone = flags&isDated != 0, flags&isBeside != 0, Gone(flags/wasThinned%4)
	switch {
	case flags&fromBefore != 0:
		v.Base = before
	case flags&fromNothing == 0:
		v.Base = Hash(in.Bytes(nameSize))
	}
	if flags&isMerged != 0 {
		v.Other = Hash(in.Bytes(nameSize))
	}
}

// written is a page as it is written down.
type written struct {
	Page
	Versions []Version `cbor:"10,keyasint"`
}

// MarshalState is the one spelling of p, for digests and snapshots.
func (p *Page) MarshalState() []byte { return op.MustMarshal(written{*p, p.Versions.list()}) }

func readPage(b []byte) (any, error) {
	var w written
	if err := op.Unmarshal(b, &w); err != nil || len(w.Versions) == 0 {
		return nil, fmt.Errorf("commons: a page does not read: %w", err)
	}
	if slices.ContainsFunc(w.Versions, func(v Version) bool { return v.Gone > Taken }) {
		return nil, fmt.Errorf("commons: nobody knows why a text is gone")
	}
	p := w.Page // what was read into is not kept
	p.Versions = saved(w.Versions, Saved{})
	return &p, nil
}

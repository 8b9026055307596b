package commons

import (
	"bytes"
	"slices"
	"testing"

	"celld/internal/op"
	"pgregory.net/rapid"
)

// plainPage is a page as its one spelling was before versions were packed.
type plainPage struct {
	Ref      op.Ref    `cbor:"1,keyasint"`
	Kind     Kind      `cbor:"2,keyasint"`
	Slug     string    `cbor:"3,keyasint"`
	Language string    `cbor:"4,keyasint"`
	Title    string    `cbor:"5,keyasint"`
	Scope    Scope     `cbor:"6,keyasint"`
	Copy     bool      `cbor:"7,keyasint,omitempty"`
	Origin   *Origin   `cbor:"8,keyasint,omitempty"`
	Credits  []Origin  `cbor:"9,keyasint,omitempty"`
	Versions []Version `cbor:"10,keyasint"`
	Asks     []Ask     `cbor:"11,keyasint,omitempty"`
	Pictures []Picture `cbor:"12,keyasint,omitempty"`
}

// plainDrafts finds the drafts with a set of all that was gone on from.
func plainDrafts(list []Version, now Hash) (out []Version) {
	used := map[Hash]bool{now: true}
	for _, v := range list {
		used[v.Base], used[v.Other] = true, true
	}
	for _, v := range list {
		if !used[v.Hash] && v.Gone != Taken {
			out = append(out, v)
		}
	}
	return out
}

// someVersions draws a list, now and then with a name that was there before.
func someVersions(t *rapid.T) (list []Version) {
	names := []Hash{{}}
	some := func(what string) Hash { return rapid.SampledFrom(names).Draw(t, what) }
	for i := range rapid.IntRange(1, 3*perBlock).Draw(t, "versions") {
		v := Version{Ref: op.Ref{Device: op.Device{byte(i % 3)}, Seq: uint64(i) + 1}, Hash: Hash{byte(i + 1), 9}, Base: names[len(names)-1],
			By: op.Member{byte(i)}, Time: uint64(i) << 7, Size: uint64(i), Note: rapid.StringN(0, 4, 9).Draw(t, "note"),
			Dated: rapid.Bool().Draw(t, "dated"), Beside: i > 0 && rapid.IntRange(0, 4).Draw(t, "beside") == 0, Gone: Gone(rapid.IntRange(0, 2).Draw(t, "gone"))}
		switch rapid.IntRange(0, 9).Draw(t, "from") {
		case 0:
			v.Base = some("base")
		case 1:
			v.Other = some("other")
		case 2:
			v.Hash = max1(some("twice"), v.Hash)
		}
		list, names = append(list, v), append(names, v.Hash)
	}
	return list
}

func max1(h, instead Hash) Hash {
	if h.IsZero() {
		return instead
	}
	return h
}

func TestPackedVersionsAreWhatTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := someVersions(t)
		plain := plainPage{Ref: op.Ref{Seq: 7}, Kind: Guide, Title: "Bread", Origin: &Origin{Cell: "Linden"}, Versions: list}
		p := &Page{Ref: plain.Ref, Kind: plain.Kind, Title: plain.Title, Origin: plain.Origin}
		cost, gone := uint64(0), []op.Ref(nil)
		for _, v := range list {
			p.Versions = p.Versions.with(v)
			if cost += v.cost(); v.Gone != Here {
				gone = append(gone, v.Text())
			}
		}
		back := slices.Collect(p.Versions.Backward())
		slices.Reverse(back)
		n := rapid.IntRange(0, len(list)-1).Draw(t, "at")
		switch found, _ := p.Find(list[n].Hash); {
		case !slices.Equal(p.Versions.list(), list), !slices.Equal(back, list), p.Versions.Len() != len(list):
			t.Fatalf("%v\nis to be\n%v", p.Versions.list(), list)
		case p.Versions.At(n) != list[n] || found != list[slices.IndexFunc(list, func(v Version) bool { return v.Hash == list[n].Hash })]:
			t.Fatal(n, p.Versions.At(n), found)
		case p.Used() != cost || !slices.Equal(p.Versions.lost(), gone):
			t.Fatal(p.Used(), cost, p.Versions.lost(), gone)
		case !slices.Equal(p.Drafts(), plainDrafts(list, p.Current().Hash)):
			t.Fatal(p.Drafts(), plainDrafts(list, p.Current().Hash))
		case !bytes.Equal(p.MarshalState(), op.MustMarshal(plain)):
			t.Fatal("another spelling")
		}
		again, err := UnmarshalState(Key(p.Ref), p.MarshalState())
		if err != nil || !slices.Equal(again.(*Page).Versions.list(), list) || again.(*Page).Used() != cost {
			t.Fatal(err, again)
		}
	})
}

// TestOlderPagesShareTheirVersions holds that a value on the way costs a block,
// and that what is taken out or thinned changes none but its own.
func TestOlderPagesShareTheirVersions(t *testing.T) {
	p := &Page{}
	for i := range 10*perBlock + 1 {
		p.Versions = p.Versions.with(Version{Ref: op.Ref{Seq: uint64(i)}, Hash: Hash{byte(i), byte(i >> 8), 1}})
	}
	more, less := *p, *p
	more.Versions = more.Versions.with(Version{Hash: Hash{2}})
	less.erase([]op.Ref{{Seq: 5 * perBlock}}, Thinned)
	for name, q := range map[string]Page{"one more": more, "one thinned": less} {
		own := 0
		for i, b := range q.Versions.blocks {
			if &b.names[0] != &p.Versions.blocks[i].names[0] {
				own++
			}
		}
		if own != 1 || len(q.Versions.blocks) != 11 {
			t.Errorf("%s: %d of %d blocks are its own", name, own, len(q.Versions.blocks))
		}
	}
	if p.Versions.Len() != 10*perBlock+1 || p.Versions.At(5*perBlock).Gone != Here || less.Versions.At(5*perBlock).Gone != Thinned {
		t.Error("the page of before has changed")
	}
}

func TestAPageWhoseTextsAreGoneForNoReasonDoesNotRead(t *testing.T) {
	p := plainPage{Versions: []Version{{Hash: Hash{1}, Gone: Taken + 1}}}
	if _, err := UnmarshalState(Key(op.Ref{Seq: 1}), op.MustMarshal(p)); err == nil {
		t.Error("it reads")
	}
}

// FuzzUnmarshalState reads foreign values; what reads writes the same bytes.
func FuzzUnmarshalState(f *testing.F) {
	f.Fuzz(func(t *testing.T, list bool, b []byte) {
		key := Key(op.Ref{Seq: 1})
		if list {
			key = KeyIndex
		}
		v, err := UnmarshalState(key, b)
		if err != nil {
			return
		}
		if again := v.(interface{ MarshalState() []byte }).MarshalState(); !bytes.Equal(again, b) {
			t.Errorf("read %x, wrote %x", b, again)
		}
	})
}

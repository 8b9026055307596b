package vault

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"testing"

	"celld/internal/op"
)

// TestALetterIsReadByWhoIsSignedInAndByNobodyOnceLocked: what was read is in
// memory until then, and what a letter is sealed with is never for the router.
func TestALetterIsReadByWhoIsSignedInAndByNobodyOnceLocked(t *testing.T) {
	w := newLetterWorld(t)
	secret := Mint()
	sealed, err := w.v.WriteLetter([]OpeningKey{w.opening}, secret, []byte("said"))
	if err != nil {
		t.Fatal(err)
	}
	forRouter, err := w.v.WriteLetter([]OpeningKey{w.v.RouterOpening()}, secret, []byte("said"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time from memory
		got, said, mine := w.v.ReadLetter(w.member, op.Ref{Seq: 1}, func() []byte { return sealed })
		if !mine || got != secret || string(said) != "said" {
			t.Fatalf("it reads %q, %v", said, mine)
		}
		clear(said) // the reader's own copy
	}
	if _, _, mine := w.v.ReadLetter(op.Member{9}, op.Ref{Seq: 1}, func() []byte { return sealed }); mine {
		t.Error("another member reads it")
	}
	if _, _, mine := w.v.ReadLetter(op.Member{}, op.Ref{Seq: 2}, func() []byte { return forRouter }); mine {
		t.Error("the router reads letters by itself")
	}
	w.v.Lock()
	if _, _, mine := w.v.ReadLetter(w.member, op.Ref{Seq: 1}, func() []byte { return sealed }); mine || len(w.v.letters) > 1 {
		t.Error("a locked router remembers a letter")
	}
}

// TestALetterIsAskedForOnce, and while it is, the vault opens the secret of the
// epoch that it lies under. One that cannot be had is asked for again.
func TestALetterIsAskedForOnce(t *testing.T) {
	w := newLetterWorld(t)
	sealed, err := w.v.WriteLetter([]OpeningKey{w.opening}, Mint(), []byte("said"))
	if err != nil {
		t.Fatal(err)
	}
	var asked []op.Ref
	read := func(seq uint64, letter []byte) bool {
		at := op.Ref{Seq: seq}
		_, _, mine := w.v.ReadLetter(w.member, at, func() []byte {
			w.v.Secret(op.Epoch{1})
			asked = append(asked, at)
			return letter
		})
		return mine
	}
	if read(1, nil) || !read(1, sealed) || !read(1, nil) {
		t.Error("a letter that came late is not read")
	}
	if read(2, sealed[:9]) || read(2, sealed) {
		t.Error("what is no letter is one")
	}
	if len(asked) != 3 {
		t.Errorf("asked for %v", asked)
	}
}

// TestTheWrapsOfALetterStandInAnOrderOfChance, so that no place tells whose it is.
func TestTheWrapsOfALetterStandInAnOrderOfChance(t *testing.T) {
	places := map[int]bool{}
	for range 400 {
		for i, key := range shuffled([]OpeningKey{{1}, {2}}) {
			if key != nil && key[0] == 1 {
				places[i] = true
			}
		}
	}
	if len(places) != op.Wraps {
		t.Errorf("in 400 letters a wrap stood in %d places of %d", len(places), op.Wraps)
	}
}

// wrapOf is where the wrap of an opening key stands in a letter, worked out a
// second time from what docs/protocol.md says of letters.
func wrapOf(t *testing.T, private [32]byte, s op.Secret, letter []byte) (places []int) {
	t.Helper()
	point := letter[:32]
	own, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		t.Fatal(err)
	}
	public, err := ecdh.X25519().NewPublicKey(point)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := own.ECDH(public)
	if err != nil {
		t.Fatal(err)
	}
	cell, salt := op.ID{1}, append(bytes.Clone(point), own.PublicKey().Bytes()...)
	want, err := hkdf.Key(sha256.New, shared, salt, "celld letter v1\x00"+string(cell[:]), 32)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		want[i] ^= s[i]
	}
	for i := range op.Wraps {
		if bytes.Equal(letter[48+32*i:80+32*i], want) {
			places = append(places, i)
		}
	}
	return places
}

// TestALetterTellsNeitherForWhomNorForHowManyItIs: whoever compares letters finds
// nothing twice, neither what it begins with nor a wrap, be it somebody's or
// nobody's; and the wrap of who is named first stands anywhere.
func TestALetterTellsNeitherForWhomNorForHowManyItIs(t *testing.T) {
	w := newLetterWorld(t)
	seen, places := map[string]bool{}, map[int]bool{}
	secret := Mint()
	for range 400 {
		sealed, err := w.v.WriteLetter([]OpeningKey{w.opening, openingOf([32]byte{8})}, secret, []byte("said"))
		if err != nil {
			t.Fatal(err)
		}
		mine := wrapOf(t, w.v.openings[w.opening].private, secret, sealed)
		if len(mine) != 1 {
			t.Fatalf("the first reader has the wraps %v", mine)
		}
		places[mine[0]] = true
		parts := [][]byte{sealed[:32]}
		for i := range op.Wraps {
			parts = append(parts, sealed[48+32*i:80+32*i])
		}
		for _, part := range parts {
			if seen[string(part)] {
				t.Fatalf("%x stands in two places", part)
			}
			seen[string(part)] = true
		}
	}
	if len(places) != op.Wraps {
		t.Errorf("in 400 letters the first reader's wrap stood in %d places of %d", len(places), op.Wraps)
	}
}

type letterWorld struct {
	v       *Vault
	member  op.Member
	opening OpeningKey
}

func newLetterWorld(t *testing.T) letterWorld {
	t.Helper()
	v, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v.Bind(op.ID{1})
	private := [32]byte{7, 7}
	w := letterWorld{v, op.Member{5}, openingOf(private)}
	v.openings[w.opening] = &opening{member: w.member, private: private}
	return w
}

package vault

import (
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
		got, said, mine := w.v.ReadLetter(w.member, sealed)
		if !mine || got != secret || string(said) != "said" {
			t.Fatalf("it reads %q, %v", said, mine)
		}
		clear(said) // the reader's own copy
	}
	if _, _, mine := w.v.ReadLetter(op.Member{9}, sealed); mine {
		t.Error("another member reads it")
	}
	if _, _, mine := w.v.ReadLetter(op.Member{}, forRouter); mine {
		t.Error("the router reads letters by itself")
	}
	w.v.Lock()
	if _, _, mine := w.v.ReadLetter(w.member, sealed); mine || len(w.v.letters) > 1 {
		t.Error("a locked router remembers a letter")
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

package op

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"
)

func drawn(t *rapid.T, name string) (b [32]byte) {
	copy(b[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
	return b
}

func publicHalf(t *rapid.T, private [32]byte) []byte {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		t.Fatal(err)
	}
	return key.PublicKey().Bytes()
}

// TestALetterOpensForThoseItIsForAndNobodyElse also holds that all letters have
// one size, and that a secret that opens one burns it and no other's.
func TestALetterOpensForThoseItIsForAndNobodyElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell, s := ID(drawn(t, "cell")), Secret(drawn(t, "secret"))
		chance := Chance{Private: drawn(t, "private")}
		for i := range chance.Blanks {
			chance.Blanks[i] = drawn(t, "blank")
		}
		people := make([][32]byte, Wraps+1)
		invited := make([]bool, Wraps+1)
		var to [Wraps][]byte
		for i := range people {
			people[i] = sha256.Sum256([]byte{byte(i), cell[0]})
			if i < Wraps && rapid.Bool().Draw(t, "invited") {
				to[i], invited[i] = publicHalf(t, people[i]), true
			}
		}
		clear := rapid.SliceOfN(rapid.Byte(), 0, MaxLetter).Draw(t, "clear")
		letter, err := SealLetter(cell, s, to, clear, chance)
		if err != nil {
			t.Fatal(err)
		}
		if len(letter) != LetterSize {
			t.Fatalf("a letter of %d bytes", len(letter))
		}
		for i, private := range people {
			got, said, ok := OpenLetter(cell, private, letter)
			if ok != invited[i] || ok && (got != s || !bytes.Equal(said, clear)) {
				t.Fatalf("person %d, invited %v: opened %v", i, invited[i], ok)
			}
		}
		other := ID(sha256.Sum256(cell[:]))
		for i := range people {
			if _, _, ok := OpenLetter(other, people[i], letter); ok {
				t.Fatal("a letter opens in another cell")
			}
		}
		flipped := bytes.Clone(letter)
		flipped[rapid.IntRange(0, LetterSize-1).Draw(t, "flip")] ^= 1
		if _, ok := s.ReadLetter(flipped); ok {
			t.Fatal("a letter opens that was changed on the way")
		}
		ember, tinder := s.Ember(), TinderOf(letter)
		wrong := Secret(sha256.Sum256(s[:])).Ember()
		if !TinderOf(ember[:]).Burns(tinder) || TinderOf(wrong[:]).Burns(tinder) || tinder.Burns(tinder) {
			t.Fatal("what burns does not, or what does not does")
		}
	})
}

// TestALetterAlwaysFitsItsOperation holds the sizes together: the largest header
// there is, and the payload that a letter makes.
func TestALetterAlwaysFitsItsOperation(t *testing.T) {
	body := Body{Kind: "letter.write", Content: make([]byte, LetterSize)}
	payload := Seal(Header{}, Secret{}, [16]byte{}, body.Bytes())
	if len(payload) != LetterPayload {
		t.Errorf("the payload has %d bytes, not %d", len(payload), LetterPayload)
	}
	if LetterPayload+MaxHeader > MaxSize {
		t.Errorf("%d bytes do not fit behind every header", LetterPayload)
	}
}

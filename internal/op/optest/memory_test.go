package optest

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"celld/internal/op"
)

// TestWhatIsRememberedIsWhatWasSaid: a change of any part is another question, and
// package op asks here.
func TestWhatIsRememberedIsWhatWasSaid(t *testing.T) {
	asked := 0
	ask := remembering(func(key ed25519.PublicKey, message, sig []byte) bool {
		asked++
		return ed25519.Verify(key, message, sig)
	})
	key, other := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	public, message := key.Public().(ed25519.PublicKey), []byte("bread at six")
	sig, err := Key(key).Sign(message)
	if want := ed25519.Sign(key, message); err != nil || !bytes.Equal(sig, want) {
		t.Fatalf("signed with %x, want %x", sig, want)
	}
	for range 2 {
		for flip := range len(public) + len(message) + len(sig) {
			all := append(append(bytes.Clone(public), message...), sig...)
			all[flip] ^= 1
			k, rest := all[:len(public)], all[len(public):]
			if ask(k, rest[:len(message)], rest[len(message):]) {
				t.Fatalf("a flipped bit at %d is not seen", flip)
			}
		}
		if !ask(public, message, sig) || ask(other.Public().(ed25519.PublicKey), message, sig) || ask(public, message, sig[1:]) {
			t.Fatal("what is remembered is not what was said")
		}
	}
	if want := len(public) + len(message) + len(sig) + 4; asked != want { // a signature of another length is no question
		t.Errorf("asked %d times, want %d", asked, want)
	}
	if again, _ := Key(other).Sign(message); bytes.Equal(again, sig) {
		t.Error("two keys sign alike")
	}
}

// TestPackageOpAsksHere: what says yes to everything is heard.
func TestPackageOpAsksHere(t *testing.T) {
	before := verify
	defer func() { verify = before }()
	verify = func(ed25519.PublicKey, []byte, []byte) bool { return true }
	if err := op.VerifyHeader(make([]byte, ed25519.PublicKeySize), nil, nil); err != nil {
		t.Error(err)
	}
	Remember()
	if err := op.VerifyHeader(make([]byte, ed25519.PublicKeySize), nil, make([]byte, ed25519.SignatureSize)); err == nil {
		t.Error("whatever is signed is believed")
	}
}

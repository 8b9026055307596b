package optest

import (
	"bytes"
	"crypto/ed25519"
	"errors"
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

// TestWhatIsReadAgainIsWhatWasRead: other bytes, another type and what is wrong are told
// apart, and package op reads here.
func TestWhatIsReadAgainIsWhatWasRead(t *testing.T) {
	asked := 0
	ask := reading(func(b []byte, v any) error {
		asked++
		return op.Unmarshal(b, v)
	})
	for range 2 {
		var text string
		var list []string
		if err := ask(op.MustMarshal("bread"), &text); err != nil || text != "bread" {
			t.Errorf("%q, %v", text, err)
		}
		if err := ask(op.MustMarshal("bread"), &list); err == nil {
			t.Error("a word is read as a list")
		}
		if err := ask(op.MustMarshal([]string{"oven"}), &list); err != nil || len(list) != 1 || list[0] != "oven" {
			t.Errorf("%q, %v", list, err)
		}
		if err := ask([]byte{0x78, 1, 'a'}, new(string)); !errors.Is(err, op.ErrSpelling) {
			t.Errorf("another spelling: %v", err)
		}
	}
	if asked != 4 {
		t.Errorf("asked %d times", asked)
	}
	if full := "full"; ask(op.MustMarshal("bread"), &full) != nil || asked != 5 {
		t.Error("what is not empty was not read anew")
	}
	before := decode
	defer func() { decode = before }()
	decode = func([]byte, any) error { return errors.New("heard") }
	if (op.Opened{Content: op.MustMarshal("bread")}).Decode(new(string)) == nil {
		t.Error("package op does not read here")
	}
}

// TestACheapSignatureIsOneOfItsKeyAndMessage, and holds only while things are remembered.
func TestACheapSignatureIsOneOfItsKeyAndMessage(t *testing.T) {
	key, other := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	public, message := key.Public().(ed25519.PublicKey), []byte("bread at six")
	sig, _ := Cheap(key).Sign(message)
	forget := Remember()
	stranger, _ := Cheap(other).Sign(message)
	real := ed25519.Sign(key, message)
	if !verify(public, message, sig) || !verify(public, message, real) || verify(public, message, stranger) || verify(public, message[1:], sig) {
		t.Error("it is not told whose they are")
	}
	if forget(); verify(public, message, sig) {
		t.Error("it holds for ever")
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

package op

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"
)

func TestKeysAreThoseOfHKDF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 0, maxLabel).Draw(t, "secret")
		salt := rapid.SliceOfN(rapid.Byte(), 0, sha256.BlockSize).Draw(t, "salt")
		label := string(rapid.SliceOfN(rapid.Byte(), 0, maxLabel-1).Draw(t, "label"))
		want, err := hkdf.Key(sha256.New, secret, salt, label, 32)
		if got := derive(secret, salt, label); err != nil || !bytes.Equal(got[:], want) {
			t.Fatalf("%x, want %x, %v", got, want, err)
		}
	})
}

func TestAKeyLeavesNothingBehind(t *testing.T) {
	s, salt := Secret{1}, [saltSize]byte{2}
	if n := testing.AllocsPerRun(100, func() { derive(s[:], salt[:], labelPayload) }); n > 0 {
		t.Errorf("%v things are made for one key", n)
	}
}

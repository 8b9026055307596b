package vault

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// fixed gives keys, cell and member that never change, for the vectors.
func fixed() (cell op.ID, member op.Member, k *keys, salt [saltSize]byte) {
	for i := range cell {
		cell[i] = byte(i)
	}
	copy(member[:], "anabelle")
	copy(salt[:], "sixteen bytes of")
	k = &keys{identity: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))}
	copy(k.opening[:], bytes.Repeat([]byte{9}, 32))
	return cell, member, k, salt
}

// TestSlotVector holds the format still: a slot written today opens on every
// router and for ever. It pays for a real derivation.
func TestSlotVector(t *testing.T) {
	cell, member, k, salt := fixed()
	want, err := os.ReadFile("testdata/slot.hex")
	if err != nil {
		t.Fatal(err)
	}
	d := derived{argon(fiveWords, salt[:], params), salt, params}
	got := sealSlot(cell, member, k, d)
	if hex.EncodeToString(got.Bytes()) != strings.TrimSpace(string(want)) {
		t.Errorf("the slot is now\n%x\nand was\n%s", got.Bytes(), want)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(want)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseSlot(raw)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := s.open(cell, d)
	if err != nil || !opened.identity.Equal(k.identity) || opened.opening != k.opening {
		t.Errorf("the vector opens to other keys: %v", err)
	}
	if len(raw) > maxSlot {
		t.Errorf("a slot has %d bytes", len(raw))
	}
}

func cheapDerived(passphrase string, salt [saltSize]byte) derived {
	return derived{cheap(passphrase, salt[:], params), salt, params}
}

func TestSlotOpensUnderItsPassphraseInItsCellOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cell op.ID
		var salt [saltSize]byte
		copy(cell[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "cell"))
		copy(salt[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "salt"))
		member := op.Member(rapid.SliceOfN(rapid.Byte(), 8, 8).Filter(func(b []byte) bool { return !allZero(b) }).Draw(t, "member"))
		passphrase := rapid.String().Draw(t, "passphrase")
		k := newKeys()
		s, err := ParseSlot(sealSlot(cell, member, k, cheapDerived(passphrase, salt)).Bytes())
		if err != nil {
			t.Fatal(err)
		}
		opened, err := s.open(cell, cheapDerived(passphrase, salt))
		if err != nil || !opened.identity.Equal(k.identity) || opened.opening != k.opening {
			t.Fatalf("it does not open: %v", err)
		}
		if _, err := s.open(cell, cheapDerived(passphrase+"x", salt)); !errors.Is(err, ErrPassphrase) {
			t.Fatalf("it opens under another passphrase: %v", err)
		}
		cell[rapid.IntRange(0, 31).Draw(t, "byte")] ^= 1
		if _, err := s.open(cell, cheapDerived(passphrase, salt)); !errors.Is(err, ErrPassphrase) {
			t.Fatalf("it opens in another cell: %v", err)
		}
	})
}

func TestEveryFlippedBitOfASlotIsFound(t *testing.T) {
	cell, member, k, salt := fixed()
	whole := sealSlot(cell, member, k, cheapDerived(fiveWords, salt)).Bytes()
	for i := range len(whole) * 8 {
		b := bytes.Clone(whole)
		b[i/8] ^= 1 << (i % 8)
		s, err := ParseSlot(b)
		if err != nil {
			continue
		}
		if _, err := s.open(cell, derived{cheap(fiveWords, s.Salt[:], s.Params), s.Salt, s.Params}); err == nil {
			t.Errorf("bit %d of byte %d may be flipped", i%8, i/8)
		}
	}
}

func TestSlotThatNamesOtherKeysIsRefused(t *testing.T) {
	// Whoever knows the passphrase could seal keys under false names.
	cell, member, k, salt := fixed()
	d := cheapDerived(fiveWords, salt)
	s := sealSlot(cell, member, k, d)
	s.Opening = openingOf([32]byte{1})
	s.Sealed = seal(subkey(d.key, cell[:], labelSlot), append(k.identity.Seed(), k.opening[:]...), s.bound(cell))
	if _, err := s.open(cell, d); err == nil {
		t.Error("it opened")
	}
}

func FuzzParseSlot(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSlot(b)
		if err != nil {
			return
		}
		if !bytes.Equal(s.Bytes(), b) {
			t.Errorf("%x was read and is written as %x", b, s.Bytes())
		}
		if len(b) > maxSlot || s.Params.check() != nil || len(s.Sealed) != sealedKeys {
			t.Errorf("%x was read", b)
		}
	})
}

func FuzzParseDeviceFile(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseDeviceFile(b)
		if err == nil && !bytes.Equal(op.MustMarshal(d), b) {
			t.Errorf("%x was read and is written otherwise", b)
		}
	})
}

func TestFuzzSeedsAreThere(t *testing.T) {
	for _, name := range []string{"FuzzParseSlot", "FuzzParseDeviceFile"} {
		if seeds, err := os.ReadDir("testdata/fuzz/" + name); err != nil || len(seeds) < 2 {
			t.Errorf("%s: %d seeds, %v", name, len(seeds), err)
		}
	}
}

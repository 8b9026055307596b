package dig

import (
	"slices"
	"testing"

	"celld/internal/vault"
)

// TestWhatOnlyLooksLikeASecretIsNotCounted: a wiped disk is full of chance, and once it
// held by chance the four bytes by which a sealed secret is looked for.
func TestWhatOnlyLooksLikeASecretIsNotCounted(t *testing.T) {
	pair := slices.Concat([]byte{0x82, 0x48}, make([]byte, 8), []byte{0x58, 0x50})
	ours := vault.Wrap{1}
	image := slices.Concat(make([]byte, 99), pair, make([]byte, 80), pair, ours[:])
	if n := len(wrapsIn(image)); n != 2 {
		t.Fatalf("%d look like one", n)
	}
	d := Digger{Wraps: map[vault.Wrap]bool{ours: true}}
	if found, err := d.Dig(image); err != nil || found.Wraps != 1 || found.Nothing() {
		t.Errorf("%v, %v", found, err)
	}
	if found, err := d.Dig(image[:99+12+80]); err != nil || !found.Nothing() {
		t.Errorf("%v, %v", found, err)
	}
}

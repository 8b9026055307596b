package vaulttest

import (
	"bytes"
	"testing"

	"celld/internal/vault"
)

// TestVaultAsksHere, and what it asks is told apart still.
func TestVaultAsksHere(t *testing.T) {
	dear := derive
	defer func() { derive = dear }()
	p := vault.Params{Memory: 12 << 10, Time: 2, Threads: 1}
	one := dear("five words", []byte("salt of sixteen."), p)
	if len(one) != 32 {
		t.Fatalf("package vault derives %d bytes", len(one))
	}
	Cheap()
	again := derive("five words", []byte("salt of sixteen."), p)
	if len(again) != 32 || bytes.Equal(one, again) || bytes.Equal(again, derive("other words", []byte("salt of sixteen."), p)) ||
		bytes.Equal(again, derive("five words", []byte("other salt......"), p)) {
		t.Errorf("derived %x", again)
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestSignifyVerifiesTheFeed lets OpenBSD's signify judge our signature, and sees
// it refuse every file in which one byte has changed.
func TestSignifyVerifiesTheFeed(t *testing.T) {
	_, dist := packed(t, nil)
	verify := func(message string) (string, error) {
		return said(t, nil, "signify-openbsd", "-V", "-p", filepath.Join(dist, "celld-feed.pub"), "-x", filepath.Join(dist, "Packages.sig"), "-m", message)
	}
	if out, err := verify(filepath.Join(dist, "Packages")); err != nil {
		t.Fatalf("signify refuses the feed: %v\n%s", err, out)
	}
	index, err := os.ReadFile(filepath.Join(dist, "Packages"))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, len(index) / 2, len(index) - 1} {
		bent := bytes.Clone(index)
		bent[at] ^= 1
		path := filepath.Join(t.TempDir(), "Packages")
		if err := os.WriteFile(path, bent, 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := verify(path); err == nil {
			t.Errorf("signify accepts the feed with byte %d changed: %s", at, out)
		}
	}
	again := must(t, nil, "gzip", "-dc", filepath.Join(dist, "Packages.gz"))
	if again != string(index) {
		t.Error("Packages.gz is not Packages")
	}
	c := must(t, nil, "sh", "-c", "cd \"$1\" && sha256sum -c sha256sums", "sh", dist)
	if !bytes.Contains([]byte(c), []byte("Packages.sig: OK")) {
		t.Errorf("the sums do not tell of Packages.sig:\n%s", c)
	}
}

// TestAKeyOfSignifySigns takes the builder's own key, and makes none in its place.
func TestAKeyOfSignifySigns(t *testing.T) {
	folder := t.TempDir()
	public, secret := filepath.Join(folder, "k.pub"), filepath.Join(folder, "k.sec")
	must(t, nil, "signify-openbsd", "-G", "-n", "-p", public, "-s", secret)
	_, dist := packed(t, func(o *order) { o.key = secret })
	must(t, nil, "signify-openbsd", "-V", "-p", public, "-x", filepath.Join(dist, "Packages.sig"), "-m", filepath.Join(dist, "Packages"))
}

// TestOursIsAKeyForSignify is the other way round.
func TestOursIsAKeyForSignify(t *testing.T) {
	o, dist := packed(t, nil)
	message := filepath.Join(t.TempDir(), "message")
	if err := os.WriteFile(message, []byte("words\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, nil, "signify-openbsd", "-S", "-s", o.key, "-m", message)
	// signify notes in the signature which public key to verify it with.
	must(t, nil, "signify-openbsd", "-V", "-p", filepath.Join(dist, "celld-feed.pub"), "-m", message)
}

func TestADamagedKeyIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := openKey(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret key lies there for others: %v %v", info.Mode(), err)
	}
	for at := range good {
		bent := bytes.Clone(good)
		bent[at] ^= 0x20
		k, err := parseKey(string(bent))
		first := bytes.IndexByte(good, '\n')
		if at > first && err == nil && !bytes.Equal(spell("", k.key), spell("", mustKey(t, good).key)) {
			t.Errorf("a key with byte %d changed signs otherwise", at)
		}
	}
	if _, err := parseKey("untrusted comment: x\nRWQ=\n"); err == nil {
		t.Error("a short key is taken")
	}
}

func mustKey(t *testing.T, text []byte) signer {
	t.Helper()
	k, err := parseKey(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Keys and signatures as usign, OpenWrt's kin of OpenBSD's signify, reads and
// writes them: a line "untrusted comment: ...", and a line of base64. Decoded,
//
//	public key   "Ed", 8 bytes that name the key, 32 bytes
//	signature    "Ed", 8 bytes that name the key, 64 bytes
//	secret key   "Ed", "BK", 4 bytes and 16 bytes that are zero (no passphrase),
//	             8 bytes of the key's SHA-512, 8 bytes that name it, 64 bytes
//
// A router keeps the public keys that it trusts in /etc/opkg/keys, each in a file
// called like the key, in hexadecimal.

type signer struct {
	name [8]byte
	key  ed25519.PrivateKey
}

const secretSize = 2 + 2 + 4 + 16 + 8 + 8 + ed25519.PrivateKeySize

// openKey reads the secret key at path, or makes one there.
func openKey(path string) (signer, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return signer{}, err
	}
	k, err := parseKey(string(b))
	if err != nil {
		return k, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

func makeKey(path string) (signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return signer{}, err
	}
	k := signer{key: key}
	if _, err := rand.Read(k.name[:]); err != nil {
		return signer{}, err
	}
	sum := sha512.Sum512(key)
	raw := bytes.Join([][]byte{[]byte("EdBK"), make([]byte, 4+16), sum[:8], k.name[:], key}, nil)
	return k, os.WriteFile(path, spell("celld feed, secret key", raw), 0o600)
}

func parseKey(text string) (signer, error) {
	var k signer
	_, line, _ := strings.Cut(text, "\n")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
	if err != nil || len(raw) != secretSize || string(raw[:4]) != "EdBK" {
		return k, errors.New("this is no secret key of usign or signify")
	}
	if !bytes.Equal(raw[4:8], make([]byte, 4)) {
		return k, errors.New("the key has a passphrase; make one without (signify -G -n)")
	}
	k.key = ed25519.PrivateKey(raw[40:])
	if sum := sha512.Sum512(k.key); !bytes.Equal(sum[:8], raw[24:32]) {
		return k, errors.New("the key is damaged")
	}
	copy(k.name[:], raw[32:40])
	return k, nil
}

// public is the file that routers are given.
func (k signer) public() []byte {
	return spell("celld feed, key "+k.String(),
		bytes.Join([][]byte{[]byte("Ed"), k.name[:], k.key.Public().(ed25519.PublicKey)}, nil))
}

// sign is the file that goes beside message, with ".sig" after its name.
func (k signer) sign(message []byte) []byte {
	return spell("signed with key "+k.String(),
		bytes.Join([][]byte{[]byte("Ed"), k.name[:], ed25519.Sign(k.key, message)}, nil))
}

// String is what a router calls the key.
func (k signer) String() string { return fmt.Sprintf("%x", k.name) }

func spell(comment string, raw []byte) []byte {
	return fmt.Appendf(nil, "untrusted comment: %s\n%s\n", comment, base64.StdEncoding.EncodeToString(raw))
}

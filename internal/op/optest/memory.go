// Package optest remembers signatures, for the laws of others: there, many routers
// sign and ask about the same few, and one that is on record takes no arithmetic.
package optest

import (
	"crypto/ed25519"
	"sync"
	_ "unsafe" // for go:linkname: no other package can reach it

	"celld/internal/op"
)

//go:linkname verify celld/internal/op.verify
var verify func(key ed25519.PublicKey, message, sig []byte) bool

// Remember lets package op ask about each signature once, until what it returns is
// called: what measures must not remember. Nobody may ask while either is called.
func Remember() (forget func()) {
	before := verify
	verify = remembering(ed25519.Verify)
	return func() { verify = before }
}

// most is how many answers are kept before all are forgotten.
const most = 1 << 13

// memory is what a pure function has returned.
type memory[V any] struct {
	mu    sync.Mutex // guards known
	known map[string]V
}

func (m *memory[V]) of(key string, f func() V) V {
	m.mu.Lock()
	v, is := m.known[key]
	m.mu.Unlock()
	if is {
		return v
	}
	v = f()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= most {
		m.known = map[string]V{}
	}
	m.known[key] = v
	return v
}

// remembering asks f once about each key, message and signature. The first two parts
// of what it remembers by have their lengths, so that no two questions look alike.
func remembering(f func(ed25519.PublicKey, []byte, []byte) bool) func(ed25519.PublicKey, []byte, []byte) bool {
	said := &memory[bool]{}
	return func(key ed25519.PublicKey, message, sig []byte) bool {
		if len(key) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
			return f(key, message, sig)
		}
		return said.of(string(key)+string(sig)+string(message), func() bool { return f(key, message, sig) })
	}
}

var signed memory[[]byte]

// Key signs as op.Key does: Ed25519 has one signature for a key and a message.
type Key ed25519.PrivateKey

// Sign implements op.Signer.
func (k Key) Sign(message []byte) ([]byte, error) {
	return signed.of(string(k)+string(message), func() []byte { return ed25519.Sign(ed25519.PrivateKey(k), message) }), nil
}

var _ op.Signer = Key(nil)

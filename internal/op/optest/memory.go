// Package optest remembers signatures and contents, for the laws of others: there, many
// routers sign, ask about and read the same few, and one that is on record takes no
// arithmetic.
package optest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"reflect"
	"sync"
	_ "unsafe" // for go:linkname: no other package can reach it

	"celld/internal/op"
)

//go:linkname verify celld/internal/op.verify
var verify func(key ed25519.PublicKey, message, sig []byte) bool

//go:linkname decode celld/internal/op.decode
var decode func(content []byte, v any) error

// Remember lets package op ask about each signature and read each content once, until
// what it returns is called: what measures must not remember. Nobody may ask while
// either is called. It lets a Cheap signature hold besides.
func Remember() (forget func()) {
	asked, read := verify, decode
	verify, decode = cheaply(remembering(ed25519.Verify)), reading(op.Unmarshal)
	return func() { verify, decode = asked, read }
}

// most is how many answers are kept before all are forgotten.
const most = 1 << 13

// memory is what a pure function has returned.
type memory[K comparable, V any] struct {
	mu    sync.Mutex // guards known
	known map[K]V
}

func (m *memory[K, V]) of(key K, f func() V) V {
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
		m.known = map[K]V{}
	}
	m.known[key] = v
	return v
}

// remembering asks f once about each key, message and signature. The first two parts
// of what it remembers by have their lengths, so that no two questions look alike.
func remembering(f func(ed25519.PublicKey, []byte, []byte) bool) func(ed25519.PublicKey, []byte, []byte) bool {
	said := &memory[string, bool]{}
	return func(key ed25519.PublicKey, message, sig []byte) bool {
		if len(key) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
			return f(key, message, sig)
		}
		return said.of(string(key)+string(sig)+string(message), func() bool { return f(key, message, sig) })
	}
}

// content is bytes that were read as a type.
type content struct {
	as  reflect.Type
	say string
}

// read is what came of it: a value of that type, and what was wrong.
type read struct {
	value reflect.Value
	err   error
}

// reading asks f once about what each bytes say as a value of each type. Whoever asks
// again shares what lies in the first one's value, as states share their values: nobody
// may write there. What would be read into a value that is not empty is no question.
func reading(f func([]byte, any) error) func([]byte, any) error {
	said := &memory[content, read]{}
	return func(b []byte, v any) error {
		into := reflect.ValueOf(v)
		if into.Kind() != reflect.Pointer || into.IsNil() || !into.Elem().IsZero() {
			return f(b, v)
		}
		got := said.of(content{into.Type(), string(b)}, func() read {
			first := reflect.New(into.Type().Elem())
			return read{first.Elem(), f(b, first.Interface())}
		})
		into.Elem().Set(got.value)
		return got.err
	}
}

// Cheap signs with one sum that anybody can make, for laws in which nobody forges.
type Cheap ed25519.PrivateKey

// Sign implements op.Signer.
func (k Cheap) Sign(message []byte) ([]byte, error) {
	return cheap(ed25519.PrivateKey(k).Public().(ed25519.PublicKey), message), nil
}

func cheap(key ed25519.PublicKey, message []byte) []byte {
	sum := sha512.New()
	sum.Write(key)
	sum.Write(message)
	return sum.Sum(nil)
}

// cheaply asks f only about what is not Cheap.
func cheaply(f func(ed25519.PublicKey, []byte, []byte) bool) func(ed25519.PublicKey, []byte, []byte) bool {
	return func(key ed25519.PublicKey, message, sig []byte) bool {
		return bytes.Equal(cheap(key, message), sig) || f(key, message, sig)
	}
}

var signed memory[string, []byte]

// Key signs as op.Key does: Ed25519 has one signature for a key and a message.
type Key ed25519.PrivateKey

// Sign implements op.Signer.
func (k Key) Sign(message []byte) ([]byte, error) {
	return signed.of(string(k)+string(message), func() []byte { return ed25519.Sign(ed25519.PrivateKey(k), message) }), nil
}

var _, _ op.Signer = Key(nil), Cheap(nil)

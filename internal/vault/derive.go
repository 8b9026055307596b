package vault

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
)

// Params say how dear one guess at a passphrase is.
type Params struct {
	_       struct{} `cbor:",toarray"`
	Memory  uint32   // KiB
	Time    uint32   // passes
	Threads uint8
}

// params is what every router can afford: about two seconds on a 580 MHz MIPS.
var params = Params{Memory: 12 << 10, Time: 3, Threads: 1}

// check keeps a hostile slot from asking for more than a router has, or from
// making guesses cheap.
func (p Params) check() error {
	if p.Memory < 12<<10 || p.Memory > 19<<10 || p.Time < 2 || p.Time > 4 || p.Threads != 1 {
		return fmt.Errorf("vault: a slot asks for %d KiB, %d passes, %d threads", p.Memory, p.Time, p.Threads)
	}
	return nil
}

const saltSize = 16

// deriver turns a passphrase into a key; tests put a cheap one in its place.
type deriver func(passphrase string, salt []byte, p Params) []byte

// derive is what vaults derive by. It is a variable for package vaulttest, which
// tests of other packages use.
var derive deriver = argon

func argon(passphrase string, salt []byte, p Params) []byte {
	b := []byte(passphrase)
	defer clear(b)
	return argon2.IDKey(b, salt, p.Time, p.Memory, p.Threads, chacha20poly1305.KeySize)
}

// ErrBusy is returned to whoever comes when one login is being computed and
// two wait: a page answers 503 with Retry-After.
var ErrBusy = errors.New("vault: too many logins at once")

const queue = 2

// turns lets one derivation run at a time, so that logins never need more
// memory than one login does.
type turns struct {
	running chan struct{} // holds a token while somebody runs
	waiting atomic.Int32
	free    func() // gives the memory back to the system
}

func newTurns() *turns {
	return &turns{running: make(chan struct{}, 1), free: debug.FreeOSMemory}
}

// do runs work alone, in order of arrival.
func (t *turns) do(ctx context.Context, work func() error) error {
	if err := t.enter(ctx); err != nil {
		return err
	}
	defer func() {
		t.free()
		<-t.running
	}()
	return work()
}

func (t *turns) enter(ctx context.Context) error {
	select {
	case t.running <- struct{}{}:
		return nil
	default:
	}
	defer t.waiting.Add(-1)
	if t.waiting.Add(1) > queue {
		return ErrBusy
	}
	select {
	case t.running <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// subkey derives a key for one use from a secret. A fresh salt, here or in the
// secret's own making, makes it a key that seals once, under a zero nonce.
func subkey(secret, salt []byte, label string) []byte {
	key, err := hkdf.Key(sha256.New, secret, salt, label, chacha20poly1305.KeySize)
	if err != nil {
		panic("vault: " + err.Error()) // only for lengths far beyond ours
	}
	return key
}

var zeroNonce [chacha20poly1305.NonceSize]byte

func seal(key, clear, bound []byte) []byte {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic("vault: " + err.Error()) // only for a key of another length
	}
	return aead.Seal(nil, zeroNonce[:], clear, bound)
}

func open(key, sealed, bound []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic("vault: " + err.Error())
	}
	return aead.Open(nil, zeroNonce[:], sealed, bound)
}

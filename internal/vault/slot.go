package vault

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"celld/internal/op"
)

const labelSlot = "celld slot v1\x00"

const (
	slotVersion = 1
	keySize     = 32
	maxSlot     = 250
	sealedKeys  = 2*keySize + chacha20poly1305.Overhead
)

// ErrPassphrase is returned when a slot does not open. A slot that was
// tampered with gives the same answer as a wrong passphrase.
var ErrPassphrase = errors.New("vault: the passphrase does not open this slot")

// OpeningKey is the public half of an X25519 key: what epochs are sealed to.
// The zero value names nobody.
type OpeningKey [keySize]byte

// Slot holds a member's identity key and opening key, sealed under their
// passphrase. It is no secret by itself: it travels to every router of the
// cell. It is bound to its cell and opens in no other.
type Slot struct {
	_        struct{} `cbor:",toarray"`
	Version  uint8
	Member   op.Member
	Identity [keySize]byte // the public halves, to tell slots apart unopened
	Opening  OpeningKey
	Salt     [saltSize]byte
	Params   Params
	Sealed   []byte
}

// ParseSlot reads a slot and refuses one that no router could afford to open.
func ParseSlot(b []byte) (Slot, error) {
	if len(b) > maxSlot {
		return Slot{}, fmt.Errorf("vault: slot of %d bytes, at most %d", len(b), maxSlot)
	}
	var s Slot
	if err := op.Unmarshal(b, &s); err != nil {
		return Slot{}, fmt.Errorf("vault: slot: %w", err)
	}
	return s, s.check()
}

func (s Slot) check() error {
	switch {
	case s.Version != slotVersion:
		return fmt.Errorf("vault: slot version %d, this program reads %d", s.Version, slotVersion)
	case s.Member.IsZero():
		return errors.New("vault: slot of nobody")
	case len(s.Sealed) != sealedKeys:
		return fmt.Errorf("vault: slot with %d sealed bytes", len(s.Sealed))
	}
	return s.Params.check()
}

// Bytes is the one spelling of s.
func (s Slot) Bytes() []byte { return op.MustMarshal(s) }

// bound is everything about s that its seal vouches for.
func (s Slot) bound(cell op.ID) []byte {
	s.Sealed = []byte{}
	return append(append([]byte(labelSlot), cell[:]...), s.Bytes()...)
}

// keys are a member's own, for as long as somebody needs them open.
type keys struct {
	identity ed25519.PrivateKey
	opening  [keySize]byte
}

func newKeys() *keys {
	k := &keys{identity: newSigningKey()}
	rand.Read(k.opening[:])
	return k
}

// newSigningKey makes an Ed25519 key. crypto/rand never fails: it ends the
// program instead.
func newSigningKey() ed25519.PrivateKey {
	var seed [ed25519.SeedSize]byte
	rand.Read(seed[:])
	defer clear(seed[:])
	return ed25519.NewKeyFromSeed(seed[:])
}

func (k *keys) forget() {
	clear(k.identity)
	clear(k.opening[:])
}

func publicOf(key ed25519.PrivateKey) [keySize]byte {
	return [keySize]byte(key.Public().(ed25519.PublicKey))
}

func openingOf(private [keySize]byte) OpeningKey {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		panic("vault: " + err.Error()) // only for a key of another length
	}
	return OpeningKey(key.PublicKey().Bytes())
}

// sealSlot seals k under what was derived from a passphrase and salt. Each
// salt serves once for a cell.
func sealSlot(cell op.ID, member op.Member, k *keys, d derived) Slot {
	s := Slot{
		Version: slotVersion, Member: member,
		Identity: publicOf(k.identity), Opening: openingOf(k.opening),
		Salt: d.salt, Params: d.params,
	}
	clearText := append(k.identity.Seed(), k.opening[:]...)
	defer clear(clearText)
	s.Sealed = seal(subkey(d.key, cell[:], labelSlot), clearText, s.bound(cell))
	return s
}

// open gives the keys in s to whoever has what its passphrase derives to.
func (s Slot) open(cell op.ID, d derived) (*keys, error) {
	clearText, err := open(subkey(d.key, cell[:], labelSlot), s.Sealed, s.bound(cell))
	if err != nil {
		return nil, ErrPassphrase
	}
	defer clear(clearText)
	k := &keys{
		identity: ed25519.NewKeyFromSeed(clearText[:keySize]),
		opening:  [keySize]byte(clearText[keySize:]),
	}
	if publicOf(k.identity) != s.Identity || openingOf(k.opening) != s.Opening {
		k.forget()
		return nil, errors.New("vault: the slot's keys are not the ones that it names")
	}
	return k, nil
}

// derived is the outcome of one derivation, with what went into it.
type derived struct {
	key    []byte
	salt   [saltSize]byte
	params Params
}

func (d derived) forget() { clear(d.key) }

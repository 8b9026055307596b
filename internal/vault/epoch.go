package vault

import (
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"celld/internal/op"
)

const (
	labelWrap  = "celld wrap v1\x00"
	labelVouch = "celld vouch v1\x00"
)

// Wrap is an epoch secret sealed to one opening key by HPKE (RFC 9180, base
// mode): 32 bytes of encapsulated key, 32 of secret, 16 of tag.
type Wrap [80]byte

// Mint makes an epoch secret.
func Mint() (s op.Secret) {
	rand.Read(s[:])
	return s
}

// SealSecret seals an epoch's secret to one recipient.
func SealSecret(to OpeningKey, cell op.ID, s op.Secret) (Wrap, error) {
	key, err := ecdh.X25519().NewPublicKey(to[:])
	if err != nil {
		return Wrap{}, fmt.Errorf("vault: opening key: %w", err)
	}
	recipient, err := hpke.NewDHKEMPublicKey(key)
	if err != nil {
		return Wrap{}, fmt.Errorf("vault: opening key: %w", err)
	}
	info := wrapInfo(cell, op.EpochOf(cell, s))
	sealed, err := hpke.Seal(recipient, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info, s[:])
	if err != nil {
		return Wrap{}, fmt.Errorf("vault: seal epoch: %w", err)
	}
	return Wrap(sealed), nil
}

// OpenSecret undoes SealSecret. It refuses a secret that is not the epoch's.
func OpenSecret(private [32]byte, cell op.ID, e op.Epoch, w Wrap) (op.Secret, error) {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return op.Secret{}, fmt.Errorf("vault: opening key: %w", err)
	}
	recipient, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return op.Secret{}, fmt.Errorf("vault: opening key: %w", err)
	}
	clearText, err := hpke.Open(recipient, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), wrapInfo(cell, e), w[:])
	if err != nil {
		return op.Secret{}, fmt.Errorf("vault: open epoch: %w", err)
	}
	defer clear(clearText)
	if len(clearText) != len(op.Secret{}) || op.EpochOf(cell, op.Secret(clearText)) != e {
		return op.Secret{}, fmt.Errorf("vault: a wrap holds another secret than that of epoch %v", e)
	}
	return op.Secret(clearText), nil
}

func wrapInfo(cell op.ID, e op.Epoch) []byte {
	return append(append([]byte(labelWrap), cell[:]...), e[:]...)
}

// Vouch is a MAC that only who holds prev could make: so a new epoch is known
// to come from somebody who was trusted with an older one.
func Vouch(cell op.ID, prev op.Secret, next op.Epoch) [sha256.Size]byte {
	h := hmac.New(sha256.New, subkey(prev[:], nil, labelVouch))
	h.Write(cell[:])
	h.Write(next[:])
	return [sha256.Size]byte(h.Sum(nil))
}

// Vouched checks what Vouch made.
func Vouched(cell op.ID, prev op.Secret, next op.Epoch, mac []byte) bool {
	want := Vouch(cell, prev, next)
	return hmac.Equal(want[:], mac)
}

// Hold keeps a secret in memory until Lock, and returns its epoch.
func (v *Vault) Hold(s op.Secret) (op.Epoch, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.bound || v.gone {
		return op.Epoch{}, ErrNoCell
	}
	return v.hold(s), nil
}

func (v *Vault) hold(s op.Secret) op.Epoch {
	e := op.EpochOf(v.cell, s)
	if v.epochs[e] == nil {
		v.epochs[e] = &s
	}
	return e
}

// Secret returns an epoch's secret if it is open.
func (v *Vault) Secret(e op.Epoch) (op.Secret, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s := v.epochs[e]; s != nil {
		return *s, true
	}
	return op.Secret{}, false
}

// AddWrap tries to open an epoch with the recipient's opening key, or with
// every one in memory when the recipient is zero, and reports whether the
// epoch is open now. Wraps are not kept: offer them again after a login.
func (v *Vault) AddWrap(recipient OpeningKey, e op.Epoch, w Wrap) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.bound || v.gone {
		return false
	}
	if v.epochs[e] != nil {
		return true
	}
	for key, held := range v.openings {
		if recipient != (OpeningKey{}) && recipient != key {
			continue
		}
		if s, err := OpenSecret(held.private, v.cell, e, w); err == nil {
			v.hold(s)
			return true
		}
	}
	return false
}

// WrapFor seals an open epoch to another recipient.
func (v *Vault) WrapFor(to OpeningKey, e op.Epoch) (Wrap, error) {
	s, ok := v.Secret(e)
	if !ok {
		return Wrap{}, ErrLocked
	}
	cell, err := v.cellID()
	if err != nil {
		return Wrap{}, err
	}
	return SealSecret(to, cell, s)
}

package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"

	"celld/internal/op"
)

// ErrWeak is returned for a new passphrase that cannot be five words.
var ErrWeak = errors.New("vault: a passphrase is five generated words")

// The shortest five words with the spaces between them.
const shortest = 5*3 + 4

func checkPassphrase(p string) error {
	if len(p) < shortest {
		return ErrWeak
	}
	return nil
}

// NewMemberID makes a name for a person in the public operations.
func NewMemberID() (m op.Member) {
	rand.Read(m[:])
	return m
}

// Newcomer holds the new keys of somebody who founds, joins or is re-bound. It
// is used by one goroutine at a time, and ends with Seat or Forget.
//
// At the founding: NewMember, sign the founding operation with Signer and
// Grant(op.ID{}), then Seat with the id that it got, and only then store the
// operation: so no log is ever begun under a key that a power cut loses.
// Whoever must wait to be admitted leaves their Slot and logs in later.
type Newcomer struct {
	vault   *Vault
	member  op.Member
	keys    *keys
	device  ed25519.PrivateKey
	derived derived
}

// NewMember makes an identity key, an opening key and a device key, and
// derives what will seal them from a passphrase. For a re-binding the member
// is the one who lost their words. It fails with ErrWeak, ErrBusy or ctx's
// error, and takes as long as a login.
func (v *Vault) NewMember(ctx context.Context, m op.Member, passphrase string) (*Newcomer, error) {
	if err := checkPassphrase(passphrase); err != nil {
		return nil, err
	}
	n := &Newcomer{vault: v, member: m, keys: newKeys(), device: newSigningKey()}
	err := v.turns.do(ctx, func() error {
		n.derived = v.deriveNew(passphrase)
		return nil
	})
	if err != nil {
		n.Forget()
		return nil, err
	}
	return n, nil
}

// Identity returns the new identity key.
func (n *Newcomer) Identity() ed25519.PublicKey {
	return n.keys.identity.Public().(ed25519.PublicKey)
}

// Opening returns the new opening key.
func (n *Newcomer) Opening() OpeningKey { return openingOf(n.keys.opening) }

// Device returns the new device key.
func (n *Newcomer) Device() ed25519.PublicKey { return n.device.Public().(ed25519.PublicKey) }

// Signer signs with the device key before it is seated.
func (n *Newcomer) Signer() op.Signer { return op.Key(n.device) }

// Grant introduces the device key. The cell is zero at the founding.
func (n *Newcomer) Grant(cell op.ID) Signed {
	n.vault.mu.Lock()
	defer n.vault.mu.Unlock()
	return n.keys.sign(n.vault.grant(cell, n.member, n.device))
}

// Slot seals the new identity and opening keys for a cell. Asked twice for one
// cell it gives the same bytes.
func (n *Newcomer) Slot(cell op.ID) Slot { return sealSlot(cell, n.member, n.keys, n.derived) }

// Seat binds the vault to the cell, stores the device key, brings the keys
// into memory as a login does, and forgets the rest.
func (n *Newcomer) Seat(cell op.ID) (Login, error) {
	v := n.vault
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.bound && v.cell != cell {
		return Login{}, errors.New("vault: the keys here belong to another cell")
	}
	v.cell, v.bound = cell, true
	if err := v.storeDevice(n.member, n.device, n.derived); err != nil {
		return Login{}, err
	}
	login := v.admit(n.member, n.keys, n.device)
	n.device = nil // the vault's now
	n.Forget()
	return login, nil
}

// Forget overwrites the new keys. What Slot returned stays good.
func (n *Newcomer) Forget() {
	n.keys.forget()
	n.derived.forget()
	clear(n.device)
}

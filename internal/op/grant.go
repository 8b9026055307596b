package op

import (
	"crypto/ed25519"
	"fmt"
)

const (
	labelGrant     = "celld grant v1\x00"
	labelStatement = "celld statement v1\x00"
)

// Grant says, in the name of a member's identity key, that a device key
// speaks for that member on one router.
type Grant struct {
	_      struct{} `cbor:",toarray"`
	Cell   ID
	Member Member
	Device [ed25519.PublicKeySize]byte // the device's own public key
	Router Device                      // the router that the device key lies on
}

// Bytes is what the identity key signs: a label and the canonical encoding.
func (g Grant) Bytes() []byte { return append([]byte(labelGrant), MustMarshal(g)...) }

// Key returns the granted device key.
func (g Grant) Key() ed25519.PublicKey { return g.Device[:] }

// VerifyGrant checks that sig is identity's signature on g.
func VerifyGrant(identity ed25519.PublicKey, g Grant, sig []byte) error {
	if err := verifyAs(identity, g.Bytes(), sig); err != nil {
		return fmt.Errorf("op: grant for %v: %w", DeviceOf(g.Key()), err)
	}
	return nil
}

// Act is what an identity key states besides grants.
type Act uint8

// The acts of an identity key.
const (
	ActRevoke Act = 1 // Device no longer speaks for the member
	ActVeto   Act = 2 // the re-binding begun at Subject is not the member's wish
)

// Statement is something that only the holder of an identity key can say.
// Device is set for ActRevoke, Subject for ActVeto; the other one is zero.
type Statement struct {
	_       struct{} `cbor:",toarray"`
	Cell    ID
	Member  Member
	Act     Act
	Device  Device
	Subject Ref
}

// Bytes is what the identity key signs: a label and the canonical encoding.
func (s Statement) Bytes() []byte { return append([]byte(labelStatement), MustMarshal(s)...) }

// Check reports whether s says one whole thing, and nothing beside it.
func (s Statement) Check() error {
	switch {
	case s.Act == ActRevoke && s.Device != Device{} && s.Subject.IsZero():
		return nil
	case s.Act == ActVeto && s.Device == Device{} && !s.Subject.IsZero():
		return nil
	}
	return fmt.Errorf("op: a statement with act %d does not hold together", s.Act)
}

// VerifyStatement checks that s holds together and that sig is identity's
// signature on it.
func VerifyStatement(identity ed25519.PublicKey, s Statement, sig []byte) error {
	if err := s.Check(); err != nil {
		return err
	}
	if err := verifyAs(identity, s.Bytes(), sig); err != nil {
		return fmt.Errorf("op: statement of %v: %w", s.Member, err)
	}
	return nil
}

// verifyAs wants whole keys: crypto/ed25519 panics for any other length.
func verifyAs(key ed25519.PublicKey, message, sig []byte) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, message, sig) {
		return ErrSignature
	}
	return nil
}

package op

import (
	"crypto/ed25519"
	"fmt"
)

const labelIdentity = "celld identity v1\x00"

// Verb says what an identity key states.
type Verb string

// An identity key states these things and no others.
const (
	VerbGrant  Verb = "grant"  // this device key writes for me, on that router
	VerbRevoke Verb = "revoke" // this device key no longer writes for me
	VerbVeto   Verb = "veto"   // I did not lose my words: do not re-bind me
)

// Statement is what a member's identity key signs: the only use of that key.
// The founder's first grant carries the zero Cell, since the cell's id is the
// hash of the operation that it stands in.
type Statement struct {
	_      struct{} `cbor:",toarray"`
	Verb   Verb
	Cell   ID
	Member Member
	Key    []byte // the device key concerned; empty for a veto
	Router Device // where that key lives; zero unless a grant
}

// Bytes is what is signed.
func (s Statement) Bytes() []byte { return append([]byte(labelIdentity), MustMarshal(s)...) }

// Verify checks the signature of identity over s.
func (s Statement) Verify(identity ed25519.PublicKey, sig []byte) error {
	if len(identity) != ed25519.PublicKeySize {
		return fmt.Errorf("op: an identity key of %d bytes", len(identity))
	}
	if !verify(identity, s.Bytes(), sig) {
		return ErrSignature
	}
	return nil
}

package op

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
)

// Operation is a parsed, well-formed operation. Well-formed says nothing of
// authentic (Verify), and authentic says nothing of lawful (package cell).
type Operation struct {
	Header  Header
	ID      ID
	Payload []byte // nil once dropped

	header []byte
	sig    []byte
}

// ErrSignature is returned when a signature does not verify.
var ErrSignature = errors.New("op: the signature does not verify")

// MaxEncoded bounds an encoded operation: header and payload, the signature,
// and the nine bytes that CBOR needs around three strings of such lengths.
const MaxEncoded = MaxSize + ed25519.SignatureSize + 9

// ErrNoKey is returned by a Signer whose key is not in memory: somebody locked
// the router, and who wants to write has to sign in again.
var ErrNoKey = errors.New("op: the signing key is not in memory")

// Signer makes signatures for one device key.
type Signer interface {
	Sign(message []byte) ([]byte, error)
}

// Key signs with an Ed25519 key held in memory.
type Key ed25519.PrivateKey

// Sign implements Signer.
func (k Key) Sign(message []byte) ([]byte, error) {
	return ed25519.Sign(ed25519.PrivateKey(k), message), nil
}

// Sign completes h with the payload's hash and size and signs it.
func Sign(h Header, payload []byte, key Signer) (Operation, error) {
	if payload == nil {
		payload = []byte{}
	}
	h.Hash, h.Size = payloadHash(payload), uint64(len(payload))
	b := h.Bytes()
	if _, err := ParseHeader(b); err != nil {
		return Operation{}, err
	}
	sig, err := key.Sign(append([]byte(labelSign), b...))
	if err != nil {
		return Operation{}, fmt.Errorf("op: sign: %w", err)
	}
	return Operation{Header: h, ID: idOf(b), Payload: payload, header: b, sig: sig}, nil
}

// Parse reads an operation and checks everything that its bytes alone can
// tell: canonical spelling, bounds, and the payload against its hash.
func Parse(b []byte) (Operation, error) {
	if len(b) > MaxEncoded {
		return Operation{}, fmt.Errorf("op: %d bytes, at most %d", len(b), MaxEncoded)
	}
	c := NewCanon(bytes.Clone(b))
	c.Tuple(3)
	o := Operation{header: c.Bytes(), sig: c.Bytes()}
	if !c.Null() {
		o.Payload = c.Bytes()
	}
	if err := c.End(); err != nil {
		return Operation{}, err
	}
	var err error
	if o.Header, err = parseHeader(o.header); err != nil {
		return Operation{}, err
	}
	if len(o.sig) != ed25519.SignatureSize {
		return Operation{}, fmt.Errorf("op: signature of %d bytes", len(o.sig))
	}
	o.ID = idOf(o.header)
	if o.Payload != nil && (uint64(len(o.Payload)) != o.Header.Size || !bytes.Equal(payloadHash(o.Payload), o.Header.Hash)) {
		return Operation{}, fmt.Errorf("op: the payload is not the one that was signed")
	}
	return o, nil
}

// Assemble puts an operation together from what travels of it: a header whose
// hash and size follow from the payload, unless that was dropped. It checks
// what Parse does.
func Assemble(h Header, sig, payload []byte) (Operation, error) {
	if payload != nil {
		h.Hash, h.Size = payloadHash(payload), uint64(len(payload))
	}
	b := h.Bytes()
	if err := h.check(len(b)); err != nil {
		return Operation{}, err
	}
	if len(sig) != ed25519.SignatureSize {
		return Operation{}, fmt.Errorf("op: signature of %d bytes", len(sig))
	}
	return Operation{Header: h, ID: idOf(b), Payload: payload, header: b, sig: sig}, nil
}

// Encode is the one spelling of o.
func (o Operation) Encode() []byte {
	b := make([]byte, 0, len(o.header)+len(o.sig)+len(o.Payload)+9)
	b = AppendBytes(AppendBytes(AppendArray(b, 3), o.header), o.sig)
	if o.Payload == nil {
		return append(b, null)
	}
	return AppendBytes(b, o.Payload)
}

// Ref returns the place of o in its scope.
func (o Operation) Ref() Ref { return o.Header.Ref() }

// Seen8 is what other operations' frontiers hold of o's identity.
func (o Operation) Seen8() [8]byte { return [8]byte(o.ID[:8]) }

// WithoutPayload returns o as it stands after its payload was dropped.
func (o Operation) WithoutPayload() Operation {
	o.Payload = nil
	return o
}

// VerifyHeader checks a signature over a header's bytes alone: half of the
// proof of a fork.
func VerifyHeader(key ed25519.PublicKey, header, sig []byte) error {
	if len(key) != ed25519.PublicKeySize || !verify(key, append([]byte(labelSign), header...), sig) {
		return ErrSignature
	}
	return nil
}

// Signed returns the header's bytes and their signature.
func (o Operation) Signed() (header, sig []byte) { return o.header, o.sig }

// Verify checks the signature against a device key, and the key against the
// name in the header.
func (o Operation) Verify(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || DeviceOf(key) != o.Header.Device {
		return fmt.Errorf("op: that key is not %v's", o.Header.Device)
	}
	if !verify(key, append([]byte(labelSign), o.header...), o.sig) {
		return ErrSignature
	}
	return nil
}

// Fits reports whether a payload fits behind a header.
func Fits(h Header, payload []byte) bool {
	h.Hash, h.Size = make([]byte, 32), uint64(len(payload))
	return len(h.Bytes())+len(payload) <= MaxSize
}

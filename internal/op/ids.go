package op

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Labels keep one kind of hash or signature from ever standing for another.
const (
	labelDevice  = "celld device v1\x00"
	labelHeader  = "celld header v1\x00"
	labelSign    = "celld sign v1\x00"
	labelPayload = "celld payload v1\x00"
	labelChunk   = "celld chunk v1\x00"
	labelEpoch   = "celld epoch v1\x00"
)

// Device names a signing key: the first eight bytes of its labelled hash.
// Two keys made to share a name are a fork at sequence 1, and end as one.
type Device [8]byte

// DeviceOf returns the name of a device key.
func DeviceOf(key ed25519.PublicKey) Device {
	sum := sha256.Sum256(append([]byte(labelDevice), key...))
	return Device(sum[:8])
}

// ID is the identity of an operation: the labelled hash of its header.
type ID [32]byte

// Scope says which conversation a log belongs to: the cell's id, or that id
// followed by the name of a federation link. The founding operation alone has
// the empty scope, since its own identity becomes the cell's id.
type Scope string

// CellScope is the scope of a cell's own logs.
func CellScope(cell ID) Scope { return Scope(cell[:]) }

// Member names a person in the public operations: random, never a name.
type Member [8]byte

// Epoch is the identity of a secret that payloads are sealed under. The zero
// value stands for "public".
type Epoch [32]byte

// Log is one append-only chain: a device writing in a scope.
type Log struct {
	Device Device
	Scope  Scope
}

// Ref is the place of an operation inside a scope. What an operation begins
// (a round, a transfer) is named by the Ref of that operation, so that no two
// things ever share a name.
type Ref struct {
	Device Device
	Seq    uint64
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// crockford is base 32 without letters that people mistake for digits.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

func (d Device) String() string { return crockford.EncodeToString(d[:]) }
func (m Member) String() string { return crockford.EncodeToString(m[:]) }
func (i ID) String() string     { return fmt.Sprintf("%x", i[:]) }
func (e Epoch) String() string  { return fmt.Sprintf("%x", e[:]) }
func (r Ref) String() string    { return r.Device.String() + "-" + strconv.FormatUint(r.Seq, 10) }

// IsZero reports whether m names nobody.
func (m Member) IsZero() bool { return m == Member{} }

// IsZero reports whether e stands for "public".
func (e Epoch) IsZero() bool { return e == Epoch{} }

// Bytes is the short spelling of r inside operations: the device and the
// sequence number in as few big-endian bytes as it needs.
func (r Ref) Bytes() []byte {
	if r.IsZero() {
		return []byte{}
	}
	var seq [8]byte
	binary.BigEndian.PutUint64(seq[:], r.Seq)
	short := seq[:]
	for len(short) > 1 && short[0] == 0 {
		short = short[1:]
	}
	return append(r.Device[:], short...)
}

// RefFromBytes reads what Bytes wrote, and refuses any other spelling.
func RefFromBytes(b []byte) (Ref, error) {
	if len(b) == 0 {
		return Ref{}, nil
	}
	if len(b) < 9 || len(b) > 16 || b[8] == 0 {
		return Ref{}, fmt.Errorf("op: %d bytes are not a reference", len(b))
	}
	r := Ref{Device: Device(b[:8])}
	for _, c := range b[8:] {
		r.Seq = r.Seq<<8 | uint64(c)
	}
	return r, nil
}

// MarshalCBOR writes r as a byte string.
func (r Ref) MarshalCBOR() ([]byte, error) { return AppendBytes(nil, r.Bytes()), nil }

// UnmarshalCBOR reads r from a byte string.
func (r *Ref) UnmarshalCBOR(b []byte) error {
	c := NewCanon(b)
	*r = c.Ref()
	return c.End()
}

// ParseRef reads what String wrote, as it stands in a page's address.
func ParseRef(s string) (Ref, error) {
	device, seq, ok := strings.Cut(s, "-")
	raw, err := crockford.DecodeString(device)
	n, err2 := strconv.ParseUint(seq, 10, 64)
	if !ok || err != nil || err2 != nil || len(raw) != 8 || n == 0 {
		return Ref{}, fmt.Errorf("op: %q is not a reference", s)
	}
	r := Ref{Device(raw), n}
	if r.String() != s {
		return Ref{}, fmt.Errorf("op: %q is not the one spelling of a reference", s)
	}
	return r, nil
}

// ParseDevice reads what Device.String wrote.
func ParseDevice(s string) (Device, error) {
	m, err := ParseMember(s)
	if err != nil {
		return Device{}, fmt.Errorf("op: %q is not a device", s)
	}
	return Device(m), nil
}

// ParseMember reads what Member.String wrote.
func ParseMember(s string) (Member, error) {
	raw, err := crockford.DecodeString(s)
	if err != nil || len(raw) != 8 || Member(raw).String() != s {
		return Member{}, fmt.Errorf("op: %q is not a member", s)
	}
	return Member(raw), nil
}

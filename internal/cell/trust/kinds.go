// Package trust is the room of the public facts: which keys speak for which
// member and router, who may read which epoch, where a router can be reached.
//
// Its operations are public and lawful on public facts alone (keys and random
// ids, no names), so that a locked router judges them too.
package trust

import (
	"crypto/sha256"

	"celld/internal/op"
)

// Key is the subject of all that this room knows but addresses.
const Key = "trust"

// The kinds of operation that this room owns.
const (
	KindFound    op.Kind = "trust.found"    // the first operation of a cell
	KindOpen     op.Kind = "trust.open"     // the first operation of any other log
	KindEnrol    op.Kind = "trust.enrol"    // a member takes in a router
	KindDismiss  op.Kind = "trust.dismiss"  // a member revokes a router
	KindKeep     op.Kind = "trust.keep"     // another member undoes that
	KindAdmit    op.Kind = "trust.admit"    // the door: a seat before the founding round closes
	KindAssent   op.Kind = "trust.assent"   // one member's yes to an act
	KindAct      op.Kind = "trust.act"      // what enough assents allow
	KindAnnounce op.Kind = "trust.announce" // a re-binding begins to wait
	KindVeto     op.Kind = "trust.veto"     // the old key says: I lost nothing
	KindLeave    op.Kind = "trust.leave"    // a member goes
	KindRevoke   op.Kind = "trust.revoke"   // a member closes one of the own devices
	KindSlot     op.Kind = "trust.slot"     // a member's sealed keys
	KindEpoch    op.Kind = "trust.epoch"    // a new secret exists
	KindWrap     op.Kind = "trust.wrap"     // the secret, sealed to recipients
	KindFork     op.Kind = "trust.fork"     // the proof that a device signed two histories
	KindAddress  op.Kind = "trust.address"  // a router says where it can be reached
	KindOpening  op.Kind = "trust.opening"  // a router has another opening key
)

// Kinds lists them all: the kinds whose payload is public.
var Kinds = []op.Kind{KindFound, KindOpen, KindEnrol, KindDismiss, KindKeep, KindAdmit, KindAssent, KindAct,
	KindAnnounce, KindVeto, KindLeave, KindRevoke, KindSlot, KindEpoch, KindWrap, KindFork, KindAddress, KindOpening}

// Found begins a cell: its first member, on its first router.
type Found struct {
	Member        op.Member `cbor:"1,keyasint"`
	Identity      []byte    `cbor:"2,keyasint"`
	Opening       []byte    `cbor:"3,keyasint"`
	Key           []byte    `cbor:"4,keyasint"` // of the device that signs this operation
	Grant         []byte    `cbor:"5,keyasint"` // the identity key's signature
	Router        []byte    `cbor:"6,keyasint"` // the router's device key
	RouterOpening []byte    `cbor:"7,keyasint"`
}

// Open begins a log. Member and Grant are empty when a router speaks for itself.
//
// A member who signs in on a router that the cell does not know names its keys
// too, and thereby takes it in: after a restore every router is a new one,
// since no device key may write on, and nobody could enrol it otherwise. The
// grant vouches for it, as it names the router by the hash of its key. Like
// every enrolment it is one member's word and any other's to take back.
type Open struct {
	Key           []byte    `cbor:"1,keyasint"`
	Member        op.Member `cbor:"2,keyasint"`
	Router        op.Device `cbor:"3,keyasint"`
	Grant         []byte    `cbor:"4,keyasint"`
	RouterKey     []byte    `cbor:"5,keyasint,omitempty"`
	RouterOpening []byte    `cbor:"6,keyasint,omitempty"`
}

// enrols reports whether n names a router's keys, and whether it may.
func (n Open) enrols() (named, ok bool) {
	named = len(n.RouterKey) > 0 || len(n.RouterOpening) > 0
	return named, keyOK(n.RouterKey) && keyOK(n.RouterOpening) &&
		op.DeviceOf(n.RouterKey) == n.Router && !n.Member.IsZero()
}

// Enrol names a router's keys.
type Enrol struct {
	Key     []byte `cbor:"1,keyasint"`
	Opening []byte `cbor:"2,keyasint"`
}

// Router names a router to dismiss or to keep.
type Router struct {
	Router op.Device `cbor:"1,keyasint"`
}

// Admit seats somebody while the founding round is open.
type Admit struct {
	Member   op.Member `cbor:"1,keyasint"`
	Identity []byte    `cbor:"2,keyasint"`
	Opening  []byte    `cbor:"3,keyasint"`
}

// Verb says what an act does.
type Verb string

// The acts that take assents.
const (
	Close  Verb = "close"  // the founding round is over; takes every member
	Join   Verb = "join"   // takes more than half of the members
	Remove Verb = "remove" // takes more than half of the others
	Rebind Verb = "rebind" // takes more than half of the others, and 72 hours
)

// Act is what members assent to. Assents name it by its hash.
type Act struct {
	Verb     Verb      `cbor:"1,keyasint"`
	Member   op.Member `cbor:"2,keyasint"`
	Identity []byte    `cbor:"3,keyasint"`
	Opening  []byte    `cbor:"4,keyasint"`
	Vetoed   bool      `cbor:"5,keyasint"` // a re-binding that a membership round decided after a veto
}

// Hash names an act.
func (a Act) Hash() [32]byte {
	return sha256.Sum256(append([]byte("celld act v1\x00"), op.MustMarshal(a)...))
}

// Assent is one yes.
type Assent struct {
	Act [32]byte `cbor:"1,keyasint"`
}

// Veto and Revoke carry the identity key's word.
type Veto struct {
	Member op.Member `cbor:"1,keyasint"`
	Sig    []byte    `cbor:"2,keyasint"`
}

// Revoke closes one device of the member who signed.
type Revoke struct {
	Member op.Member `cbor:"1,keyasint"`
	Key    []byte    `cbor:"2,keyasint"`
	Sig    []byte    `cbor:"3,keyasint"`
}

// Slot carries a member's keys, sealed under that member's words.
type Slot struct {
	Member op.Member `cbor:"1,keyasint"`
	Slot   []byte    `cbor:"2,keyasint"`
}

// Epoch announces a secret. Who holds the epoch before can check the MAC.
type Epoch struct {
	Epoch op.Epoch `cbor:"1,keyasint"`
	Under op.Epoch `cbor:"2,keyasint"` // zero for the first
	MAC   []byte   `cbor:"3,keyasint"`
}

// Opening says which opening key a router has now: what was sealed to the one
// before, it opens no more.
type Opening struct {
	Key []byte `cbor:"1,keyasint"`
}

// Recipient is who can open a wrap: a member's id, or a router's device name.
type Recipient [8]byte

// Wrap is an epoch's secret sealed to some recipients.
type Wrap struct {
	Epoch op.Epoch `cbor:"1,keyasint"`
	Wraps []Sealed `cbor:"2,keyasint"`
}

// Sealed is one recipient's copy.
type Sealed struct {
	_   struct{} `cbor:",toarray"`
	For Recipient
	Key []byte
}

// Fork proves that a device signed two operations for one place of its log.
type Fork struct {
	A Half `cbor:"1,keyasint"`
	B Half `cbor:"2,keyasint"`
}

// Half is one of the two: a header and its signature are proof enough.
type Half struct {
	_         struct{} `cbor:",toarray"`
	Header    []byte
	Signature []byte
}

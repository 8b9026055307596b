package replication

import (
	"bytes"
	"errors"
	"fmt"

	"celld/internal/op"
)

// MaxFrame bounds an encoded frame: with a DTLS record around it (13 bytes of
// header, 16 of tag) it is a UDP payload of 1200 bytes.
const MaxFrame = 1200 - 29

// Kind says what a frame is. The sixteens are the classes.
type Kind uint8

// The kinds of frame.
const (
	KindAck   Kind = 0  // which numbered frames have come; has no number itself
	KindHello Kind = 1  // versions, features, cell, clock
	KindHave  Kind = 2  // heads of logs
	KindWant  Kind = 3  // names of missing chunks
	KindProof Kind = 4  // a signed header at whose place the other holds another
	KindPing  Kind = 5  // I am here
	KindBye   Kind = 15 // I go, and why; has no number
	KindRun   Kind = 16 // operations
	KindChunk Kind = 32 // one chunk
)

// Class is one of the three streams that frames are numbered in, and their
// priority: the lower goes first.
type Class uint8

// The classes.
const (
	Control Class = iota
	Operations
	Chunks
	classes
)

// Class returns the stream that a kind travels in. A kind that this program
// does not know still has one: it is acknowledged and left alone.
func (k Kind) Class() Class { return Class(k / 16) }

func (k Kind) numbered() bool { return k != KindAck && k != KindBye }

// Frame is one message: a datagram holds exactly one.
type Frame struct {
	Kind   Kind
	Number uint32 // from 1 in its class; 0 for an Ack and a Bye
	Body   []byte // canonical CBOR
}

// ErrFrame is returned for bytes that are no frame.
var ErrFrame = errors.New("replication: not a frame")

// Encode is the one spelling of f: an array of three.
func (f Frame) Encode() []byte {
	b := make([]byte, 0, 8+len(f.Body))
	b = append(b, 0x83)
	b = appendUint(b, uint32(f.Kind))
	b = appendUint(b, f.Number)
	return append(b, f.Body...)
}

// ParseFrame reads the outside of a frame; what its kind says of the body is
// for the decoders below.
func ParseFrame(b []byte) (Frame, error) {
	if len(b) == 0 || len(b) > MaxFrame || b[0] != 0x83 {
		return Frame{}, ErrFrame
	}
	kind, rest, ok := cutUint(b[1:])
	number, body, ok2 := cutUint(rest)
	f := Frame{Kind(kind), number, body}
	if !ok || !ok2 || len(body) == 0 || kind > 0xff || f.Kind.Class() >= classes || f.Kind.numbered() != (number > 0) {
		return Frame{}, ErrFrame
	}
	return f, nil
}

// appendUint writes a number as CBOR does: in as few bytes as it needs.
func appendUint(b []byte, n uint32) []byte {
	switch {
	case n < 24:
		return append(b, byte(n))
	case n < 1<<8:
		return append(b, 0x18, byte(n))
	case n < 1<<16:
		return append(b, 0x19, byte(n>>8), byte(n))
	}
	return append(b, 0x1a, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// cutUint reads what appendUint wrote, and no other spelling.
func cutUint(b []byte) (n uint32, rest []byte, ok bool) {
	if len(b) == 0 {
		return 0, nil, false
	}
	size := map[byte]int{0x18: 1, 0x19: 2, 0x1a: 4}[b[0]]
	switch {
	case b[0] < 24:
		return uint32(b[0]), b[1:], true
	case size == 0 || len(b) < 1+size:
		return 0, nil, false
	}
	for _, c := range b[1 : 1+size] {
		n = n<<8 | uint32(c)
	}
	return n, b[1+size:], bytes.Equal(appendUint(nil, n), b[:1+size])
}

// Hello opens a conversation, from both sides.
type Hello struct {
	_        struct{} `cbor:",toarray"`
	Lowest   uint8    // the versions that the sender speaks
	Highest  uint8
	Cell     op.ID
	Features []uint16 // ascending; both must name one for it to be used
	Time     uint64   // the sender's wall time
	Clock    op.Clock
}

// Head is how far a log is held.
type Head struct {
	_      struct{} `cbor:",toarray"`
	Device op.Device
	Seq    uint64
	Hash   [8]byte
}

// Have tells heads. First begins the whole list and Last ends it; a part that
// is neither goes on with it, or, outside of one, tells what has changed.
type Have struct {
	_     struct{} `cbor:",toarray"`
	First bool
	Last  bool
	Heads []Head // by device
}

// Want asks for chunks.
type Want struct {
	_     struct{} `cbor:",toarray"`
	Names []op.Chunk
}

// Proof shows a signed header to somebody who holds another in its place.
type Proof struct {
	_         struct{} `cbor:",toarray"`
	Header    []byte
	Signature []byte
}

// Ping carries the sender's time, like Hello.
type Ping struct {
	_     struct{} `cbor:",toarray"`
	Time  uint64
	Clock op.Clock
}

// Piece is one chunk.
type Piece struct {
	_     struct{} `cbor:",toarray"`
	Chunk []byte
}

// Ack tells for every class the lowest number that has not come, and in Bits
// which of the 32 behind it have: bit 0 stands for Next+1.
type Ack struct {
	_       struct{} `cbor:",toarray"`
	Classes [classes]Got
}

// Got is one class of an Ack.
type Got struct {
	_    struct{} `cbor:",toarray"`
	Next uint32
	Bits uint32
}

// Reason says why a conversation ends.
type Reason uint8

// The reasons.
const (
	ByeStopping  Reason = iota // the program ends, or the room does
	ByeVersion                 // no version in common
	ByeCell                    // another cell
	ByeUnpinned                // the key is not one of the cell's routers any more
	ByeConduct                 // too much of what came was bad
	ByeDuplicate               // another conversation with the same router goes on
	ByeSilence                 // nothing was heard for too long
)

// Bye ends a conversation.
type Bye struct {
	_      struct{} `cbor:",toarray"`
	Reason Reason
}

// Bounds of what one frame may hold. They are what fits.
const (
	headsAFrame = 55
	wantsAFrame = 32
)

// decode reads a body and then asks whether it can be.
func decode[T any](b []byte, sound func(T) bool) (v T, err error) {
	if err := op.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("%w: %w", ErrFrame, err)
	}
	if !sound(v) {
		return v, ErrFrame
	}
	return v, nil
}

// DecodeHello reads a Hello's body.
func DecodeHello(b []byte) (Hello, error) {
	return decode(b, func(h Hello) bool {
		return h.Lowest > 0 && h.Lowest <= h.Highest && len(h.Features) <= 32 && ascending(h.Features, func(a, b uint16) bool { return a < b }) &&
			h.Time <= 1<<40 && h.Clock <= op.ClockNTP
	})
}

// DecodeHave reads a Have's body.
func DecodeHave(b []byte) (Have, error) {
	return decode(b, func(h Have) bool {
		for _, x := range h.Heads {
			if x.Seq == 0 {
				return false
			}
		}
		return len(h.Heads) <= headsAFrame &&
			ascending(h.Heads, func(a, b Head) bool { return bytes.Compare(a.Device[:], b.Device[:]) < 0 })
	})
}

// DecodeWant reads a Want's body.
func DecodeWant(b []byte) (Want, error) {
	return decode(b, func(w Want) bool { return len(w.Names) > 0 && len(w.Names) <= wantsAFrame })
}

// DecodeProof reads a Proof's body. The header must parse.
func DecodeProof(b []byte) (Proof, error) {
	return decode(b, func(p Proof) bool {
		_, err := op.ParseHeader(p.Header)
		return err == nil && len(p.Signature) == 64
	})
}

// DecodePing reads a Ping's body.
func DecodePing(b []byte) (Ping, error) {
	return decode(b, func(p Ping) bool { return p.Time <= 1<<40 && p.Clock <= op.ClockNTP })
}

// DecodePiece reads a Chunk frame's body.
func DecodePiece(b []byte) (Piece, error) {
	return decode(b, func(p Piece) bool { return len(p.Chunk) > 0 && len(p.Chunk) <= op.ChunkSize })
}

// DecodeAck reads an Ack's body.
func DecodeAck(b []byte) (Ack, error) {
	return decode(b, func(a Ack) bool {
		for _, g := range a.Classes {
			if g.Next == 0 {
				return false
			}
		}
		return true
	})
}

// DecodeBye reads a Bye's body. A reason that is not known is a reason, too.
func DecodeBye(b []byte) (Bye, error) { return decode(b, func(Bye) bool { return true }) }

func ascending[T any](list []T, less func(a, b T) bool) bool {
	for i := 1; i < len(list); i++ {
		if !less(list[i-1], list[i]) {
			return false
		}
	}
	return true
}

// frame makes a frame that has no number yet.
func frame(k Kind, body any) Frame { return Frame{Kind: k, Body: op.MustMarshal(body)} }

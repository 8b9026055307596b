package op

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
)

// MaxSize bounds header and payload together, so that an operation fits one
// datagram with its signature and framing (IPv6 minimum MTU 1280).
const MaxSize = 1100

// MaxHeader bounds a header, so that two of them with their signatures, which
// prove a fork, always fit one operation. MaxSeen entries fit it, however large
// the numbers in them; a writer says no more at once.
const (
	MaxHeader = 352
	MaxSeen   = 5
)

// Version is the format that this program writes and reads.
const Version = 1

// Clock tells how far the writer's wall time can be trusted.
type Clock uint8

// The qualities of a clock, from none to good.
const (
	ClockNone      Clock = 0 // the router does not know the date
	ClockTold      Clock = 1 // one person or browser said so: never enough
	ClockMembers   Clock = 2 // two members set the date together
	ClockNeighbour Clock = 3 // a pinned neighbour router that knows it
	ClockNTP       Clock = 4
)

// Trusted reports whether a deadline may be counted by this clock (rule X2).
func (c Clock) Trusted() bool { return c >= ClockMembers }

// Level says whose hands held the signing key.
type Level uint8

// LevelRouter is custody L1: the router signs for the member.
const LevelRouter Level = 1

// Seen is one entry of a frontier: the newest operation of another device
// that the writer had applied.
type Seen struct {
	_      struct{} `cbor:",toarray"`
	Device Device
	Seq    uint64
	Hash   [8]byte // first bytes of that operation's ID
}

// Header is the plain part of an operation. Every header has this one shape,
// so that it tells no more than: somebody wrote something, of some size, at
// some time.
type Header struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Device  Device
	Scope   []byte
	Seq     uint64
	Prev    []byte // ID of the operation before it in the log; empty at Seq 1
	Seen    []Seen // what is new since Prev in the writer's frontier, by device
	Time    uint64 // the writer's wall time, Unix seconds; told, never trusted for order
	Clock   Clock
	Level   Level
	Epoch   []byte // empty: the payload is public
	Hash    []byte // labelled SHA-256 of the payload
	Size    uint64 // of the payload, in bytes
	Expires uint64 // Unix seconds; 0 never, AtWill when it is asked for
}

// AtWill stands where a payload has no day to go on and may yet be taken out,
// once the cell says so. From then on the operation travels without it.
const AtWill uint64 = 1 << 40

// Bytes is the canonical encoding.
func (h Header) Bytes() []byte {
	b := make([]byte, 0, 192+24*len(h.Seen))
	b = AppendUint(AppendArray(b, headerFields), uint64(h.Version))
	b = AppendBytes(AppendBytes(b, h.Device[:]), h.Scope)
	b = AppendBytes(AppendUint(b, h.Seq), h.Prev)
	b = AppendSeen(b, h.Seen)
	b = AppendUint(AppendUint(AppendUint(b, h.Time), uint64(h.Clock)), uint64(h.Level))
	b = AppendBytes(AppendBytes(b, h.Epoch), h.Hash)
	return AppendUint(AppendUint(b, h.Size), h.Expires)
}

const headerFields = 13

// AppendSeen writes a frontier.
func AppendSeen(b []byte, seen []Seen) []byte {
	b = AppendArray(b, len(seen))
	for _, s := range seen {
		b = AppendBytes(AppendUint(AppendBytes(AppendArray(b, 3), s.Device[:]), s.Seq), s.Hash[:])
	}
	return b
}

// Bound is what a sealed payload is bound to: the header before the payload
// exists, that is without its hash and size.
func (h Header) Bound() []byte {
	h.Hash, h.Size = nil, 0
	return h.Bytes()
}

// Log returns the chain that h belongs to. The founding operation opens the
// log that goes on under the cell's scope.
func (h Header) Log() Log { return Log{h.Device, Scope(h.Scope)} }

// Ref returns the place of h in its scope.
func (h Header) Ref() Ref { return Ref{h.Device, h.Seq} }

// EpochID returns the epoch, zero for a public payload.
func (h Header) EpochID() (e Epoch) {
	copy(e[:], h.Epoch)
	return e
}

// ParseHeader reads and checks the canonical bytes of a header.
func ParseHeader(b []byte) (Header, error) { return parseHeader(bytes.Clone(b)) }

// parseHeader returns a header that lies in b.
func parseHeader(b []byte) (Header, error) {
	c := NewCanon(b)
	c.Tuple(headerFields)
	h := Header{Version: uint8(c.Uint(math.MaxUint8)), Device: c.Eight(), Scope: c.Bytes(), Seq: c.Uint(math.MaxUint64), Prev: c.Bytes(),
		Seen: c.Seen(), Time: c.Uint(math.MaxUint64), Clock: Clock(c.Uint(math.MaxUint8)), Level: Level(c.Uint(math.MaxUint8)),
		Epoch: c.Bytes(), Hash: c.Bytes(), Size: c.Uint(math.MaxUint64), Expires: c.Uint(math.MaxUint64)}
	if err := c.End(); err != nil {
		return Header{}, err
	}
	return h, h.check(len(b))
}

// Seen reads a frontier.
func (c *Canon) Seen() []Seen {
	n := c.Array()
	seen := make([]Seen, 0, min(n, 2*MaxSeen))
	for ; n > 0 && !c.bad; n-- {
		c.Tuple(3)
		seen = append(seen, Seen{Device: c.Eight(), Seq: c.Uint(math.MaxUint64), Hash: c.Eight()})
	}
	return seen
}

func (h Header) check(size int) error {
	switch {
	case h.Version != Version:
		return fmt.Errorf("op: header version %d, this program reads %d", h.Version, Version)
	case len(h.Scope) != 0 && (len(h.Scope) < 32 || len(h.Scope) > 64):
		return fmt.Errorf("op: scope of %d bytes", len(h.Scope))
	case len(h.Scope) == 0 && (h.Seq != 1 || len(h.Seen) != 0 || len(h.Epoch) != 0):
		return fmt.Errorf("op: only a founding operation has no scope, and it is first, public and alone")
	case h.Seq == 0:
		return fmt.Errorf("op: sequence numbers begin at 1")
	case (h.Seq == 1) != (len(h.Prev) == 0) || h.Seq > 1 && len(h.Prev) != 32:
		return fmt.Errorf("op: sequence %d with a previous hash of %d bytes", h.Seq, len(h.Prev))
	case h.Clock > ClockNTP:
		return fmt.Errorf("op: clock quality %d", h.Clock)
	case h.Level == 0 || h.Level > 3:
		return fmt.Errorf("op: custody level %d", h.Level)
	case len(h.Epoch) != 0 && len(h.Epoch) != 32:
		return fmt.Errorf("op: epoch of %d bytes", len(h.Epoch))
	case len(h.Hash) != 32:
		return fmt.Errorf("op: payload hash of %d bytes", len(h.Hash))
	case size > MaxHeader:
		return fmt.Errorf("op: header of %d bytes, at most %d", size, MaxHeader)
	case h.Size > MaxSize || size+int(h.Size) > MaxSize:
		return fmt.Errorf("op: header and payload of %d bytes, at most %d", size+int(h.Size), MaxSize)
	case h.Time > 1<<40 || h.Expires > 1<<40:
		return fmt.Errorf("op: a time beyond all calendars")
	}
	return h.checkSeen()
}

func (h Header) checkSeen() error {
	for i, s := range h.Seen {
		if s.Seq == 0 || s.Device == h.Device {
			return fmt.Errorf("op: frontier entry %d names itself or nothing", i)
		}
		if i > 0 && bytes.Compare(h.Seen[i-1].Device[:], s.Device[:]) >= 0 {
			return fmt.Errorf("op: frontier entries out of order")
		}
	}
	return nil
}

// idOf returns the identity of the operation whose header has these bytes.
func idOf(header []byte) ID {
	return labelled(labelHeader, header)
}

// labelled hashes what is short without asking for memory.
func labelled(label string, b []byte) [32]byte {
	var room [MaxEncoded]byte
	return sha256.Sum256(append(append(room[:0], label...), b...))
}

// payloadHash is what a header holds of its payload.
func payloadHash(payload []byte) []byte {
	sum := labelled(labelPayload, payload)
	return sum[:]
}

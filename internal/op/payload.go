package op

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"

	"golang.org/x/crypto/chacha20poly1305"
)

// Kind names what an operation does, as "room.verb".
type Kind string

// Body is an opened payload. Subject names the thing acted on by the Ref of
// the operation that began it; an operation that begins something leaves it
// zero. Content is the kind's own canonical CBOR, or, when it is long, Chunks
// name it.
type Body struct {
	_       struct{} `cbor:",toarray"`
	Kind    Kind
	Subject Ref
	Content []byte
	Chunks  []Chunk // hashes of sealed chunks, in order; Content is empty then
	Depth   uint8   // how many layers of lists lie between Chunks and the content
}

// Chunk names a sealed piece of a long content by its SHA-256.
type Chunk [32]byte

// ChunkSize bounds a sealed chunk.
const ChunkSize = 1024

const (
	saltSize  = 16
	pieceSize = ChunkSize - chacha20poly1305.Overhead
	perList   = 16 // chunk names that stand in one payload
)

// MaxContent bounds a content that is split: its list of chunks is the longest
// array that Unmarshal reads.
const MaxContent = maxElements * pieceSize

// ErrSealed is returned when a payload or a chunk does not open under the given
// secret, and never will.
var ErrSealed = errors.New("op: the payload does not open")

// ErrChunk is returned for a chunk that is not the one its name says.
var ErrChunk = errors.New("op: the chunk is another one")

// Secret is what an epoch's payloads are sealed under.
type Secret [32]byte

// EpochOf returns the identity of an epoch secret in a cell. Every recipient
// checks it.
func EpochOf(cell ID, s Secret) Epoch {
	h := sha256.New()
	h.Write([]byte(labelEpoch))
	h.Write(cell[:])
	h.Write(s[:])
	return Epoch(h.Sum(nil))
}

const bodyFields = 5

// ParseBody reads an opened payload. The body lies in b, which must not change
// as long as the body is used.
func ParseBody(b []byte) (Body, error) {
	c := NewCanon(b)
	c.Tuple(bodyFields)
	body := Body{Kind: Kind(c.Text()), Subject: c.Ref(), Content: c.Bytes(), Chunks: c.chunks(), Depth: uint8(c.Uint(math.MaxUint8))}
	if err := c.End(); err != nil {
		return Body{}, err
	}
	return body, body.check()
}

func (b Body) check() error {
	if len(b.Kind) == 0 || len(b.Kind) > 32 {
		return fmt.Errorf("op: kind of %d bytes", len(b.Kind))
	}
	if len(b.Chunks) > perList || len(b.Chunks) > 0 && len(b.Content) > 0 ||
		b.Depth > 2 || b.Depth > 0 && len(b.Chunks) == 0 {
		return fmt.Errorf("op: content and chunks do not go together")
	}
	return nil
}

func (c *Canon) chunks() []Chunk {
	n := c.Array()
	names := make([]Chunk, 0, min(n, perList))
	for ; n > 0 && !c.bad; n-- {
		name := c.Bytes()
		if len(name) != len(Chunk{}) {
			c.fail()
			break
		}
		names = append(names, Chunk(name))
	}
	return names
}

// Bytes is the canonical encoding of a body: a public payload as it stands.
func (b Body) Bytes() []byte { return MustMarshal(b) }

// Seal encrypts a body for the operation with header h. The salt must be
// random: it makes the key one that is used once, under a zero nonce.
func Seal(h Header, s Secret, salt [saltSize]byte, body []byte) []byte {
	sealed := seal(payloadKey(s, salt, ""), body, h.Bound())
	return append(salt[:], sealed...)
}

// Open undoes Seal.
func Open(h Header, s Secret, payload []byte) ([]byte, error) {
	if len(payload) < saltSize+chacha20poly1305.Overhead {
		return nil, ErrSealed
	}
	return open(payloadKey(s, [saltSize]byte(payload), ""), payload[saltSize:], h.Bound())
}

// Split seals a long content as chunks under the operation's salt and returns
// the body to put in its place, with the chunks by name. A content beyond
// MaxContent is the caller's to refuse.
func Split(s Secret, salt [saltSize]byte, body Body) (Body, map[Chunk][]byte) {
	if len(body.Content) > MaxContent {
		panic("op: a content too long to split")
	}
	out := map[Chunk][]byte{}
	content := body.Content
	for body.Depth = 0; ; body.Depth++ {
		names := splitLayer(s, salt, body.Depth, content, out)
		if len(names) <= perList {
			body.Content, body.Chunks = nil, names
			return body, out
		}
		content = MustMarshal(names)
	}
}

func splitLayer(s Secret, salt [saltSize]byte, depth uint8, content []byte, out map[Chunk][]byte) []Chunk {
	var names []Chunk
	for i := 0; len(content) > 0; i++ {
		n := min(pieceSize, len(content))
		sealed := seal(payloadKey(s, salt, chunkLabel(depth, i)), content[:n], nil)
		name := Chunk(sha256.Sum256(sealed))
		out[name] = sealed
		names = append(names, name)
		content = content[n:]
	}
	return names
}

// Join undoes Split: it asks for the chunks by name and returns the content.
// ErrSealed says that these chunks hold no content; any other error, that they
// could not be had.
func Join(s Secret, salt [saltSize]byte, body Body, chunk func(Chunk) ([]byte, error)) ([]byte, error) {
	names := body.Chunks
	for depth := int(body.Depth); ; depth-- {
		content, err := joinLayer(s, salt, uint8(depth), names, chunk)
		if err != nil || depth == 0 {
			return content, err
		}
		names = nil
		if err := Unmarshal(content, &names); err != nil {
			return nil, fmt.Errorf("%w: a list of chunks: %w", ErrSealed, err)
		}
	}
}

// Names returns the names of all chunks that a body leads to, as far as the
// lists of them can be read.
func Names(s Secret, salt [saltSize]byte, body Body, chunk func(Chunk) ([]byte, error)) (all []Chunk) {
	names := body.Chunks
	for depth := int(body.Depth); ; depth-- {
		all = append(all, names...)
		if depth == 0 {
			return all
		}
		content, err := joinLayer(s, salt, uint8(depth), names, chunk)
		names = nil
		if err != nil || Unmarshal(content, &names) != nil {
			return all
		}
	}
}

// Missing names the chunks that Join would ask for next and not get: all those
// of the first layer in which any is missing.
func Missing(s Secret, salt [saltSize]byte, body Body, chunk func(Chunk) ([]byte, error)) (missing []Chunk) {
	names := body.Chunks
	for depth := int(body.Depth); ; depth-- {
		for _, name := range names {
			if b, err := chunk(name); err != nil || sha256.Sum256(b) != name {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 || depth == 0 {
			return missing
		}
		content, err := joinLayer(s, salt, uint8(depth), names, chunk)
		names = nil
		if err != nil || Unmarshal(content, &names) != nil {
			return nil
		}
	}
}

func joinLayer(s Secret, salt [saltSize]byte, depth uint8, names []Chunk, chunk func(Chunk) ([]byte, error)) ([]byte, error) {
	var content []byte
	for i, name := range names {
		sealed, err := chunk(name)
		if err != nil {
			return nil, fmt.Errorf("op: chunk %x: %w", name[:4], err)
		}
		// The name is what was signed: whoever holds the epoch's secret could
		// seal something else under the same key.
		if sha256.Sum256(sealed) != name {
			return nil, fmt.Errorf("op: chunk %x: %w", name[:4], ErrChunk)
		}
		piece, err := open(payloadKey(s, salt, chunkLabel(depth, i)), sealed, nil)
		if err != nil {
			return nil, err
		}
		content = append(content, piece...)
	}
	return content, nil
}

// SaltOf returns the salt that a sealed payload begins with.
func SaltOf(payload []byte) (salt [saltSize]byte) {
	copy(salt[:], payload)
	return salt
}

func chunkLabel(depth uint8, i int) string {
	return labelChunk + string([]byte{depth, byte(i >> 8), byte(i)})
}

func payloadKey(s Secret, salt [saltSize]byte, extra string) []byte {
	// HKDF fails only for lengths far beyond ours.
	return must(hkdf.Key(sha256.New, s[:], salt[:], labelPayload+extra, chacha20poly1305.KeySize))
}

func seal(key, clear, bound []byte) []byte {
	aead := must(chacha20poly1305.New(key))
	return aead.Seal(nil, make([]byte, aead.NonceSize()), clear, bound)
}

func open(key, sealed, bound []byte) ([]byte, error) { return openInto(nil, key, sealed, bound) }

// openInto is open that uses what memory there is behind dst.
func openInto(dst, key, sealed, bound []byte) ([]byte, error) {
	aead := must(chacha20poly1305.New(key))
	clear, err := aead.Open(dst, make([]byte, aead.NonceSize()), sealed, bound)
	if err != nil {
		return nil, ErrSealed
	}
	return clear, nil
}

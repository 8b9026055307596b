package op

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
	"pgregory.net/rapid"
)

var bodies = rapid.Custom(func(t *rapid.T) Body {
	b := Body{Kind: Kind(rapid.StringMatching(`[a-z]{1,8}\.[a-z-]{1,16}`).Draw(t, "kind"))}
	if rapid.Bool().Draw(t, "has subject") {
		b.Subject = refs.Draw(t, "subject")
	}
	if rapid.Bool().Draw(t, "chunked") {
		for _, c := range rapid.SliceOfN(bytes32, 1, perList).Draw(t, "chunks") {
			b.Chunks = append(b.Chunks, c)
		}
		b.Depth = rapid.Uint8Max(2).Draw(t, "depth")
	} else {
		b.Content = rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "content")
	}
	return b
})

func TestABodyParsesToItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bodies.Draw(t, "body").Bytes()
		got, err := ParseBody(b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), b) {
			t.Fatalf("%x encodes to %x", b, got.Bytes())
		}
	})
}

func TestBodyBounds(t *testing.T) {
	names := make([]Chunk, perList+1)
	for name, b := range map[string]Body{
		"no kind":                {},
		"kind of 33 bytes":       {Kind: "round.abcdefghijklmnopqrstuvwxyza"},
		"content and chunks":     {Kind: "a.b", Content: []byte{1}, Chunks: names[:1]},
		"too many chunks":        {Kind: "a.b", Chunks: names},
		"depth 3":                {Kind: "a.b", Chunks: names[:1], Depth: 3},
		"depth without chunks":   {Kind: "a.b", Depth: 1},
		"depth beside a content": {Kind: "a.b", Content: []byte{1}, Depth: 1},
	} {
		if _, err := ParseBody(b.Bytes()); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
	if _, err := ParseBody(Body{Kind: "round.abcdefghijklmnopqrstuvwxyz"}.Bytes()); err != nil {
		t.Errorf("kind of 32 bytes: %v", err)
	}
}

func TestWhatWasSealedOpensAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := headers(deviceNamed("ada")).Draw(t, "header")
		secret, salt := Secret(bytes32.Draw(t, "secret")), bytes16.Draw(t, "salt")
		body := bodies.Draw(t, "body").Bytes()
		payload := Seal(h, secret, salt, body)
		if SaltOf(payload) != salt {
			t.Fatalf("salt %x, want %x", SaltOf(payload), salt)
		}
		if want := len(body) + saltSize + chacha20poly1305.Overhead; len(payload) != want {
			t.Fatalf("%d bytes sealed to %d, want %d", len(body), len(payload), want)
		}
		// The reader has the header with the hash and size that Sign put in.
		h.Hash, h.Size = payloadHash(payload), uint64(len(payload))
		got, err := Open(h, secret, payload)
		if err != nil || !bytes.Equal(got, body) {
			t.Fatalf("opened %x, %v; want %x", got, err, body)
		}
	})
}

// TestAPayloadOpensOnlyUnderItsOwnHeader keeps a member from passing off
// another's sealed words as their own, elsewhere, or at another time.
func TestAPayloadOpensOnlyUnderItsOwnHeader(t *testing.T) {
	secret, body := Secret{7}, []byte("what ada said")
	payload := Seal(full(), secret, [16]byte{1}, body)
	if got, err := Open(full(), secret, payload); err != nil || !bytes.Equal(got, body) {
		t.Fatalf("opened %q, %v", got, err)
	}
	for name, spoil := range map[string]func(*Header){
		"device":  func(h *Header) { h.Device = deviceNamed("bo") },
		"scope":   func(h *Header) { h.Scope = filler(33) },
		"seq":     func(h *Header) { h.Seq = 3 },
		"prev":    func(h *Header) { h.Prev = filler(32) },
		"seen":    func(h *Header) { h.Seen = h.Seen[:1] },
		"time":    func(h *Header) { h.Time++ },
		"clock":   func(h *Header) { h.Clock = ClockNone },
		"level":   func(h *Header) { h.Level = 2 },
		"epoch":   func(h *Header) { h.Epoch = filler(32) },
		"expires": func(h *Header) { h.Expires = 0 },
	} {
		h := full()
		spoil(&h)
		if _, err := Open(h, secret, payload); !errors.Is(err, ErrSealed) {
			t.Errorf("opened with another %s: %v", name, err)
		}
	}
}

func TestASpoiledPayloadDoesNotOpen(t *testing.T) {
	secret := Secret{7}
	payload := Seal(full(), secret, [16]byte{1}, []byte("what ada said"))
	for i := range len(payload) * 8 {
		b := bytes.Clone(payload)
		b[i/8] ^= 1 << (i % 8)
		if _, err := Open(full(), secret, b); !errors.Is(err, ErrSealed) {
			t.Errorf("opened with bit %d of byte %d flipped: %v", i%8, i/8, err)
		}
	}
	for n := range payload {
		if _, err := Open(full(), secret, payload[:n]); !errors.Is(err, ErrSealed) {
			t.Errorf("opened from %d of %d bytes: %v", n, len(payload), err)
		}
	}
	if _, err := Open(full(), Secret{8}, payload); !errors.Is(err, ErrSealed) {
		t.Errorf("opened under another epoch: %v", err)
	}
}

// TestKeysAreUsedOnce: the nonce is zero, so no two sealings may share a key.
func TestKeysAreUsedOnce(t *testing.T) {
	seen := map[string]string{}
	use := func(key []byte, what string) {
		if old, twice := seen[string(key)]; twice {
			t.Errorf("%s and %s share a key", old, what)
		}
		seen[string(key)] = what
	}
	for _, secret := range []Secret{{1}, {2}} {
		for _, salt := range [][16]byte{{1}, {2}} {
			use(payloadKey(secret, salt, ""), fmt.Sprint("payload ", secret[0], salt[0]))
			for depth := range uint8(3) {
				for i := range 600 {
					use(payloadKey(secret, salt, chunkLabel(depth, i)), fmt.Sprint("chunk ", secret[0], salt[0], depth, i))
				}
			}
		}
	}
}

// lengths around every edge of Split: pieces, lists of 16, lists of lists.
func lengths() []int {
	const list = perList * pieceSize
	twoLayers := (list - 3) / 34 * pieceSize
	return []int{
		0, 1, pieceSize - 1, pieceSize, pieceSize + 1, list - 1, list, list + 1,
		100_000, 300_000, twoLayers - 1, twoLayers, twoLayers + 1,
	}
}

func TestALongContentIsJoinedAsItWasSplit(t *testing.T) {
	secret, salt := Secret{3}, [16]byte{4}
	for _, n := range append(lengths(), MaxContent) {
		content := filler(n)
		body, chunks := Split(secret, salt, Body{Kind: "doc.write", Subject: Ref{Device{1}, 1}, Content: content})
		got, err := ParseBody(body.Bytes())
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		for name, sealed := range chunks {
			if sha256.Sum256(sealed) != name || len(sealed) > ChunkSize {
				t.Errorf("%d bytes: a chunk of %d bytes under a wrong name", n, len(sealed))
			}
		}
		back, err := Join(secret, salt, got, fetch(chunks))
		if err != nil || !bytes.Equal(back, content) {
			t.Errorf("%d bytes: joined to %d bytes, %v", n, len(back), err)
		}
		if _, err := Sign(full(), Seal(full(), secret, salt, body.Bytes()), Key(keyOf("ada"))); err != nil {
			t.Errorf("%d bytes: the body that names the chunks does not fit: %v", n, err)
		}
	}
}

func TestAnyContentIsJoinedAsItWasSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret, salt := Secret(bytes32.Draw(t, "secret")), bytes16.Draw(t, "salt")
		content := filler(rapid.IntRange(0, 40_000).Draw(t, "length"))
		body, chunks := Split(secret, salt, Body{Kind: "doc.write", Content: content})
		if got, err := Join(secret, salt, body, fetch(chunks)); err != nil || !bytes.Equal(got, content) {
			t.Fatalf("joined to %d bytes, %v", len(got), err)
		}
	})
}

func TestSplitPanicsBeyondMaxContent(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("split more than anybody joins")
		}
	}()
	Split(Secret{}, [16]byte{}, Body{Content: make([]byte, MaxContent+1)})
}

var errLost = errors.New("lost")

func fetch(chunks map[Chunk][]byte) func(Chunk) ([]byte, error) {
	return func(c Chunk) ([]byte, error) {
		b, ok := chunks[c]
		if !ok {
			return nil, errLost
		}
		return b, nil
	}
}

func TestJoinSaysWhyItCouldNot(t *testing.T) {
	secret, salt := Secret{3}, [16]byte{4}
	body, chunks := Split(secret, salt, Body{Kind: "doc.write", Content: filler(20_000)})
	if _, err := Join(secret, salt, body, fetch(nil)); !errors.Is(err, errLost) {
		t.Errorf("without its chunks: %v", err)
	}
	if _, err := Join(Secret{9}, salt, body, fetch(chunks)); !errors.Is(err, ErrSealed) {
		t.Errorf("under another epoch: %v", err)
	}
	if _, err := Join(secret, [16]byte{9}, body, fetch(chunks)); !errors.Is(err, ErrSealed) {
		t.Errorf("under another salt: %v", err)
	}
	swapped := body
	swapped.Chunks = []Chunk{body.Chunks[0], body.Chunks[0]}
	if _, err := Join(secret, salt, swapped, fetch(chunks)); !errors.Is(err, ErrSealed) {
		t.Errorf("with a chunk out of its place: %v", err)
	}
	shallow := body
	shallow.Depth = 2
	if _, err := Join(secret, salt, shallow, fetch(chunks)); !errors.Is(err, ErrSealed) {
		t.Errorf("at another depth: %v", err)
	}
	sealed := seal(payloadKey(secret, salt, chunkLabel(1, 0)), []byte("no list"), nil)
	name := Chunk(sha256.Sum256(sealed))
	unlisted := Body{Kind: "doc.write", Chunks: []Chunk{name}, Depth: 1}
	if _, err := Join(secret, salt, unlisted, fetch(map[Chunk][]byte{name: sealed})); !errors.Is(err, ErrSealed) {
		t.Errorf("with something else for a list: %v", err)
	}
}

// TestAChunkIsTheOneThatWasSigned: a member who holds the secret can seal
// other words under the same key, and hand them over under the old name.
func TestAChunkIsTheOneThatWasSigned(t *testing.T) {
	secret, salt := Secret{3}, [16]byte{4}
	signed, _ := Split(secret, salt, Body{Kind: "doc.write", Content: []byte("ten hours")})
	_, forged := Split(secret, salt, Body{Kind: "doc.write", Content: []byte("one hour!")})
	other := func(Chunk) ([]byte, error) {
		for _, sealed := range forged {
			return sealed, nil
		}
		return nil, errLost
	}
	if got, err := Join(secret, salt, signed, other); !errors.Is(err, ErrChunk) {
		t.Errorf("joined %q, %v", got, err)
	}
}

func TestAnEpochIsNamedForItsCellAndSecret(t *testing.T) {
	a := EpochOf(ID{1}, Secret{1})
	if a == EpochOf(ID{1}, Secret{2}) || a == EpochOf(ID{2}, Secret{1}) {
		t.Error("two epochs share a name")
	}
	h := full()
	h.Epoch = a[:]
	if h.EpochID() != a || !(Header{}).EpochID().IsZero() {
		t.Error("the header tells another epoch")
	}
}

package op

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// keyOf returns one of a row of fixed device keys.
func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("celld test key " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func deviceNamed(name string) Device { return DeviceOf(publicOf(keyOf(name))) }

// filler returns n bytes that look like chance and are the same everywhere:
// the SHA-256 of 0, 1, 2, ... in four big-endian bytes each.
func filler(n int) []byte {
	var out []byte
	for i := 0; len(out) < n; i++ {
		sum := sha256.Sum256([]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
		out = append(out, sum[:]...)
	}
	return out[:n]
}

var (
	bytes8  = rapid.Custom(func(t *rapid.T) [8]byte { return [8]byte(bytesOf(t, 8)) })
	bytes16 = rapid.Custom(func(t *rapid.T) [16]byte { return [16]byte(bytesOf(t, 16)) })
	bytes32 = rapid.Custom(func(t *rapid.T) [32]byte { return [32]byte(bytesOf(t, 32)) })
	refs    = rapid.Custom(func(t *rapid.T) Ref {
		return Ref{bytes8.Draw(t, "device"), rapid.Uint64Min(1).Draw(t, "seq")}
	})
)

func bytesOf(t *rapid.T, n int) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "bytes") }

// headers yields every shape of well-formed header, without its payload.
func headers(author Device) *rapid.Generator[Header] {
	return rapid.Custom(func(t *rapid.T) Header {
		h := Header{
			Version: Version,
			Device:  author,
			Seq:     rapid.OneOf(rapid.Just[uint64](1), rapid.Uint64Min(1)).Draw(t, "seq"),
			Time:    rapid.Uint64Max(1<<40).Draw(t, "time"),
			Clock:   Clock(rapid.Uint8Max(uint8(ClockNTP)).Draw(t, "clock")),
			Level:   Level(rapid.Uint8Range(1, 3).Draw(t, "level")),
			Expires: rapid.OneOf(rapid.Just[uint64](0), rapid.Uint64Max(1<<40)).Draw(t, "expires"),
		}
		if h.Seq == 1 && rapid.Bool().Draw(t, "founding") {
			return h
		}
		h.Scope = bytesOf(t, rapid.IntRange(32, 64).Draw(t, "scope"))
		if h.Seq > 1 {
			h.Prev = bytesOf(t, 32)
		}
		if rapid.Bool().Draw(t, "sealed") {
			h.Epoch = bytesOf(t, 32)
		}
		h.Seen = seens(author).Draw(t, "seen")
		return h
	})
}

func seens(author Device) *rapid.Generator[[]Seen] {
	one := rapid.Custom(func(t *rapid.T) Seen {
		return Seen{Device: bytes8.Draw(t, "device"), Seq: rapid.Uint64Min(1).Draw(t, "seq"), Hash: bytes8.Draw(t, "hash")}
	}).Filter(func(s Seen) bool { return s.Device != author })
	return rapid.Map(rapid.SliceOfNDistinct(one, 0, MaxSeen, func(s Seen) Device { return s.Device }), func(list []Seen) []Seen {
		slices.SortFunc(list, func(a, b Seen) int { return slices.Compare(a.Device[:], b.Device[:]) })
		return list
	})
}

// operations yields signed operations of the device named "ada".
var operations = rapid.Custom(func(t *rapid.T) Operation {
	h := headers(deviceNamed("ada")).Draw(t, "header")
	payload := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "payload")
	return mustSign(h, payload, "ada")
})

func mustSign(h Header, payload []byte, name string) Operation {
	o, err := Sign(h, payload, Key(keyOf(name)))
	if err != nil {
		panic(fmt.Sprintf("sign: %v", err))
	}
	return o
}

// founding is the smallest whole operation.
func founding() Header {
	return Header{Version: Version, Device: deviceNamed("ada"), Seq: 1, Level: LevelRouter}
}

// full is a header with something in every field.
func full() Header {
	return Header{
		Version: Version, Device: deviceNamed("ada"), Scope: filler(32), Seq: 2, Prev: filler(64)[32:],
		Seen:  []Seen{{Device: Device{1}, Seq: 7, Hash: [8]byte(filler(8))}, {Device: Device{2}, Seq: 300}},
		Time:  1795000000,
		Clock: ClockNTP, Level: LevelRouter, Epoch: filler(96)[64:], Expires: 1795604800,
	}
}

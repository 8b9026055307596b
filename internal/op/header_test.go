package op

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestAHeaderParsesToItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := operations.Draw(t, "operation").header
		h, err := ParseHeader(b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(h.Bytes(), b) {
			t.Fatalf("%x parsed and encoded to %x", b, h.Bytes())
		}
	})
}

// TestHeaderBounds changes one thing of a good header at a time.
func TestHeaderBounds(t *testing.T) {
	good := mustSign(full(), filler(20), "ada").Header
	if _, err := ParseHeader(good.Bytes()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Header){
		"version 0":                   func(h *Header) { h.Version = 0 },
		"version 2":                   func(h *Header) { h.Version = 2 },
		"scope of 31 bytes":           func(h *Header) { h.Scope = filler(31) },
		"scope of 65 bytes":           func(h *Header) { h.Scope = filler(65) },
		"no scope at sequence 2":      func(h *Header) { h.Scope = nil },
		"sequence 0":                  func(h *Header) { h.Seq, h.Prev = 0, nil },
		"sequence 1 after something":  func(h *Header) { h.Seq = 1 },
		"sequence 2 after nothing":    func(h *Header) { h.Prev = nil },
		"previous hash of 31 bytes":   func(h *Header) { h.Prev = filler(31) },
		"previous hash of 33 bytes":   func(h *Header) { h.Prev = filler(33) },
		"clock 5":                     func(h *Header) { h.Clock = 5 },
		"level 0":                     func(h *Header) { h.Level = 0 },
		"level 4":                     func(h *Header) { h.Level = 4 },
		"epoch of 31 bytes":           func(h *Header) { h.Epoch = filler(31) },
		"epoch of 33 bytes":           func(h *Header) { h.Epoch = filler(33) },
		"no payload hash":             func(h *Header) { h.Hash = nil },
		"payload hash of 33 bytes":    func(h *Header) { h.Hash = filler(33) },
		"payload too long":            func(h *Header) { h.Size = MaxSize },
		"payload longer than an int":  func(h *Header) { h.Size = 1 << 63 },
		"time beyond all calendars":   func(h *Header) { h.Time = 1<<40 + 1 },
		"expiry beyond all calendars": func(h *Header) { h.Expires = 1<<40 + 1 },
		"seen sequence 0":             func(h *Header) { h.Seen = []Seen{{Device: Device{1}}} },
		"seen itself":                 func(h *Header) { h.Seen = []Seen{{Device: h.Device, Seq: 1}} },
		"seen one device twice":       func(h *Header) { h.Seen = []Seen{{Device: Device{1}, Seq: 1}, {Device: Device{1}, Seq: 2}} },
		"seen out of order":           func(h *Header) { h.Seen = []Seen{{Device: Device{2}, Seq: 1}, {Device: Device{1}, Seq: 1}} },
	} {
		h := good
		spoil(&h)
		if _, err := ParseHeader(h.Bytes()); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

// TestTheProofOfAForkAlwaysFits: the two largest headers and their signatures
// go into one operation, so that nobody can fork beyond proof.
func TestTheProofOfAForkAlwaysFits(t *testing.T) {
	h := full()
	h.Scope, h.Seq, h.Time, h.Expires = filler(64), 1<<64-1, 1<<40, 1<<40
	h.Seen = nil
	for i := range byte(MaxSeen) {
		h.Seen = append(h.Seen, Seen{Device: Device{i + 1}, Seq: 1<<64 - 1})
	}
	largest := mustSign(h, make([]byte, 300), "ada")
	if n := len(largest.header); n != MaxHeader {
		t.Errorf("a header with %d entries has up to %d bytes, MaxHeader is %d", MaxSeen, n, MaxHeader)
	}
	type half struct {
		_                 struct{} `cbor:",toarray"`
		Header, Signature []byte
	}
	one := half{Header: largest.header, Signature: largest.sig}
	proof := Body{Kind: "trust.fork", Content: MustMarshal(map[int]half{1: one, 2: one})}
	by := full()
	by.Epoch = nil
	if _, err := Sign(by, proof.Bytes(), Key(keyOf("bo"))); err != nil {
		t.Error(err)
	}
	h.Seen = append(h.Seen, Seen{Device: Device{MaxSeen + 1}, Seq: 1})
	if _, err := Sign(h, nil, Key(keyOf("ada"))); err == nil {
		t.Error("signed a header that no proof holds")
	}
}

func TestAFoundingOperationIsFirstPublicAndAlone(t *testing.T) {
	good := mustSign(founding(), filler(20), "ada").Header
	if _, err := ParseHeader(good.Bytes()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Header){
		"sealed":        func(h *Header) { h.Epoch = filler(32) },
		"has a past":    func(h *Header) { h.Seen = []Seen{{Device: Device{1}, Seq: 1}} },
		"comes second":  func(h *Header) { h.Seq, h.Prev = 2, filler(32) },
		"follows a log": func(h *Header) { h.Prev = filler(32) },
	} {
		h := good
		spoil(&h)
		if _, err := ParseHeader(h.Bytes()); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

// TestHeadersTellNothingOfTheContent: two operations that differ in what they
// say alone have headers of one shape and length.
func TestHeadersTellNothingOfTheContent(t *testing.T) {
	spend := Body{Kind: "tx.write", Content: []byte("12345")}
	voice := Body{Kind: "round.as", Content: []byte("nope!")}
	a := mustSign(full(), Seal(full(), Secret{1}, [16]byte{1}, spend.Bytes()), "ada").Header
	b := mustSign(full(), Seal(full(), Secret{1}, [16]byte{2}, voice.Bytes()), "ada").Header
	a.Hash, b.Hash = nil, nil
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("headers differ beyond the hash of the payload:\n%x\n%x", a.Bytes(), b.Bytes())
	}
}

func TestDeadlinesCountByATrustedClockAlone(t *testing.T) {
	for clock, want := range map[Clock]bool{
		ClockNone: false, ClockTold: false, ClockMembers: true, ClockNeighbour: true, ClockNTP: true,
	} {
		if clock.Trusted() != want {
			t.Errorf("clock %d trusted: %v", clock, !want)
		}
	}
}

package op

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatIsSignedParsesToItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := operations.Draw(t, "operation")
		got, err := Parse(o.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Encode(), o.Encode()) || got.ID != o.ID || !bytes.Equal(got.Payload, o.Payload) {
			t.Fatalf("parsed to %+v, want %+v", got, o)
		}
		if got.Ref() != o.Ref() || got.Payload == nil {
			t.Fatalf("place %v, payload %v", got.Ref(), got.Payload)
		}
		if err := got.Verify(publicOf(keyOf("ada"))); err != nil {
			t.Fatal(err)
		}
	})
}

// TestADroppedPayloadLeavesTheChainValid is what redaction and expiry rest on.
func TestADroppedPayloadLeavesTheChainValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := operations.Draw(t, "operation")
		bare := o.WithoutPayload()
		got, err := Parse(bare.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got.Payload != nil || got.ID != o.ID || !bytes.Equal(got.Encode(), bare.Encode()) {
			t.Fatalf("dropped to %+v", got)
		}
		if err := got.Verify(publicOf(keyOf("ada"))); err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(bare.Encode(), o.Encode()) {
			t.Fatal("an empty payload is spelled like a dropped one")
		}
	})
}

// TestEveryFlippedBitIsFound takes an operation as an attacker would: there is
// no bit that can be changed without Parse or Verify seeing it.
func TestEveryFlippedBitIsFound(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 11
	}
	for name, o := range map[string]Operation{
		"founding":       mustSign(founding(), []byte("first"), "ada"),
		"empty payload":  mustSign(founding(), nil, "ada"),
		"every field":    mustSign(full(), filler(100), "ada"),
		"without a body": mustSign(full(), filler(100), "ada").WithoutPayload(),
	} {
		clean := o.Encode()
		for i := 0; i < len(clean)*8; i += step {
			b := bytes.Clone(clean)
			b[i/8] ^= 1 << (i % 8)
			got, err := Parse(b)
			if err != nil {
				continue
			}
			if got.Verify(publicOf(keyOf("ada"))) == nil {
				t.Errorf("%s: bit %d of byte %d may be flipped", name, i%8, i/8)
			}
			if !bytes.Equal(got.Encode(), b) {
				t.Errorf("%s: bit %d of byte %d: parsed, and not in its one spelling", name, i%8, i/8)
			}
		}
	}
}

func TestATruncatedOrLongerOperationIsRefused(t *testing.T) {
	clean := mustSign(full(), filler(100), "ada").Encode()
	for n := range clean {
		if _, err := Parse(clean[:n]); err == nil {
			t.Errorf("parsed from %d of %d bytes", n, len(clean))
		}
	}
	if _, err := Parse(append(bytes.Clone(clean), 0)); err == nil {
		t.Error("parsed with a byte too many")
	}
}

func TestOnlyTheAuthorsKeyVerifies(t *testing.T) {
	o := mustSign(founding(), nil, "ada")
	if err := o.Verify(publicOf(keyOf("bo"))); err == nil || errors.Is(err, ErrSignature) {
		t.Errorf("another device's key: %v", err)
	}
	for _, n := range []int{0, 31, 33} {
		if o.Verify(make(ed25519.PublicKey, n)) == nil {
			t.Errorf("a key of %d bytes verifies", n)
		}
	}
	// A signature over the header alone, without the label, is no signature.
	o.sig = ed25519.Sign(keyOf("ada"), o.header)
	if err := o.Verify(publicOf(keyOf("ada"))); !errors.Is(err, ErrSignature) {
		t.Errorf("a signature without its label: %v", err)
	}
}

func TestSignRefusesWhatNobodyWouldParse(t *testing.T) {
	h := full()
	room := MaxSize - len(mustSign(h, make([]byte, 800), "ada").header)
	o, err := Sign(h, make([]byte, room), Key(keyOf("ada")))
	if err != nil {
		t.Fatalf("%d bytes of payload fit: %v", room, err)
	}
	if _, err := Parse(o.Encode()); err != nil {
		t.Fatal(err)
	}
	if _, err := Sign(h, make([]byte, room+1), Key(keyOf("ada"))); err == nil {
		t.Errorf("signed %d bytes of payload", room+1)
	}
	h.Seq = 0
	if _, err := Sign(h, nil, Key(keyOf("ada"))); err == nil {
		t.Error("signed sequence number 0")
	}
}

func TestTheLargestOperationIsAsLongAsMaxEncoded(t *testing.T) {
	h := full()
	for i := byte(10); len(h.Seen) < 6; i++ {
		h.Seen = append(h.Seen, Seen{Device: Device{i}, Seq: 1})
	}
	room := MaxSize - len(mustSign(h, make([]byte, 300), "ada").header)
	o := mustSign(h, make([]byte, room), "ada")
	if n := len(o.Encode()); n != MaxEncoded {
		t.Errorf("the largest operation has %d bytes, MaxEncoded is %d", n, MaxEncoded)
	}
	if _, err := Parse(make([]byte, MaxEncoded+1)); err == nil {
		t.Error("parsed more than MaxEncoded bytes")
	}
}

// TestASignedHeaderStandsWithoutItsPayload is what the proof of a fork is made of.
func TestASignedHeaderStandsWithoutItsPayload(t *testing.T) {
	header, sig := mustSign(full(), filler(100), "ada").Signed()
	if err := VerifyHeader(publicOf(keyOf("ada")), header, sig); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another key":      VerifyHeader(publicOf(keyOf("bo")), header, sig),
		"half a key":       VerifyHeader(publicOf(keyOf("ada"))[:16], header, sig),
		"another header":   VerifyHeader(publicOf(keyOf("ada")), header[1:], sig),
		"half a signature": VerifyHeader(publicOf(keyOf("ada")), header, sig[:32]),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFitsSaysWhatSignAccepts(t *testing.T) {
	edge := MaxSize - len(mustSign(full(), make([]byte, 800), "ada").header)
	for _, n := range []int{0, edge - 1, edge, edge + 1, MaxSize} {
		_, err := Sign(full(), make([]byte, n), Key(keyOf("ada")))
		if Fits(full(), make([]byte, n)) != (err == nil) {
			t.Fatalf("%d bytes fit: %v, and are signed: %v", n, err != nil, err)
		}
	}
}

type brokenSigner struct{}

func (brokenSigner) Sign([]byte) ([]byte, error) { return nil, errBroken }

var errBroken = errors.New("the key is locked")

func TestSignPassesOnWhyItCouldNot(t *testing.T) {
	if _, err := Sign(founding(), nil, brokenSigner{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

// TestAPayloadHasTheSizeThatWasSigned: dropped payloads are counted by what the
// header says, so that must be true while they are there.
func TestAPayloadHasTheSizeThatWasSigned(t *testing.T) {
	o := mustSign(full(), filler(100), "ada")
	for _, size := range []uint64{0, 99, 101} {
		lie := o
		lie.Header.Size = size
		lie.header = lie.Header.Bytes()
		if _, err := Parse(lie.Encode()); err == nil {
			t.Errorf("a payload of 100 bytes passed for %d", size)
		}
	}
}

// TestSignatureLengthIsChecked matters because Verify runs later than Parse.
func TestSignatureLengthIsChecked(t *testing.T) {
	o := mustSign(founding(), nil, "ada")
	for _, n := range []int{0, 63, 65} {
		o.sig = make([]byte, n)
		if _, err := Parse(o.Encode()); err == nil {
			t.Errorf("parsed a signature of %d bytes", n)
		}
	}
}

func TestParseDoesNotKeepTheCallersBytes(t *testing.T) {
	b := mustSign(full(), filler(50), "ada").Encode()
	o, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	before := o.Encode()
	h := o.Header
	for i := range b {
		b[i] = 0xff
	}
	if !bytes.Equal(o.Encode(), before) || !reflect.DeepEqual(o.Header, h) {
		t.Error("the operation changed with the caller's buffer")
	}
}

package op

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// envelope is how an operation would be written by reflection.
type envelope struct {
	_         struct{} `cbor:",toarray"`
	Header    []byte
	Signature []byte
	Payload   *[]byte
}

// byReflection reads a header as it would be read without our own reading.
func byReflection(b []byte) (h Header, err error) {
	if err = Unmarshal(b, &h); err != nil {
		return Header{}, err
	}
	return h, h.check(len(b))
}

// TestByHandAsByReflection: what is read and written by hand is that which the
// codec of all else reads and writes, and what one refuses the other does.
func TestByHandAsByReflection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := operations.Draw(t, "operation")
		e := envelope{Header: o.header, Signature: o.sig, Payload: &o.Payload}
		if !bytes.Equal(o.Encode(), MustMarshal(e)) || !bytes.Equal(o.Header.Bytes(), MustMarshal(o.Header)) {
			t.Fatalf("%x and %x", o.Encode(), MustMarshal(e))
		}
		alike(t, bent(t, o.header))
		alike(t, bent(t, bodies.Draw(t, "body").Bytes()))
	})
}

// bent changes some bytes, or none.
func bent(t *rapid.T, b []byte) []byte {
	b = bytes.Clone(b)
	for range rapid.IntRange(0, 2).Draw(t, "changes") {
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		switch rapid.IntRange(0, 2).Draw(t, "change") {
		case 0:
			b[at] = rapid.Byte().Draw(t, "byte")
		case 1:
			b = append(b[:at:at], b[at+1:]...)
		case 2:
			b = append(append(b[:at:at], rapid.Byte().Draw(t, "more")), b[at:]...)
		}
	}
	return b
}

// alike reads b both ways, as a header and as a body.
func alike(t interface{ Fatalf(string, ...any) }, b []byte) {
	h, err := ParseHeader(b)
	want, wantErr := byReflection(b)
	if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(h, want) {
		t.Fatalf("%x is %+v (%v) by hand, %+v (%v) by reflection", b, h, err, want, wantErr)
	}
	body, err := ParseBody(b)
	var wanted Body
	if wantErr = Unmarshal(b, &wanted); wantErr == nil {
		wantErr = wanted.check()
	}
	if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(body, wanted) {
		t.Fatalf("%x is %+v (%v) by hand, %+v (%v) by reflection", b, body, err, wanted, wantErr)
	}
}

func FuzzByHand(f *testing.F) { f.Fuzz(func(t *testing.T, b []byte) { alike(t, b) }) }

// TestAnArraySaysHowMuchIsInIt, and nothing else: one item too many or too few
// is no header and no operation.
func TestAnArraySaysHowMuchIsInIt(t *testing.T) {
	o := mustSign(full(), filler(40), "ada")
	for _, by := range []int{-1, 1} {
		b := bytes.Clone(o.header)
		b[0] = byte(int(b[0]) + by)
		if _, err := ParseHeader(b); err == nil {
			t.Errorf("%x is a header", b)
		}
		b = o.Encode()
		b[0] = byte(int(b[0]) + by)
		if _, err := Parse(b); err == nil {
			t.Errorf("%x is an operation", b)
		}
	}
}

// TestNumbersHaveOneSpelling around every length that they can have.
func TestNumbersHaveOneSpelling(t *testing.T) {
	for _, n := range []uint64{0, 1, 23, 24, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64} {
		b := AppendUint(nil, n)
		if !bytes.Equal(b, MustMarshal(n)) {
			t.Errorf("%d is %x", n, b)
		}
		c := NewCanon(b)
		if got := c.Uint(math.MaxUint64); got != n || c.End() != nil {
			t.Errorf("%x is %d, want %d", b, got, n)
		}
		c = NewCanon(b)
		if c.Uint(n - 1); n > 0 && c.End() == nil {
			t.Errorf("%d is at most %d", n, n-1)
		}
	}
	for _, long := range []string{"\x18\x17", "\x19\x00\xff", "\x1a\x00\x00\xff\xff", "\x1b\x00\x00\x00\x00\xff\xff\xff\xff", "\x1c", "\x1f", "\x18", "\x00\x00", "\xf4", ""} {
		c := NewCanon([]byte(long))
		if n := c.Uint(math.MaxUint64); c.End() == nil {
			t.Errorf("%x is %d", long, n)
		}
	}
}

// TestAChunkIsNamedByThirtyTwoBytes, and by no more that nobody looks at.
func TestAChunkIsNamedByThirtyTwoBytes(t *testing.T) {
	good := Body{Kind: "board.say", Chunks: []Chunk{{1}, {2}}}.Bytes()
	for _, n := range []int{0, 31, 32, 33} {
		name := AppendBytes(nil, make([]byte, n))
		b := bytes.Replace(good, AppendBytes(nil, good[len(good)-33:len(good)-1]), name, 1)
		if _, err := ParseBody(b); (err == nil) != (n == 32) {
			t.Errorf("a name of %d bytes: %v", n, err)
		}
	}
}

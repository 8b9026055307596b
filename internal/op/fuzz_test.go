package op

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write docs/vectors/op.json and the fuzz seeds anew")

// Every decoder of foreign bytes keeps the same promise: what it accepts, it
// would have written the same way.

func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := Parse(b)
		if err != nil {
			return
		}
		if !bytes.Equal(o.Encode(), b) {
			t.Fatalf("%x encodes to %x", b, o.Encode())
		}
		if len(b) > MaxEncoded || !bytes.Equal(o.Header.Bytes(), o.header) {
			t.Fatalf("%x has no honest header", b)
		}
		_ = o.Verify(publicOf(keyOf("ada")))
	})
}

func FuzzParseHeader(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err != nil {
			return
		}
		if !bytes.Equal(h.Bytes(), b) {
			t.Fatalf("%x encodes to %x", b, h.Bytes())
		}
		if _, err := NewGraph().Add(Operation{Header: h, ID: idOf(b), header: b}); err == nil && h.Seq != 1 {
			t.Fatalf("%x begins a log at %d", b, h.Seq)
		}
	})
}

func FuzzParseBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		body, err := ParseBody(b)
		if err != nil {
			return
		}
		if !bytes.Equal(body.Bytes(), b) {
			t.Fatalf("%x encodes to %x", b, body.Bytes())
		}
		lost := func(Chunk) ([]byte, error) { return nil, errLost }
		if _, err := Join(Secret{}, [16]byte{}, body, lost); err != nil && !errors.Is(err, errLost) {
			t.Fatal(err)
		}
	})
}

func FuzzParseRef(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := ParseRef(s); err == nil && (r.String() != s || r.Seq == 0) {
			t.Fatalf("%q was read as %v", s, r)
		}
		if m, err := ParseMember(s); err == nil && m.String() != s {
			t.Fatalf("%q was read as %v", s, m)
		}
	})
}

func FuzzRefFromBytes(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := RefFromBytes(b); err == nil && !bytes.Equal(r.Bytes(), b) {
			t.Fatalf("%x was read as %v", b, r)
		}
	})
}

func FuzzContent(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		var c content
		if err := Unmarshal(b, &c); err == nil && !bytes.Equal(MustMarshal(c), b) {
			t.Fatalf("%x encodes to %x", b, MustMarshal(c))
		}
		var names []Chunk
		if err := Unmarshal(b, &names); err == nil && len(names) > maxElements {
			t.Fatalf("%d names", len(names))
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Fuzz(func(t *testing.T, payload []byte) {
		body, err := Open(full(), Secret{7}, payload)
		if err == nil && !bytes.Equal(Seal(full(), Secret{7}, SaltOf(payload), body), payload) {
			t.Fatalf("%x opens to %x and seals to something else", payload, body)
		}
	})
}

// seeds are good input, and input that is bad in one place, for each target.
func seeds() map[string][]any {
	whole := mustSign(full(), filler(40), "ada")
	text := Body{Kind: "round.open", Content: MustMarshal(content{Text: "señal", Number: 7})}
	long, _ := Split(Secret{7}, [16]byte{1}, Body{Kind: "doc.write", Content: filler(20_000)})
	ref := Ref{Device(filler(8)), 300}
	flipped := whole.Encode()
	flipped[len(flipped)/2] ^= 1
	return map[string][]any{
		"FuzzParse": {
			mustSign(founding(), text.Bytes(), "ada").Encode(), whole.Encode(), whole.WithoutPayload().Encode(), flipped, []byte{},
		},
		"FuzzParseHeader":  {mustSign(founding(), nil, "ada").header, whole.header, full().Bytes(), full().Bound()},
		"FuzzByHand":       {mustSign(founding(), nil, "ada").header, whole.header, full().Bound(), flipped},
		"FuzzParseBody":    {text.Bytes(), long.Bytes(), Body{Kind: "tx.sign", Subject: ref}.Bytes(), Body{}.Bytes()},
		"FuzzParseRef":     {ref.String(), ref.String() + "0", Member(ref.Device).String(), "-1"},
		"FuzzRefFromBytes": {ref.Bytes(), Ref{Device{1}, 1<<64 - 1}.Bytes(), []byte{}, append(ref.Device[:], 0, 7)},
		"FuzzContent": {
			MustMarshal(content{Number: 7}), MustMarshal(content{Table: map[string]uint64{"b": 1, "a": 2}, Ref: ref}),
			MustMarshal(content{Inner: &content{Inner: &content{}}}), MustMarshal(long.Chunks), []byte{0xbf, 0xff},
		},
		"FuzzGraph": {longGraph(), NewGraph().Bytes(), longGraph()[:900]},
		"FuzzOpen":  {Seal(full(), Secret{7}, [16]byte{1}, text.Bytes()), Seal(full(), Secret{8}, [16]byte{1}, nil), []byte{1}},
	}
}

// TestFuzzSeedsAreThoseOfToday keeps the committed seeds from ageing into
// input that every decoder refuses at its first byte.
func TestFuzzSeedsAreThoseOfToday(t *testing.T) {
	for target, list := range seeds() {
		for i, seed := range list {
			name := filepath.Join("testdata/fuzz", target, fmt.Sprintf("seed-%d", i))
			want := "go test fuzz v1\n" + spell(seed) + "\n"
			if *update {
				write(t, name, want)
			}
			if got, err := os.ReadFile(name); err != nil || string(got) != want {
				t.Errorf("%s is not what go test -update would write (%v)", name, err)
			}
		}
	}
}

func spell(seed any) string {
	if s, ok := seed.(string); ok {
		return "string(" + strconv.Quote(s) + ")"
	}
	return "[]byte(" + strconv.Quote(string(seed.([]byte))) + ")"
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

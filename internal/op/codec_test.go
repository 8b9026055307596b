package op

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// content has the shapes that the rooms' contents have.
type content struct {
	Number uint64            `cbor:"1,keyasint,omitempty"`
	Amount int64             `cbor:"2,keyasint,omitempty"`
	Text   string            `cbor:"3,keyasint,omitempty"`
	Bytes  []byte            `cbor:"4,keyasint,omitempty"`
	Ref    Ref               `cbor:"5,keyasint,omitempty"`
	List   []uint16          `cbor:"6,keyasint,omitempty"`
	Table  map[string]uint64 `cbor:"7,keyasint,omitempty"`
	Inner  *content          `cbor:"8,keyasint,omitempty"`
	Yes    bool              `cbor:"9,keyasint,omitempty"`
	Member Member            `cbor:"10,keyasint,omitzero"`
}

// contents yields contents of at most the given depth.
func contents(depth int) *rapid.Generator[content] {
	return rapid.Custom(func(t *rapid.T) content {
		c := content{
			Number: rapid.Uint64().Draw(t, "number"),
			Amount: rapid.Int64().Draw(t, "amount"),
			Text:   rapid.String().Draw(t, "text"),
			Bytes:  rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"),
			List:   rapid.SliceOf(rapid.Uint16()).Draw(t, "list"),
			Table:  rapid.MapOf(rapid.String(), rapid.Uint64()).Draw(t, "table"),
			Yes:    rapid.Bool().Draw(t, "yes"),
			Member: bytes8.Draw(t, "member"),
		}
		if rapid.Bool().Draw(t, "has ref") {
			c.Ref = refs.Draw(t, "ref")
		}
		if depth > 0 && rapid.Bool().Draw(t, "nested") {
			inner := contents(depth-1).Draw(t, "inner")
			c.Inner = &inner
		}
		return c
	})
}

func TestContentsHaveOneSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := MustMarshal(contents(2).Draw(t, "content"))
		var got content
		if err := Unmarshal(b, &got); err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		if !bytes.Equal(MustMarshal(got), b) {
			t.Fatalf("%x encodes to %x", b, MustMarshal(got))
		}
	})
}

// TestOtherSpellingsAreRefused lists the ways in which RFC 8949 could say the
// same twice, and what could be mistaken for another thing.
func TestOtherSpellingsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		hex string
		new any
	}{
		"number in two bytes":         {"a2 01 1807 0540", new(content)},
		"number in nine bytes":        {"a2 01 1b0000000000000007 0540", new(content)},
		"number as a float":           {"a2 01 f94700 0540", new(content)},
		"number as a bignum":          {"a2 01 c24107 0540", new(content)},
		"zero written out":            {"a2 01 00 0540", new(content)},
		"empty text written out":      {"a2 03 60 0540", new(content)},
		"empty bytes written out":     {"a2 04 40 0540", new(content)},
		"bytes as null":               {"a2 04 f6 0540", new(content)},
		"bytes as a list":             {"a2 04 8107 0540", new(content)},
		"false written out":           {"a2 05 40 09f4", new(content)},
		"keys out of order":           {"a2 03 6161 0107", new(content)},
		"a key twice":                 {"a3 01 07 01 07 0540", new(content)},
		"an unknown key":              {"a2 05 40 180b 01", new(content)},
		"a text key":                  {"a2 05 40 654c697374 80", new(content)},
		"the reference missing":       {"a1 01 07", new(content)},
		"indefinite map":              {"bf 01 07 05 40 ff", new(content)},
		"indefinite text":             {"a2 03 7f6161ff 0540", new(content)},
		"indefinite list":             {"a2 05 40 06 9f01ff", new(content)},
		"a tag":                       {"a2 01 c107 0540", new(content)},
		"self-described":              {"d9d9f7 a2 01 07 0540", new(content)},
		"text that is not UTF-8":      {"a2 03 61ff 0540", new(content)},
		"a number too big":            {"a2 05 40 06 811a00010000", new(content)},
		"a negative number":           {"a2 01 20 0540", new(content)},
		"a byte too many":             {"a2 01 07 0540 00", new(content)},
		"member of seven bytes":       {"a2 05 40 0a 4701020304050607", new(content)},
		"nobody written out":          {"a2 05 40 0a 480000000000000000", new(content)},
		"member of nine bytes":        {"a2 05 40 0a 49010203040506070809", new(content)},
		"table keys out of order":     {"a2 05 40 07 a2 6162 01 6161 01", new(content)},
		"table keys by length":        {"a2 05 40 07 a2 6161 01 60 01", new(content)},
		"null for a structure":        {"f6", new(content)},
		"null for a number":           {"a2 01 f6 0540", new(content)},
		"undefined":                   {"a2 05 40 08 f7", new(content)},
		"nothing":                     {"", new(content)},
		"half of something":           {"a2 01", new(content)},
		"header as null":              {"83 f6 40 40", new(envelope)},
		"payload as undefined":        {"83 40 40 f7", new(envelope)},
		"two elements of three":       {"82 40 40", new(envelope)},
		"four elements of three":      {"84 40 40 40 40", new(envelope)},
		"an envelope as a map":        {"a3 00 40 01 40 02 40", new(envelope)},
		"list longer than its bytes":  {"9a00ffffff", new([]uint16)},
		"string longer than its room": {"5bffffffffffffffff", new([]byte)},
	} {
		b, err := hex.DecodeString(clean(c.hex))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := Unmarshal(b, c.new); err == nil {
			t.Errorf("%s: %s was read as %+v", name, c.hex, c.new)
		}
	}
	for name, spelled := range map[string]string{"the same, well": "a2 01 07 0540", "a table": "a2 05 40 07 a2 60 01 6161 01"} {
		b, _ := hex.DecodeString(clean(spelled))
		if err := Unmarshal(b, new(content)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func clean(s string) string { return string(bytes.ReplaceAll([]byte(s), []byte(" "), nil)) }

func TestASpellingErrorIsTold(t *testing.T) {
	if err := Unmarshal([]byte{0x18, 0x07}, new(uint64)); !errors.Is(err, ErrSpelling) {
		t.Errorf("got %v", err)
	}
}

func TestDepthAndLengthAreBounded(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x81}, 9), 0x00)
	if err := Unmarshal(deep, new(any)); err == nil {
		t.Error("nine arrays in each other were read")
	}
	long := append([]byte{0x99, 0x10, 0x01}, make([]byte, maxElements+1)...)
	if err := Unmarshal(long, new([]uint16)); err == nil {
		t.Errorf("%d elements were read", maxElements+1)
	}
	long = append([]byte{0x99, 0x10, 0x00}, make([]byte, maxElements)...)
	if err := Unmarshal(long, new([]uint16)); err != nil {
		t.Errorf("%d elements: %v", maxElements, err)
	}
}

package op

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// ErrSpelling is returned for bytes that say something in a way other than
// the one canonical way.
var ErrSpelling = errors.New("op: not the canonical spelling")

// maxElements bounds an array or a map, so that a few bytes cannot ask for
// much memory.
const maxElements = 4096

// RFC 8949 section 4.2: deterministic encoding, and nothing that could be
// written in two ways.
var (
	encoding = must(cbor.EncOptions{
		Sort:          cbor.SortBytewiseLexical,
		ShortestFloat: cbor.ShortestFloat16,
		NaNConvert:    cbor.NaNConvert7e00,
		InfConvert:    cbor.InfConvertFloat16,
		IndefLength:   cbor.IndefLengthForbidden,
		TagsMd:        cbor.TagsForbidden,
		NilContainers: cbor.NilContainerAsEmpty,
	}.EncMode())
	decoding      = decoder(maxElements)
	valueDecoding = decoder(1 << 30) // none is there that takes no byte
)

func decoder(most int) cbor.DecMode {
	return must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxArrayElements:  most,
		MaxMapPairs:       most,
		MaxNestedLevels:   8,
	}.DecMode())
}

func must[M any](mode M, err error) M {
	if err != nil {
		panic("op: " + err.Error())
	}
	return mode
}

// Marshal encodes v canonically.
func Marshal(v any) ([]byte, error) { return encoding.Marshal(v) }

// MustMarshal encodes a value of ours that cannot fail to encode.
func MustMarshal(v any) []byte { return must(encoding.Marshal(v)) }

// Unmarshal decodes b into v and refuses every spelling but the canonical one.
func Unmarshal(b []byte, v any) error { return unmarshal(decoding, b, v) }

// UnmarshalValue is Unmarshal of a value of ours, whose lists grow for as long as the
// cell lives.
func UnmarshalValue(b []byte, v any) error { return unmarshal(valueDecoding, b, v) }

func unmarshal(mode cbor.DecMode, b []byte, v any) error {
	if err := mode.Unmarshal(b, v); err != nil {
		return fmt.Errorf("op: %w", err)
	}
	again, err := encoding.Marshal(v)
	if err != nil {
		return fmt.Errorf("op: %w", err)
	}
	if !bytes.Equal(again, b) {
		return ErrSpelling
	}
	return nil
}

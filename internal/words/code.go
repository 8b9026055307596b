package words

import (
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
)

// codeAlphabet is Crockford's base 32: no letter that is mistaken for a digit.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codeSize = 8

// Code is a short secret for people to read out and type: forty bits, good for
// minutes or hours behind a limit of attempts. The zero value equals nothing.
type Code struct{ text string }

// NewCode draws a code from rand.
func NewCode(rand io.Reader) (Code, error) {
	var b [codeSize]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return Code{}, fmt.Errorf("words: draw a code: %w", err)
	}
	for i, c := range b {
		b[i] = codeAlphabet[c%32] // 256 is a multiple of 32: no letter is likelier
	}
	return Code{string(b[:])}, nil
}

// ParseCode reads a code as people type it: any case, with or without hyphens
// and spaces, O for 0, I and L for 1.
func ParseCode(s string) (Code, error) {
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch r {
		case '-', ' ', '\u2010', '\u2011', '\u2013':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if !strings.ContainsRune(codeAlphabet, r) || b.Len() == codeSize {
			return Code{}, fmt.Errorf("words: a code is %d letters and digits, like 7K2M-9QXT", codeSize)
		}
		b.WriteRune(r)
	}
	if b.Len() < codeSize {
		return Code{}, fmt.Errorf("words: a code has %d letters and digits, not %d", codeSize, b.Len())
	}
	return Code{b.String()}, nil
}

// String groups the code as it is shown: 4-4.
func (c Code) String() string {
	if len(c.text) != codeSize {
		return ""
	}
	return c.text[:4] + "-" + c.text[4:]
}

// Equal compares in constant time.
func (c Code) Equal(d Code) bool {
	return len(c.text) == codeSize && subtle.ConstantTimeCompare([]byte(c.text), []byte(d.text)) == 1
}

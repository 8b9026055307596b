package op

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"

	"golang.org/x/crypto/chacha20poly1305"
)

// A letter is what some members seal for some members, inside an operation that
// all can open. It has one size and one shape, whoever it is for:
//
//	point (32) ‖ mark (16) ‖ wraps (Wraps x 32) ‖ sealed
//
// The point is the public half of an X25519 key that serves once. Each wrap is
// the letter's secret behind a mask that only one opening key can compute, or
// chance: none says whose it is, nor that it is anybody's. The mark lets
// whoever knows the secret have the letter burned, by a letter that begins with
// the secret's ember instead of a point.
const (
	Wraps      = 8
	LetterSize = 688
	pointSize  = 32
	markSize   = 16
	wrapsEnd   = pointSize + markSize + Wraps*len(Secret{})
	clearSize  = LetterSize - wrapsEnd - chacha20poly1305.Overhead
)

// MaxLetter bounds what a letter says.
const MaxLetter = clearSize - 2

// LetterPayload is the size of the payload that a body with a letter for
// content is sealed to: that of every letter, and of few other operations.
const LetterPayload = saltSize + chacha20poly1305.Overhead + 5 + len("letter.write") + 3 + LetterSize

const (
	labelLetter = "celld letter v1\x00"
	labelEmber  = "celld ember v1\x00"
)

// Chance is what a letter takes of it, which must be good: the half of a key
// that serves once, and one wrap for nobody for each.
type Chance struct {
	Private [32]byte
	Blanks  [Wraps][32]byte
}

// SealLetter writes a letter to opening keys, in the order of their wraps; nil
// among them stands for nobody. What it says is at most MaxLetter long. The
// secret is that of the correspondence and seals many letters.
func SealLetter(cell ID, s Secret, to [Wraps][]byte, clear []byte, c Chance) ([]byte, error) {
	key, err := ecdh.X25519().NewPrivateKey(c.Private[:])
	if err != nil {
		return nil, err
	}
	if len(clear) > MaxLetter {
		panic("op: a letter too long to seal")
	}
	point := key.PublicKey().Bytes()
	letter := append(bytes.Clone(point), mark(s.Ember(), point)...)
	for i, opening := range to {
		wrap := c.Blanks[i]
		if opening != nil {
			if wrap, err = mask(cell, key, opening, point, opening); err != nil {
				return nil, err
			}
			xor(&wrap, s)
		}
		letter = append(letter, wrap[:]...)
	}
	padded := make([]byte, clearSize)
	padded[0], padded[1] = byte(len(clear)>>8), byte(len(clear))
	copy(padded[2:], clear)
	return append(letter, seal(letterKey(s, point), padded, letter)...), nil
}

// OpenLetter tries an opening key on a letter.
func OpenLetter(cell ID, private [32]byte, letter []byte) (s Secret, clear []byte, ok bool) {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil || len(letter) != LetterSize {
		return s, nil, false
	}
	point := letter[:pointSize]
	veil, err := mask(cell, key, point, point, key.PublicKey().Bytes())
	if err != nil {
		return s, nil, false
	}
	room := make([]byte, 0, LetterSize)
	for i := range Wraps {
		s = Secret(letter[pointSize+markSize+i*len(s):])
		xor((*[32]byte)(&s), veil)
		if clear, ok = s.readLetter(letter, room); ok {
			return s, clear, true
		}
	}
	return Secret{}, nil, false
}

// ReadLetter opens a letter with the secret that sealed it.
func (s Secret) ReadLetter(letter []byte) (clear []byte, ok bool) { return s.readLetter(letter, nil) }

func (s Secret) readLetter(letter, room []byte) (clear []byte, ok bool) {
	if len(letter) != LetterSize {
		return nil, false
	}
	padded, err := openInto(room, letterKey(s, letter[:pointSize]), letter[wrapsEnd:], letter[:wrapsEnd])
	if err != nil {
		return nil, false
	}
	n := int(padded[0])<<8 | int(padded[1])
	if n > MaxLetter {
		return nil, false
	}
	return padded[2 : 2+n], true
}

// Ember is what burns every letter under a secret, and opens none. It looks
// like the point of a letter.
func (s Secret) Ember() (e [32]byte) {
	e = [32]byte(must(hkdf.Key(sha256.New, s[:], nil, labelEmber, len(e))))
	e[31] &= 0x7f
	return e
}

// Tinder is what of a letter tells by what it burns, and what it burns.
type Tinder struct {
	point [pointSize]byte
	mark  [markSize]byte
}

// TinderOf returns it of a letter.
func TinderOf(letter []byte) (t Tinder) {
	copy(t.point[:], letter)
	copy(t.mark[:], letter[min(len(letter), pointSize):])
	return t
}

// Burns reports whether the letter of t burns that of other.
func (t Tinder) Burns(other Tinder) bool {
	return bytes.Equal(mark(t.point, other.point[:]), other.mark[:])
}

// mark is what an ember has to yield with a letter's point.
func mark(ember [32]byte, point []byte) []byte {
	sum := sha256.Sum256(append(append([]byte(labelEmber), ember[:]...), point...))
	return sum[:markSize]
}

// mask is what a wrap for one opening key is hidden behind: what the writer
// computes from the key that serves once, and the reader from their own.
func mask(cell ID, own *ecdh.PrivateKey, other, point, opening []byte) (m [32]byte, err error) {
	public, err := ecdh.X25519().NewPublicKey(other)
	if err != nil {
		return m, err
	}
	shared, err := own.ECDH(public)
	if err != nil {
		return m, err
	}
	salt := append(bytes.Clone(point), opening...)
	return [32]byte(must(hkdf.Key(sha256.New, shared, salt, labelLetter+string(cell[:]), len(m)))), nil
}

func letterKey(s Secret, point []byte) []byte {
	return must(hkdf.Key(sha256.New, s[:], point, labelLetter, chacha20poly1305.KeySize))
}

func xor[T ~[32]byte](a *[32]byte, b T) {
	for i := range a {
		a[i] ^= b[i]
	}
}

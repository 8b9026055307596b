package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"

	"celld/internal/op"
)

// Letters that were tried are remembered until the router is locked, since
// trying takes the work of a key exchange.
const maxTried = 4096

// attempt names one: where a letter stands in the log, and who tried it.
type attempt struct {
	by op.Member
	at op.Ref
}

// opened is what came of it; nil for nothing.
type opened struct {
	secret op.Secret
	clear  []byte
}

// WriteLetter seals what is said to opening keys, at most as many as a letter
// has wraps, which stand in an order of chance among others for nobody.
func (v *Vault) WriteLetter(to []OpeningKey, s op.Secret, clear []byte) ([]byte, error) {
	cell, err := v.cellID()
	if err != nil {
		return nil, err
	}
	var c op.Chance
	rand.Read(c.Private[:])
	for i := range c.Blanks {
		rand.Read(c.Blanks[i][:])
	}
	return op.SealLetter(cell, s, shuffled(to), clear, c)
}

// shuffled gives everybody a wrap, so that its place does not tell whose it is.
func shuffled(to []OpeningKey) (places [op.Wraps][]byte) {
	for i := range to {
		places[i] = to[i][:]
	}
	for i := len(places) - 1; i > 0; i-- {
		var b [8]byte
		rand.Read(b[:])
		j := binary.BigEndian.Uint64(b[:]) % uint64(i+1)
		places[i], places[j] = places[j], places[i]
	}
	return places
}

// ReadLetter opens the letter at a place for a member whose opening key is in
// memory, and returns the secret that others under it open with. The letter is
// asked for once; nil is one that cannot be had, perhaps yet.
func (v *Vault) ReadLetter(m op.Member, at op.Ref, letter func() []byte) (op.Secret, []byte, bool) {
	s, clear, mine, known := v.readLetter(attempt{m, at}, nil)
	if known {
		return s, clear, mine
	}
	if sealed := letter(); sealed != nil { // which takes secrets of this vault to open
		s, clear, mine, _ = v.readLetter(attempt{m, at}, sealed)
	}
	return s, clear, mine
}

// readLetter returns what came of trying a letter, or comes of it where it is
// given. Who may read none knows that already.
func (v *Vault) readLetter(key attempt, sealed []byte) (s op.Secret, clear []byte, mine, known bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.bound || v.gone || key.by.IsZero() {
		return s, nil, false, true
	}
	got, known := v.letters[key]
	if !known && sealed != nil {
		got = v.try(key.by, sealed)
		if len(v.letters) >= maxTried {
			v.letters = nil
		}
		if v.letters == nil {
			v.letters = map[attempt]*opened{}
		}
		v.letters[key] = got
	}
	if got == nil {
		return s, nil, false, known
	}
	return got.secret, bytes.Clone(got.clear), true, true
}

func (v *Vault) try(m op.Member, letter []byte) *opened {
	for _, held := range v.openings {
		if held.member != m {
			continue
		}
		if s, clear, ok := op.OpenLetter(v.cell, held.private, letter); ok {
			return &opened{s, clear}
		}
	}
	return nil
}

// ForgetLetters drops what was read.
func (v *Vault) ForgetLetters() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.forgetLetters()
}

func (v *Vault) forgetLetters() {
	for _, o := range v.letters {
		if o != nil {
			clear(o.secret[:])
			clear(o.clear)
		}
	}
	v.letters = nil
}

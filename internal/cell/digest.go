package cell

import (
	"crypto/sha256"

	"celld/internal/cell/ledger"
)

// Digest is one hash over every subject's canonical encoding, but for those that
// only say again what others hold: equal on two routers that have applied the
// same operations, whatever the order they came in and whatever machine computed
// it.
func (s *State) Digest() [32]byte {
	h := sha256.New()
	s.shelf.each(func(key string, sub *subject) {
		if ledger.Derived(key) {
			return
		}
		sum := sub.digest()
		h.Write([]byte(key))
		h.Write([]byte{0})
		h.Write(sum[:])
	})
	return [32]byte(h.Sum(nil))
}

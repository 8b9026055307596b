package op

import "crypto/sha256"

// derive is HKDF-SHA-256 (RFC 5869) for one key of 32 bytes, as crypto/hkdf makes
// it. That one makes four hashes anew each time, 2 kB in all, and every operation
// that is opened takes a key, every letter four: so most of what reading a history
// threw away were hashes.
func derive(secret, salt []byte, label string) [32]byte {
	extracted := authenticate(salt, secret)
	var info [maxLabel]byte
	n := copy(info[:maxLabel-1], label)
	if n < len(label) {
		panic("op: a label too long to derive under")
	}
	info[n] = 1 // the only block
	return authenticate(extracted[:], info[:n+1])
}

const maxLabel = 64

// authenticate is HMAC-SHA-256 (RFC 2104) of a short message under a short key.
func authenticate(key, message []byte) [32]byte {
	var inner [sha256.BlockSize + maxLabel]byte
	var outer [sha256.BlockSize + sha256.Size]byte
	if len(key) > sha256.BlockSize || len(message) > maxLabel {
		panic("op: a message too long to authenticate")
	}
	for i := range sha256.BlockSize {
		k := byte(0)
		if i < len(key) {
			k = key[i]
		}
		inner[i], outer[i] = k^0x36, k^0x5c
	}
	n := copy(inner[sha256.BlockSize:], message)
	sum := sha256.Sum256(inner[:sha256.BlockSize+n])
	copy(outer[sha256.BlockSize:], sum[:])
	return sha256.Sum256(outer[:])
}

// Package vaulttest derives keys cheaply, for tests of others: who signs in a
// thousand times to try something else need not make a thousand guesses dear.
package vaulttest

import (
	"crypto/sha256"
	_ "unsafe" // for go:linkname: no other package can reach it

	"celld/internal/vault"
)

//go:linkname derive celld/internal/vault.derive
var derive func(passphrase string, salt []byte, p vault.Params) []byte

// Cheap lets every vault that is opened from now on derive by one sum. Nobody may
// open one meanwhile, and no slot made before opens again.
func Cheap() {
	derive = func(passphrase string, salt []byte, _ vault.Params) []byte {
		sum := sha256.Sum256(append([]byte(passphrase), salt...))
		return sum[:]
	}
}

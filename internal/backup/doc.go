// Package backup owns the one file that a whole cell fits into.
//
// Inside, a backup is a line, the cell's id, and records:
//
//	"celld backup 1\n" | cell id, 32 bytes | record ... | end
//	record  'o' | length, 2 bytes | an operation as it travels
//	        'c' | length, 2 bytes | a sealed chunk; its name is its SHA-256
//	end     'e' | operations, 4 bytes | chunks, 4 bytes | SHA-256 of all before it
//
// Operations stand in the order of their arrival, before all chunks. Numbers
// are big-endian. Nothing follows the end.
//
// Around it lies age encryption (age-encryption.org/v1), to a passphrase or to
// X25519 recipients: payloads are sealed anyway, but who wrote when is not.
//
// A backup holds no key of the router that it was made on. The members' own
// keys are in it, each sealed under its member's words, since they travel with
// the log. So a restored cell is woken by any member's words, and lives on a
// router that the cell has not met before: see trust.Open.
package backup

// Package vault owns the keys of one router: those that lie in DIR/keys, and
// those that people's passphrases bring into memory until the router is locked.
//
// On flash lie, in plain, the router's own keys (they must work while it is
// locked) and, sealed, one device key for each member who has logged in here.
// A member's identity and opening keys lie in a Slot, which is not ours to
// store: it travels with the log. In memory, after a login, are the member's
// device key, the opening key, and the epoch secrets that it opened.
//
// The identity key is opened, used and overwritten inside one call. Go gives
// no promise that no copy of it is left elsewhere in memory (in a register, on
// a grown stack, in a cache of crypto/ed25519 until the next collection), so
// overwriting narrows a window and does not close it.
//
// The vault knows nothing of HTTP, of the log or of the state. Passphrases
// arrive normalised (package words). All methods of a Vault may be called at
// once.
package vault

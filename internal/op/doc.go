// Package op owns the signed operation: its bytes, its identity, its place in
// a log and its place in the one order that every router computes alike.
//
// An operation is three byte strings in a canonical CBOR array:
//
//	operation = [ header, signature, payload ]
//
// The header is plain and tells who wrote, in which log, after what, having
// seen what, when, and how big the payload is; it never tells what about. The
// signature (Ed25519, by the device key) covers a label and the header. The
// payload is bound to the header by its hash alone, so that it can be dropped
// (expired, redacted) and leave the chain valid.
//
// A payload is public (trust operations: keys and random ids, no names) or
// sealed under an epoch. Opened, it is a Body: kind, subject, content.
//
// Everything here is arithmetic: no clock, no chance, no I/O. What parses
// re-encodes to the same bytes; what would not is refused. docs/protocol.md is
// the normative text and docs/vectors the judge.
package op

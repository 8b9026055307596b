// Package replication owns the conversation between two routers of a cell: who
// holds what, what the other lacks, and bringing it there over bad air.
//
// The parts stand on each other and each can be read alone:
//
//	frames.go   what is said, byte by byte
//	run.go      operations as they travel
//	window.go   the thin reliable layer: numbers, acknowledgements, pacing
//	intake.go   what has come and is not in the log yet
//	peer.go     one conversation, as a state machine without socket or clock
//	greet.go    what both sides say first
//	session.go  one conversation over anything that looks like a net.Conn
//	room.go     all conversations: pins, back-off, who dials, status
//	dtls.go     the wire, with guard.go, which lets nothing in that nobody sealed
//	bundle.go   the same frames as a file
//
// docs/protocol.md, section 15, is the normative text, docs/vectors/frames.json
// the judge, and docs/decisions/0006-replication.md says why it is so.
package replication

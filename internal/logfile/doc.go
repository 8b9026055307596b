// Package logfile owns the append-only log file: the storage engine for
// routers whose flash is small and for which no SQLite can be built (mips), and
// at home on every other machine too.
//
// One directory holds one file, log. It begins with a header of 24 bytes
//
//	magic "celldlog" | format version, 4 bytes | salt, 8 bytes | CRC, 4 bytes
//
// and goes on with records, each of them
//
//	CRC, 4 bytes | head, a varint | body
//
// All numbers are big-endian. The head is length of the body << 4 | last << 3 |
// first << 2 | kind. A batch is the run of records from one marked first to
// one marked last; it was written by one write and made durable by one fsync.
//
//	kind 0  operation  its bytes; its position is the count of those before it
//	kind 1  chunk      32 bytes of name, its bytes
//	kind 2  replace    4 bytes of position, the operation that now stands there
//	kind 3  drop       32 bytes of name: that chunk is held no longer
//
// The CRC (CRC-32C) of a batch's first record covers the salt, the record's
// offset in the file, the head and the body; that of every further record
// covers the CRC before it, the head and the body. So nothing that people
// write into an operation can pass for a record, nor can a stale block of an
// older file or of a batch that was given up.
//
// # Opening
//
// Every batch was durable before the next one was begun, so a power cut can
// damage the last batch alone, however the disk orders its writes. What does
// not add up to a whole batch at the end of the file is cut off, and Cut tells
// how much it was. If the first record of another batch is found behind the
// damage, then it was no power cut: Open returns ErrCorrupt and the offset and
// touches nothing. (Rot inside the very last batch looks like a power cut. The
// log above treats both alike: after a cut no old device key writes again.)
//
// A whole batch that nobody acknowledged, because the power or the process
// went between the write and the answer, is kept; Open runs fsync before it
// shows any of it, since it may so far exist only in the memory of the kernel.
//
// # Erasing
//
// Erase appends; Compact copies what is still held into log.new, makes that
// durable, and renames it over log. A log.new found by Open is an unfinished
// copy and is removed.
package logfile

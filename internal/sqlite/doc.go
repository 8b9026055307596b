// Package sqlite owns one SQLite database: the storage engine wherever SQLite
// can be built. It is the only SQL in the house.
//
// One directory holds log.sqlite and, while it is open, SQLite's log.sqlite-wal
// and log.sqlite-shm beside it. The database runs in WAL mode with
// synchronous=FULL: every commit is one fsync of the WAL, and the change that
// called for it returns afterwards.
//
// One connection writes, two read. The directory is locked (flock) as the log
// file's engine does it, so that no second celld opens it with either engine.
// Other programs may read the database; one that holds a lock on it for longer
// than five seconds makes a change fail with ErrLocked.
//
// Erased bytes are overwritten with zeros at once (secure_delete), but pages
// that hold them still stand in the WAL. Compact empties that, with zeros over it
// first, and packs what is left (VACUUM) once half of it is free.
//
// On mips and mipsle the package is there, but not the engine: Available is
// false and Open says so.
package sqlite

import "errors"

// Errors of this engine that end the program or need a person.
var (
	// ErrLocked is returned by Open when another celld has the directory open,
	// and by a change when another program keeps the database locked.
	ErrLocked = errors.New("the database is in use by another process")
	// ErrNewer is returned by Open for a database that a newer celld has written.
	ErrNewer = errors.New("the database was written by a newer celld")
	// ErrCorrupt is returned for a file that is damaged or no database of celld.
	ErrCorrupt = errors.New("the database is damaged")
	// ErrPoisoned is returned for every change after one whose outcome on the
	// disk is unknown. Opening the database again tells what the disk holds.
	ErrPoisoned = errors.New("the database takes no more changes until it is opened again, since the disk failed to say what it holds")
	// ErrUnavailable is returned by Open where SQLite cannot be built.
	ErrUnavailable = errors.New("sqlite: there is no SQLite for this processor; use the log file")
)

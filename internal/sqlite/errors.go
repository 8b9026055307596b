//go:build !mips && !mipsle

package sqlite

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// meaning translates SQLite's result codes into errors that callers know.
var meaning = map[int]error{
	lib.SQLITE_FULL:     syscall.ENOSPC,
	lib.SQLITE_READONLY: syscall.EROFS,
	lib.SQLITE_IOERR:    syscall.EIO,
	lib.SQLITE_BUSY:     ErrLocked,
	lib.SQLITE_LOCKED:   ErrLocked,
	lib.SQLITE_CORRUPT:  ErrCorrupt,
	lib.SQLITE_NOTADB:   ErrCorrupt,
}

// explained wraps an error with what was being done and what it means.
func explained(doing string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		if m := meaning[e.Code()&0xff]; m != nil { // the low byte of an extended code
			return fmt.Errorf("sqlite: %s: %w (%w)", doing, m, err)
		}
	}
	return fmt.Errorf("sqlite: %s: %w", doing, err)
}

package logfile

import (
	"fmt"
	"io/fs"

	"celld/internal/op"
)

// Chunks returns the names of all chunks held; see oplog.Lister.
func (l *Log) Chunks() ([]op.Chunk, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, fmt.Errorf("logfile: %w", fs.ErrClosed)
	}
	return l.index.names(), nil
}

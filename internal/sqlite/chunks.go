//go:build !mips && !mipsle

package sqlite

import (
	"fmt"
	"io/fs"

	"celld/internal/op"
)

// Chunks returns the names of all chunks held; see oplog.Lister.
func (l *Log) Chunks() ([]op.Chunk, error) {
	if l.closed.Load() {
		return nil, fmt.Errorf("sqlite: %w", fs.ErrClosed)
	}
	rows, err := l.readers.Query("SELECT name FROM chunk ORDER BY name")
	if err != nil {
		return nil, explained("list chunks", err)
	}
	defer rows.Close()
	var names []op.Chunk
	for rows.Next() {
		var name []byte
		if err := rows.Scan(&name); err != nil {
			return nil, explained("list chunks", err)
		}
		names = append(names, op.Chunk(name)) // the schema holds them to 32 bytes
	}
	return names, explained("list chunks", rows.Err())
}

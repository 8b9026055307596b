//go:build !mips && !mipsle

package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"celld/internal/op"
)

// pageLength is how many operations Each holds in memory at once.
const pageLength = 128

// Each calls f with every operation; see oplog.Storage. No query is open while
// f runs, so that f may do what it likes and no reader holds up a checkpoint.
func (l *Log) Each(from uint32, f func(pos uint32, operation []byte) error) error {
	until := l.Len()
	for pos := from; pos < until; {
		page, err := l.page(pos, until)
		if err != nil {
			return err
		}
		for _, operation := range page {
			if err := f(pos, operation); err != nil {
				return err
			}
			pos++
		}
	}
	return nil
}

func (l *Log) page(pos, until uint32) ([][]byte, error) {
	if l.closed.Load() {
		return nil, fmt.Errorf("sqlite: %w", fs.ErrClosed)
	}
	until = min(until, pos+pageLength)
	rows, err := l.readers.Query("SELECT bytes FROM operation WHERE pos >= ? AND pos < ? ORDER BY pos", pos, until)
	if err != nil {
		return nil, explained("read", err)
	}
	defer rows.Close()
	var page [][]byte
	for rows.Next() {
		var operation []byte
		if err := rows.Scan(&operation); err != nil {
			return nil, explained("read", err)
		}
		page = append(page, operation)
	}
	if err := rows.Err(); err != nil {
		return nil, explained("read", err)
	}
	if len(page) != int(until-pos) {
		return nil, fmt.Errorf("sqlite: %w: an operation is missing between %d and %d", ErrCorrupt, pos, until)
	}
	return page, nil
}

// Read returns the operation at pos; see oplog.Storage.
func (l *Log) Read(pos uint32) ([]byte, error) {
	return l.one(fmt.Sprintf("operation %d", pos), "SELECT bytes FROM operation WHERE pos = ?", pos)
}

// Chunk returns the chunk of that name; see oplog.Storage.
func (l *Log) Chunk(name op.Chunk) ([]byte, error) {
	return l.one(fmt.Sprintf("chunk %x", name[:4]), "SELECT bytes FROM chunk WHERE name = ?", name[:])
}

func (l *Log) one(what, query string, key any) (b []byte, err error) {
	if l.closed.Load() {
		return nil, fmt.Errorf("sqlite: %w", fs.ErrClosed)
	}
	err = l.readers.QueryRow(query, key).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		err = fs.ErrNotExist
	}
	return b, explained(what, err)
}

//go:build !mips && !mipsle

package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"celld/internal/op"
)

// Available says whether this program has the engine.
const Available = true

const (
	fileName = "log.sqlite"
	patience = 5 * time.Second // for other programs' locks
)

// Log is an open database. It keeps the contract of oplog.Engine.
type Log struct {
	dir     *os.File // locked
	path    string
	readers *sql.DB
	count   atomic.Uint32
	closed  atomic.Bool

	// writing is held by the one change that is under way, and guards the rest.
	writing sync.Mutex
	writer  *sql.DB // one connection
	poison  error
}

// Open opens the database in a directory, which must exist, and begins one
// where there is none. It locks the directory until Close.
func Open(dir string) (*Log, error) { return open(dir, patience) }

func open(dir string, patience time.Duration) (*Log, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	lock, err := lockDir(abs)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %s: %w", dir, err)
	}
	l := &Log{dir: lock, path: filepath.Join(abs, fileName)}
	if err := l.start(patience); err != nil {
		l.Close()
		return nil, explained("open "+filepath.Join(dir, fileName), err)
	}
	return l, nil
}

// lockDir locks a directory that can be written. SQLite itself would open a
// database on a read-only disk and fail later, in other words.
func lockDir(path string) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err = unix.Access(path, unix.W_OK); err == nil {
		err = unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		dir.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("lock: %w", err)
	}
	return dir, nil
}

func (l *Log) start(patience time.Duration) (err error) {
	l.writer, err = sql.Open("sqlite", dsn(l.path, patience,
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"secure_delete(ON)",
		"wal_autocheckpoint(256)", // pages, so 1 MB: flash is small
	))
	if err != nil {
		return err
	}
	l.writer.SetMaxOpenConns(1)
	if err := prepare(l.writer); err != nil {
		return err
	}
	// The last commit may stand only in the kernel's memory, if the process was
	// killed before its fsync; a checkpoint makes it durable before anybody
	// sees it.
	if err := l.emptyWAL(); err != nil {
		return err
	}
	var count int64
	if err := l.writer.QueryRow("SELECT count(*) FROM operation").Scan(&count); err != nil {
		return err
	}
	l.count.Store(uint32(count))
	if l.readers, err = sql.Open("sqlite", dsn(l.path, patience, "query_only(ON)")); err != nil {
		return err
	}
	l.readers.SetMaxOpenConns(2)
	return l.dir.Sync() // the files' names
}

// emptyWAL copies all pages of the WAL into the database, writes zeros over it
// and cuts it to nothing, all durably. So nothing that was dropped stays behind
// in blocks that nobody owns, on a disk that writes in place.
func (l *Log) emptyWAL() error {
	if err := l.checkpoint("RESTART"); err != nil {
		return err
	}
	// Everything is in the database now, and nobody reads the WAL any more.
	if err := overwrite(l.path + "-wal"); err != nil {
		return err
	}
	return l.checkpoint("TRUNCATE")
}

func (l *Log) checkpoint(mode string) error {
	var busy, pages, copied int
	if err := l.writer.QueryRow("PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &copied); err != nil {
		return err
	}
	if busy != 0 {
		return fmt.Errorf("%w: it is being read", ErrLocked)
	}
	return nil
}

// overwrite is zeros; a test stands between to see the file before it is cut.
var overwrite = zeros

// zeros writes zeros over a file, if there is one.
func zeros(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for at := int64(0); at < info.Size(); at += int64(len(block)) {
		if _, err := f.WriteAt(block[:min(int64(len(block)), info.Size()-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

// Append makes a batch durable; see oplog.Storage.
func (l *Log) Append(operations [][]byte, chunks map[op.Chunk][]byte) (first uint32, err error) {
	for _, o := range operations {
		if err := checkSize(o); err != nil {
			return 0, err
		}
	}
	for _, c := range chunks {
		if err := checkSize(c); err != nil {
			return 0, err
		}
	}
	err = l.change("append", func() error {
		first = l.count.Load()
		return l.insert(first, operations, chunks)
	}, func() { l.count.Add(uint32(len(operations))) })
	return first, err
}

func (l *Log) insert(pos uint32, operations [][]byte, chunks map[op.Chunk][]byte) error {
	for _, o := range operations {
		if _, err := l.writer.Exec("INSERT INTO operation (pos, bytes) VALUES (?, ?)", pos, o); err != nil {
			return err
		}
		pos++
	}
	for name, c := range chunks {
		if _, err := l.writer.Exec("INSERT OR IGNORE INTO chunk (name, bytes) VALUES (?, ?)", name[:], c); err != nil {
			return err
		}
	}
	return nil
}

func checkSize(b []byte) error {
	if len(b) == 0 || len(b) > maxEntry {
		return fmt.Errorf("sqlite: an entry of %d bytes, not 1 to %d: %w", len(b), maxEntry, fs.ErrInvalid)
	}
	return nil
}

// Erase replaces operations and forgets chunks; see oplog.Eraser.
func (l *Log) Erase(operations map[uint32][]byte, chunks []op.Chunk) error {
	for _, o := range operations {
		if err := checkSize(o); err != nil {
			return err
		}
	}
	return l.change("erase", func() error {
		for pos, o := range operations {
			if pos >= l.count.Load() {
				return fmt.Errorf("operation %d: %w", pos, fs.ErrNotExist)
			}
			if _, err := l.writer.Exec("UPDATE operation SET bytes = ? WHERE pos = ?", o, pos); err != nil {
				return err
			}
		}
		for _, name := range chunks {
			if _, err := l.writer.Exec("DELETE FROM chunk WHERE name = ?", name[:]); err != nil {
				return err
			}
		}
		return nil
	}, func() {})
}

// Compact gives room back; see oplog.Eraser.
func (l *Log) Compact() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.ready(); err != nil {
		return err
	}
	// What was erased has to reach the database first, or a page of it that is cut
	// off would be given back as it was before.
	err := l.checkpoint("RESTART")
	if err == nil {
		err = l.vacuum()
	}
	if err == nil {
		err = l.emptyWAL()
	}
	return l.judged(explained("compact", err))
}

// vacuum builds the database anew, if half of it is free: its copy passes
// through blocks that cannot be overwritten. SQLite makes the copy in a nameless file
// that is gone with the process; it belongs beside the database, since on a
// router /tmp is memory.
func (l *Log) vacuum() error {
	var size, used int64
	err := errors.Join(
		l.writer.QueryRow("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size),
		l.writer.QueryRow("SELECT (SELECT coalesce(sum(length(bytes)), 0) FROM operation) + (SELECT coalesce(sum(length(bytes)), 0) FROM chunk)").Scan(&used))
	if err != nil || used > size/2 {
		return err
	}
	dir := strings.ReplaceAll(filepath.Dir(l.path), "'", "''")
	if _, err := l.writer.Exec("PRAGMA temp_store_directory = '" + dir + "'"); err != nil {
		return err
	}
	_, err = l.writer.Exec("VACUUM")
	return err
}

// change runs f in a transaction and, once it is durable, done.
func (l *Log) change(doing string, f func() error, done func()) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.ready(); err != nil {
		return err
	}
	if err := transact(l.writer, f); err != nil {
		return l.judged(explained(doing, err))
	}
	done()
	return nil
}

// ready reports why no change can be made. The caller holds writing.
func (l *Log) ready() error {
	if l.closed.Load() {
		return fmt.Errorf("sqlite: %w", fs.ErrClosed)
	}
	return l.poison
}

// judged closes the log to changes if err leaves open what the disk holds: a
// write or fsync that failed for another reason than a full disk must not be
// tried again, since the kernel may call the next one a success.
func (l *Log) judged(err error) error {
	if errors.Is(err, syscall.EIO) {
		l.poison = fmt.Errorf("%w (%w)", ErrPoisoned, err)
		return l.poison
	}
	return err
}

// Len is the number of operations.
func (l *Log) Len() uint32 { return l.count.Load() }

// Size is the length of the database and its WAL.
func (l *Log) Size() (int64, error) {
	var sum int64
	for _, path := range []string{l.path, l.path + "-wal"} {
		info, err := os.Stat(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, fmt.Errorf("sqlite: %w", err)
		}
		if err == nil {
			sum += info.Size()
		}
	}
	return sum, nil
}

// Cut is 0: SQLite drops an unfinished commit without a word.
func (l *Log) Cut() int64 { return 0 }

// Close closes the database and unlocks the directory. It waits for a change
// under way; closing twice does nothing.
func (l *Log) Close() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.closed.Swap(true) {
		return nil
	}
	var errs []error
	if l.writer != nil && l.readers != nil { // it was open
		_ = l.readers.Close()
		_ = l.emptyWAL() // the last to close would give its blocks back as they are
	}
	for _, db := range []*sql.DB{l.readers, l.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(append(errs, l.dir.Close())...)
}

package logfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"sync"
	"syscall"

	"celld/internal/op"
)

// Errors of this engine that end the program or need a person.
var (
	// ErrLocked is returned by Open when another process has the log open.
	ErrLocked = errors.New("the log is in use by another process")
	// ErrNewer is returned by Open for a log that a newer celld has written.
	ErrNewer = errors.New("the log was written by a newer celld")
	// ErrCorrupt is returned for damage that no power cut explains.
	ErrCorrupt = errors.New("the log is damaged")
	// ErrPoisoned is returned for every change after one whose outcome on the
	// disk is unknown. Opening the log again tells what the disk holds.
	ErrPoisoned = errors.New("the log takes no more changes until it is opened again, since the disk failed to say what it holds")
)

const (
	logName = "log"
	newName = "log.new" // an unfinished copy
)

// Log is an open log file. It keeps the contract of oplog.Engine.
type Log struct {
	disk disk
	cut  int64

	// writing is held by the one change that is under way. Only its holder
	// touches poison, and changes what mu guards.
	writing sync.Mutex
	poison  error

	// mu guards the rest. It is held for writing only while memory changes,
	// never while the disk works, so that readers do not wait for an fsync.
	mu     sync.RWMutex
	file   file
	salt   uint64
	end    int64 // of the last acknowledged batch
	index  index
	closed bool
}

// Open opens the log in a directory, which must exist, and begins one where
// there is none. It locks the directory until Close.
func Open(dir string) (*Log, error) {
	d, err := openDir(dir)
	if err != nil {
		return nil, fmt.Errorf("logfile: %s: %w", dir, err)
	}
	l, err := open(d)
	if err != nil {
		d.close()
		return nil, fmt.Errorf("logfile: %s: %w", filepath.Join(dir, logName), err)
	}
	return l, nil
}

func open(d disk) (*Log, error) {
	if err := d.remove(newName); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := d.open(logName)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = begin(d)
	}
	if err != nil {
		return nil, err
	}
	l := &Log{disk: d, file: f, index: newIndex()}
	if err := l.load(); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// begin makes an empty log. It appears under its name only when its header is
// durable, so that a log without a header is never taken for an empty one.
func begin(d disk) (file, error) {
	f, err := d.create(newName)
	if err != nil {
		return nil, err
	}
	header, _ := newHeader()
	if _, err = f.WriteAt(header, 0); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = d.rename(newName, logName)
	}
	if err == nil {
		err = d.sync()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// load reads the file into the index and cuts off a torn tail.
func (l *Log) load() error {
	size, err := l.file.size()
	if err != nil {
		return err
	}
	if l.salt, err = readHeader(l.file); err != nil {
		return err
	}
	if size > math.MaxUint32 {
		return fmt.Errorf("%w: longer than 4 GiB", ErrCorrupt)
	}
	if l.end, err = scan(l.file, size, l.salt, &l.index); err != nil {
		return err
	}
	if l.cut = size - l.end; l.cut > 0 {
		if err := l.file.Truncate(l.end); err != nil {
			return fmt.Errorf("cut a torn tail: %w", err)
		}
	}
	// The last batch may stand only in the kernel's memory, if the process was
	// killed before its fsync; and so may the file's name.
	if err := l.file.Sync(); err != nil {
		return err
	}
	return l.disk.sync()
}

// Append makes a batch durable; see oplog.Storage.
func (l *Log) Append(operations [][]byte, chunks map[op.Chunk][]byte) (first uint32, err error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.ready(); err != nil {
		return 0, err
	}
	first = l.index.operations.Len()
	names := l.index.missing(chunks)
	b := newBatch(l.salt, l.end, len(operations)+len(names))
	for _, o := range operations {
		if err := checkSize(o); err != nil {
			return 0, err
		}
		b.operation(o)
	}
	for _, name := range names {
		if err := checkSize(chunks[name]); err != nil {
			return 0, err
		}
		b.chunk(name, chunks[name])
	}
	return first, l.commit(b)
}

func checkSize(b []byte) error {
	if len(b) == 0 || len(b) > maxEntry {
		return fmt.Errorf("logfile: an entry of %d bytes, not 1 to %d: %w", len(b), maxEntry, fs.ErrInvalid)
	}
	return nil
}

// ready reports why no change can be made. The caller holds writing.
func (l *Log) ready() error {
	if l.closed {
		return fmt.Errorf("logfile: %w", fs.ErrClosed)
	}
	return l.poison
}

// commit writes a batch, makes it durable and takes it into the index. The
// caller holds writing.
func (l *Log) commit(b *batch) error {
	if len(b.entries) == 0 {
		return nil
	}
	end := l.end + int64(len(b.bytes))
	if end > math.MaxUint32 {
		return fmt.Errorf("logfile: the log would be longer than 4 GiB: %w", syscall.EFBIG)
	}
	if n, err := l.file.WriteAt(b.bytes, l.end); err != nil {
		return l.takeBack(n, fmt.Errorf("logfile: write: %w", err))
	}
	if err := l.file.Sync(); err != nil {
		// Never try again: the kernel may have dropped what it could not write
		// and call the next fsync a success. Taking the bytes out of its memory
		// keeps whoever opens the log next from believing that they are there.
		l.file.Truncate(l.end)
		return l.poisoned(fmt.Errorf("logfile: fsync: %w", err))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.index.apply(b.entries)
	l.end = end
	return nil
}

// takeBack undoes a write that failed after n bytes, durably: a batch that was
// refused must not be found after a power cut.
func (l *Log) takeBack(n int, cause error) error {
	if n == 0 {
		return cause
	}
	err := l.file.Truncate(l.end)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return l.poisoned(fmt.Errorf("%w; and taking back what had been written: %w", cause, err))
	}
	return cause
}

// poisoned closes the log to changes and returns the reason.
func (l *Log) poisoned(cause error) error {
	l.poison = fmt.Errorf("%w (%w)", ErrPoisoned, cause)
	return l.poison
}

// Each calls f with every operation; see oplog.Storage.
func (l *Log) Each(from uint32, f func(pos uint32, operation []byte) error) error {
	until := l.Len()
	w := &window{buf: make([]byte, 0, windowSize)}
	for pos := from; pos < until; {
		page, err := l.page(w, pos, until)
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

// page reads operations from pos on, at least one, as far as one window
// reaches. They are valid until the next call. The lock is held for one page
// at a time, so that f may do what it likes.
func (l *Log) page(w *window, pos, until uint32) ([][]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		return nil, fmt.Errorf("logfile: %w", fs.ErrClosed)
	}
	w.file, w.size = l.file, l.end
	var page [][]byte
	for pos, offset := range l.index.from(pos) {
		if len(page) == 0 {
			if err := w.fill(offset); err != nil {
				return nil, fmt.Errorf("logfile: %w", err)
			}
		}
		if pos == until || offset < w.at || offset >= w.at+int64(len(w.buf)) {
			break
		}
		r, ok := parseRecord(w.buf[offset-w.at:])
		if !ok && len(page) > 0 {
			break // it may go on behind the window
		}
		if !ok {
			return nil, fmt.Errorf("logfile: %w: the record at byte %d changed since the log was opened", ErrCorrupt, offset)
		}
		page = append(page, r.bytes())
	}
	return page, nil
}

// Read returns the operation at pos; see oplog.Storage.
func (l *Log) Read(pos uint32) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if pos >= l.index.operations.Len() {
		return nil, fmt.Errorf("logfile: operation %d: %w", pos, fs.ErrNotExist)
	}
	return l.readAt(l.index.at(pos))
}

// Chunk returns the chunk of that name; see oplog.Storage.
func (l *Log) Chunk(name op.Chunk) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	offset, ok := l.index.chunks[name]
	if !ok {
		return nil, fmt.Errorf("logfile: chunk %x: %w", name[:4], fs.ErrNotExist)
	}
	return l.readAt(offset, maxRecord)
}

// readAt reads the entry of the record at an offset, of that length at most. Its CRC
// was checked when the log was opened; who reads an operation checks its hash in any
// case. The caller holds mu or writing.
func (l *Log) readAt(offset uint32, length int) ([]byte, error) {
	if l.closed {
		return nil, fmt.Errorf("logfile: %w", fs.ErrClosed)
	}
	b := make([]byte, min(int64(length), l.end-int64(offset)))
	if _, err := l.file.ReadAt(b, int64(offset)); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("logfile: %w", err)
	}
	r, ok := parseRecord(b)
	if !ok {
		return nil, fmt.Errorf("logfile: %w: the record at byte %d changed since the log was opened", ErrCorrupt, offset)
	}
	return r.bytes(), nil
}

// Len is the number of operations.
func (l *Log) Len() uint32 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.index.operations.Len()
}

// Size is the length of the file.
func (l *Log) Size() (int64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.end, nil
}

// Cut is how many bytes of a torn tail Open cut off.
func (l *Log) Cut() int64 { return l.cut }

// Close closes the file and unlocks the directory. It waits for a change under
// way; closing twice does nothing.
func (l *Log) Close() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return errors.Join(l.file.Close(), l.disk.close())
}

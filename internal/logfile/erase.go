package logfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"sort"

	"celld/internal/op"
)

// Erase replaces operations and forgets chunks; see oplog.Eraser.
func (l *Log) Erase(operations map[uint32][]byte, chunks []op.Chunk) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.ready(); err != nil {
		return err
	}
	names := l.index.held(chunks)
	b := newBatch(l.salt, l.end, len(operations)+len(names))
	positions := slices.Collect(maps.Keys(operations))
	sort.Slice(positions, func(i, j int) bool { return positions[i] < positions[j] })
	for _, pos := range positions {
		if pos >= l.index.operations.Len() {
			return fmt.Errorf("logfile: operation %d: %w", pos, fs.ErrNotExist)
		}
		if err := checkSize(operations[pos]); err != nil {
			return err
		}
		b.replace(pos, operations[pos])
	}
	for _, name := range names {
		b.drop(name)
	}
	return l.commit(b)
}

// Compact writes what is still held into a new file, and zeros over the old one;
// see oplog.Eraser. When
// nothing was erased it writes nothing: flash is precious.
func (l *Log) Compact() error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.ready(); err != nil {
		return err
	}
	if !l.index.erased {
		return nil
	}
	if err := l.compact(); err != nil {
		return fmt.Errorf("logfile: compact: %w", err)
	}
	return nil
}

func (l *Log) compact() error {
	if err := l.verify(); err != nil {
		return err
	}
	f, err := l.disk.create(newName)
	if err != nil {
		return err
	}
	c, err := l.copyTo(f)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = l.disk.rename(newName, logName)
	}
	if err != nil {
		return errors.Join(err, f.Close(), l.disk.remove(newName))
	}
	if err := l.disk.sync(); err != nil {
		// Nobody knows which of the two files a power cut would leave.
		f.Close()
		return l.poisoned(fmt.Errorf("fsync of the directory: %w", err))
	}
	old, end := l.file, l.end
	l.swap(f, c)
	// It has no name any more. What it holds of the dead, and of those who will
	// die later, must not stay behind in blocks that nobody owns.
	if err := errors.Join(overwrite(old, end), old.Close()); err != nil {
		return fmt.Errorf("overwrite the old file: %w", err)
	}
	return nil
}

// overwrite fills a file with zeros. On a disk that writes in place nothing is
// left then. Flash that writes elsewhere keeps its old blocks until it needs
// them; its file systems pack zeros so well that this costs it little.
func overwrite(f file, size int64) error {
	zeros := make([]byte, windowSize)
	for at := int64(0); at < size; at += windowSize {
		if _, err := f.WriteAt(zeros[:min(windowSize, size-at)], at); err != nil {
			return err
		}
	}
	return f.Sync()
}

// verify reads the whole file again. What rotted since the log was opened must
// not be copied under a fresh CRC.
func (l *Log) verify() error {
	x := newIndex()
	end, err := scan(l.file, l.end, l.salt, &x)
	if err == nil && end != l.end {
		err = fmt.Errorf("%w: the batch at byte %d changed since the log was opened", ErrCorrupt, end)
	}
	return err
}

// swap goes on with the new file.
func (l *Log) swap(f file, c *copying) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file, l.salt, l.end, l.index = f, c.salt, c.end, c.index
}

// copying is a compacted file in the making.
type copying struct {
	out   *bufio.Writer
	salt  uint64
	end   int64
	index index
}

// copyTo writes all that is held into f, each entry a batch of its own, since
// all of it is made durable at once.
func (l *Log) copyTo(f file) (*copying, error) {
	header, salt := newHeader()
	c := &copying{
		out:   bufio.NewWriterSize(io.NewOffsetWriter(f, 0), windowSize),
		salt:  salt,
		end:   headerSize,
		index: newIndex(),
	}
	if _, err := c.out.Write(header); err != nil {
		return nil, err
	}
	for _, name := range l.index.names() {
		data, err := l.readAt(l.index.chunks[name], maxRecord)
		if err == nil {
			err = c.add(func(b *batch) { b.chunk(name, data) })
		}
		if err != nil {
			return nil, err
		}
	}
	for _, offset := range l.index.from(0) {
		data, err := l.readAt(uint32(offset), maxRecord)
		if err == nil {
			err = c.add(func(b *batch) { b.operation(data) })
		}
		if err != nil {
			return nil, err
		}
	}
	return c, c.out.Flush()
}

func (c *copying) add(fill func(*batch)) error {
	b := newBatch(c.salt, c.end, 1)
	fill(b)
	c.index.apply(b.entries)
	c.end += int64(len(b.bytes))
	_, err := c.out.Write(b.bytes)
	return err
}

package logfile

import (
	"errors"
	"fmt"
	"io"
)

// window reads a file from front to back in large pieces.
type window struct {
	file io.ReaderAt
	size int64 // of the file
	buf  []byte
	at   int64 // offset of buf in the file
}

const windowSize = 64 << 10

// peek returns up to n bytes from an offset on, fewer only at the end of the
// file. They are valid until the next call.
func (w *window) peek(offset int64, n int) ([]byte, error) {
	n = int(min(int64(n), w.size-offset))
	if offset < w.at || offset+int64(n) > w.at+int64(len(w.buf)) {
		if err := w.fill(offset); err != nil {
			return nil, err
		}
	}
	return w.buf[offset-w.at:][:n], nil
}

func (w *window) fill(offset int64) error {
	w.at = offset
	w.buf = grown(w.buf, int(min(windowSize, w.size-offset)))
	if _, err := w.file.ReadAt(w.buf, offset); err != nil && !errors.Is(err, io.EOF) {
		w.buf = w.buf[:0]
		return fmt.Errorf("read at byte %d: %w", offset, err)
	}
	return nil
}

func grown(buf []byte, n int) []byte {
	if cap(buf) < n {
		return make([]byte, n, windowSize)
	}
	return buf[:n]
}

// scan reads every batch of a file of that size, in order, into x. It returns
// where the last whole batch ends: behind it lie only the remains of one
// batch, or scan returns ErrCorrupt.
func scan(f io.ReaderAt, size int64, salt uint64, x *index) (end int64, err error) {
	w := &window{file: f, size: size}
	end = headerSize
	for end < size {
		batch, at, err := readBatch(w, end, salt)
		if err != nil {
			return 0, err
		}
		if batch == nil {
			return end, tornNotRotten(w, salt, end, at)
		}
		if !x.fits(batch) {
			return 0, fmt.Errorf("%w: the batch at byte %d replaces an operation that is not there", ErrCorrupt, end)
		}
		x.apply(batch)
		end = at
	}
	return end, nil
}

// readBatch reads the batch at an offset and returns it with the offset of its
// end. A batch that is not whole is nil; the offset is then that of the first
// record that is damaged or missing.
func readBatch(w *window, at int64, salt uint64) (batch []entry, end int64, err error) {
	sum := seedAt(salt, at)
	for {
		b, err := w.peek(at, maxRecord)
		if err != nil {
			return nil, at, err
		}
		r, ok := parseRecord(b)
		if !ok || r.first != (batch == nil) || !r.sound(sum) {
			return nil, at, nil
		}
		batch, sum = append(batch, r.entry(at)), r.sum
		at += int64(r.size)
		if r.last {
			return batch, at, nil
		}
	}
}

// tornNotRotten returns ErrCorrupt if any batch begins behind the one at
// start, whose damage was seen at an offset: then that one had been durable.
// Behind a damaged length no record's place is known, so every byte is tried.
func tornNotRotten(w *window, salt uint64, start, damage int64) error {
	for at := start + 1; at < w.size; at++ {
		b, err := w.peek(at, maxRecord)
		if err != nil {
			return err
		}
		if r, ok := parseRecord(b); ok && r.first && r.sound(seedAt(salt, at)) {
			return fmt.Errorf("%w: the record at byte %d is damaged, and at byte %d another batch begins", ErrCorrupt, damage, at)
		}
	}
	return nil
}

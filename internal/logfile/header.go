package logfile

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Version is the format of the file that this program writes. It reads every
// version up to it.
const Version = 1

const (
	magic      = "celldlog"
	headerSize = int64(len(magic) + 4 + 8 + 4)
)

// newHeader returns the first bytes of a new file, and its salt.
func newHeader() (header []byte, salt uint64) {
	var random [8]byte
	rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	b := binary.BigEndian.AppendUint32([]byte(magic), Version)
	b = append(b, random[:]...)
	b = binary.BigEndian.AppendUint32(b, checksum(0, b))
	return b, binary.BigEndian.Uint64(random[:])
}

// readHeader checks the first bytes of a file and returns its salt.
func readHeader(f io.ReaderAt) (salt uint64, err error) {
	b := make([]byte, headerSize)
	n, err := f.ReadAt(b, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	if b = b[:n]; n < len(magic)+4 || !bytes.HasPrefix(b, []byte(magic)) {
		return 0, fmt.Errorf("%w: it does not begin as a log of celld", ErrCorrupt)
	}
	// The version comes before the CRC: a newer header may be of another shape.
	if v := binary.BigEndian.Uint32(b[len(magic):]); v > Version {
		return 0, fmt.Errorf("%w: format version %d, this program reads up to %d", ErrNewer, v, Version)
	}
	sumAt := int(headerSize) - sumSize
	if n < int(headerSize) || binary.BigEndian.Uint32(b[sumAt:]) != checksum(0, b[:sumAt]) {
		return 0, fmt.Errorf("%w: the header (byte 0) is damaged", ErrCorrupt)
	}
	return binary.BigEndian.Uint64(b[len(magic)+4:]), nil
}

package web

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"time"
)

// zipper writes files into an archive that any computer opens (APPNOTE.TXT, the
// sections named below). It does not press them: what it is for is small, and
// what could press it would be large in the program.
type zipper struct {
	w       io.Writer
	err     error
	at      uint32
	central []byte // the directory, which comes last
	files   uint16
}

// add puts a file into it. Bit 11 says that its name is UTF-8.
func (z *zipper) add(name string, when time.Time, content []byte) {
	var h []byte // what both headers have in common: 4.3.7 from "version needed", and 4.3.12
	for _, n := range []uint16{20, 1 << 11, 0, uint16(when.Hour()<<11 | when.Minute()<<5 | when.Second()/2), uint16(max(0, when.Year()-1980)<<9 | int(when.Month())<<5 | when.Day())} {
		h = binary.LittleEndian.AppendUint16(h, n)
	}
	h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(content))
	for range 2 { // pressed and not: alike
		h = binary.LittleEndian.AppendUint32(h, uint32(len(content)))
	}
	h = binary.LittleEndian.AppendUint16(h, uint16(len(name)))
	h = append(h, 0, 0) // no extra field

	z.central = append(z.central, "PK\x01\x02\x14\x03"...) // made by version 2.0, on a Unix
	z.central = append(z.central, h...)
	z.central = append(z.central, make([]byte, 6)...)                     // comment, disk, what kind of text
	z.central = binary.LittleEndian.AppendUint32(z.central, 0o100644<<16) // its mode
	z.central = append(binary.LittleEndian.AppendUint32(z.central, z.at), name...)
	z.files++
	z.write([]byte("PK\x03\x04"))
	z.write(h)
	z.write([]byte(name))
	z.write(content)
}

// close writes the directory and its end (4.3.16).
func (z *zipper) close() error {
	begins, long := z.at, uint32(len(z.central))
	z.write(z.central)
	end := []byte("PK\x05\x06\x00\x00\x00\x00")
	end = binary.LittleEndian.AppendUint16(end, z.files)
	end = binary.LittleEndian.AppendUint16(end, z.files)
	end = binary.LittleEndian.AppendUint32(end, long)
	end = binary.LittleEndian.AppendUint32(end, begins)
	z.write(append(end, 0, 0))
	return z.err
}

func (z *zipper) write(b []byte) {
	if z.err == nil {
		_, z.err = z.w.Write(b)
		z.at += uint32(len(b))
	}
}

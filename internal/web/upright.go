package web

import (
	"bytes"
	"encoding/binary"
	"image"
	"iter"
)

// orientationTag is Exif 2.32 section 4.6.4, tag 0x0112: how the phone was held.
const orientationTag = 0x0112

// jpegParts tells the parts of a JPEG that come before the picture itself (ITU T.81,
// B.1.1). It stops at the first that is not told as all programs tell it: what
// stands behind there may look different to another reader.
func jpegParts(file []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+4 <= len(file) && file[at] == 0xff; {
			marker, size := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
			plain := marker >= 0xc0 && marker < 0xff && (marker < 0xd0 || marker > 0xda)
			if !plain || size < 2 || at+2+size > len(file) || !yield(marker, file[at+4:at+2+size]) {
				return
			}
			at += 2 + size
		}
	}
}

// orientation reads from a JPEG how it has to be turned to stand upright, 1 to
// 8 as Exif counts; 1 for whatever says nothing of it.
func orientation(file []byte) int {
	for marker, part := range jpegParts(file) {
		if tiff, ok := bytes.CutPrefix(part, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffOrientation(tiff)
		}
	}
	return 1
}

// tiffOrientation looks through the first directory of the Exif data.
func tiffOrientation(b []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(b, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(b) < 8 {
		return 1
	}
	first := uint64(order.Uint32(b[4:]))
	if first+2 > uint64(len(b)) {
		return 1
	}
	entries := b[first+2:]
	for n := int(order.Uint16(b[first:])); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
	}
	return 1
}

// upright turns a picture, after Exif's eight ways to hold a phone: from 5 on
// its rows are columns, and where a side is counted from the far end it is
// turned over.
func upright(img *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			left, top := x, y
			if o := orientation; o == 2 || o == 3 || o == 7 || o == 8 {
				left = w - 1 - x
			}
			if o := orientation; o == 3 || o == 4 || o == 6 || o == 7 {
				top = h - 1 - y
			}
			if orientation >= 5 {
				left, top = top, left
			}
			out.SetRGBA(left, top, img.RGBAAt(x, y))
		}
	}
	return out
}

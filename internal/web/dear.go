package web

import (
	"bytes"
	"image"
	"image/color"
	"runtime/debug"
)

// What opening a picture may take of a small router's memory, and into how many
// passes its points may be cut: each goes over all of them.
const (
	pictureMemory = 40 << 20
	picturePasses = 32
)

// dear reports whether a picture would take more to open than a router has. A small
// file can be a large picture.
func dear(file []byte, about image.Config) bool {
	points := int64(about.Width) * int64(about.Height) // more than an int of 32 bits holds
	return points > picturePixels || takes(file, about) > pictureMemory || bytes.Count(file, []byte("\xff\xda")) > picturePasses && isJPEG(file)
}

func isJPEG(file []byte) bool { return bytes.HasPrefix(file, []byte("\xff\xd8")) }

// takes is how many bytes Go's image packages need for a picture: one of a size can
// take ten times what another takes.
func takes(file []byte, about image.Config) int64 {
	points := int64(about.Width) * int64(about.Height)
	if isJPEG(file) {
		return points * jpegEights(file) / 8
	}
	each := int64(4)
	switch about.ColorModel {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		each = 8
	}
	if _, few := about.ColorModel.(color.Palette); few {
		each = 1
	}
	if len(file) > 28 && file[28] != 0 { // PNG 11.2.2: in passes, the largest of which is half of it
		each *= 2
	}
	return points * each
}

// jpegEights is how many eighths of a byte each point of a JPEG takes. One whose frame
// is not found takes the most.
func jpegEights(file []byte) int64 {
	colours := int64(0) // where it is not brightness and two differences that are told
	for marker, part := range jpegParts(file) {
		if marker == 0xee && len(part) > 11 && part[11] == 0 { // Adobe Technical Note 5116, 18
			colours = 4 * 8
		}
		if marker < 0xc0 || marker > 0xc2 || len(part) < 6 || len(part) < 6+3*int(part[5]) {
			continue
		}
		samples, h, v := int64(0), int64(1), int64(1) // B.2.2: how often each component is told
		for i := range int(part[5]) {
			x, y := int64(part[7+3*i]>>4), int64(part[7+3*i]&15)
			samples, h, v = samples+x*y, max(h, x), max(v, y)
		}
		if part[5] == 4 || part[5] == 3 && part[6] == 'R' {
			colours = 4 * 8
		}
		eights := samples * 8 / (h * v)
		if part[5] == 1 {
			eights = 8
		}
		if marker == 0xc2 { // in passes: a number of four bytes for each sample until all have come
			eights *= 5
		}
		return eights + colours
	}
	return (4*5 + 4) * 8
}

// drawn is cleaned, for one at a time. A picture that was opened leaves much behind.
func (s *Server) drawn(file []byte) ([]byte, error) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	defer debug.FreeOSMemory()
	return cleaned(file)
}

package web

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/jpeg"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// bringForm bounds a page with its pictures, as it comes from another cell.
const bringForm = commons.MaxFile + 64<<10

// images are the pictures that a text of the page shows, as far as they are here.
func (f *folio) images(text string) (out []commons.Image) {
	for _, x := range f.Shown(text) {
		if i, err := x.Whole(f.Log.Read); err == nil {
			out = append(out, i)
		}
	}
	return out
}

// withPictures hangs on a page what came along with its text, and tells what was
// done; also when there was no room for all of them.
func (v *visit) withPictures(page op.Ref, all []commons.Image, title, text string) error {
	on := commons.Find(v.state.Now(), page)
	for _, i := range all {
		if on != nil {
			if _, known := on.Called(commons.NameOf(i)); known {
				continue
			}
		}
		_, err := v.submit(commons.PictureDrafts(page, i)...)
		var r op.Refusal
		if errors.As(err, &r) {
			return v.done(pageURL(page), title, v.lang.T("Not every picture could come along.")+" "+v.reason(r))
		}
		if err != nil {
			return err
		}
	}
	return v.done(pageURL(page), title, text)
}

// The markers of a JPEG that a celld drew (ITU-T T.81, B.1.1.3).
const (
	jpegStart  = 0xd8
	jpegEnd    = 0xd9
	jpegFrame  = 0xc0
	jpegTrees  = 0xc4
	jpegTables = 0xdb
	jpegScan   = 0xda
)

// drawn reports whether a picture is as one that was drawn anew: small, with
// nothing in it but what draws it, and nothing behind its end. Such a one keeps its
// bytes, and so its name, from cell to cell.
func drawn(b []byte) bool {
	about, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil || max(about.Width, about.Height) > pictureSide || len(b) > pictureBytes || !bytes.HasPrefix(b, []byte{0xff, jpegStart}) {
		return false
	}
	for b = b[2:]; len(b) > 4 && b[0] == 0xff; {
		marker, long := b[1], 2+int(binary.BigEndian.Uint16(b[2:]))
		if long > len(b) {
			return false
		}
		switch b = b[long:]; marker {
		case jpegFrame, jpegTrees, jpegTables:
		case jpegScan:
			return endsAlone(b)
		default:
			return false
		}
	}
	return false
}

// endsAlone reports whether the points of a picture end with its end, and no marker
// comes before it: ff is followed by 00 where it is none.
func endsAlone(b []byte) bool {
	i := bytes.IndexByte(b, 0xff)
	for ; i >= 0 && i+1 < len(b) && b[i+1] == 0; i = next(b, i+2) {
	}
	return i >= 0 && i == len(b)-2 && b[i+1] == jpegEnd
}

// next is where the next ff stands from a place on, or -1.
func next(b []byte, from int) int {
	i := bytes.IndexByte(b[from:], 0xff)
	if i < 0 {
		return -1
	}
	return from + i
}

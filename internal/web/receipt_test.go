package web

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"net/http"
	"testing"
)

// photo is a picture as a phone makes it: large, and with words about the
// place in it.
func photo(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * y), uint8(x), uint8(y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	exif := "\xff\xe1\x00\x1aExif\x00\x00MM taken at home!"
	exif = exif[:2] + string([]byte{byte((len(exif) - 2) >> 8), byte(len(exif) - 2)}) + exif[4:]
	return append(append([]byte{0xff, 0xd8}, exif...), b.Bytes()[2:]...)
}

func TestAPictureLosesWhatThePhoneWroteIntoIt(t *testing.T) {
	file := photo(t, 2000, 1500)
	if !bytes.Contains(file, []byte("taken at home")) || len(file) <= pictureBytes {
		t.Fatalf("the test's photo has %d bytes", len(file))
	}
	clean, err := cleaned(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(clean, []byte("Exif")) || bytes.Contains(clean, []byte("taken at home")) {
		t.Error("what the phone wrote into it is still there")
	}
	about, kind, err := image.DecodeConfig(bytes.NewReader(clean))
	if err != nil || kind != "jpeg" || about.Width > pictureSide || about.Width*3 != about.Height*4 || len(clean) > pictureBytes {
		t.Errorf("left are %d bytes, %d × %d, %s: %v", len(clean), about.Width, about.Height, kind, err)
	}
}

func TestWhatIsNoPictureIsSentBackAndWritesNothing(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	before := e.applied()
	ask := []string{"for", "Bread", "amount", "1", "payee", moss.by.Member.String()}
	for _, file := range [][]byte{[]byte("GIF89a"), []byte("%PDF-1.4"), photo(t, 8, 8)[:40]} {
		moss.says(moss.upload("/ledger/expense/new?unit=min", "picture", file, ask...), http.StatusUnprocessableEntity, "This picture cannot be used.")
	}
	moss.says(moss.upload("/ledger/expense/new?unit=min", "picture", vast(t), ask...), http.StatusUnprocessableEntity, "Make it smaller first")
	if e.applied() != before {
		t.Error("a request was written down all the same")
	}
	moss.says(moss.upload("/ledger/expense/new?unit=min", "picture", photo(t, 40, 30), ask...), http.StatusOK, "Its fingerprint stays.")
}

// vast is a small file that says it is a picture of 65536 by 65536 points.
func vast(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	head := file[12:29] // PNG 1.2, 11.2.2: IHDR, after the signature and its length
	binary.BigEndian.PutUint32(head[4:], 1<<16)
	binary.BigEndian.PutUint32(head[8:], 1<<16)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(head))
	return file
}

package web

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// heldAs is a photo of 64 by 32 whose top left quarter is dark, with a tag that
// says how the phone was held.
func heldAs(t *testing.T, orientation uint16, order binary.AppendByteOrder, mark string) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			img.SetGray(x, y, color.Gray{Y: map[bool]uint8{true: 20, false: 230}[x < 32 && y < 16]})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	tiff := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	tiff = order.AppendUint16(tiff, 2) // two entries: the width, and ours
	tiff = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x100), 4), 1), 64)
	tiff = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, orientationTag), 3), 1), orientation)
	part := append([]byte("Exif\x00\x00"), append(tiff, 0, 0, 0, 0, 0, 0)...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(part)+2))
	return append(append(head, part...), b.Bytes()[2:]...)
}

func TestAPhotoStandsUprightHoweverThePhoneWasHeld(t *testing.T) {
	// Where the top left quarter of what the camera saw comes to lie.
	type lies struct{ right, low, tall bool }
	for o, want := range map[uint16]lies{
		0: {}, 1: {}, 2: {right: true}, 3: {right: true, low: true}, 4: {low: true},
		5: {tall: true}, 6: {right: true, tall: true}, 7: {right: true, low: true, tall: true}, 8: {low: true, tall: true}, 9: {},
	} {
		for _, file := range [][]byte{heldAs(t, o, binary.BigEndian, "MM"), heldAs(t, o, binary.LittleEndian, "II")} {
			clean, err := cleaned(file)
			if err != nil {
				t.Fatal(err)
			}
			img, err := jpeg.Decode(bytes.NewReader(clean))
			if err != nil {
				t.Fatal(err)
			}
			w, h := img.Bounds().Dx(), img.Bounds().Dy()
			dark := func(x, y int) bool { r, _, _, _ := img.At(x, y).RGBA(); return r < 0x8000 }
			var got []lies
			for _, low := range []bool{false, true} {
				for _, right := range []bool{false, true} {
					x, y := map[bool]int{false: 3, true: w - 4}[right], map[bool]int{false: 3, true: h - 4}[low]
					if dark(x, y) {
						got = append(got, lies{right, low, h > w})
					}
				}
			}
			if len(got) != 1 || got[0] != want {
				t.Errorf("held as %d: it lies %+v, not %+v", o, got, want)
			}
		}
	}
}

// FuzzOrientation: whatever a phone wrote, it is one of eight.
func FuzzOrientation(f *testing.F) {
	f.Fuzz(func(t *testing.T, file []byte) {
		if o := orientation(file); o < 1 || o > 8 {
			t.Fatal(o)
		}
	})
}

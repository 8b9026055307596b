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
	"strings"
	"testing"

	"celld/internal/cell/ledger"
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
	moss.says(moss.upload("/ledger/expense/new?unit=min", "picture", photo(t, 40, 30), ask...), http.StatusOK, "See the picture", "Fingerprint:")
}

func TestAPictureIsForThoseWhoLookAtItAndGoesAMonthAfter(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide", "Kite", "Fern")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Heron", "Tide", "Kite", "Fern")
	moss, heron, tide, kite, fern := e.all["Moss"], e.all["Heron"], e.all["Tide"], e.all["Kite"], e.all["Fern"]
	in := moss.post("/ledger/tin/in?unit=EUR", "amount", "84,20", "for", "Collected")
	heron.post(in.url + "/yes")
	fare := tide.upload("/ledger/expense/new?unit=EUR", "picture", photo(t, 40, 30), "for", "Bus fare", "amount", "25", "payee", tide.by.Member.String())
	seen := func(want bool, all ...*phone) {
		t.Helper()
		for _, b := range all {
			status, link := b.get(fare.url+"/picture").status, strings.Contains(b.get(fare.url).body, fare.url+"/picture")
			if want != (status == http.StatusOK) || want != link {
				t.Errorf("the picture answers %d, and the page leads to it: %v; want %v", status, link, want)
			}
		}
	}
	seen(true, moss, heron, tide, kite, fern) // all may have to approve it
	if got := tide.get(fare.url + "/picture"); got.header.Get("Content-Type") != "image/jpeg" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("it comes as %v", got.header)
	}
	moss.post(fare.url + "/yes")
	heron.post(fare.url + "/yes")
	kite.post(fare.url + "/pay")
	seen(false, kite) // who paid compares nothing
	moss.says(moss.post(fare.url+"/checked"), http.StatusOK, "Paid and checked", "Kept until")
	seen(true, moss, tide)
	seen(false, heron, kite, fern)
	e.now = e.now.AddDate(0, 0, 29)
	seen(true, moss, tide)
	e.now = e.now.AddDate(0, 0, 1)
	seen(false, moss, tide)
	moss.says(moss.get(fare.url), http.StatusOK, "The picture is gone, as we agreed.", "Fingerprint:")
	if left := e.server.Receipts.(shelf); len(left) != 0 {
		t.Errorf("%d pictures are still on the shelf", len(left))
	}
}

func TestThePictureOfWhatIsTakenBackGoesAtOnce(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	tide := e.all["Tide"]
	ask := tide.upload("/ledger/expense/new?unit=min", "picture", photo(t, 40, 30), "for", "Bread", "amount", "1", "payee", tide.by.Member.String())
	tide.says(tide.post(ask.url+"/back"), http.StatusOK, "The picture is gone")
	tide.says(tide.get(ask.url+"/picture"), http.StatusNotFound)
	if left := e.server.Receipts.(shelf); len(left) != 0 {
		t.Error("it is still on the shelf")
	}
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
	// At eight bytes a point still what an int of 32 bits counts: Go reads no larger one there.
	binary.BigEndian.PutUint32(head[4:], 1<<14)
	binary.BigEndian.PutUint32(head[8:], 1<<13)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(head))
	return file
}

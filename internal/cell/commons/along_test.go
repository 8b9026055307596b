package commons_test

import (
	"bytes"
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/commons"
)

// withPictures is a file that shows one picture and carries two.
func withPictures() (f commons.File, b []byte) {
	shown := commons.Image{Salt: commons.Salt{1}, JPEG: jpeg("a loaf", 300)}
	other := commons.Image{Salt: commons.Salt{2}, JPEG: jpeg("a table", 200)}
	f = sample()
	f.Text += "\n\n" + commons.Mark(commons.NameOf(shown), "A loaf")
	f.Pictures = []commons.Image{shown, other}
	return f, slices.Concat(f.Encode(), shown.Along(), other.Along())
}

func TestPicturesOfAFileReadBack(t *testing.T) {
	f, b := withPictures()
	for _, file := range [][]byte{b, bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), append(b, "\n \t\n"...)} {
		got, err := commons.ParseFile(file)
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("%+v, %v", got, err)
		}
		if s := got.Shown(); len(s) != 1 || !bytes.Contains(s[0].JPEG, []byte("a loaf")) {
			t.Errorf("it shows %d", len(s))
		}
	}
}

func TestWhatIsNoPictureOfAFileSpoilsIt(t *testing.T) {
	f, b := withPictures()
	good, first := string(b), string(f.Pictures[0].Along())
	long := commons.Image{JPEG: jpeg("long", commons.MaxPicture+1)}
	many := slices.Clip(f.Encode())
	for n := range commons.MaxPictures + 1 {
		many = append(many, commons.Image{Salt: commons.Salt{byte(n)}, JPEG: jpeg("one", 100)}.Along()...)
	}
	salt := base64.StdEncoding.EncodeToString(f.Pictures[1].Salt[:])
	for name, bad := range map[string]string{
		"other bytes":       strings.Replace(good, "base64,/9j/", "base64,/9j+", 1),
		"another salt":      strings.Replace(good, salt, base64.StdEncoding.EncodeToString(make([]byte, len(f.Pictures[1].Salt))), 1),
		"half a salt":       strings.Replace(good, salt, salt[:8], 1),
		"cut short":         good[:len(good)-100],
		"twice the same":    good + first,
		"longer than may":   good + string(long.Along()),
		"one too many":      string(many),
		"nothing but a tag": good + "[x.jpg]: data:image/jpeg;base64,",
	} {
		if bad == good {
			t.Errorf("%s: nothing was changed", name)
		}
		if got, err := commons.ParseFile([]byte(bad)); err == nil {
			t.Errorf("%s is taken, with %d pictures", name, len(got.Pictures))
		}
	}
}

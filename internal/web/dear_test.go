package web

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"net/http"
	"runtime"
	"slices"
	"testing"
)

// plainJPEG is a grey field of so many points, told as a frame of some kind (0xc0, or
// 0xc2 for one in passes) with so many samples of each component.
func plainJPEG(frame byte, w, h int, sampling ...byte) []byte {
	out := append([]byte("\xff\xd8\xff\xdb\x00\x43\x00"), bytes.Repeat([]byte{1}, 64)...)
	out = append(out, 0xff, frame, 0, byte(8+3*len(sampling)), 8, byte(h>>8), byte(h), byte(w>>8), byte(w), byte(len(sampling)))
	blocks, most := 0, 1
	for i, s := range sampling {
		out = append(out, byte(i+1), s, 0)
		blocks, most = blocks+int(s>>4)*int(s&15), max(most, int(s>>4)*int(s&15))
	}
	for _, table := range []byte{0x00, 0x10} { // one code, of one bit: nothing differs
		out = append(append(out, 0xff, 0xc4, 0, 20, table, 1), make([]byte, 16)...)
	}
	out = append(out, 0xff, 0xda, 0, byte(6+2*len(sampling)), byte(len(sampling)))
	for i := range sampling {
		out = append(out, byte(i+1), 0)
	}
	last := byte(63)
	if frame == 0xc2 {
		last = 0
	}
	out = append(out, 0, last, 0)
	units := (w/8 + 2) * (h/8 + 2) * (blocks + most) / most
	return append(append(out, make([]byte, units/2+64)...), 0xff, 0xd9)
}

// plainPNG is an empty field of some kind (PNG 11.2.2), with so many bits a point. A
// large one is only its beginning.
func plainPNG(w, h int, depth, colours, interlaced byte, bits int) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), uint32(w)), uint32(h))
	head = append(head, depth, colours, 0, 0, interlaced)
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	for _, p := range passesOf(interlaced) {
		if pw, ph := (w-p[0]+p[2]-1)/p[2], (h-p[1]+p[3]-1)/p[3]; w*h < 5<<20 {
			_, _ = z.Write(make([]byte, ph*(1+pw*bits/8)))
		}
	}
	_ = z.Close()
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, part := range [][]byte{head, []byte("PLTE\x00\x00\x00"), append([]byte("IDAT"), rows.Bytes()...), []byte("IEND")} {
		if string(part[:4]) == "PLTE" && colours != 3 {
			continue
		}
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(part)-4)), part...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(part))
	}
	return out
}

// passesOf is where the points of each pass begin, and how far they are apart (PNG 8.2).
func passesOf(interlaced byte) [][4]int {
	if interlaced == 0 {
		return [][4]int{{0, 0, 1, 1}}
	}
	return [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}
}

// TestWhatAPictureTakesIsKnownBefore: what is reckoned from the first bytes of a file is
// what opening it takes, and not much less than that.
func TestWhatAPictureTakesIsKnownBefore(t *testing.T) {
	const w, h = 1600, 1200
	adobe := slices.Insert(plainJPEG(0xc0, w, h, 0x11, 0x11, 0x11), 2, []byte("\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")...)
	for name, file := range map[string][]byte{
		"as phones do":            plainJPEG(0xc0, w, h, 0x22, 0x11, 0x11),
		"all colours":             plainJPEG(0xc0, w, h, 0x11, 0x11, 0x11),
		"grey":                    plainJPEG(0xc0, w, h, 0x11),
		"by red, green and blue":  adobe,
		"in passes":               plainJPEG(0xc2, w, h, 0x22, 0x11, 0x11),
		"all colours, in passes":  plainJPEG(0xc2, w, h, 0x11, 0x11, 0x11),
		"PNG, grey":               plainPNG(w, h, 8, 0, 0, 8),
		"PNG, colours":            plainPNG(w, h, 8, 2, 0, 24),
		"PNG, few colours":        plainPNG(w, h, 8, 3, 0, 8),
		"PNG, fine":               plainPNG(w, h, 16, 6, 0, 64),
		"PNG, fine and in passes": plainPNG(w, h, 16, 6, 1, 64),
	} {
		about, _, err := image.DecodeConfig(bytes.NewReader(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err = image.Decode(bytes.NewReader(file)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		took, told := int64(after.TotalAlloc-before.TotalAlloc), takes(file, about)
		t.Logf("%s: %d kB, reckoned as %d kB", name, took>>10, told>>10)
		if slack := int64(1 << 20); took > told+slack || told > 5*took {
			t.Errorf("%s: it takes %d bytes, reckoned as %d", name, took, told)
		}
	}
}

// TestAPictureThatNoRouterCanOpenIsNotOpened: small files, each of which would take a
// hundred MB or minutes.
func TestAPictureThatNoRouterCanOpenIsNotOpened(t *testing.T) {
	large := plainJPEG(0xc2, 5000, 4000, 0x11, 0x11, 0x11)
	strange := slices.Insert(slices.Clone(large), 2, []byte("\xff\xff\xff\xd0\x00\x00\x00")...) // and Go reads on
	passes := plainJPEG(0xc2, 1600, 1200, 0x11, 0x11, 0x11)
	again := passes[bytes.Index(passes, []byte("\xff\xda")) : len(passes)-2]
	passes = append(passes[:len(passes)-2], append(bytes.Repeat(again, 50), 0xff, 0xd9)...)
	wide := plainJPEG(0xc0, 16, 16, 0x22, 0x11, 0x11)
	at := bytes.Index(wide, []byte("\xff\xc0"))
	copy(wide[at+5:], "\xff\xff\xff\xff") // more points than an int of 32 bits counts
	for name, file := range map[string][]byte{
		"in passes": large, "with strange parts": strange, "in many passes": passes, "too wide": wide,
		"fine":                   plainPNG(5000, 4000, 16, 6, 0, 64),
		"grey, with see-through": plainPNG(5000, 4000, 16, 0, 0, 16),
	} {
		if _, err := cleaned(file); !errors.Is(err, errPictureSize) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, file := range map[string][]byte{
		"a phone's of 24 million points": plainJPEG(0xc0, 6000, 4000, 0x22, 0x11, 0x11),
		"one in passes of 5 million":     plainJPEG(0xc2, 2560, 1920, 0x22, 0x11, 0x11),
		"a screen":                       plainPNG(1440, 3200, 8, 6, 0, 32),
	} {
		clean, err := cleaned(file)
		if _, fault := jpeg.Decode(bytes.NewReader(clean)); err != nil || fault != nil {
			t.Errorf("%s: %v, %v", name, err, fault)
		}
	}
}

// TestFewFilesAreHeldAtOnce: while two are here the next is asked to come back, whoever
// sends it, and nothing of it is read into memory.
func TestFewFilesAreHeldAtOnce(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	file := plainJPEG(0xc0, 64, 64, 0x22, 0x11, 0x11)
	ask := []string{"for", "Bread", "amount", "1", "payee", moss.by.Member.String()}
	e.server.large.Add(largeMost)
	full := moss.upload("/ledger/expense/new?unit=min", "picture", file, ask...)
	moss.says(full, http.StatusServiceUnavailable, "Others are sending files just now.")
	if full.header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
	moss.says(moss.post("/board", "words", "Soup at seven"), http.StatusOK)
	e.server.large.Add(-1)
	moss.says(moss.upload("/ledger/expense/new?unit=min", "picture", file, ask...), http.StatusOK, "See the picture")
	if n := e.server.large.Load(); n != largeMost-1 {
		t.Errorf("%d are counted when one is left", n)
	}
}

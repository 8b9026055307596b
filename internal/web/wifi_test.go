package web

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// withWiFi lets the router know of a Wi-Fi.
func (e *evening) withWiFi(w WiFi, https string) {
	e.server.WiFi, e.server.HTTPS = func() (WiFi, bool) { return w, w.SSID != "" }, https
}

func TestTheInvitationSaysHowToJoinTheWiFi(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	e.closeDoor("Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	if said := moss.post("/invite").text(); strings.Contains(said, "Its name:") || strings.Contains(said, "Its key:") {
		t.Errorf("the router knows of no Wi-Fi, and says %q", said)
	}
	for _, c := range []struct {
		wifi WiFi
		read string
	}{
		{WiFi{SSID: "Mill Lane", Key: "otter-mill-lane-otter-mill"}, "WIFI:T:WPA;S:Mill Lane;P:otter-mill-lane-otter-mill;;"},
		{WiFi{SSID: `a;b,c:d\e"f`, Key: `1\2;3,4:5"678`}, `WIFI:T:WPA;S:a\;b\,c\:d\\e\"f;P:1\\2\;3\,4\:5\"678;;`},
		{WiFi{SSID: "خلية", Open: true}, "WIFI:T:nopass;S:خلية;;"},
	} {
		e.withWiFi(c.wifi, "")
		page := moss.says(moss.post("/invite"), http.StatusOK, "Join our Wi-Fi", "Its name: "+c.wifi.SSID)
		if has := strings.Contains(page.text(), "Its key:"); has != (c.wifi.Key != "") || !strings.Contains(page.text(), c.wifi.Key) {
			t.Errorf("%+v: %q", c.wifi, page.text())
		}
		codes := squares.FindAllStringSubmatch(page.body, -1)
		if len(codes) != 2 {
			t.Fatalf("%d square codes on the page", len(codes))
		}
		if got := scan(t, codes[0][1], codes[0][2]); got != c.read {
			t.Errorf("a camera reads %q, want %q", got, c.read)
		}
		if got := scan(t, codes[1][1], codes[1][2]); !strings.HasPrefix(got, "http://cell.test/join?code=") {
			t.Errorf("a camera reads %q", got)
		}
	}
}

func TestTheSignInWarnsOnAnOpenWiFi(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	const warned, offered = "Anybody near can hear", "Sign in on the encrypted page instead"
	for name, c := range map[string]struct {
		wifi        WiFi
		https, at   string
		warns, link bool
	}{
		"no Wi-Fi known":    {WiFi{}, "8443", "/in", false, false},
		"with a key":        {WiFi{SSID: "Mill", Key: "12345678"}, "8443", "/in", false, false},
		"open":              {WiFi{SSID: "Mill", Open: true}, "", "/in", true, false},
		"open, and https":   {WiFi{SSID: "Mill", Open: true}, "8443", "/in?next=%2Fr", true, true},
		"one of two open":   {WiFi{SSID: "Mill", Key: "12345678", Open: true}, "8443", "/in", true, true},
		"encrypted already": {WiFi{SSID: "Mill", Open: true}, "8443", "https://cell.test/in", false, false},
	} {
		e.withWiFi(c.wifi, c.https)
		s := e.stranger()
		page := s.do(httptest.NewRequest(http.MethodGet, c.at, nil), c.at)
		if got := strings.Contains(page.text(), warned); got != c.warns {
			t.Errorf("%s: warned %v", name, got)
		}
		if got := strings.Contains(page.text(), "on your invitation: Mill"); got != (c.warns && c.wifi.Key != "") {
			t.Errorf("%s: told of the members' Wi-Fi: %v", name, got)
		}
		if got := strings.Contains(page.text(), offered); got != c.link {
			t.Errorf("%s: offered %v", name, got)
		}
		if c.link && !strings.Contains(page.body, `href="https://cell.test:8443`+c.at+`"`) {
			t.Errorf("%s: the link leads elsewhere: %s", name, page.body)
		}
		if c.link && strings.Index(page.body, offered) > strings.LastIndex(page.body, "<form") {
			t.Errorf("%s: the form comes before the way out", name)
		}
	}
}

// squares are the codes on a page: their size, and their dark runs.
var (
	squares = regexp.MustCompile(`<svg class="qr"[^>]*viewBox="0 0 (\d+) \d+"[^>]*>\s*<path[^>]* d="([^"]*)"`)
	dark    = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-\d+z`)
)

// scan reads a code as a camera would.
func scan(t *testing.T, size, path string) string {
	t.Helper()
	const dot, quiet = 4, 4
	n, err := strconv.Atoi(size)
	runs := dark.FindAllStringSubmatch(path, -1)
	if err != nil || len(runs) == 0 {
		t.Fatalf("no code of size %s in %q", size, path)
	}
	img := image.NewGray(image.Rect(0, 0, (n+2*quiet)*dot, (n+2*quiet)*dot))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, r := range runs {
		x, _ := strconv.Atoi(r[1])
		y, _ := strconv.Atoi(r[2])
		w, _ := strconv.Atoi(r[3])
		at := image.Rect((x+quiet)*dot, (y+quiet)*dot, (x+w+quiet)*dot, (y+1+quiet)*dot)
		draw.Draw(img, at, image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", file).Output()
	if err != nil {
		t.Fatalf("zbarimg (Debian's zbar-tools): %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func TestTheRoutersPageSaysWhatItIsWhereItKnows(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss := e.all["Moss"]
	if said := moss.get("/router").text(); strings.Contains(said, "Kind of router") || strings.Contains(said, "Memory left") {
		t.Errorf("nothing is known, and it says %q", said)
	}
	e.server.Machine = func() Machine { return Machine{"TP-Link <C7>", 40 << 20, 122 << 20} }
	moss.says(moss.get("/router"), http.StatusOK, "Kind of router TP-Link <C7>", "Memory left 40 MB of 122 MB")
	for _, little := range []bool{true, false} {
		e.server.Room = func() (uint64, bool, error) { return 14 << 30, little, nil }
		page := moss.get("/router")
		moss.says(page, http.StatusOK, "14.0 GB")
		if strings.Contains(page.text(), "That is little") != little {
			t.Errorf("what is little (%v) is judged once more", little)
		}
	}
}

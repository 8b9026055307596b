package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"celld/ui"
	"celld/ui/locale"
)

// holaMost is what the small window of a phone may be sent, by the page alone.
const holaMost = 32 << 10

func shown(t *testing.T, s *Signpost, url, languages string, alone, seen bool) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("GET", url, nil)
	r.Header.Set("Accept-Language", languages)
	at := &net.TCPAddr{IP: net.IPv4(10, 13, 0, 1), Port: 2080}
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, at))
	w := httptest.NewRecorder()
	s.Signpost(w, r, alone, seen)
	return w
}

func millLane() *Signpost {
	return &Signpost{Cell: func() string { return "Mill <Lane>" }, Host: func() string { return "mill-lane.internal" }, Port: "8080"}
}

var tooMuch = regexp.MustCompile(`(?i)<input[^>]*type="(password|text|file)"|<textarea|<script|target=|download`)

func TestTheSignpostIsSmallAndAsksForNothing(t *testing.T) {
	for _, l := range locale.All {
		for _, seen := range []bool{false, true} {
			w := shown(t, millLane(), "/hola?lang="+l.Code(), "", true, seen)
			page := w.Body.String()
			if len(page) > holaMost || w.Code != http.StatusOK {
				t.Errorf("%s: %d, and %d bytes", l.Code(), w.Code, len(page))
			}
			if bad := tooMuch.FindString(page); bad != "" {
				t.Errorf("%s: the small window is shown %s", l.Code(), bad)
			}
			if w.Header().Get("Set-Cookie") != "" {
				t.Error("it sets a cookie")
			}
			for _, part := range []string{`<html lang="` + l.Code(), "Mill &lt;Lane&gt;", ">mill-lane.internal<", "10.13.0.1:8080", `<svg class="qr"`} {
				if !strings.Contains(page, part) {
					t.Errorf("%s: without %s", l.Code(), part)
				}
			}
			if strings.Contains(page, "<form") == seen {
				t.Errorf("%s: who has read it (%v) is asked whether they have", l.Code(), seen)
			}
		}
	}
}

func TestTheSignpostSpeaksThePhonesLanguageAndTheTruth(t *testing.T) {
	s := millLane()
	for _, c := range []struct {
		url, languages string
		alone          bool
		want, not      string
	}{
		{"/hola", "pt-BR,pt;q=0.9", true, "Agora não há internet", ""},
		{"/hola?lang=es", "pt-BR", true, "Ahora no hay internet", ""},
		{"/hola", "de", true, "There is no internet on it now", ""},
		{"/hola", "en", false, "Come to the table", "no internet on it now"},
	} {
		page := shown(t, s, c.url, c.languages, c.alone, false).Body.String()
		if !strings.Contains(page, c.want) || c.not != "" && strings.Contains(page, c.not) {
			t.Errorf("%s for %s: not %q, or %q", c.url, c.languages, c.want, c.not)
		}
	}
	if len(s.drawn) != 4 {
		t.Errorf("%d pages were drawn for four", len(s.drawn))
	}
	shown(t, s, "/hola", "de", true, false)
	if len(s.drawn) != 4 {
		t.Error("a page was drawn twice")
	}
}

func TestBeforeThereIsACellTheSignpostSaysSo(t *testing.T) {
	s := &Signpost{Cell: func() string { return "" }, Host: func() string { return "celld.internal" }}
	page := shown(t, s, "/hola", "en", true, false).Body.String()
	if !strings.Contains(page, "nobody sits at it yet") || !strings.Contains(page, ">celld.internal<") || strings.Contains(page, "leads nowhere") {
		t.Error(page)
	}
}

func TestTheSignpostBringsItsStyleSheetAndNothingElse(t *testing.T) {
	for path, want := range map[string]int{ui.Asset("look.css"): 200, "/static/look.css": 404, "/static/../hola": 404} {
		w := httptest.NewRecorder()
		millLane().Look(w, httptest.NewRequest("GET", path, nil))
		if w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestTheStyleSheetTravelsPackedToWhoTakesItSo(t *testing.T) {
	sheet, err := os.ReadFile("../../ui/static/look.css")
	if err != nil {
		t.Fatal(err)
	}
	for accepted, packed := range map[string]bool{
		"": false, "identity": false, "gzip;q=0": false, "gzip; q=0.000": false, "br, zstd": false, "xgzip": false,
		"gzip": true, "GZIP": true, "gzip, deflate, br": true, "br;q=1, gzip; q=0.8": true,
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", ui.Asset("look.css"), nil)
		r.Header.Set("Accept-Encoding", accepted)
		millLane().Look(w, r)
		body := io.Reader(w.Body)
		if coding := w.Header().Get("Content-Encoding"); (coding == "gzip") != packed || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: coded as %q", accepted, coding)
		} else if packed {
			body, err = gzip.NewReader(body)
		}
		if got, failed := io.ReadAll(body); err != nil || failed != nil || !bytes.Equal(got, sheet) {
			t.Errorf("%q: %d bytes came of %d: %v, %v", accepted, len(got), len(sheet), err, failed)
		}
	}
}

package portal

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// street is the world of a signpost: a router that has a way out or not, and
// whom it gave which address.
type street struct {
	online bool
	leases map[string]Lease
	*Handler
}

func (s *street) Signpost(w http.ResponseWriter, _ *http.Request, alone, seen bool) {
	fmt.Fprintf(w, "<h1>Come to the table</h1> alone=%v seen=%v", alone, seen)
}

func (s *street) Look(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "h1{}") }

func open(pretend bool) *street {
	s := &street{leases: map[string]Lease{}}
	s.Handler = New(Config{Pages: s, Alone: func() bool { return !s.online }, Pretend: pretend, Public: "cell.example.org",
		Lease: func(at netip.Addr) (Lease, bool) { l, ok := s.leases[at.String()]; return l, ok }})
	return s
}

const phone = "10.13.7.9"

// ask is one request as a device sends it.
func (s *street) ask(from, method, url string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(from), 40000).String()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// say puts an answer on one line: what a device makes its mind up by.
func say(w *httptest.ResponseRecorder) string {
	line := fmt.Sprint(w.Code)
	if to := w.Header().Get("Location"); to != "" {
		line += " -> " + to
	}
	if body := strings.TrimSpace(w.Body.String()); body != "" && to(w) == "" {
		line += " " + body
	}
	return line
}

func to(w *httptest.ResponseRecorder) string { return w.Header().Get("Location") }

const (
	toSignpost = "302 -> http://hola.internal/hola"
	smallPage  = "200 <h1>Come to the table</h1> alone=true seen=true"
	notOurs    = "421 This name is not one of this router's."
)

func TestEveryProbeIsAnsweredInEveryState(t *testing.T) {
	if len(Hosts()) < 13 {
		t.Fatalf("only %d hosts", len(Hosts()))
	}
	for _, p := range Probes() {
		t.Run(p.Host+p.Path, func(t *testing.T) {
			url := "http://" + p.Host + p.Path
			truthful, pretending := open(false), open(true)
			for _, s := range []*street{truthful, pretending} {
				if got := say(s.ask(phone, "GET", url)); got != toSignpost {
					t.Errorf("a device that is new here: %s", got)
				}
				s.ask(phone, "POST", "http://hola.internal/hola")
			}
			if got := say(truthful.ask(phone, "GET", url)); got != smallPage {
				t.Errorf("its owner has read the page: %s", got)
			}
			yes := pretending.ask(phone, "GET", url)
			if yes.Code != p.Yes.Status || yes.Body.String() != p.Yes.Body {
				t.Errorf("the same, and this cell pretends: %d %q", yes.Code, yes.Body)
			}
			if got := say(pretending.ask("10.13.7.10", "GET", url)); got != toSignpost {
				t.Errorf("and to another device: %s", got)
			}
			for _, s := range []*street{truthful, pretending} {
				s.online = true
				for _, from := range []string{phone, "10.13.7.11"} {
					if got := say(s.ask(from, "GET", url)); got != notOurs {
						t.Errorf("with an internet, to %s: %s", from, got)
					}
				}
			}
		})
	}
}

// The bodies are those that the devices compare with, byte by byte.
func TestWhatDevicesCompareWith(t *testing.T) {
	for url, want := range map[string]string{
		"http://captive.apple.com/hotspot-detect.html":               "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n",
		"http://www.msftconnecttest.com/connecttest.txt":             "Microsoft Connect Test",
		"http://www.msftncsi.com/ncsi.txt":                           "Microsoft NCSI",
		"http://detectportal.firefox.com/success.txt?ipv4":           "success\n",
		"http://nmcheck.gnome.org/check_network_status.txt":          "NetworkManager is online\n",
		"http://network-test.debian.org/nm":                          "NetworkManager is online\n",
		"http://connectivitycheck.gstatic.com/generate_204":          "",
		"http://connect.rom.miui.com/generate_204":                   "",
		"http://CAPTIVE.apple.com.:80/hotspot-detect.html":           "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n",
		"http://connectivitycheck.platform.hicloud.com/generate_204": "",
	} {
		s := open(true)
		s.ask(phone, "POST", "http://hola.internal/hola")
		if got := s.ask(phone, "GET", url).Body.String(); got != want {
			t.Errorf("%s: %q", url, got)
		}
	}
}

// Each transcript is what a device asks one after the other, as its makers and
// those who watched it write, and what it then does.
func TestTranscripts(t *testing.T) {
	for name, lines := range map[string][]string{
		// The helper asks first; its window loads the same address; after each
		// answer to a form the helper asks again. Without its Success the window
		// offers "Use without internet".
		"Apple's captive network assistant": {
			"GET http://captive.apple.com/hotspot-detect.html = " + toSignpost,
			"GET http://hola.internal/hola = 200 <h1>Come to the table</h1> alone=true seen=false",
			"GET http://hola.internal/static/look.css = 200 h1{}",
			"POST http://hola.internal/hola?lang=es = 303 -> /hola?lang=es",
			"GET http://hola.internal/hola?lang=es = " + smallPage,
			"GET http://captive.apple.com/hotspot-detect.html = " + smallPage,
			"GET http://captive.apple.com/static/look.css = 200 h1{}",
		},
		// By HTTPS it is refused (the street test sees that); 302 by HTTP means a
		// portal. Its window then loads the probe, not where it was led to.
		"Android": {
			"GET http://connectivitycheck.gstatic.com/generate_204 = " + toSignpost,
			"GET http://www.google.com/gen_204 = " + toSignpost,
			"GET http://connectivitycheck.gstatic.com/generate_204 = " + toSignpost,
			"GET http://hola.internal/hola = 200 <h1>Come to the table</h1> alone=true seen=false",
			"POST http://hola.internal/hola = 303 -> /hola",
			"GET http://hola.internal/hola = " + smallPage,
			"GET http://connectivitycheck.gstatic.com/generate_204 = " + smallPage,
		},
		// The browser is opened at /redirect.
		"Windows": {
			"GET http://www.msftconnecttest.com/connecttest.txt = " + toSignpost,
			"GET http://www.msftconnecttest.com/redirect = " + toSignpost,
			"GET http://hola.internal/hola = 200 <h1>Come to the table</h1> alone=true seen=false",
			"GET http://hola.internal/favicon.ico = 404 There is nothing here. The way begins at /hola.",
			"POST http://hola.internal/hola = 303 -> /hola",
			"GET http://www.msftconnecttest.com/connecttest.txt = " + smallPage,
			"GET http://www.msftconnecttest.com/redirect = " + toSignpost,
		},
		"Firefox": {
			"GET http://detectportal.firefox.com/canonical.html = " + toSignpost,
			"GET http://detectportal.firefox.com/success.txt?ipv4 = " + toSignpost,
			"POST http://hola.internal/hola = 303 -> /hola",
			"GET http://detectportal.firefox.com/success.txt?ipv4 = " + smallPage,
		},
		"NetworkManager": {
			"GET http://nmcheck.gnome.org/check_network_status.txt = " + toSignpost,
			"HEAD http://nmcheck.gnome.org/check_network_status.txt = " + toSignpost,
			"POST http://nmcheck.gnome.org/check_network_status.txt = 405 There is nothing here to change.",
		},
		"somebody who writes an address": {
			"GET http://10.13.0.1:2080/ = 302 -> /hola",
			"GET http://192.0.2.2/hola = 200 <h1>Come to the table</h1> alone=true seen=false",
			"GET http://[fd00::1]:2080/hola = 200 <h1>Come to the table</h1> alone=true seen=false",
			"GET http://example.org/ = " + notOurs,
			"GET http://evil.example/hola = " + notOurs,
			"PUT http://hola.internal/hola = 405 This page can be read, and no more.",
			"GET http://hola.internal/../hola = 404 There is nothing here. The way begins at /hola.",
			"POST http://hola.internal/hola?lang=%0d%0aX = 303 -> /hola",
			"POST http://hola.internal/hola?lang=%2e%2e = 303 -> /hola?lang=",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(false)
			for _, line := range lines {
				request, want, _ := strings.Cut(line, " = ")
				method, url, _ := strings.Cut(request, " ")
				if got := say(s.ask(phone, method, url)); got != want {
					t.Errorf("%s\n got %s\nwant %s", request, got, want)
				}
			}
		})
	}
}

func TestADeviceIsAskedAgainWhenItsLeaseIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(false)
		probe := func() string { return say(s.ask(phone, "GET", "http://captive.apple.com/hotspot-detect.html")) }
		lease := func(hours time.Duration) {
			s.leases[phone] = Lease{"02:00:00:00:00:01", time.Now().Add(hours * time.Hour)}
		}
		lease(12)
		s.ask(phone, "POST", "http://hola.internal/hola")
		time.Sleep(6 * time.Hour)
		lease(12) // renewed, as devices do at half time
		if got := probe(); got != smallPage {
			t.Errorf("after it was renewed: %s", got)
		}
		time.Sleep(11 * time.Hour)
		if got := probe(); got != smallPage {
			t.Errorf("before the renewed lease is over: %s", got)
		}
		time.Sleep(2 * time.Hour)
		if got := probe(); got != toSignpost {
			t.Errorf("after the lease: %s", got)
		}
		lease(12)
		if got := probe(); got != toSignpost {
			t.Errorf("with a new one: %s", got)
		}
		s.ask(phone, "POST", "http://hola.internal/hola")
		s.leases[phone] = Lease{"02:00:00:00:00:02", time.Now().Add(time.Hour)}
		if got := probe(); got != toSignpost {
			t.Errorf("somebody else has the address now: %s", got)
		}
	})
}

func TestWithoutALeaseADeviceIsRememberedForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(false)
		s.ask(phone, "POST", "http://hola.internal/hola")
		for _, c := range []struct {
			after time.Duration
			want  string
		}{{50 * time.Minute, smallPage}, {20 * time.Minute, toSignpost}} {
			time.Sleep(c.after)
			if got := say(s.ask(phone, "GET", "http://captive.apple.com/hotspot-detect.html")); got != c.want {
				t.Errorf("after %v more: %s", c.after, got)
			}
		}
	})
}

func TestACrowdOfDevicesTakesBoundedRoom(t *testing.T) {
	s := open(false)
	from := func(i int) string { return netip.AddrFrom4([4]byte{10, 13, byte(i >> 8), byte(i)}).String() }
	for i := range 4 * mostClients {
		s.ask(from(i), "GET", "http://captive.apple.com/hotspot-detect.html")
	}
	if len(s.clients.read) != 0 {
		t.Errorf("%d who only asked are remembered", len(s.clients.read))
	}
	for i := range 4 * mostClients {
		s.ask(from(i), "POST", "http://hola.internal/hola")
	}
	if len(s.clients.read) != mostClients {
		t.Errorf("%d are remembered", len(s.clients.read))
	}
	last := from(4*mostClients - 1)
	if got := say(s.ask(last, "GET", "http://captive.apple.com/hotspot-detect.html")); got != smallPage {
		t.Errorf("who came last: %s", got)
	}
}

func TestTheAPISpeaksTheTruthUnderThePublicNameAlone(t *testing.T) {
	s := open(true)
	s.ask(phone, "POST", "https://cell.example.org/hola")
	const captive = `200 {"captive":true,"user-portal-url":"https://cell.example.org/hola"}`
	w := s.ask(phone, "GET", "https://cell.example.org/captive")
	if got := say(w); got != captive || w.Header().Get("Content-Type") != "application/captive+json" || w.Header().Get("Cache-Control") != "private" {
		t.Errorf("%s %v", got, w.Header())
	}
	s.online = true
	if got := say(s.ask(phone, "GET", "https://cell.example.org/captive")); got != strings.Replace(captive, "true", "false", 1) {
		t.Errorf("with an internet: %s", got)
	}
	s.Public = ""
	if got := s.ask(phone, "GET", "http://hola.internal/captive"); got.Code != http.StatusNotFound {
		t.Errorf("without a certificate: %s", say(got))
	}
}

// A person comes to the page of a router with an internet by its name; that is
// no trick, and it does not say that there is none.
func TestThePageIsThereWithAnInternetToo(t *testing.T) {
	s := open(false)
	s.online = true
	if got := say(s.ask(phone, "GET", "http://hola.internal/hola")); got != "200 <h1>Come to the table</h1> alone=false seen=false" {
		t.Error(got)
	}
}

func TestEveryAnswerGivesThePlaceBack(t *testing.T) {
	s := open(false)
	for _, url := range []string{"http://captive.apple.com/", "http://hola.internal/hola", "http://example.org/", "http://hola.internal/x"} {
		w := s.ask(phone, "GET", url)
		if w.Header().Get("Connection") != "close" || !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %v", url, w.Header())
		}
	}
}

// The package tells dnsmasq the same names.
func TestThePackageKnowsTheSameNames(t *testing.T) {
	b, err := os.ReadFile("../../openwrt/celld-portal/files/usr/share/celld-portal/probes")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(Hosts(), "\n") + "\n"; string(b) != want {
		t.Errorf("the names of the package are\n%s, and ours\n%s", b, want)
	}
}

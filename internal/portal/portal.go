// Package portal owns what a device is told that has just joined a Wi-Fi
// without internet and asks whether there is one.
//
// It is a signpost: it leads to a page that says where the cell's own pages
// are, and asks nobody who they are. While there is an internet it answers
// nothing at all in another's name.
package portal

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

const (
	// Name is where the signpost stands, on every router of every cell.
	Name = "hola.internal"
	// Path is the signpost itself.
	Path = "/hola"
	// APIPath is where a device that was told of it by DHCP asks (RFC 8908).
	APIPath = "/captive"

	static = "/static/"
)

// Pages shows the signpost.
type Pages interface {
	// Signpost writes the page, for who has read it before or has not.
	Signpost(w http.ResponseWriter, r *http.Request, alone, seen bool)
	// Look serves what the page is drawn with, below /static/.
	Look(w http.ResponseWriter, r *http.Request)
}

// Config is what a Handler stands on.
type Config struct {
	Pages Pages
	Alone func() bool                    // no way leads from here to the internet
	Lease func(netip.Addr) (Lease, bool) // who has an address
	// Pretend answers the probe of who has read the page as if there were an
	// internet, which keeps some phones on this Wi-Fi.
	Pretend bool
	Public  string // the host that a certificate known to all phones is for; empty for none
}

// Handler answers devices.
type Handler struct {
	Config
	clients clients
}

// New returns a Handler.
func New(c Config) *Handler {
	return &Handler{Config: c, clients: clients{lease: c.Lease, read: map[string]time.Time{}}}
}

// ServeHTTP implements http.Handler. Each answer ends its connection: a device
// asks once, and the places are few.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	host := hostOf(r)
	if h.own(host) {
		h.here(w, r)
		return
	}
	yes, probe, known := probed(host, r.URL.Path)
	switch {
	case !known || !h.Alone():
		// Not ours to answer: the name belongs to somebody who can be reached.
		http.Error(w, "This name is not one of this router's.", http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "There is nothing here to change.", http.StatusMethodNotAllowed)
	case !probe && strings.HasPrefix(r.URL.Path, static):
		h.Pages.Look(w, r)
	case !probe || !h.clients.seen(address(r), time.Now()):
		w.Header().Set("Location", "http://"+Name+Path)
		w.WriteHeader(http.StatusFound)
	case h.Pretend:
		yes.write(w)
	default:
		h.Pages.Signpost(w, r, true, true)
	}
}

// own reports whether a host is the signpost's: its name, the public one, or
// an address.
func (h *Handler) own(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host == Name || host != "" && host == h.Public
}

// here serves what is the signpost's own.
func (h *Handler) here(w http.ResponseWriter, r *http.Request) {
	now, at := time.Now(), address(r)
	switch get := r.Method == http.MethodGet || r.Method == http.MethodHead; {
	case r.URL.Path == Path && get:
		h.Pages.Signpost(w, r, h.Alone(), h.clients.seen(at, now))
	case r.URL.Path == Path && r.Method == http.MethodPost:
		h.clients.remember(at, now)
		// A page that was posted to would ask again whether to post.
		w.Header().Set("Location", again(r))
		w.WriteHeader(http.StatusSeeOther)
	case r.URL.Path == Path:
		w.Header().Set("Allow", "GET, HEAD, POST")
		http.Error(w, "This page can be read, and no more.", http.StatusMethodNotAllowed)
	case strings.HasPrefix(r.URL.Path, static) && get:
		h.Pages.Look(w, r)
	case r.URL.Path == "/" && get:
		w.Header().Set("Location", Path)
		w.WriteHeader(http.StatusFound)
	case r.URL.Path == APIPath && get && h.Public != "":
		h.api(w)
	default:
		http.Error(w, "There is nothing here. The way begins at "+Path+".", http.StatusNotFound)
	}
}

// again is the page's own address, in the language that it was read in.
func again(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); len(lang) == 2 {
		return Path + "?lang=" + strings.Map(letter, lang)
	}
	return Path
}

func letter(r rune) rune {
	if r < 'a' || r > 'z' {
		return -1
	}
	return r
}

// api is the captive portal API of RFC 8908 section 5. The page is named there
// by a certificate's own name, which is the condition for telling of it.
func (h *Handler) api(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/captive+json")
	w.Header().Set("Cache-Control", "private")
	// An error means that the device has gone.
	_ = json.NewEncoder(w).Encode(struct {
		Captive bool   `json:"captive"`
		Portal  string `json:"user-portal-url"`
	}{h.Alone(), "https://" + h.Public + Path})
}

// write answers as the probe's own server would.
func (a Answer) write(w http.ResponseWriter) {
	if a.Type != "" {
		w.Header().Set("Content-Type", a.Type)
	}
	w.Header().Set("X-NetworkManager-Status", "online")
	w.WriteHeader(a.Status)
	_, _ = w.Write([]byte(a.Body)) // an error means that the device has gone
}

// hostOf is the name that was asked for, in small letters and without a port.
func hostOf(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// address is where a request came from.
func address(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return at.Addr().Unmap().WithZone("")
}

package web

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// bodyLimit bounds a form; uploads name their own.
const bodyLimit = 64 << 10

// largeMost is how many forms with files may be here at once: all of each is in memory.
const largeMost = 2

// limit is how many bytes a form to r may carry.
func (r Route) limit() int64 {
	if n := r.upload(); n > 0 {
		return n
	}
	return bodyLimit
}

// upload is how many bytes a file may have that comes to r; 0 where none does.
func (r Route) upload() int64 {
	for _, u := range uploads {
		if u.route == r.Method+" "+r.Pattern {
			return u.most
		}
	}
	return 0
}

// limitOf is how many bytes a request to r may carry. What is no form with a file in it
// is read whole before anybody has looked at its token.
func (r Route) limitOf(req *http.Request) int64 {
	n := r.limit()
	if kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); n > pageForm && kind != "multipart/form-data" {
		return bodyLimit
	}
	return n
}

// guard stands before every handler: security headers, known host names only,
// no change asked for by another site.
func (s *Server) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(s.denyOrigin))
	next = cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers(w.Header())
		if !s.hostAllowed(r.Host) {
			http.Error(w, "This address is not one of this router's names.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func headers(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	// no-referrer would make our own forms send "Origin: null".
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// hostAllowed keeps other people's names from being rebound to this router:
// an address, or one of our own names, with any port.
func (s *Server) hostAllowed(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost" || slices.Contains(s.Hosts, name) || s.Known != nil && s.Known(name)
}

func (s *Server) denyOrigin(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "Another site asked this router to change something. Nothing was changed.", http.StatusForbidden)
}

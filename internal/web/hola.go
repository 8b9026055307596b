package web

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
	"sync"

	"celld/ui"
	"celld/ui/locale"
)

// Signpost shows, in the small window of a phone that has just joined, where
// the cell's pages are. It reads nothing that is sealed: it also stands while a
// router is asleep, or is still reading.
type Signpost struct {
	Cell func() string // what the neighbours may know it by; empty before it is founded
	Host func() string // the name of its pages
	Port string        // where they are on this router, for who has no name for it

	mu    sync.Mutex
	drawn map[sign][]byte // pages that have been drawn; guarded by mu
}

// sign is all that one drawn page differs by from another.
type sign struct {
	lang        locale.Lang
	cell, host  string
	other       string
	alone, seen bool
}

// signsMost bounds the pages that are kept. There are sixteen for each address
// of this router.
const signsMost = 64

// Signpost writes the page. It has no script, and sets no cookie: such windows
// lose both.
func (s *Signpost) Signpost(w http.ResponseWriter, r *http.Request, alone, seen bool) {
	headers(w.Header())
	k := sign{lang: accepted(r.Header.Get("Accept-Language")), cell: s.Cell(), host: s.Host(), other: s.other(r), alone: alone, seen: seen}
	if l, ok := locale.Find(r.URL.Query().Get("lang")); ok {
		k.lang = l
	}
	page, err := s.page(r, k)
	if err != nil {
		http.Error(w, "This page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(page))) // some devices read only as much as they were told of
	_, _ = w.Write(page)                                      // an error means that the phone has gone
}

// page draws one, once.
func (s *Signpost) page(r *http.Request, k sign) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if page, ok := s.drawn[k]; ok {
		return page, nil
	}
	var b bytes.Buffer
	if err := k.draw().Render(r.Context(), &b); err != nil {
		return nil, err
	}
	if s.drawn == nil || len(s.drawn) >= signsMost {
		s.drawn = map[sign][]byte{}
	}
	s.drawn[k] = b.Bytes()
	return b.Bytes(), nil
}

func (k sign) draw() ui.Component {
	l := k.lang
	p := ui.Page{Lang: l, Title: l.T("Come to the table"), Cell: k.cell, Bare: true, Tongues: true}
	v := ui.HolaView{Address: k.host, Other: k.other, Alone: k.alone, Seen: k.seen, URL: "/hola?lang=" + l.Code(),
		QR: qrOf("http://"+k.host+"/", l.T("Square code for {1}", k.host))}
	if k.seen {
		p.Flash = ui.Flash{Title: l.T("Good. You know the way now."), Text: l.T("You can close this window.")}
		if k.alone {
			p.Flash.Text = l.T("You can close this window. If your phone asks, use this Wi-Fi without internet.")
		}
	}
	return ui.HolaPage(p, v)
}

// other is the address of the pages by number, as this phone reaches it.
func (s *Signpost) other(r *http.Request) string {
	at, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || s.Port == "" {
		return ""
	}
	return net.JoinHostPort(at.IP.String(), s.Port)
}

// Look serves the style sheet, which is all that the page needs besides itself.
func (s *Signpost) Look(w http.ResponseWriter, r *http.Request) {
	v := &visit{w: w, r: r}
	if serveStatic(v) != nil {
		http.NotFound(w, r)
	}
}

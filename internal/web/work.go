package web

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"time"

	"celld/ui"
)

// Doing is something that takes this router long, and how far it has come.
type Doing struct {
	What     Labor
	Done, Of uint64
}

// Labor is what a router does that takes long.
type Labor string

// What takes long.
const (
	Reading   Labor = "replay"
	Verifying Labor = "verify"
	BackingUp Labor = "backup"
	Carrying  Labor = "take in"
	Trying    Labor = "try rows"
)

// percent is how much of it is done.
func (d Doing) percent() int {
	if d.Of == 0 {
		return 0
	}
	return int(min(d.Done, d.Of) * 100 / d.Of)
}

// words say what it is.
func (v *visit) words(d Doing) string {
	percent := v.lang.Number(d.percent())
	switch d.What {
	case Verifying:
		return v.lang.T("It checks every signature: {1} %.", percent)
	case BackingUp:
		return v.lang.T("It writes a backup: {1} %.", percent)
	case Carrying:
		return v.lang.T("It takes in what was carried here: {1} %.", percent)
	case Trying:
		return v.lang.T("It looks at every row: {1} %.", percent)
	}
	return v.lang.T("It reads what was written: {1} %.", percent)
}

// doing lists what this router is busy with.
func (s *Server) doing() []Doing {
	if s.Work == nil {
		return nil
	}
	return s.Work()
}

// at is how far this router is with one thing.
func (s *Server) at(what Labor) (Doing, bool) {
	now := s.doing()
	i := slices.IndexFunc(now, func(d Doing) bool { return d.What == what })
	if i < 0 {
		return Doing{}, false
	}
	return now[i], true
}

// busyBanners say on the router's own page what it is busy with.
func (v *visit) busyBanners() (out []ui.Banner) {
	for _, d := range v.doing() {
		out = append(out, ui.Banner{Kind: ui.NoteBanner, Title: v.lang.T("This router is busy."), Text: v.words(d)})
	}
	return out
}

// soon is when a page begins to tell that something takes long, and how often
// it tells from then on.
const soon = time.Second

// growing is a page that tells how far long work has come, and grows until that
// is done. What comes of the work then stands below, in the same page: so it
// needs no script, no reloading, and nobody has to wait before a blank screen.
type growing struct {
	title string               // while it lasts
	end   string               // and when it is done
	far   func() (Doing, bool) // false while the page may not begin: its status is settled later
	first func()               // before the first byte: the last moment for a cookie
	shown int                  // percent
}

// while does what may take long, on a page that grows if it does. A program
// that does not ask for pages waits for the answer.
func (v *visit) while(g *growing, do func()) {
	if !strings.Contains(v.r.Header.Get("Accept"), "text/html") {
		do()
		return
	}
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		do()
	}()
	tick := time.NewTicker(soon)
	defer tick.Stop()
	for {
		select {
		case broken := <-done:
			if broken != nil {
				panic(broken)
			}
			return
		case <-tick.C:
			v.grow(g)
		}
	}
}

// grow begins the page, or says how far it is now. Whoever has left does not
// stop the work.
func (v *visit) grow(g *growing) {
	d, told := g.far()
	if !told || v.grown != nil && d.percent() <= g.shown {
		return
	}
	var b bytes.Buffer
	if v.grown == nil {
		if g.first != nil {
			g.first()
		}
		if ui.GrowingPage(v.page(g.title)).Render(v.r.Context(), &b) != nil {
			return
		}
		b.Truncate(bytes.Index(b.Bytes(), []byte("</main>")))
		v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		v.w.WriteHeader(http.StatusOK)
		v.grown = g
	}
	g.shown = d.percent()
	_ = ui.Far(ui.FarView{Title: g.title, Text: v.words(d), Percent: g.shown}).Render(v.r.Context(), &b)
	_, _ = v.w.Write(b.Bytes())
	_ = http.NewResponseController(v.w).Flush()
}

// under gives a page that has grown its end: what another page has under its
// head.
func (v *visit) under(page []byte) error {
	_, rest, _ := bytes.Cut(page, []byte(ui.MainBegins))
	_, err := v.w.Write(rest)
	return err
}

// onward ends a page that has grown where others lead elsewhere.
func (v *visit) onward(to string) error {
	v.state, v.ring = v.Log.State(), nil
	return v.show(http.StatusOK, ui.GrownPage(v.page(v.grown.end), to))
}

// Starting serves the pages of a router that still reads what was written, until
// there is a Server.
func Starting(h House) http.Handler {
	s := &Server{House: h}
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", s.begins(serveStatic))
	mux.Handle("/", s.begins((*visit).starting))
	return s.guard(mux)
}

// Full serves the page of a router that has no room for its first files.
func Full(h House) http.Handler {
	s := &Server{House: h}
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", s.begins(serveStatic))
	mux.Handle("/", s.begins((*visit).full))
	return s.guard(mux)
}

func (v *visit) full() error {
	p := ui.Page{Lang: v.lang, Title: v.lang.T("This router is full"), Tongues: true}
	v.w.Header().Set("Retry-After", "10")
	return v.show(http.StatusServiceUnavailable, ui.FullPage(p, v.again()))
}

func (s *Server) begins(serve func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Server: s, w: w, r: r, now: time.Now()}
		v.lang = v.language()
		if serve(v) != nil {
			http.NotFound(w, r)
		}
	})
}

func (v *visit) starting() error {
	p := ui.Page{Lang: v.lang, Title: v.lang.T("This router is starting"), Tongues: true}
	view := ui.FarView{Title: p.Title, Text: v.lang.T("It reads what was written. It is there in a moment.")}
	for _, d := range v.doing() {
		view.Text, view.Percent = v.words(d), d.percent()
	}
	v.w.Header().Set("Retry-After", "2")
	return v.show(http.StatusServiceUnavailable, ui.StartingPage(p, view, v.again()))
}

// again is the address of the page itself; a form that came too early is not
// sent again by a link.
func (v *visit) again() string {
	if v.r.Method != http.MethodGet {
		return "/"
	}
	return inside(v.r.URL.RequestURI())
}

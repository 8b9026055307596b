package web

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// Who may come to a page.
type Who uint8

// From the street to the table.
const (
	Anyone  Who = iota // no cell need exist
	Visitor            // a cell exists
	Member             // signed in, on a router that is awake
)

// Route is one address of the house.
type Route struct {
	Method, Pattern string
	Who             Who
	serve           func(*visit) error
}

// visit is one request under way.
type visit struct {
	*Server
	w          http.ResponseWriter
	r          *http.Request
	route      Route
	state      *cell.State
	session    *session // nil for who is not signed in
	lang       locale.Lang
	now        time.Time            // by the machine: how long ago something was
	date       time.Time            // by the cell: what people call today
	parts      *multipart.Reader    // what is left of a large form
	ring       []meeting            // the cell's routers, once somebody has asked
	grown      *growing             // what the page has begun to tell of, if it has
	openedHere map[op.Ref]op.Opened // what was read for it
	token      string               // of a session that is to be, where a page grows before it
	filed      bool                 // it counts among the large forms that are here
}

// flash is said once, on the page that somebody returns to.
type flash struct {
	Title, Text string
	Link        ui.Link
	Seat        ui.Seat
}

// serve turns a request into a visit, and what goes wrong into a page.
func (s *Server) serve(r Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, r.limitOf(req))
		v := &visit{Server: s, w: w, r: req, route: r, state: s.Log.State(), now: time.Now()}
		v.date, _ = s.Clock.Now()
		s.dismiss(v.state, v.now)
		v.session = s.sessions.find(req, v.now)
		v.lang = v.language()
		defer func() {
			if v.filed {
				s.large.Add(-1)
			}
		}()
		defer v.rescue()
		err := v.admit(r)
		switch {
		case err != nil:
		case req.Method == http.MethodPost:
			err = v.once(r)
		default:
			err = r.serve(v)
		}
		if err != nil {
			v.problem(err)
		}
	})
}

// rescue shows a page where one broke: what was read before cannot be read back from
// a disk that has failed. What has begun to go out breaks off.
func (v *visit) rescue() {
	what := recover()
	switch {
	case what == nil:
		return
	case what == http.ErrAbortHandler, v.grown != nil, v.w.Header().Get("Content-Type") != "":
		panic(what)
	case v.session != nil && !v.stays():
		v.problem(op.ErrNoKey) // it was locked meanwhile: nothing that was sealed can be read back
		return
	}
	v.Logger.Debug("a page broke", "at", string(debug.Stack()))
	v.problem(fmt.Errorf("panic: %v", what))
}

// admit sends people where they can go on from: to found, to wake, to sign in.
func (v *visit) admit(r Route) error {
	founded := v.Log.Cell() != (op.ID{})
	if r.Who >= Visitor && !founded {
		return away("/claim")
	}
	if v.session != nil && !v.Keys.Awake() {
		v.session = nil
	}
	if r.Who == Member && v.session == nil {
		v.keep(r)
		return away(v.signInFirst())
	}
	if v.r.Method == http.MethodPost {
		return v.readForm(r)
	}
	return nil
}

// signInFirst is the sign-in page that leads on to what was asked for: people send
// each other links. A circle's address is not said twice.
func (v *visit) signInFirst() string {
	to := v.r.URL.RequestURI()
	if v.r.Method != http.MethodGet || v.route.Pattern == "/live" || to == "/" || strings.HasPrefix(to, "/circles") || len(to) > mostNext {
		return "/in"
	}
	return "/in?next=" + url.QueryEscape(to)
}

const mostNext = 200

// readForm parses a posted form. Who is signed in shows the session's own
// token; who is not has nothing yet that another site could abuse.
func (v *visit) readForm(r Route) error {
	if err := v.r.ParseForm(); err != nil {
		return problem(http.StatusBadRequest, "form.unreadable")
	}
	if r.Method+" "+r.Pattern == carryRoute {
		return v.openStream()
	}
	// All of a file stays in memory: a file on disk would outlive the page.
	if r.upload() > 0 {
		if v.filed = r.limit() > pageForm; v.filed && v.large.Add(1) > largeMost {
			return problem(http.StatusServiceUnavailable, "files.busy")
		}
		if err := v.r.ParseMultipartForm(r.limit()); err != nil && !errors.Is(err, http.ErrNotMultipart) {
			if large := new(http.MaxBytesError); v.filed && errors.As(err, &large) {
				return large
			}
			return problem(http.StatusBadRequest, "form.unreadable")
		}
	}
	if t := v.r.PostForm.Get("token"); r.Who == Member && !v.session.formIs(t) {
		if writer(t) == v.me().String() && v.keep(r) {
			return away("/kept") // they signed in anew while this page lay open
		}
		return problem(http.StatusForbidden, "form.old")
	}
	if r.Who == Member {
		v.kept.drop(v.r)
	}
	return nil
}

// language is what the person chose, or what the browser asks for.
func (v *visit) language() locale.Lang {
	if l, ok := locale.Find(v.r.URL.Query().Get("lang")); ok {
		setCookie(v.w, v.r, "lang", l.Code())
		return l
	}
	if c, err := cookie(v.r, "lang"); err == nil {
		if l, ok := locale.Find(c.Value); ok {
			return l
		}
	}
	return accepted(v.r.Header.Get("Accept-Language"))
}

// me is who is signed in; zero for a visitor.
func (v *visit) me() op.Member {
	if v.session == nil {
		return op.Member{}
	}
	return v.session.author.Member
}

// page fills in what every page shares.
func (v *visit) page(title string) ui.Page {
	people := cell.PeopleOf(v.state)
	p := ui.Page{Lang: v.lang, Title: title, Cell: people.Cell(), Members: len(people.Active()), Back: ui.Home(v.lang)}
	p.Foot = v.foot()
	if v.session == nil {
		p.Back, p.Tongues = ui.Link{}, true
		return p
	}
	p.Me, p.Token, p.Stream = people.Name(v.me()), v.session.stamp(), v.stream()
	p.Foot.LockURL, p.Foot.SafeURL = "/lock", "/safety"
	if v.r.Header.Get("X-Live") != "" {
		return p // a page looks again by itself: what is said once waits for a person
	}
	if f := v.sessions.hear(v.session); f != nil {
		p.Flash = ui.Flash{Title: f.Title, Text: f.Text, Link: f.Link, Seat: f.Seat}
	}
	return p
}

// show renders a page whole before a byte is sent, so that an error can still
// become a page of its own.
func (v *visit) show(status int, c ui.Component) error {
	var b bytes.Buffer
	if err := c.Render(v.r.Context(), &b); err != nil {
		return err
	}
	if v.grown != nil {
		return v.under(b.Bytes())
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, err := v.w.Write(b.Bytes())
	return err
}

// done leads back to a page, which first says what was written down.
func (v *visit) done(to, title, text string) error {
	v.sessions.say(v.session, flash{Title: title, Text: text})
	return away(to)
}

// submit makes drafts in the voice of who is signed in, and goes on to what
// the circle has decided and nobody has written down yet.
func (v *visit) submit(drafts ...op.Draft) ([]op.Ref, error) {
	refs, err := v.Log.Submit(v.session.author, drafts...)
	if err == nil {
		v.carryOut()
	}
	return refs, err
}

// value is a field of the posted form, without the space around it.
func (v *visit) value(name string) string { return trimmed(v.r.PostForm.Get(name)) }

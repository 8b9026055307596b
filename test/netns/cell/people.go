package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// person is a member of the demo cell and the five words that open their seat.
type person struct{ name, words string }

// visitor is a browser at one router, without a screen.
type visitor struct {
	at      *router
	http    *http.Client
	cookies []*http.Cookie
	token   string // what every form of a session carries
}

// page is an answer, read to its end.
type page struct {
	status int
	to     string // where it leads
	body   string
}

func (p page) String() string { return fmt.Sprintf("%d %s %.2000s", p.status, p.to, plain(p.body)) }

var (
	tags   = regexp.MustCompile(`(?s)<(style|script|svg).*?</(style|script|svg)>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// plain is what a person reads.
func plain(body string) string {
	return html.UnescapeString(spaces.ReplaceAllString(tags.ReplaceAllString(body, " "), " "))
}

func (x *router) visit() *visitor {
	return &visitor{at: x, http: &http.Client{Timeout: hangs, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (v *visitor) get(path string) (page, error) { return v.ask(http.MethodGet, path, nil) }

// post sends a form of names and values.
func (v *visitor) post(path string, values ...string) (page, error) {
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	if v.token != "" {
		form.Set("token", v.token)
	}
	return v.ask(http.MethodPost, path, form)
}

func (v *visitor) ask(method, path string, form url.Values) (page, error) {
	r, err := http.NewRequest(method, v.at.url()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return page{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	a, err := v.http.Do(r)
	if err != nil {
		return page{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	v.cookies = append(v.cookies, a.Cookies()...)
	return page{a.StatusCode, a.Header.Get("Location"), string(body)}, err
}

// done is the page that a form leads to; an error if it was not taken.
func (v *visitor) done(path string, values ...string) (string, error) {
	p, err := v.post(path, values...)
	if err == nil && p.status != http.StatusSeeOther {
		err = fmt.Errorf("the form at %s is not taken: %v", path, p)
	}
	return p.to, err
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// seat is a member who sits at a router, and signs in there first if need be.
func (c *cell) seat(x *router, who int) (*visitor, error) {
	if v := x.seats[who]; v != nil {
		return v, nil
	}
	v := x.visit()
	p, err := v.post("/in", "name", c.people[who].name, "words", c.people[who].words)
	if err == nil && p.to != "/" {
		err = fmt.Errorf("%s cannot sign in at router %d: %v", c.people[who].name, x.number, p)
	}
	if err != nil {
		return nil, err
	}
	form, err := v.get("/ledger/pledge/new")
	if err != nil {
		return nil, err
	}
	token, err := find(formToken, form.body)
	if err != nil {
		return nil, err
	}
	v.token, x.seats[who] = html.UnescapeString(token), v
	return v, nil
}

// shows reports whether a member finds words at a page of a router.
func (c *cell) shows(x *router, who int, path, words string) error {
	v, err := c.seat(x, who)
	if err != nil {
		return err
	}
	p, err := v.get(path)
	if err == nil && (p.status != http.StatusOK || !strings.Contains(plain(p.body), words)) {
		err = fmt.Errorf("router %d does not show %q at %s: %v", x.number, words, path, p)
	}
	return err
}

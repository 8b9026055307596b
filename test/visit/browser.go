// Package visit is a browser without a screen, for programs that test celld from
// outside: it keeps cookies, fills in forms, and reads what a person would.
package visit

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Hangs is how long something may take before it is said to hang.
const Hangs = 3 * time.Minute

// Browser is one person's browser at one router, which may load several pages at
// once. Its zero value is of no use.
type Browser struct {
	Token string // what every form of a session carries

	at   string // the address of the router
	http *http.Client

	mu      sync.Mutex // guards cookies
	cookies map[string]string
}

// Page is an answer, read to its end.
type Page struct {
	Status int
	To     string // where it leads
	Body   string
}

func (p Page) String() string { return fmt.Sprintf("%d %s %.2000s", p.Status, p.To, Plain(p.Body)) }

// New returns a browser without cookies at a router's address.
func New(at string) *Browser {
	return &Browser{at: at, cookies: map[string]string{}, http: &http.Client{Timeout: Hangs,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 8},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Patient is a browser that waits longer for an answer, where it may take that long
// and does not hang.
func (b *Browser) Patient(wait time.Duration) *Browser {
	b.http.Timeout = wait
	return b
}

// Get asks for a page.
func (b *Browser) Get(path string) (Page, error) { return b.ask(http.MethodGet, path, nil) }

// Post sends a form of names and values.
func (b *Browser) Post(path string, values ...string) (Page, error) {
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	if b.Token != "" {
		form.Set("token", b.Token)
	}
	return b.ask(http.MethodPost, path, form)
}

func (b *Browser) ask(method, path string, form url.Values) (Page, error) {
	r, err := http.NewRequest(method, b.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		return Page{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	b.show(r)
	a, err := b.http.Do(r)
	if err != nil {
		return Page{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	b.keep(a.Cookies())
	return Page{a.StatusCode, a.Header.Get("Location"), string(body)}, err
}

// show puts what was kept into a request.
func (b *Browser) show(r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
}

func (b *Browser) keep(cookies []*http.Cookie) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range cookies {
		if b.cookies[c.Name] = c.Value; c.Value == "" {
			delete(b.cookies, c.Name)
		}
	}
}

// Done is the page that a form leads to; an error if it was not taken.
func (b *Browser) Done(path string, values ...string) (string, error) {
	p, err := b.Post(path, values...)
	if err == nil && p.Status != http.StatusSeeOther {
		err = fmt.Errorf("the form at %s is not taken: %v", path, p)
	}
	return p.To, err
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// SignIn opens a member's session with their five words.
func (b *Browser) SignIn(name, words string) error {
	p, err := b.Post("/in", "name", name, "words", words)
	if err == nil && p.To != "/" {
		err = fmt.Errorf("%s cannot sign in: %v", name, p)
	}
	return errors.Join(err, b.Sit())
}

// Sit learns what the forms of a session carry, once there is one.
func (b *Browser) Sit() error {
	form, err := b.Get("/ledger/pledge/new")
	if err != nil {
		return err
	}
	token, err := Find(formToken, form.Body)
	b.Token = html.UnescapeString(token)
	return err
}

// Shows is an error unless words stand at a page.
func (b *Browser) Shows(path, words string) error {
	p, err := b.Get(path)
	if err == nil && (p.Status != http.StatusOK || !strings.Contains(Plain(p.Body), words)) {
		err = fmt.Errorf("%q is not at %s: %v", words, path, p)
	}
	return err
}

var (
	tags   = regexp.MustCompile(`(?s)<(style|script|svg).*?</(style|script|svg)>|<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// Plain is what a person reads.
func Plain(body string) string {
	return html.UnescapeString(spaces.ReplaceAllString(tags.ReplaceAllString(body, " "), " "))
}

// Find returns what the first group of a pattern matches.
func Find(pattern *regexp.Regexp, in string) (string, error) {
	m := pattern.FindStringSubmatch(in)
	if m == nil {
		return "", fmt.Errorf("no %s in %.300s", pattern, in)
	}
	return m[1], nil
}

// Fatal is an error that waiting does not mend.
type Fatal struct{ error }

// Final makes an error one that Until does not wait behind.
func Final(err error) error { return Fatal{err} }

// Until tries again until there is no error. That others take their time is no
// failure: the limit only says that something hangs.
func Until(what string, limit time.Duration, try func() error) error {
	began := time.Now()
	for {
		err := try()
		var stop Fatal
		switch {
		case err == nil:
			return nil
		case errors.As(err, &stop) || time.Since(began) > limit:
			return fmt.Errorf("never: %s: %w", what, err)
		}
		time.Sleep(200 * time.Millisecond) // other processes: there is no clock to fake
	}
}

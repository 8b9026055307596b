package main

import (
	"flag"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// programFlag lets the figures be those of another build than this test.
var programFlag = flag.String("program", "celld", "the program to start, with what runs it before it, separated by spaces")

// program is a celld in a process of its own.
type program struct {
	*exec.Cmd
	url   string
	ended chan struct{}

	mu   sync.Mutex // guards said
	said strings.Builder
}

// startProgram starts a celld on dir and waits until it serves. It is killed
// at the end of the test.
func startProgram(t testing.TB, dir string, args ...string) *program {
	t.Helper()
	words := strings.Fields(*programFlag)
	return startCommand(t, exec.Command(words[0], append(words[1:], programArgs(dir, args...)...)...))
}

func programArgs(dir string, args ...string) []string {
	return append([]string{"-dir", dir, "-http", "127.0.0.1:0"}, args...)
}

func startCommand(t testing.TB, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{Cmd: cmd, ended: make(chan struct{})}
	served := make(chan string, 1)
	p.Stderr = writerFunc(func(b []byte) (int, error) { return p.hear(b, served) })
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.Wait() // it is killed, as a rule
	}()
	t.Cleanup(func() {
		p.kill()
		if said := p.words(); strings.Contains(said, racing) {
			t.Error(said)
		}
	})
	select {
	case p.url = <-served:
	case <-p.ended:
		t.Fatalf("celld did not serve: %s", p.words())
	case <-time.After(2 * time.Minute):
		t.Fatalf("celld does not serve: %s", p.words())
	}
	return p
}

// racing is what the race detector says on the way; how a program ends tells of it
// only where it is not killed.
const racing = "WARNING: DATA RACE"

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

var servingAt = regexp.MustCompile(`msg=serving url=(http://\S+)\n`)

// hear keeps what the program says and passes its address on.
func (p *program) hear(b []byte, served chan<- string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said.Write(b)
	if at := servingAt.FindStringSubmatch(p.said.String()); at != nil {
		select {
		case served <- at[1]:
		default:
		}
	}
	return len(b), nil
}

func (p *program) words() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// kill sends SIGKILL and waits.
func (p *program) kill() {
	p.Process.Kill()
	<-p.ended
}

// memory reads a line of the process's status, in kB: VmRSS, VmHWM.
func (p *program) memory(t testing.TB, line string) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(line + `:\s+(\d+) kB`).FindSubmatch(b)
	if found == nil {
		t.Fatalf("the kernel does not tell %s", line)
	}
	n, _ := strconv.Atoi(string(found[1]))
	return n
}

// busy is how much of a processor's time the program has used, in the kernel's
// ticks of 10 ms (proc_pid_stat(5): utime and stime).
func (p *program) busy(t testing.TB) time.Duration {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), ") ") // behind the program's name
	f := strings.Fields(rest)
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// visitor is a browser of one person, without a screen.
type visitor struct {
	http  *http.Client
	url   string
	seat  string // the session's cookie
	token string // what every form of the session carries
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// leadsTo is where a form's answer leads; empty when it was not taken.
func (r reply) leadsTo() string {
	if r.status != http.StatusSeeOther {
		return ""
	}
	return r.header.Get("Location")
}

func newVisitor(p *program) *visitor {
	return &visitor{url: p.url, http: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 8},
		Timeout:       5 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signIn sits down in a seat of the demo cell.
func signIn(t testing.TB, p *program, seat int) *visitor {
	t.Helper()
	v := newVisitor(p)
	r, err := v.tryIn(seat)
	if err != nil || r.leadsTo() != "/" {
		t.Fatalf("signing in: %d, %v: %s\n%s", r.status, err, r.body, p.words())
	}
	if err := v.sit(r); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v *visitor) tryIn(seat int) (reply, error) {
	return v.post("/in", "name", demoNames[seat], "words", demoWords(seat))
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// sit keeps the session that an answer began, and learns its token.
func (v *visitor) sit(r reply) error {
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.Name == "celld" {
			v.seat = c.Value
		}
	}
	page, err := v.get("/ledger/pledge/new")
	if err != nil {
		return err
	}
	token := formToken.FindStringSubmatch(page.body)
	if token == nil {
		return fmt.Errorf("a form without a token: %d", page.status)
	}
	v.token = html.UnescapeString(token[1])
	return nil
}

func (v *visitor) get(path string) (reply, error) {
	r, err := http.NewRequest(http.MethodGet, v.url+path, nil)
	if err != nil {
		return reply{}, err
	}
	return v.do(r)
}

// post sends a form of names and values.
func (v *visitor) post(path string, values ...string) (reply, error) {
	form := url.Values{"token": {v.token}}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

func (v *visitor) do(r *http.Request) (reply, error) {
	if v.seat != "" {
		r.AddCookie(&http.Cookie{Name: "celld", Value: v.seat})
	}
	a, err := v.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	return reply{a.StatusCode, a.Header, string(body)}, err
}

// promise promises something to the cell and returns the page of the promise,
// which acknowledges it; empty when it was not taken.
func (v *visitor) promise(what string) (string, reply, error) {
	r, err := v.post("/ledger/pledge/new", "to", "cell", "for", what, "what", what, "every", "once", "unit", "")
	return r.leadsTo(), r, err
}

// finds fails unless every promise that was acknowledged stands on its page.
func (v *visitor) finds(t testing.TB, kept map[string]string) {
	t.Helper()
	for page, what := range kept {
		r, err := v.get(page)
		if err != nil || r.status != http.StatusOK || !strings.Contains(r.body, what) {
			t.Fatalf("%q was acknowledged and is not at %s: %d, %v", what, page, r.status, err)
		}
	}
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestProgram runs the real program through the stories in testdata.
func TestProgram(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			d := &daemons{running: map[string]*daemon{}}
			e.Values["daemons"] = d
			plugin, err := filepath.Abs(luci + "/usr/libexec/rpcd/celld")
			if err != nil {
				return err
			}
			e.Setenv("PLUGIN", plugin)
			button, err := filepath.Abs("../../openwrt/celld/files/etc/hotplug.d/button/30-celld")
			if err != nil {
				return err
			}
			e.Setenv("BUTTON_SCRIPT", button)
			e.Defer(func() { d.killAll(t) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve":  serveCommand,
			"end":    endCommand,
			"kill9":  killCommand,
			"hup":    hupCommand,
			"get":    getCommand,
			"said":   saidCommand,
			"damage": damageCommand,
			"hang":   hangCommand,
		},
	})
}

// daemons are the celld that a script started, by name.
type daemons struct{ running map[string]*daemon }

type daemon struct {
	cmd   *exec.Cmd
	ended chan error
	url   chan string

	mu   sync.Mutex // guards said
	said strings.Builder
}

func (d *daemons) killAll(t *testing.T) {
	for _, x := range d.running {
		x.kill(t.Error)
	}
}

// kill sends SIGKILL and waits.
func (d *daemon) kill(raced func(said ...any)) {
	d.cmd.Process.Kill()
	<-d.ended
	if said := d.said.String(); strings.Contains(said, racing) {
		raced(said)
	}
}

// listen keeps what the daemon says and sends the first address it serves.
func (d *daemon) listen(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		d.mu.Lock()
		fmt.Fprintln(&d.said, lines.Text())
		d.mu.Unlock()
		if _, url, ok := strings.Cut(lines.Text(), "url=http://"); ok {
			select {
			case d.url <- "http://" + url:
			default:
			}
		}
	}
	close(d.url)
	d.ended <- d.cmd.Wait()
}

func daemonOf(ts *testscript.TestScript, name string) *daemon {
	d := ts.Value("daemons").(*daemons).running[name]
	if d == nil {
		ts.Fatalf("no celld %s is running", name)
	}
	return d
}

// serveCommand starts a celld on a free port: serve NAME ARG... It sets $NAME
// to the address of its pages.
func serveCommand(ts *testscript.TestScript, neg bool, args []string) {
	exe, err := exec.LookPath("celld")
	if path := ts.Getenv("PATH"); err != nil {
		exe, err = lookIn(path, "celld")
	}
	ts.Check(err)
	cmd := exec.Command(exe, append([]string{"-http", "127.0.0.1:0"}, args[1:]...)...)
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	d := &daemon{cmd: cmd, ended: make(chan error, 1), url: make(chan string, 1)}
	go d.listen(out)
	select {
	case url, ok := <-d.url:
		if ok {
			ts.Value("daemons").(*daemons).running[args[0]] = d
			ts.Setenv(args[0], url)
			return
		}
	case <-time.After(2 * time.Minute): // it hangs
		cmd.Process.Kill()
	}
	<-d.ended
	ts.Fatalf("celld did not serve: %s", d.said.String())
}

func lookIn(path, name string) (string, error) {
	for dir := range strings.SplitSeq(path, string(os.PathListSeparator)) {
		if file := dir + "/" + name; exec.Command("test", "-x", file).Run() == nil {
			return file, nil
		}
	}
	return "", exec.ErrNotFound
}

// endCommand asks a celld to stop and wants it gone, content, in a minute or
// less: end NAME [LIMIT].
func endCommand(ts *testscript.TestScript, neg bool, args []string) {
	d := daemonOf(ts, args[0])
	limit := time.Minute // not a promise: the machine may be shared
	if len(args) > 1 {
		var err error
		limit, err = time.ParseDuration(args[1])
		ts.Check(err)
	}
	began := time.Now()
	ts.Check(d.cmd.Process.Signal(syscall.SIGTERM))
	err := <-d.ended
	delete(ts.Value("daemons").(*daemons).running, args[0])
	if took := time.Since(began); took > limit || err != nil {
		ts.Fatalf("celld took %v to stop: %v\n%s", took, err, d.said.String())
	}
}

func killCommand(ts *testscript.TestScript, neg bool, args []string) {
	daemonOf(ts, args[0]).kill(func(said ...any) { ts.Fatalf("%v", said) })
	delete(ts.Value("daemons").(*daemons).running, args[0])
}

func hupCommand(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(daemonOf(ts, args[0]).cmd.Process.Signal(syscall.SIGHUP))
}

// saidCommand waits until a celld has said something: said NAME TEXT.
func saidCommand(ts *testscript.TestScript, neg bool, args []string) {
	d := daemonOf(ts, args[0])
	for until := time.Now().Add(5 * time.Minute); ; { // a busy machine would long be done
		d.mu.Lock()
		said := d.said.String()
		d.mu.Unlock()
		switch found := strings.Contains(said, args[1]); {
		case found && !neg, !found && neg:
			return
		case neg || time.Now().After(until):
			ts.Fatalf("celld said:\n%s", said)
		}
		time.Sleep(10 * time.Millisecond) // another process: there is no clock to fake
	}
}

// getCommand fetches a page: get URL WANTED-STATUS [TEXT].
func getCommand(ts *testscript.TestScript, neg bool, args []string) {
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Get(args[0])
	ts.Check(err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	ts.Check(err)
	if got := fmt.Sprint(r.StatusCode); got != args[1] || len(args) > 2 && !strings.Contains(string(body), args[2]) {
		ts.Fatalf("%s: %s %s", args[0], got, body)
	}
}

// hangCommand connects to the socket in a DIR and never says a word.
func hangCommand(ts *testscript.TestScript, neg bool, args []string) {
	c, err := net.Dial("unix", ts.MkAbs(args[0]+"/"+socketName))
	ts.Check(err)
	ts.Defer(func() { c.Close() })
}

// damageCommand changes a file: damage FILE cut|flip|newer.
func damageCommand(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	switch args[1] {
	case "cut":
		b = b[:len(b)-1]
	case "flip":
		b[len(b)/2] ^= 1
	case "newer": // the version as either engine writes it
		at := map[bool]int{true: 63, false: 11}[strings.HasPrefix(string(b), "SQLite")]
		b[at] = 255
	default:
		ts.Fatalf("damage: cut, flip or newer")
	}
	ts.Check(os.WriteFile(path, b, 0o600))
}

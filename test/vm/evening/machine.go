package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"celld/test/visit"
)

// machine is a router that may lose its power at any moment: a command that runs
// it, and goes on from the same disk when it is run again.
type machine struct {
	command []string // with {http} and {shell} for ports of this machine, and {written} for written
	asks    []string // what asks its program; none: its own shell does
	other   []string // another command for the same disk, or none
	http    string   // where its pages are
	shell   string
	written string // "written=soon": what is written is on the disk soon after, as on flash

	cmd   *exec.Cmd
	ended chan struct{}
	log   *os.File

	mu   sync.Mutex // guards said
	said strings.Builder
}

// open finds ports that are free.
func (m *machine) open(log string) (err error) {
	ports := map[string]*string{"{http}": &m.http, "{shell}": &m.shell}
	for name, at := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		*at = l.Addr().String()
		defer l.Close()
		_, port, _ := net.SplitHostPort(*at)
		for _, words := range [][]string{m.command, m.asks, m.other} {
			for i, w := range words {
				words[i] = strings.ReplaceAll(w, name, port)
			}
		}
	}
	if log != "" {
		m.log, err = os.Create(log)
	}
	return err
}

func (m *machine) close() {
	m.cut()
	if m.log != nil {
		m.log.Close()
	}
}

// start gives it power.
func (m *machine) start() error {
	m.mu.Lock()
	m.said.Reset()
	m.mu.Unlock()
	words := make([]string, len(m.command))
	for i, w := range m.command {
		words[i] = strings.ReplaceAll(w, "{written}", m.written)
	}
	m.cmd, m.ended = exec.Command(words[0], words[1:]...), make(chan struct{})
	m.cmd.Stdout, m.cmd.Stderr = m, m
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing outlives us
	if err := m.cmd.Start(); err != nil {
		m.cmd = nil
		return err
	}
	go func() {
		defer close(m.ended)
		_ = m.cmd.Wait() // it is killed, as a rule
	}()
	return nil
}

// Write keeps what the router says.
func (m *machine) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.log != nil {
		_, _ = m.log.Write(b) // for people to read
	}
	return m.said.Write(b)
}

func (m *machine) words() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.said.String()
}

func (m *machine) last() string {
	all := m.words()
	return all[max(0, len(all)-3000):]
}

// cut takes the power away. What the router has not written to its disk is lost.
func (m *machine) cut() {
	if m.cmd == nil {
		return
	}
	_ = m.cmd.Process.Kill()
	<-m.ended
	m.cmd = nil
}

// hear waits until the router says something, and returns the first group of it.
func (m *machine) hear(what string, pattern *regexp.Regexp) (found string, err error) {
	err = visit.Until(what, visit.Hangs, func() error {
		select {
		case <-m.ended:
			return visit.Final(errors.New("the router ended"))
		default:
		}
		found, err = visit.Find(pattern, m.words())
		return err
	})
	return found, err
}

// on starts the router and waits until it serves pages.
func (m *machine) on() error {
	if err := m.start(); err != nil {
		return err
	}
	return m.serves()
}

// serves waits until who comes finds the way in.
func (m *machine) serves() error { return m.answers(500) }

// answers waits for a page with a status below another one.
func (m *machine) answers(below int) error {
	b, began := m.visit(), time.Now()
	for {
		p, err := b.Get("/in")
		switch {
		case err == nil && p.Status < below:
			return nil
		case time.Since(began) > visit.Hangs:
			return fmt.Errorf("the router serves no page: %w; it has %s", errors.Join(err, errors.New(p.String())), m.state())
		}
		select {
		case <-m.ended:
			return errors.New("the router ended")
		case <-time.After(20 * time.Millisecond): // another machine: there is no clock to fake
		}
	}
}

// state is what runs there and on what the program waits, for who looks for a fault.
func (m *machine) state() string {
	said, err := m.ask("ps; cat /proc/uptime /proc/meminfo /proc/interrupts; netstat -ltn; cat /proc/$(pidof celld)/status")
	if err != nil {
		return err.Error()
	}
	return said
}

func (m *machine) visit() *visit.Browser { return visit.New("http://" + m.http) }

// ask lets the router's own shell run a line.
func (m *machine) ask(line string) (string, error) {
	c, err := net.Dial("tcp", m.shell)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(visit.Hangs)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(c, "%s\nexit\n", line); err != nil {
		return "", err
	}
	said, err := io.ReadAll(c)
	return string(said), err
}

// folder is where the package lets the cell live.
const folder = "/srv/celld/cell"

// ctl asks the program on the router.
func (m *machine) ctl(args ...string) (string, error) {
	if len(m.asks) == 0 {
		return m.ask("cellctl -dir " + folder + " " + strings.Join(args, " "))
	}
	words := append(m.asks[1:len(m.asks):len(m.asks)], args...)
	said, err := exec.Command(m.asks[0], words...).Output()
	if err != nil {
		err = fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return string(said), err
}

// status is what of cellctl status -json is looked at here.
type status struct {
	Members    []struct{ ID, Name string }
	Operations int
	Digest     *string
	Ledger     struct {
		Balances []struct{ Unit, Account, Amount string }
	}
}

func (m *machine) status() (s status, err error) {
	said, err := m.ctl("status", "-json")
	if err == nil {
		err = json.Unmarshal([]byte(said), &s)
	}
	if err == nil && s.Digest == nil {
		err = errors.New("it is asleep")
	}
	if err != nil {
		err = fmt.Errorf("cellctl status says %.200q: %w", said, err)
	}
	return s, err
}

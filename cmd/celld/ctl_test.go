package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestWhoFoundsWaitsForWhatWasInstalledJustNow: the line that installs celld and the
// one that asks for the code are typed one after the other, and a small router takes
// seconds in between.
func TestWhoFoundsWaitsForWhatWasInstalledJustNow(t *testing.T) {
	var out strings.Builder
	waited := 0
	c := &client{dir: t.TempDir(), out: &out}
	c.pause = func(time.Duration) {
		if waited++; waited == 3 {
			answerOnce(t, c.dir)
		}
	}
	if err := c.claim(nil); err != nil || out.String() != "ABCD-EFGH\n" {
		t.Errorf("it says %q: %v", out.String(), err)
	}
	// Nobody waits for ever, and nobody for an answer that has come.
	waited = 0
	c = &client{dir: t.TempDir(), out: &out, pause: func(time.Duration) { waited++ }}
	if err := c.claim(nil); !errors.Is(err, errNotRunning) || waited != claimPatience {
		t.Errorf("after %d s: %v", waited, err)
	}
	if err := c.claim([]string{"twice"}); !errors.Is(err, errUsage) || waited != claimPatience {
		t.Errorf("a word too many: %v", err)
	}
}

// TestWhoGetsNoAnswerIsToldWhy: a celld that hangs, one that may not be asked and one
// that has begun are not one that does not run.
func TestWhoGetsNoAnswerIsToldWhy(t *testing.T) {
	c := &client{dir: t.TempDir(), out: io.Discard, patience: time.Millisecond}
	if err := c.status(nil); !errors.Is(err, errNotRunning) {
		t.Errorf("where none is: %v", err)
	}
	l, err := net.Listen("unix", filepath.Join(c.dir, socketName))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := c.status(nil); !errors.Is(err, errSilent) {
		t.Errorf("of one that hangs: %v", err)
	}
	if err := asNobody(t, c.dir, c.status); errors.Is(err, errNotRunning) || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("of one that may not be asked: %v", err)
	}
	h, _ := settled(t)
	var errs bytes.Buffer
	if code := control([]string{"-dir", h.config.dir, "status"}, nil, io.Discard, &errs); code == 0 || !strings.Contains(errs.String(), "it has begun") {
		t.Errorf("of one that has begun: %s", errs.String())
	}
}

// asNobody asks as somebody who sees dir and may do nothing there: root may do anything.
func asNobody(t *testing.T, dir string, ask func([]string) error) error {
	t.Helper()
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o711), os.Chmod(filepath.Join(dir, socketName), 0)); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	was, err := unix.SetfsuidRetUid(65534)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Setfsuid(was)
	return ask(nil)
}

// answerOnce stands for a celld that begins to listen.
func answerOnce(t *testing.T, dir string) {
	l, err := net.Listen("unix", filepath.Join(dir, socketName))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			out := json.NewEncoder(conn)
			err = errors.Join(json.NewDecoder(conn).Decode(&request{}), out.Encode(event{Text: "ABCD-EFGH"}), out.Encode(event{Done: true}), conn.Close())
		}
		done <- err
	}()
	t.Cleanup(func() {
		if err := errors.Join(<-done, l.Close()); err != nil {
			t.Error(err)
		}
	})
}

// Who unlocks a router by a name is told that names are sealed until it is awake.
func TestALockedRouterKnowsItsMembersByNumberAlone(t *testing.T) {
	h, moss := settled(t)
	if m, err := h.member("Moss"); err != nil || m != moss.Member {
		t.Fatalf("awake, it finds %v: %v", m, err)
	}
	if _, err := h.member("Nobody"); err == nil || !strings.Contains(err.Error(), "no member is called") {
		t.Errorf("awake, of a name that nobody has: %v", err)
	}
	if err := h.desk.Lock(); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"1", moss.Member.String()} {
		if m, err := h.member(who); err != nil || m != moss.Member {
			t.Errorf("locked, %s is %v: %v", who, m, err)
		}
	}
	if _, err := h.member("Moss"); err == nil || !strings.Contains(err.Error(), "names are sealed") {
		t.Errorf("locked, by name: %v", err)
	}
}

// TestCellctlWaitsWhileNoFileIsFree: a router with no file to spare goes on, keys and
// all. Who asked then ended it.
func TestCellctlWaitsWhileNoFileIsFree(t *testing.T) {
	h, _ := settled(t)
	s, err := openSocket(h)
	if err != nil {
		t.Fatal(err)
	}
	s.listener = &spent{Listener: s.listener, faults: 3}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		defer s.listener.Close()
		ended <- s.Run(ctx)
	}()
	var out, errs bytes.Buffer
	if code := control([]string{"-dir", h.config.dir, "status"}, nil, &out, &errs); code != 0 {
		t.Errorf("%d %s", code, errs.String())
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// spent has no file for the first that come.
type spent struct {
	net.Listener
	faults int
}

func (l *spent) Accept() (net.Conn, error) {
	if l.faults--; l.faults >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "unix", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

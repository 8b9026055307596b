package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"celld/internal/op"
	"celld/internal/oplog"
)

// smallDisk is a file system of its own, seen by nobody outside its namespace
// of mounts.
type smallDisk struct {
	pid string // of a process that lives in the namespace
	dir string
}

// mountSmall makes a disk of so many kilobytes.
func mountSmall(t *testing.T, kilobytes int) *smallDisk {
	t.Helper()
	d := &smallDisk{dir: t.TempDir()}
	args := []string{"--mount"}
	if os.Getuid() != 0 {
		args = append(args, "--map-root-user")
	}
	script := fmt.Sprintf("mount -t tmpfs -o size=%dk tmpfs %s && echo mounted && exec cat", kilobytes, d.dir)
	cmd := exec.Command("unshare", append(args, "sh", "-c", script)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	if said, _ := io.ReadAll(io.LimitReader(out, int64(len("mounted")))); string(said) != "mounted" {
		t.Fatal("this test fills a small disk, and may not mount one here: run it as root, or allow user namespaces")
	}
	d.pid = fmt.Sprint(cmd.Process.Pid)
	return d
}

// within is a command that sees the disk.
func (d *smallDisk) within(name string, args ...string) *exec.Cmd {
	enter := []string{"--target", d.pid, "--mount"}
	if os.Getuid() != 0 {
		enter = append(enter, "--user", "--preserve-credentials")
	}
	return exec.Command("nsenter", append(append(enter, "--", name), args...)...)
}

func (d *smallDisk) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := d.within(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

// start runs a celld on the disk.
func (d *smallDisk) start(t *testing.T, args ...string) *program {
	t.Helper()
	return startCommand(t, d.within(celldPath(t), programArgs(d.cell(), args...)...))
}

func (d *smallDisk) cell() string { return filepath.Join(d.dir, "cell") }

// demo puts the demo cell on the disk, and leaves nothing else there.
func (d *smallDisk) demo(t *testing.T, store string) {
	t.Helper()
	dir := t.TempDir()
	demoIn(t, dir, store)
	d.run(t, "cp", "-a", dir, d.cell())
}

// fill leaves no byte free.
func (d *smallDisk) fill(t *testing.T) {
	t.Helper()
	ballast := filepath.Join(d.dir, "ballast")
	_ = d.within("dd", "if=/dev/zero", "of="+ballast, "bs=1k").Run() // until nothing fits: an error
	if free := d.run(t, "stat", "-f", "-c", "%f", d.dir); strings.TrimSpace(free) != "0" {
		t.Fatalf("%s blocks are still free", free)
	}
}

func celldPath(t *testing.T) string {
	t.Helper()
	exe, err := exec.LookPath("celld")
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// TestAFullDiskIsToldOnThePageAndNothingIsLost fills the disk under a running
// program, until a page says so.
func TestAFullDiskIsToldOnThePageAndNothingIsLost(t *testing.T) {
	for _, store := range []string{storeSQLite, storeFile} {
		t.Run(store, func(t *testing.T) {
			d := mountSmall(t, 3000)
			d.demo(t, store)
			p := d.start(t)
			v := signIn(t, p, 0)
			kept := map[string]string{}
			d.fill(t)
			refused := promiseUntilRefused(t, v, kept)
			if refused.status != http.StatusInsufficientStorage || !strings.Contains(refused.body, "This router is full.") {
				t.Errorf("a full disk is answered with %d: %s", refused.status, refused.body)
			}
			v.finds(t, kept)
			late := signIn(t, p, 1) // people can still come in and read
			late.finds(t, kept)

			d.run(t, "rm", filepath.Join(d.dir, "ballast"))
			page, r, err := late.promise("There is room again.")
			if page == "" {
				t.Fatalf("with room again: %d, %v: %s", r.status, err, r.body)
			}
			kept[page] = "There is room again."
			p.kill()
			signIn(t, d.start(t), 2).finds(t, kept)
		})
	}
}

// promiseUntilRefused returns the first answer that was none.
func promiseUntilRefused(t *testing.T, v *visitor, kept map[string]string) reply {
	t.Helper()
	for i := range 10_000 { // a disk of 3 MB holds less
		what := fmt.Sprintf("Soup no. %d.", i)
		page, r, err := v.promise(what)
		if err != nil {
			t.Fatal(err)
		}
		if page == "" {
			return r
		}
		kept[page] = what
	}
	t.Fatal("the disk never filled up")
	return reply{}
}

func TestAReadOnlyDiskIsToldAtTheStart(t *testing.T) {
	d := mountSmall(t, 3000)
	d.demo(t, "")
	d.run(t, "mount", "-o", "remount,ro", d.dir)
	out, err := d.within(celldPath(t), programArgs(d.cell())...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "read-only file system") {
		t.Errorf("%v: %s", err, out)
	}
}

// faulty is an engine on a disk that has gone wrong: the edge of the world.
type faulty struct {
	oplog.Engine
	wrong error
}

func (f *faulty) Append(ops [][]byte, chunks map[op.Chunk][]byte) (uint32, error) {
	if f.wrong != nil {
		return 0, fmt.Errorf("append: %w", f.wrong)
	}
	return f.Engine.Append(ops, chunks)
}

// TestWhatIsWrongWithTheDiskIsToldOnThePage lets a disk go wrong while the
// pages are served, and come back.
func TestWhatIsWrongWithTheDiskIsToldOnThePage(t *testing.T) {
	dir := t.TempDir()
	demoIn(t, dir, "")
	h, disk := faultyHouse(t, dir)
	v := signIn(t, &program{url: serveHouse(t, h)}, 0)
	for _, c := range []struct {
		wrong  error
		status int
		says   string
	}{
		{syscall.EROFS, http.StatusInsufficientStorage, "This router cannot write."},
		{syscall.ENOSPC, http.StatusInsufficientStorage, "This router is full."},
		{syscall.EIO, http.StatusInternalServerError, "That did not work."},
	} {
		before := h.store.Len()
		disk.wrong = c.wrong
		_, r, err := v.promise("Nothing will come of it.")
		if err != nil || r.status != c.status || !strings.Contains(r.body, c.says) || h.store.Len() != before {
			t.Errorf("%v: %d, %v, %d operations more: %s", c.wrong, r.status, err, h.store.Len()-before, r.body)
		}
	}
	disk.wrong = nil
	page, r, err := v.promise("All is well again.")
	if page == "" {
		t.Fatalf("%d, %v: %s", r.status, err, r.body)
	}
	v.finds(t, map[string]string{page: "All is well again."})
}

// faultyHouse opens a house in this process, on a disk that can go wrong.
func faultyHouse(t *testing.T, dir string) (*house, *faulty) {
	t.Helper()
	c, err := parseConfig(programArgs(dir))
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	disk := &faulty{Engine: h.store.Engine}
	h.store.Engine = disk
	keys := &sealer{vault: h.vault, cell: func() op.ID { return h.log.Cell() }}
	if h.log, err = oplog.Open(h.store, keys, h.clock.unix); err != nil {
		t.Fatal(err)
	}
	h.desk.log = h.log
	return h, disk
}

// serveHouse serves a house until the end of the test.
func serveHouse(t *testing.T, h *house) (url string) {
	t.Helper()
	doors, err := h.doors()
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := h.tasks()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- supervise(t.Context(), append(doors, tasks...)...) }()
	t.Cleanup(func() { // t's context has ended by now
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + h.addresses[0].Addr
}

// TestADatabaseThatAnotherProgramHoldsIsToldAtTheStart holds it as an
// operator's sqlite3 in another window does.
func TestADatabaseThatAnotherProgramHoldsIsToldAtTheStart(t *testing.T) {
	dir := t.TempDir()
	demoIn(t, dir, storeSQLite)
	other, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "log.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	for _, q := range []string{"PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"} {
		if _, err := other.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	out, err := exec.Command(celldPath(t), programArgs(dir)...).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "is at work here") {
		t.Errorf("%v: %s", err, out)
	}
	if took := time.Since(began); took > 2*time.Minute {
		t.Errorf("it took %v to say so", took)
	}
}

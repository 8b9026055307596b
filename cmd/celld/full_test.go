package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestAFullDiskIsSaidOnAPageUntilThereIsRoom lives on a disk of its own, which is
// as small as a router's flash can be.
func TestAFullDiskIsSaidOnAPageUntilThereIsRoom(t *testing.T) {
	for _, store := range []string{storeFile, storeSQLite} {
		t.Run(store, func(t *testing.T) { fullDisk(t, store) })
	}
}

func fullDisk(t *testing.T, store string) {
	disk := t.TempDir()
	if err := unix.Mount("full", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatalf("this test needs root, to have a small disk: %v", err)
	}
	defer func() { _ = unix.Unmount(disk, 0) }()
	fill := filepath.Join(disk, "fill")
	if err := os.WriteFile(fill, make([]byte, 1<<20), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute) // says only that it hangs
	defer stop()
	said := make(lines, 100)
	c := config{dir: filepath.Join(disk, "cell"), http: "127.0.0.1:0", store: store}
	if err := os.Mkdir(c.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	begun := make(chan error, 1)
	go func() {
		h, err := findRoom(ctx, c, slog.New(slog.NewTextHandler(said, nil)), 10*time.Millisecond)
		if err == nil {
			err = h.close()
		}
		begun <- err
	}()
	next := func() string {
		select {
		case line := <-said:
			return line
		case err := <-begun:
			t.Fatalf("it did not wait: %v", err)
			return ""
		}
	}
	if line := next(); !strings.Contains(line, "no room to begin") {
		t.Errorf("the log says: %s", line)
	}
	_, url, _ := strings.Cut(next(), "url=")
	r, err := http.Get(strings.TrimSpace(url))
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(page), "This router is full") {
		t.Errorf("%v %s: %s", err, r.Status, page)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
}

// lines is what a logger writes into, a line at a time.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}

// TestAFaultThatIsNoFullDiskIsToldAtOnce: waiting would mend nothing.
func TestAFaultThatIsNoFullDiskIsToldAtOnce(t *testing.T) {
	c := config{dir: filepath.Join(t.TempDir(), "file", "cell"), http: "127.0.0.1:0", store: storeFile}
	if err := os.WriteFile(filepath.Dir(c.dir), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := findRoom(context.Background(), c, slog.New(slog.DiscardHandler), time.Hour); !errors.Is(err, syscall.ENOTDIR) {
		t.Error(err)
	}
}

package main

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
)

// demoFolders holds the demo cell's files in memory, by engine: to fill one takes
// longer than most of what is done with it, and each test begins with a copy.
var demoFolders = struct {
	mu   sync.Mutex // guards made
	made map[string]fs.FS
}{made: map[string]fs.FS{}}

// demoIn puts the demo cell into a folder that is empty.
func demoIn(t testing.TB, dir, store string) {
	t.Helper()
	if err := os.CopyFS(dir, demoFolder(t, store)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func demoFolder(t testing.TB, store string) fs.FS {
	t.Helper()
	demoFolders.mu.Lock()
	defer demoFolders.mu.Unlock()
	if made := demoFolders.made[store]; made != nil {
		return made
	}
	dir := t.TempDir()
	h, err := openHouse(config{dir: dir, demo: true, store: store}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := fillDemo(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	made := filesOf(t, dir)
	demoFolders.made[store] = made
	return made
}

// filesOf reads a folder, which may go then.
func filesOf(t testing.TB, dir string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = &fstest.MapFile{Data: b, Mode: 0o600}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

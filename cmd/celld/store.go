package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"celld/internal/logfile"
	"celld/internal/oplog"
	"celld/internal/sqlite"
)

// store is an engine, by the name that people chose it by.
type store struct {
	oplog.Engine
	name string
}

// storeFileOf is the file by which an engine is known; empty where there is no such engine.
func storeFileOf(engine string) string {
	switch engine {
	case storeSQLite:
		return "log.sqlite"
	case storeFile:
		return "log"
	}
	return ""
}

// storeSuffixes are what the names of an engine's files end in.
var storeSuffixes = []string{"", "-wal", "-shm"}

// openStore opens the log in dir with the engine that it was made with. A new
// one is made with the engine wanted, or with the best that there is.
func openStore(dir, wanted string) (store, error) {
	name, err := chooseStore(dir, wanted)
	if err != nil {
		return store{}, err
	}
	e, err := openEngine(dir, name)
	switch {
	case errors.Is(err, logfile.ErrLocked) || errors.Is(err, sqlite.ErrLocked):
		return store{}, fmt.Errorf("-dir %s: another celld is at work here: %w", dir, err)
	case errors.Is(err, logfile.ErrNewer) || errors.Is(err, sqlite.ErrNewer):
		return store{}, fmt.Errorf("-dir %s: install the newer celld again: %w", dir, err)
	case err != nil:
		return store{}, err
	}
	if e.Cut() > 0 {
		_ = createFile(cutMark(dir), func(io.Writer) error { return nil }) // on a full disk, whoever has it open knows still
	}
	return store{e, name}, nil
}

// cutMark is there from when the end of a log was cut off until no key writes any more
// that may have signed it: who opens the log next finds it whole.
func cutMark(dir string) string { return filepath.Join(dir, "log.cut") }

func openEngine(dir, name string) (oplog.Engine, error) {
	if name == storeFile {
		return logfile.Open(dir)
	}
	e, err := sqlite.Open(dir)
	if err != nil {
		return nil, err
	}
	// SQLite lets everybody read what it makes, and DIR may have been there before.
	for _, suffix := range storeSuffixes {
		_ = os.Chmod(filepath.Join(dir, storeFileOf(name)+suffix), 0o600) // a stick may know no modes
	}
	return e, nil
}

// chooseStore names the engine for dir.
func chooseStore(dir, wanted string) (string, error) {
	held, err := heldStore(dir)
	switch {
	case err != nil:
		return "", err
	case held != "" && wanted != "" && held != wanted:
		return "", fmt.Errorf("-store %s: the log in %s was made with %s; cellctl backup and cellctl restore move a cell from one to the other", wanted, dir, held)
	case held == storeSQLite && !sqlite.Available:
		return "", fmt.Errorf("-dir %s: the log was made with sqlite, which does not exist for this processor; restore a backup instead", dir)
	case held != "":
		return held, nil
	case wanted != "":
		return wanted, nil
	case sqlite.Available:
		return storeSQLite, nil
	}
	return storeFile, nil
}

// heldStore names the engine whose log lies in dir; empty when none does.
func heldStore(dir string) (held string, err error) {
	for _, name := range []string{storeSQLite, storeFile} {
		_, err := os.Lstat(filepath.Join(dir, storeFileOf(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", fmt.Errorf("-dir: %w", err)
		case held != "":
			return "", fmt.Errorf("-dir %s: holds two logs, one of sqlite and one of file; move one of them away", dir)
		default:
			held = name
		}
	}
	return held, nil
}

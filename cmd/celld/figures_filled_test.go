package main

import (
	"encoding/gob"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"celld/internal/op"
)

// Filling a cell of 100 000 takes minutes. With -filled a run keeps what it
// filled, and another finds it there: a year that ended on the day it was filled.
var filledFlag = flag.String("filled", "", "a folder that keeps the cells of the figures from one run to the next")

// folder is where a cell is filled, and whether it stays there.
func (f filling) folder(b testing.TB) (dir string, kept bool) {
	b.Helper()
	if *filledFlag != "" {
		dir = filepath.Join(*filledFlag, fmt.Sprintf("%s-%d", f.with, f.n))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		return dir, true
	}
	dir, err := os.MkdirTemp("", "celld-figures-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir); delete(filledCells, f) })
	return dir, false
}

// filledFile is a filled cell as it is kept.
type filledFile struct {
	Operations [][]byte
	Chunks     map[op.Chunk][]byte
	Open       op.Ref
}

func filledPath(dir string) string { return filepath.Join(dir, "filled") }

// readFilled returns the cell that an earlier run kept, nil where none did.
func readFilled(b testing.TB, dir string, kept bool) *filledCell {
	b.Helper()
	if !kept {
		return nil
	}
	file, err := os.Open(filledPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	var f filledFile
	if err := gob.NewDecoder(file).Decode(&f); err != nil {
		b.Fatal(err)
	}
	return &filledCell{keys: filepath.Join(dir, "keys"), disk: &scratch{f.Operations, f.Chunks}, open: f.Open}
}

// write keeps a cell; what was only half written has another name.
func (c *filledCell) write(b testing.TB, dir string) {
	b.Helper()
	file, err := os.Create(filledPath(dir) + ".new")
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(gob.NewEncoder(file).Encode(filledFile{c.disk.operations, c.disk.chunks, c.open}), file.Close(),
		os.Rename(filledPath(dir)+".new", filledPath(dir))); err != nil {
		b.Fatal(err)
	}
}

package main

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An entry is one file of a package, as it will lie on the router. All belong to
// root: what celld may write is made when it starts.
type entry struct {
	path   string // without a leading slash
	mode   int64
	body   []byte
	link   string // the target of a symbolic link
	folder bool
}

// A tree is the files of a package, by path.
type tree []entry

// collect reads the package's files/ and adds the program.
func (d description) collect(program []byte) (tree, error) {
	t, err := readTree(filepath.Join(d.folder, "files"))
	if err != nil {
		return nil, err
	}
	if program != nil {
		t = append(t,
			entry{path: "usr/sbin/celld", mode: 0o755, body: program},
			entry{path: "usr/bin/cellctl", mode: 0o777, link: "../sbin/celld"})
	}
	slices.SortFunc(t, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	for _, name := range d.conffiles() {
		if !slices.ContainsFunc(t, func(e entry) bool { return "/"+e.path == name }) {
			return nil, fmt.Errorf("%s is no file of the package: such go into keep.d", name)
		}
	}
	return t, nil
}

// readTree reads what lies under root. A file's mode is 0755 or 0644, by
// whether its owner may run it: what else a checkout says is chance.
func readTree(root string) (tree, error) {
	var t tree
	err := filepath.WalkDir(root, func(name string, at fs.DirEntry, err error) error {
		if err != nil || at.IsDir() {
			return err
		}
		inside, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		e := entry{path: filepath.ToSlash(inside), mode: 0o644}
		info, err := at.Info()
		if err != nil {
			return err
		}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			e.mode = 0o777
			e.link, err = os.Readlink(name)
		case info.Mode().IsRegular():
			if info.Mode()&0o100 != 0 {
				e.mode = 0o755
			}
			e.body, err = os.ReadFile(name)
		default:
			err = fmt.Errorf("%s is neither a file nor a link", name)
		}
		t = append(t, e)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a package may be scripts alone
	}
	return t, err
}

// folders are the folders that t's files lie in, parents first.
func (t tree) folders() []string {
	seen := map[string]bool{}
	for _, e := range t {
		for dir := path.Dir(e.path); dir != "."; dir = path.Dir(dir) {
			seen[dir] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// What a router's flash packs at a time, and what it writes before each (jffs2).
const (
	flashPage = 4096
	flashHead = 68
)

// onFlash is how much room the files take on a router's flash, which packs them page
// by page: about half as much again as a package, where all is packed at once. opkg
// installs nothing whose Installed-Size is more than what is free, and knows nothing
// of packing: by the size of the files, no program in Go would fit into 16 MB.
func (t tree) onFlash() int64 {
	var n int64
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestCompression)
	for _, e := range t {
		n += flashHead + int64(len(e.link))
		for page := range slices.Chunk(e.body, flashPage) {
			packed.Reset()
			w.Reset(&packed)
			if err := errors.Join(second(w.Write(page)), w.Close()); err != nil {
				panic("pack: writing into memory: " + err.Error())
			}
			n += flashHead + int64(min(packed.Len(), len(page)))
		}
	}
	return n
}

// tar writes t with the folders that it lies in.
func (t tree) tar(date time.Time) []byte {
	all := tree{{path: "", mode: 0o755, folder: true}}
	for _, dir := range t.folders() {
		all = append(all, entry{path: dir + "/", mode: 0o755, folder: true})
	}
	return append(all, t...).members(date)
}

// members writes t as opkg wants it: GNU's format, each name with "./" before it,
// numbers for owners, all of one time.
func (t tree) members(date time.Time) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range t {
		h := tar.Header{Name: "./" + e.path, Typeflag: tar.TypeReg, Mode: e.mode, Size: int64(len(e.body)),
			ModTime: date, Format: tar.FormatGNU}
		switch {
		case e.folder:
			h.Typeflag = tar.TypeDir
		case e.link != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.link
		}
		if err := errors.Join(w.WriteHeader(&h), second(w.Write(e.body))); err != nil {
			panic("pack: writing into memory: " + err.Error())
		}
	}
	if err := w.Close(); err != nil {
		panic("pack: writing into memory: " + err.Error())
	}
	return b.Bytes()
}

func second[T any](_ T, err error) error { return err }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

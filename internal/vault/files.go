package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// disk is what the vault asks of a file system; tests break it call by call.
type disk interface {
	MkdirAll(dir string) error
	ReadDir(dir string) ([]string, error)
	ReadFile(name string) ([]byte, error)
	Create(name string) (file, error) // empty, for the owner only
	Reopen(name string) (file, error) // to write over what is there
	Rename(from, to string) error
	Remove(name string) error
	SyncDir(dir string) error
}

type file interface {
	io.WriteCloser
	Sync() error
}

type realDisk struct{}

func (realDisk) MkdirAll(dir string) error { return os.MkdirAll(dir, 0o700) }

func (realDisk) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (realDisk) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

func (realDisk) Create(name string) (file, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

func (realDisk) Reopen(name string) (file, error) { return os.OpenFile(name, os.O_WRONLY, 0) }
func (realDisk) Rename(from, to string) error     { return os.Rename(from, to) }
func (realDisk) Remove(name string) error         { return os.Remove(name) }

func (realDisk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// keyFiles is the folder DIR/keys.
type keyFiles struct {
	disk disk
	dir  string
}

const (
	unfinished = ".new"
	outworn    = ".old" // what a newer file took the place of, until it is written over
)

func (k keyFiles) path(name string) string { return filepath.Join(k.dir, name) }

// read returns nil, nil for a file that is not there.
func (k keyFiles) read(name string) ([]byte, error) {
	b, err := k.disk.ReadFile(k.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("vault: read %s: %w", name, err)
	}
	return b, nil
}

// write puts a whole file in place, or leaves the old one there. When it
// returns nil, the file outlives a power cut.
func (k keyFiles) write(name string, b []byte) error {
	return k.put(name, b, func() error { return k.disk.Rename(k.path(name+unfinished), k.path(name)) })
}

// rewrite is write that destroys the old file: its bytes may open what the new
// ones do not. When it fails late, the new file is there and the next start
// destroys the old one.
func (k keyFiles) rewrite(name string, b []byte) error {
	if err := k.put(name, b, func() error { return k.replace(name) }); err != nil {
		return err
	}
	return k.shred(name + outworn)
}

func (k keyFiles) put(name string, b []byte, place func() error) error {
	temp := k.path(name + unfinished)
	err := k.fill(k.disk.Create, temp, b)
	if err == nil {
		err = place()
	}
	if err != nil {
		_ = k.disk.Remove(temp) // the next start tries again
		return fmt.Errorf("vault: write %s: %w", name, err)
	}
	if err := k.disk.SyncDir(k.dir); err != nil {
		return fmt.Errorf("vault: write %s: %w", name, err)
	}
	return nil
}

// replace moves the old file aside and the new one into its place. A start that
// finds the old one alone moves it back.
func (k keyFiles) replace(name string) error {
	err := k.disk.Rename(k.path(name), k.path(name+outworn))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := k.disk.Rename(k.path(name+unfinished), k.path(name)); err != nil {
		return errors.Join(err, k.putBack(name))
	}
	return nil
}

func (k keyFiles) putBack(name string) error {
	err := k.disk.Rename(k.path(name+outworn), k.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (k keyFiles) fill(open func(string) (file, error), path string, b []byte) error {
	f, err := open(path)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// remove is content with a file that is not there.
func (k keyFiles) remove(name string) error {
	err := k.disk.Remove(k.path(name))
	if err == nil {
		err = k.disk.SyncDir(k.dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("vault: remove %s: %w", name, err)
	}
	return nil
}

// shred writes chance over a file and removes it. On log-structured flash the
// old bytes may live on in a worn page; the pages of the portal say so.
func (k keyFiles) shred(name string) error {
	old, err := k.read(name)
	if err == nil && old == nil {
		return nil
	}
	if err == nil {
		rand.Read(old) // never fails: crypto/rand ends the program instead
		err = k.fill(k.disk.Reopen, k.path(name), old)
	}
	return errors.Join(err, k.remove(name))
}

// sweep ends what a power cut left half written, or half destroyed.
func (k keyFiles) sweep() error {
	names, err := k.disk.ReadDir(k.dir)
	if err != nil {
		return fmt.Errorf("vault: list keys: %w", err)
	}
	for _, name := range names {
		base, old := strings.CutSuffix(name, outworn)
		switch {
		case filepath.Ext(name) == unfinished, old && slices.Contains(names, base):
			err = errors.Join(err, k.shred(name))
		case old:
			err = errors.Join(err, k.putBack(base))
		}
	}
	return err
}

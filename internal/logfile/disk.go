package logfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// disk is the directory of a log, and file a file in it: the edge of the
// world, and all that a log asks of it. Tests put a disk in its place that
// forgets what was not made durable.
type disk interface {
	open(name string) (file, error)   // an error that is fs.ErrNotExist when there is none
	create(name string) (file, error) // empty, in place of an older one
	rename(old, new string) error
	remove(name string) error
	sync() error // makes creating, renaming and removing durable
	close() error
}

type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	size() (int64, error)
}

// osDisk is a directory of this machine, locked for this process.
type osDisk struct {
	path string
	dir  *os.File
}

// openDir locks a directory. The lock (flock on the directory itself, so that
// no file has to be written for it) ends with the process, however it ends.
func openDir(path string) (osDisk, error) {
	dir, err := os.Open(path)
	if err != nil {
		return osDisk{}, err
	}
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		dir.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return osDisk{}, ErrLocked
		}
		return osDisk{}, fmt.Errorf("lock: %w", err)
	}
	return osDisk{path, dir}, nil
}

func (d osDisk) open(name string) (file, error) { return d.openFile(name, os.O_RDWR) }

func (d osDisk) create(name string) (file, error) {
	return d.openFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
}

func (d osDisk) openFile(name string, flag int) (file, error) {
	f, err := os.OpenFile(filepath.Join(d.path, name), flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (d osDisk) rename(old, new string) error {
	return os.Rename(filepath.Join(d.path, old), filepath.Join(d.path, new))
}

func (d osDisk) remove(name string) error { return os.Remove(filepath.Join(d.path, name)) }
func (d osDisk) sync() error              { return d.dir.Sync() }
func (d osDisk) close() error             { return d.dir.Close() }

type osFile struct{ *os.File }

func (f osFile) size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

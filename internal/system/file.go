package system

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// mostUCI bounds what is read: no router's file comes near it.
const mostUCI = 256 << 10

// ReadUCI reads a file. Problems are told of a file that could be read.
func ReadUCI(path string) (UCI, []Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return UCI{}, nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostUCI+1))
	if err != nil {
		return UCI{}, nil, err
	}
	if len(text) > mostUCI {
		return UCI{}, nil, fmt.Errorf("%s: longer than %d kB, which no configuration is", path, mostUCI>>10)
	}
	u, problems := ParseUCI(text)
	return u, problems, nil
}

var errNotUCI = errors.New("what was to be written would read as something else")

// WriteUCI puts u in the place of a file, so that a power cut leaves the old or
// the new one. It keeps the file's mode; a new file is its owner's alone. What
// would not read back the same is refused.
func WriteUCI(path string, u UCI) error {
	text := u.Text()
	if back, problems := ParseUCI(text); len(problems) > 0 || !same(back, u) {
		return fmt.Errorf("%s: %w", path, errNotUCI)
	}
	mode := fs.FileMode(0o600)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if old, err := os.Stat(path); err == nil {
		mode = old.Mode().Perm()
	}
	return replace(path, text, mode)
}

// replace writes beside a file, and renames when all is on the disk.
func replace(path string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".celld-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = io.Copy(f, bytes.NewReader(text))
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// same compares what two files say; where they say it does not matter.
func same(a, b UCI) bool {
	return slices.EqualFunc(a.Sections, b.Sections, func(a, b Section) bool {
		return a.Type == b.Type && a.Name == b.Name && slices.EqualFunc(a.Options, b.Options, func(a, b Option) bool {
			return a.Name == b.Name && a.List == b.List && slices.Equal(a.Values, b.Values)
		})
	})
}

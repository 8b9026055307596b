package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"celld/internal/op"
)

// joiningName is the file that remembers the yes that somebody said on the page
// of a router without a cell, until the cell's own log says as much. So a power
// cut in between asks nobody again.
const joiningName = "joining"

// joining is what stands in it.
type joining struct {
	_    struct{} `cbor:",toarray"`
	Key  []byte   // of the router that asked
	Cell op.ID    // zero until that router has told
}

// loadJoining reads what was said yes to; nothing when nobody did.
func loadJoining(dir string) (j joining, err error) {
	b, err := os.ReadFile(filepath.Join(dir, joiningName))
	if errors.Is(err, fs.ErrNotExist) {
		return j, nil
	}
	if err == nil {
		err = op.Unmarshal(b, &j)
	}
	if err == nil && len(j.Key) != ed25519.PublicKeySize {
		err = errors.New("that is no key")
	}
	if err != nil {
		return joining{}, fmt.Errorf("read who takes this router in: %w", err)
	}
	return j, nil
}

// store puts it in place, whole.
func (j joining) store(dir string) error {
	return createFile(filepath.Join(dir, joiningName), func(w io.Writer) error {
		_, err := w.Write(op.MustMarshal(j))
		return err
	})
}

// forgetJoining removes it, and what a power cut left of one.
func forgetJoining(dir string) error {
	path := filepath.Join(dir, joiningName)
	return errors.Join(gone(os.Remove(path)), gone(os.Remove(path+".new")))
}

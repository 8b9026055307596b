// Package receipts keeps the pictures of receipts on this router, sealed, for
// as long as somebody may have to look at them.
//
// A picture is no part of the log, which holds its fingerprint alone: what is
// to be forgotten in a month should not lie on every router and every stick.
package receipts

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"celld/internal/op"
)

// Room is how many bytes all pictures together may take.
const Room = 4 << 20

// ErrFull is returned when a picture finds no room.
var ErrFull = errors.New("receipts: no room for another picture")

const (
	label   = "celld receipt 1"
	writing = ".new"
)

// Keys are the cell's keys, as far as they are open now.
type Keys interface {
	// Current returns the epoch that is written under.
	Current() (op.Epoch, op.Secret, error)
	// Secret returns the secret of an epoch that is open.
	Secret(e op.Epoch) (op.Secret, bool)
}

// Shelf is the folder where they lie, one file a request. It may be used by
// several goroutines; two that keep a picture of one request leave one of them.
type Shelf struct {
	dir  string
	keys Keys
}

// Kept is a picture on the shelf: whose, and when it goes, 0 while nobody knows.
type Kept struct {
	Request op.Ref
	Until   uint64
}

// Open returns the shelf in a folder, which comes into being with the first
// picture. What a power cut left half written is removed.
func Open(dir string, keys Keys) (*Shelf, error) {
	left, err := filepath.Glob(filepath.Join(dir, "*"+writing))
	if err != nil {
		return nil, err
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			return nil, err
		}
	}
	return &Shelf{dir, keys}, nil
}

// Keep puts the picture of a request on the shelf. When it returns nil, the
// picture outlives a power cut.
func (s *Shelf) Keep(request op.Ref, picture []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	taken, err := s.taken()
	if err != nil {
		return err
	}
	if taken+len(picture) > Room {
		return ErrFull
	}
	sealed, err := s.seal(request, picture)
	if err != nil {
		return err
	}
	return s.write(request.String(), sealed)
}

func (s *Shelf) taken() (n int, err error) {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		if about, err := f.Info(); err == nil {
			n += int(about.Size())
		}
	}
	return n, nil
}

// write makes a file whole or not at all.
func (s *Shelf) write(name string, b []byte) (err error) {
	path := filepath.Join(s.dir, name)
	f, err := os.OpenFile(path+writing, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+writing))
	}
	if err := os.Rename(path+writing, path); err != nil {
		return err
	}
	return s.sync()
}

// sync makes names in the folder outlive a power cut.
func (s *Shelf) sync() error {
	d, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Picture returns the picture of a request: fs.ErrNotExist when it is not
// here, op.ErrNoKey while what opens it is locked.
func (s *Shelf) Picture(request op.Ref) ([]byte, error) {
	name, _, err := s.find(request)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		return nil, err
	}
	return s.open(request, b)
}

// Has reports whether the picture of a request is here.
func (s *Shelf) Has(request op.Ref) bool {
	_, _, err := s.find(request)
	return err == nil
}

// find returns the file of a request, whose name may say when it goes.
func (s *Shelf) find(request op.Ref) (name string, until uint64, err error) {
	files, err := os.ReadDir(s.dir)
	if err != nil {
		return "", 0, err
	}
	for _, f := range files {
		if k, ok := parse(f.Name()); ok && k.Request == request {
			return f.Name(), k.Until, nil
		}
	}
	return "", 0, fs.ErrNotExist
}

func parse(name string) (Kept, bool) {
	first, rest, dated := strings.Cut(name, ".")
	ref, err := op.ParseRef(first)
	if err != nil {
		return Kept{}, false
	}
	if !dated {
		return Kept{Request: ref}, true
	}
	until, err := strconv.ParseUint(rest, 10, 63)
	return Kept{ref, until}, err == nil
}

// All lists what is on the shelf.
func (s *Shelf) All() ([]Kept, error) {
	files, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Kept
	for _, f := range files {
		if k, ok := parse(f.Name()); ok {
			out = append(out, k)
		}
	}
	return out, err
}

// Date writes down when a picture goes, where the log does not know it.
func (s *Shelf) Date(request op.Ref, until uint64) error {
	name, _, err := s.find(request)
	if err != nil {
		return err
	}
	dated := filepath.Join(s.dir, fmt.Sprintf("%v.%d", request, until))
	return errors.Join(os.Rename(filepath.Join(s.dir, name), dated), s.sync())
}

// Drop takes a picture off the shelf. What was never there is no error.
func (s *Shelf) Drop(request op.Ref) error {
	name, _, err := s.find(request)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(os.Remove(filepath.Join(s.dir, name)), s.sync())
}

// seal writes the epoch, a nonce by chance, and the picture under the epoch's
// secret, bound to its request.
func (s *Shelf) seal(request op.Ref, picture []byte) ([]byte, error) {
	e, secret, err := s.keys.Current()
	if err != nil {
		return nil, err
	}
	out := append([]byte(nil), e[:]...)
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	_, _ = rand.Read(nonce) // never fails
	out = append(out, nonce...)
	return cipherOf(secret).Seal(out, nonce, picture, bound(request, e)), nil
}

func (s *Shelf) open(request op.Ref, b []byte) ([]byte, error) {
	var e op.Epoch
	if len(b) < len(e)+chacha20poly1305.NonceSizeX {
		return nil, op.ErrSealed
	}
	nonce := b[copy(e[:], b):][:chacha20poly1305.NonceSizeX]
	secret, ok := s.keys.Secret(e)
	if !ok {
		return nil, op.ErrNoKey
	}
	clear, err := cipherOf(secret).Open(nil, nonce, b[len(e)+len(nonce):], bound(request, e))
	if err != nil {
		return nil, op.ErrSealed
	}
	return clear, nil
}

type sealing interface {
	Seal(dst, nonce, clear, bound []byte) []byte
	Open(dst, nonce, sealed, bound []byte) ([]byte, error)
}

func cipherOf(secret op.Secret) sealing {
	key, err := hkdf.Key(sha256.New, secret[:], nil, label, chacha20poly1305.KeySize)
	if err != nil {
		panic("receipts: " + err.Error()) // the sizes are ours
	}
	c, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic("receipts: " + err.Error())
	}
	return c
}

func bound(request op.Ref, e op.Epoch) []byte { return append(request.Bytes(), e[:]...) }

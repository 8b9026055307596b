package backup

import (
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// workFactor makes one guess at a passphrase cost 32 MiB (scrypt, N = 2^15):
// what a router can spare beside its daemon.
const workFactor = 15

// ErrLocked is returned for a passphrase or an identity that does not open it.
var ErrLocked = errors.New("backup: this does not open it")

// Seal returns a writer that encrypts to w, which only that passphrase opens.
// Close finishes the file and leaves w open.
func Seal(w io.Writer, passphrase string) (io.WriteCloser, error) {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	r.SetWorkFactor(workFactor)
	return seal(w, r)
}

// SealTo is Seal for the holders of keys: recipients is a list of age public
// keys, one a line.
func SealTo(w io.Writer, recipients io.Reader) (io.WriteCloser, error) {
	to, err := age.ParseRecipients(recipients)
	if err != nil {
		return nil, fmt.Errorf("backup: recipients: %w", err)
	}
	return seal(w, to...)
}

func seal(w io.Writer, to ...age.Recipient) (io.WriteCloser, error) {
	out, err := age.Encrypt(w, to...)
	if err != nil {
		return nil, fmt.Errorf("backup: encrypt: %w", err)
	}
	return out, nil
}

// Open undoes Seal.
func Open(r io.Reader, passphrase string) (io.Reader, error) {
	i, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	i.SetMaxWorkFactor(workFactor) // no file makes a router run out of memory: each more doubles the 32 MiB
	return open(r, i)
}

// OpenWith undoes SealTo with age's private keys, one a line.
func OpenWith(r io.Reader, identities io.Reader) (io.Reader, error) {
	with, err := age.ParseIdentities(identities)
	if err != nil {
		return nil, fmt.Errorf("backup: identities: %w", err)
	}
	return open(r, with...)
}

func open(r io.Reader, with ...age.Identity) (io.Reader, error) {
	out, err := age.Decrypt(r, with...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, ErrLocked
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNot, err)
	}
	return out, nil
}

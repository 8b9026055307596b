package vault

import (
	"errors"
	"fmt"
	"strings"
)

const wipeName = "wiping"

// Remains is the error of a wipe that could not do all: what still lies on
// flash, and why.
type Remains struct {
	Files []string
	Cause error
}

func (r *Remains) Error() string {
	return fmt.Sprintf("vault: wipe: %s still there: %v", strings.Join(r.Files, ", "), r.Cause)
}

func (r *Remains) Unwrap() error { return r.Cause }

// Destroy locks, then overwrites and removes every key file. It goes on where
// one fails, and then returns *Remains. A marker stays on flash until WipeDone
// says that the log is gone too; while it is there, each start of the program
// destroys again. Afterwards the vault is good for nothing: open it anew.
func (v *Vault) Destroy() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lock()
	clear(v.device)
	clear(v.router.Seed[:])
	clear(v.router.Opening[:])
	v.wiping, v.gone = true, true
	return v.destroy()
}

func (v *Vault) destroy() error {
	// A full disk must not save the keys: go on without the marker.
	failed := v.files.write(wipeName, []byte("a wipe was begun\n"))
	names, err := v.files.disk.ReadDir(v.files.dir)
	var left []string
	if err != nil {
		failed, left = errors.Join(failed, err), []string{v.files.dir}
	}
	for _, name := range names {
		if name == wipeName {
			continue
		}
		if err := v.files.shred(name); err != nil {
			failed = errors.Join(failed, err)
			left = append(left, name)
		}
	}
	if failed != nil {
		return &Remains{left, failed}
	}
	return nil
}

// resumeWipe destroys again what an unfinished wipe may have left.
func (v *Vault) resumeWipe() error {
	b, err := v.files.read(wipeName)
	if err != nil {
		return err
	}
	if v.wiping = b != nil; v.wiping {
		return v.destroy()
	}
	return nil
}

// Wiping reports whether a wipe was begun and not finished: whoever owns the
// log removes it and then calls WipeDone.
func (v *Vault) Wiping() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.wiping
}

// WipeDone removes the marker of a wipe.
func (v *Vault) WipeDone() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.files.remove(wipeName); err != nil {
		return err
	}
	v.wiping = false
	return nil
}

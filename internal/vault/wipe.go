package vault

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"celld/internal/op"
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

func (v *Vault) destroy() error { return v.files.destroy() }

func (k keyFiles) destroy() error {
	// A full disk must not save the keys: go on without the marker.
	failed := k.write(wipeName, []byte("a wipe was begun\n"))
	names, err := k.disk.ReadDir(k.dir)
	var left []string
	if err != nil {
		failed, left = errors.Join(failed, err), []string{k.dir}
	}
	for _, name := range names {
		if name == wipeName {
			continue
		}
		if err := k.shred(name); err != nil {
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

// Folder is the place of a vault that nobody has opened: of a program that does
// not run, or cannot.
type Folder struct{ files keyFiles }

// At names the vault's folder in dir.
func At(dir string) Folder { return Folder{keyFiles{realDisk{}, filepath.Join(dir, "keys")}} }

// Wiping reports whether a wipe was begun there and not finished.
func (f Folder) Wiping() bool {
	b, err := f.files.read(wipeName)
	return err == nil && b != nil
}

// Destroy is Vault.Destroy, for keys in files alone.
func (f Folder) Destroy() error {
	if err := f.files.disk.MkdirAll(f.files.dir); err != nil {
		return &Remains{[]string{f.files.dir}, err}
	}
	return f.files.destroy()
}

// WipeDone removes the marker of a wipe.
func (f Folder) WipeDone() error { return f.files.remove(wipeName) }

// ForgetGone destroys the device keys, on flash and in memory, of members who
// belong to the cell no more.
func (v *Vault) ForgetGone(stays func(op.Member) bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	names, err := v.files.disk.ReadDir(v.files.dir)
	if err != nil {
		return fmt.Errorf("vault: list keys: %w", err)
	}
	for _, name := range names {
		m, bad := op.ParseMember(strings.TrimPrefix(name, devicePrefix))
		if !strings.HasPrefix(name, devicePrefix) || bad != nil || stays(m) {
			continue
		}
		err = errors.Join(err, v.files.shred(name))
	}
	for d, held := range v.devices {
		if !stays(held.member) {
			v.dropDevice(d)
		}
	}
	return err
}

// RenewOpening gives the router another opening key of its own, and destroys the
// one before: what was sealed to that cannot be opened here any more by the
// router alone.
func (v *Vault) RenewOpening() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := v.router
	f.Opening = newKeys().opening
	old := openingOf(v.router.Opening)
	if v.gone {
		return ErrDestroyed
	}
	if err := v.files.rewrite(routerName, op.MustMarshal(f)); err != nil {
		return err
	}
	if v.openings[old] != nil {
		v.dropOpening(old)
	}
	v.router = f
	v.holdRouterOpening()
	return nil
}

package vault

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"celld/internal/op"
)

// mark says which device keys never write again: all that were made in an
// earlier generation, and those that are named. It is written before anything
// else is done about them, so that no power cut brings one back.
type mark struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Generation uint64
	Devices    []op.Device
}

const markName = "retired"

func (m mark) retires(generation uint64, d op.Device) bool {
	return generation < m.Generation || slices.Contains(m.Devices, d)
}

func (v *Vault) loadMark() error {
	b, err := v.files.read(markName)
	if err != nil || b == nil {
		v.mark.Version = fileVersion
		return err
	}
	if err := op.Unmarshal(b, &v.mark); err != nil {
		return fmt.Errorf("vault: retired keys: %w", err)
	}
	if v.mark.Version != fileVersion {
		return fmt.Errorf("vault: retired keys of version %d, this program reads %d", v.mark.Version, fileVersion)
	}
	return nil
}

func (v *Vault) writeMark(m mark) error {
	if err := v.store(markName, m); err != nil {
		return err
	}
	v.mark = m
	return nil
}

// Retire sees to it that no device key of this router writes again, its own
// included: each log goes on under a new key, at the next login. Call it
// before a backup is put in place. When it fails it can be called again.
func (v *Vault) Retire() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	next := mark{Version: fileVersion, Generation: v.mark.Generation + 1}
	if err := v.writeMark(next); err != nil {
		return err
	}
	for d := range v.devices {
		v.dropDevice(d)
	}
	return errors.Join(v.newRouter(), v.removeDevices())
}

// RetireDevice does the same for one key: its log was cut by a power loss, or
// a neighbour shows it longer than we hold it. Call it before the tail is cut.
func (v *Vault) RetireDevice(d op.Device) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !slices.Contains(v.mark.Devices, d) {
		next := v.mark
		next.Devices = append(slices.Clone(next.Devices), d)
		if err := v.writeMark(next); err != nil {
			return err
		}
	}
	if v.devices[d] != nil {
		v.dropDevice(d) // its file goes at the member's next login
	}
	if d == v.routerDevice() {
		return v.newRouter()
	}
	return nil
}

// Retired reports whether a key was retired by name.
func (v *Vault) Retired(d op.Device) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Contains(v.mark.Devices, d)
}

func (v *Vault) removeDevices() error {
	names, err := v.files.disk.ReadDir(v.files.dir)
	if err != nil {
		return fmt.Errorf("vault: list keys: %w", err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, devicePrefix) {
			err = errors.Join(err, v.files.shred(name))
		}
	}
	return err
}

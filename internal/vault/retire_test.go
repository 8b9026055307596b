package vault

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"celld/internal/op"
)

// routerSigns reports whether the router's device key of before still signs.
func routerSigns(v *Vault, key ed25519.PublicKey) bool {
	_, err := v.Sign(op.DeviceOf(key), []byte("hello"))
	return err == nil
}

func TestAfterARestoreNoOldKeyWritesAgain(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, old := seat(t, v)
	router, opening := v.RouterKey(), v.RouterOpening()
	file := filepath.Join(dir, "keys", deviceName(slot.Member))
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Retire(); err != nil {
		t.Fatal(err)
	}
	mustNotSign(t, v, old.Device)
	if routerSigns(v, router) {
		t.Error("the router's old key signs")
	}
	mustSign(t, v, v.RouterKey())
	if v.RouterOpening() != opening {
		t.Error("the router cannot read any more what it could")
	}

	// Somebody puts the old file back, from a backup of the whole disk.
	if err := os.WriteFile(file, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	v = openVault(t, dir)
	if routerSigns(v, router) {
		t.Error("the router's old key signs after a restart")
	}
	l := login(t, v, slot)
	mustReplace(t, v, old, l)
	if again := login(t, openVault(t, dir), slot); again.DeviceID() != l.DeviceID() {
		t.Error("the new key does not last")
	}
}

func TestOneRetiredKeyLeavesTheOthersAlone(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slotA, a := seat(t, v)
	slotB, b := seat(t, v)
	router := v.RouterKey()
	for range 2 { // a second time changes nothing
		if err := v.RetireDevice(a.DeviceID()); err != nil {
			t.Fatal(err)
		}
	}
	mustNotSign(t, v, a.Device)
	mustSign(t, v, b.Device)
	mustSign(t, v, router)

	v = openVault(t, dir)
	mustReplace(t, v, a, login(t, v, slotA))
	if login(t, v, slotB).DeviceID() != b.DeviceID() {
		t.Error("another member's key went too")
	}
	if len(v.mark.Devices) != 1 {
		t.Errorf("%d keys are retired", len(v.mark.Devices))
	}
}

func TestRetiredRouterKeyIsReplacedAtOnce(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	old := v.RouterKey()
	if err := v.RetireDevice(v.Router()); err != nil {
		t.Fatal(err)
	}
	if routerSigns(v, old) || v.Router() == op.DeviceOf(old) {
		t.Error("the old router key goes on")
	}
	if openVault(t, dir).Router() != v.Router() {
		t.Error("the new router key does not last")
	}
}

func TestRetiringOnABadDiskNeverLetsAnOldKeyWrite(t *testing.T) {
	from := t.TempDir()
	v := openVault(t, from)
	slot, old := seat(t, v)
	router := v.RouterKey()
	breakEverywhere(t, from, (*Vault).Retire, func(t *testing.T, dir string, v *Vault, err error) {
		if !errors.Is(err, errDisk) {
			t.Fatalf("retiring returned %v", err)
		}
		// Either nothing happened and the caller knows, or the mark stands:
		// then the old keys are dead here and after a restart.
		if _, err := os.Stat(filepath.Join(dir, "keys", markName)); err == nil && v.mark.Generation > 0 {
			if routerSigns(v, router) || routerSigns(openVault(t, dir), router) {
				t.Error("the router's old key signs")
			}
		}
		if err := v.Retire(); err != nil {
			t.Fatal(err)
		}
		if routerSigns(v, router) || login(t, v, slot).DeviceID() == old.DeviceID() {
			t.Error("retired at the second try, and an old key writes")
		}
	})
}

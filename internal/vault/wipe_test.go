package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"celld/internal/op"
)

func keyNames(t *testing.T, dir string) []string {
	t.Helper()
	names, err := realDisk{}.ReadDir(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestDestroyLeavesAMarkerAlone(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, l := seat(t, v)
	router := v.RouterKey()
	if err := v.Destroy(); err != nil {
		t.Fatal(err)
	}
	if names := keyNames(t, dir); len(names) != 1 || names[0] != wipeName {
		t.Errorf("left behind: %v", names)
	}
	if _, err := v.Sign(v.Router(), nil); !errors.Is(err, ErrLocked) {
		t.Errorf("it signs with a key of zeros: %v", err)
	}
	if routerSigns(v, router) || routerSigns(v, l.Device) || v.Held() != (Held{}) {
		t.Error("a destroyed vault still holds keys")
	}
	if _, err := v.Login(t.Context(), Request{Slot: slot, Passphrase: fiveWords}); !errors.Is(err, ErrDestroyed) {
		t.Errorf("login after the wipe: %v", err)
	}
	if err := v.Retire(); !errors.Is(err, ErrDestroyed) {
		t.Errorf("retiring after the wipe: %v", err)
	}
	if n, err := v.NewMember(t.Context(), NewMemberID(), fiveWords); err != nil {
		t.Error(err)
	} else if _, err := n.Seat(testCell); !errors.Is(err, ErrDestroyed) {
		t.Errorf("seated after the wipe: %v", err)
	}
	if names := keyNames(t, dir); len(names) != 1 {
		t.Errorf("keys came back: %v", names)
	}
}

func TestWipeGoesOnUntilItIsDone(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	router := v.RouterKey()
	if err := v.Destroy(); err != nil {
		t.Fatal(err)
	}
	next := openVault(t, dir) // the log was not removed yet when the power went
	if !next.Wiping() || bytes.Equal(next.RouterKey(), router) {
		t.Error("the next start does not know of the wipe")
	}
	if err := next.WipeDone(); err != nil || next.Wiping() {
		t.Error(err)
	}
	last := openVault(t, dir)
	if last.Wiping() || last.Router() != next.Router() {
		t.Error("the wipe goes on after it was done")
	}
}

func TestWipeOnABadDiskIsLoudAndTheNextStartTriesAgain(t *testing.T) {
	from := t.TempDir()
	slot, _ := seat(t, openVault(t, from))
	breakEverywhere(t, from, (*Vault).Destroy, func(t *testing.T, dir string, v *Vault, err error) {
		var remains *Remains
		if !errors.As(err, &remains) || !errors.Is(err, errDisk) {
			t.Fatalf("the wipe returned %v", err)
		}
		if v.Held() != (Held{}) {
			t.Error("memory waits for the disk")
		}
		for _, name := range keyNames(t, dir) {
			named := slices.Contains(remains.Files, name) || slices.Contains(remains.Files, filepath.Join(dir, "keys"))
			if name != wipeName && name != wipeName+unfinished && !named {
				t.Errorf("%s remains and is not named in %v", name, err)
			}
		}
		if err := v.Destroy(); err != nil {
			t.Errorf("the second try: %v", err)
		}
		next := openVault(t, dir)
		if _, err := os.Stat(filepath.Join(dir, "keys", deviceName(slot.Member))); err == nil || !next.Wiping() {
			t.Error("a device key outlives the next start")
		}
	})
}

func TestWipeThatCannotBeFinishedStopsTheStart(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	seat(t, v)
	if err := os.WriteFile(filepath.Join(dir, "keys", wipeName), []byte("begun"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Calls of the start: mkdir, read the marker, then everything fails.
	_, err := openOn(&badDisk{countdown: 3, dead: true}, dir)
	var remains *Remains
	if !errors.As(err, &remains) {
		t.Errorf("the start went on: %v", err)
	}
	if next := openVault(t, dir); !next.Wiping() || len(keyNames(t, dir)) != 2 {
		t.Errorf("after the retry: %v", keyNames(t, dir))
	}
}

func TestShreddedFileIsWrittenOverBeforeItGoes(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	seat(t, v)
	path := filepath.Join(dir, "keys", routerName)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(dir, "second name")
	if err := os.Link(path, second); err != nil {
		t.Fatal(err)
	}
	if err := v.Destroy(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(second)
	if err != nil || len(after) != len(before) || bytes.Contains(after, before[8:40]) {
		t.Errorf("the bytes are still there: %v", err)
	}
}

func TestARenewedOpeningKeyIsNotOnFlashAnyMore(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, _ := seat(t, v)
	path, before := filepath.Join(dir, "keys", routerName), v.RouterOpening()
	private, device := bytes.Clone(v.router.Opening[:]), v.Router()
	if err := os.Link(path, filepath.Join(dir, "second name")); err != nil {
		t.Fatal(err)
	}
	if err := v.RenewOpening(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadFile(filepath.Join(dir, "second name"))
	if err != nil || bytes.Contains(left, private) {
		t.Errorf("the old key is still on flash: %v", err)
	}
	if v.RouterOpening() == before || v.Router() != device {
		t.Error("it is the same opening key, or another router")
	}
	next := openVault(t, dir)
	if next.RouterOpening() != v.RouterOpening() || next.Router() != device || len(keyNames(t, dir)) != 2 {
		t.Errorf("after a start it is another one: %v", keyNames(t, dir))
	}
	login(t, next, slot)
}

// TestRenewingOnABadDiskLosesNoRouter: wherever the power goes, the next start
// knows the router, by the old key or the new one, and has destroyed what was
// replaced.
func TestRenewingOnABadDiskLosesNoRouter(t *testing.T) {
	from := t.TempDir()
	router := openVault(t, from).Router()
	breakEverywhere(t, from, (*Vault).RenewOpening, func(t *testing.T, dir string, _ *Vault, err error) {
		if !errors.Is(err, errDisk) {
			t.Errorf("renewing returned %v", err)
		}
		if next := openVault(t, dir); next.Router() != router {
			t.Error("it is another router")
		}
		if names := keyNames(t, dir); len(names) != 1 {
			t.Errorf("left behind: %v", names)
		}
	})
}

func TestAStartBetweenTwoNamesFindsTheRouter(t *testing.T) {
	dir := t.TempDir()
	router := openVault(t, dir).Router()
	path := filepath.Join(dir, "keys", routerName)
	if err := os.Rename(path, path+outworn); err != nil {
		t.Fatal(err)
	}
	if openVault(t, dir).Router() != router {
		t.Error("it became another router")
	}
}

func TestDeviceKeysOfWhoHasLeftAreDestroyed(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, l := seat(t, v)
	if err := v.ForgetGone(func(op.Member) bool { return true }); err != nil || len(keyNames(t, dir)) != 2 {
		t.Fatalf("who stays lost their key: %v", err)
	}
	if err := v.ForgetGone(func(m op.Member) bool { return m != slot.Member }); err != nil {
		t.Fatal(err)
	}
	if names := keyNames(t, dir); len(names) != 1 || routerSigns(v, l.Device) {
		t.Errorf("it signs, or lies on flash: %v", names)
	}
}

func TestAFolderIsWipedWithoutAProgram(t *testing.T) {
	dir := t.TempDir()
	seat(t, openVault(t, dir))
	if At(dir).Wiping() {
		t.Fatal("nobody began")
	}
	if err := At(dir).Destroy(); err != nil || !At(dir).Wiping() || len(keyNames(t, dir)) != 1 {
		t.Fatalf("left: %v, %v", keyNames(t, dir), err)
	}
	if err := At(dir).WipeDone(); err != nil || At(dir).Wiping() {
		t.Error("it is not over", err)
	}
}

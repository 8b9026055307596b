package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
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

package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"celld/internal/op"
)

var errDisk = errors.New("no space left on device")

// badDisk is a real folder whose nth call from now fails: the edge of the
// world, broken at every place in turn. From then on it works again, unless
// dead is set.
type badDisk struct {
	realDisk
	countdown int // 0: nothing fails
	dead      bool
	calls     []string
}

func (d *badDisk) step(what string) error {
	d.calls = append(d.calls, what)
	if d.countdown == 0 {
		return nil
	}
	if d.countdown > 1 {
		d.countdown--
		return nil
	}
	if !d.dead {
		d.countdown = 0
	}
	return fmt.Errorf("%s: %w", what, errDisk)
}

func (d *badDisk) MkdirAll(dir string) error {
	return errors.Join(d.step("mkdir"), d.realDisk.MkdirAll(dir))
}

func (d *badDisk) ReadDir(dir string) ([]string, error) {
	if err := d.step("list"); err != nil {
		return nil, err
	}
	return d.realDisk.ReadDir(dir)
}

func (d *badDisk) ReadFile(name string) ([]byte, error) {
	if err := d.step("read"); err != nil {
		return nil, err
	}
	return d.realDisk.ReadFile(name)
}

func (d *badDisk) Create(name string) (file, error) { return d.openWith(d.realDisk.Create, name) }
func (d *badDisk) Reopen(name string) (file, error) { return d.openWith(d.realDisk.Reopen, name) }

func (d *badDisk) openWith(open func(string) (file, error), name string) (file, error) {
	if err := d.step("open"); err != nil {
		return nil, err
	}
	f, err := open(name)
	return badFile{f, d}, err
}

func (d *badDisk) Rename(from, to string) error {
	if err := d.step("rename"); err != nil {
		return err
	}
	return d.realDisk.Rename(from, to)
}

func (d *badDisk) Remove(name string) error {
	if err := d.step("remove"); err != nil {
		return err
	}
	return d.realDisk.Remove(name)
}

func (d *badDisk) SyncDir(dir string) error {
	if err := d.step("sync dir"); err != nil {
		return err
	}
	return d.realDisk.SyncDir(dir)
}

type badFile struct {
	file
	disk *badDisk
}

func (f badFile) Write(b []byte) (int, error) {
	if err := f.disk.step("write"); err != nil {
		n, _ := f.file.Write(b[:len(b)/2]) // a full disk takes what still fits
		return n, err
	}
	return f.file.Write(b)
}

func (f badFile) Sync() error  { return errors.Join(f.disk.step("sync"), f.file.Sync()) }
func (f badFile) Close() error { return errors.Join(f.disk.step("close"), f.file.Close()) }

// breakEverywhere runs act on a copy of the vault in from, once with each of
// its disk calls failing, and hands over what came of it.
func breakEverywhere(t *testing.T, from string, act func(*Vault) error, judge func(t *testing.T, dir string, v *Vault, err error)) {
	t.Helper()
	for n := 1; ; n++ {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		disk := &badDisk{}
		v := openVaultOn(t, disk, dir)
		disk.calls, disk.countdown = nil, n
		err := act(v)
		if disk.countdown > 0 {
			if n < 5 || err != nil {
				t.Fatalf("%d calls in all, %v", n-1, err)
			}
			return
		}
		name := fmt.Sprintf("call %d, %s", n, disk.calls[n-1])
		t.Run(name, func(t *testing.T) { judge(t, dir, v, err) })
	}
}

func TestFullDiskAtAnyCallLeavesTheOldDeviceKeyOrTheNewOne(t *testing.T) {
	from := t.TempDir()
	slot, old := seat(t, openVault(t, from))
	replace := func(v *Vault) error {
		_, err := v.Login(t.Context(), Request{
			Slot: slot, Passphrase: fiveWords,
			Writes: func(d op.Device) bool { return d != old.DeviceID() },
		})
		return err
	}
	breakEverywhere(t, from, replace, func(t *testing.T, dir string, v *Vault, err error) {
		if !errors.Is(err, errDisk) {
			t.Errorf("the login returned %v", err)
		}
		if held := v.Held(); held != (Held{}) {
			t.Errorf("a failed login holds %+v", held)
		}
		// With the disk well again, and after a restart, members come in.
		here := login(t, v, slot)
		after := login(t, openVault(t, dir), slot)
		if here.DeviceID() != after.DeviceID() {
			t.Error("what is in memory is not what lies on flash")
		}
		noUnfinished(t, dir)
	})
}

// TestFileIsWholeAndOnFlashBeforeItTakesItsPlace: a power cut at any point of
// this order leaves the old file or the new one.
func TestFileIsWholeAndOnFlashBeforeItTakesItsPlace(t *testing.T) {
	disk := &badDisk{}
	v := openVaultOn(t, disk, t.TempDir())
	disk.calls = nil
	if err := v.store("some", uint64(1)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(disk.calls, ", "); got != "open, write, sync, close, rename, sync dir" {
		t.Errorf("a file is written by %s", got)
	}
}

func TestFailedWriteLeavesTheOldFileAsItWas(t *testing.T) {
	from := t.TempDir()
	if err := openVault(t, from).store("some", "the old content"); err != nil {
		t.Fatal(err)
	}
	write := func(v *Vault) error { return v.store("some", "the new content") }
	breakEverywhere(t, from, write, func(t *testing.T, dir string, v *Vault, err error) {
		b, readErr := v.files.read("some")
		if !errors.Is(err, errDisk) || readErr != nil {
			t.Fatal(err, readErr)
		}
		// The folder's own sync comes last: by then the new file is there.
		want := "the old content"
		if strings.Contains(err.Error(), "sync dir") {
			want = "the new content"
		}
		if string(b) != string(op.MustMarshal(want)) {
			t.Errorf("%q lies there", b)
		}
		noUnfinished(t, dir)
	})
}

func noUnfinished(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), unfinished) {
			t.Errorf("%s was left", e.Name())
		}
	}
}

func TestFirstStartOnABadDiskSaysSoAndTheNextOneWorks(t *testing.T) {
	for n := 1; ; n++ {
		dir := t.TempDir()
		disk := &badDisk{countdown: n}
		_, err := openOn(disk, dir)
		if disk.countdown > 0 {
			return
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("call %d, %s: %v", n, disk.calls[n-1], err)
		}
		mustSign(t, openVault(t, dir), openVault(t, dir).RouterKey())
	}
}

func TestWhatAPowerCutLeftHalfWrittenIsSwept(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, l := seat(t, v)
	if err := os.WriteFile(filepath.Join(dir, "keys", deviceName(slot.Member)+unfinished), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	v = openVault(t, dir)
	noUnfinished(t, dir)
	if login(t, v, slot).DeviceID() != l.DeviceID() {
		t.Error("the finished file went with the unfinished one")
	}
}

func TestFullDiskWhileChangingThePassphraseLosesNoKeys(t *testing.T) {
	from := t.TempDir()
	slot, old := seat(t, openVault(t, from))
	change := func(v *Vault) error {
		_, err := v.Change(t.Context(), slot, fiveWords, otherWords)
		return err
	}
	breakEverywhere(t, from, change, func(t *testing.T, dir string, v *Vault, err error) {
		if !errors.Is(err, errDisk) {
			t.Errorf("the change returned %v", err)
		}
		l := login(t, openVault(t, dir), slot) // the old slot stands
		if string(l.Identity) != string(old.Identity) {
			t.Error("the old slot opens other keys")
		}
	})
}

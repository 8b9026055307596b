package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"celld/internal/op"
	"celld/internal/vault"
	"celld/test/dig"
)

// diskImage is a block device with a file system, in a file: what somebody has who
// unsolders the flash.
type diskImage struct {
	path  string
	mount string
}

// newImage makes one with blocks of so many bytes, and mounts it. That takes root
// and a loop device. What reads bare disks puts no pieces of files together, so each
// test names the blocks in which its reader is seen to find everything before.
func newImage(t *testing.T, block string) *diskImage {
	t.Helper()
	d := &diskImage{filepath.Join(t.TempDir(), "flash.img"), t.TempDir()}
	if err := os.WriteFile(d.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.path, 32<<20); err != nil {
		t.Fatal(err)
	}
	d.run(t, "mke2fs", "-q", "-F", "-t", "ext4", "-b", block, d.path)
	d.plug(t)
	t.Cleanup(func() { _ = unix.Unmount(d.mount, unix.MNT_DETACH) })
	return d
}

func (d *diskImage) run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// unplug takes the disk out, so that all of it is in the file.
func (d *diskImage) unplug(t *testing.T) {
	t.Helper()
	d.run(t, "umount", d.mount)
}

// plug mounts it as a disk that cannot be told to forget blocks: what is not
// written over has to be found.
func (d *diskImage) plug(t *testing.T) {
	t.Helper()
	d.run(t, "mount", "-o", "loop", d.path, d.mount)
	source, err := exec.Command("findmnt", "-no", "SOURCE", d.mount).Output()
	if err != nil {
		t.Fatal(err)
	}
	forgets := filepath.Join("/sys/block", filepath.Base(strings.TrimSpace(string(source))), "queue/discard_max_bytes")
	if err := os.WriteFile(forgets, []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// bytes is the whole disk as it is now, free blocks and journal included.
func (d *diskImage) bytes(t *testing.T) []byte {
	t.Helper()
	d.unplug(t)
	defer d.plug(t)
	b, err := os.ReadFile(d.path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// lived opens a house on the disk in which things happened: words were changed,
// notes came and went, the log was compacted and a snapshot kept, so that old
// copies lie about.
func lived(t *testing.T, dir, store string, unattended bool) *house {
	t.Helper()
	h, err := openHouse(config{dir: dir, store: store, clock: "1795000000"}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	moss, err := settle(h)
	if err == nil && unattended {
		err = setMode(h, true)
	}
	for range 40 {
		if err == nil {
			away(t, h, moss)
			_, err = h.log.Submit(moss, op.Draft{Kind: "person.back"})
		}
	}
	if err == nil {
		err = errors.Join(h.log.Keep(), h.store.Compact(), h.desk.Change(context.Background(), moss, phrase(0), phrase(1)), h.seal())
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestNobodyOpensAWipedRouterOnABareDisk (I11): whoever has the bare disk, every slot and
// every passphrase reads everything before a wipe and nothing after it, in both
// modes, with each engine. That the digger can dig is seen by a deletion that is
// none: there it finds what was deleted.
func TestNobodyOpensAWipedRouterOnABareDisk(t *testing.T) {
	for _, store := range []string{storeFile, storeSQLite} {
		for mode, unattended := range map[string]bool{"sealed": false, "unattended": true} {
			t.Run(store+", "+mode, func(t *testing.T) {
				testWipedDisk(t, store, unattended)
			})
		}
	}
}

func testWipedDisk(t *testing.T, store string, unattended bool) {
	d := newImage(t, "4096")
	dir := filepath.Join(d.mount, "cell")
	h := lived(t, dir, store, unattended)
	knows := knowing(t, h, phrase(0), phrase(1))
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	d.unplug(t)
	before := digIn(t, knows, d.path)
	if all := len(knows.Written); before.Opened != all || before.Keys == 0 || before.Wraps == 0 {
		t.Fatalf("before: %+v of %d", before, all)
	}
	noWords := *knows
	noWords.Phrases = nil
	if got := digIn(t, &noWords, d.path); unattended != (got.Opened > 0) || !unattended && got.Secrets > 0 {
		t.Errorf("without words, unattended %v: %+v", unattended, got)
	}
	d.plug(t)
	h, err := openHouse(config{dir: dir, clock: "1795000000"}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if did := h.wipe(); did.Failed != "" || len(did.Left) > 0 {
		t.Fatalf("the wipe: %+v", did)
	}
	_ = h.close()
	if left := filesIn(t, dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	d.unplug(t)
	after := digIn(t, knows, d.path)
	t.Logf("before: %v; after: %v", before, after)
	if !after.Nothing() {
		t.Errorf("after the wipe: %+v", after)
	}
}

// TestADeletionIsNoWipeOnABareDisk shows that the digger would find what a wipe left.
func TestADeletionIsNoWipeOnABareDisk(t *testing.T) {
	d := newImage(t, "4096")
	dir := filepath.Join(d.mount, "cell")
	h := lived(t, dir, storeFile, false)
	knows := knowing(t, h, phrase(0), phrase(1))
	if err := errors.Join(h.close(), os.RemoveAll(dir)); err != nil {
		t.Fatal(err)
	}
	d.unplug(t)
	if got := digIn(t, knows, d.path); got.Opened == 0 {
		t.Errorf("the digger finds nothing that was only deleted: %+v", got)
	}
}

// TestASealedRouterKeepsNoKeyOnABareDisk: once a cell seals its router again,
// the bare disk without words opens nothing, not even what was written while it
// was unattended; with words it opens, as it should.
func TestASealedRouterKeepsNoKeyOnABareDisk(t *testing.T) {
	for _, store := range []string{storeFile, storeSQLite} {
		t.Run(store, func(t *testing.T) {
			d := newImage(t, "4096")
			dir := filepath.Join(d.mount, "cell")
			h := lived(t, dir, store, true)
			if h.desk.trust().OpensAlone(h.vault.Router()) != true {
				t.Fatal("nothing is sealed to the router")
			}
			was := h.vault.RouterOpening()
			words := phrase(1)
			if err := errors.Join(setModeWith(h, words, false), h.seal()); err != nil {
				t.Fatal(err)
			}
			r, _ := h.desk.trust().Router(h.vault.Router())
			if now := h.vault.RouterOpening(); now == was || !bytes.Equal(now[:], r.Opening) || h.desk.trust().OpensAlone(h.vault.Router()) {
				t.Error("the key is the same, or the others do not know of the new one")
			}
			if err := setModeWith(h, words, true); err != nil { // and once more, to see that the new one serves
				t.Fatal(err)
			}
			if !h.desk.trust().OpensAlone(h.vault.Router()) {
				t.Error("nothing is sealed to the new key")
			}
			if err := errors.Join(setModeWith(h, words, false), h.seal()); err != nil {
				t.Fatal(err)
			}
			knows := knowing(t, h, words)
			if err := h.close(); err != nil {
				t.Fatal(err)
			}
			d.unplug(t)
			if with := digIn(t, knows, d.path); with.Opened != len(knows.Written) {
				t.Errorf("with words: %+v of %d", with, len(knows.Written))
			}
			knows.Phrases = nil
			if without := digIn(t, knows, d.path); without.Secrets != 0 || without.Opened != 0 {
				t.Errorf("without words: %+v", without)
			}
		})
	}
}

// knowing learns from a house what somebody could know of it who digs.
func knowing(t *testing.T, h *house, phrases ...string) *dig.Digger {
	t.Helper()
	d, err := dig.Knowing(h.store, phrases...)
	if err != nil || len(d.Written) == 0 || len(d.Slots) == 0 {
		t.Fatalf("there is nothing to look for: %d written, %d slots, %v", len(d.Written), len(d.Slots), err)
	}
	return d
}

func digIn(t *testing.T, d *dig.Digger, path string) dig.Dug {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found, err := d.Dig(image)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// filesIn lists what lies below dir.
func filesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestAWipeThatWasCutShortIsFinishedByTheNextStart, whatever had been reached:
// it begins with the keys, so that none comes back.
func TestAWipeThatWasCutShortIsFinishedByTheNextStart(t *testing.T) {
	h, _ := settled(t)
	dir := h.config.dir
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	if err := vault.At(dir).Destroy(); err != nil { // and then the power went
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "log"), []byte("half written over"), 0o600); err != nil {
		t.Fatal(err)
	}
	next := open(t, dir, "")
	if next.log.Cell() != (op.ID{}) || vault.At(dir).Wiping() {
		t.Error("the next start found a cell, or the wipe goes on")
	}
}

// stuck makes a folder that holds what cannot be removed until it is released: a
// mount for root, whom no permission stops, and a permission for all others.
func stuck(t *testing.T, dir string) (release func()) {
	t.Helper()
	deep := filepath.Join(dir, "deep")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	hold := func() error { return os.Chmod(dir, 0o500) }
	let := func() error { return os.Chmod(dir, 0o700) }
	if os.Getuid() == 0 {
		hold = func() error { return unix.Mount("none", deep, "tmpfs", 0, "size=64k") }
		let = func() error { return unix.Unmount(deep, unix.MNT_DETACH) }
	}
	if err := hold(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = let() })
	return func() {
		if err := let(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAWipeThatCouldNotBeNotedGoesOn: on a disk that has become read-only nothing is
// destroyed, and no marker written. Who asked was told that it is tried until it is done.
func TestAWipeThatCouldNotBeNotedGoesOn(t *testing.T) {
	h, _ := settled(t)
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	w := &wiping{over: make(chan struct{})}
	w.did.Failed = "read-only file system"
	close(w.over)
	if err := (wipedTask{w}).Run(t.Context()); !errors.Is(err, errUnwiped) {
		t.Fatalf("the program ends with %v", err)
	}
	c := h.config
	c.unwiped = true
	unlock, err := lockDir(c.dir) // so that it cannot be wiped yet
	if err != nil {
		t.Fatal(err)
	}
	_, err = findHouse(c, h.logger)
	if page, _ := waits(c, h.logger, err); page == nil {
		t.Fatalf("nobody is told: %v", err)
	}
	unlock()
	next, err := findHouse(c, h.logger)
	if err != nil {
		t.Fatal(err)
	}
	defer next.close()
	if next.store.Len() != 0 {
		t.Errorf("%d operations are left", next.store.Len())
	}
}

// TestAWipeThatCannotFinishIsSaid until it can.
func TestAWipeThatCannotFinishIsSaid(t *testing.T) {
	h, _ := settled(t)
	release := stuck(t, filepath.Join(h.config.dir, "receipts"))
	did := h.wipe()
	if did.Failed == "" || len(did.Left) == 0 || !vault.At(h.config.dir).Wiping() {
		t.Fatalf("nobody is told: %+v", did)
	}
	_, err := findHouse(h.config, h.logger)
	var wipe *unfinished
	if page, _ := waits(h.config, h.logger, err); !errors.As(err, &wipe) || page == nil {
		t.Fatalf("the next start goes on: %v", err)
	}
	release()
	if next := open(t, h.config.dir, ""); next.log.Cell() != (op.ID{}) || vault.At(h.config.dir).Wiping() {
		t.Error("it is not finished when it could be")
	}
}

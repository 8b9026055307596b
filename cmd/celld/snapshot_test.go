package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestASnapshotIsTheStateOfBefore: it is written for a thousand operations, a
// start from it gives the same digest, and so does one from what is left of it.
func TestASnapshotIsTheStateOfBefore(t *testing.T) {
	dir := cellOf(t, 1100).copyTo(t, storeFile)
	file := snapshotFile{dir}
	h, _ := openFilled(t, dir)
	want := h.log.State().Digest()
	h.keep()
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	whole, err := file.Load()
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(file.path()); info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	for name, b := range map[string][]byte{"whole": whole, "torn": whole[:len(whole)-1], "empty": {}} {
		if err := os.WriteFile(file.path(), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file.unfinished(), b, 0o600); err != nil {
			t.Fatal(err)
		}
		h, _ := openFilled(t, dir)
		if h.log.State().Digest() != want || h.log.Waiting() > 0 {
			t.Errorf("%s: another state", name)
		}
		if _, err := os.Stat(file.unfinished()); err == nil {
			t.Errorf("%s: what a power cut left is there still", name)
		}
		h.keep()
		if err := h.close(); err != nil {
			t.Fatal(err)
		}
		if again, err := file.Load(); err != nil || name == "whole" && !bytes.Equal(again, whole) || name != "whole" && len(again) < len(whole)/2 {
			t.Errorf("%s: afterwards there are %d bytes, %v", name, len(again), err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "keys", "wiping"), []byte("a wipe was begun\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := openHouse(h.config, h.logger); err == nil {
		defer h.close()
	}
	if _, err := file.Load(); err == nil {
		t.Error("a wipe left it there")
	}
}

func TestASnapshotThatCannotBeWrittenLeavesTheOldOne(t *testing.T) {
	file := snapshotFile{t.TempDir()}
	if err := file.Store([]byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file.unfinished(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := file.Store([]byte("new")); err == nil {
		t.Fatal("a folder was written")
	}
	if b, err := file.Load(); err != nil || string(b) != "old" {
		t.Errorf("%q, %v", b, err)
	}
}

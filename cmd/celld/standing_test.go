package main

import (
	"os"
	"path/filepath"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// TestADeviceKeyGoesWhenItsMemberLeaves (S4): from memory and from the disk, and
// nobody else's does.
func TestADeviceKeyGoesWhenItsMemberLeaves(t *testing.T) {
	h, moss := settled(t)
	fern := seated(t, h, moss)
	key := func(m op.Member) bool {
		_, err := os.Stat(filepath.Join(h.config.dir, "keys", "device-"+m.String()))
		return err == nil
	}
	task := keysTask{h}
	were := task.forget(-1)
	if !key(moss.Member) || !key(fern.Member) {
		t.Fatal("a key of somebody who is here is gone, or was never there")
	}
	if _, err := h.log.Submit(fern, op.Draft{Kind: trust.KindLeave}); err != nil {
		t.Fatal(err)
	}
	if now := task.forget(were); now != were+1 {
		t.Errorf("%d have left, after %d", now, were)
	}
	if key(fern.Member) || !key(moss.Member) {
		t.Error("the key of who left stays, or another one went")
	}
	away(t, h, moss)
	if _, err := h.log.Submit(fern, op.Draft{Kind: trust.KindLeave}); err == nil {
		t.Error("who left still signs here")
	}
}

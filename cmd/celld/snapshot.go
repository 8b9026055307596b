package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const snapshotName = "snapshot"

// snapshotFile is where the log keeps its snapshot: a local start cache. It is
// never part of a backup, and whoever removes it loses time and nothing else.
type snapshotFile struct{ dir string }

func (s snapshotFile) path() string { return filepath.Join(s.dir, snapshotName) }

func (s snapshotFile) unfinished() string { return s.path() + ".new" }

func (s snapshotFile) Load() ([]byte, error) { return os.ReadFile(s.path()) }

// Store puts a whole snapshot in place, or leaves the old one there.
func (s snapshotFile) Store(b []byte) error {
	temp := s.unfinished()
	err := writeSynced(temp, b)
	old, none := os.OpenFile(s.path(), os.O_WRONLY, 0)
	if err == nil {
		err = os.Rename(temp, s.path())
	}
	if none == nil && err == nil {
		_ = overwrite(old) // its blocks go back to the disk, and with them what opened it
	}
	if err != nil {
		return errors.Join(err, gone(os.Remove(temp)))
	}
	return syncDir(s.dir)
}

// remove forgets the snapshot, and what a power cut left of one.
func (s snapshotFile) remove() error {
	return errors.Join(gone(os.Remove(s.path())), gone(os.Remove(s.unfinished())))
}

func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// snapshotTask has a snapshot written when enough has come since the last one.
type snapshotTask struct {
	house *house
	every time.Duration
}

// Run looks once in a while until ctx ends, and a last time then.
func (t snapshotTask) Run(ctx context.Context) error {
	defer t.house.keep()
	return regularly(ctx, t.every, t.house.keep)
}

// keep leaves the last of the room on a disk to the log.
func (h *house) keep() {
	if free, total, err := h.room(); err == nil && little(free, total) {
		return
	}
	if err := h.log.Keep(); err != nil {
		h.logger.Debug("no snapshot was kept; the next start takes longer", "err", err)
	}
}

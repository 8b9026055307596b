//go:build !mips && !mipsle

package sqlite

import (
	"bytes"
	"os"
	"testing"
)

// TestTheWALIsWrittenOverBeforeItIsCut: once it is cut its blocks belong to
// nobody, and whoever has the bare disk reads them. So what was dropped must be
// gone from them at that moment, when the log is compacted and when it is closed.
func TestTheWALIsWrittenOverBeforeItIsCut(t *testing.T) {
	secret, kept := bytes.Repeat([]byte("somebody said it "), 20), bytes.Repeat([]byte("and drew it "), 100)
	for name, end := range map[string]func(*Log) error{"compacted": (*Log).Compact, "closed": (*Log).Close} {
		t.Run(name, func(t *testing.T) {
			l := openedWithOne(t)
			if _, err := l.Append([][]byte{secret}, nil); err != nil {
				t.Fatal(err)
			}
			if err := l.Erase(map[uint32][]byte{1: []byte("gone")}, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Append([][]byte{kept}, nil); err != nil { // lies in the WAL alone
				t.Fatal(err)
			}
			times := 0
			overwrite = func(path string) error {
				before := imageOf(t, l)
				if len(before.wal) == 0 || name == "closed" && !bytes.Contains(before.wal, secret) { // compacting fills it anew
					t.Errorf("the WAL has %d bytes, and not what was dropped", len(before.wal))
				}
				if !bytes.Contains(before.db, kept) || bytes.Contains(before.db, secret) {
					t.Errorf("the database holds what stays: %t, what was dropped: %t", bytes.Contains(before.db, kept), bytes.Contains(before.db, secret))
				}
				err := zeros(path)
				if after := imageOf(t, l); len(after.wal) != len(before.wal) || len(bytes.Trim(after.wal, "\x00")) > 0 {
					t.Errorf("the WAL of %d bytes has %d, and not all of them zeros", len(before.wal), len(after.wal))
				}
				times++
				return err
			}
			defer func() { overwrite = zeros }()
			if err := end(l); err != nil || times != 1 {
				t.Fatalf("it was written over %d times: %v", times, err)
			}
			if info, err := os.Stat(l.path + "-wal"); err == nil && info.Size() > 0 {
				t.Errorf("the WAL has %d bytes", info.Size())
			}
		})
	}
}

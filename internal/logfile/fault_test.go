package logfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// failing makes the events of one sort fail with an error.
func failing(sort string, err error) func(string) error {
	return func(event string) error {
		if event == sort {
			return err
		}
		return nil
	}
}

func openedWithOne(t *testing.T) (*simDisk, *Log) {
	t.Helper()
	d := newDisk()
	l, err := open(d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append([][]byte{[]byte("one")}, nil); err != nil {
		t.Fatal(err)
	}
	return d, l
}

func TestAFullDiskLeavesTheLogAsItWas(t *testing.T) {
	d, l := openedWithOne(t)
	for range 20 { // the disk takes another part of the write each time
		d.fault = failing("write", syscall.ENOSPC)
		if _, err := l.Append([][]byte{someBytes(1, 900)}, nil); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		if err := l.Erase(map[uint32][]byte{0: []byte("1")}, nil); !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		if got := int64(len(d.names[logName].now)); got != l.end {
			t.Fatalf("%d bytes are left behind", got-l.end)
		}
		if len(d.names[logName].pending) > 0 {
			t.Fatal("a power cut would bring back what was refused")
		}
	}
	d.fault = nil
	if first, err := l.Append([][]byte{[]byte("two")}, nil); err != nil || first != 1 {
		t.Fatalf("when there is room again: %d, %v", first, err)
	}
	again, err := open(d.restart(d.random, 0))
	if err != nil || again.Len() != 2 {
		t.Fatal(err)
	}
}

func TestAFullDiskStopsCompactingAndNothingElse(t *testing.T) {
	for _, sort := range []string{"create", "write", "sync", "rename"} {
		d, l := openedWithOne(t)
		if err := l.Erase(map[uint32][]byte{0: []byte("1")}, nil); err != nil {
			t.Fatal(err)
		}
		d.fault = failing(sort, syscall.ENOSPC)
		if err := l.Compact(); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: %v", sort, err)
		}
		d.fault = nil
		if _, left := d.names[newName]; left {
			t.Errorf("%s: an unfinished copy takes up the room", sort)
		}
		if _, err := l.Append([][]byte{[]byte("two")}, nil); err != nil {
			t.Errorf("%s: appending afterwards: %v", sort, err)
		}
		if err := l.Compact(); err != nil {
			t.Errorf("%s: compacting afterwards: %v", sort, err)
		}
	}
}

func TestAReadOnlyDiskIsToldFromAFullOne(t *testing.T) {
	d, l := openedWithOne(t)
	d.fault = func(string) error { return syscall.EROFS }
	_, err := l.Append([][]byte{[]byte("two")}, nil)
	if !errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	if _, err := open(d); !errors.Is(err, syscall.EROFS) {
		t.Errorf("opening: %v", err)
	}
}

func TestAFailedFsyncIsNotTriedAgain(t *testing.T) {
	d, l := openedWithOne(t)
	d.fault = failing("sync", syscall.EIO)
	_, err := l.Append([][]byte{[]byte("two")}, nil)
	if !errors.Is(err, ErrPoisoned) || !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	d.fault = nil
	events := d.events
	_, appending := l.Append([][]byte{[]byte("three")}, nil)
	for _, err := range []error{appending, l.Compact(), l.Erase(map[uint32][]byte{0: {1}}, nil)} {
		if !errors.Is(err, ErrPoisoned) || d.events != events {
			t.Errorf("after it: %v", err)
		}
	}
	if got, err := l.Read(0); err != nil || string(got) != "one" {
		t.Errorf("reading goes on: %q, %v", got, err)
	}
	again, err := open(d)
	if err != nil || again.Len() != 1 {
		t.Fatalf("opening again: %v", err)
	}
	if _, err := again.Append([][]byte{[]byte("two")}, nil); err != nil {
		t.Error(err)
	}
}

func TestAWriteThatCannotBeTakenBackPoisons(t *testing.T) {
	d, l := openedWithOne(t)
	d.fault = func(event string) error {
		if event == "sync" {
			return nil
		}
		return syscall.EIO
	}
	// The first failing writes may leave nothing behind to take back.
	var err error
	for range 20 {
		_, err = l.Append([][]byte{someBytes(1, 900)}, nil)
	}
	if !errors.Is(err, ErrPoisoned) {
		t.Error(err)
	}
}

func TestARenameThatMayNotLastPoisons(t *testing.T) {
	d, l := openedWithOne(t)
	if err := l.Erase(map[uint32][]byte{0: []byte("1")}, nil); err != nil {
		t.Fatal(err)
	}
	d.fault = failing("sync directory", syscall.EIO)
	if err := l.Compact(); !errors.Is(err, ErrPoisoned) {
		t.Error(err)
	}
	d.fault = nil
	if _, err := l.Append([][]byte{[]byte("two")}, nil); !errors.Is(err, ErrPoisoned) {
		t.Error(err)
	}
}

func TestRotIsNotCompactedIntoHealth(t *testing.T) {
	for batch := range 4 {
		whole, starts := fourBatches(t)
		d := diskWith(slices.Clone(whole))
		l, err := open(d)
		if err != nil {
			t.Fatal(err)
		}
		d.names[logName].now[starts[batch+1]-1] ^= 1
		if err := l.Compact(); !errors.Is(err, ErrCorrupt) {
			t.Errorf("batch %d: %v", batch, err)
		}
		if _, left := d.names[newName]; left {
			t.Errorf("batch %d: a copy was begun", batch)
		}
	}
}

func TestAnUnfinishedCopyIsRemovedAtOpening(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, newName), []byte("half a log"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := os.Stat(filepath.Join(dir, newName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestADirectoryThatIsNotThereIsNotMade(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "no")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestRoomIsToldForADirectory(t *testing.T) {
	free, total, err := Room(t.TempDir())
	if err != nil || free == 0 || free > total {
		t.Errorf("%d free of %d, %v", free, total, err)
	}
	if _, _, err := Room(filepath.Join(t.TempDir(), "no")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
}

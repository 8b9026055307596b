//go:build !mips && !mipsle

package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const impatience = 10 * time.Millisecond

// openedWithOne opens a log and appends one operation.
func openedWithOne(t *testing.T) *Log {
	t.Helper()
	l, err := open(t.TempDir(), impatience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if _, err := l.Append([][]byte{[]byte("one")}, nil); err != nil {
		t.Fatal(err)
	}
	return l
}

// stillOne checks that the log holds that operation and nothing else, and
// takes another.
func stillOne(t *testing.T, l *Log) {
	t.Helper()
	if got, err := l.Read(0); err != nil || string(got) != "one" || l.Len() != 1 {
		t.Errorf("%q of %d operations, %v", got, l.Len(), err)
	}
	if first, err := l.Append([][]byte{[]byte("two")}, nil); err != nil || first != 1 {
		t.Errorf("appending afterwards: at %d, %v", first, err)
	}
}

func must(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskLeavesTheLogAsItWas(t *testing.T) {
	l := openedWithOne(t)
	must(t, l.writer, "PRAGMA max_page_count = 1") // SQLite takes the present size instead
	many := make([][]byte, 20)
	for i := range many {
		many[i] = make([]byte, 1000)
	}
	if _, err := l.Append(many, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
	must(t, l.writer, "PRAGMA max_page_count = 4294967294")
	stillOne(t, l)
}

func TestAReadOnlyDiskIsToldFromAFullOne(t *testing.T) {
	l := openedWithOne(t)
	must(t, l.writer, "PRAGMA query_only = ON") // SQLite's answer is the same
	_, err := l.Append([][]byte{[]byte("two")}, nil)
	if !errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v", err)
	}
	must(t, l.writer, "PRAGMA query_only = OFF")
	stillOne(t, l)
}

func TestALockedDatabaseIsTold(t *testing.T) {
	l := openedWithOne(t)
	other, err := sql.Open("sqlite", dsn(l.path, 0))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	must(t, other, "BEGIN IMMEDIATE")
	if _, err := l.Append([][]byte{[]byte("two")}, nil); !errors.Is(err, ErrLocked) {
		t.Errorf("appending: %v", err)
	}
	if err := l.Compact(); !errors.Is(err, ErrLocked) {
		t.Errorf("compacting: %v", err)
	}
	must(t, other, "ROLLBACK")
	stillOne(t, l)

	// Whoever reads holds on to old pages: nobody may be told they are gone.
	must(t, other, "BEGIN")
	must(t, other, "SELECT bytes FROM operation")
	if err := l.Erase(map[uint32][]byte{0: []byte("1")}, nil); err != nil {
		t.Fatal(err)
	}
	if err := l.Compact(); !errors.Is(err, ErrLocked) {
		t.Errorf("compacting while another reads: %v", err)
	}
	must(t, other, "COMMIT")
	if err := l.Compact(); err != nil {
		t.Errorf("compacting afterwards: %v", err)
	}
}

// TestAWriteThatFailsPoisons forbids this process to make files longer, which
// SQLite meets as an I/O error of the disk.
func TestAWriteThatFailsPoisons(t *testing.T) {
	l := openedWithOne(t)
	signal.Ignore(unix.SIGXFSZ)
	defer signal.Reset(unix.SIGXFSZ)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	less := limit
	less.Cur = 1
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &less); err != nil {
		t.Fatal(err)
	}
	_, err := l.Append([][]byte{[]byte("two")}, nil)
	if back := unix.Setrlimit(unix.RLIMIT_FSIZE, &limit); back != nil {
		t.Fatal(back)
	}
	if !errors.Is(err, ErrPoisoned) || !errors.Is(err, syscall.EIO) {
		t.Errorf("appending: %v", err)
	}
	if _, err := l.Append([][]byte{[]byte("two")}, nil); !errors.Is(err, ErrPoisoned) {
		t.Errorf("appending again: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(filepath.Dir(l.path))
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	stillOne(t, again)
}

func TestWhatIsNoDatabaseOfOursIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		sql  string
		want error
		says string
	}{
		"a newer format":   {"PRAGMA user_version = 2", ErrNewer, "format version 2, this program reads up to 1"},
		"another database": {"PRAGMA application_id = 7", ErrCorrupt, "no database of celld"},
	} {
		l := openedWithOne(t)
		must(t, l.writer, test.sql)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := Open(filepath.Dir(l.path))
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(strings.Repeat("a letter to a friend ", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a letter: %v", err)
	}
}

func TestADirectoryMayHaveAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "what? 100% 'celld' #1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		t.Error(err)
	}
	if err := l.Compact(); err != nil {
		t.Error(err)
	}
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"celld/internal/backup"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/sqlite"
	"celld/internal/vault"
)

const (
	stageName = "restoring"
	batch     = 256 // operations that are made durable together
)

// restore puts a backup into a DIR that holds no cell: first whole and checked
// into a folder beside the log's place, then, with one rename, there.
func (c *client) restore(args []string) error {
	set := quietFlags("restore")
	with := set.String("with", "", "")
	engine := set.String("store", "", "")
	if err := set.Parse(args); err != nil || set.NArg() != 1 {
		return fmt.Errorf("restore takes one FILE, and its flags before it; %w", errUsage)
	}
	f, err := os.Open(set.Arg(0))
	if err != nil {
		return err
	}
	defer f.Close()
	r := restoring{client: c, meter: newMeter(c.errs), engine: *engine}
	if r.engine == "" {
		// What a celld was started with here is what it is started with again.
		held, _ := heldStore(c.dir)
		r.engine = cmp.Or(held, map[bool]string{true: storeSQLite, false: storeFile}[sqlite.Available])
	} else if storeFileOf(r.engine) == "" || r.engine == storeSQLite && !sqlite.Available {
		return fmt.Errorf("-store %q: there is no such engine here; %w", r.engine, errUsage)
	}
	unlock, err := lockEmpty(c.dir)
	if err != nil {
		return err
	}
	defer unlock()
	in, err := c.unsealing(*with, r.metered(f))
	if err != nil {
		return err
	}
	return r.run(in)
}

// unsealing asks for what opens the backup.
func (c *client) unsealing(identities string, r io.Reader) (io.Reader, error) {
	if identities != "" {
		f, err := os.Open(identities)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return backup.OpenWith(r, f)
	}
	passphrase, err := c.secret("The passphrase of the backup: ")
	if err != nil {
		return nil, err
	}
	return backup.Open(r, passphrase)
}

// lockEmpty makes dir if need be, keeps every celld out of it, and refuses one
// where a cell lives.
func lockEmpty(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("-dir: %w", err)
	}
	if held, err := heldStore(dir); err != nil {
		return nil, err
	} else if held != "" {
		if err := discardEmpty(dir, held); err != nil {
			return nil, err
		}
	}
	return lockDir(dir)
}

// lockDir keeps every celld out of dir.
func lockDir(dir string) (unlock func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("-dir: %w", err)
	}
	// The engines lock DIR in this way (see logfile), so a celld that starts
	// meanwhile is told that another is at work.
	if err := unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		d.Close()
		return nil, fmt.Errorf("-dir %s: another celld is at work here; stop it first: %w", dir, err)
	}
	return func() { d.Close() }, nil
}

// atWork reports whether some celld has dir.
func atWork(dir string) bool {
	unlock, err := lockDir(dir)
	if err == nil {
		unlock()
	}
	return errors.Is(err, unix.EWOULDBLOCK)
}

// discardEmpty removes the log of a celld that was started and never used.
func discardEmpty(dir, held string) error {
	s, err := openStore(dir, held)
	if err != nil {
		return err
	}
	n := s.Len()
	if err := s.Close(); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("-dir %s: a cell lives here already; restore into an empty folder", dir)
	}
	return removeStore(dir, held)
}

func removeStore(dir, name string) error {
	for _, suffix := range storeSuffixes {
		if err := os.Remove(filepath.Join(dir, storeFileOf(name)+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncDir(dir)
}

// restoring is one restore under way.
type restoring struct {
	*client
	meter  *meter
	engine string
}

// metered shows how much of a file has been read.
func (r restoring) metered(f *os.File) io.Reader {
	info, err := f.Stat()
	if err != nil {
		return f
	}
	return &meteredReader{f, r.meter, progress{Doing: "restore", Of: uint64(info.Size())}}
}

type meteredReader struct {
	io.Reader
	meter *meter
	at    progress
}

func (m *meteredReader) Read(b []byte) (int, error) {
	n, err := m.Reader.Read(b)
	m.at.Done += uint64(n)
	m.meter.show(m.at)
	return n, err
}

func (r restoring) run(in io.Reader) (err error) {
	stage := filepath.Join(r.dir, stageName)
	if err := os.RemoveAll(stage); err != nil { // of a restore that was cut short
		return err
	}
	if err := os.Mkdir(stage, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage), syncDir(r.dir)) }()
	cell, n, err := r.fill(stage, in)
	if err != nil {
		return err
	}
	if err := errors.Join(r.retire(), snapshotFile{r.dir}.remove()); err != nil {
		return err
	}
	name := storeFileOf(r.engine)
	if err := os.Rename(filepath.Join(stage, name), filepath.Join(r.dir, name)); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "restored   %d operations of cell %v, in %s\n", n, cell, r.engine)
	fmt.Fprintln(r.out, "next       start celld; any member wakes it, and their first word takes this router into the cell")
	fmt.Fprintln(r.out, "note       it has a new key, which the cell's other routers do not know yet and refuse: carry a bundle to one of them")
	fmt.Fprintln(r.out, "           (celld's page, or cellctl bundle export), and let go of the router that it was before")
	return nil
}

// retire sees to it that no key that may have written here writes again, before
// the log that they would fork is in its place.
func (r restoring) retire() error {
	v, err := vault.Open(r.dir)
	if err != nil {
		return err
	}
	return v.Retire()
}

// fill writes the backup into an engine of its own and checks all of it there.
func (r restoring) fill(stage string, in io.Reader) (cell op.ID, n uint32, err error) {
	s, err := openStore(stage, r.engine)
	if err != nil {
		return cell, 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b, err := backup.NewReader(in)
	if err != nil {
		return cell, 0, err
	}
	if err := copyEntries(s, b); err != nil {
		return cell, 0, err
	}
	report, err := oplog.Verify(s, teller("verify", uint64(s.Len()), newMeter(r.errs).show))
	switch {
	case err != nil:
		return cell, 0, err
	case report.Faulty > 0:
		return cell, 0, fmt.Errorf("%w: %w", errFaulty, report.Faults[0])
	case report.Cell != b.Cell || report.Operations == 0:
		return cell, 0, backup.ErrDamaged
	}
	return b.Cell, report.Operations, nil
}

// copyEntries appends all of a backup, some at a time.
func copyEntries(s oplog.Storage, b *backup.Reader) error {
	var operations [][]byte
	chunks := map[op.Chunk][]byte{}
	flush := func() error {
		_, err := s.Append(operations, chunks)
		operations, chunks = nil, map[op.Chunk][]byte{}
		return err
	}
	for {
		e, err := b.Next()
		if errors.Is(err, io.EOF) {
			return flush()
		}
		if err != nil {
			return err
		}
		if e.Operation != nil {
			operations = append(operations, e.Operation)
		} else {
			chunks[e.Name] = e.Chunk
		}
		if len(operations)+len(chunks) >= batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
}

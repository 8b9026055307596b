package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"celld/internal/backup"
	"celld/internal/op"
	"celld/internal/web"
)

// backup streams the cell, unencrypted, to the operator's own socket: the
// passphrase and the memory that it costs stay with cellctl.
func (h *house) backup(ctx context.Context, _ request, send func(event) error) error {
	cell := h.log.Cell()
	if cell == (op.ID{}) {
		return errNothing
	}
	out := bufio.NewWriterSize(eventWriter{ctx, send}, 32<<10)
	j := h.work.begin(web.BackingUp)
	defer j.end()
	err := backup.Write(out, cell, h.store, teller("backup", uint64(h.store.Len()), j.alsoTo(func(p progress) error {
		return send(event{Progress: &p})
	})))
	return errors.Join(err, out.Flush())
}

var errNothing = errors.New("no cell lives here yet: there is nothing to back up")

// eventWriter sends what is written to it as data.
type eventWriter struct {
	ctx  context.Context
	send func(event) error
}

func (w eventWriter) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return len(b), w.send(event{Data: b})
}

func (c *client) backup(args []string) error {
	set := quietFlags("backup")
	to := set.String("to", "", "")
	if err := set.Parse(args); err != nil || set.NArg() != 1 {
		return fmt.Errorf("backup takes one FILE, and -to before it; %w", errUsage)
	}
	path := set.Arg(0)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already", path)
	}
	seal, err := c.sealing(*to)
	if err != nil {
		return err
	}
	return createFile(path, func(w io.Writer) error {
		out, err := seal(w)
		if err != nil {
			return err
		}
		return errors.Join(c.writeBackup(out), out.Close())
	})
}

// sealing asks for what a backup is to be encrypted with.
func (c *client) sealing(recipients string) (func(io.Writer) (io.WriteCloser, error), error) {
	if recipients != "" {
		f, err := os.Open(recipients)
		if err != nil {
			return nil, err
		}
		return func(w io.Writer) (io.WriteCloser, error) {
			defer f.Close()
			return backup.SealTo(w, f)
		}, nil
	}
	passphrase, err := c.newSecret("A passphrase for the backup: ")
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) (io.WriteCloser, error) { return backup.Seal(w, passphrase) }, nil
}

// writeBackup takes the backup from the running celld, or from the log itself.
func (c *client) writeBackup(w io.Writer) error {
	m := newMeter(c.errs)
	err := c.ask(request{Do: "backup"}, func(e event) error {
		if e.Progress != nil {
			m.show(*e.Progress)
		}
		_, err := w.Write(e.Data)
		return err
	})
	if !errors.Is(err, errNotRunning) {
		return err
	}
	s, err := c.offline()
	if err != nil {
		return err
	}
	defer s.Close()
	cell, err := founding(s)
	if err != nil {
		return err
	}
	if cell == (op.ID{}) {
		return errNothing
	}
	return backup.Write(w, cell, s, teller("backup", uint64(s.Len()), m.show))
}

// createFile puts a whole new file in place, for the owner only, or none.
func createFile(path string, fill func(io.Writer) error) error {
	temp := path + ".new"
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncDir(filepath.Dir(path))
}

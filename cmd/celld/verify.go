package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"celld/internal/oplog"
	"celld/internal/web"
)

// errFaulty is returned when a log does not hold what was written.
var errFaulty = errors.New("the log is not what its authors wrote")

// verify checks the running log: what is stored, and, when nothing in it is
// sealed from us, what it adds up to.
func (h *house) verify(ctx context.Context, _ request, send func(event) error) error {
	text := &strings.Builder{}
	j := h.work.begin(web.Verifying)
	defer j.end()
	err := verifyStore(h.store, text, j.alsoTo(func(p progress) error {
		if err := send(event{Progress: &p}); err != nil {
			return err
		}
		return ctx.Err()
	}))
	if err == nil || errors.Is(err, errFaulty) {
		err = errors.Join(err, h.recheck(text))
	}
	return errors.Join(send(event{Text: text.String()}), err)
}

func (h *house) recheck(w io.Writer) error {
	switch err := h.log.Recheck(); {
	case errors.Is(err, oplog.ErrWaiting):
		fmt.Fprintf(w, "state      not compared: %d operations are sealed from this router\n", h.log.Waiting())
		return nil
	case err != nil:
		return err
	}
	fmt.Fprintf(w, "state      folded again: the same digest\n")
	return nil
}

// verifyStore checks what is stored and tells people of it.
func verifyStore(s oplog.Engine, w io.Writer, told func(progress) error) error {
	r, err := oplog.Verify(s, teller("verify", uint64(s.Len()), told))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "log        %d operations in %d logs, %d chunks, %d without their payload\n", r.Operations, r.Logs, r.Chunks, r.Dropped)
	if r.Vouched > 0 {
		fmt.Fprintf(w, "vouched    %d operations came with a spoilt signature, and a later one of the same log stands for each\n", r.Vouched)
	}
	for _, f := range r.Faults {
		fmt.Fprintf(w, "wrong      %v\n", f)
	}
	if r.Faulty > 0 {
		return fmt.Errorf("%w: %d entries are wrong", errFaulty, r.Faulty)
	}
	fmt.Fprintln(w, "checked    every signature, hash, link and frontier: all as they were written")
	return nil
}

// verify asks the running celld, or checks the log itself when none runs.
func (c *client) verify(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("verify takes no %q; %w", args[0], errUsage)
	}
	m := newMeter(c.errs)
	err := c.ask(request{Do: "verify"}, func(e event) error {
		if e.Progress != nil {
			m.show(*e.Progress)
		}
		_, err := io.WriteString(c.out, e.Text)
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
	err = verifyStore(s, c.out, m.show)
	if err == nil {
		fmt.Fprintln(c.out, "state      not compared: celld is not running")
	}
	return err
}

// offline opens the log in DIR while no celld has it.
func (c *client) offline() (store, error) {
	held, err := heldStore(c.dir)
	if err != nil {
		return store{}, err
	}
	if held == "" {
		return store{}, fmt.Errorf("-dir %s: there is no log here", c.dir)
	}
	return openStore(c.dir, held)
}

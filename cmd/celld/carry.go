package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
	"celld/internal/vault"
	"celld/internal/web"
)

// Bundles are what a router has, in a file that somebody carries.
const (
	carryPattern = "carried-*" // a bundle that has arrived and is not taken in
	carryTime    = 30 * time.Minute
	carrySpare   = 4 << 20 // room that stays free on the disk
)

// stamp signs bundles with the router's own key.
type stamp struct{ *vault.Vault }

func (s stamp) Public() ed25519.PublicKey           { return s.RouterKey() }
func (s stamp) Sign(message []byte) ([]byte, error) { return s.Vault.Sign(s.Router(), message) }

// carrier fills bundles, and keeps at most one that has arrived until somebody
// who has read what it says takes it in.
type carrier struct {
	house *house

	mu    sync.Mutex // guards what follows
	file  *os.File   // nil while none is here
	id    string
	timer *time.Timer
}

// newCarrier removes what a power cut left.
func newCarrier(h *house) (*carrier, error) {
	left, err := filepath.Glob(filepath.Join(h.config.dir, carryPattern))
	for _, path := range left {
		err = errors.Join(err, gone(os.Remove(path)))
	}
	return &carrier{house: h}, err
}

// Fill writes what somebody who holds that much lacks.
func (c *carrier) Fill(w io.Writer, held op.Past) (replication.Exported, error) {
	h := c.house
	cell := h.log.Cell()
	if cell == (op.ID{}) {
		return replication.Exported{}, errNothing
	}
	now, quality := h.clock.unix()
	return replication.Export(w, h.door(), cell, held, now, quality, stamp{h.vault})
}

// receive streams a bundle to a file in DIR and looks at all of it. What is no
// whole bundle leaves nothing behind.
func (c *carrier) receive(r io.Reader) (_ *os.File, in replication.Inspection, err error) {
	free, _, err := c.house.room()
	if err != nil || free <= carrySpare {
		return nil, in, errors.Join(errNoRoom, err)
	}
	f, err := os.CreateTemp(c.house.config.dir, carryPattern)
	if err != nil {
		return nil, in, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, discard(f))
		}
	}()
	most := min(int64(free-carrySpare), replication.MaxBundle)
	n, err := io.Copy(f, io.LimitReader(r, most+1))
	if err == nil && n > most {
		err = errNoRoom
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		in, err = replication.Inspect(f)
	}
	if err == nil && in.Cell != c.house.log.Cell() {
		err = errOtherCell
	}
	return f, in, err
}

// Why a bundle that has arrived is not kept.
var (
	errNoRoom    = errors.New("there is not enough room on the disk for that file")
	errOtherCell = errors.New("that file is another cell's")
)

func discard(f *os.File) error { return errors.Join(f.Close(), gone(os.Remove(f.Name()))) }

// take brings what a bundle holds to the door; it may be done again.
func (c *carrier) take(f io.ReadSeeker, size int64, told func(progress) error) (replication.Imported, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return replication.Imported{}, err
	}
	j := c.house.work.begin(web.Carrying)
	defer j.end()
	in := &toldSeeker{ReadSeeker: f, of: uint64(2 * size), told: j.alsoTo(told)}
	return replication.Import(in, c.house.door(), c.house.log.Cell())
}

// FillUp implements web.Carrier.
func (c *carrier) FillUp(w io.Writer) error {
	_, err := c.Fill(w, nil)
	return err
}

// Lay implements web.Carrier.
func (c *carrier) Lay(r io.Reader) (web.Parcel, error) {
	f, in, err := c.receive(r)
	switch {
	case errors.Is(err, errNoRoom):
		return web.Parcel{}, web.ErrNoRoom
	case errors.Is(err, errOtherCell):
		return web.Parcel{}, web.ErrOtherCell
	case errors.Is(err, replication.ErrBundle):
		c.house.logger.Info("a file that somebody carried here is none of ours", "err", err)
		return web.Parcel{}, web.ErrNoParcel
	case err != nil:
		return web.Parcel{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	err = c.drop()
	c.file, c.id = f, strings.TrimPrefix(filepath.Base(f.Name()), strings.TrimSuffix(carryPattern, "*"))
	id := c.id
	c.timer = time.AfterFunc(carryTime, func() { _ = c.Leave(id) })
	p := web.Parcel{ID: id, By: op.DeviceOf(in.By), Things: in.Operations}
	if in.Clock.Trusted() {
		p.Made = time.Unix(int64(in.Time), 0)
	}
	have := c.house.log.Heads()
	for _, head := range in.Heads {
		if own := have[head.Device]; head.Seq > own {
			p.Ahead += int(head.Seq - own)
		}
	}
	return p, err
}

// drop removes the file that is here.
func (c *carrier) drop() error {
	if c.file == nil {
		return nil
	}
	c.timer.Stop()
	f := c.file
	c.file, c.id = nil, ""
	return discard(f)
}

// Leave implements web.Carrier.
func (c *carrier) Leave(id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.id != id {
		return nil
	}
	return c.drop()
}

// TakeIn implements web.Carrier.
func (c *carrier) TakeIn(id string) (web.TakenIn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil || c.id != id {
		return web.TakenIn{}, web.ErrNoParcel
	}
	size, err := c.file.Seek(0, io.SeekEnd)
	if err != nil {
		return web.TakenIn{}, err
	}
	got, err := c.take(c.file, size, func(progress) error { return nil })
	if err != nil {
		return web.TakenIn{}, err
	}
	out := web.TakenIn{New: got.New, Known: got.Known, Held: got.Held, Refused: got.Refused}
	for _, r := range got.Why {
		c.house.logger.Warn("a carried file holds what is refused", "ref", r.Ref, "err", r.Err)
	}
	return out, c.drop()
}

// exportBundle streams a bundle to cellctl.
func (h *house) exportBundle(ctx context.Context, r request, send func(event) error) error {
	held := op.Past{}
	for name, seq := range r.Has {
		d, err := op.ParseDevice(name)
		if err != nil {
			return err
		}
		held[d] = seq
	}
	out := newChunked(eventWriter{ctx, send})
	done, err := h.carrier.Fill(out, held)
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	return send(event{Text: fmt.Sprintf("%d operations, %d chunks", done.Operations, done.Chunks)})
}

// importBundle takes in the bundle that follows the request.
func (h *house) importBundle(_ context.Context, r request, send func(event) error) (err error) {
	f, in, err := h.carrier.receive(io.LimitReader(r.body, r.Size))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, discard(f)) }()
	if err := send(event{Text: "made by router " + op.DeviceOf(in.By).String()}); err != nil {
		return err
	}
	got, err := h.carrier.take(f, r.Size, func(p progress) error { return send(event{Progress: &p}) })
	if err != nil {
		return err
	}
	return send(event{Text: tellImported(got)})
}

// tellImported says what became of a bundle, in a line and one for each reason.
func tellImported(got replication.Imported) string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%d new, %d known, %d refused", got.New, got.Known, got.Refused)
	if got.Held > 0 {
		fmt.Fprintf(b, ", %d wait for what is not in it", got.Held)
	}
	for _, r := range got.Why {
		fmt.Fprintf(b, "\nrefused %v: %v", r.Ref, r.Err)
	}
	if more := got.Refused - len(got.Why); more > 0 {
		fmt.Fprintf(b, "\nand %d more", more)
	}
	return b.String()
}

// toldSeeker tells how much has been read: a bundle is read at least twice.
type toldSeeker struct {
	io.ReadSeeker
	done, of, percent uint64
	told              func(progress) error
}

func (s *toldSeeker) Read(b []byte) (int, error) {
	n, err := s.ReadSeeker.Read(b)
	s.done += uint64(n)
	if percent := min(s.done, s.of) * 100 / max(s.of, 1); percent > s.percent {
		s.percent = percent
		// Whoever asked may be gone: what was begun is done all the same.
		_ = s.told(progress{string(web.Carrying), min(s.done, s.of), s.of})
	}
	return n, err
}

var _ replication.Shelf = door{}
var _ web.Carrier = (*carrier)(nil)

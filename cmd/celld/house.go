package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"celld/internal/cell/trust"
	"celld/internal/logfile"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/receipts"
	"celld/internal/vault"
)

// house is what all tasks stand on.
type house struct {
	config config
	logger *slog.Logger

	store  store
	vault  *vault.Vault
	log    *oplog.Log
	clock  *clock
	desk   *desk
	claims *claims
	shelf  *receipts.Shelf

	carrier *carrier
	work    work
	wiping  wiping

	porch *porch // set by doors
	signs *signs // set by doors; nil: no phone is shown the way

	news atomic.Pointer[uciNews] // of the configuration; nil without -uci

	// Set before any task runs.
	mesh        *mesh // nil: not at all
	addresses   []address
	certificate tls.Certificate
}

// findHouse opens what is durable and reads nothing yet: first the log, which
// locks DIR against a second celld, then the keys.
func findHouse(c config, logger *slog.Logger) (_ *house, err error) {
	if c.full {
		return nil, fmt.Errorf("-dir: make %s: %w", c.dir, syscall.ENOSPC)
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil && !c.unwiped {
		return nil, fmt.Errorf("-dir: %w", err)
	}
	if err := wipeFirst(c.dir, c.unwiped, logger); err != nil {
		return nil, err
	}
	h := &house{config: c, logger: logger, work: work{logger: logger}, wiping: wiping{over: make(chan struct{})}}
	h.hear(c.uci)
	if h.store, err = openStore(c.dir, c.store); err != nil {
		return nil, err
	}
	// What a restore or a snapshot left that was cut short. Both hold the lock
	// while they work.
	_ = os.RemoveAll(filepath.Join(c.dir, stageName))
	_ = os.Remove(snapshotFile{c.dir}.unfinished())
	if h.vault, err = vault.Open(c.dir); err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	return h, nil
}

// open reads what was written. With a long log on a small router it takes a
// while.
func (h *house) open() error {
	edge, err := edgeFor(h.config.clock)
	if err != nil {
		return err
	}
	h.clock = newClock(edge, h.logger)
	h.tellWhatIsLacking()
	cell, err := founding(h.store)
	if err != nil {
		return err
	}
	if cell != (op.ID{}) {
		h.vault.Bind(cell) // before the log is read, which offers the wraps
	}
	keys := &sealer{vault: h.vault, cell: func() op.ID { return h.log.Cell() }}
	if h.log, err = oplog.OpenFrom(snapshotFile{h.config.dir}, watched{h.store, &h.work}, keys, h.clock.unix); err != nil {
		return err
	}
	if h.shelf, err = receipts.Open(filepath.Join(h.config.dir, "receipts"), shelfKeys{h}); err != nil {
		return err
	}
	h.desk = &desk{log: h.log, vault: h.vault, logger: h.logger, name: h.config.name}
	h.claims = &claims{logger: h.logger, founded: func() bool { return h.log.Cell() != (op.ID{}) }}
	if cell == (op.ID{}) && !h.config.demo {
		h.claims.renew()
	}
	if h.carrier, err = newCarrier(h); err != nil {
		return err
	}
	if err := h.stayAsleep(); err != nil {
		return err
	}
	return h.afterPowerCut()
}

// tellWhatIsLacking says what a router can do without, and what waits for it.
func (h *house) tellWhatIsLacking() {
	if _, quality := h.clock.Now(); quality == op.ClockNone {
		h.logger.Warn("this router does not know the date; until it hears it from the network, another router or two members, nothing that has a deadline begins")
	}
	if alone() {
		h.logger.Info("no way to the internet leads from here; the pages need none")
	}
}

// founding returns the cell's id: that of the founding operation, which no
// other can precede in a log. It is zero while there is none.
func founding(s store) (op.ID, error) {
	if s.Len() == 0 {
		return op.ID{}, nil
	}
	b, err := s.Read(0)
	if err != nil {
		return op.ID{}, fmt.Errorf("read the founding operation: %w", err)
	}
	o, err := op.Parse(b)
	if err != nil {
		return op.ID{}, fmt.Errorf("the founding operation: %w", err)
	}
	if len(o.Header.Scope) != 0 {
		return op.ID{}, errors.New("the log does not begin with the founding of a cell")
	}
	return o.ID, nil
}

// afterPowerCut retires every device key of this router whose log may have
// lost its end: if a disk acknowledged what it did not keep, a neighbour may
// hold what is missing here, and going on would fork the log.
func (h *house) afterPowerCut() error {
	mark := cutMark(h.config.dir)
	if _, err := os.Lstat(mark); err != nil && h.store.Cut() == 0 {
		return nil
	}
	h.logger.Warn("the end of the log was cut off after a power cut; keys that may have signed it write no more")
	var devices []trust.Device
	if t, _ := h.log.State().Value(trust.Key).(*trust.Trust); t != nil {
		devices = t.Devices
	}
	own := h.vault.Router()
	for _, d := range devices {
		if d.Router != own {
			continue
		}
		if err := h.vault.RetireDevice(d.Name); err != nil {
			return err
		}
	}
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return syncDir(h.config.dir)
}

// room tells how much the disk under DIR still takes.
func (h *house) room() (free, total uint64, err error) { return logfile.Room(h.config.dir) }

// left tells the same to pages, which judge it as the log and cellctl do.
func (h *house) left() (free uint64, isLittle bool, err error) {
	free, total, err := h.room()
	return free, little(free, total), err
}

func (h *house) close() error {
	h.vault.Lock()
	return h.store.Close()
}

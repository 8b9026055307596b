package main

import (
	"bytes"
	"context"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// keysTask sees to it that no key lies on this router longer than the cell wants
// it to: device keys of members who left, and the key of its own by which a
// router opens things alone, once the cell has sealed its routers again.
type keysTask struct{ house *house }

// Run looks at once and after every change, until ctx ends.
func (t keysTask) Run(ctx context.Context) error {
	gone := -1
	for {
		grown := t.house.log.Changed()
		gone = t.forget(gone)
		if err := t.house.seal(); err != nil {
			t.house.logger.Error("the key by which this router opens things alone could not be destroyed", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-grown:
		}
	}
}

// forget destroys what those have here who left, if they are more than there
// were, and returns how many they are.
func (t keysTask) forget(were int) int {
	facts := t.house.desk.trust()
	if facts == nil {
		return were
	}
	left := map[op.Member]bool{}
	for _, m := range facts.Members {
		if m.Status != trust.Active {
			left[m.ID] = true
		}
	}
	if len(left) == were {
		return were
	}
	if err := t.house.vault.ForgetGone(func(m op.Member) bool { return !left[m] }); err != nil {
		t.house.logger.Error("a key of somebody who left could not be destroyed", "err", err)
		return were
	}
	return len(left)
}

// seal destroys this router's own opening key once the cell has sealed its
// routers and something was ever sealed to that key, and tells the others which
// one it has now. A router that sleeps does not know what the cell agreed: it
// does it when it is woken.
func (h *house) seal() error {
	facts, own := h.desk.trust(), h.vault.Router()
	r, known := facts.Router(own)
	if !known || r.Status != trust.Active {
		return nil
	}
	if h.desk.Awake() && h.log.Waiting() == 0 && !cell.RulesOf(h.log.State()).Unattended && facts.OpensAlone(own) {
		if err := h.vault.RenewOpening(); err != nil {
			return err
		}
		h.logger.Info("this router is sealed again: the key by which it opened things alone is destroyed")
	}
	opening := h.vault.RouterOpening()
	if bytes.Equal(opening[:], r.Opening) {
		return nil
	}
	_, err := h.log.Submit(h.desk.Router(), op.Draft{Kind: trust.KindOpening, Content: trust.Opening{Key: opening[:]}})
	return err
}

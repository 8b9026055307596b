package main

import (
	"celld/internal/cell"
)

// stayAsleep locks what the router's own key opened at the start, unless the
// cell wants its router unattended. Epochs from an unattended time open to that
// key for ever: after the cell has sealed its router again they would show an
// old part of the history, as if it were the present.
func (h *house) stayAsleep() error {
	if !h.desk.Awake() || h.log.Waiting() == 0 && cell.RulesOf(h.log.State()).Unattended {
		return nil
	}
	h.vault.Lock()
	return h.log.Sleep()
}

package web

import (
	"celld/internal/cell/consent"
	"celld/ui"
)

// waitingElsewhere lists what waits for this person outside the rounds.
func (v *visit) waitingElsewhere() []ui.Waiting { return nil }

// ledgerEffect says what an agreement changes in the ledger.
func (t *table) ledgerEffect(consent.Effect) []string { return nil }

package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/receipts"
)

// shelfKeys are the epochs as the shelf of receipts asks for them.
type shelfKeys struct{ house *house }

// Current is an open epoch that the log may be written under, too: in sealed
// mode none that the router opens by itself.
func (k shelfKeys) Current() (op.Epoch, op.Secret, error) {
	state := k.house.log.State()
	t, ok := state.Value(trust.Key).(*trust.Trust)
	if !ok {
		return op.Epoch{}, op.Secret{}, op.ErrNoKey
	}
	for _, id := range t.Usable() {
		s, open := k.house.vault.Secret(id)
		e, _ := t.Epoch(id)
		alone := slices.ContainsFunc(e.Wraps, func(w trust.Sealed) bool { _, is := t.Router(op.Device(w.For)); return is })
		if open && (!alone || cell.RulesOf(state).Unattended) {
			return id, s, nil
		}
	}
	return op.Epoch{}, op.Secret{}, op.ErrNoKey
}

func (k shelfKeys) Secret(e op.Epoch) (op.Secret, bool) { return k.house.vault.Secret(e) }

// receiptTask takes away the pictures that nobody has to look at any more. A
// router that sleeps cannot read in its books which these are, and one whose
// clock nobody trusts takes nothing away for its age.
type receiptTask struct {
	house *house
	every time.Duration
}

// Run looks at once and then once in a while, until ctx ends.
func (t receiptTask) Run(ctx context.Context) error {
	t.look()
	return regularly(ctx, t.every, t.look)
}

func (t receiptTask) look() {
	if err := t.drop(); err != nil {
		t.house.logger.Error("a picture of a receipt does not go", "err", err)
	}
}

func (t receiptTask) drop() error {
	now, quality := t.house.clock.unix()
	if !quality.Trusted() || !t.house.desk.Awake() {
		return nil
	}
	all, err := t.house.shelf.All()
	if err != nil {
		return err
	}
	for _, k := range all {
		e, known := t.house.log.State().Value(ledger.ExpenseKey(k.Request)).(ledger.Expense)
		if err := t.judge(k, e, known, now); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// judge drops a picture, or gives it a last day where whoever checked it did
// not know the date.
func (t receiptTask) judge(k receipts.Kept, e ledger.Expense, known bool, now uint64) error {
	shelf := t.house.shelf
	switch {
	case !known, e.ReceiptOver(now), k.Until != 0 && k.Until <= now:
		return shelf.Drop(k.Request)
	case e.State == ledger.ExpenseReconciled && e.Reconciled == 0 && k.Until == 0:
		return shelf.Date(k.Request, now+ledger.ReceiptDays*24*60*60)
	}
	return nil
}

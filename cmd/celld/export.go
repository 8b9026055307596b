package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/export"
)

// formatted is what the books can be read as elsewhere, by its name; nil for another.
func formatted(name string) func(io.Writer, export.Operations, export.Names) error {
	switch name {
	case "hledger":
		return export.Hledger
	case "beancount":
		return export.Beancount
	case "csv":
		return export.CSV
	}
	return nil
}

var errFormat = errors.New("the books are exported as hledger, beancount or csv")

// errSealed is returned for what a locked router cannot read.
var errSealed = errors.New("the books are sealed: cellctl unlock wakes the router with any member's words")

// export streams the books, in the one order.
func (h *house) export(ctx context.Context, r request, send func(event) error) error {
	write := formatted(r.Format)
	switch {
	case write == nil:
		return errFormat
	case h.log.Waiting() > 0:
		return errSealed
	}
	ops, failed := h.log.Lawful()
	out := bufio.NewWriterSize(eventWriter{ctx, send}, 32<<10)
	err := write(out, ops, cell.PeopleOf(h.log.State()).Name)
	return errors.Join(failed(), err, out.Flush())
}

// export writes the books to the standard output.
func (c *client) export(args []string) error {
	if len(args) != 1 || formatted(args[0]) == nil {
		return fmt.Errorf("%w; %w", errFormat, errUsage)
	}
	return c.ask(request{Do: "export", Format: args[0]}, func(e event) error {
		_, err := c.out.Write(e.Data)
		return err
	})
}

// books is the ledger in a status.
type books struct {
	Transactions uint64    `json:"transactions"`
	Balances     []balance `json:"balances"` // those that are not zero
}

type balance struct {
	Unit    string `json:"unit"`
	Account string `json:"account"`
	Amount  string `json:"amount"`
}

func booksOf(state *cell.State) *books {
	now := state.Now()
	b := &books{Balances: []balance{}}
	for _, t := range ledger.Totals(now) {
		b.Transactions += t.Transactions
	}
	for _, t := range ledger.TrialBalance(now) {
		b.Balances = append(b.Balances, balance{string(t.Unit), string(t.Account), ledger.Decimal(t.Balance, t.Unit.Decimals())})
	}
	return b
}

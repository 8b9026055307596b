package main

import (
	"log/slog"
	"sync"
	"time"

	"celld/internal/vault"
)

const claimTime = 30 * time.Minute

// claims is the code by which somebody who can read this router's log, or
// press its button, founds the cell.
type claims struct {
	logger  *slog.Logger
	founded func() bool

	mu     sync.Mutex // guards ticket
	ticket *vault.Ticket
}

// Try takes a code, once.
func (c *claims) Try(code string) error {
	c.mu.Lock()
	t := c.ticket
	c.mu.Unlock()
	if t == nil || c.founded() {
		return vault.ErrClosed
	}
	return t.Use(code)
}

// renew makes a new code in place of the old one and returns it.
func (c *claims) renew() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ticket != nil {
		c.ticket.Close()
	}
	c.ticket = vault.NewTicket(claimTime, 1)
	code := c.ticket.Code().String()
	c.logger.Info("no cell lives here yet; found one with this code", "claim", code, "good for", claimTime.String())
	return code
}

package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// reloadTask reads the configuration again on SIGHUP.
type reloadTask struct {
	house *house
	level *slog.LevelVar
}

func (t *reloadTask) Run(ctx context.Context) error {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hup:
			t.reload()
		}
	}
}

// reload keeps what was good when the file is wrong now.
func (t *reloadTask) reload() {
	h := t.house
	c, err := h.config.reload()
	if err != nil {
		h.logger.Error("the configuration was not read again", "err", err)
		return
	}
	t.level.Set(c.level)
	if !slices.Equal(c.hosts, h.config.hosts) {
		h.logger.Warn("other hosts take effect at the next start", "hosts", c.hosts)
	}
	h.logger.Info("the configuration was read again", "log", c.level)
}

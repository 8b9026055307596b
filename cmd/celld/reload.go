package main

import (
	"context"
	"log/slog"
	"os"
	"slices"
)

// reloadTask reads the configuration again on SIGHUP. The signal is caught from
// the program's first moment, since it would end one that does not catch it.
type reloadTask struct {
	house *house
	level *slog.LevelVar
	hup   <-chan os.Signal
}

func (t *reloadTask) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.hup:
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

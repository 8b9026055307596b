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
	c, err := h.reread()
	if err != nil {
		h.logger.Error("the configuration was not read again", "err", err)
		return
	}
	t.level.Set(c.level)
	if waits := h.news.Load(); waits != nil && len(waits.Waits) > 0 {
		h.logger.Warn("some of the configuration takes effect at the next start", "options", waits.Waits)
	} else if !slices.Equal(c.hosts, h.config.hosts) {
		h.logger.Warn("other hosts take effect at the next start", "hosts", c.hosts)
	}
	h.logger.Info("the configuration was read again", "log", c.level)
}

// reread reads what the program was started with once more.
func (h *house) reread() (config, error) {
	if h.config.uci.path == "" {
		return parseConfig(h.config.args)
	}
	c, news, err := h.config.uci.again()
	news.tell(h.logger)
	h.news.Store(&news)
	return c, err
}

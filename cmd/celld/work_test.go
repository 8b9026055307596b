package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/oplog"
	"celld/internal/web"
)

// longEngine holds a thousand operations, into which nobody looks.
type longEngine struct{ oplog.Engine }

func (longEngine) Len() uint32 { return 1000 }

func (longEngine) Each(from uint32, f func(uint32, []byte) error) error {
	for pos := from; pos < 1000; pos++ {
		if err := f(pos, nil); err != nil {
			return err
		}
	}
	return nil
}

func TestALongReadingIsToldOnPagesAndInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		w := &work{logger: slog.New(slog.NewTextHandler(&log, nil))}
		s := watched{store{Engine: longEngine{}}, w}
		half := errors.New("half")
		err := s.Each(0, func(pos uint32, _ []byte) error {
			time.Sleep(10 * time.Millisecond)
			if pos == 500 {
				if got := w.doing(); !slices.Equal(got, []web.Doing{{What: web.Reading, Done: 500, Of: 1000}}) {
					t.Errorf("it says %v", got)
				}
				return half
			}
			return nil
		})
		if !errors.Is(err, half) || len(w.doing()) != 0 {
			t.Errorf("%v; afterwards it says %v", err, w.doing())
		}
		if told := log.String(); strings.Contains(told, "percent=10") || !strings.Contains(told, "on=replay percent=20") || strings.Count(told, "\n") != 4 {
			t.Errorf("the log says %q", told)
		}
		err = s.Each(900, func(uint32, []byte) error {
			if len(w.doing()) != 0 {
				return errors.New("a short one is told")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWhatCellctlAsksForIsToldOnPages(t *testing.T) {
	h, _ := settled(t)
	for labor, ask := range map[web.Labor]func(*house, context.Context, request, func(event) error) error{
		web.Verifying: (*house).verify, web.BackingUp: (*house).backup,
	} {
		var seen bool
		err := ask(h, t.Context(), request{}, func(e event) error {
			seen = seen || slices.ContainsFunc(h.work.doing(), func(d web.Doing) bool { return d.What == labor && d.Done > 0 && d.Of > 0 })
			return nil
		})
		if err != nil || !seen || len(h.work.doing()) != 0 {
			t.Errorf("%s: %v, told: %v, afterwards %v", labor, err, seen, h.work.doing())
		}
	}
}

// TestThePagesSayThatTheRouterStarts, from the moment when its port is taken
// until the log has been read.
func TestThePagesSayThatTheRouterStarts(t *testing.T) {
	c, err := parseConfig(programArgs(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	h, err := findHouse(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	doors, err := h.doors()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- supervise(ctx, doors...) }()
	ask := func(want int, words string) {
		t.Helper()
		r, err := http.Get("http://" + h.addresses[0].Addr + "/")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		if b, err := io.ReadAll(r.Body); err != nil || r.StatusCode != want || !strings.Contains(string(b), words) {
			t.Errorf("%d, %v: %s", r.StatusCode, err, b)
		}
	}
	ask(http.StatusServiceUnavailable, "This router is starting")
	if err := h.open(); err != nil {
		t.Fatal(err)
	}
	if _, err := h.tasks(); err != nil {
		t.Fatal(err)
	}
	ask(http.StatusOK, "This router belongs to nobody yet")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

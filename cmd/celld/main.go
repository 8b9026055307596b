// Command celld runs the common table of a cell on one router. Here the rooms
// of the house are built, joined and run; nothing else knows two of them.
//
// Under the name cellctl, or as celld ctl, it is the client that talks to a
// running celld over its socket.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"celld/internal/web"
)

const version = "0.1.0"

// collectAt is how much garbage there may be, in percent of what lives, unless
// GOGC says otherwise. A router has little memory, and is seldom busy.
const collectAt = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: it returns its exit code.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	name, args := filepath.Base(args[0]), args[1:]
	if name == "cellctl" {
		return control(args, in, out, errs)
	}
	if len(args) > 0 && args[0] == "ctl" {
		return control(args[1:], in, out, errs)
	}
	c, err := parseConfig(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return 0
	case err != nil:
		fmt.Fprintf(errs, "celld: %v\n", err)
		return 2
	}
	if err := celld(c, errs); err != nil {
		fmt.Fprintf(errs, "celld: %v\n", err)
		return 1
	}
	return 0
}

// lastCall is when a program that was asked to stop is gone, whatever it was
// doing: a long replay, a derivation on a slow router. Nothing acknowledged is
// lost by that, as nothing is by SIGKILL.
const lastCall = 1900 * time.Millisecond

// celld serves until it is asked to stop.
func celld(c config, errs io.Writer) error {
	level := new(slog.LevelVar)
	level.Set(c.level)
	logger := slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: level}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	defer context.AfterFunc(ctx, func() {
		stop() // a second signal ends the program at once, as without us
		time.AfterFunc(lastCall, func() { os.Exit(0) })
	})()
	return serve(ctx, c, logger, reloadTask{level: level, hup: hup})
}

// serve opens what is durable, runs all tasks on it, and closes it last.
func serve(ctx context.Context, c config, logger *slog.Logger, reload reloadTask) (err error) {
	h, err := openHouse(c, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	if c.demo {
		if err := fillDemo(ctx, h); err != nil {
			return fmt.Errorf("fill the demo cell: %w", err)
		}
	}
	tasks, err := h.tasks()
	if err != nil {
		return err
	}
	reload.house = h
	return supervise(ctx, append(tasks, &reload)...)
}

// tasks joins the rooms. Ports and socket are taken here, so that a port that
// is not free is told at once.
func (h *house) tasks() ([]task, error) {
	sight := web.House{
		Log: h.log, Keys: h.desk, Clock: h.clock, Claim: h.claims,
		Name: h.config.name, Hosts: h.config.hosts, Logger: h.logger, Room: h.room,
		Receipts: h.shelf, Carrier: h.carrier,
	}
	others, err := h.meet(&sight)
	if err != nil {
		return nil, err
	}
	pages := web.New(sight)
	plain, err := listen("http", h.config.http, nil, pages, h.logger)
	if err != nil {
		return nil, err
	}
	tasks := append(others, plain)
	h.addresses = append(h.addresses, plain.address())
	if h.config.https != "" {
		if h.certificate, err = loadCertificate(h.config.dir); err != nil {
			return nil, errors.Join(err, plain.close())
		}
		secure, err := listen("https", h.config.https, &h.certificate, pages, h.logger)
		if err != nil {
			return nil, errors.Join(err, plain.close())
		}
		tasks = append(tasks, secure)
		h.addresses = append(h.addresses, secure.address())
	}
	socket, err := openSocket(h)
	if err != nil {
		return nil, err
	}
	return append(tasks, socket, clockTask{h.clock}, timerTask{h, h.logger, time.Minute},
		receiptTask{h, time.Minute}, expiryTask{h, time.Minute}, compactTask{h, 24 * time.Hour},
		&roomTask{room: h.room, logger: h.logger}, snapshotTask{h, time.Minute}), nil
}

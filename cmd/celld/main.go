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
const collectAt = 35

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	code := run(os.Args, os.Stdin, os.Stdout, os.Stderr)
	switch code {
	case exitWiped:
		code = beginAgain(wipeDone, os.Stderr)
	case exitUnwiped:
		code = beginAgain(wipeLacks, os.Stderr)
	}
	os.Exit(code)
}

// exitWiped and exitUnwiped are when the program is to begin anew in its own place,
// the latter to finish a wipe.
const (
	exitWiped   = -1
	exitUnwiped = -2
)

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
	switch err := celld(c, errs); {
	case errors.Is(err, errWiped):
		return exitWiped
	case errors.Is(err, errUnwiped):
		return exitUnwiped
	case err != nil:
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
	lookAt(c.root)
	c.unwiped = os.Getenv(wipedHere) == wipeLacks
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

// serve finds what is durable, runs all tasks on it, and closes it last.
func serve(ctx context.Context, c config, logger *slog.Logger, reload reloadTask) (err error) {
	h, err := findRoom(ctx, c, logger, 10*time.Second)
	if err != nil || h == nil { // asked to stop while it waited for room
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	doors, err := h.doors()
	if err != nil {
		return err
	}
	if err := c.uci.keep(c.dir); err != nil {
		logger.Warn("this configuration could not be kept for a day when the next one is broken", "err", err)
	}
	reload.house = h
	return supervise(ctx, append(doors, insideTask{h}, &reload)...)
}

// insideTask reads what was written, while the doors say so, and then runs all
// that stands on it.
type insideTask struct{ *house }

func (h insideTask) Run(ctx context.Context) error {
	if err := h.open(); err != nil {
		return err
	}
	if h.config.demo {
		if err := fillDemo(ctx, h.house); err != nil {
			return fmt.Errorf("fill the demo cell: %w", err)
		}
	}
	tasks, err := h.tasks()
	if err != nil {
		return err
	}
	return supervise(ctx, tasks...)
}

// tasks joins the rooms, and opens the doors to them.
func (h *house) tasks() ([]task, error) {
	sight := web.House{
		Log: h.log, Keys: h.desk, Clock: h.clock, Claim: h.claims,
		Name: h.config.name, Hosts: h.config.hosts, Known: h.known, Logger: h.logger, Room: h.left, Work: h.work.doing,
		Wipe: h.wipe, Anew: h.anew, Wiped: os.Getenv(wipedHere) != "", Letters: letters{h}, TakeOut: h.takeOut,
		Receipts: h.shelf, Carrier: h.carrier, WiFi: wifiHere, HTTPS: h.securePort(), Machine: machineHere,
	}
	tasks, err := h.meet(&sight)
	if err != nil {
		return nil, err
	}
	socket, err := openSocket(h)
	if err != nil {
		return nil, err
	}
	pages := web.New(sight)
	h.porch.open(pages)
	return append(tasks, socket, wipedTask{&h.wiping}, keysTask{house: h}, clockTask{h.clock}, timerTask{h, h.logger, time.Minute},
		receiptTask{h, time.Minute}, expiryTask{h, time.Minute}, compactTask{h, 24 * time.Hour},
		&roomTask{room: h.room, logger: h.logger}, snapshotTask{h, time.Minute}, circleTask{h, pages, 10 * time.Minute}), nil
}

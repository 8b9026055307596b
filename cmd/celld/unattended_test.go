package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
)

// setModeOf has the only member of a cell agree with themself about the mode,
// and say something afterwards: setmode on|off -dir DIR. The script
// unattended.txtar tells the story.
func setModeOf() int {
	c, err := parseConfig(append(os.Args[2:], "-clock", "1795000000"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	h, err := openHouse(c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err == nil {
		err = errors.Join(setMode(h, os.Args[1] == "on"), h.close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func setMode(h *house, on bool) error { return setModeWith(h, phrase(0), on) }

func setModeWith(h *house, words string, on bool) error {
	moss, err := h.desk.Login(context.Background(), op.Member{}, words, nil)
	if err != nil {
		return err
	}
	text := consent.Text{What: "The mode", Why: "We want it so",
		Effect: &consent.Effect{Kind: cell.EffectUnattended, Content: op.MustMarshal(cell.Switch{On: on})}}
	opening, err := consent.Open(h.log.State().Now(), moss.Member, consent.Opening{Class: consent.Agreement, Text: text})
	if err != nil {
		return err
	}
	refs, err := h.log.Submit(moss, op.Draft{Kind: consent.KindOpen, Content: &opening})
	if err != nil {
		return err
	}
	hash := consent.HashOf(consent.Hash{}, text)
	for _, a := range []consent.Act{
		&consent.Move{To: consent.Clarifying}, &consent.Move{To: consent.Reacting}, &consent.Move{To: consent.Checking},
		&consent.Speak{Text: hash, Stance: consent.Consent}, &consent.Adopt{Text: hash},
	} {
		if _, err := h.log.Submit(moss, op.Draft{Kind: a.Kind(), Subject: refs[0], Content: a}); err != nil {
			return err
		}
	}
	return nil
}

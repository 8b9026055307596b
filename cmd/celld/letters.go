package main

import (
	"context"
	"time"

	"celld/internal/cell/letter"
	"celld/internal/op"
	"celld/internal/vault"
	"celld/internal/web"
)

// letters are the vault and the log as the pages ask for what some seal for
// some.
type letters struct{ house *house }

func (l letters) Write(to [][]byte, s op.Secret, clear []byte) ([]byte, error) {
	var keys []vault.OpeningKey
	for _, k := range to {
		if len(k) == len(vault.OpeningKey{}) {
			keys = append(keys, vault.OpeningKey(k))
		}
	}
	return l.house.vault.WriteLetter(keys, s, clear)
}

func (l letters) Read(m op.Member, at op.Ref) (op.Secret, []byte, bool) {
	return l.house.vault.ReadLetter(m, at, func() []byte {
		o, err := l.house.log.Read(at)
		if err != nil || o.Kind != letter.KindWrite {
			return nil
		}
		return o.Content
	})
}

func (l letters) Drop() error {
	l.house.vault.ForgetLetters()
	_, err := l.house.log.Expire()
	return err
}

// circleTask does for the circles of those who are signed in what nobody presses
// a button for.
type circleTask struct {
	house *house
	pages *web.Server
	every time.Duration
}

// Run does it once in a while until ctx ends.
func (t circleTask) Run(ctx context.Context) error {
	return regularly(ctx, t.every, func() {
		if err := t.pages.Tend(); err != nil {
			t.house.logger.Warn("what is sealed for a few is not looked after; it is tried again", "err", err)
		}
	})
}

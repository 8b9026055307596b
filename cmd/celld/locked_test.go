package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/op"
)

// TestALockEndsNoProgram: whoever locks the router takes the keys away from what reads by
// them just then, be it a task that looks or a command. Other faults are told as ever.
func TestALockEndsNoProgram(t *testing.T) {
	h := demoHouse(t)
	state := h.log.State()
	list, _ := state.Value(consent.KeyRounds).(*consent.Rounds)
	h.vault.Lock() // and the log has not slept yet
	reads := func() {
		for _, s := range list.Settled(0, 1000) {
			state.Value(consent.Key(s.Ref))
		}
		t.Error("all of it could be read")
	}
	all := commands
	defer func() { commands = all }()
	commands = append(all[:len(all):len(all)], command{"read", func(*house, context.Context, request, func(event) error) error { reads(); return nil }})
	if err := (&socket{house: h}).do(t.Context(), request{Do: "read"}, nil); !errors.Is(err, op.ErrNoKey) {
		t.Errorf("a command says %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	looked := 0
	err := regularly(ctx, time.Millisecond, func() {
		if looked++; looked == 3 {
			stop()
		}
		reads()
	})
	if err != nil || looked < 3 {
		t.Errorf("a task looked %d times: %v", looked, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("another fault is silent")
		}
	}()
	_ = unlessLocked(func() error { panic("another fault") })
}

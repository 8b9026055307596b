package vault

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// wrongFor is a well-formed code that is not t's.
func wrongFor(t *Ticket) string {
	if t.Code().String() == "0000-0000" {
		return "1111-1111"
	}
	return "0000-0000"
}

func TestClaimIsGoodOnceAndForHalfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claim := NewTicket(30*time.Minute, 1)
		typed := claim.Code().String()
		time.Sleep(30*time.Minute - 1)
		if err := claim.Check(typed); err != nil {
			t.Fatal(err)
		}
		if err := claim.Use(typed); err != nil {
			t.Fatal(err)
		}
		if err := claim.Use(typed); !errors.Is(err, ErrClosed) {
			t.Errorf("a second use: %v", err)
		}
		late := NewTicket(30*time.Minute, 1)
		time.Sleep(30 * time.Minute)
		if err := late.Use(late.Code().String()); !errors.Is(err, ErrClosed) || late.Left() != 0 {
			t.Errorf("after half an hour: %v", err)
		}
	})
}

func TestDoorLetsManyIn(t *testing.T) {
	door := NewTicket(time.Hour, Unlimited)
	for range 12 {
		if err := door.Use(door.Code().String()); err != nil {
			t.Fatal(err)
		}
	}
	door.Close()
	if err := door.Use(door.Code().String()); !errors.Is(err, ErrClosed) {
		t.Errorf("through a closed door: %v", err)
	}
}

func TestTooManyWrongCodesCloseATicket(t *testing.T) {
	claim := NewTicket(time.Hour, 1)
	for range 100 {
		if err := claim.Use("oops"); err == nil || errors.Is(err, ErrCode) {
			t.Fatalf("a slip of the pen: %v", err)
		}
	}
	for range attempts {
		if err := claim.Check(wrongFor(claim)); !errors.Is(err, ErrCode) {
			t.Fatal(err)
		}
	}
	if err := claim.Use(claim.Code().String()); !errors.Is(err, ErrClosed) {
		t.Errorf("guessing goes on: %v", err)
	}
}

func TestTwoWhoTypeAtOnceAreNotBothFirst(t *testing.T) {
	claim := NewTicket(time.Hour, 1)
	var in atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if claim.Use(claim.Code().String()) == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	if in.Load() != 1 {
		t.Errorf("%d used a claim for one", in.Load())
	}
}

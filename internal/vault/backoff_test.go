package vault

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestWrongPassphrasesWaitLongerAndLongerAndNeverForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t, t.TempDir())
		slot, _ := seat(t, v)
		other, _ := seat(t, v)
		guess := Request{Slot: slot, Passphrase: otherWords}
		want := time.Second
		for range 14 {
			if _, err := v.Login(t.Context(), guess); !errors.Is(err, ErrPassphrase) {
				t.Fatalf("a guess: %v", err)
			}
			var wait Wait
			_, err := v.Login(t.Context(), Request{Slot: slot, Passphrase: fiveWords})
			if !errors.As(err, &wait) || wait.For != want {
				t.Fatalf("right after a guess: %v, want to wait %v", err, want)
			}
			login(t, v, other) // nobody else waits
			time.Sleep(want)
			want = min(2*want, 5*time.Minute)
		}
		login(t, v, slot)
		// The right words wipe the slate.
		if _, err := v.Login(t.Context(), guess); !errors.Is(err, ErrPassphrase) {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		login(t, v, slot)
	})
}

func TestGuessesMadeAtOnceAreOneGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t, t.TempDir())
		slot, _ := seat(t, v)
		var c crowd
		v.kdf = c.around(slow)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { v.Login(t.Context(), Request{Slot: slot, Passphrase: otherWords}) })
		}
		all.Wait()
		if n := c.all.Load(); n != 1 {
			t.Errorf("%d guesses were tried", n)
		}
	})
}

func TestBackOffCountsForEverythingThatTakesThePassphrase(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, _ := seat(t, v)
	if _, err := v.Attest(t.Context(), slot, otherWords); !errors.Is(err, ErrPassphrase) {
		t.Fatal(err)
	}
	var wait Wait
	if _, err := v.Change(t.Context(), slot, fiveWords, otherWords); !errors.As(err, &wait) {
		t.Errorf("a change right after a wrong guess: %v", err)
	}
}

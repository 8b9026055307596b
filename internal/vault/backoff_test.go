package vault

import (
	"errors"
	"strconv"
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

// Who goes on guessing in somebody's name waits longer and longer, and the member
// at another phone does not wait for it, awake or locked.
func TestAStrangerWhoGuessesKeepsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t, t.TempDir())
		slot, _ := seat(t, v)
		stranger, member := From(t.Context(), "stranger"), From(t.Context(), "member")
		wrong, right := Request{Slot: slot, Passphrase: otherWords}, Request{Slot: slot, Passphrase: fiveWords}
		for range 9 {
			var wait Wait
			if _, err := v.Login(stranger, wrong); !errors.Is(err, ErrPassphrase) {
				t.Fatal(err)
			}
			if _, err := v.LoginAny(stranger, []Slot{slot}, wrong); !errors.Is(err, ErrPassphrase) {
				t.Fatal(err)
			}
			if _, err := v.Login(stranger, right); !errors.As(err, &wait) {
				t.Errorf("who guessed does not wait: %v", err)
			}
			if _, err := v.Login(member, right); err != nil {
				t.Errorf("the member: %v", err)
			}
			if _, err := v.LoginAny(member, []Slot{slot}, right); err != nil {
				t.Errorf("the member who wakes it: %v", err)
			}
			time.Sleep(wait.For)
		}
	})
}

// Invented places are forgotten, the one first whose wait ends first.
func TestPlacesThatGuessedAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := backoff{}
		long := guesser{place: "long"}
		for range 9 {
			b.failed(long)
		}
		for i := range 3 * mostGuessers {
			b.failed(guesser{place: strconv.Itoa(i)})
			time.Sleep(time.Millisecond)
		}
		if len(b) != mostGuessers || b.check(long) == nil || b.check(guesser{place: strconv.Itoa(3*mostGuessers - 1)}) == nil {
			t.Errorf("%d are remembered, of the long one: %v", len(b), b.check(long))
		}
	})
}

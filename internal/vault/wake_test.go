package vault

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// household seats three members under three passphrases.
func household(t *testing.T, v *Vault) (slots []Slot, words []string) {
	t.Helper()
	words = []string{fiveWords, otherWords, "copper meadow lantern violet harbor"}
	for _, w := range words {
		n, err := v.NewMember(t.Context(), NewMemberID(), w)
		if err != nil {
			t.Fatal(err)
		}
		slots = append(slots, n.Slot(testCell))
		n.Forget()
	}
	return slots, words
}

func TestAnyMembersWordsWakeALockedRouter(t *testing.T) {
	v := openVault(t, t.TempDir())
	slots, words := household(t, v)
	damaged := slots[0]
	damaged.Sealed = nil
	for i, w := range words {
		l, err := v.LoginAny(t.Context(), append([]Slot{damaged}, slots...), Request{Passphrase: w})
		if err != nil || l.Member != slots[i].Member {
			t.Errorf("%q woke it for %v, %v", w, l.Member, err)
		}
		mustSign(t, v, l.Device)
	}
	if _, err := v.LoginAny(t.Context(), nil, Request{Passphrase: fiveWords}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("with no slots: %v", err)
	}
}

func TestWhoWasHereBeforeIsTriedFirst(t *testing.T) {
	v := openVault(t, t.TempDir())
	slots, words := household(t, v)
	if _, err := v.Login(t.Context(), Request{Slot: slots[2], Passphrase: words[2]}); err != nil {
		t.Fatal(err)
	}
	var c crowd
	v.kdf = c.around(cheap)
	if _, err := v.LoginAny(t.Context(), slots, Request{Passphrase: words[2]}); err != nil || c.all.Load() != 1 {
		t.Errorf("%d derivations, %v", c.all.Load(), err)
	}
}

func TestWrongWordsAtALockedRouterCountOnceAgainstNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t, t.TempDir())
		slots, words := household(t, v)
		freed := 0
		v.turns.free = func() { freed++ }
		wrong := Request{Passphrase: "wrong wrong wrong wrong wrong"}
		if _, err := v.LoginAny(t.Context(), slots, wrong); !errors.Is(err, ErrPassphrase) || freed != 3 {
			t.Fatalf("%v, memory freed %d times", err, freed)
		}
		var wait Wait
		if _, err := v.LoginAny(t.Context(), slots, Request{Passphrase: words[0]}); !errors.As(err, &wait) || wait.For != time.Second {
			t.Errorf("right after: %v", err)
		}
		for i, s := range slots {
			if _, err := v.Login(t.Context(), Request{Slot: s, Passphrase: words[i]}); err != nil {
				t.Errorf("%v waits for somebody else's guess: %v", s.Member, err)
			}
		}
		time.Sleep(time.Second)
		if _, err := v.LoginAny(t.Context(), slots, Request{Passphrase: words[0]}); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoLeavesHalfWayHasGuessed(t *testing.T) {
	v := openVault(t, t.TempDir())
	slots, words := household(t, v)
	ctx, leave := context.WithCancel(t.Context())
	v.kdf = func(p string, salt []byte, params Params) []byte {
		leave()
		return cheap(p, salt, params)
	}
	if _, err := v.LoginAny(ctx, slots, Request{Passphrase: words[2]}); !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	if v.mayTry(guesser{}) == nil {
		t.Error("guesses that are broken off are free")
	}
	v.kdf = cheap
	if err := v.mayTry(guesser{member: slots[0].Member}); err != nil {
		t.Error(err)
	}
}

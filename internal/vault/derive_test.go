package vault

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// crowd counts how many derivations run at once.
type crowd struct{ now, most, all atomic.Int32 }

func (c *crowd) around(kdf deriver) deriver {
	return func(passphrase string, salt []byte, p Params) []byte {
		n := c.now.Add(1)
		defer c.now.Add(-1)
		for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
		}
		c.all.Add(1)
		return kdf(passphrase, salt, p)
	}
}

func slow(passphrase string, salt []byte, p Params) []byte {
	time.Sleep(2 * time.Second)
	return cheap(passphrase, salt, p)
}

func TestOneDerivationRunsTwoWaitTheRestAreToldToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t, t.TempDir())
		slot, _ := seat(t, v)
		var c crowd
		v.kdf = c.around(slow)
		var in, busy atomic.Int32
		begin := time.Now()
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				switch _, err := v.Login(t.Context(), Request{Slot: slot, Passphrase: fiveWords}); {
				case err == nil:
					in.Add(1)
				case errors.Is(err, ErrBusy):
					busy.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if c.most.Load() != 1 || in.Load() != 3 || busy.Load() != 17 {
			t.Errorf("%d at once, %d in, %d busy; want 1, 3, 17", c.most.Load(), in.Load(), busy.Load())
		}
		if took := time.Since(begin); took != 6*time.Second {
			t.Errorf("three logins of 2 s took %v", took)
		}
		// The queue is empty again.
		login(t, v, slot)
	})
}

func TestWhoLeavesTheQueueMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openVault(t, t.TempDir())
		slot, _ := seat(t, v)
		v.kdf = slow
		ask := func(ctx context.Context, into *error) func() {
			return func() { _, *into = v.Login(ctx, Request{Slot: slot, Passphrase: fiveWords}) }
		}
		gone, leave := context.WithCancel(t.Context())
		var first, second, left, late error
		var all sync.WaitGroup
		all.Go(ask(t.Context(), &first))
		synctest.Wait()
		all.Go(ask(gone, &left))
		all.Go(ask(t.Context(), &second))
		synctest.Wait()
		leave()
		synctest.Wait()
		if !errors.Is(left, context.Canceled) {
			t.Errorf("who left got %v", left)
		}
		all.Go(ask(t.Context(), &late))
		all.Wait()
		if err := errors.Join(first, second, late); err != nil {
			t.Error(err)
		}
	})
}

func TestMemoryGoesBackAfterEveryDerivation(t *testing.T) {
	v := openVault(t, t.TempDir())
	var freed int
	v.turns.free = func() { freed++ }
	slot, _ := seat(t, v)
	login(t, v, slot)
	if _, err := v.Change(t.Context(), slot, fiveWords, otherWords); err != nil {
		t.Fatal(err)
	}
	if freed != 4 { // the change derives twice
		t.Errorf("freed %d times after four derivations", freed)
	}
}

func TestSlotsThatNoRouterCanAffordAreNotDerived(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, _ := seat(t, v)
	v.kdf = func(string, []byte, Params) []byte { panic("derived") }
	for _, p := range []Params{
		{Memory: 4 << 20, Time: 3, Threads: 1}, {Memory: 12 << 10, Time: 1 << 30, Threads: 1},
		{Memory: 12 << 10, Time: 3, Threads: 255}, {Memory: 8, Time: 3, Threads: 1},
		{Memory: 12 << 10, Time: 3}, {},
	} {
		slot.Params = p
		if _, err := v.Login(t.Context(), Request{Slot: slot, Passphrase: fiveWords}); err == nil {
			t.Errorf("%+v was accepted", p)
		}
		if _, err := ParseSlot(slot.Bytes()); err == nil {
			t.Errorf("a slot with %+v was read", p)
		}
	}
}

// TestTwentyRealLoginsFitIntoARouter is the one test that pays for argon2id
// under a crowd: three derivations run, one after another, in 64 MB.
func TestTwentyRealLoginsFitIntoARouter(t *testing.T) {
	const limit = 64 << 20
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(limit))
	v, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var c crowd
	v.kdf = c.around(func(passphrase string, salt []byte, p Params) []byte {
		key := argon(passphrase, salt, p)
		if total := inUse(); total > limit {
			t.Errorf("%d MB in use while deriving", total>>20)
		}
		return key
	})
	slot, _ := seat(t, v)
	c.all.Store(0)
	var all sync.WaitGroup
	start := make(chan struct{})
	for range 20 {
		all.Go(func() {
			<-start
			if _, err := v.Login(t.Context(), Request{Slot: slot, Passphrase: fiveWords}); err != nil && !errors.Is(err, ErrBusy) {
				t.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
	if c.most.Load() != 1 || c.all.Load() < 1 || c.all.Load() > 20 {
		t.Errorf("%d derivations, %d at once", c.all.Load(), c.most.Load())
	}
}

// inUse is what the Go runtime holds of the system's memory.
func inUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

func BenchmarkDerivation(b *testing.B) {
	var salt [saltSize]byte
	b.ReportAllocs()
	for b.Loop() {
		runtime.KeepAlive(argon(fiveWords, salt[:], params))
	}
}

package replication

import (
	"math/rand/v2"
	"testing"
	"time"

	"celld/internal/op"
)

// way is an air that a window sends over, in a time of its own: every frame
// comes after half a round trip or not at all, and what comes is acknowledged
// at once.
type way struct {
	now       time.Time
	trip      time.Duration
	most      int // frames a second that the air carries; 0 for any number
	loss      float64
	chance    *rand.Rand
	there     *window
	under     []arrival
	free      time.Time // when the air is free again
	delivered int
}

type arrival struct {
	at   time.Time
	b    []byte
	back bool
}

func none(Class) (Frame, bool) { return Frame{}, false }

func roomy(Class) bool { return true }

// send lets a window that always has something to send use the air for a while.
func (a *way) send(here *window, long time.Duration) {
	if a.there == nil {
		a.there, a.chance = newWindow(a.now, none, roomy), rand.New(rand.NewPCG(1, 1))
	}
	for end := a.now.Add(long); a.now.Before(end); a.now = a.now.Add(250 * time.Microsecond) {
		for len(a.under) > 0 && !a.under[0].at.After(a.now) {
			a.arrive(here, a.under[0])
			a.under = a.under[1:]
		}
		for b, ok := here.poll(a.now); ok; b, ok = here.poll(a.now) {
			a.put(arrival{a.now.Add(a.trip / 2), b, false})
		}
		for b, ok := a.there.poll(a.now); ok; b, ok = a.there.poll(a.now) {
			a.put(arrival{a.now.Add(a.trip / 2), b, true})
		}
	}
}

// put queues a frame behind those under way the same way.
func (a *way) put(x arrival) {
	if !x.back && a.chance.Float64() < a.loss {
		return
	}
	if !x.back && a.most > 0 {
		if a.free.Before(a.now) {
			a.free = a.now
		}
		a.free = a.free.Add(time.Second / time.Duration(a.most))
		x.at = a.free.Add(a.trip / 2)
	}
	i := len(a.under)
	for i > 0 && a.under[i-1].at.After(x.at) {
		i--
	}
	a.under = append(a.under[:i], append([]arrival{x}, a.under[i:]...)...)
}

func (a *way) arrive(here *window, x arrival) {
	f, err := ParseFrame(x.b)
	if err != nil {
		panic(err)
	}
	if x.back {
		ack, err := DecodeAck(f.Body)
		if err != nil {
			panic(err)
		}
		here.acked(a.now, ack)
		return
	}
	a.delivered += len(a.there.receive(a.now, f))
}

// endless is a window that always has an operation to send.
func endless(now time.Time) *window {
	return newWindow(now, func(c Class) (Frame, bool) {
		return Frame{Kind: KindRun, Body: op.MustMarshal(Runs{End: true, Runs: []Run{}})}, c == Operations
	}, roomy)
}

// windows lets a window send for a while, and returns how wide it was after that
// in the mean of a hundred round trips.
func (a *way) windows(here *window) (mean float64) {
	a.send(here, 100*a.trip)
	for range 100 {
		a.send(here, a.trip)
		mean += here.cwnd / 100
	}
	return mean
}

// TestTheAirsOwnLossIsNoReasonToBeSlow: with every tenth frame lost the window
// stays wide, with every second one it does not.
func TestTheAirsOwnLossIsNoReasonToBeSlow(t *testing.T) {
	for _, x := range []struct{ loss, least, most float64 }{{0, maxFlight, maxFlight}, {0.1, 26, maxFlight}, {0.5, minFlight, 9}} {
		a := &way{trip: 20 * time.Millisecond, loss: x.loss}
		mean := a.windows(endless(a.now))
		t.Logf("loss %v: a window of %.1f, %d frames", x.loss, mean, a.delivered)
		if mean < x.least-0.001 || mean > x.most+0.001 {
			t.Errorf("loss %v: a window of %.1f, want %v to %v", x.loss, mean, x.least, x.most)
		}
	}
}

// TestFramesThatQueueUpShrinkTheWindow: an air that carries little more than a
// few frames a round trip is not filled with thirty.
func TestFramesThatQueueUpShrinkTheWindow(t *testing.T) {
	a := &way{trip: 20 * time.Millisecond, most: 200}
	here := endless(a.now)
	mean := a.windows(here)
	t.Logf("a window of %.1f, a round trip of %v, %d frames in 4 s", mean, here.srtt, a.delivered)
	if mean > 21 || here.srtt > 130*time.Millisecond || a.delivered < 700 { // all 32 would queue for 170 ms
		t.Errorf("a window of %.1f, a round trip of %v, %d frames", mean, here.srtt, a.delivered)
	}
}

// TestFramesLeaveInSmallBursts, at the pace of a window and a quarter a round
// trip.
func TestFramesLeaveInSmallBursts(t *testing.T) {
	now := time.Time{}
	here := endless(now)
	sent := 0
	for range 100 { // milliseconds, of the 100 that a round trip is thought to take
		n := 0
		for _, ok := here.poll(now); ok; _, ok = here.poll(now) {
			n++
		}
		if n > burst {
			t.Fatalf("%d frames at once", n)
		}
		if sent += n; sent > burst+int(1.25*here.cwnd*float64(now.Sub(time.Time{}))/float64(firstRTT))+1 {
			t.Fatalf("%d frames after %v", sent, now.Sub(time.Time{}))
		}
		now = now.Add(time.Millisecond)
	}
	if sent != 8 {
		t.Errorf("%d frames without an answer, of a window of %v", sent, here.cwnd)
	}
}

// TestALongWayIsLearned: a way much longer than was thought at first is measured
// all the same, and what travels is not sent again and again.
func TestALongWayIsLearned(t *testing.T) {
	a := &way{trip: 700 * time.Millisecond}
	here := endless(a.now)
	a.send(here, 30*time.Second)
	t.Logf("a round trip of %v, %d frames sent, %d again", here.srtt, here.stats.Sent, here.stats.Again)
	if here.srtt < a.trip || here.srtt > 2*a.trip || here.stats.Again > 40 {
		t.Errorf("a round trip of %v, %d of %d frames sent again", here.srtt, here.stats.Again, here.stats.Sent)
	}
}

package vault

import (
	"context"
	"fmt"
	"time"

	"celld/internal/op"
)

const (
	firstWait   = time.Second
	longestWait = 5 * time.Minute
)

// Wait is the error of a login that comes too soon after wrong passphrases.
type Wait struct{ For time.Duration }

func (w Wait) Error() string {
	return fmt.Sprintf("vault: wrong passphrases: wait %v", w.For.Round(time.Second))
}

// From returns a ctx that says where who asks is, an address or what else tells
// people apart.
func From(ctx context.Context, place string) context.Context {
	return context.WithValue(ctx, placeKey{}, place)
}

type placeKey struct{}

// guesser is from where somebody's passphrase is guessed at; the member is nobody
// while the router is locked.
type guesser struct {
	member op.Member
	place  string
}

func guesserOf(ctx context.Context, m op.Member) guesser {
	place, _ := ctx.Value(placeKey{}).(string)
	return guesser{m, place}
}

// mostGuessers is of how many a backoff remembers that they guessed wrong.
const mostGuessers = 256

// backoff slows down guesses at one member's passphrase, each place by itself:
// else a stranger who goes on guessing would keep the member out. How many places
// there may be does not matter to the words, which nobody guesses, and one
// derivation runs at a time. It lives in memory only and never locks anybody out
// for longer than longestWait. It counts by the monotonic clock that time.Now
// carries, so a wall clock that jumps neither helps nor hurts.
type backoff map[guesser]tries

type tries struct {
	wait  time.Duration
	until time.Time
}

func (b backoff) check(g guesser) error {
	if left := time.Until(b[g].until); left > 0 {
		return Wait{left}
	}
	return nil
}

func (b backoff) failed(g guesser) {
	wait := min(max(2*b[g].wait, firstWait), longestWait)
	b[g] = tries{wait, time.Now().Add(wait)}
	if len(b) > mostGuessers {
		b.forget(g)
	}
}

// forget forgets whose wait ends first, but not that of the last one.
func (b backoff) forget(last guesser) {
	first := last
	for g, t := range b {
		if g != last && (first == last || t.until.Before(b[first].until)) {
			first = g
		}
	}
	delete(b, first)
}

func (b backoff) succeeded(g guesser) { delete(b, g) }

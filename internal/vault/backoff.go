package vault

import (
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

// backoff slows down guesses at one member's passphrase. It lives in memory
// only and never locks anybody out for longer than longestWait. It counts by
// the monotonic clock that time.Now carries, so a wall clock that jumps
// neither helps nor hurts.
type backoff map[op.Member]tries

type tries struct {
	wait  time.Duration
	until time.Time
}

func (b backoff) check(m op.Member) error {
	if left := time.Until(b[m].until); left > 0 {
		return Wait{left}
	}
	return nil
}

func (b backoff) failed(m op.Member) {
	wait := min(max(2*b[m].wait, firstWait), longestWait)
	b[m] = tries{wait, time.Now().Add(wait)}
}

func (b backoff) succeeded(m op.Member) { delete(b, m) }

package replication

import (
	"crypto/sha256"
	"sync"
	"time"

	"celld/internal/op"
)

func chunkName(b []byte) op.Chunk { return sha256.Sum256(b) }

// claims keeps conversations from asking two neighbours for one chunk.
type claims struct {
	mu    sync.Mutex // guards until
	until map[op.Chunk]time.Time
}

func newClaims() *claims { return &claims{until: map[op.Chunk]time.Time{}} }

// take claims up to n of names for a while.
func (c *claims) take(now time.Time, names []op.Chunk, n int) (mine []op.Chunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, t := range c.until {
		if !now.Before(t) {
			delete(c.until, name)
		}
	}
	for _, name := range names {
		if len(mine) == n {
			break
		}
		if _, claimed := c.until[name]; !claimed {
			c.until[name] = now.Add(askAgain)
			mine = append(mine, name)
		}
	}
	return mine
}

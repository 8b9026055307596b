package replication

import (
	"crypto/sha256"
	"slices"
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

// asking is when a chunk was last asked for, and how often in vain before.
type asking struct {
	at    time.Time
	times int
}

// over reports whether the chunk may be asked for again. Whoever does not bring it
// leaves others more and more time to be asked: otherwise a neighbour that sends a lot
// is always the first that there is a turn for, and need never answer.
func (a asking) over(now time.Time) bool {
	return !now.Before(a.at.Add(min(askAgain<<a.times, askLongest)))
}

// wants asks for chunks that are missing here and nobody else was asked for.
func (p *peer) wants(now time.Time) {
	room := maxAsked - p.awaited(now)
	if room <= 0 || p.hello == nil {
		return
	}
	may := slices.DeleteFunc(p.house.Need(2*maxAsked), func(name op.Chunk) bool {
		a, asked := p.asked[name]
		return asked && !a.over(now)
	})
	names := p.claims.take(now, may, room)
	for _, name := range names {
		p.asked[name] = asking{now, min(p.asked[name].times+1, 8)}
		p.due[name]++
	}
	if len(names) > 0 {
		p.win.send(frame(KindWant, Want{Names: names}))
	}
}

// awaited counts the chunks that were asked for of late and have not come. What
// was asked for before may still come, and twice: operations go first.
func (p *peer) awaited(now time.Time) (n int) {
	for _, a := range p.asked {
		if now.Sub(a.at) < askAgain {
			n++
		}
	}
	return n
}

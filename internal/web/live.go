package web

import (
	"net/http"
	"time"
)

// heartbeat keeps a stream open through the boxes on the way.
const heartbeat = 25 * time.Second

// live tells a page that something changed; the page then fetches itself. It
// carries no content, so it can leak none.
func (v *visit) live() error {
	flusher := http.NewResponseController(v.w)
	v.w.Header().Set("Content-Type", "text/event-stream")
	if err := flusher.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	say := "retry: 5000\n\n"
	for {
		changed := v.Log.Changed()
		if _, err := v.w.Write([]byte(say)); err != nil {
			return nil // the page was closed
		}
		if err := flusher.Flush(); err != nil {
			return nil
		}
		select {
		case <-v.r.Context().Done():
			return nil
		case <-changed:
			say = "event: changed\ndata: 1\n\n"
		case <-tick.C:
			say = ": still here\n\n"
		}
		if !v.Keys.Awake() {
			return nil
		}
	}
}

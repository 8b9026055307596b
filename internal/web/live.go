package web

import (
	"net/http"
	"strings"
	"time"
)

// heartbeat keeps a stream open through the boxes on the way.
const heartbeat = 25 * time.Second

// sight is what has to change before a page can look different to somebody. It
// is counted rather than held, so that a page that is open keeps no old state.
type sight struct {
	seen, notes int
	letters     string // those that they can read
}

// sight is taken of what the cell holds now, by who looks.
func (v *visit) sight() sight {
	state := v.Log.State()
	x := sight{seen: state.Seen(), notes: state.NotesHeld()}
	if v.Letters == nil {
		return x
	}
	var mine strings.Builder
	for _, l := range state.Letters() {
		if _, _, reads := v.Letters.Read(v.me(), l.Sealed); reads {
			mine.WriteString(l.Ref.String() + " ")
		}
	}
	x.letters = mine.String()
	return x
}

// live tells a page that something changed; the page then fetches itself. It
// carries no content, but that it speaks at all tells something, too: the log
// grows by letters as by anything else, and a stream that spoke whenever it grows
// would tell everybody the moment at which somebody wrote in a circle, by a page
// on which nothing is new. So it speaks to those alone who can see what came: of
// letters, and of those that were burned, to who can read them (K4).
func (v *visit) live() error {
	flusher := http.NewResponseController(v.w)
	v.w.Header().Set("Content-Type", "text/event-stream")
	if err := flusher.SetWriteDeadline(time.Time{}); err != nil {
		return err
	}
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	changed, last := v.Log.Changed(), v.sight()
	for say := "retry: 5000\n\n"; ; {
		if _, err := v.w.Write([]byte(say)); err != nil {
			return nil // the page was closed
		}
		if err := flusher.Flush(); err != nil {
			return nil
		}
		for say = ""; say == ""; {
			select {
			case <-v.r.Context().Done():
				return nil
			case <-changed:
				changed = v.Log.Changed()
				if !v.Keys.Awake() {
					return nil
				}
				if now := v.sight(); now != last {
					say, last = "event: changed\ndata: 1\n\n", now
				}
			case <-tick.C:
				say = ": still here\n\n"
			}
		}
		if !v.Keys.Awake() {
			return nil
		}
	}
}

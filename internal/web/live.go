package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"celld/internal/cell"
)

// heartbeat keeps a stream open through the boxes on the way. Nobody tells that
// a note has arrived on another router, so a stream looks.
const (
	heartbeat = 25 * time.Second
	lookAgain = 5 * time.Second
)

// sight stands for what has to change before a page can look different to who
// looks. It is counted rather than held, so that a page that is open keeps no old
// state; and hashed, since it stands in pages.
func (v *visit) sight(state *cell.State) string {
	b := strconv.AppendInt(nil, int64(state.Seen()), 10)
	b = strconv.AppendInt(append(b, ' '), int64(state.NotesHeld()), 10)
	b = strconv.AppendInt(append(b, ' '), int64(v.stuck(state)), 10)
	if v.Letters != nil {
		for l := range state.Letters() {
			if _, _, reads := v.Letters.Read(v.me(), l.Ref); reads {
				b = append(b, ' ')
				b = append(b, l.Ref.String()...)
			}
		}
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// stream is the address of the stream that goes on from a page: what came after
// the page was made and before the stream was opened is told as well.
func (v *visit) stream() string { return "/live?after=" + v.sight(v.state) }

// after is what a page has seen: it said so when it opened the stream or, where the
// stream broke off meanwhile, heard so last (HTML, 9.2.4).
func (v *visit) after() string {
	if last := v.r.Header.Get("Last-Event-ID"); last != "" {
		return last
	}
	return v.r.URL.Query().Get("after")
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
	tick, look := time.NewTicker(heartbeat), time.NewTicker(lookAgain)
	defer tick.Stop()
	defer look.Stop()
	changed, last, stuck := v.Log.Changed(), v.after(), v.stuck(v.Log.State())
	now := func() string { return v.sight(v.Log.State()) }
	if last == "" {
		last = now()
	}
	for say := "retry: 5000\n\n" + news(&last, now()); ; {
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
				if !v.stays() {
					return nil
				}
				say = news(&last, now())
			case <-look.C:
				if n := v.stuck(v.Log.State()); n != stuck {
					stuck, say = n, news(&last, now())
				}
			case <-tick.C:
				say = ": still here\n\n"
			}
		}
		if !v.stays() {
			return nil
		}
	}
}

// stays reports whether a stream's session goes on: one that was signed out, or whose
// member has left, is told nothing more.
func (v *visit) stays() bool {
	v.dismiss(v.Log.State(), time.Now())
	return v.Keys.Awake() && v.sessions.has(v.session)
}

// news is the event that tells what is to be seen now, unless that was known.
func news(last *string, now string) string {
	if *last == now {
		return ""
	}
	*last = now
	return "id: " + now + "\nevent: changed\ndata: 1\n\n"
}

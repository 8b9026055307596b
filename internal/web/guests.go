package web

import (
	"crypto/sha256"
	"net/http"
	"sort"
	"sync"
	"time"

	"celld/internal/op"
	"celld/internal/words"
)

const (
	guestCookie = "celld-guest"
	guestTime   = 2 * time.Hour
	guestsMost  = 64
	doorTime    = time.Hour
	wrongCodes  = 20
)

// guest is somebody without a session on the way to one: they hold the code of
// this router, or wait at the door. Those who stand there are guarded by door.mu;
// pages have copies.
type guest struct {
	id      string // names the guest in a member's form; not the cookie
	last    time.Time
	claimed bool     // has shown the router's own code
	words   []string // shown once, until they are written down
	tongue  string   // their language
	name    string
	code    [32]byte // hash of the invitation, for who came with one
	sponsor string
	keys    Newcomer // made once the words are on paper
	seated  bool
	lost    op.Member // who asks for new words in place of lost ones
	renewed []byte    // the new identity key, once they have asked
	refused bool

	stands *guest // whom this is a copy of; nil for who stands there
}

// copied is a guest as a page reads them, which has no lock. Their door's is held.
func (g *guest) copied() *guest {
	c := *g
	c.stands = g
	return &c
}

// door is the first evening's open door, and everybody who is on the way in.
// It lives in memory: what must outlast a power cut is in the log.
type door struct {
	mu     sync.Mutex
	guests map[[32]byte]*guest
	code   words.Code
	until  time.Time
	wrong  int
}

// open lets people in for an hour, with a new code.
func (d *door) open(code words.Code, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.code, d.until, d.wrong = code, now.Add(doorTime), 0
}

func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until = time.Time{}
}

// state tells whether the door is open, until when and with which code.
func (d *door) state(now time.Time) (code words.Code, until time.Time, open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.code, d.until, now.Before(d.until)
}

// try tells whether a code opens the door. Too many wrong ones close it.
func (d *door) try(code words.Code, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !now.Before(d.until) {
		return false
	}
	if d.code.Equal(code) {
		return true
	}
	if d.wrong++; d.wrong >= wrongCodes {
		d.until = time.Time{}
	}
	return false
}

// greet makes a guest and gives the browser its cookie.
func (d *door) greet(w http.ResponseWriter, r *http.Request, now time.Time) *guest {
	t := token()
	g := &guest{id: token()[:16], last: now}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sweep(now)
	if d.guests == nil {
		d.guests = map[[32]byte]*guest{}
	}
	d.guests[sha256.Sum256([]byte(t))] = g
	setCookie(w, r, guestCookie, t)
	return g.copied()
}

// sweep forgets who has gone away and, of a crowd, the longest silent of those who
// have shown least. d.mu is held.
func (d *door) sweep(now time.Time) {
	var first *guest
	var at [32]byte
	for id, g := range d.guests {
		if now.Sub(g.last) > guestTime {
			d.drop(id)
		} else if first == nil || g.shown() < first.shown() || g.shown() == first.shown() && g.last.Before(first.last) {
			first, at = g, id
		}
	}
	if len(d.guests) >= guestsMost {
		d.drop(at)
	}
}

// shown is how far somebody has come: anybody can say that a member's words are lost,
// the others knew a code, and those with keys have their words on paper.
func (g *guest) shown() int {
	switch {
	case !g.lost.IsZero() && g.renewed == nil:
		return 0
	case g.keys == nil && g.renewed == nil:
		return 1
	}
	return 2
}

func (d *door) drop(id [32]byte) {
	if g := d.guests[id]; g != nil && g.keys != nil {
		g.keys.Forget()
	}
	delete(d.guests, id)
}

// lock forgets whose words or keys are here: who was let in and had not looked since
// would wake the router without a word. Who asked for new words waits with neither.
func (d *door) lock() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, g := range d.guests {
		if g.words != nil || g.keys != nil {
			d.drop(id)
		}
	}
}

// find returns the guest that a request's cookie names.
func (d *door) find(r *http.Request, now time.Time) *guest {
	c, err := cookie(r, guestCookie)
	if err != nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	id := sha256.Sum256([]byte(c.Value))
	g := d.guests[id]
	if g == nil {
		return nil
	}
	if now.Sub(g.last) > guestTime {
		d.drop(id)
		return nil
	}
	g.last = now
	return g.copied()
}

// leave forgets a guest who has found a seat, and reports whether they stood there
// until now: their keys are then the caller's alone.
func (d *door) leave(g *guest) (stood bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, x := range d.guests {
		if x == g.stands {
			delete(d.guests, id)
			stood = true
		}
	}
	return stood
}

// with changes a guest under the lock, and the copy that a page has of them.
func (d *door) with(g *guest, f func(*guest)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(g.stands)
	*g = *g.stands.copied()
}

// arrivals lists who waits to be confirmed, the first to come first.
func (d *door) arrivals() []guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []guest
	for _, g := range d.guests {
		if g.keys != nil && !g.seated && !g.refused && g.sponsor == "" {
			out = append(out, *g)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].last.Before(out[j].last) })
	return out
}

// arrival finds one who waits.
func (d *door) arrival(id string) *guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range d.guests {
		if g.id == id && g.keys != nil && !g.seated {
			return g.copied()
		}
	}
	return nil
}

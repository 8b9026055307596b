package replication

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"sort"
	"sync"
	"time"

	"celld/internal/op"
)

// Pins says which router keys belong to the cell, as of now.
type Pins interface {
	Pinned(key ed25519.PublicKey) bool
}

// Link is a Conn whose other end has proven its key.
type Link interface {
	Conn
	Key() ed25519.PublicKey
	Address() string
	// Dialled reports whether we began it.
	Dialled() bool
}

// Config is what a Room stands on.
type Config struct {
	Cell  op.ID       // zero while this router has none
	Adopt func(op.ID) // told the cell by the router that takes this one in
	Self  op.Device   // of the router's own key
	House House
	Pins  Pins
	Clock func() (uint64, op.Clock)
}

// Room holds all conversations of a router. All methods may be called at once.
type Room struct {
	config Config
	claims *claims

	mu        sync.Mutex // guards what follows
	open      map[op.Device]*open
	waits     map[op.Device]wait
	ended     map[op.Device]Neighbour
	strangers uint64
	moved     chan struct{} // closed at the next change of open
}

type open struct {
	link    Link
	session *session
	device  op.Device
}

// wait is how long a router that behaved badly is not talked to.
type wait struct {
	until time.Time
	times int
}

// Why a Link is not talked over.
var (
	ErrUnpinned  = errors.New("replication: that key is no router of the cell")
	ErrWait      = errors.New("replication: that router sent too much that was bad, and has to wait")
	ErrDuplicate = errors.New("replication: another conversation with that router goes on")
)

// A router that ended in bad conduct waits a minute, and each time twice as
// long, up to an hour; an hour without forgives.
const (
	firstWait = time.Minute
	longWait  = time.Hour
)

// NewRoom returns a room in which nobody talks yet.
func NewRoom(c Config) *Room {
	return &Room{config: c, claims: newClaims(), open: map[op.Device]*open{}, waits: map[op.Device]wait{},
		ended: map[op.Device]Neighbour{}, moved: make(chan struct{})}
}

// Dials says which of two routers that see each other dials: the one with the
// lower name. The other one dials, too, when it has not been dialled for a
// while: it may be the only one that can reach the other.
func Dials(self, other op.Device) bool { return bytes.Compare(self[:], other[:]) < 0 }

// Talk talks over a link until one side ends it, the link fails or ctx does.
func (r *Room) Talk(ctx context.Context, link Link) error {
	o, err := r.enter(link)
	if err != nil {
		link.Close()
		return err
	}
	err = o.session.run(ctx)
	r.leave(o)
	return err
}

// enter admits a link, and of two with one router keeps one on both sides
// alike: that which the router with the lower name dialled, or of the same sort
// the newer, since the older is likely dead. So is one that is silent.
func (r *Room) enter(link Link) (*open, error) {
	device := op.DeviceOf(link.Key())
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.config.Pins.Pinned(link.Key()) || device == r.config.Self {
		r.strangers++
		return nil, ErrUnpinned
	}
	if time.Now().Before(r.waits[device].until) {
		return nil, ErrWait
	}
	if old := r.open[device]; old != nil {
		if r.rightly(old.link, device) && !r.rightly(link, device) && !old.session.quiet() {
			return nil, ErrDuplicate
		}
		old.session.close(ByeDuplicate)
	}
	o := &open{link, newSession(link, r.config.House, r.config.Cell, r.config.Clock, r.claims), device}
	o.session.peer.adopt, o.session.peer.from = r.Adopt, device
	r.open[device] = o
	r.stir()
	return o, nil
}

// Adopt says of which cell this router is from now on.
func (r *Room) Adopt(cell op.ID) {
	r.mu.Lock()
	fresh := r.config.Cell == op.ID{}
	if fresh {
		r.config.Cell = cell
	}
	r.mu.Unlock()
	if fresh && r.config.Adopt != nil {
		r.config.Adopt(cell)
	}
}

// rightly reports whether a link was dialled by the one who should.
func (r *Room) rightly(link Link, other op.Device) bool {
	return link.Dialled() == Dials(r.config.Self, other)
}

func (r *Room) leave(o *open) {
	talk := o.session.talk()
	r.mu.Lock()
	defer r.mu.Unlock()
	if talk.Ended != nil && *talk.Ended == ByeConduct && !talk.EndedThem {
		r.punish(o.device)
	}
	r.ended[o.device] = Neighbour{Device: o.device, Address: o.link.Address(), Talk: talk}
	if r.open[o.device] == o {
		delete(r.open, o.device)
	}
	r.stir()
}

func (r *Room) punish(d op.Device) {
	w := r.waits[d]
	if time.Since(w.until) > longWait {
		w.times = 0
	}
	w.until = time.Now().Add(min(firstWait<<min(w.times, 6), longWait))
	w.times++
	r.waits[d] = w
}

func (r *Room) stir() {
	close(r.moved)
	r.moved = make(chan struct{})
}

// Grown tells every conversation that the log has grown.
func (r *Room) Grown() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.open {
		o.session.wake()
	}
}

// Repin ends the conversations whose router is not pinned any more.
func (r *Room) Repin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, o := range r.open {
		if !r.config.Pins.Pinned(o.link.Key()) {
			o.session.close(ByeUnpinned)
		}
	}
}

// Watch follows the log until ctx ends: each change is told to everybody, and
// may have changed who is pinned.
func (r *Room) Watch(ctx context.Context, changed func() <-chan struct{}) error {
	for {
		next := changed()
		r.Repin()
		r.Grown()
		select {
		case <-ctx.Done():
			return nil
		case <-next:
		}
	}
}

// Stranger counts a key that is no router of the cell.
func (r *Room) Stranger() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.strangers++
}

// Talks reports whether a conversation with a router is open, and its way not
// in doubt.
func (r *Room) Talks(d op.Device) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.open[d]
	return o != nil && !o.session.quiet()
}

// Neighbour is a router that was talked to.
type Neighbour struct {
	Device  op.Device
	Address string
	Open    bool
	Quiet   bool // so long that the way may be gone
	Talk    Talk
	Until   time.Time // it has to wait so long; zero if not
}

// Here reports whether it is within reach now, as far as anybody can know.
func (n Neighbour) Here() bool { return n.Open && n.Talk.Hello && !n.Quiet }

// Status is the room as people may see it.
type Status struct {
	Neighbours []Neighbour // by device
	Strangers  uint64      // links refused for their key
}

// Status asks every conversation how it is going.
func (r *Room) Status() Status {
	r.mu.Lock()
	list := make(map[op.Device]*open, len(r.open))
	for d, o := range r.open {
		list[d] = o
	}
	all := make(map[op.Device]Neighbour, len(r.ended))
	for d, n := range r.ended {
		n.Until = r.waits[d].until
		all[d] = n
	}
	st := Status{Strangers: r.strangers}
	r.mu.Unlock()
	for d, o := range list {
		all[d] = Neighbour{Device: d, Address: o.link.Address(), Open: true, Quiet: o.session.quiet(), Talk: o.session.talk()}
	}
	for _, n := range all {
		st.Neighbours = append(st.Neighbours, n)
	}
	sortNeighbours(st.Neighbours)
	return st
}

func sortNeighbours(list []Neighbour) {
	sort.Slice(list, func(i, j int) bool { return bytes.Compare(list[i].Device[:], list[j].Device[:]) < 0 })
}

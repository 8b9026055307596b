package oplog

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// Sealer holds the keys. Package vault does, behind a thin coat that
// cmd/celld gives it.
type Sealer interface {
	// Sign signs for a device whose key is in memory.
	Sign(d op.Device, message []byte) ([]byte, error)
	// Secret returns the secret of an epoch that is open.
	Secret(e op.Epoch) (op.Secret, bool)
	// Mint makes and holds a new secret, vouched for under an older epoch.
	Mint(under op.Epoch) (e op.Epoch, mac []byte, err error)
	// Wrap seals an open epoch to an opening key.
	Wrap(e op.Epoch, opening []byte) ([]byte, error)
	// Unwrap tries the opening keys in memory, and holds what they open.
	Unwrap(e op.Epoch, wrap []byte) bool
}

// Clock tells the wall time in Unix seconds, and how far it can be trusted.
type Clock func() (uint64, op.Clock)

// Errors of a log.
var (
	ErrNoCell  = errors.New("oplog: no cell has been founded here")
	ErrFounded = errors.New("oplog: a cell has been founded here already")
	ErrWaiting = errors.New("oplog: the payload is sealed and no key for it is here")
	ErrDropped = errors.New("oplog: the payload was dropped")
)

// Log is a cell's history on this router, and the State it adds up to. All
// methods may be called at once.
type Log struct {
	storage   Storage
	sealer    Sealer
	clock     Clock
	snapshots Snapshots // may be nil

	writer sync.Mutex // held by whoever changes the log: one at a time
	kept   kept       // for its holder alone

	index   sync.RWMutex // guards the fields below, for moments
	graph   *op.Graph
	where   map[op.Device]*op.Rising // where the operations of each log lie, in order
	authors map[op.Device]author
	drafts  map[op.Ref]op.Opened // judged, not yet on disk
	id      op.ID
	count   uint32     // operations in all
	epochs  []op.Epoch // that something was sealed under
	waiting int        // sealed operations that no key here opens
	changed chan struct{}
	needs   needs
	passing passings
	expects op.ID // the cell of a log that is still empty

	held waitingRoom // guarded by writer
	left []op.Ref    // what waits, as far as that is known: as many as wait, then; guarded by writer
	// When the history was last folded again, and how long that took; guarded by writer.
	refolded  time.Time
	refolding time.Duration
	taken     map[op.Ref]bool // taken out and known to be gone; guarded by writer

	state atomic.Pointer[cell.State]
}

// author is whom a device speaks for: what its first operation said.
type author struct {
	key    ed25519.PublicKey
	member op.Member
	router op.Device
}

// Open reads a history from its storage. What is sealed waits until Wake.
func Open(storage Storage, sealer Sealer, clock Clock) (*Log, error) {
	return OpenFrom(nil, storage, sealer, clock)
}

// OpenFrom is Open that starts from a snapshot where there is one to believe.
// Without it, it only takes longer.
func OpenFrom(snapshots Snapshots, storage Storage, sealer Sealer, clock Clock) (*Log, error) {
	l := &Log{storage: storage, sealer: sealer, clock: clock, snapshots: snapshots, changed: make(chan struct{})}
	l.reset()
	state, err := l.remember(), errForged
	if state != nil {
		state, err = l.read(state)
	}
	if err != nil { // no snapshot, or one that what came later does not go with
		l.reset()
		state, err = l.read(cell.New(history{l}))
	}
	if err != nil {
		return nil, fmt.Errorf("oplog: read the log: %w", err)
	}
	l.state.Store(state)
	l.waiting = int(l.count) - state.Applied()
	return l, l.wake(false)
}

func (l *Log) reset() {
	l.graph = op.NewGraph()
	l.where = map[op.Device]*op.Rising{}
	l.authors = map[op.Device]author{}
	l.drafts = map[op.Ref]op.Opened{}
	l.id, l.count, l.epochs, l.kept = op.ID{}, 0, nil, kept{}
	l.needs, l.passing = needs{log: l}, passings{}
}

// read takes what lies behind the index into it, and what of that is public
// into the state. The log's own bytes are believed at start; Verify doubts them.
func (l *Log) read(state *cell.State) (*cell.State, error) {
	return l.replay(l.count, state, func(pos uint32, o op.Operation) (op.Opened, error) {
		if err := l.place(pos, o); err != nil {
			return op.Opened{}, err
		}
		return l.openPublic(o)
	})
}

func (l *Log) openPublic(o op.Operation) (op.Opened, error) {
	if !o.Header.EpochID().IsZero() {
		return op.Opened{}, ErrWaiting
	}
	return l.open(o)
}

// place indexes an operation that is on disk.
func (l *Log) place(pos uint32, o op.Operation) error {
	l.index.Lock()
	defer l.index.Unlock()
	if _, err := l.graph.Add(o); err != nil {
		return fmt.Errorf("operation %d: %w", pos, err)
	}
	d := o.Header.Device
	if o.Header.Seq == 1 {
		l.authors[d] = introduced(o)
	}
	if len(o.Header.Scope) == 0 {
		l.id = o.ID
	}
	if l.where[d] == nil {
		l.where[d] = &op.Rising{}
	}
	l.where[d].Add(pos)
	l.count++
	if e := o.Header.EpochID(); !e.IsZero() && !slices.Contains(l.epochs, e) {
		l.epochs = append(l.epochs, e)
	}
	delete(l.drafts, o.Ref())
	l.passing.note(o)
	return nil
}

// introduced reads whom a log's first operation says its device speaks for.
// Whether that is so, the room of trust judges.
func introduced(o op.Operation) author {
	body, err := op.ParseBody(o.Payload)
	if err != nil {
		return author{}
	}
	var f trust.Found
	if body.Kind == trust.KindFound && op.Unmarshal(body.Content, &f) == nil {
		return author{f.Key, f.Member, op.DeviceOf(f.Router)}
	}
	var n trust.Open
	if body.Kind == trust.KindOpen && op.Unmarshal(body.Content, &n) == nil {
		return author{n.Key, n.Member, n.Router}
	}
	return author{}
}

// Wake folds the history again with the keys that are in memory now: after a
// login, and after Sleep. It offers every wrap to the sealer first.
func (l *Log) Wake() error {
	l.writer.Lock()
	defer l.writer.Unlock()
	return l.wake(l.kept.doubtful())
}

// wake goes on from what is public. Somebody who has signed in doubts a
// snapshot until its seal is open; until then, nobody could tell.
func (l *Log) wake(doubting bool) error {
	l.left = nil
	state := l.state.Load().Public() // who may read what
	l.unwrap(state)
	var err error
	if doubting || int(l.count) > state.Applied() && l.readsAny() {
		state, err = l.whole()
	}
	if err == nil {
		l.publish(state, int(l.count)-state.Applied()) // once, so that nobody sees the table half laid
	}
	return err
}

// readsAny reports whether any epoch that was written under is open.
func (l *Log) readsAny() bool {
	return slices.ContainsFunc(l.epochs, func(e op.Epoch) bool { _, open := l.sealer.Secret(e); return open })
}

// Sleep forgets everything that was sealed, once the sealer has locked.
func (l *Log) Sleep() error {
	l.writer.Lock()
	defer l.writer.Unlock()
	l.left = nil
	state := l.state.Load().Public()
	l.publish(state, int(l.count)-state.Applied())
	return nil
}

// whole is the state of all that the keys in memory open, from the snapshot on
// where they open that. Otherwise neither is the index believed that came with
// it.
func (l *Log) whole() (*cell.State, error) {
	state, err := l.awoken()
	if err == nil && state != nil {
		l.kept.proven = true
		if state, l.left, err = l.fold(l.kept.count, state); err != nil {
			return nil, err
		}
		l.left = append(slices.Clone(l.kept.left), l.left...)
		return l.recalled(state) // a snapshot holds nothing that passes
	}
	if err != nil || l.kept.doubtful() {
		if err := l.reindex(); err != nil {
			return nil, err
		}
	}
	if state, l.left, err = l.fold(0, cell.New(history{l})); err != nil {
		return nil, err
	}
	return state.Anew(), nil
}

// reindex reads storage from its beginning, beside the index that is in use,
// and offers the wraps again.
func (l *Log) reindex() error {
	fresh := &Log{storage: l.storage, sealer: l.sealer}
	fresh.reset()
	state, err := fresh.read(cell.New(history{fresh}))
	if err != nil {
		return fmt.Errorf("oplog: read the log again: %w", err)
	}
	l.adopt(fresh)
	l.kept = kept{}
	l.unwrap(state)
	return nil
}

// fold applies the history from a position on, in the order of its arrival,
// and tells what it has to leave out since no key opens it.
func (l *Log) fold(from uint32, state *cell.State) (_ *cell.State, left []op.Ref, err error) {
	state, err = l.replay(from, state, func(_ uint32, o op.Operation) (op.Opened, error) {
		opened, err := l.open(o)
		if errors.Is(err, ErrWaiting) || errors.Is(err, ErrDropped) && o.Header.Expires == 0 {
			left = append(left, o.Ref())
		}
		return opened, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("oplog: replay: %w", err)
	}
	return state, left, nil
}

// atOnce is how many operations are applied together; fewer where each has seen so
// many logs that their pasts, a number a log, take more memory than all else: logs
// that one router begins without end stay, and none is to keep another from starting.
const (
	atOnce      = 512
	pastsAtOnce = 1 << 15
)

// pasts counts the numbers in the pasts of operations that wait to be applied.
type pasts int

// full notes one more operation, and reports whether enough wait.
func (p *pasts) full(o op.Opened, waiting int) bool {
	*p += pasts(len(o.Past))
	return waiting >= atOnce || *p >= pastsAtOnce
}

// replay goes through stored operations and applies what open makes of them.
func (l *Log) replay(from uint32, state *cell.State, open func(uint32, op.Operation) (op.Opened, error)) (*cell.State, error) {
	var batch []op.Opened
	var gone passed
	var seen pasts
	flush := func() {
		state, _ = state.Apply(batch...)
		clear(batch)
		batch, seen = batch[:0], 0
	}
	err := l.storage.Each(from, func(pos uint32, b []byte) error {
		o, err := op.Parse(b)
		if err != nil {
			return fmt.Errorf("operation %d: %w", pos, err)
		}
		opened, err := open(pos, o)
		if gone.count(o, err) || errors.Is(err, ErrWaiting) || errors.Is(err, ErrDropped) {
			return nil
		}
		if err != nil {
			return err
		}
		if batch = append(batch, opened); seen.full(opened, len(batch)) {
			flush()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	flush()
	return state.Passed(gone.all, gone.public).Settle(), nil
}

func (l *Log) publish(state *cell.State, waiting int) {
	l.state.Store(state)
	l.index.Lock()
	defer l.index.Unlock()
	l.waiting = waiting
	close(l.changed)
	l.changed = make(chan struct{})
}

// State returns the present state.
func (l *Log) State() *cell.State { return l.state.Load() }

// Changed returns a channel that is closed at the next change.
func (l *Log) Changed() <-chan struct{} {
	l.index.RLock()
	defer l.index.RUnlock()
	return l.changed
}

// Cell returns the cell's id; zero before the founding.
func (l *Log) Cell() op.ID {
	l.index.RLock()
	defer l.index.RUnlock()
	return l.id
}

// Waiting counts the sealed operations that no key here opens. While there
// are any, the state's digest compares with nobody's.
func (l *Log) Waiting() int {
	l.index.RLock()
	defer l.index.RUnlock()
	return l.waiting
}

// Heads returns every log of the cell's scope and how long it is.
func (l *Log) Heads() op.Past {
	l.index.RLock()
	defer l.index.RUnlock()
	return l.graph.Now()
}

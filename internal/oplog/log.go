package oplog

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

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
	storage Storage
	sealer  Sealer
	clock   Clock

	writer sync.Mutex // held by whoever changes the log: one at a time

	index   sync.RWMutex // guards the fields below, for moments
	graph   *op.Graph
	where   map[op.Device][]uint32 // positions, by sequence number from 1
	authors map[op.Device]author
	drafts  map[op.Ref]op.Opened // judged, not yet on disk
	id      op.ID
	waiting int // sealed operations that no key here opens
	changed chan struct{}

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
	l := &Log{storage: storage, sealer: sealer, clock: clock, changed: make(chan struct{})}
	l.reset()
	l.state.Store(cell.New(history{l}))
	if err := storage.Each(0, l.recall); err != nil {
		return nil, fmt.Errorf("oplog: read the log: %w", err)
	}
	return l, l.Wake()
}

func (l *Log) reset() {
	l.graph = op.NewGraph()
	l.where = map[op.Device][]uint32{}
	l.authors = map[op.Device]author{}
	l.drafts = map[op.Ref]op.Opened{}
}

// recall takes one stored operation into the index. The log's own bytes are
// believed at start; Verify doubts them.
func (l *Log) recall(pos uint32, b []byte) error {
	o, err := op.Parse(b)
	if err != nil {
		return fmt.Errorf("operation %d: %w", pos, err)
	}
	return l.place(pos, o)
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
	l.where[d] = append(l.where[d], pos)
	delete(l.drafts, o.Ref())
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
	state, waiting, err := l.fold(true) // public operations: who may read what
	if err != nil {
		return err
	}
	l.unwrap(state)
	if waiting > 0 {
		state, waiting, err = l.fold(false)
	}
	if err == nil {
		l.publish(state, waiting) // once, so that nobody sees the table half laid
	}
	return err
}

// Sleep forgets everything that was sealed, once the sealer has locked.
func (l *Log) Sleep() error {
	l.writer.Lock()
	defer l.writer.Unlock()
	state, waiting, err := l.fold(true)
	if err == nil {
		l.publish(state, waiting)
	}
	return err
}

// fold applies the whole history in the order of its arrival, and counts what
// is sealed and not in the state.
func (l *Log) fold(publicOnly bool) (state *cell.State, waiting int, err error) {
	state, batch := cell.New(history{l}), []op.Opened(nil)
	flush := func() {
		state, _ = state.Apply(batch...)
		batch = batch[:0]
	}
	err = l.storage.Each(0, func(_ uint32, b []byte) error {
		o, err := op.Parse(b)
		if err != nil {
			return err
		}
		if publicOnly && !o.Header.EpochID().IsZero() {
			waiting++
			return nil
		}
		opened, err := l.open(o)
		if errors.Is(err, ErrWaiting) || errors.Is(err, ErrDropped) {
			waiting++
			return nil
		}
		if err != nil {
			return err
		}
		if batch = append(batch, opened); len(batch) == 512 {
			flush()
		}
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("oplog: replay: %w", err)
	}
	flush()
	return state, waiting, nil
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

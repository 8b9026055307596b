package oplog

import (
	"crypto/rand"
	"fmt"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// Founding is the first operation of a cell, before there is anybody to ask.
type Founding struct {
	Content trust.Found
	Signer  op.Signer
	// Seat binds the keys to the cell's id, before anything is on disk.
	Seat func(op.ID) error
}

// write is one Submit under way: operations judged one after the other on a
// state that nobody else sees yet.
type write struct {
	log    *Log
	by     op.Author
	who    author
	state  *cell.State
	past   op.Past
	rank   uint64
	prev   []byte
	seen   []op.Seen
	ops    []op.Operation
	chunks map[op.Chunk][]byte
	refs   []op.Ref // of the caller's drafts; zero where one was dropped
}

// Submit makes operations from drafts, whole or not at all, and returns their
// places once they are on disk. An op.Refusal says why they are not lawful;
// then nothing has changed.
func (l *Log) Submit(by op.Author, drafts ...op.Draft) ([]op.Ref, error) {
	l.writer.Lock()
	defer l.writer.Unlock()
	if l.Cell() == (op.ID{}) {
		return nil, ErrNoCell
	}
	w := l.begin(by)
	if err := w.introduce(); err != nil {
		return nil, w.abandon(err)
	}
	return w.run(drafts)
}

// Found begins a cell and goes on with drafts, as Submit does.
func (l *Log) Found(f Founding, drafts ...op.Draft) ([]op.Ref, error) {
	l.writer.Lock()
	defer l.writer.Unlock()
	if l.Cell() != (op.ID{}) {
		return nil, ErrFounded
	}
	w := l.begin(op.Author{Member: f.Content.Member, Device: op.DeviceOf(f.Content.Key)})
	w.who = author{f.Content.Key, f.Content.Member, op.DeviceOf(f.Content.Router)}
	if err := w.found(f); err != nil {
		return nil, w.abandon(err)
	}
	return w.run(drafts)
}

func (l *Log) begin(by op.Author) *write {
	l.index.RLock()
	defer l.index.RUnlock()
	w := &write{log: l, by: by, state: l.state.Load(), seen: l.graph.Frontier(by.Device), chunks: map[op.Chunk][]byte{}}
	next, past := l.graph.Next(by.Device)
	w.past, w.rank = past, next.Rank-1
	w.who = l.authors[by.Device]
	if seq, head := l.graph.Head(by.Device); seq > 0 {
		w.prev = head[:]
	}
	return w
}

// introduce opens the log of a device that has not written before.
func (w *write) introduce() error {
	if w.past[w.by.Device] > 0 {
		return nil
	}
	var open trust.Open
	if err := op.Unmarshal(w.by.Open, &open); err != nil {
		return fmt.Errorf("oplog: introduce %v: %w", w.by.Device, err)
	}
	w.who = author{open.Key, open.Member, open.Router}
	return w.add(op.Draft{Kind: trust.KindOpen, Content: w.by.Open})
}

func (w *write) found(f Founding) error {
	o, opened, err := w.make(op.Draft{Kind: trust.KindFound, Content: f.Content}, op.Scope(""), f.Signer)
	if err != nil {
		return err
	}
	if err := f.Seat(o.ID); err != nil {
		return fmt.Errorf("oplog: found: %w", err)
	}
	return w.take(o, opened)
}

// run adds the drafts and makes all durable.
func (w *write) run(drafts []op.Draft) ([]op.Ref, error) {
	for _, d := range drafts {
		ref, err := w.draft(d)
		if err != nil {
			return nil, w.abandon(err)
		}
		w.refs = append(w.refs, ref)
	}
	if err := w.share(); err != nil {
		return nil, w.abandon(err)
	}
	return w.refs, w.commit()
}

// draft adds one of the caller's drafts, and returns a zero place for one that
// was not to be made.
func (w *write) draft(d op.Draft) (op.Ref, error) {
	if d.If > 0 && w.refs[d.If-1].IsZero() {
		return op.Ref{}, nil
	}
	if d.Of > 0 {
		d.Subject = w.refs[d.Of-1]
	}
	err := w.add(d)
	if err != nil && d.Try && isRefusal(err) {
		return op.Ref{}, nil
	}
	if err != nil {
		return op.Ref{}, err
	}
	return w.ops[len(w.ops)-1].Ref(), nil
}

// add makes one operation, and judges and folds it.
func (w *write) add(d op.Draft) error {
	o, opened, err := w.make(d, op.CellScope(w.cell()), nil)
	if err != nil {
		return err
	}
	return w.take(o, opened)
}

func (w *write) cell() op.ID {
	if t := trustOf(w.state); t != nil {
		return t.Cell
	}
	return w.log.Cell()
}

// make signs an operation without changing anything but, when no epoch can be
// used, the epoch.
func (w *write) make(d op.Draft, scope op.Scope, signer op.Signer) (op.Operation, op.Opened, error) {
	body := op.Body{Kind: d.Kind, Subject: d.Subject, Content: d.ContentBytes()}
	var epoch op.Epoch
	var secret op.Secret
	if !d.Kind.Public() {
		var err error
		if epoch, secret, err = w.secret(); err != nil {
			return op.Operation{}, op.Opened{}, err
		}
	}
	h := w.header(scope, epoch)
	if d.Keep == op.AtWill {
		h.Expires = d.Keep
	} else if d.Keep > 0 {
		h.Expires = h.Time + d.Keep
	}
	payload := body.Bytes()
	if !epoch.IsZero() {
		payload = w.seal(h, secret, body)
	}
	if signer == nil {
		signer = deviceSigner{w.log.sealer, w.by.Device}
	}
	o, err := op.Sign(h, payload, signer)
	if err != nil {
		return op.Operation{}, op.Opened{}, err
	}
	return o, w.opened(o, body), nil
}

func (w *write) header(scope op.Scope, epoch op.Epoch) op.Header {
	now, quality := w.log.clock()
	h := op.Header{
		Version: op.Version, Device: w.by.Device, Scope: []byte(scope), Seq: w.past[w.by.Device] + 1,
		Prev: w.prev, Seen: w.seen, Time: now, Clock: quality, Level: op.LevelRouter,
	}
	if !epoch.IsZero() {
		h.Epoch = epoch[:]
	}
	return h
}

// seal seals a body, moving its content into chunks when it is too long.
func (w *write) seal(h op.Header, secret op.Secret, body op.Body) []byte {
	var salt [16]byte
	rand.Read(salt[:])
	if payload := op.Seal(h, secret, salt, body.Bytes()); op.Fits(h, payload) {
		return payload
	}
	short, chunks := op.Split(secret, salt, body)
	for name, sealed := range chunks {
		w.chunks[name] = sealed
	}
	return op.Seal(h, secret, salt, short.Bytes())
}

func (w *write) opened(o op.Operation, body op.Body) op.Opened {
	h := o.Header
	return op.Opened{
		Place: op.Place{Rank: w.rank + 1, Ref: o.Ref()}, ID: o.ID,
		Member: w.who.member, Router: w.who.router, Time: h.Time, Clock: h.Clock, Level: h.Level, Expires: h.Expires,
		Kind: body.Kind, Subject: body.Subject, Content: body.Content, Past: w.past.Clone(),
	}
}

// take judges an operation and moves on behind it.
func (w *write) take(o op.Operation, opened op.Opened) error {
	w.log.draft(opened)
	state, verdicts := w.state.Apply(opened)
	if verdicts[0] != nil {
		w.log.undraft(opened.Ref)
		return verdicts[0]
	}
	w.state, w.rank = state, w.rank+1
	w.past[w.by.Device] = o.Header.Seq
	w.prev, w.seen = o.ID[:], nil
	w.ops = append(w.ops, o)
	return nil
}

// commit writes the batch and publishes what it leads to.
func (w *write) commit() error {
	if len(w.ops) == 0 {
		return nil
	}
	encoded := make([][]byte, len(w.ops))
	for i, o := range w.ops {
		encoded[i] = o.Encode()
	}
	pos, err := w.log.storage.Append(encoded, w.chunks)
	if err != nil {
		return w.abandon(fmt.Errorf("oplog: append: %w", err))
	}
	for i, o := range w.ops {
		if err := w.log.place(pos+uint32(i), o); err != nil {
			panic("oplog: our own operation has no place: " + err.Error())
		}
	}
	// What the batch itself had seen counts, too, now that it has its place.
	w.log.publish(w.state.Settle(), w.log.Waiting())
	return nil
}

// abandon forgets the drafts. Nobody has seen them.
func (w *write) abandon(err error) error {
	for _, o := range w.ops {
		w.log.undraft(o.Ref())
	}
	return err
}

func (l *Log) draft(o op.Opened) {
	l.index.Lock()
	defer l.index.Unlock()
	l.drafts[o.Ref] = o
}

func (l *Log) undraft(r op.Ref) {
	l.index.Lock()
	defer l.index.Unlock()
	delete(l.drafts, r)
}

type deviceSigner struct {
	sealer Sealer
	device op.Device
}

func (s deviceSigner) Sign(message []byte) ([]byte, error) { return s.sealer.Sign(s.device, message) }

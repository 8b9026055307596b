package oplog

import (
	"errors"
	"fmt"

	"celld/internal/op"
)

// Read returns the operation at r, opened.
func (l *Log) Read(r op.Ref) (op.Opened, error) { return l.load(r) }

// Stored returns the operation at r as it travels.
func (l *Log) Stored(r op.Ref) (op.Operation, error) {
	pos, here := l.lies(r)
	if !here {
		return op.Operation{}, fmt.Errorf("oplog: %v is not here", r)
	}
	b, err := l.storage.Read(pos)
	if err != nil {
		return op.Operation{}, fmt.Errorf("oplog: read %v: %w", r, err)
	}
	o, err := op.Parse(b)
	if err == nil && o.Ref() != r {
		return op.Operation{}, fmt.Errorf("oplog: %v lies where %v should", o.Ref(), r)
	}
	return o, err
}

// lies tells where an operation lies in storage, if it is here.
func (l *Log) lies(r op.Ref) (pos uint32, here bool) {
	l.index.RLock()
	defer l.index.RUnlock()
	list := l.where[r.Device]
	if list == nil || r.Seq == 0 || r.Seq > uint64(list.Len()) {
		return 0, false
	}
	return list.At(uint32(r.Seq) - 1), true
}

// load is what the state reads history back with.
func (l *Log) load(r op.Ref) (op.Opened, error) {
	l.index.RLock()
	draft, ok := l.drafts[r]
	l.index.RUnlock()
	if ok {
		return draft, nil
	}
	o, err := l.Stored(r)
	if err != nil {
		return op.Opened{}, err
	}
	return l.open(o)
}

// open opens the payload of a placed operation and says who wrote it, where it
// stands and what it had seen.
func (l *Log) open(o op.Operation) (op.Opened, error) {
	body, err := l.body(o)
	if err != nil {
		return op.Opened{}, err
	}
	l.index.RLock()
	defer l.index.RUnlock()
	place, ok := l.graph.Place(o.Ref())
	if !ok {
		return op.Opened{}, fmt.Errorf("oplog: %v has no place", o.Ref())
	}
	opened := l.describe(o.Header, body)
	opened.Place, opened.ID, opened.Past = place, o.ID, l.graph.Past(o.Ref())
	return opened, nil
}

// describe fills in what header, body and author tell.
func (l *Log) describe(h op.Header, body op.Body) op.Opened {
	who := l.authors[h.Device]
	return op.Opened{
		Member: who.member, Router: who.router,
		Time: h.Time, Clock: h.Clock, Level: h.Level, Expires: h.Expires,
		Kind: body.Kind, Subject: body.Subject, Content: body.Content,
	}
}

// body opens a payload. A payload that opens to something else than its shape
// promises gives a body without a kind, which every router refuses alike.
func (l *Log) body(o op.Operation) (op.Body, error) {
	if o.Payload == nil {
		return op.Body{}, ErrDropped
	}
	epoch := o.Header.EpochID()
	if epoch.IsZero() {
		body, err := op.ParseBody(o.Payload)
		if err != nil || !body.Kind.Public() || len(body.Chunks) > 0 {
			return op.Body{Kind: op.PublicUnread}, nil
		}
		return body, nil
	}
	secret, ok := l.sealer.Secret(epoch)
	if !ok {
		return op.Body{}, ErrWaiting
	}
	return l.unseal(o, secret)
}

func (l *Log) unseal(o op.Operation, secret op.Secret) (op.Body, error) {
	malformed := op.Body{Kind: "sealed.malformed"}
	clear, err := op.Open(o.Header, secret, o.Payload)
	if err != nil {
		return malformed, nil
	}
	body, err := op.ParseBody(clear)
	if err != nil || body.Kind.Public() {
		return malformed, nil
	}
	if len(body.Chunks) == 0 {
		return body, nil
	}
	content, err := op.Join(secret, op.SaltOf(o.Payload), body, l.storage.Chunk)
	if errors.Is(err, op.ErrSealed) {
		return malformed, nil // it will never open, here or anywhere
	}
	if err != nil {
		l.needs.note(o.Ref(), op.Missing(secret, op.SaltOf(o.Payload), body, l.storage.Chunk))
		return op.Body{}, fmt.Errorf("%w: %w", ErrWaiting, err)
	}
	body.Content, body.Chunks, body.Depth = content, nil, 0
	return body, nil
}

// history is the log as the state sees it.
type history struct{ log *Log }

func (h history) Load(r op.Ref) (op.Opened, error) { return h.log.load(r) }

func (h history) Covered(d op.Device, proof op.Ref, within op.Past) uint64 {
	h.log.index.RLock()
	defer h.log.index.RUnlock()
	return h.log.graph.Covered(d, proof, within)
}

func (h history) Now() op.Past { return h.log.Heads() }

package oplog

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// Head is how far a log is held here, on disk.
type Head struct {
	Ref op.Ref
	ID  op.ID
}

// Have returns the head of every log, by device.
func (l *Log) Have() []Head {
	l.index.RLock()
	defer l.index.RUnlock()
	devices := l.graph.Devices()
	heads := make([]Head, len(devices))
	for i, d := range devices {
		seq, id := l.graph.Head(d)
		heads[i] = Head{op.Ref{Device: d, Seq: seq}, id}
	}
	return heads
}

// Hash returns the first bytes of the identity of the operation at r.
func (l *Log) Hash(r op.Ref) ([8]byte, bool) {
	l.index.RLock()
	defer l.index.RUnlock()
	return l.graph.Hash(r)
}

// Expect says which cell's history an empty log will take in: that of the
// router that somebody enrolled this one at.
func (l *Log) Expect(cell op.ID) {
	l.index.Lock()
	defer l.index.Unlock()
	l.expects = cell
}

// Lacking returns a function that yields, one at a time, what somebody who
// holds that much lacks: in the order in which it arrived here, so that nothing
// comes before what it had seen. It goes on with what arrives meanwhile; ok is
// false while there is no more.
func (l *Log) Lacking(held op.Past) (next func() (o op.Operation, ok bool, err error)) {
	k := lacking{log: l, held: held.Clone(), next: map[op.Device]uint32{}}
	return func() (op.Operation, bool, error) {
		r, pos, ok := k.earliest()
		if !ok {
			return op.Operation{}, false, nil
		}
		b, err := l.storage.Read(pos)
		if err != nil {
			return op.Operation{}, false, fmt.Errorf("oplog: read %v: %w", r, err)
		}
		o, err := op.Parse(b)
		k.held[r.Device] = r.Seq
		delete(k.next, r.Device)
		return o, err == nil, err
	}
}

// lacking is how far one has come with what somebody lacks.
type lacking struct {
	log  *Log
	held op.Past
	next map[op.Device]uint32 // where what follows in each log lies, once it was looked for
}

// earliest finds the operation of the lowest position beyond what is held.
func (k *lacking) earliest() (r op.Ref, pos uint32, ok bool) {
	k.log.index.RLock()
	defer k.log.index.RUnlock()
	for d, list := range k.log.where {
		seq := k.held[d] + 1
		if seq == 0 || seq > uint64(list.Len()) { // 0 to who says that it holds all there can be
			continue
		}
		at, known := k.next[d]
		if !known {
			at = list.At(uint32(seq) - 1)
			k.next[d] = at
		}
		if !ok || at < pos {
			r, pos, ok = op.Ref{Device: d, Seq: seq}, at, true
		}
	}
	return r, pos, ok
}

// Vouched returns the signed header at r when its own signature holds: only
// then may it be shown to anybody by itself.
func (l *Log) Vouched(r op.Ref) (header, sig []byte, err error) {
	o, err := l.Stored(r)
	if err != nil {
		return nil, nil, err
	}
	if err := l.authentic(o); err != nil {
		return nil, nil, err
	}
	header, sig = o.Signed()
	return header, sig, nil
}

// ErrNoProof is returned by Prove for what proves nothing.
var ErrNoProof = errors.New("oplog: that is no second operation for one place")

// Prove writes down that a device signed two histories, if the given header and
// the operation that is held at its place say so. To prove it again does nothing.
func (l *Log) Prove(by op.Author, header, sig []byte) error {
	h, err := op.ParseHeader(header)
	if err != nil {
		return err
	}
	own, ownSig, err := l.Vouched(h.Ref())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	if string(own) == string(header) || op.VerifyHeader(l.keyFor(h.Device, op.Operation{}), header, sig) != nil {
		return ErrNoProof
	}
	if trustOf(l.State()).HasForked(h.Device) {
		return nil
	}
	proof := trust.Fork{A: trust.Half{Header: own, Signature: ownSig}, B: trust.Half{Header: header, Signature: sig}}
	_, err = l.Submit(by, op.Draft{Kind: trust.KindFork, Content: proof, Try: true})
	return err
}

// ChunksOf names the chunks that the operation at r leads to; none where its
// epoch is not open here.
func (l *Log) ChunksOf(r op.Ref) []op.Chunk {
	o, err := l.Stored(r)
	if err != nil {
		return nil
	}
	names, _ := l.chunksOf(o)
	return names
}

// chunksOf is ChunksOf, and tells whether that could be told.
func (l *Log) chunksOf(o op.Operation) (names []op.Chunk, open bool) {
	if o.Payload == nil || o.Header.EpochID().IsZero() {
		return nil, true
	}
	secret, ok := l.sealer.Secret(o.Header.EpochID())
	if !ok {
		return nil, false
	}
	clear, err := op.Open(o.Header, secret, o.Payload)
	if err != nil {
		return nil, true // it never will, and names nothing
	}
	body, err := op.ParseBody(clear)
	if err != nil {
		return nil, true
	}
	return op.Names(secret, op.SaltOf(o.Payload), body, l.storage.Chunk), true
}

// Chunk returns a chunk that is held, as it travels.
func (l *Log) Chunk(name op.Chunk) ([]byte, error) { return l.storage.Chunk(name) }

// ErrUnasked is returned for a chunk that nothing here needs.
var ErrUnasked = errors.New("oplog: nobody asked for that chunk")

// AcceptChunks stores chunks that are needed here, in one append. What waited for them
// and is whole is folded, at once or after a while; see ripe.
func (l *Log) AcceptChunks(chunks [][]byte) error {
	l.writer.Lock()
	defer l.writer.Unlock()
	needed, unasked := l.needed(chunks)
	if len(needed) > 0 {
		if _, err := l.storage.Append(nil, needed); err != nil {
			return fmt.Errorf("oplog: append: %w", err)
		}
	}
	l.brought(needed)
	if err := l.refoldWhole(); err != nil {
		return err
	}
	if unasked {
		return ErrUnasked
	}
	return nil
}

func (l *Log) needed(chunks [][]byte) (needed map[op.Chunk][]byte, unasked bool) {
	l.index.RLock()
	defer l.index.RUnlock()
	needed = map[op.Chunk][]byte{}
	for _, b := range chunks {
		if name := op.Chunk(sha256.Sum256(b)); l.needs.names[name] != nil {
			needed[name] = b
		} else {
			unasked = true
		}
	}
	return needed, unasked
}

// brought crosses chunks off.
func (l *Log) brought(chunks map[op.Chunk][]byte) {
	l.index.Lock()
	defer l.index.Unlock()
	for name := range chunks {
		l.needs.came(name)
	}
}

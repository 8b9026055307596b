package oplog

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"celld/internal/cell"
	"celld/internal/op"
)

// Snapshots keeps one snapshot of this log. What it gives back may be torn,
// old or another cell's: the log believes only what it has sealed itself, of
// the very history that its storage holds, and reads that again otherwise.
type Snapshots interface {
	Load() ([]byte, error)
	// Store keeps b in place of what was kept before, whole or not at all.
	Store(b []byte) error
}

// A snapshot begins with its magic, whose last byte is the version of all that
// follows, the forms of cell.State and op.Graph included; then the length of
// the public part and that part, and the SHA-256 of all so far. Behind that lie
// the epoch and the salt of the key, and the sealed part.
const (
	magic         = "celld snapshot\x00\x07"
	labelSnapshot = "celld snapshot v1\x00"
	saltSize      = 16
)

// public is what anybody can compute who holds the log: it stands in the clear,
// so that a locked router starts from it, too.
type public struct {
	_     struct{} `cbor:",toarray"`
	Cell  op.ID
	Graph []byte
	Where []byte // positions: for each log by its number, steps from one to the next
	State []byte // what the public operations add up to
	// Epochs are those that the sealed part was opened with. Who holds fewer of
	// them has to read the log, and sees what they may see.
	Epochs []op.Epoch
	// Passing is what has a time to go: which, and when.
	Passing []byte
	// Closed are the other epochs that something was sealed under.
	Closed []op.Epoch
}

// errForged is returned for a snapshot that is not whole, or not ours.
var errForged = errors.New("oplog: not a snapshot of this log")

// kept says which snapshot belongs to this log, for the writer alone.
type kept struct {
	sum    [32]byte // of its public part
	count  uint32   // operations that it holds; 0 when there is none
	proven bool     // its seal was open, or it was made here
	epochs []op.Epoch
	left   []op.Ref // what waited for a key or a chunk; known when it is proven
}

// doubtful reports that the index came from a snapshot whose seal nobody has
// opened yet.
func (k kept) doubtful() bool { return k.count > 0 && !k.proven }

// fewest is how many newer operations a snapshot is written for at least. It is
// a variable so that short histories can be tried.
var fewest uint32 = 1000

// worthwhile is how many it takes: flash is precious, and a quarter of a
// history is read in a quarter of the time.
func (k kept) worthwhile() uint32 { return max(fewest, k.count/4) }

// parts is a snapshot taken apart.
type parts struct {
	public []byte
	sum    [32]byte
	epoch  op.Epoch
	salt   []byte
	sealed []byte
}

func split(b []byte) (p parts, err error) {
	rest, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok || len(rest) < 4 {
		return p, errForged
	}
	n := int64(binary.BigEndian.Uint32(rest))
	if rest = rest[4:]; int64(len(rest)) < n+int64(len(p.sum)+len(p.epoch)+saltSize) {
		return p, errForged
	}
	p.public, rest = rest[:n], rest[n:]
	if p.sum = sha256.Sum256(b[:len(b)-len(rest)]); !bytes.HasPrefix(rest, p.sum[:]) {
		return p, errForged
	}
	rest = rest[len(p.sum):]
	p.epoch, p.salt, p.sealed = op.Epoch(rest[:32]), rest[32:32+saltSize], rest[32+saltSize:]
	return p, nil
}

// snapshotKey is used for one snapshot: the salt is new each time.
func snapshotKey(s op.Secret, salt []byte) []byte {
	key, err := hkdf.Key(sha256.New, s[:], salt, labelSnapshot, chacha20poly1305.KeySize)
	if err != nil {
		panic("oplog: " + err.Error()) // only for lengths far beyond ours
	}
	return key
}

// join makes a snapshot whole, sealed under an epoch.
func join(clear []byte, e op.Epoch, s op.Secret, state, left []byte) []byte {
	b := append([]byte(magic), binary.BigEndian.AppendUint32(nil, uint32(len(clear)))...)
	b = append(b, clear...)
	sum := sha256.Sum256(b)
	var salt [saltSize]byte
	rand.Read(salt[:])
	b = append(append(append(b, sum[:]...), e[:]...), salt[:]...)
	aead, err := chacha20poly1305.New(snapshotKey(s, salt[:]))
	if err != nil {
		panic("oplog: " + err.Error()) // only for a key of another length
	}
	b = slices.Grow(b, len(state)+len(state)/8+len(left)+4096)
	return aead.Seal(b, make([]byte, aead.NonceSize()), padded(state, left), sum[:])
}

// unseal opens the sealed part, over its own memory.
func (p parts) unseal(s op.Secret) (state []byte, left []op.Ref, err error) {
	aead, err := chacha20poly1305.New(snapshotKey(s, p.salt))
	if err != nil {
		panic("oplog: " + err.Error())
	}
	clear, err := aead.Open(p.sealed[:0], make([]byte, aead.NonceSize()), p.sealed, p.sum[:])
	if err != nil {
		return nil, nil, errForged
	}
	in := op.NewReader(clear)
	state = in.Field()
	refs := in.Field()
	if in.Failed() || op.UnmarshalValue(refs, &left) != nil {
		return nil, nil, errForged
	}
	return state, left, nil
}

// padded hides how long it is, up to a sixteenth: how many words were said each
// operation's header tells, what they were about the length must not.
func padded(state, left []byte) []byte {
	out := op.AppendField(make([]byte, 0, len(state)+len(state)/8+len(left)+4096), state)
	out = op.AppendField(out, left)
	step := 4096
	for step*16 < len(out) {
		step *= 2
	}
	return append(out, make([]byte, (step-len(out)%step)%step)...)
}

// Keep writes a snapshot, if enough has come since the last one, of what can be
// read. It may take seconds on a router; meanwhile the log works on.
func (l *Log) Keep() error {
	if l.snapshots == nil {
		return nil
	}
	s, err := l.portrait()
	if err != nil || s == nil {
		return err
	}
	b, err := s.bytes()
	if err != nil {
		return fmt.Errorf("oplog: snapshot: %w", err)
	}
	if err := l.snapshots.Store(b); err != nil {
		return fmt.Errorf("oplog: keep a snapshot: %w", err)
	}
	p, err := split(b)
	if err == nil {
		l.writer.Lock()
		l.kept = kept{p.sum, s.count, true, s.clear.Epochs, s.left}
		l.writer.Unlock()
	}
	return err
}

// portrait is what a snapshot is made of, as it stood at one moment.
type portrait struct {
	clear  public
	count  uint32
	state  *cell.State
	left   []op.Ref
	epoch  op.Epoch
	secret op.Secret
}

// portrait returns nil when no snapshot is due.
func (l *Log) portrait() (*portrait, error) {
	l.writer.Lock()
	defer l.writer.Unlock()
	l.index.RLock()
	defer l.index.RUnlock()
	if l.waiting != len(l.left) || l.count < l.kept.count || l.count-l.kept.count < l.kept.worthwhile() {
		return nil, nil
	}
	s := &portrait{count: l.count, state: l.state.Load(), left: slices.Clone(l.left)}
	var ok bool
	if s.epoch, s.secret, ok = (&write{log: l, state: s.state}).usable(); !ok {
		return nil, nil // the next word turns the epoch
	}
	s.clear = public{Cell: l.id, Graph: l.graph.Bytes(), Where: l.whereBytes(), Passing: l.passingBytes()}
	for _, e := range l.epochs {
		if _, open := l.sealer.Secret(e); open {
			s.clear.Epochs = append(s.clear.Epochs, e)
		} else {
			s.clear.Closed = append(s.clear.Closed, e)
		}
	}
	return s, nil
}

func (s *portrait) bytes() ([]byte, error) {
	var err error
	if s.clear.State, err = s.state.Public().Snapshot(); err != nil {
		return nil, err
	}
	clear, err := op.Marshal(s.clear)
	if err != nil {
		return nil, err
	}
	state, err := s.state.Snapshot()
	if err != nil {
		return nil, err
	}
	return join(clear, s.epoch, s.secret, state, op.MustMarshal(s.left)), nil
}

// whereBytes writes down where each log's operations lie. The caller holds the
// index.
func (l *Log) whereBytes() (b []byte) {
	for _, d := range l.graph.Numbered() {
		last := int64(-1)
		for _, pos := range l.where[d].From(0) {
			b = binary.AppendUvarint(b, uint64(int64(pos)-last))
			last = int64(pos)
		}
	}
	return b
}

// remember starts the index from the public part of a snapshot, and returns
// the state of the public operations in it. It believes nothing that storage
// does not bear out, and returns nil without having changed anything.
func (l *Log) remember() *cell.State {
	if l.snapshots == nil {
		return nil
	}
	b, err := l.snapshots.Load()
	if err != nil {
		return nil // there is none, or none that can be read
	}
	p, err := split(b)
	if err != nil {
		return nil
	}
	var clear public
	if op.UnmarshalValue(p.public, &clear) != nil {
		return nil
	}
	fresh := &Log{storage: l.storage}
	fresh.reset()
	if fresh.recallFrom(clear) != nil {
		return nil
	}
	state, err := cell.Restore(history{l}, clear.State)
	if err != nil || uint64(state.Applied()) >= uint64(fresh.count) {
		return nil // what is worth a snapshot holds sealed operations
	}
	l.adopt(fresh)
	l.kept = kept{p.sum, l.count, false, clear.Epochs, nil}
	return state
}

// recallFrom fills an empty index, and holds it against storage: the first, the
// middle and the last operation of every log have to lie where it says, and the
// last one's identity stands for all before it.
func (l *Log) recallFrom(p public) (err error) {
	if l.graph, err = op.GraphFromBytes(p.Graph); err != nil {
		return err
	}
	if err := l.readWhere(p.Where); err != nil {
		return err
	}
	for _, d := range l.graph.Numbered() {
		length, head := l.graph.Head(d)
		first, err := l.Stored(op.Ref{Device: d, Seq: 1})
		if err != nil {
			return err
		}
		_, err = l.Stored(op.Ref{Device: d, Seq: (length + 1) / 2})
		last, err2 := l.Stored(op.Ref{Device: d, Seq: length})
		if err := errors.Join(err, err2); err != nil || last.ID != head {
			return errors.Join(errForged, err)
		}
		l.authors[d] = introduced(first)
		if len(first.Header.Scope) == 0 {
			l.id = first.ID
		}
	}
	if err := l.readPassing(p.Passing); err != nil {
		return err
	}
	l.epochs = slices.Concat(p.Epochs, p.Closed)
	if l.id != p.Cell || l.id == (op.ID{}) {
		return errForged
	}
	return nil
}

// readWhere wants every position once.
func (l *Log) readWhere(b []byte) error {
	total := uint64(0)
	for _, length := range l.graph.Now() {
		total += length
	}
	in, taken := op.NewReader(b), make([]bool, total)
	for _, d := range l.graph.Numbered() {
		length, _ := l.graph.Head(d)
		list, pos := &op.Rising{}, int64(-1)
		for range length {
			step := in.Uvarint()
			if pos += int64(step); step == 0 || step > total || pos >= int64(total) || taken[pos] {
				return errForged
			}
			list.Add(uint32(pos))
			taken[pos] = true
		}
		l.where[d] = list
	}
	l.count = uint32(total)
	return in.End()
}

// adopt takes over an index that was made beside ours.
func (l *Log) adopt(fresh *Log) {
	l.index.Lock()
	defer l.index.Unlock()
	l.graph, l.where, l.authors = fresh.graph, fresh.where, fresh.authors
	l.id, l.count, l.epochs, l.passing = fresh.id, fresh.count, fresh.epochs, fresh.passing
}

// awoken opens the sealed part of the snapshot that this log was started from,
// or has written since. It returns nil where these keys do not open it, and
// errForged where it is not what it was.
func (l *Log) awoken() (*cell.State, error) {
	if l.kept.count == 0 {
		return nil, nil
	}
	b, err := l.snapshots.Load()
	if err != nil {
		return nil, errForged
	}
	p, err := split(b)
	if err != nil || p.sum != l.kept.sum {
		return nil, errForged
	}
	for _, e := range l.kept.epochs {
		if _, open := l.sealer.Secret(e); !open {
			return nil, nil
		}
	}
	secret, open := l.sealer.Secret(p.epoch)
	if !open {
		return nil, nil
	}
	whole, left, err := p.unseal(secret)
	if err != nil {
		return nil, err
	}
	if come, err := l.come(left); come || err != nil {
		return nil, err
	}
	l.kept.left = left
	state, err := cell.Restore(history{l}, whole)
	if err != nil {
		return nil, errForged
	}
	return state, nil
}

// come reports whether anything waits no more that did, and asks again for the chunks
// of what does. Some of it never comes: anybody can seal something under a key of their
// own, and name chunks that are nowhere.
func (l *Log) come(left []op.Ref) (bool, error) {
	for _, r := range left {
		o, err := l.Stored(r)
		if err != nil {
			return false, err
		}
		_, err = l.body(o)
		if !errors.Is(err, ErrWaiting) && (!errors.Is(err, ErrDropped) || o.Header.Expires != 0) {
			return true, nil
		}
	}
	return false, nil
}

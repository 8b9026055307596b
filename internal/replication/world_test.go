package replication_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/op/optest"
	"celld/internal/oplog"
	"celld/internal/replication"
)

// memory is the edge of the world: a disk that never fails.
type memory struct {
	mu     sync.Mutex
	ops    [][]byte
	chunks map[op.Chunk][]byte
	syncs  int
}

func (m *memory) Append(ops [][]byte, chunks map[op.Chunk][]byte) (uint32, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := uint32(len(m.ops))
	m.ops = append(m.ops, ops...)
	for k, v := range chunks {
		m.chunks[k] = v
	}
	m.syncs++
	return first, nil
}

func (m *memory) Each(from uint32, f func(uint32, []byte) error) error {
	m.mu.Lock()
	ops := m.ops
	m.mu.Unlock()
	for i := int(from); i < len(ops); i++ {
		if err := f(uint32(i), ops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Read(pos uint32) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ops[pos], nil
}

func (m *memory) Chunk(name op.Chunk) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, ok := m.chunks[name]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

// keys is a sealer that holds everything in memory. A wrap holds the secret in
// the clear: what sealing it takes is the vault's affair.
type keys struct {
	mu      sync.Mutex
	cell    op.ID
	devices map[op.Device]ed25519.PrivateKey
	secrets map[op.Epoch]op.Secret
	locked  bool
	cheap   bool // signs with a sum, which holds while optest remembers
}

func (k *keys) Sign(d op.Device, m []byte) ([]byte, error) {
	if k.cheap {
		return optest.Cheap(k.devices[d]).Sign(m)
	}
	return ed25519.Sign(k.devices[d], m), nil
}

func (k *keys) Secret(e op.Epoch) (op.Secret, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.secrets[e]
	return s, ok && !k.locked
}

func (k *keys) Mint(op.Epoch) (op.Epoch, []byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := op.Secret{byte(len(k.secrets)), 1}
	for d := range k.devices {
		s = sha256.Sum256(append(s[:], d[:]...))
		break
	}
	e := op.EpochOf(k.cell, s)
	k.secrets[e] = s
	return e, make([]byte, 32), nil
}

func (k *keys) Wrap(e op.Epoch, _ []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.secrets[e]
	return append(append([]byte{}, s[:]...), make([]byte, 48)...), nil
}

func (k *keys) Unwrap(e op.Epoch, wrap []byte) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.locked || len(wrap) != 80 || op.EpochOf(k.cell, op.Secret(wrap[:32])) != e {
		return false
	}
	k.secrets[e] = op.Secret(wrap[:32])
	return true
}

// once remembers what a pure function has returned: every schedule asks for
// the same few keys, and making one takes longer than writing an operation.
type once[K comparable, V any] struct{ known sync.Map }

func (o *once[K, V]) of(k K, f func() V) V {
	if v, ok := o.known.Load(k); ok {
		return v.(V)
	}
	v := f()
	o.known.Store(k, v)
	return v
}

var (
	madeKeys   once[string, ed25519.PrivateKey]
	madeGrants once[string, []byte]
)

func keyOf(parts ...any) ed25519.PrivateKey {
	name := fmt.Sprint(parts...)
	return madeKeys.of(name, func() ed25519.PrivateKey {
		seed := sha256.Sum256([]byte(name))
		return ed25519.NewKeyFromSeed(seed[:])
	})
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// router is a real log and a real cell on a disk in memory, and the room that
// it talks to others in.
type router struct {
	cell   *cellOf
	number int
	key    ed25519.PrivateKey
	disk   *memory
	keys   *keys
	log    *oplog.Log
	room   *replication.Room
	now    uint64
	clock  op.Clock
	summed *cell.State // what sum is the digest of
	sum    [32]byte
}

// cellOf is the cell that the routers of a test belong to.
type cellOf struct {
	t       testing.TB
	id      op.ID
	members []member
	routers []*router
	cheap   bool // nobody forges here, and signatures need not be real
}

type member struct {
	id       op.Member
	identity ed25519.PrivateKey
}

// newCell founds a cell of n members on the first of r routers, and enrols the
// others. They have not met yet.
func newCell(t testing.TB, n, r int) *cellOf { return found(&cellOf{t: t}, n, r) }

func found(c *cellOf, n, r int) *cellOf {
	t := c.t
	t.Helper()
	for i := range n {
		c.members = append(c.members, member{op.Member{1, byte(i)}, keyOf("identity", i)})
	}
	for i := range r {
		c.routers = append(c.routers, c.newRouter(i))
	}
	first := c.routers[0]
	moss := c.members[0]
	dev := first.device(moss.id)
	grant := op.Statement{Verb: op.VerbGrant, Member: moss.id, Key: public(dev), Router: first.name()}
	f := oplog.Founding{
		Content: trust.Found{Member: moss.id, Identity: public(moss.identity), Opening: make([]byte, 32), Key: public(dev),
			Grant: ed25519.Sign(moss.identity, grant.Bytes()), Router: public(first.key), RouterOpening: make([]byte, 32)},
		Signer: op.Key(dev),
		Seat:   func(id op.ID) error { c.id, first.keys.cell = id, id; return nil },
	}
	drafts := []op.Draft{{Kind: people.KindCell, Content: people.CellName{Name: "Mill Lane"}}}
	for _, m := range c.members[1:] {
		drafts = append(drafts, op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: m.id, Identity: public(m.identity), Opening: make([]byte, 32)}})
	}
	for _, x := range c.routers[1:] {
		drafts = append(drafts, op.Draft{Kind: trust.KindEnrol, Content: trust.Enrol{Key: public(x.key), Opening: make([]byte, 32)}})
	}
	if _, err := first.log.Found(f, drafts...); err != nil {
		t.Fatal(err)
	}
	for _, x := range c.routers {
		x.keys.cell = c.id
		x.log.Expect(c.id)
		x.room = replication.NewRoom(replication.Config{Cell: c.id, Self: x.name(), House: house{x.log, x.author()}, Pins: x, Clock: x.tells})
	}
	return c
}

func (c *cellOf) newRouter(i int) *router {
	x := &router{cell: c, number: i, key: keyOf("router", i), disk: &memory{chunks: map[op.Chunk][]byte{}}, now: 1_700_000_000}
	x.keys = &keys{devices: map[op.Device]ed25519.PrivateKey{}, secrets: map[op.Epoch]op.Secret{}, cheap: c.cheap}
	x.keys.devices[x.name()] = x.key
	for _, m := range c.members {
		x.device(m.id)
	}
	x.open()
	return x
}

func (x *router) open() {
	l, err := oplog.Open(x.disk, x.keys, x.tells)
	if err != nil {
		x.cell.t.Fatal(err)
	}
	x.log = l
}

func (x *router) tells() (uint64, op.Clock) { return x.now, x.clock }

func (x *router) name() op.Device { return op.DeviceOf(public(x.key)) }

func (x *router) device(m op.Member) ed25519.PrivateKey {
	k := keyOf("device", x.number, m)
	x.keys.devices[op.DeviceOf(public(k))] = k
	return k
}

// author is the router's own voice.
func (x *router) author() op.Author {
	return op.Author{Device: x.name(), Open: op.MustMarshal(trust.Open{Key: public(x.key), Router: x.name(), Grant: []byte{}})}
}

// by is a member's voice at this router.
func (x *router) by(m member) op.Author {
	dev := x.device(m.id)
	grant := op.Statement{Verb: op.VerbGrant, Cell: x.cell.id, Member: m.id, Key: public(dev), Router: x.name()}.Bytes()
	signed := madeGrants.of(string(grant), func() []byte { return ed25519.Sign(m.identity, grant) })
	open := trust.Open{Key: public(dev), Member: m.id, Router: x.name(), Grant: signed}
	return op.Author{Member: m.id, Device: op.DeviceOf(public(dev)), Open: op.MustMarshal(open)}
}

func (x *router) must(m member, drafts ...op.Draft) []op.Ref {
	x.cell.t.Helper()
	refs, err := x.log.Submit(x.by(m), drafts...)
	if err != nil {
		x.cell.t.Fatal(err)
	}
	return refs
}

// rename is the shortest thing to say.
func (x *router) rename(m member, name string) op.Ref {
	x.cell.t.Helper()
	return x.must(m, op.Draft{Kind: people.KindName, Content: people.Name{Member: m.id, Name: name}})[0]
}

// Pinned asks the cell's own trust, as a router does.
func (x *router) Pinned(key ed25519.PublicKey) bool {
	t, _ := x.log.State().Value(trust.Key).(*trust.Trust)
	if t == nil { // it was told at its enrolment who took it in
		return x.cell.routers[0].name() == op.DeviceOf(key)
	}
	r, ok := t.Router(op.DeviceOf(key))
	return ok && r.Status == trust.Active
}

// house joins a log to what replication asks for, as cmd/celld does.
type house struct {
	*oplog.Log
	by op.Author
}

func (h house) Have() []replication.Head {
	var out []replication.Head
	for _, x := range h.Log.Have() {
		out = append(out, replication.Head{Device: x.Ref.Device, Seq: x.Ref.Seq, Hash: [8]byte(x.ID[:8])})
	}
	return out
}

func (h house) Accept(from op.Device, ops []op.Operation) (replication.Receipt, error) {
	got, err := h.Log.AcceptFrom(from, ops)
	out := replication.Receipt{New: got.New, Known: got.Known, Held: got.Held}
	for _, r := range got.Refused {
		out.Refused = append(out.Refused, replication.Refused(r))
	}
	for _, o := range got.Forks {
		header, sig := o.Signed()
		out.Forks = append(out.Forks, replication.Proof{Header: header, Signature: sig})
	}
	return out, err
}

func (h house) Prove(header, sig []byte) error { return h.Log.Prove(h.by, header, sig) }

// air is a path between two routers that loses, delays, repeats and reorders.
type air struct {
	rtt, jitter   time.Duration
	loss, repeats float64
	mu            sync.Mutex // guards chance
	chance        *rand.Rand
	bytes         int64
	datagrams     int64
	extra         int // bytes around each datagram, of DTLS
}

func newAir(seed uint64, rtt time.Duration, loss float64) *air {
	return &air{rtt: rtt, loss: loss, chance: rand.New(rand.NewPCG(seed, 2)), extra: 29}
}

// radio is one end of a path through the air.
type radio struct {
	air      *air
	sent     int64 // bytes; guarded by air.mu
	other    *radio
	in       chan []byte
	closed   chan struct{}
	close    sync.Once
	mu       sync.Mutex // guards deadline
	deadline chan struct{}
	key      ed25519.PublicKey // the other end's
	dialled  bool
}

func (a *air) pair(x, y ed25519.PublicKey) (*radio, *radio) {
	p := &radio{air: a, in: make(chan []byte, 256), closed: make(chan struct{}), deadline: make(chan struct{}), key: y, dialled: true}
	q := &radio{air: a, in: make(chan []byte, 256), closed: make(chan struct{}), deadline: make(chan struct{}), key: x}
	p.other, q.other = q, p
	return p, q
}

func (a *air) fate() (copies int, delay time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	copies = 1
	if a.chance.Float64() < a.loss {
		copies = 0
	} else if a.chance.Float64() < a.repeats {
		copies = 2
	}
	delay = a.rtt / 2
	if a.jitter > 0 {
		delay += time.Duration(a.chance.Int64N(int64(a.jitter)))
	}
	return copies, delay
}

func (r *radio) Write(b []byte) (int, error) {
	select {
	case <-r.closed:
		return 0, net.ErrClosed
	default:
	}
	copies, delay := r.air.fate()
	r.air.mu.Lock()
	r.air.bytes += int64(len(b) + r.air.extra)
	r.sent += int64(len(b) + r.air.extra)
	r.air.datagrams++
	r.air.mu.Unlock()
	sent := append([]byte{}, b...)
	for range copies {
		time.AfterFunc(delay, func() {
			select {
			case r.other.in <- sent:
			default:
			}
		})
	}
	return len(b), nil
}

func (r *radio) Read(b []byte) (int, error) {
	r.mu.Lock()
	deadline := r.deadline
	r.mu.Unlock()
	select {
	case got := <-r.in:
		return copy(b, got), nil
	case <-deadline:
		return 0, os.ErrDeadlineExceeded
	case <-r.closed:
		return 0, net.ErrClosed
	}
}

func (r *radio) SetReadDeadline(t time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !t.IsZero() && t.Before(time.Now()) {
		select {
		case <-r.deadline:
		default:
			close(r.deadline)
		}
	}
	return nil
}

// Close cuts this end, and what the other end says is lost from now on.
func (r *radio) Close() error {
	r.close.Do(func() { close(r.closed) })
	return nil
}

func (r *radio) Key() ed25519.PublicKey { return r.key }
func (r *radio) Address() string        { return "air" }
func (r *radio) Dialled() bool          { return r.dialled }

// meeting is two routers that hear each other.
type meeting struct {
	cut  context.CancelFunc
	done sync.WaitGroup
	errs [2]error
	ends [2]*radio

	ended chan struct{} // closed when the first of the two talks no more
}

// meet lets two routers talk until the meeting is cut.
func meet(a *air, x, y *router) *meeting {
	ctx, cut := context.WithCancel(context.Background())
	m := &meeting{cut: cut, ended: make(chan struct{})}
	var once sync.Once
	end := func() { once.Do(func() { close(m.ended) }) }
	p, q := a.pair(public(x.key), public(y.key))
	m.ends = [2]*radio{p, q}
	m.done.Go(func() { m.errs[0] = x.room.Talk(ctx, p); end() })
	m.done.Go(func() { m.errs[1] = y.room.Talk(ctx, q); end() })
	m.done.Go(func() { _ = x.room.Watch(ctx, x.log.Changed) })
	m.done.Go(func() { _ = y.room.Watch(ctx, y.log.Changed) })
	return m
}

// over waits until one of the two has ended the conversation.
func (m *meeting) over() { <-m.ended }

// end cuts a meeting and waits for everybody.
func (m *meeting) end() {
	m.cut()
	m.done.Wait()
}

// alike reports whether two routers hold the same and make the same of it.
func alike(x, y *router) error {
	if a, b := x.log.Heads(), y.log.Heads(); !maps.Equal(a, b) {
		return fmt.Errorf("router %d holds %v, router %d %v", x.number, a, y.number, b)
	}
	if n := x.log.Waiting() + y.log.Waiting(); n > 0 {
		return fmt.Errorf("%d operations wait", n)
	}
	if x.digest() != y.digest() {
		return errors.New("two states of one history")
	}
	return nil
}

// digest is that of the router's state, which does not change: another one comes.
func (x *router) digest() [32]byte {
	if s := x.log.State(); s != x.summed {
		x.summed, x.sum = s, s.Digest()
	}
	return x.sum
}

// until waits for something to become true, as long as it may take.
func until(t testing.TB, most time.Duration, is func() error) time.Duration {
	t.Helper()
	began := time.Now()
	for err := is(); err != nil; err = is() {
		waited := time.Since(began)
		if waited > most {
			t.Fatalf("not after %v: %v", most, err)
		}
		time.Sleep(time.Millisecond + waited/20) // a bubble's own time
	}
	return time.Since(began)
}

// twin signs another operation for the place of one that stands, as a device
// does whose backup was put back.
func (x *router) twin(t testing.TB, o op.Operation) op.Operation {
	t.Helper()
	h := o.Header
	h.Time++
	twin, err := op.Sign(h, o.Payload, op.Key(x.keys.devices[h.Device]))
	if err != nil {
		t.Fatal(err)
	}
	return twin
}

// forked reports whether a router knows that a device signed two histories.
func (x *router) forked(d op.Device) bool {
	tr, _ := x.log.State().Value(trust.Key).(*trust.Trust)
	return tr.HasForked(d)
}

// rejoin opens a new room on a log that was opened again.
func (x *router) rejoin() {
	x.log.Expect(x.cell.id)
	x.room = replication.NewRoom(replication.Config{Cell: x.cell.id, Self: x.name(), House: x.house(), Pins: x, Clock: x.tells})
}

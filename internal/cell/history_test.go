package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/op/optest"
)

func init() { optest.Remember() }

// world is a cell of several routers that meet now and then. Keys and chance
// come from a seed, so that a history can be told again.
type world struct {
	t       testing.TB
	id      op.ID
	replica []*replica
	members []*member
	all     map[op.Ref]op.Operation
	made    int
	secret  op.Secret // of the one epoch
	extra   *replica  // who listened last
	bodies  map[op.ID]op.Body
	devices map[op.Device]owner // as far as anybody asked
	signer  func(ed25519.PrivateKey) op.Signer
	expires uint64 // of what is written next; 0 never
	keep    uint64 // how long it is kept, where that is said
}

// owner is a device's member, or none, and its router.
type owner struct {
	Member op.Member
	Router op.Device
}

type member struct {
	id       op.Member
	identity ed25519.PrivateKey
	opening  []byte
}

// replica is a router: what it has heard of, and what that adds up to.
type replica struct {
	world   *world
	key     ed25519.PrivateKey
	graph   *op.Graph
	state   *cell.State
	ops     map[op.Ref]op.Opened
	held    []op.Operation // in the order of arrival
	devices map[op.Member]ed25519.PrivateKey
	drops   bool // whatever has a time to go is gone when it comes
	atOnce  int  // how many operations are applied together; 0 one
	batch   []op.Opened
	loads   int              // operations that were read back
	heard   map[*replica]int // how many of another's operations, in its order
}

// made are the few keys that all histories share: to make one takes longer than
// to judge an operation.
var made = map[[sha256.Size]byte]ed25519.PrivateKey{}

func keyOf(parts ...any) ed25519.PrivateKey {
	var b bytes.Buffer
	for _, p := range parts {
		switch x := p.(type) {
		case string:
			b.WriteString(x)
		case int:
			binary.Write(&b, binary.BigEndian, int64(x))
		}
	}
	seed := sha256.Sum256(b.Bytes())
	if made[seed] == nil {
		made[seed] = ed25519.NewKeyFromSeed(seed[:])
	}
	return made[seed]
}

func public(k ed25519.PrivateKey) []byte { return k.Public().(ed25519.PublicKey) }

func deviceOf(k ed25519.PrivateKey) op.Device { return op.DeviceOf(public(k)) }

// newWorld founds a cell of n members on r routers that have all met.
func newWorld(t testing.TB, n, r int) *world {
	return newWorldThat(func(k ed25519.PrivateKey) op.Signer { return optest.Key(k) }, t, n, r)
}

// quickWorld is one of the many that a law is tried on. Nobody forges there, and to sign
// took longer than to judge what is signed.
func quickWorld(t testing.TB, n, r int) *world {
	return newWorldThat(func(k ed25519.PrivateKey) op.Signer { return optest.Cheap(k) }, t, n, r)
}

func newWorldThat(signs func(ed25519.PrivateKey) op.Signer, t testing.TB, n, r int) *world {
	w := &world{t: t, all: map[op.Ref]op.Operation{}, bodies: map[op.ID]op.Body{}, secret: op.Secret{1, 2, 3}, devices: map[op.Device]owner{}, signer: signs}
	for i := range n {
		w.members = append(w.members, &member{id: op.Member{1, byte(i)}, identity: keyOf("identity", i), opening: public(keyOf("opening", i))})
	}
	for i := range r {
		w.replica = append(w.replica, w.newReplica(keyOf("router", i)))
	}
	w.found()
	return w
}

func (w *world) newReplica(key ed25519.PrivateKey) *replica {
	x := &replica{world: w, key: key, graph: op.NewGraph(), ops: map[op.Ref]op.Opened{}, devices: map[op.Member]ed25519.PrivateKey{}, heard: map[*replica]int{}}
	x.state = cell.New(x)
	for i, m := range w.members {
		x.devices[m.id] = keyOf("device", i, string(public(key)))
	}
	return x
}

// Load and Covered are the history that the state stands on.
func (x *replica) Load(r op.Ref) (op.Opened, error) {
	x.loads++
	o, ok := x.ops[r]
	if !ok {
		return o, errors.New("never applied")
	}
	return o, nil
}

func (x *replica) Covered(d op.Device, proof op.Ref, within op.Past) uint64 {
	return x.graph.Covered(d, proof, within)
}

func (x *replica) Now() op.Past { return x.graph.Now() }

func (w *world) found() {
	first, moss := w.replica[0], w.members[0]
	dev := first.devices[moss.id]
	grant := op.Statement{Verb: op.VerbGrant, Member: moss.id, Key: public(dev), Router: deviceOf(first.key)}
	content := trust.Found{Member: moss.id, Identity: public(moss.identity), Opening: moss.opening, Key: public(dev),
		Grant: w.signed(moss.identity, grant.Bytes()), Router: public(first.key), RouterOpening: moss.opening}
	w.id = first.write(moss.id, op.Draft{Kind: trust.KindFound, Content: content}).ID
	for i, m := range w.members {
		if i > 0 {
			first.must(moss.id, op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: m.id, Identity: public(m.identity), Opening: m.opening}})
		}
		first.must(moss.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: m.id, Name: string(rune('A' + i))}})
	}
	for _, x := range w.replica[1:] {
		first.must(moss.id, op.Draft{Kind: trust.KindEnrol, Content: trust.Enrol{Key: public(x.key), Opening: moss.opening}})
	}
	for _, x := range w.replica[1:] {
		x.hear(first)
	}
}

func (w *world) signed(key ed25519.PrivateKey, message []byte) []byte {
	sig, err := w.signer(key).Sign(message)
	if err != nil {
		w.t.Fatal(err)
	}
	return sig
}

// must writes what has to be lawful.
func (x *replica) must(m op.Member, d op.Draft) op.Opened {
	x.world.t.Helper()
	o := x.write(m, d)
	if err := x.state.Refused(o.Ref); err != nil {
		x.world.t.Fatalf("%s: %v", d.Kind, err)
	}
	return o
}

// write makes an operation on this router in a member's voice, lawful or not.
func (x *replica) write(m op.Member, d op.Draft) op.Opened {
	x.world.t.Helper()
	key := x.devices[m]
	if n, _ := x.graph.Head(deviceOf(key)); n == 0 && d.Kind != trust.KindFound {
		x.introduce(m, key)
	}
	return x.sign(key, d, op.ClockNTP)
}

func (x *replica) introduce(m op.Member, key ed25519.PrivateKey) {
	w := x.world
	who := w.members[slices.IndexFunc(w.members, func(y *member) bool { return y.id == m })]
	grant := op.Statement{Verb: op.VerbGrant, Cell: w.id, Member: m, Key: public(key), Router: deviceOf(x.key)}
	x.sign(key, op.Draft{Kind: trust.KindOpen, Content: trust.Open{Key: public(key), Member: m, Router: deviceOf(x.key),
		Grant: w.signed(who.identity, grant.Bytes())}}, op.ClockNTP)
}

func (x *replica) sign(key ed25519.PrivateKey, d op.Draft, quality op.Clock) op.Opened {
	w, dev := x.world, deviceOf(key)
	seq, head := x.graph.Head(dev)
	h := op.Header{Version: op.Version, Device: dev, Seq: seq + 1, Seen: x.graph.Frontier(dev), Clock: quality, Level: op.LevelRouter, Expires: w.expires}
	if d.Kind != trust.KindFound {
		h.Scope = w.id[:]
	}
	if seq > 0 {
		h.Prev = head[:]
	}
	w.made++
	h.Time = 1_700_000_000 + uint64(w.made)*60
	if w.keep > 0 {
		h.Expires = h.Time + w.keep
	}
	body := op.Body{Kind: d.Kind, Subject: d.Subject, Content: d.ContentBytes()}
	payload := body.Bytes()
	if !d.Kind.Public() {
		epoch := op.EpochOf(w.id, w.secret)
		h.Epoch = epoch[:]
		payload = op.Seal(h, w.secret, w.salt(), payload)
	}
	o, err := op.Sign(h, payload, w.signer(key))
	if err != nil {
		w.t.Fatal(err)
	}
	w.all[o.Ref()] = o
	if !x.take(o) {
		w.t.Fatalf("%v has no place where it was made", o.Ref())
	}
	return x.ops[o.Ref()]
}

// salt is chance that can be told again: one salt an operation.
func (w *world) salt() (salt [16]byte) {
	binary.BigEndian.PutUint64(salt[:], uint64(w.made))
	return salt
}

// body opens a payload, once: all routers find the same in it.
func (w *world) body(o op.Operation) op.Body {
	if body, known := w.bodies[o.ID]; known {
		return body
	}
	clear := o.Payload
	if !o.Header.EpochID().IsZero() {
		var err error
		if clear, err = op.Open(o.Header, w.secret, o.Payload); err != nil {
			w.t.Fatal(err)
		}
	}
	body, err := op.ParseBody(clear)
	if err != nil {
		w.t.Fatal(err)
	}
	w.bodies[o.ID] = body
	return body
}

// take applies an operation when all that it saw is here.
func (x *replica) take(o op.Operation) bool {
	place, err := x.graph.Add(o)
	if err != nil {
		return errors.Is(err, op.ErrKnown)
	}
	x.held = append(x.held, o)
	if x.drops && o.Header.Expires != 0 {
		x.state = x.state.Passed(1, 0)
		return true
	}
	body := x.world.body(o)
	opened := op.Opened{Place: place, ID: o.ID, Time: o.Header.Time, Clock: o.Header.Clock, Level: o.Header.Level, Expires: o.Header.Expires,
		Kind: body.Kind, Subject: body.Subject, Content: body.Content, Past: x.graph.Past(o.Ref())}
	opened.Member, opened.Router = x.world.whose(o.Header.Device)
	x.ops[o.Ref()] = opened
	if x.batch = append(x.batch, opened); len(x.batch) >= x.atOnce {
		x.apply()
	}
	return true
}

// apply folds what was taken and waits for more.
func (x *replica) apply() {
	x.state, _ = x.state.Apply(x.batch...)
	x.batch = nil
}

func (w *world) whose(d op.Device) (op.Member, op.Device) {
	who, known := w.devices[d]
	if !known {
		who.Member, who.Router = w.find(d)
		w.devices[d] = who
	}
	return who.Member, who.Router
}

func (w *world) find(d op.Device) (op.Member, op.Device) {
	for _, x := range append(slices.Clone(w.replica), w.extra) {
		if x == nil {
			continue
		}
		if deviceOf(x.key) == d {
			return op.Member{}, d
		}
		for m, k := range x.devices {
			if deviceOf(k) == d {
				return m, deviceOf(x.key)
			}
		}
	}
	w.t.Fatalf("nobody's device: %v", d)
	return op.Member{}, op.Device{}
}

// hear takes in all that another router holds. It holds nothing before what that had
// seen, so that none of it has to wait.
func (x *replica) hear(y *replica) {
	for _, o := range y.held[x.heard[y]:] {
		x.take(o)
	}
	x.heard[y] = len(y.held)
}

// settle lets every router hear of everything.
func (w *world) settle() {
	for range w.replica {
		for _, x := range w.replica {
			for _, y := range w.replica {
				x.hear(y)
			}
		}
	}
}

// listener is a router that has heard nothing yet. Nobody enrolled it: it
// takes in, and has no say.
func (w *world) listener() *replica {
	w.extra = w.newReplica(keyOf("listener"))
	return w.extra
}

// retold replays a history into a fresh replica, in the order that pick gives.
func (w *world) retold(ops []op.Operation, pick func(n int) int) *replica {
	return w.retoldAtOnce(1, ops, pick)
}

// retoldAtOnce is retold, some operations at a time.
func (w *world) retoldAtOnce(n int, ops []op.Operation, pick func(n int) int) *replica {
	x := w.listener()
	x.atOnce = n
	defer x.apply()
	left := slices.Clone(ops)
	for len(left) > 0 {
		before := len(left)
		waiting := left
		left = nil
		for len(waiting) > 0 {
			i := pick(len(waiting))
			if !x.take(waiting[i]) {
				left = append(left, waiting[i])
			}
			waiting = slices.Delete(waiting, i, i+1)
		}
		if len(left) == before {
			w.t.Fatalf("%d operations never find their place", before)
		}
	}
	return x
}

// GoString keeps the reports of failed properties short.
func (x *replica) GoString() string { return "router " + deviceOf(x.key).String() }

// GoString keeps the reports of failed properties short.
func (m *member) GoString() string { return "member " + m.id.String() }

// tellApart names the subjects in which two routers differ.
func (w *world) tellApart(x, y *replica) {
	for _, key := range x.keys() {
		a, _ := x.state.Value(key).(cell.Value)
		b, _ := y.state.Value(key).(cell.Value)
		if a == nil && b == nil {
			continue
		}
		if a == nil || b == nil || !bytes.Equal(a.MarshalState(), b.MarshalState()) {
			w.t.Logf("%s differs:\n%+v\n%+v", key, a, b)
		}
	}
}

// keys are the subjects that a history touched.
func (x *replica) keys() []string {
	keys := []string{"trust", "names", "rounds", "book", "agreements", "projects", "directory", "acct/good:lamp/pool:store"}
	for _, o := range x.ops {
		keys = append(keys, "round/"+o.Thing().String(), "tx/"+o.Thing().String(), "project/"+o.Thing().String())
	}
	for _, m := range x.world.members {
		keys = append(keys, "acct/min/member:"+m.id.String())
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

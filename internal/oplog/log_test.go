package oplog_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"io/fs"
	"testing"

	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// memory is the edge of the world: a disk that never fails.
type memory struct {
	ops    [][]byte
	chunks map[op.Chunk][]byte
}

func (m *memory) Append(ops [][]byte, chunks map[op.Chunk][]byte) (uint32, error) {
	first := uint32(len(m.ops))
	m.ops = append(m.ops, ops...)
	for k, v := range chunks {
		m.chunks[k] = v
	}
	return first, nil
}

func (m *memory) Each(from uint32, f func(uint32, []byte) error) error {
	for i := int(from); i < len(m.ops); i++ {
		if err := f(uint32(i), m.ops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Read(pos uint32) ([]byte, error) {
	if int(pos) >= len(m.ops) {
		return nil, fs.ErrNotExist
	}
	return m.ops[pos], nil
}

func (m *memory) Chunk(name op.Chunk) ([]byte, error) {
	if b, ok := m.chunks[name]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

// keys is a sealer that holds everything in memory, in the clear.
type keys struct {
	cell    op.ID
	devices map[op.Device]ed25519.PrivateKey
	secrets map[op.Epoch]op.Secret
	kept    map[op.Epoch]op.Secret

	identity ed25519.PrivateKey // of who founded
}

func (k *keys) Sign(d op.Device, m []byte) ([]byte, error) { return ed25519.Sign(k.devices[d], m), nil }

func (k *keys) Secret(e op.Epoch) (op.Secret, bool) {
	s, ok := k.secrets[e]
	return s, ok
}

func (k *keys) Mint(op.Epoch) (op.Epoch, []byte, error) {
	var s op.Secret
	rand.Read(s[:])
	e := op.EpochOf(k.cell, s)
	k.secrets[e], k.kept[e] = s, s
	return e, make([]byte, 32), nil
}

func (k *keys) Wrap(op.Epoch, []byte) ([]byte, error) { return make([]byte, 80), nil }

func (k *keys) Unwrap(e op.Epoch, _ []byte) bool {
	s, ok := k.kept[e]
	if ok {
		k.secrets[e] = s
	}
	return ok
}

func (k *keys) device() (ed25519.PublicKey, op.Device) {
	pub, priv, _ := ed25519.GenerateKey(rand.Reader)
	k.devices[op.DeviceOf(pub)] = priv
	return pub, op.DeviceOf(pub)
}

func founded(t testing.TB) (*oplog.Log, *memory, *keys, op.Author) {
	t.Helper()
	disk := &memory{chunks: map[op.Chunk][]byte{}}
	k := &keys{devices: map[op.Device]ed25519.PrivateKey{}, secrets: map[op.Epoch]op.Secret{}, kept: map[op.Epoch]op.Secret{}}
	l, err := oplog.Open(disk, k, func() (uint64, op.Clock) { return 1000, op.ClockNone })
	if err != nil {
		t.Fatal(err)
	}
	identity, private, _ := ed25519.GenerateKey(rand.Reader)
	k.identity = private
	pub, dev := k.device()
	router, routerDev := k.device()
	m := op.Member{1}
	grant := op.Statement{Verb: op.VerbGrant, Member: m, Key: pub, Router: routerDev}
	f := oplog.Founding{
		Content: trust.Found{Member: m, Identity: identity, Opening: make([]byte, 32), Key: pub,
			Grant: ed25519.Sign(private, grant.Bytes()), Router: router, RouterOpening: make([]byte, 32)},
		Signer: op.Key(k.devices[dev]),
		Seat:   func(id op.ID) error { k.cell = id; return nil },
	}
	_, err = l.Found(f, op.Draft{Kind: people.KindCell, Content: people.CellName{Name: "Mill Lane"}},
		op.Draft{Kind: people.KindName, Content: people.Name{Member: m, Name: "Moss"}})
	if err != nil {
		t.Fatal(err)
	}
	return l, disk, k, op.Author{Member: m, Device: dev}
}

func TestFoundingIsReadBackAfterARestart(t *testing.T) {
	l, disk, k, _ := founded(t)
	again, err := oplog.Open(disk, k, func() (uint64, op.Clock) { return 0, 0 })
	if err != nil {
		t.Fatal(err)
	}
	if got := again.State().Value(people.Key).(*people.People).Cell; got != "Mill Lane" {
		t.Errorf("the cell is called %q", got)
	}
	if l.State().Digest() != again.State().Digest() {
		t.Error("the digest changed over a restart")
	}
}

func TestALockedRouterKnowsKeysAndNoNames(t *testing.T) {
	l, _, k, _ := founded(t)
	open := l.State().Digest()
	k.secrets = map[op.Epoch]op.Secret{}
	if err := l.Sleep(); err != nil {
		t.Fatal(err)
	}
	if l.State().Value(people.Key) != nil {
		t.Error("names are known while locked")
	}
	if tr := l.State().Value(trust.Key).(*trust.Trust); len(tr.Active()) != 1 {
		t.Error("the members are not known while locked")
	}
	if err := l.Wake(); err != nil {
		t.Fatal(err)
	}
	if l.State().Digest() != open {
		t.Error("waking gives another state")
	}
}

func TestARefusedDraftChangesNothing(t *testing.T) {
	l, disk, _, moss := founded(t)
	before, held := l.State().Digest(), len(disk.ops)
	_, err := l.Submit(moss, op.Draft{Kind: people.KindAway}, op.Draft{Kind: people.KindCell, Content: people.CellName{Name: "Other"}})
	if err == nil {
		t.Fatal("a second name was taken")
	}
	if l.State().Digest() != before || len(disk.ops) != held {
		t.Error("a refused batch left something behind")
	}
	if _, err := l.Submit(moss, op.Draft{Kind: people.KindAway}); err != nil {
		t.Fatal(err)
	}
	if len(disk.ops) != held+1 {
		t.Errorf("%d operations for one draft", len(disk.ops)-held)
	}
}

// Package bench compares celld's replication with what else there is, in one
// run and over the same air. It is a module of its own, so that the peers never
// enter the daemon's.
package bench

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync"

	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/replication"
)

// disk is a storage in memory.
type disk struct {
	mu  sync.Mutex
	ops [][]byte
}

func (d *disk) Append(ops [][]byte, _ map[op.Chunk][]byte) (uint32, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := uint32(len(d.ops))
	d.ops = append(d.ops, ops...)
	return first, nil
}

func (d *disk) Each(from uint32, f func(uint32, []byte) error) error {
	d.mu.Lock()
	ops := d.ops
	d.mu.Unlock()
	for i := int(from); i < len(ops); i++ {
		if err := f(uint32(i), ops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) Read(pos uint32) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops[pos], nil
}

func (d *disk) Chunk(op.Chunk) ([]byte, error) { return nil, fs.ErrNotExist }

// locked is a sealer without keys.
type locked struct{}

func (locked) Sign(op.Device, []byte) ([]byte, error)  { return nil, op.ErrNoKey }
func (locked) Secret(op.Epoch) (op.Secret, bool)       { return op.Secret{}, false }
func (locked) Mint(op.Epoch) (op.Epoch, []byte, error) { return op.Epoch{}, nil, op.ErrNoKey }
func (locked) Wrap(op.Epoch, []byte) ([]byte, error)   { return nil, op.ErrNoKey }
func (locked) Unwrap(op.Epoch, []byte) bool            { return false }
func clock() (uint64, op.Clock)                        { return 1_800_000_000, op.ClockNTP }
func keyOf(parts ...any) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// history makes n operations of 11 logs, in turn, sealed and of a usual size.
func history(n int) (cell op.ID, ops []op.Operation) {
	chance := rand.New(rand.NewPCG(1, 1))
	prev, seq := map[int][]byte{}, map[int]uint64{}
	for i := range n {
		k := i % 11
		key := keyOf(k)
		h := op.Header{Version: op.Version, Device: op.DeviceOf(public(key)), Level: op.LevelRouter, Seq: seq[k] + 1, Prev: prev[k], Time: uint64(1_800_000_000 + i)}
		payload := op.Body{Kind: trust.KindOpen, Content: op.MustMarshal(trust.Open{Key: public(key), Router: h.Device, Grant: []byte{}})}.Bytes()
		if i == 0 {
			payload = op.Body{Kind: trust.KindFound, Content: op.MustMarshal(trust.Found{Key: public(key), Router: public(key)})}.Bytes()
		} else {
			h.Scope = cell[:]
		}
		if seq[k] > 0 {
			h.Epoch = make([]byte, 32)
			h.Epoch[0] = 1
			payload = make([]byte, 90+chance.IntN(160))
			for j := range payload {
				payload[j] = byte(chance.Uint32())
			}
		}
		o, err := op.Sign(h, payload, op.Key(key))
		if err != nil {
			panic(err)
		}
		if i == 0 {
			cell = o.ID
		}
		seq[k], prev[k] = h.Seq, append([]byte{}, o.ID[:]...)
		ops = append(ops, o)
	}
	return cell, ops
}

// house joins a log to what replication asks for.
type house struct{ *oplog.Log }

func (h house) Have() (out []replication.Head) {
	for _, x := range h.Log.Have() {
		out = append(out, replication.Head{Device: x.Ref.Device, Seq: x.Ref.Seq, Hash: [8]byte(x.ID[:8])})
	}
	return out
}

func (h house) Accept(from op.Device, ops []op.Operation) (replication.Receipt, error) {
	got, err := h.AcceptFrom(from, ops)
	return replication.Receipt{New: got.New, Known: got.Known, Held: got.Held}, err
}

func (h house) Prove([]byte, []byte) error { return oplog.ErrNoProof }

type anybody struct{}

func (anybody) Pinned(ed25519.PublicKey) bool { return true }

// router is a log and the room that it is talked about in.
type router struct {
	log  *oplog.Log
	room *replication.Room
	key  ed25519.PrivateKey
}

func newRouter(name string, cell op.ID, ops []op.Operation) *router {
	d := &disk{}
	for _, o := range ops {
		d.ops = append(d.ops, o.Encode())
	}
	l, err := oplog.Open(d, locked{}, clock)
	if err != nil {
		panic(err)
	}
	l.Expect(cell)
	x := &router{log: l, key: keyOf(name)}
	x.room = replication.NewRoom(replication.Config{Cell: cell, Self: op.DeviceOf(public(x.key)), House: house{l}, Pins: anybody{}, Clock: clock})
	return x
}

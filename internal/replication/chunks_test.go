package replication_test

import (
	"crypto/sha256"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// TestChunksThatComeLateAreNoFault: what is long lies at the beginning of a long
// history, and chunks wait until the operations have come. Meanwhile others are
// asked for, and the same ones again.
func TestChunksThatComeLateAreNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCell(t, 12, 2)
		x, y := c.routers[0], c.routers[1]
		for _, m := range c.members {
			x.long(m, 400)
			x.long(m, 401)
		}
		x.fill(600)
		m := meet(newAir(1, 800*time.Millisecond, 0.05), x, y)
		defer m.end()
		took := until(t, 5*time.Minute, func() error { return alike(x, y) })
		t.Logf("%v, %d chunks", took, len(x.disk.chunks))
		for _, n := range y.room.Status().Neighbours {
			if len(n.Talk.Faults) > 0 {
				t.Errorf("an honest neighbour is blamed: %v", n.Talk.Faults)
			}
		}
	})
}

// TestEndlessChunksEndTheConversation: a neighbour goes on and on with chunks that
// nobody asked for. None is kept, and soon it is not listened to.
func TestEndlessChunksEndTheConversation(t *testing.T) {
	c := newCell(t, 2, 2)
	x := c.routers[0]
	x.long(c.members[0], 100)
	kept := len(x.disk.chunks)
	d, said := replication.NewDummy(time.Unix(0, 0), x.house(), c.id), 0
	for going := true; going && said < 1000; {
		said++
		chunk := make([]byte, op.ChunkSize)
		sum := sha256.Sum256([]byte{byte(said), byte(said >> 8)})
		copy(chunk, sum[:])
		piece := replication.Frame{Kind: replication.KindChunk, Number: uint32(said), Body: op.MustMarshal(replication.Piece{Chunk: chunk})}
		going = d.Say(piece.Encode())
	}
	if said > 20 || d.Faults()[replication.FaultChunk] != said {
		t.Errorf("%d chunks were listened to, %v", said, d.Faults())
	}
	if len(x.disk.chunks) != kept {
		t.Errorf("%d of them were kept", len(x.disk.chunks)-kept)
	}
}

// taking counts the chunks that a router is handed.
type taking struct {
	house
	need   []op.Chunk
	chunks int
}

func (h *taking) Need(int) []op.Chunk { return slices.Clone(h.need) }

func (h *taking) AcceptChunks(chunks [][]byte) error {
	h.chunks += len(chunks)
	return nil
}

// TestAChunkComesAsOftenAsItWasAskedFor: a neighbour goes on and on with one that
// was. It is looked at once, and soon it is not listened to.
func TestAChunkComesAsOftenAsItWasAskedFor(t *testing.T) {
	c := newCell(t, 2, 2)
	chunk := make([]byte, op.ChunkSize)
	h := &taking{house: c.routers[0].house(), need: []op.Chunk{sha256.Sum256(chunk)}}
	d := replication.NewDummy(time.Unix(0, 0), h, c.id)
	number := uint32(0)
	say := func() bool {
		number++
		return d.Say(replication.Frame{Kind: replication.KindChunk, Number: number, Body: op.MustMarshal(replication.Piece{Chunk: chunk})}.Encode())
	}
	d.Ask()
	h.need = nil
	for say() && number < 1000 {
	}
	if number != 21 || h.chunks != 1 {
		t.Errorf("it was listened to %d times, and looked at %d times", number, h.chunks)
	}
}

// TestWhoBringsNoChunkLeavesTheTurnToOthers: one neighbour sends something every few
// milliseconds, so that it is always the first to be asked, and never answers.
func TestWhoBringsNoChunkLeavesTheTurnToOthers(t *testing.T) {
	c := newCell(t, 2, 2)
	x := c.routers[0]
	x.fill(1)
	known, err := x.log.Stored(op.Ref{Device: x.by(c.members[0]).Device, Seq: 1})
	if err != nil {
		t.Fatal(err)
	}
	h := &taking{house: x.house()}
	for i := range 3 {
		h.need = append(h.need, sha256.Sum256([]byte{byte(i)}))
	}
	deaf, other := replication.NewDummy(time.Unix(0, 0), h, c.id), replication.NewDummy(time.Unix(0, 0), h, c.id)
	other.Beside(deaf)
	none := replication.Frame{Kind: replication.KindAck, Body: op.MustMarshal(replication.Ack{Classes: [3]replication.Got{{Next: 1}, {Next: 1}, {Next: 1}}})}
	asked := map[op.Chunk]bool{}
	for ms := range 60_000 {
		if ms%20 == 0 {
			f := replication.Pack(true, known)
			f.Number = uint32(ms/20) + 1
			deaf.Say(f.Encode())
		} else {
			deaf.Say(none.Encode())
		}
		other.Say(none.Encode())
		for _, f := range other.Said() {
			if w, err := replication.DecodeWant(f.Body); f.Kind == replication.KindWant && err == nil {
				for _, name := range w.Names {
					asked[name] = true
				}
			}
		}
		deaf.Said()
	}
	if len(deaf.Faults()) > 0 || len(asked) < 3 {
		t.Errorf("the other was asked for %d of 3 chunks within a minute, %v", len(asked), deaf.Faults())
	}
}

package replication_test

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"celld/internal/op"
	"celld/internal/replication"
)

// FuzzFrame holds every decoder to its promise: what it accepts, it would have
// written the same way.
func FuzzFrame(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		fr, err := replication.ParseFrame(b)
		if err != nil {
			return
		}
		if !bytes.Equal(fr.Encode(), b) {
			t.Fatalf("%x encodes to %x", b, fr.Encode())
		}
		ops, err := readBody(fr, op.ID{1})
		if err != nil {
			return
		}
		for _, o := range ops {
			if p, err := op.Parse(o.Encode()); err != nil || p.ID != o.ID {
				t.Fatalf("%x makes an operation that is none: %v", b, err)
			}
		}
	})
}

// FuzzPeer says something to a router in the middle of a conversation.
func FuzzPeer(f *testing.F) {
	c := newCell(f, 2, 2)
	c.routers[0].fill(5)
	f.Fuzz(func(t *testing.T, b []byte) {
		d := replication.NewDummy(time.Unix(0, 0), c.routers[0].house(), c.id)
		for range 3 {
			d.Say(b)
		}
		if n := len(c.routers[0].disk.ops); n > 100 {
			t.Fatalf("%d operations", n)
		}
	})
}

// FuzzInspect reads files that may be bundles.
func FuzzInspect(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := replication.Inspect(bytes.NewReader(b))
		if err == nil && len(in.By) != 32 {
			t.Fatalf("%s is a bundle by nobody", hex.EncodeToString(b))
		}
	})
}

package op

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestAGraphIsReadBackWhole: it places what comes next as the one that it was
// written from does.
func TestAGraphIsReadBackWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := histories.Draw(t, "history")
		cut := rapid.IntRange(0, len(h.all)).Draw(t, "cut")
		g := arrive(t, h.all[:cut])
		b := g.Bytes()
		again, err := GraphFromBytes(b)
		if err != nil || !bytes.Equal(again.Bytes(), b) {
			t.Fatalf("%v: %x, want %x", err, again.Bytes(), b)
		}
		for _, o := range h.all[cut:] {
			p, err := g.Add(o)
			if q, err2 := again.Add(o); p != q || err != nil || err2 != nil {
				t.Fatalf("%v stands at %v (%v), and read back at %v (%v)", o.Ref(), p, err, q, err2)
			}
		}
		for _, o := range h.all {
			sameGraph(t, again, g, o.Ref())
		}
	})
}

func sameGraph(t *rapid.T, got, want *Graph, r Ref) {
	t.Helper()
	p, ok := got.Place(r)
	if q, ok2 := want.Place(r); p != q || ok != ok2 {
		t.Fatalf("%v stands at %v, want %v", r, p, q)
	}
	a, b := got.Past(r), want.Past(r)
	for d, seq := range b {
		if a[d] != seq || len(a) != len(b) {
			t.Fatalf("%v had seen %v, want %v", r, a, b)
		}
	}
}

// longGraph is one of two logs long enough for marks.
func longGraph() []byte {
	var h history
	a, b := &router{name: "a", graph: NewGraph()}, &router{name: "b", graph: NewGraph()}
	for i := range 3 * markEvery {
		h.write(a)
		if i%3 == 0 {
			h.meet(b, a)
			h.write(b)
			h.meet(a, b)
		}
	}
	return a.graph.Bytes()
}

func TestADamagedGraphIsRefusedOrAnother(t *testing.T) {
	b := longGraph()
	if _, err := GraphFromBytes(b); err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := GraphFromBytes(b[:n]); err == nil {
			t.Fatalf("%d of %d bytes are taken for a graph", n, len(b))
		}
	}
	refused := 0
	for i := range b {
		flipped := bytes.Clone(b)
		flipped[i] ^= 1
		if g, err := GraphFromBytes(flipped); err != nil {
			refused++
		} else if !bytes.Equal(g.Bytes(), flipped) {
			t.Fatalf("byte %d flipped: taken, and spelled otherwise", i)
		}
	}
	if refused == 0 {
		t.Error("no flipped bit was refused")
	}
}

// FuzzGraph reads what no graph wrote; what reads writes the same bytes, and
// places and pasts can be asked for.
func FuzzGraph(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := GraphFromBytes(b)
		if err != nil {
			return
		}
		if !bytes.Equal(g.Bytes(), b) {
			t.Fatal("another spelling")
		}
		for d, length := range g.Now() {
			g.Next(d)
			g.Covered(d, Ref{d, 1}, g.Now())
			for seq := uint64(1); seq <= length; seq++ {
				g.Place(Ref{d, seq})
				g.Past(Ref{d, seq})
			}
		}
	})
}

package op

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestTryingAllChangesNothing tries random histories, out of order, and asks
// for the graph as it was before and for what Add says of each.
func TestTryingAllChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := histories.Draw(t, "history")
		n := rapid.IntRange(0, len(h.all)).Draw(t, "known")
		g := NewGraph()
		for _, o := range h.all[:n] {
			if _, err := g.Add(o); err != nil {
				t.Fatal(err)
			}
		}
		mixed := rapid.Permutation(h.all).Draw(t, "mixed")
		mixed = mixed[:rapid.IntRange(0, len(mixed)).Draw(t, "offered")]
		before := describe(g, h)
		fit, why := g.TryAll(mixed)
		if after := describe(g, h); after != before {
			t.Fatalf("trying changed\n%s\nto\n%s", before, after)
		}
		for _, o := range fit {
			if _, err := g.Add(o); err != nil {
				t.Fatalf("%v fits and is refused: %v", o.Ref(), err)
			}
		}
		var missing MissingError
		for i, o := range mixed {
			_, err := g.Add(o)
			if why[i] == nil && !errors.Is(err, ErrKnown) || why[i] != nil && !errors.Is(why[i], ErrKnown) && !errors.As(err, &missing) {
				t.Fatalf("%v: tried %v, added %v", o.Ref(), why[i], err)
			}
		}
	})
}

// describe tells everything that a graph knows of a history.
func describe(g *Graph, h history) (s string) {
	for _, d := range g.Devices() {
		n, id := g.Head(d)
		s += fmt.Sprintln(d, n, id, g.Frontier(d))
	}
	for _, o := range h.all {
		if p, ok := g.Place(o.Ref()); ok {
			hash, _ := g.Hash(o.Ref())
			s += fmt.Sprintln(p, hash, g.Past(o.Ref()))
		}
	}
	return s
}

// TestWhatTravelsIsPutTogetherAgain takes operations apart as far as their
// payload tells it anyway.
func TestWhatTravelsIsPutTogetherAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := operations.Draw(t, "operation")
		h := o.Header
		_, sig := o.Signed()
		dropped, err := Assemble(h, sig, nil)
		if err != nil || dropped.ID != o.ID || dropped.Payload != nil {
			t.Fatalf("without payload: %v", err)
		}
		h.Hash, h.Size = nil, 0
		again, err := Assemble(h, sig, o.Payload)
		if err != nil || again.ID != o.ID || string(again.Encode()) != string(o.Encode()) {
			t.Fatalf("%v is %v", err, again.ID)
		}
		if _, err := Parse(again.Encode()); err != nil {
			t.Fatal(err)
		}
		if _, err := Assemble(h, sig[:63], o.Payload); err == nil {
			t.Fatal("a short signature")
		}
	})
}

// TestMissingNamesAllThatIsAskedForNext loses chunks of a content with layers.
func TestMissingNamesAllThatIsAskedForNext(t *testing.T) {
	secret := Secret{9}
	body, chunks := Split(secret, [16]byte{1}, Body{Kind: "k", Content: filler(600 * pieceSize)})
	if body.Depth == 0 {
		t.Fatal("no layers")
	}
	held := map[Chunk][]byte{}
	get := func(name Chunk) ([]byte, error) {
		if b, ok := held[name]; ok {
			return b, nil
		}
		return nil, errLost
	}
	rounds := 0
	for missing := Missing(secret, [16]byte{1}, body, get); len(missing) > 0; missing = Missing(secret, [16]byte{1}, body, get) {
		for _, name := range missing {
			held[name] = chunks[name]
		}
		rounds++
	}
	content, err := Join(secret, [16]byte{1}, body, get)
	if err != nil || string(content) != string(filler(600*pieceSize)) || rounds != int(body.Depth)+1 {
		t.Errorf("%d bytes after %d rounds, %v", len(content), rounds, err)
	}
}

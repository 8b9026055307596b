package oplog

import (
	"slices"
	"testing"

	"celld/internal/op"
)

// TestWhoIsCrowdedOutTakesNoNamesOfOthersAlong: a stranger may name the chunks of an
// honest text beside their own.
func TestWhoIsCrowdedOutTakesNoNamesOfOthersAlong(t *testing.T) {
	shared, nowhere := op.Chunk{1}, op.Chunk{2}
	honest := &lack{by: op.Member{1}, names: []op.Chunk{shared}, left: 1}
	stranger := &lack{names: []op.Chunk{shared, nowhere}, left: 2}
	n := needs{
		ops:   map[op.Ref]*lack{{Device: op.Device{1}, Seq: 1}: honest, {Device: op.Device{2}, Seq: 1}: stranger},
		names: map[op.Chunk][]*lack{shared: {honest, stranger}, nowhere: {stranger}},
	}
	if !n.crowd(&lack{by: op.Member{3}}) || len(n.ops) != 1 {
		t.Fatalf("%d wait", len(n.ops))
	}
	if len(n.names) != 1 || !slices.Equal(n.names[shared], []*lack{honest}) {
		t.Errorf("asked for: %v", n.names)
	}
	if n.came(shared); !n.whole {
		t.Error("the honest text is not whole with its chunk")
	}
}

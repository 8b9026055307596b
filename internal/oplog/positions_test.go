package oplog

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestPositionsAreAList holds them against a plain one.
func TestPositionsAreAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p positions
		var plain []uint32
		pos := rapid.Uint32Range(0, 1<<31).Draw(t, "first")
		for range rapid.IntRange(0, 300).Draw(t, "length") {
			plain = append(plain, pos)
			p.add(pos)
			pos += rapid.Uint32Range(1, 1<<20).Draw(t, "step")
		}
		for i, want := range plain {
			if got := p.at(uint64(i + 1)); got != want {
				t.Fatalf("number %d lies at %d, not %d", i+1, got, want)
			}
		}
		if got := slices.Collect(p.all); !slices.Equal(got, plain) {
			t.Fatalf("%v, want %v", got, plain)
		}
	})
}

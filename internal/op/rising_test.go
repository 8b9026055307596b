package op

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRisingNumbersAreAList holds them against a plain one.
func TestRisingNumbersAreAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Rising
		var plain []uint32
		number := rapid.Uint32Range(0, 1<<31).Draw(t, "first")
		for range rapid.IntRange(0, 300).Draw(t, "length") {
			plain = append(plain, number)
			r.Add(number)
			number += rapid.Uint32Range(1, 1<<20).Draw(t, "step")
		}
		for i, want := range plain {
			if got := r.At(uint32(i)); got != want {
				t.Fatalf("number %d is %d, not %d", i, got, want)
			}
		}
		from := rapid.IntRange(0, len(plain)).Draw(t, "from")
		var got []uint32
		for i, number := range r.From(uint32(from)) {
			if got = append(got, number); int(i) != from+len(got)-1 {
				t.Fatalf("number %d is called %d", from+len(got)-1, i)
			}
		}
		if !slices.Equal(got, plain[from:]) || int(r.Len()) != len(plain) {
			t.Fatalf("%v, want %v", got, plain[from:])
		}
	})
}

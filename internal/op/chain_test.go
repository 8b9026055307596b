package op

import (
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// TestMarksLieTogether holds that few of the lists that marks remember are
// allocations of their own, and that none changes with the tip.
func TestMarksLieTogether(t *testing.T) {
	c, w := &chain{}, way{seen: []uint32{1, 2, 3, 4, 5, 6, 7}}
	for i := range uint32(1000) {
		w.seen[0] = i
		c.mark(w)
	}
	alone, end := 0, (*uint32)(nil)
	for i, m := range c.marks {
		if m.seen[0] != uint32(i) || m.seen[6] != 7 || len(m.seen) != 7 {
			t.Fatalf("mark %d remembers %v", i, m.seen)
		}
		if unsafe.SliceData(m.seen) != end {
			alone++
		}
		end = (*uint32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(m.seen)), 7*unsafe.Sizeof(w.seen[0])))
	}
	if alone > 1000*7/markRoom+2 {
		t.Errorf("%d of 1000 marks begin memory of their own", alone)
	}
}

// TestAStepIsReadAsItWasPacked, whichever devices it leaves out and however far
// it goes, behind others.
func TestAStepIsReadAsItWasPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var steps []step
		var packed []byte
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			s, device := step{rank: rapid.Uint32Range(0, 300).Draw(t, "rank")}, uint32(0)
			for range rapid.IntRange(0, 5).Draw(t, "devices") {
				device += rapid.Uint32Range(0, 2*gaps).Draw(t, "gap")
				s.grew = append(s.grew, growth{device, rapid.Uint32Min(1).Draw(t, "by")})
				device++
			}
			steps, packed = append(steps, s), extend(packed, s.pack())
		}
		w, rank := way{}, uint32(0)
		for i, want := range steps {
			got := step{}
			w.read(packed, func(device, by uint32) { got.grew = append(got.grew, growth{device, by}) })
			if rank += want.rank; w.rank != rank || !slices.Equal(got.grew, want.grew) {
				t.Fatalf("step %d: rank %d and %v, want %d and %v", i, w.rank, got.grew, rank, want.grew)
			}
		}
		if w.at != len(packed) {
			t.Fatalf("%d of %d bytes were read", w.at, len(packed))
		}
	})
}
